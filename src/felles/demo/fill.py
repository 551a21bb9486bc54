"""Writing the region into an empty record, through the store like everybody else.

Lives are made as they are written, some dozens at a time, so that memory does not grow with the region. Of such a
batch first the Patients are committed and then each author's entries, written for her organisation and on her behalf.
A run that was cut off goes on where it was: the row `demo` of `run` says what it was made for and how far it came.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access import accounts
from felles.access import open as doors
from felles.access.command import DEMO_RUN
from felles.demo import cards, region, review
from felles.demo.places import GP_OFFICE, ORGANISATIONS, STAFF
from felles.demo.region import Region
from felles.demo.world import Life, Resource
from felles.record.changes import Change
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import Busy, RecordError

if TYPE_CHECKING:
    from felles.demo.people import Household
    from felles.demo.world import Person
    from felles.record.grants import Grant
    from felles.record.store import Store

TOGETHER: Final = 60
"""About so many lives are a batch."""
AHEAD: Final = 2
"""So many batches are under way in the database while the next one is made."""
MOST: Final = 400
"""At most so many entries in one commit."""
JOB: Final = "felles demo"
GROWN: Final = 18
"""Years from which somebody may be written about to the reviewer."""
_TRIES: Final = 6
_HOUR: Final = 3600 * MICROSECONDS
_HAPPENED: Final = ("effectiveDateTime", "issued", "date")

_EMPTY: Final = "select not exists (select 1 from entry) and not exists (select 1 from shared) as empty"
_STATE: Final = "select state::text as state from run where name = $1"
_KEEP: Final = """insert into run (name, state, changed) values ($1, $2::text::jsonb, $3)
    on conflict (name) do update set state = excluded.state, changed = excluded.changed"""


def _say_nothing(done: int, of: int, entries: int, /) -> None:
    """Who is told when nobody asked."""
    del done, of, entries


Tell = Callable[[int, int, int], Any]
"""Told (people done, people in all, entries written by this run)."""


class NotEmpty(RecordError):
    """There is a record here already that is not the synthetic region's."""

    status = 409
    code = "conflict"


class State(msgspec.Struct, kw_only=True):
    """What `run` keeps.

    `homes` households with `done` people are written. `offset`: how far the clinical clock is moved (microseconds)
    when the region goes on from the day it was made for. `organization` and `gp` are what an import in demo mode
    writes for, unless told.
    """

    seed: int
    day: str
    people: int
    years: int = 5
    homes: int = 0
    done: int = 0
    whole: bool = False
    offset: int = 0
    organization: str = ORGANISATIONS[GP_OFFICE].reference
    gp: str = STAFF["ingrid"].reference


@dataclass(frozen=True, slots=True)
class Filled:
    """What a run wrote: lives and entries of this run, none when all was there."""

    lives: int
    entries: int
    whole: bool
    day: str


async def state_of(store: Store) -> State | None:
    """How far the region of this database is, or None when it has none."""
    rows = await store.pool.fetch(_STATE, DEMO_RUN)
    return msgspec.json.decode(rows[0]["state"], type=State) if rows else None


def today(store: Store) -> date:
    """The day by the clinical clock, where the region lies."""
    return _now(store).date()


def _now(store: Store) -> datetime:
    now = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS, UTC)
    return now.astimezone(store.settings.timezone)


async def fill(
    store: Store,
    *,
    seed: int = region.SEED,
    count: int = region.PEOPLE,
    years: int | None = None,
    tell: Tell = _say_nothing,
) -> Filled:
    """Write the region, or what of it is not here yet.

    `tell(people done, people in all, entries of this run)` follows it. A region that is whole is left as it is.
    Raises `NotEmpty` when other records are here, and whatever `Store.commit` raises.
    """
    state = await state_of(store)
    if state is not None and state.whole:
        return Filled(0, 0, whole=True, day=state.day)
    if state is None:
        rows = await store.pool.fetch(_EMPTY)
        if not rows[0]["empty"]:
            raise NotEmpty("there is a record here already: the synthetic region wants an empty database")
        made = Region(seed, today(store), count, years)
        state = State(seed=seed, day=made.today.isoformat(), people=made.count, years=made.years)
        await keep(store, state)
    return await _go_on(store, state, tell)


async def _go_on(store: Store, state: State, tell: Tell) -> Filled:
    made = Region(state.seed, date.fromisoformat(state.day), state.people, state.years)
    begun, entries = state.done, 0
    under_way: deque[tuple[asyncio.Task[int], int, int]] = deque()
    told: list[Household] = []

    async def land() -> None:
        nonlocal entries
        task, homes, people = under_way.popleft()
        entries += await task
        state.homes, state.done = state.homes + homes, state.done + people
        await keep(store, state)
        tell(state.done, state.people, entries)

    try:
        for shared, homes in _batches(made, state.homes, told):
            if shared:  # before anybody refers to them
                while under_way:
                    await land()
                entries += await _write_shared(store, shared)
            lives = [life for home in homes for life in made.lives_of(home)]
            under_way.append((asyncio.create_task(write(store, made, lives)), len(homes), len(lives)))
            await asyncio.sleep(0)
            while len(under_way) > AHEAD:
                await land()
        while under_way:
            await land()
    finally:
        await asyncio.gather(*(task for task, _, _ in under_way), return_exceptions=True)
    # Those whose lives are told are written last: they head the lists of what changed.
    lives = [life for home in told for life in made.lives_of(home)]
    entries += await write(store, made, lives)
    entries += await review.wait(store, made.places, _ordinary(made))
    for account in cards.accounts([life.person for life in lives]):
        await accounts.put(store, account, since=0, until=FOREVER)
    state.done, state.whole = state.people, True
    await keep(store, state)
    tell(state.done, state.people, entries)
    return Filled(state.done - begun, entries, whole=True, day=state.day)


