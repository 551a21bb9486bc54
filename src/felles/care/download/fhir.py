"""The record as one Bundle (type collection), written as it is read: no more than a portion of it is in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.json import encode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from felles.record.read_download import Kept


async def bundle(portions: AsyncIterator[list[Kept]], base: str, made: int) -> AsyncGenerator[bytes]:
    """The parts of the file. `base` is the FHIR base with its slash, `made` real microseconds. Raises what they raise.

    The entries' bytes go out as they are stored (http://hl7.org/fhir/R4/bundle.html#collection).
    """
    when = datetime.fromtimestamp(made / 1_000_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield f'{{"resourceType":"Bundle","type":"collection","timestamp":"{when}"'.encode()
    begun = False
    async for portion in portions:
        entries = ",".join(_entry(base, kept) for kept in portion)
        if entries:
            yield ("," if begun else ',"entry":[').encode() + entries.encode()
            begun = True
    yield b"]}" if begun else b"}"


def _entry(base: str, kept: Kept) -> str:
    return f'{{"fullUrl":{encode(f"{base}{kept.type}/{kept.id}").decode()},"resource":{kept.body}}}'
