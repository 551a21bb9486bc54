"""Joining and un-joining Patients of one person.

Two Patients are joined by one row: the other key's `lead` points to the key that leads. No entry moves, and each keeps
the reference it was written with; what opens and closes the record is copied between the keys (`mirroring`), so
un-joining is the same row set back and the copies taken away. What was written meanwhile lies with the Patient it
names, and is listed for somebody to sort.

    joined        `patient` leads, or comes to; `other` has joined nobody and nobody has joined it
    refused       the same Patient twice, the other joined already, one that follows another (a chain), one that is
                  not here (404) or was deleted (410), and one with protected address with one without: joined, the
                  one would show where the other is
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from felles import fhir
from felles.record.aftermath import After, follow
from felles.record.decide import leaves
from felles.record.errors import Absent, Conflict, Forbidden, Gone, RecordError, Unprocessable
from felles.record.joined import keys_of
from felles.record.lane import unnest
from felles.record.mirroring import mirror, no_twins, part, twins
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from felles.record.grants import Grant, PersonKey
    from felles.record.pool import Conn
    from felles.record.store import Store

TRIES: Final = 3
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_PATIENT: Final = TYPES["Patient"]
_LOCK: Final = """
select p.bucket, p.person, p.lead_bucket, p.lead, p.joined, p.protected, p.reserved, p.touched,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
  from person p where (p.bucket, p.person) in (select * from unnest($1::smallint[], $2::bigint[]))
 order by p.bucket, p.person for no key update"""
_CURRENT: Final = f"""
select e.id, e.deleted, e.body from entry e
 where e.bucket = $1 and e.type = {_PATIENT} and e.id = $2 and e.form = 0 and e.state = 0"""
_LEAD: Final = """
update person set lead_bucket = $3, lead = $4, joined = true where bucket = $1 and person = $2"""
_LEADS: Final = "update person set joined = true where bucket = $1 and person = $2"
_SINCE: Final = """
insert into joining (bucket, person, lead_bucket, lead, since, by) values ($1, $2, $3, $4, $5, $6)"""
_UNLEAD: Final = """
update person set lead_bucket = null, lead = null, joined = false where bucket = $1 and person = $2"""
_ENDED: Final = """
update joining set ended = $3 where bucket = $1 and person = $2 and ended is null returning since"""
_PATIENTS: Final = f"""
select e.id, e.body from entry e
 where e.bucket = $1 and e.person = $2 and e.type = {_PATIENT} and e.form = 0 and e.state = 0 and not e.deleted"""
# Written by the pages as well: the database's time, as `joining.since` is.
_WRITTEN: Final = f"""
select n.name, e.id, e.updated, e.org,
       (select min(x.id) from entry x where x.bucket = e.bucket and x.person = e.person and x.type = {_PATIENT}
           and x.form = 0 and x.state = 0 and not x.deleted) as patient
  from unnest($1::smallint[], $2::bigint[]) k(bucket, person)
  join entry e on e.bucket = k.bucket and e.person = k.person and e.form = 0 and e.state = 0 and e.updated >= $3
  join type_name n on n.type = e.type
 order by e.updated, e.id"""
_SAID: Final = (("bucket", "smallint"), ("person", "bigint"), ("real", "bigint"), ("text", "text"))
_LOG: Final = f"with logged as ({leaves(unnest(_SAID), '$5')}) select 1"

_FACE_COLUMNS: Final = "p.bucket, p.person, e.id, e.body, p.joined, p.lead is not null as follows"
_FACES: Final = f"""
select {_FACE_COLUMNS} from unnest($1::smallint[], $2::bigint[]) k(bucket, person)
  join person p using (bucket, person)
  join entry e on e.bucket = p.bucket and e.person = p.person and e.type = {_PATIENT} and e.form = 1 and e.state = 0
   and not e.deleted
 order by p.lead is not null, e.id"""
_NUMBER: Final = "select id from national_number where number = $1"
_JOININGS: Final = """
select j.bucket, j.person, j.lead_bucket, j.lead, j.since, j.by from joining j where j.ended is null
 order by j.since desc limit $1"""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry written while two Patients were joined: when (real microseconds) and for which organisation (hash).

    `patient`: the id of the Patient whom it stays with.
    """

    reference: str
    updated: int
    org: int
    patient: str


@dataclass(frozen=True, slots=True)
class Face:
    """A Patient as a look-up shows it. `follows`: it has joined another; `joined`: that, or others have joined it."""

    key: PersonKey
    id: str
    body: str
    joined: bool
    follows: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """Two Patients that are joined: since when (real microseconds) and by whom (a reference)."""

    lead: Face
    other: Face
    since: int
    by: str


async def join(store: Store, grant: Grant, patient: str, other: str) -> None:
    """Join the Patient `other` (an id) to `patient`, which leads. Durable and logged when it returns.

    Raises `Forbidden`, `Unprocessable`, `Conflict`, `Absent`, `Gone`, `Busy`.
    """
    await _carry_out(_Join(store, grant, patient, other))


