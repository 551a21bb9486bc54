"""Bodies: how they come in (limits, gzip) and how they go out (gzip, pretty)."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from felles.exchange.rest.outcomes import Refusal, refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping


_CHUNK = 64 * 1024
DRAINED_BYTES = 64 * 1024 * 1024
DRAINED_SECONDS = 5.0
"""How much of an unwanted body is taken in before the connection is closed on it."""
WORTH_PACKING = 1400
"""Below this a packed body saves no packet."""


def too_large(limit: int) -> Exception:
    """The refusal of a body above `limit` bytes."""
    return refuse(413, "too-long", f"the body is larger than {limit} bytes (FELLES_MAX_BODY_BYTES)")


class Incoming:
    """The body of one request, read from the server's `receive`."""

    __slots__ = ("_over", "_receive")

    def __init__(self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
        self._receive = receive
        self._over = False

    async def _part(self) -> bytes:
        message = await self._receive()
        gone = message["type"] == "http.disconnect"
        self._over = gone or not message.get("more_body", False)
        if gone:
            raise refuse(400, "incomplete", "the body was broken off")
        return message.get("body", b"")

    async def read(self, limit: int) -> bytes:
        """The whole body.

        Raises a Refusal: 413 as soon as it is larger than `limit` bytes, 400 when the client went away in the middle.
        """
        chunks: list[bytes] = []
        size = 0
        while not self._over:
            chunk = await self._part()
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def drain(self) -> None:
        """Take in what is left of a body that nobody wants, within bounds.

        A client that is still sending when the connection closes may never see the refusal.
        """
        size = 0
        try:
            async with asyncio.timeout(DRAINED_SECONDS):
                while not self._over and size < DRAINED_BYTES:
                    size += len(await self._part())
        except (TimeoutError, Refusal):
            return


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """`body` without its Content-Encoding (gzip or none). Never makes more than `limit` bytes.

    Raises a Refusal: 415 for another encoding, 400 for a broken stream, 413 for one that unpacks too large.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise refuse(415, "not-supported", "Content-Encoding may be gzip or none")
    parts: list[bytes] = []
    size = 0
    try:
        for part in _unpacked(body):
            size += len(part)
            if size > limit:
                raise refuse(
                    413, "too-long", f"the body unpacks to more than {limit} bytes (FELLES_MAX_UNPACKED_BYTES)"
                )
            parts.append(part)
    except zlib.error:
        raise refuse(400, "structure", "the body is not gzip, as Content-Encoding says") from None
    except EOFError:
        raise refuse(400, "structure", "the gzip stream is incomplete, or something follows it") from None
    return b"".join(parts)


def _unpacked(body: bytes) -> Iterator[bytes]:
    """The unpacked body, in chunks. Raises `zlib.error`, and `EOFError` when it does not end where it should."""
    machine = zlib.decompressobj(wbits=31)
    for start in range(0, len(body), _CHUNK):
        # In slices: what is not consumed yet is copied each time, which would be quadratic for the whole.
        rest = body[start : start + _CHUNK]
        while rest and not machine.eof:
            yield machine.decompress(rest, _CHUNK)
            rest = machine.unconsumed_tail
        if machine.eof and (machine.unused_data or start + _CHUNK < len(body)):
            raise EOFError
    if not machine.eof:
        raise EOFError


def pretty(body: bytes) -> bytes:
    """`body` indented for reading; numbers and texts stay as they are."""
    return msgspec.json.format(body, indent=2) + b"\n"


async def pack(body: bytes) -> bytes:
    """`body` as gzip, fast level; a large one is packed beside the event loop."""
    if len(body) < _CHUNK:
        return gzip.compress(body, 1, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
