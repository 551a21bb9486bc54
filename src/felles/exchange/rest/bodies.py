"""Bodies: how they come in (limits, gzip) and how they go out (gzip, pretty)."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from felles.exchange.rest.outcomes import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping


_CHUNK = 64 * 1024
WORTH_PACKING = 1400
"""Below this a packed body saves no packet."""


def too_large(limit: int) -> Exception:
    """The refusal of a body above `limit` bytes."""
    return refuse(413, "too-long", f"the body is larger than {limit} bytes")


async def read(receive: Callable[[], Awaitable[MutableMapping[str, Any]]], limit: int) -> bytes:
    """The whole request body.

    Raises a Refusal: 413 as soon as it is larger than `limit` bytes, 400 when the client went away in the middle.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise refuse(400, "incomplete", "the body was broken off")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


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
                raise refuse(413, "too-long", f"the body unpacks to more than {limit} bytes")
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
