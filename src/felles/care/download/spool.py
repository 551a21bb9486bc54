"""A file that is whole before its first byte is sent: what fails on the way is no half a file."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Final

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

IN_MEMORY: Final = 1 << 20
"""Bytes up to which a file stays in memory; a larger one lies on disk without a name, and is gone when it is closed."""
MOST: Final = 1 << 30
"""Bytes of a file."""
_STEP: Final = 1 << 16


class TooLarge(Exception):
    """The file would be larger than `MOST`."""


async def spooled(parts: AsyncIterator[bytes]) -> tuple[IO[bytes], int]:
    """(the file, at its beginning; its size in bytes). Raises `TooLarge`, and what `parts` raises: then it is gone."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    size = 0
    try:
        async for part in parts:
            size += file.write(part)
            _bound(size)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


def _bound(size: int) -> None:
    if size > MOST:
        raise TooLarge


def sent(file: IO[bytes], size: int, headers: Mapping[str, str], media: str) -> StreamingResponse:
    """The answer that sends it. Its length is told first, so that a browser sees when it was cut off."""
    return StreamingResponse(_parts(file), headers={**headers, "content-length": str(size)}, media_type=media)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_STEP):
            yield part