def _ordinary(made: Region) -> list[Person]:
    """Some grown-ups of whom no story is told."""
    homes = (home for _, home in made.homes() if home.key not in region.TOLD)
    living = (each for home in homes for each in home.people if each.died is None and each.age(made.today) >= GROWN)
    return list(islice(living, 3))


def _batches(made: Region, done: int, told: list[Household]) -> Iterator[tuple[list[Resource], list[Household]]]:
    """What is not written yet: (organisations and staff, households) by TOGETHER people; the cast into `told`."""
    shared: list[Resource] = []
    homes: list[Household] = []
    for number, (new, home) in enumerate(made.homes()):
        if new:
            if homes:
                yield shared, homes
                shared, homes = [], []
            shared = new  # written again when a run goes on: the same entries, and none is lost
        if home.key in region.TOLD:
            told.append(home)
        elif number - len(told) >= done:
            homes.append(home)
        if sum(len(home.people) for home in homes) >= TOGETHER:
            yield shared, homes
            shared, homes = [], []
    if shared or homes:
        yield shared, homes


async def _write_shared(store: Store, shared: list[Resource]) -> int:
    """Organisations and staff that are not here yet."""
    ids = [resource["id"] for resource in shared]
    rows = await store.pool.fetch("select id from shared where id = any($1::text[]) and form = 0 and state = 0", ids)
    here = {row["id"] for row in rows}
    new = [resource for resource in shared if resource["id"] not in here]
    if new:
        await patiently(lambda: _put(store, _grant(store, None, None), new))
    return len(new)


async def write(store: Store, made: Region, lives: list[Life]) -> int:
    """Write some lives; the number of entries. A life half written is written again over itself."""
    patients: dict[str, list[Resource]] = {}
    others: dict[str, list[Resource]] = {}
    now = _now(store).isoformat(timespec="seconds")
    for life in lives:
        for author, resource in life.entries:
            be_noted_by(resource, now)
            (patients if resource["resourceType"] == "Patient" else others).setdefault(author, []).append(resource)
    for part in (patients, others):
        await asyncio.gather(*(_commit(store, made, author, some) for author, some in part.items()))
    return sum(len(life.entries) for life in lives)


def be_noted_by(resource: Resource, now: str) -> None:
    """Have nothing that was seen or noted be later than `now` (an instant in Norway); what is to come stays.

    A region that is made at night so has a little earlier what is noted each morning.
    """
    for name in _HAPPENED:
        if resource.get(name, "") > now:
            resource[name] = now


async def _commit(store: Store, made: Region, author: str, resources: list[Resource]) -> None:
    for begin in range(0, len(resources), MOST):
        some = resources[begin : begin + MOST]
        await patiently(lambda some=some: _put(store, _grant(store, made, author), some))


async def _put(store: Store, grant: Grant, resources: list[Resource]) -> None:
    """Commit some entries, made anew each time: a commit that was refused may have altered its structs."""
    await store.commit(grant, [_change(resource) for resource in resources], act="create", historic=True)


async def patiently(work: Callable[[], Awaitable[Any]]) -> None:
    """Do it, and again while the database is too busy for it; what happens twice is the same entry again.

    Raises `Busy` after some tries.
    """
    for attempt in range(_TRIES):
        try:
            await work()
        except Busy:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(2**attempt)
        else:
            return


def _grant(store: Store, made: Region | None, author: str | None) -> Grant:
    until = store.clock.real() + _HOUR
    if made is None or author is None:
        return doors.maintenance(JOB, until=until, reason="oppdiktet region")
    staff = made.places.staff[author]
    organisation = made.places.organisations[staff.works_in]
    return doors.maintenance(
        JOB,
        until=until,
        organization=organisation.reference,
        organization_name=organisation.name,
        behalf=staff.practitioner,
        reason="oppdiktet region",
    )


def _change(resource: Resource) -> Change:
    struct = fhir.decode(msgspec.json.encode(resource))
    return Change(op="update", type=resource["resourceType"], id=resource["id"], resource=struct, loaded=True)


async def keep(store: Store, state: State) -> None:
    """Put the state into `run`."""
    said = msgspec.json.encode(state).decode()
    await patiently(lambda: store.pool.fetch(_KEEP, DEMO_RUN, said, store.clock.real()))
