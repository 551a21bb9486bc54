"""Writing the region into an empty record, through the store like everybody else.

Each author's entries of one life are one commit, written for her organisation and on her behalf. A run that was
cut off goes on where it was: the row `demo` of `run` says which seed and day it was made for and how far it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access import accounts
from felles.access import open as doors
from felles.access.command import DEMO_RUN
from felles.demo import cards, region
from felles.demo.people import people
from felles.demo.places import GP_OFFICE, ORGANISATIONS, STAFF
from felles.demo.world import Life, Resource
from felles.record.changes import Change
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import RecordError

if TYPE_CHECKING:
    from felles.record.grants import Grant
    from felles.record.store import Store

TOGETHER: Final = 6
"""Lives written at once: their commits share transactions."""
JOB: Final = "felles demo"
_HOUR: Final = 3600 * MICROSECONDS

_EMPTY: Final = "select not exists (select 1 from entry) and not exists (select 1 from shared) as empty"
_STATE: Final = "select state::text as state from run where name = $1"
_KEEP: Final = """insert into run (name, state, changed) values ($1, $2::text::jsonb, $3)
    on conflict (name) do update set state = excluded.state, changed = excluded.changed"""


def _say_nothing(done: int, of: int, /) -> None:
    """Who is told when nobody asked."""
    del done, of


class NotEmpty(RecordError):
    """There is a record here already that is not the synthetic region's."""

    status = 409
    code = "conflict"


class State(msgspec.Struct, kw_only=True):
    """What `run` keeps. `organization` and `gp` are what an import in demo mode writes for, unless told."""

    seed: int
    day: str
    people: int
    done: int = 0
    whole: bool = False
    organization: str = ORGANISATIONS[GP_OFFICE].reference
    gp: str = STAFF["ingrid"].reference


@dataclass(frozen=True, slots=True)
class Filled:
    """What a run wrote: lives and entries of this run, none when all was there."""

    lives: int
    entries: int
    whole: bool


async def state_of(store: Store) -> State | None:
    """How far the region of this database is, or None when it has none."""
    rows = await store.pool.fetch(_STATE, DEMO_RUN)
    return msgspec.json.decode(rows[0]["state"], type=State) if rows else None


async def fill(
    store: Store,
    *,
    seed: int = region.SEED,
    count: int = region.PEOPLE,
    tell: Callable[[int, int], Any] = _say_nothing,
) -> Filled:
    """Write the region, or what of it is not here yet. `tell(lives done, lives in all)` follows it.

    A region that is whole is left as it is. Raises `NotEmpty` when other records are here, and whatever
    `Store.commit` raises.
    """
    state = await state_of(store)
    if state is not None and state.whole:
        return Filled(0, 0, whole=True)
    if state is None:
        rows = await store.pool.fetch(_EMPTY)
        if not rows[0]["empty"]:
            raise NotEmpty("there is a record here already: the synthetic region wants an empty database")
        today = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS, UTC).astimezone(store.settings.timezone)
        state = State(seed=seed, day=today.date().isoformat(), people=count)
        await _keep(store, state)
    return await _go_on(store, state, tell)


async def _go_on(store: Store, state: State, tell: Callable[[int, int], Any]) -> Filled:
    today = date.fromisoformat(state.day)
    entries = 0
    if state.done == 0:
        shared = region.shared()
        grant = _grant(store, None)
        await store.commit(grant, [_change(r) for r in shared], act="create", historic=True)
        entries += len(shared)
    # Backwards: those whose lives are told come first, so they are written last and head the lists of what changed.
    everyone = list(region.lives(state.seed, today, state.people))[::-1]
    first = state.done
    for begin in range(first, len(everyone), TOGETHER):
        batch = everyone[begin : begin + TOGETHER]
        entries += sum(await asyncio.gather(*(write_life(store, life) for life in batch)))
        state.done = begin + len(batch)
        await _keep(store, state)
        tell(state.done, len(everyone))
    for account in cards.accounts(people(state.seed, today, state.people)):
        await accounts.put(store, account, since=0, until=FOREVER)
    state.whole = True
    await _keep(store, state)
    return Filled(len(everyone) - first, entries, whole=True)


async def write_life(store: Store, life: Life) -> int:
    """Write one life; the number of entries. A life half written is written again over itself."""
    written = 0
    for author, entries in _by_author(life):
        changes = [_change(resource) for resource in entries]
        await store.commit(_grant(store, author), changes, act="create", historic=True)
        written += len(changes)
    return written


def _by_author(life: Life) -> list[tuple[str, list[Resource]]]:
    """Each author's entries together, in the order in which the authors first appear: the Patient's first."""
    order = {author: place for place, author in enumerate(dict.fromkeys(author for author, _ in life.entries))}
    ordered = sorted(life.entries, key=lambda entry: order[entry[0]])
    return [(author, [r for _, r in group]) for author, group in groupby(ordered, key=lambda entry: entry[0])]


def _grant(store: Store, author: str | None) -> Grant:
    until = store.clock.real() + _HOUR
    if author is None:
        return doors.maintenance(JOB, until=until, reason="the synthetic region")
    staff = STAFF[author]
    organisation = ORGANISATIONS[staff.units[0] if staff.units else staff.organisation]
    return doors.maintenance(
        JOB,
        until=until,
        organization=organisation.reference,
        organization_name=organisation.name,
        behalf=staff.practitioner,
        reason="the synthetic region",
    )


def _change(resource: Resource) -> Change:
    struct = fhir.decode(msgspec.json.encode(resource))
    return Change(op="update", type=resource["resourceType"], id=resource["id"], resource=struct)


async def _keep(store: Store, state: State) -> None:
    await store.pool.fetch(_KEEP, DEMO_RUN, msgspec.json.encode(state).decode(), store.clock.real())
