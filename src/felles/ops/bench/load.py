"""A load generator lean enough to share two cores with what it measures.

Keep-alive HTTP/1.1 connections in a closed loop: each sends its next request when the last answer is
whole. Nothing of an answer is parsed but its status line and where it ends, so a request costs the
generator some 25 µs. Plain HTTP only: it is for servers on this machine.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go: host, port, the base's path without a closing slash, and headers for each."""

    host: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, base: str, headers: dict[str, str] | None = None) -> Target:
        """The target of a base URL. Raises `ValueError` for anything but http."""
        parts = urlsplit(base)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"{base} is no http URL; the generator speaks plain HTTP to this machine")
        return cls(parts.hostname, parts.port or 80, parts.path.rstrip("/"), tuple((headers or {}).items()))

    def request(self, method: str, path: str, body: bytes | None = None, kind: str = "application/fhir+json") -> bytes:
        """The bytes of one request; `path` follows the base."""
        lines = [f"{method} {self.path}{path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if body is not None:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


@dataclass(slots=True)
class Measured:
    """What one run gave. Latencies in seconds; `seconds` from first request to last answer."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that `share` (0–1) of the answers did not exceed."""
        if not self.latencies:
            return math.nan
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]

    @property
    def failed(self) -> int:
        """Answers whose status is 400 or more."""
        return sum(count for status, count in self.statuses.items() if status >= 400)


class _Connection(asyncio.Protocol):
    """One connection: sends, waits for a whole answer, sends again."""

    def __init__(self, source: Iterator[bytes], measured: Measured, until: Callable[[], bool]) -> None:
        self._source = source
        self._measured = measured
        self._over = until
        self._buffer = bytearray()
        self._need = -1
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        assert self._transport is not None  # noqa: S101 - set when the connection was made
        request = None if self._over() else next(self._source, None)
        if request is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._need < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._need = self._length(end)
        if self._need >= 0 and len(self._buffer) >= self._need:
            self._measured.latencies.append(time.perf_counter() - self._sent)
            self._measured.statuses[int(self._buffer[9:12])] += 1
            self._measured.bytes += self._need
            del self._buffer[: self._need]
            self._need = -1
            self._send()

    def _length(self, end: int) -> int:
        """Bytes of the whole answer whose head ends at `end`; -1 while a chunked one is not whole."""
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            stop = head.find(b"\r\n", at + 2)
            return end + 4 + int(head[at + 17 : stop if stop >= 0 else end])
        if b"\r\ntransfer-encoding: chunked" in head:
            last = self._buffer.find(b"\r\n0\r\n\r\n", end + 2)
            return last + 7 if last >= 0 else -1
        return end + 4

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def closed_loop(target: Target, source: Iterator[bytes], *, connections: int, seconds: float) -> Measured:
    """Run `connections` closed loops over the requests of `source` for `seconds`, or until it is empty.

    Raises `ConnectionError` when the server goes away.
    """
    measured = Measured()
    began = time.perf_counter()
    ends = began + seconds
    loop = asyncio.get_running_loop()
    made: list[_Connection] = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(
            lambda: _Connection(source, measured, lambda: time.perf_counter() >= ends),
            target.host,
            target.port,
        )
        made.append(protocol)
    await asyncio.gather(*(c.done for c in made))
    measured.seconds = time.perf_counter() - began
    return measured


async def at_rate(target: Target, source: Iterator[bytes], *, per_second: float, seconds: float) -> Measured:
    """Send at a fixed rate over as many connections as that takes; latency counts from the due moment."""
    measured = Measured()
    began = time.perf_counter()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    tasks: set[asyncio.Task[None]] = set()

    async def one(request: bytes, due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(target.host, target.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        body = await reader.readexactly(int(head[at + 15 : head.find(b"\r\n", at)])) if at >= 0 else b""
        measured.latencies.append(time.perf_counter() - due)
        measured.statuses[int(head[9:12])] += 1
        measured.bytes += len(head) + len(body)
        idle.append((reader, writer))

    for number in range(int(per_second * seconds)):
        due = began + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(next(source), due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    if tasks:
        await asyncio.gather(*tasks)
    measured.seconds = time.perf_counter() - began
    for _, writer in idle:
        writer.close()
    return measured
