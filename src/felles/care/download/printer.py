"""From a worker to the press: what a reader sees goes to a process of its own, and a PDF comes back.

The worker holds one portion at a time; the press bounds its memory and time itself (`press`), and is ended here when
it takes longer. One record is printed at a time for each worker; a few wait their turn, more are told to come again.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, Final

import structlog
from msgspec.msgpack import Encoder

from felles.record.homes import SHARED_TYPES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from felles.care.download.sheet import Asked
    from felles.record.names import Names
    from felles.record.read_download import Kept
    from felles.record.read_log import Leaf

WAIT: Final = 180
"""Seconds from the first byte sent until the last that comes back."""
QUEUE: Final = 8
"""How many wait for the press at most."""
MOST: Final = 256 << 20
"""Bytes of a record that are sent at most."""
LARGEST: Final = 128 << 20
"""Bytes of a PDF."""
PROGRAM: Final = (sys.executable, "-P", "-m", "felles.care.download.press")
_ENVIRONMENT: Final = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"}
"""All that the press gets of the worker's surroundings: no address of a database, no key."""
_REFERENCE: Final = re.compile(r'"reference":"((\w+)/[^"/]+)"')
_ERROR: Final = 64
"""Letters of the name of what went wrong."""
_encode: Final = Encoder().encode
_log = structlog.get_logger("felles.care")


class NotPrinted(Exception):
    """The record could not be made into a PDF now; nothing of it went out."""


class Press:
    """The way to the press for one worker."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._here = 0

    async def printed(
        self, asked: Asked, portions: AsyncIterator[list[Kept]], names: Names, log: Sequence[Leaf]
    ) -> bytes:
        """The PDF of what `portions` hold. Raises `NotPrinted`, and what `portions` and `names` raise."""
        if self._here > QUEUE:
            raise NotPrinted("many wait already")
        self._here += 1
        try:
            async with self._turn, asyncio.timeout(WAIT):
                return await _run(_frames(asked, portions, names, log))
        except TimeoutError as error:
            raise NotPrinted("it took too long") from error
        finally:
            self._here -= 1


async def _frames(
    asked: Asked, portions: AsyncIterator[list[Kept]], names: Names, log: Sequence[Leaf]
) -> AsyncGenerator[bytes]:
    yield _framed({"asked": asked})
    sent = 0
    async for portion in portions:
        sent += sum(len(kept.body) for kept in portion)
        if sent > MOST:
            raise NotPrinted("it is too long")
        yield _framed({"portion": await _portion(portion, names)})
    lines = [(leaf.at, leaf.number, leaf.text) for leaf in log]
    yield _framed({"log": lines, "end": True})


def _framed(frame: dict[str, object]) -> bytes:
    body = _encode(frame)
    return len(body).to_bytes(4, "big") + body


async def _portion(portion: list[Kept], names: Names) -> dict[str, object]:
    """A portion with the names of the organisations and staff that it names."""
    refs = {kept.author for kept in portion}
    for kept in portion:
        refs.update(reference for reference, kind in _REFERENCE.findall(kept.body) if kind in SHARED_TYPES)
    found = await names.of(refs | {kept.org for kept in portion if kept.org})
    rows = [(k.type, k.id, k.low, k.kind, k.org, k.author, k.body) for k in portion]
    return {
        "rows": rows,
        "refs": {key: name for key, name in found.items() if isinstance(key, str) and name},
        "orgs": {key: name for key, name in found.items() if isinstance(key, int) and name},
    }


async def _run(frames: AsyncGenerator[bytes]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=_ENVIRONMENT,
    )  # fmt: skip
    answer = asyncio.ensure_future(_answer(process))
    try:
        await _send(process, frames)
        body, said = await answer
        if await process.wait() != 0:
            # Only the kind of error: what it says may hold words of the record.
            _log.warning("a record was not printed", error=said or f"ended by {process.returncode}")
            raise NotPrinted("the press could not make it")
        return body
    finally:
        answer.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _send(process: asyncio.subprocess.Process, frames: AsyncGenerator[bytes]) -> None:
    """Send the frames as fast as they are taken. A press that ended takes no more: its answer says why."""
    pipe = process.stdin
    assert pipe is not None  # noqa: S101 - it was asked for
    try:
        async for frame in frames:
            pipe.write(frame)
            await pipe.drain()
        pipe.close()
        await pipe.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        await frames.aclose()


async def _answer(process: asyncio.subprocess.Process) -> tuple[bytes, str]:
    """(the PDF, the name of what went wrong)."""
    out, wrong = process.stdout, process.stderr
    assert out is not None and wrong is not None  # noqa: S101, PT018 - both were asked for
    body = bytearray()
    while chunk := await out.read(1 << 16):
        body += chunk
        if len(body) > LARGEST:
            raise NotPrinted("it is too large")
    said = (await wrong.read(_ERROR)).decode("ascii", "replace")
    return bytes(body), said
