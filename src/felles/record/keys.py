"""Numbers the server draws ahead: keys for new persons and numbers for commits.

Drawn in blocks from sequences, so that nearly every commit needs no round trip for them. What a killed
process had drawn is a gap, and gaps mean nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from felles.record.pool import Conn, Pool

BLOCK = 64


class Keys:
    """Hands out numbers of both sequences."""

    def __init__(self) -> None:
        self._drawn: dict[str, list[int]] = {"person_key": [], "commit_key": []}

    async def _next(self, sequence: str, source: Conn | Pool) -> int:
        drawn = self._drawn[sequence]
        if not drawn:
            rows = await source.fetch(f"select nextval('{sequence}') as n from generate_series(1, {BLOCK})")
            drawn.extend(sorted((row["n"] for row in rows), reverse=True))
        return drawn.pop()

    async def person(self, source: Conn | Pool) -> int:
        """A key no person has had."""
        return await self._next("person_key", source)

    async def commit(self, source: Conn | Pool) -> int:
        """A number no commit has had."""
        return await self._next("commit_key", source)
