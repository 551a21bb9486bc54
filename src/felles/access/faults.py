"""Faults in the program that people report: kept, taken by one who runs it, answered, closed.

A report is about a page and holds nothing of anybody's record: words, the page's route (its pattern, never an address),
the program's version and the request's id, by which the operations log is searched. Who reported is kept as a hash
alone, so that she is shown what became of it; who runs the program sees her role and organisation. A report has an
owner at each moment: who took it, else all who may `approve`, that is, whoever runs the record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from felles import __version__
from felles.access.errors import Refused
from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent, Conflict, Forbidden
from felles.record.ids import SHARED_BUCKET, mark_of, new_id

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.store import Store

LONGEST: Final = 2000
"""Letters of a report, and of its answer."""
WAITING: Final = 1000
"""At most this many are open; more than that is somebody's machine, and is refused until some are closed."""
MINE: Final = 20
"""At most this many open ones of one person, and so many are shown to her."""
KEPT: Final = 365 * 86_400 * MICROSECONDS
"""A closed report is deleted after this."""
_ELEVEN: Final = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0]?\d){10}(?!\d)")
"""A national number as people write it: eleven digits, with or without something between. A mistyped one is one too."""
_REQUEST: Final = re.compile(r"[a-z]{4,32}")


class State(IntEnum):
    """`fault_report.state`."""

    REPORTED = 0
    TAKEN = 1
    CLOSED = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One report. Times real microseconds; `role` a code or ""; `owner_name` of who took it."""

    id: str
    state: State
    words: str
    route: str
    version: str
    request: str
    role: str
    place: str
    made: int
    owner: str | None
    owner_name: str | None
    taken: int | None
    answer: str | None
    closed: int | None


_FIELDS: Final = (
    "id, state, words, route, version, request, role, place, made, owner, owner_name, taken, answer, closed"
)
_SWEEP: Final = "delete from fault_report where state = 2 and closed < $1"
_OPEN: Final = """select count(*) as open, count(*) filter (where reporter = $1) as hers
    from fault_report where state in (0, 1)"""
_INSERT: Final = """insert into fault_report (id, words, route, version, request, role, place, reporter, made)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
_LIST: Final = f"select {_FIELDS} from fault_report order by state = 2, coalesce(closed, made) desc limit 300"
_ONE: Final = f"select {_FIELDS} from fault_report where id = $1"
_HERS: Final = f"select {_FIELDS} from fault_report where reporter = $1 order by made desc limit {MINE}"
_TAKE: Final = """update fault_report set state = 1, owner = $2, owner_name = $3, taken = $4
    where id = $1 and state in (0, 1) returning id"""
_ANSWER: Final = """update fault_report set answer = $2, state = $3, closed = $4
    where id = $1 and state in (0, 1) returning id"""


def wrong(words: str) -> str:
    """The rule that the words of a report or an answer break: `missing`, `long`, `number`; "" when all is well."""
    if not words.strip():
        return "missing"
    if len(words) > LONGEST:
        return "long"
    return "number" if _ELEVEN.search(words) else ""


def request_of(sent: str) -> str:
    """A request's id as a page sent it back, or "" when it is none."""
    return sent if _REQUEST.fullmatch(sent) else ""


async def report(store: Store, actor: Actor | None, words: str, route: str, request: str) -> None:
    """Keep a report. `route` is one of the program's patterns or "". Raises `Refused`, `Conflict` (too many open)."""
    if rule := wrong(words):
        raise Refused(f"the report is {rule}")
    real = store.clock.real()
    await store.pool.fetch(_SWEEP, real - KEPT)
    reporter = None if actor is None else mark_of(actor.reference)
    there = (await store.pool.fetch(_OPEN, reporter))[0]
    if there["open"] >= WAITING or there["hers"] >= MINE:
        raise Conflict("too many reports are open: try again when some are closed")
    who = ("", "") if actor is None else (actor.role_code, actor.organization_name)
    values = (words.strip(), route, __version__, request_of(request), *who, reporter, real)
    await store.pool.fetch(_INSERT, new_id(SHARED_BUCKET), *values)


async def mine(store: Store, actor: Actor) -> list[Fault]:
    """The actor's own reports, the newest first. Raises `Busy`."""
    return [_fault(row) for row in await store.pool.fetch(_HERS, mark_of(actor.reference))]


async def listed(store: Store, actor: Actor) -> list[Fault]:
    """All reports, those that are open first. Raises `Forbidden`, `Busy`."""
    _may_tend(actor)
    return [_fault(row) for row in await store.pool.fetch(_LIST)]


async def one(store: Store, actor: Actor, fault: str) -> Fault:
    """One report. Raises `Forbidden`, `Absent`, `Busy`."""
    _may_tend(actor)
    rows = await store.pool.fetch(_ONE, fault)
    if not rows:
        raise Absent("there is no such report")
    return _fault(rows[0])


async def take(store: Store, actor: Actor, fault: str) -> None:
    """Be its owner, in the place of who was. Raises `Forbidden`, `Absent`, `Conflict` when it is closed."""
    await one(store, actor, fault)
    if not await store.pool.fetch(_TAKE, fault, actor.reference, actor.name, store.clock.real()):
        raise Conflict("this report is closed")


async def answer(store: Store, actor: Actor, fault: str, words: str, *, close: bool) -> None:
    """Tell the reporter something, and close the report with it if `close`; whoever answers takes what nobody has.

    Raises `Forbidden`, `Absent`, `Refused` (as `wrong`), `Conflict` when it is closed.
    """
    held = await one(store, actor, fault)
    if rule := wrong(words):
        raise Refused(f"the answer is {rule}")
    if held.owner is None:
        await take(store, actor, fault)
    state, closed = (State.CLOSED, store.clock.real()) if close else (State.TAKEN, None)
    if not await store.pool.fetch(_ANSWER, fault, words.strip(), int(state), closed):
        raise Conflict("this report is closed")


def _fault(row: Any) -> Fault:
    return Fault(row["id"], State(row["state"]), *list(row.values())[2:])


def _may_tend(actor: Actor) -> None:
    if not actor.may("approve"):
        raise Forbidden("only whoever runs the record reads reports of faults")
