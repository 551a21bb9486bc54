"""A load generator lean enough to share two cores with what it measures.

Connections over raw sockets and epoll, one thread, requests that are ready before the clock starts, and nothing
of an answer parsed but its status and where it ends. What a request then still costs is mostly the kernel's work
on a loopback connection; `Measured.cpu` says how much. Plain HTTP only: it is for servers on this machine.
"""

from __future__ import annotations

import gc
import select
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from felles.ops.bench.connection import Connection, Target, shared_buffer
from felles.ops.bench.measured import Measured

_PATIENCE = 60.0
"""Seconds without any answer after which the server counts as gone."""
_clock = time.perf_counter


def closed_loop(target: Target, source: Iterator[bytes], *, connections: int, seconds: float) -> Measured:
    """Run `connections` closed loops over the requests of `source` for `seconds`, or until it is empty.

    Each connection sends its next request when its last answer is whole; what is under way at the end is waited
    for. Raises `ConnectionError` when the server goes away, `TimeoutError` when it is silent for a minute.
    """
    measured = Measured()
    buffer = shared_buffer()
    with select.epoll() as poller, _connected(target, poller, connections) as working, _alone(measured):
        began = _clock()
        ends = began + seconds
        for connection in list(working.values()):
            _next(connection, source, working)
        while working:
            for number, event in _events(poller, _PATIENCE):
                connection = working[number]
                if not _whole(connection, event, buffer, working):
                    continue
                now = _clock()
                measured.note(connection.status, now - connection.sent, connection.size)
                if now < ends:
                    _next(connection, source, working)
                else:
                    _finish(connection, working)
        measured.seconds = _clock() - began
    return measured


def at_rate(target: Target, source: Iterator[bytes], *, per_second: float, seconds: float, most: int = 256) -> Measured:
    """Send at a fixed rate over as many connections as that takes, at most `most`.

    Latency counts from the moment a request was due, so a server that falls behind cannot hide it by making the
    generator wait. Raises what `closed_loop` raises.
    """
    measured = Measured()
    buffer = shared_buffer()
    number, count = 0, int(per_second * seconds)
    with select.epoll() as poller, _connected(target, poller, 4) as all_of_them, _alone(measured):
        idle = list(all_of_them.values())
        waiting: deque[float] = deque()
        began = _clock()
        while measured.answers < count:
            now = _clock()
            while number < count and began + number / per_second <= now:
                waiting.append(began + number / per_second)
                number += 1
            while waiting and (idle or len(all_of_them) < most):
                connection = idle.pop() if idle else _one_more(target, poller, all_of_them)
                connection.sent = waiting.popleft()
                connection.send(next(source))
            pause = max(0.0, began + number / per_second - _clock()) if number < count else _PATIENCE
            for fileno, event in _events(poller, pause, silent=number < count):
                connection = all_of_them[fileno]
                if _whole(connection, event, buffer, all_of_them):
                    measured.note(connection.status, _clock() - connection.sent, connection.size)
                    idle.append(connection)
        measured.seconds = _clock() - began
    return measured


def _whole(connection: Connection, event: int, buffer: bytearray, open_ones: dict[int, Connection]) -> bool:
    """Let a connection do what it can do now; whether its answer is whole."""
    try:
        if event & select.EPOLLOUT:
            connection.writable()
        return bool(event & ~select.EPOLLOUT) and connection.received(buffer)
    except ConnectionResetError:
        before = connection.fileno
        if not connection.again():
            raise
        del open_ones[before]
        open_ones[connection.fileno] = connection
        return False


def _next(connection: Connection, source: Iterator[bytes], working: dict[int, Connection]) -> None:
    request = next(source, None)
    if request is None:
        _finish(connection, working)
        return
    connection.sent = _clock()
    connection.send(request)


def _finish(connection: Connection, working: dict[int, Connection]) -> None:
    del working[connection.fileno]
    connection.close()


def _events(poller: select.epoll, seconds: float, *, silent: bool = False) -> list[tuple[int, int]]:
    """What happened within `seconds`. Raises `TimeoutError` when nothing did, unless it may be `silent`."""
    events = poller.poll(seconds)
    if not events and not silent:
        raise TimeoutError(f"no answer for {seconds:.0f} s")
    return events


def _one_more(target: Target, poller: select.epoll, open_ones: dict[int, Connection]) -> Connection:
    connection = Connection(target, poller)
    open_ones[connection.fileno] = connection
    return connection


@contextmanager
def _connected(target: Target, poller: select.epoll, connections: int) -> Generator[dict[int, Connection]]:
    """So many connections, by descriptor; those still there at the end are closed."""
    open_ones: dict[int, Connection] = {}
    try:
        for _ in range(connections):
            _one_more(target, poller, open_ones)
        yield open_ones
    finally:
        for connection in open_ones.values():
            connection.close()


@contextmanager
def _alone(measured: Measured) -> Generator[None]:
    """Nothing but the run: no collector in between; its CPU time is kept."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    try:
        yield
    finally:
        measured.cpu = time.process_time() - began
        gc.enable()
