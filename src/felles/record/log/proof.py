"""Runs that prove the log: asked for, under way, and what they found, so that it is seen when it last was whole.

A run over samples proves the newest ticks and some drawn at random; only a run over the whole log proves that no
beginning was made anew, and only one against the copy outside (`felles log verify --copy`) that no end was cut off.
A row is a note of a run, no proof by itself: who can write to the database can write one.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from felles.record.clock import MICROSECONDS
from felles.record.ids import SHARED_BUCKET, new_id
from felles.record.log.verify import Broken, Report, verify, verify_window
from felles.record.maintenance import AWAY, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncpg
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SILENT: Final = 60 * MICROSECONDS
"""A run that has not been heard of for so long is over: its process is gone."""
WINDOWS: Final = 5
"""Samples of a run: the newest ticks, the rest drawn at random."""
WINDOW_TICKS: Final = 500
WINDOW_LINES: Final = 5_000
"""A sample ends with the tick that fills it."""
SOME: Final = 250
"""Lines fetched at once in a process that also answers requests: it is theirs again within a few milliseconds."""


class State(IntEnum):
    """`proof.state`."""

    RUNNING = 0
    WHOLE = 1
    BROKEN = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """One run. Times in microseconds by the database's clock; `read` of about `about` lines are looked at.

    `ticks` and `sealed` were proved, up to the tick `head`; `said`: what is broken, or why it failed.
    """

    id: str
    whole: bool
    state: State
    actor_name: str
    began: int
    beat: int
    ended: int | None
    read: int
    about: int
    ticks: int
    sealed: int
    head: int | None
    said: str | None

    def state_at(self, now: int) -> State:
        """How it stands: what is silent for long has failed."""
        lost = self.state is State.RUNNING and now - self.beat > SILENT
        return State.FAILED if lost else self.state


_NOW: Final = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_FIELDS: Final = "id, whole, state, actor_name, began, beat, ended, read, about, ticks, sealed, head, said"
_BEGIN: Final = f"""
insert into proof (id, whole, actor, actor_name, began, beat)
select $1, $2, $3, $4, {_NOW}, {_NOW}
 where not exists (select from proof where state = 0 and beat > {_NOW} - {SILENT})"""
_NOTE: Final = f"""insert into proof (id, whole, actor, actor_name, began, beat)
    values ($1, true, $2, $3, {_NOW} - $4::bigint, {_NOW})"""
_BEAT: Final = f"update proof set beat = {_NOW}, read = $2, about = $3 where id = $1 and state = 0"
_END: Final = f"""update proof set state = $2, beat = {_NOW}, ended = {_NOW}, read = $3, about = $3, ticks = $4,
    sealed = $5, head = $6, said = $7 where id = $1"""
_LIST: Final = f"select {_FIELDS} from proof order by began desc, id limit $1"
_LAST_WHOLE: Final = f"select {_FIELDS} from proof where whole and state = 1 order by began desc limit 1"
_HEAD: Final = "select max(tick) from tick"
_SUMS: Final = "select tick, leaves from tick where tick >= $1 order by tick limit $2"


def proof_of(row: Any) -> Proof:
    """A run from a row with the columns of `proof`."""
    return Proof(row["id"], row["whole"], State(row["state"]), *list(row.values())[3:])


async def listed(conn: Any, many: int = 10) -> list[Proof]:
    """The newest runs. `conn`: a connection, or a pool of ours."""
    return [proof_of(row) for row in await conn.fetch(_LIST, many)]


async def last_whole(conn: Any) -> Proof | None:
    """The last run that proved the whole log."""
    rows = await conn.fetch(_LAST_WHOLE)
    return proof_of(rows[0]) if rows else None


async def begin(conn: asyncpg.Connection, actor: str, name: str, *, whole: bool) -> str | None:
    """Note that a run begins; its id, or None when one is under way."""
    made = new_id(SHARED_BUCKET)
    done = await conn.execute(_BEGIN, made, whole, actor, name)
    return made if done.endswith(" 1") else None


async def note(conn: asyncpg.Connection, actor: str, name: str, found: Report | Broken, *, seconds: float) -> None:
    """Note a run over the whole log that has ended, and took so long."""
    made = new_id(SHARED_BUCKET)
    await conn.execute(_NOTE, made, actor, name, int(seconds * MICROSECONDS))
    await end(conn, made, found)


async def end(conn: asyncpg.Connection, run: str, found: Report | Broken | Exception) -> None:
    """Note what a run found."""
    head = await conn.fetchval(_HEAD)
    if isinstance(found, Report):
        lines = found.sealed + found.unsealed
        await conn.execute(_END, run, State.WHOLE, lines, found.ticks, found.sealed, head, None)
    else:
        state = State.BROKEN if isinstance(found, Broken) else State.FAILED
        said = str(found) if isinstance(found, Broken) else type(found).__name__
        await conn.execute(_END, run, state, 0, 0, 0, None, said)


@dataclass(slots=True)
class _Told:
    """How far a run has come."""

    read: int = 0
    about: int = 0
    before: int = 0

    def progress(self, read: int, about: int) -> None:
        self.read, self.about = self.before + read, max(about, self.about)


async def carry_out(url: str, run: str, public: Mapping[str, Ed25519PublicKey], *, whole: bool) -> None:
    """Prove the log, or samples of it, and note how far it came and what was found. `url` is the workers' role.

    Raises nothing: a run that cannot go on is noted as failed, and one that cannot even be noted falls silent.
    """
    with suppress(*AWAY):
        look = await connect(url)
        note = await connect(url)
        told = _Told()
        beating = asyncio.create_task(_beat(note, run, told))
        found: Report | Exception
        try:
            proved = (
                verify(look, public, progress=told.progress, prefetch=SOME) if whole else _samples(look, public, told)
            )
            found = await proved
        except (Broken, *AWAY) as error:
            found = error
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await look.close(timeout=1)
        try:
            await end(note, run, found)
        finally:
            await note.close(timeout=1)


async def _beat(conn: asyncpg.Connection, run: str, told: _Told) -> None:
    while True:
        await asyncio.sleep(1)
        await conn.execute(_BEAT, run, told.read, told.about)


async def _samples(conn: asyncpg.Connection, public: Mapping[str, Ed25519PublicKey], told: _Told) -> Report:
    """Prove the newest ticks and some drawn at random. Raises `Broken`."""
    total = Report()
    head = int(await conn.fetchval(_HEAD) or 0)
    if not head:
        return total
    newest = max(1, head - WINDOW_TICKS // 5)
    starts = {newest, *(1 + secrets.randbelow(head) for _ in range(WINDOWS - 1))}
    windows = _apart([(first, await _window(conn, first)) for first in sorted(starts)])
    for first, last in windows:
        report = await verify_window(conn, public, first, last, progress=told.progress, prefetch=SOME)
        total.ticks += report.ticks
        total.sealed += report.sealed
        total.erased += report.erased
        told.before += report.sealed
    return total


async def _window(conn: asyncpg.Connection, first: int) -> int:
    """The last tick of the sample that begins with `first`."""
    last, lines = first, 0
    for row in await conn.fetch(_SUMS, first, WINDOW_TICKS):
        last, lines = row["tick"], lines + row["leaves"]
        if lines >= WINDOW_LINES:
            break
    return int(last)


def _apart(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The windows, in order, those that overlap made one: no tick is counted twice."""
    apart: list[tuple[int, int]] = []
    for first, last in windows:
        if apart and first <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
        else:
            apart.append((first, last))
    return apart
