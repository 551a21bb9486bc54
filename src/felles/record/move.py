"""Moving an entry that was written on the wrong person to the one it is about.

The law has it taken out of the record it does not belong to (helsepersonelloven § 44; pasientjournalloven § 25), and it
is still documentation of care given to somebody (hpl § 39). One commit does both, under the lock of both persons:

    on the right person    a new entry with a history of its own: the current text (`record.moving`), whose organisation
                           and author it stays; who moved it has entered it for her. Files that it refers to go along
    on the wrong person    deleted (410), and every version withdrawn: no read, search, history or feed shows any
    what follows           relations, index and what is derived, as of any entry that is written and one deleted
    logs                   a line for each person, which names neither the other nor why; one about nobody that says
                           what went where, by whom and why

Both doors decide: who moves has the verb, the entry is open to her and her organisation's, and so is the other person.
Moving it back is the same act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from felles.record.changes import Change, Moving
from felles.record.errors import Conflict, Gone, PreconditionFailed, RecordError, Unprocessable
from felles.record.homes import SHARED_TYPES
from felles.record.ids import mark_of
from felles.record.joined import keys_of
from felles.record.moving import Left, moved, moved_file, numbers_in, referred
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.changes import Result
    from felles.record.grants import Grant, PersonGrant, PersonKey
    from felles.record.plan import Step
    from felles.record.pool import Conn, Pool
    from felles.record.read_items import Item
    from felles.record.store import Store

TRIES: Final = 3
_CURRENT: Final = """
select e.version, e.deleted, e.org, e.author, e.behalf, e.body from entry e
 where e.bucket = $1 and e.type = $2 and e.id = $3 and e.form = 0 order by e.version desc limit 1"""
_PATIENTS: Final = f"""
select distinct on (e.id) e.id, e.body from entry e
 where (e.bucket, e.person) in (select * from unnest($1::smallint[], $2::bigint[])) and e.type = {TYPES["Patient"]}
   and e.form = 0 order by e.id, e.version desc"""
_ELSEWHERE: Final = """
select exists (select 1 from entry e
  where (e.bucket, e.person) in (select * from unnest($1::smallint[], $2::bigint[])) and e.state = 0 and e.form = 0
    and not e.deleted and position($3 in e.body) > 0 and not (e.type = $4 and e.id = $5)) as used"""
_REFER: Final = """
select e.self from entry e
 where (e.bucket, e.person) in (select * from unnest($1::smallint[], $2::bigint[])) and e.state = 0 and e.form = 0
   and not e.deleted and not (e.type = $4 and e.id = $5)
   and (position('"' || $3 || '"' in e.body) > 0 or position('"' || $3 || '/_history/' in e.body) > 0)"""
"""Wherever they refer: a remark refers by an element that nothing searches by."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The entry where it lies, as the database has it: nothing is decided yet, and nothing of it is shown."""

    reference: str
    key: PersonKey
    keys: tuple[PersonKey, ...]
    row: Any


async def move(
    store: Store,
    grant: Grant,
    entry: str,
    patient: str,
    reason: str,
    *,
    expected: int | None = None,
    case: Grant | None = None,
) -> Result:
    """Move `entry` (`Type/id`) to `patient` (`Patient/y`); the new entry. Durable and logged when it returns.

    `expected` is the version she has seen. `case`: under which she reaches the entry when she answers the demand that
    it is corrected (`access.move_by_case`). Raises `Forbidden`, `Absent`, `Gone`, `Conflict`, `PreconditionFailed`,
    `Unprocessable`, `Busy`; then nothing was moved.
    """
    for attempt in range(TRIES):
        changes = await _changes(store, entry, patient, reason, expected, case)
        try:
            return (await store.commit(grant, changes, act="move"))[1]
        except PreconditionFailed:  # it, or what refers to its files, was written meanwhile
            if attempt == TRIES - 1:
                raise
    raise AssertionError


async def left_behind(store: Store, grant: PersonGrant, entry: str) -> tuple[list[Item], list[Item]]:
    """What would be parted: entries that refer to `entry` and stay, and those that it refers to and would no longer.

    Those that the reader sees; logged. Raises `Busy`.
    """
    found = await _find(store, entry)
    if found is None or found.row["deleted"]:
        return [], []
    type_name, _, name = entry.partition("/")
    place = (entry, TYPES[type_name], name)
    referring = [row["self"] for row in await store.pool.fetch(_REFER, *_columns(found.keys), *place)]
    references, _ = referred(found.row["body"])
    theirs = [mark_of(each) for each in await _hers(store, found, references) if not each.startswith("Patient/")]
    items = await store.items(grant, [*referring, *theirs], "move") if referring or theirs else []
    return [each for each in items if mark_of(each.reference) in set(referring)], [
        each for each in items if mark_of(each.reference) in set(theirs)
    ]


# -- making the changes ------------------------------------------------------------------------------------