async def unjoin(store: Store, grant: Grant, patient: str) -> list[Written]:
    """Part the Patient (an id) that follows another; the entries that were written meanwhile, the oldest first.

    Of a Patient that leads all others are parted. Raises `Forbidden`, `Conflict` (not joined), `Absent`, `Busy`.
    """
    return await _carry_out(_Part(store, grant, patient))


async def faces(store: Store, grant: Grant, wanted: Sequence[str]) -> list[Face | None]:
    """The look-up form of each Patient of `wanted` (an id or a national number); None for who is not here. Logged.

    Raises `Forbidden`, `Busy`.
    """
    _may(store, grant)
    found: list[Face | None] = []
    for each in wanted:
        rows = await store.pool.fetch(_NUMBER, each) if len(each) == 11 and each.isdigit() else []
        patient = rows[0]["id"] if rows else each
        key = await _place(store, patient)
        shown = [] if key is None else await _faces(store, [key])
        found.append(next((face for face in shown if face.id == patient), None))
    async with store.pool.acquire() as conn, conn.transaction():
        await _log(conn, store, grant, [face.key for face in found if face], "page:joining", "Patient")
    return found


async def joinings(store: Store, grant: Grant, many: int = 200) -> list[Joining]:
    """The Patients that are joined now, the latest first; logged for each. Raises `Forbidden`, `Busy`."""
    _may(store, grant)
    found: list[Joining] = []
    for row in await store.pool.fetch(_JOININGS, many):
        lead = await _faces(store, [(row["lead_bucket"], row["lead"])])
        other = await _faces(store, [(row["bucket"], row["person"])])
        if lead and other:
            found.append(Joining(lead[0], other[0], row["since"], row["by"]))
    keys = [face.key for each in found for face in (each.lead, each.other)]
    async with store.pool.acquire() as conn, conn.transaction():
        await _log(conn, store, grant, keys, "page:joining", "Patient")
    return found


async def _faces(store: Store, keys: list[PersonKey]) -> list[Face]:
    rows = await store.pool.fetch(_FACES, *_columns(keys))
    return [Face((r["bucket"], r["person"]), r["id"], r["body"], r["joined"], r["follows"]) for r in rows]


# -- carrying out ------------------------------------------------------------------------------------------


class _Again(Exception):
    """Somebody else joined or parted one of them before they were locked."""


class _Act(ABC):
    """One of the two verbs, in a transaction of its own."""

    act = ""

    def __init__(self, store: Store, grant: Grant, patient: str) -> None:
        self.store = store
        self.grant = grant
        self.patient = patient

    @abstractmethod
    async def run(self, conn: Conn) -> Any:
        """Carry it out. Raises `_Again` to be carried out again."""

    async def _key(self, patient: str) -> PersonKey:
        key = await _place(self.store, patient)
        if key is None:
            raise Absent(f"Patient/{patient[:64]} is not here")
        return key

    async def _locked(self, conn: Conn, keys: Sequence[PersonKey]) -> dict[PersonKey, Any]:
        """All keys of these persons, locked as commits lock them."""
        known = {key for group in (await keys_of(conn, keys)).values() for key in group}
        rows = await conn.fetch(_LOCK, *_columns(sorted(known)))
        if {key for group in (await keys_of(conn, keys)).values() for key in group} != known:
            raise _Again
        return {(row["bucket"], row["person"]): row for row in rows}

    async def _there(self, conn: Conn, key: PersonKey, patient: str) -> None:
        rows = await conn.fetch(_CURRENT, key[0], patient)
        if not rows:
            raise Absent(f"Patient/{patient} is not here")
        if rows[0]["deleted"]:
            raise Gone(f"Patient/{patient} was deleted")

    async def _hooks(self, conn: Conn, keys: Sequence[PersonKey], now: int, *, together: bool) -> None:
        """What is derived from all entries of a person (`access.representation_hook`), over the keys she has now."""
        for key in keys[:1] if together else keys:
            patients = {
                f"Patient/{row['id']}": fhir.decode(row["body"].encode()) for row in await conn.fetch(_PATIENTS, *key)
            }
            after = After(
                conn=conn,
                key=key,
                now=now,
                real=self.store.clock.real(),
                clinical=self.store.clock.clinical(),
                commit=0,
                grant=self.grant,
                written=patients,
                created=frozenset(),
                historic=True,
                keys=tuple(keys) if together else (key,),
                regrouped=True,
            )
            await follow(self.store.registry.hooks, after, frozenset())


