"""What is written on a page of its own, not in a panel, and is not sent yet: among the writings (`record.writings`).

A message of a citizen, an answer to a hand-over, a question about a line of the log: each is a draft like any other,
with the same rows, windows and ages, from the first letter until it is sent. It has no ten seconds here: what sends it
ends it (`sent`). Whether its writer may write there is decided by who calls, each time, before anything is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from felles.record.ids import new_id
from felles.record.writings import ROW, Sent, State, Writing, writing_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from felles.record.clock import Clock
    from felles.record.grants import PersonKey
    from felles.record.pool import Conn, Pool
    from felles.record.writings import Writings

_ABOUT: Final = f"""
select {ROW} from writing w
 where w.bucket = $1 and w.person = $2 and w.writer = $3 and w.form = any($4::text[])
   and ($5::text is null or w.about = $5) and w.state in (0, 3) order by w.changed desc limit 60"""
_MINE: Final = f"""
select {ROW} from writing w
 where w.writer = $1 and w.form = any($2::text[]) and w.state in (0, 3) order by w.changed desc limit 60"""
_DONE: Final = f"""
update writing set state = {State.DONE:d}, fields = '{{}}', others = '{{}}', entry = $4, changed = $5
 where bucket = $1 and person = $2 and id = $3"""
_DISCARD: Final = f"""
update writing set state = {State.DISCARDED:d}, changed = $5
 where bucket = $1 and person = $2 and id = $3 and writer = $4 and state in (0, 3) returning id"""
_BACK: Final = """
update writing set state = 0, changed = $5
 where bucket = $1 and person = $2 and id = $3 and writer = $4 and state = 4 returning id"""
_BESIDE: Final = "update writing set others = $4, changed = $5 where bucket = $1 and person = $2 and id = $3"
_DELETE: Final = "delete from writing where bucket = $1 and person = $2 and id = $3"
_ANOTHER: Final = """
insert into writing (bucket, person, id, writer, patient, form, about, base, version, win, step, fields, others, made,
                     changed)
select w.bucket, w.person, $4, w.writer, w.patient, w.form, w.about, w.base, 1, $5, 0, $6, $7, $8, $8
  from writing w where w.bucket = $1 and w.person = $2 and w.id = $3"""


class Texts:
    """The drafts of pages of their own, of one store."""

    def __init__(self, pool: Pool, clock: Clock, writings: Writings) -> None:
        self._pool = pool
        self._clock = clock
        self._writings = writings

    async def begun(self, key: PersonKey, writer: int, forms: Sequence[str], about: str | None = None) -> list[Writing]:
        """What `writer` has begun about the person in these forms, of one entry or (None) whichever. Raises `Busy`."""
        rows = await self._pool.fetch(_ABOUT, *key, writer, list(forms), about)
        return [writing_of(row) for row in rows]

    async def mine(self, writer: int, forms: Sequence[str]) -> list[Writing]:
        """The same about whomever: shows whose only by its key. Raises `Busy`."""
        return [writing_of(row) for row in await self._pool.fetch(_MINE, writer, list(forms))]

    async def keep(self, key: PersonKey, writer: int, sent: Sent) -> Writing | None:
        """Keep a text; None where nothing is written, and so nothing is there. Raises `Absent`, `Conflict`, `Busy`.

        As `Writings.put`: a save that comes late, after its text was sent, changes nothing.
        """
        if not any(said.strip() for name, said in sent.fields.items() if name not in sent.loose):
            await self._emptied(key, writer, sent)
            return None
        return await self._writings.put(key, writer, sent)

    async def _emptied(self, key: PersonKey, writer: int, sent: Sent) -> None:
        """A window's text was taken out by its writer: what other windows wrote stays."""
        async with self._pool.acquire() as conn, conn.transaction():
            found = await self._writings.found(conn, key, writer, sent)
            if found is None or not found.open:
                return
            left = {window: said for window, said in found.others.items() if window != sent.window}
            ours = sent.window == found.window and sent.step >= found.step
            if left != found.others:
                await self._beside(conn, found, left)
            elif not left and (ours or (sent.window != found.window and sent.version == found.version)):
                await conn.fetch(_DELETE, *key, found.id)

    async def sent(self, key: PersonKey, writer: int, sent: Sent, entry: str = "") -> None:
        """It was sent (as `entry`): its words are taken out. What another window wrote stays a draft. Raises `Busy`."""
        async with self._pool.acquire() as conn, conn.transaction():
            found = await self._writings.found(conn, key, writer, sent)
            if found is None or not found.open:
                return
            others = found.others.items()
            left = {window: said for window, said in others if window != sent.window and not sent.says(said)}
            if (sent.window and sent.window == found.window) or sent.says(found.fields):
                await conn.fetch(_DONE, *key, found.id, entry, self._clock.real())
                await self._stays(conn, found, left)
            else:
                await self._beside(conn, found, left)

    async def _stays(self, conn: Conn, found: Writing, left: dict[str, dict[str, str]]) -> None:
        """What other windows wrote beside one that was sent is a draft of its own."""
        if left:
            window, said = next(iter(left.items()))
            rest = {name: text for name, text in left.items() if name != window}
            place = (*found.key, found.id, new_id(found.key[0]), window)
            texts = (msgspec.json.encode(each).decode() for each in (said, rest))
            await conn.fetch(_ANOTHER, *place, *texts, self._clock.real())

    async def _beside(self, conn: Conn, found: Writing, left: dict[str, dict[str, str]]) -> None:
        place, now = (*found.key, found.id), self._clock.real()
        await conn.fetch(_BESIDE, *place, msgspec.json.encode(left).decode(), now)

    async def discard(self, key: PersonKey, writer: int, which: str) -> bool:
        """Throw one away; for a day it can be fetched back. False where it is no draft of hers. Raises `Busy`."""
        return bool(await self._pool.fetch(_DISCARD, *key, which, writer, self._clock.real()))

    async def fetch_back(self, key: PersonKey, writer: int, which: str) -> bool:
        """Make a draft again of what was thrown away. False where it is gone, or another was begun. Raises `Busy`."""
        try:
            return bool(await self._pool.fetch(_BACK, *key, which, writer, self._clock.real()))
        except asyncpg.UniqueViolationError:
            return False