async def _changes(
    store: Store, entry: str, patient: str, reason: str, expected: int | None, case: Grant | None
) -> list[Change]:
    """First the one that takes it away: whether the entry is here for her is answered before anything else."""
    type_name, _, name = entry.partition("/")
    found = await _find(store, entry)
    about = Moving(entry=entry, version=0, org=0, author="", behalf=None, reason=reason, grant=case)
    if found is None:
        return [_away(type_name, name, expected, about)]
    row = found.row
    about = replace(about, version=row["version"], org=row["org"], author=row["author"], behalf=row["behalf"])
    try:
        resource, files = await _copy(store, found, patient)
    except RecordError as error:
        return [_away(type_name, name, expected, replace(about, wrong=error))]
    changes = [
        _away(type_name, name, expected, about),
        Change(op="create", type=type_name, resource=resource, moving=about),
    ]
    for file in files:
        riding = replace(about, rides=True, version=file.version, org=file.org)
        if file.alone:
            changes.append(_away("Binary", file.id, None, riding))
        changes.append(Change(op="create", type="Binary", resource=file.resource, full_url=file.url, moving=riding))
    return changes


def _away(type_name: str, name: str, expected: int | None, moving: Moving) -> Change:
    return Change(op="delete", type=type_name, id=name, expected=expected, moving=moving)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that goes along; `alone`: nothing else of hers refers to it, so it leaves her record."""

    id: str
    url: str
    version: int
    org: int
    resource: Any
    alone: bool


async def _copy(store: Store, found: _Found, patient: str) -> tuple[Any, list[_File]]:
    if found.row["deleted"]:
        raise Gone(f"{found.reference} was deleted")
    if not found.key[1]:
        raise Unprocessable(f"{found.reference} is nobody's: write it anew with its person, and delete this one")
    body: str = found.row["body"]
    references, names = referred(body)
    theirs = await _hers(store, found, references)
    urls = {name: f"urn:uuid:{uuid4()}" for name in sorted(await _hers(store, found, names))}
    patients, numbers = await _people(store, found)
    left = Left(patients, numbers, frozenset(theirs - patients), urls)
    if patient in patients:
        raise Conflict(f"{found.reference} is in the record of {patient} already")
    files = [await _file(store, found, name, url, patient, left) for name, url in urls.items()]
    return moved(body, patient, left), files


async def _file(store: Store, found: _Found, name: str, url: str, patient: str, left: Left) -> _File:
    file = await _find(store, name)
    if file is None or file.row["deleted"]:
        raise Unprocessable(f"{name}, which it refers to, is not here")
    used = await _is_used(store.pool, found.keys, name, found.reference)
    row = file.row
    made = moved_file(row["body"], patient, left)
    return _File(name.partition("/")[2], url, row["version"], row["org"], made, alone=not used)


async def files_elsewhere(conn: Conn, steps: list[Step], joined: dict[PersonKey, tuple[PersonKey, ...]]) -> set[str]:
    """Ids of the files that would leave with what is moved although others refer to them by now: asked under the lock.

    `joined` has all keys of those who have several.
    """
    found: set[str] = set()
    for step in steps:
        moving = step.change.moving
        if moving is not None and moving.rides and step.change.op == "delete":
            keys = joined.get(step.key, (step.key,))
            if await _is_used(conn, keys, f"{step.change.type}/{step.id}", moving.entry):
                found.add(step.id)
    return found


async def _is_used(source: Conn | Pool, keys: tuple[PersonKey, ...], file: str, entry: str) -> bool:
    """Whether another entry of the person with these keys than `entry` refers to `file` (both `Type/id`)."""
    type_name, _, name = entry.partition("/")
    rows = await source.fetch(_ELSEWHERE, *_columns(keys), f'"{file}"', TYPES[type_name], name)
    return bool(rows[0]["used"])


async def _find(store: Store, entry: str) -> _Found | None:
    type_name, _, name = entry.partition("/")
    if type_name in SHARED_TYPES or type_name not in TYPES:
        return None
    key = await store.place(entry)
    rows = [] if key is None else await store.pool.fetch(_CURRENT, key[0], TYPES[type_name], name)
    if key is None or not rows:
        return None
    keys = (await keys_of(store.pool, [key])).get(key, (key,)) if key[1] else (key,)
    return _Found(entry, key, keys, rows[0])


async def _people(store: Store, found: _Found) -> tuple[frozenset[str], frozenset[str]]:
    rows = await store.pool.fetch(_PATIENTS, *_columns(found.keys))
    numbers = {number for row in rows if row["body"] for number in numbers_in(row["body"])}
    return frozenset(f"Patient/{row['id']}" for row in rows), frozenset(numbers)


async def _hers(store: Store, found: _Found, references: set[str]) -> set[str]:
    """Those of the references that lead into the record it leaves."""
    places = {each: await store.place(each) for each in sorted(references)}
    return {each for each, key in places.items() if key in found.keys}


def _columns(keys: tuple[PersonKey, ...]) -> tuple[list[int], list[int]]:
    return [bucket for bucket, _ in keys], [person for _, person in keys]