class _Join(_Act):
    act = "join"

    def __init__(self, store: Store, grant: Grant, patient: str, other: str) -> None:
        super().__init__(store, grant, patient)
        self.other = other

    async def run(self, conn: Conn) -> None:
        if self.patient == self.other:
            raise Unprocessable(f"Patient/{self.patient} cannot be joined to itself")
        lead, key = await self._key(self.patient), await self._key(self.other)
        if lead == key:
            raise Conflict("the two are Patients of one person already")
        locked = await self._locked(conn, [lead, key])
        await self._there(conn, lead, self.patient)
        await self._there(conn, key, self.other)
        self._check(locked[lead], locked[key])
        now = max(row["now"] for row in locked.values())
        await conn.fetch(_LEADS, *lead)
        await conn.fetch(_LEAD, *key, *lead)
        await conn.fetch(_SINCE, *key, *lead, now, self.grant.actor)
        keys = (await keys_of(conn, [lead]))[lead]
        await twins(conn, keys)
        await self._hooks(conn, keys, now, together=True)
        await mirror(conn, keys)
        await _log(conn, self.store, self.grant, list(keys), "join", f"Patient/{self.patient}")

    def _check(self, lead: Any, other: Any) -> None:
        if lead["lead"] is not None:
            raise Conflict(f"Patient/{self.patient} follows another Patient already: join to the one that leads")
        if other["joined"]:
            raise Conflict(f"Patient/{self.other} is joined already: part it first")
        if lead["protected"] != other["protected"]:
            raise Unprocessable(
                "one of the two has a protected address and the other has not: the register must protect both first"
            )


class _Part(_Act):
    act = "unjoin"

    async def run(self, conn: Conn) -> list[Written]:
        key = await self._key(self.patient)
        locked = await self._locked(conn, [key])
        row = locked[key]
        if not row["joined"]:
            raise Conflict(f"Patient/{self.patient} is not joined")
        lead = key if row["lead"] is None else (row["lead_bucket"], row["lead"])
        leaving = [each for each in locked if each != lead] if key == lead else [key]
        now, since = max(each["now"] for each in locked.values()), 0
        await no_twins(conn, list(locked))
        for each in leaving:
            await conn.fetch(_UNLEAD, *each)
            ended = await conn.fetch(_ENDED, *each, now)
            since = min(since or now, *(one["since"] for one in ended)) if ended else since
        staying = [each for each in locked if each not in leaving]
        if len(staying) == 1:
            await conn.fetch(_UNLEAD, *lead)
        await part(conn, list(locked))
        keys = (await keys_of(conn, [lead]))[lead]
        if len(keys) > 1:
            await twins(conn, keys)
        await self._hooks(conn, keys, now, together=True)
        await self._hooks(conn, leaving, now, together=False)
        if len(keys) > 1:
            await mirror(conn, keys)
        await _log(conn, self.store, self.grant, list(locked), "unjoin", f"Patient/{self.patient}")
        written = await conn.fetch(_WRITTEN, *_columns(list(locked)), since)
        return [Written(f"{r['name']}/{r['id']}", r["updated"], r["org"], r["patient"] or "") for r in written]


_MET: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError, _Again)


async def _carry_out(act: _Act) -> Any:
    _may(act.store, act.grant)
    for attempt in range(TRIES):
        async with act.store.pool.acquire() as conn:
            try:
                async with conn.transaction():
                    return await act.run(conn)
            except _MET as error:
                if attempt == TRIES - 1:
                    raise Conflict("another writer was in the way three times; try again") from error
            except RecordError:
                await _tell_refused(act)
                raise
    raise AssertionError


async def _tell_refused(act: _Act) -> None:
    """A line in the log of whom was named, if she is here."""
    named = [act.patient, *([act.other] if isinstance(act, _Join) else [])]
    keys = {key for each in named if (key := await _place(act.store, each)) is not None}
    async with act.store.pool.acquire() as conn, conn.transaction():
        await _log(conn, act.store, act.grant, sorted(keys), act.act, "Patient", "refused")


async def _place(store: Store, patient: str) -> PersonKey | None:
    return await store.place(f"Patient/{patient}") if _ID.fullmatch(patient) else None


async def _log(
    conn: Conn, store: Store, grant: Grant, keys: Sequence[PersonKey], act: str, what: str, outcome: str = ""
) -> None:
    keys = sorted(set(keys))
    if not keys:
        return
    said = outcome or ("released" if act.startswith("page:") else "written")
    text = f'{{"who":{grant.who},"act":"{act}","what":"{what}","basis":null,"outcome":"{said}"}}'
    many = len(keys)
    await conn.fetch(_LOG, *_columns(keys), [store.clock.real()] * many, [text] * many, conn.era)


def _may(store: Store, grant: Grant) -> None:
    if not grant.may("join") or grant.until <= store.clock.real():
        raise Forbidden("this role joins no Patients")


def _columns(keys: Sequence[PersonKey]) -> tuple[list[int], list[int]]:
    return [bucket for bucket, _ in keys], [person for _, person in keys]
