"""Carrying out plans inside an open transaction: lock, decide, check, gather, write.

Several independent commits may share the transaction. Each is checked whole before any of its rows is
gathered, so one that is refused leaves nothing behind and harms nobody beside it. Persons are locked in
sorted order and for no longer than the two or three round trips this takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from felles.fhir import decode
from felles.record.aftermath import ORDER, After, Bit, follow
from felles.record.approvals import wrong
from felles.record.changes import NOTHING
from felles.record.decide import (
    ACTS,
    ASK,
    BASIS_TEXT,
    HANDLED,
    MOVED_BY_CASE,
    PARTS,
    PERSON_OPEN,
    REPRESENTED,
    VISIBLE,
    ask_values,
    basis_of,
    grounds_of,
    person_of,
)
from felles.record.derive import PART, Part
from felles.record.errors import Absent, Conflict, Forbidden, PreconditionFailed, RecordError, blaming
from felles.record.forms import same_text
from felles.record.gather import gather
from felles.record.grants import Grant, Mode, PersonKey
from felles.record.guarded import change_takes
from felles.record.homes import SHARED_TYPES
from felles.record.joined import keys_of
from felles.record.lane import unnest
from felles.record.move import files_elsewhere
from felles.record.numbers import TYPES
from felles.record.single import NOTHING as NOTHING_ASKED
from felles.record.single import Asked, asked_by, is_answer
from felles.record.writes import Writes

if TYPE_CHECKING:
    from felles.record.changes import Moving, Result
    from felles.record.clock import Clock
    from felles.record.derive import Registry
    from felles.record.drafts import Draft
    from felles.record.keys import Keys
    from felles.record.plan import Plan, Step
    from felles.record.pool import Conn

_LOCK_COLUMNS = (("bucket", "smallint"), ("person", "bigint"), *ASK)
_LOCK = f"""
with q as materialized {unnest(_LOCK_COLUMNS)},
     locked as materialized (
        select p.* from person p
         where (p.bucket, p.person) in (select distinct q.bucket, q.person from q)
         order by p.bucket, p.person for no key update)
select q.n, p.bucket, p.person, p.version, p.touched, {PERSON_OPEN} as open, {BASIS_TEXT} as basis,
       coalesce(d.basis, 0) >= {PART} as single, p.blocked, p.protected, p.joined,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
  from q join locked p on p.bucket = q.bucket and p.person = q.person
  {basis_of("p", single="true")}"""

_LOCK_ACTING = _LOCK.replace(
    f"{PERSON_OPEN} as open, {BASIS_TEXT} as basis",
    f"""
       case when q.mode = {Mode.PROXY:d} then {ACTS} is not null else {PERSON_OPEN} end as open,
       case when q.mode = {Mode.PROXY:d} then {ACTS} else {BASIS_TEXT} end as basis""",
)
"""The same where somebody acts for another: apart, since it costs, and few do."""

_GROUNDS = f"""
with q as materialized {unnest(_LOCK_COLUMNS)}
select distinct q.n, g.basis, g.source
  from q join person p on p.bucket = q.bucket and p.person = q.person
  cross join lateral ({grounds_of("p")}) g"""
"""All bases that open each person, not only the one that is named."""
NONE_OF_ALL: frozenset[int] = frozenset()

_CURRENT_COLUMNS = (("bucket", "smallint"), ("type", "smallint"), ("id", "text"), *ASK)
_CURRENT_FIELDS = (
    """q.n, e.person, e.form, e.version, e.deleted, e.updated, e.self, e.kind, e.org, e.low, e.high, e.body"""
)
_CURRENT = f"""
with q as materialized {unnest(_CURRENT_COLUMNS)}
select {_CURRENT_FIELDS}, case q.mode when {Mode.CASE:d} then {HANDLED}
       when {Mode.PROXY:d} then (q.kinds >> e.kind) & 1 = 1 and {REPRESENTED} else {VISIBLE} end as open,
       {PARTS} as part
  from q
  join entry e on e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.state = 0
  {person_of()}
  {basis_of()}"""
_CURRENT_MOVING = _CURRENT.replace(HANDLED, f"({HANDLED} or {MOVED_BY_CASE})")
"""The same where an entry is moved by a case that demands it: apart, since it costs, and few do."""
_CURRENT_SHARED = f"""
select {_CURRENT_FIELDS}, true as open, null::integer as part
  from {unnest(_CURRENT_COLUMNS)} q
  join shared e on e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.state = 0"""

NO_BITS: frozenset[Bit] = frozenset()
_NOW = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now"
_NATIONAL = "select number, bucket, person, id from national_number where number = any($1::text[])"


@dataclass(slots=True)
class Locked:
    """A person under lock: her version and last time, raised as commits are gathered."""

    version: int
    touched: int
    now: int


@dataclass(slots=True)
class Current:
    """The current version of one form of an entry."""

    person: int
    version: int
    deleted: bool
    updated: int
    body: str
    open: bool
    kind: int
    org: int
    low: int
    high: int
    part: Part


class Apart(Exception):
    """Somebody's Patients are joined: all her keys must be locked, in their order, before any of them is written."""

    def __init__(self, keys: set[PersonKey]) -> None:
        super().__init__()
        self.keys = keys


@dataclass(slots=True)
class Job:
    """One commit to be carried out. `also`: further keys of its persons, to be locked with those it names."""

    plan: Plan
    clock: Clock
    also: frozenset[PersonKey] = frozenset()
    commit: int = 0
    bases: dict[PersonKey, str | None] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    single: set[PersonKey] = field(default_factory=set)
    """Those of `bases` of whom the writer sees single entries alone: she answers, and writes nothing else."""


def _bits(row: Any) -> frozenset[Bit]:
    if row["blocked"] or row["protected"] or row["joined"]:
        return frozenset(bit for bit in ORDER if row[bit])
    return NO_BITS


class Session:
    """What one transaction knows: locks, current versions, claims, and what is to be written."""

    def __init__(self, conn: Conn, keys: Keys, registry: Registry) -> None:
        self._conn = conn
        self._keys = keys
        self.registry = registry
        self.locked: dict[PersonKey, Locked] = {}
        self.current: dict[tuple[int, str, int], Current] = {}
        self.grounds: dict[tuple[int, PersonKey], frozenset[int]] = {}
        """The bases that open a person to the writer of a job (its id), for the jobs where a verb hangs on one."""
        self.asked: dict[tuple[int, PersonKey], Asked] = {}
        """What opens single entries of a person to the writer of a job (its id), for those of `single`."""
        self.special: dict[PersonKey, frozenset[Bit]] = {}
        self.joined: dict[PersonKey, tuple[PersonKey, ...]] = {}
        """All keys of those of the persons who have several."""
        self.national: dict[str, tuple[PersonKey, str]] = {}
        self.files: set[str] = set()
        """Ids of files that would leave with what is moved, and that other entries refer to by now."""
        self.raised: dict[PersonKey, tuple[int, int, bool]] = {}
        self.now = 0
        self.writes = Writes()

    async def run(self, jobs: list[Job]) -> list[RecordError | None]:
        """Carry out `jobs`; the answer says for each what refused it. Written when this returns.

        Raises `Apart` when persons must be locked that were not named.
        """
        await self._lock(jobs)
        await self._see_joined()
        await self._fetch_grounds(jobs)
        await self._fetch_current(jobs)
        await self._fetch_national(jobs)
        moving = [step for job in jobs for step in job.plan.steps if step.change.moving is not None]
        self.files = await files_elsewhere(self._conn, moving, self.joined)
        errors: list[RecordError | None] = []
        for job in jobs:
            try:
                self._check(job)
            except RecordError as error:
                errors.append(error)
                continue
            job.commit = await self._keys.commit(self._conn)
            gather(self, job)
            errors.append(None)
        for key, raised in self.raised.items():
            self.writes.add("person_up", (*key, *raised))
        if self.writes:
            await self.writes.flush(self._conn)
        for job, error in zip(jobs, errors, strict=True):
            if error is None:
                await self._follow(job)
        return errors

    async def _follow(self, job: Job) -> None:
        """What follows from the rows written, where anything can: by their types, or by a bit of their person."""
        hooks = self.registry.hooks
        persons = {s.key for s in job.plan.steps if s.change.type in hooks.by_type or s.key in self.special}
        for key in sorted(key for key in persons if key[1] or hooks.of_nobodys):
            steps = [s for s in job.plan.steps if s.key == key and s.found is None]
            written = {f"{s.change.type}/{s.id}": s.made.resource if s.made else None for s in steps}
            if not steps or (key not in self.special and not hooks.called(written, nobodys=not key[1])):
                continue
            after = After(
                conn=self._conn,
                key=key,
                now=self.now,
                real=job.clock.real(),
                clinical=job.clock.clinical(),
                commit=job.commit,
                grant=job.plan.grant,
                written=written,
                created=frozenset(
                    f"{s.change.type}/{s.id}" for s in steps if (TYPES[s.change.type], s.id, 0) not in self.current
                ),
                historic=job.plan.historic,
                keys=self.joined.get(key, ()),
                moved=frozenset(f"{s.change.type}/{s.id}" for s in steps if s.change.moving and s.new),
            )
            bits = await follow(hooks, after, self.special.get(key, NO_BITS))
            if bits:
                self.special[key] = bits

    # -- what the database says, under lock ------------------------------------------------------------

    async def _lock(self, jobs: list[Job]) -> None:
        asked = [(job, key) for job in jobs for key in job.plan.persons()]
        named = len(asked)
        asked += [(job, key) for job in jobs if job.also for key in sorted(job.also.difference(job.plan.persons()))]
        if not asked:
            self.now = (await self._conn.fetch(_NOW))[0]["now"]
            return
        args = [(*key, *ask_values(job.plan.door(key), job.clock)) for job, key in asked]
        acting = any(job.plan.grant.mode == Mode.PROXY for job, _ in asked)
        for found in await self._conn.fetch(_LOCK_ACTING if acting else _LOCK, *zip(*args, strict=True)):
            job, key = asked[found["n"] - 1]
            if key not in self.locked:
                self.locked[key] = Locked(found["version"], found["touched"], found["now"])
                if bits := _bits(found):
                    self.special[key] = bits
            self.now = max(self.now, found["now"])
            if found["open"] and found["n"] <= named:
                job.bases[key] = found["basis"]
                if found["single"]:
                    job.single.add(key)

    async def _see_joined(self) -> None:
        """The keys of those who have several. Raises `Apart` when one of them is not locked."""
        several = [key for key, bits in self.special.items() if "joined" in bits]
        if several:
            self.joined = await keys_of(self._conn, several)
            if missing := {key for keys in self.joined.values() for key in keys} - self.locked.keys():
                raise Apart(missing)

    def _grounds_asked(self, job: Job) -> set[PersonKey]:
        """The persons of whom a job must know every ground: a verb hangs on one, or a message opens single entries."""
        takes, grant = self.registry.takes, job.plan.grant
        if grant.mode == Mode.ALL or takes.bases.keys().isdisjoint(grant.verbs):
            return job.single
        return job.single | {s.key for s in job.plan.steps if s.change.type in takes.types and s.key in job.bases}

    async def _fetch_grounds(self, jobs: list[Job]) -> None:
        asked = [(job, key) for job in jobs for key in sorted(self._grounds_asked(job))]
        if not asked:
            return
        args = [(*key, *ask_values(job.plan.grant, job.clock)) for job, key in asked]
        found: dict[int, set[tuple[int, str]]] = {}
        for row in await self._conn.fetch(_GROUNDS, *zip(*args, strict=True)):
            found.setdefault(row["n"], set()).add((row["basis"], row["source"]))
        for number, (job, key) in enumerate(asked, start=1):
            grounds = found.get(number, ())
            self.grounds[id(job), key] = frozenset(basis for basis, _ in grounds if basis < PART)
            self.asked[id(job), key] = asked_by(grounds)

    async def _fetch_current(self, jobs: list[Job]) -> None:
        ours = _CURRENT_MOVING if any(job.plan.doors for job in jobs) else _CURRENT
        for table, shared in ((ours, False), (_CURRENT_SHARED, True)):
            asked = [
                (
                    step,
                    (step.key[0], TYPES[step.change.type], step.id, *ask_values(job.plan.door(step.key), job.clock)),
                )
                for job in jobs
                for step in job.plan.steps
                if not step.new and step.found is None and (step.change.type in SHARED_TYPES) is shared
            ]
            if not asked:
                continue
            for found in await self._conn.fetch(table, *zip(*(args for _, args in asked), strict=True)):
                step = asked[found["n"] - 1][0]
                place = (TYPES[step.change.type], step.id, found["form"])
                self.current[place] = Current(
                    found["person"],
                    found["version"],
                    found["deleted"],
                    found["updated"],
                    found["body"],
                    found["open"],
                    found["kind"],
                    found["org"],
                    found["low"],
                    found["high"],
                    Part(found["part"] or 0),
                )

    async def _fetch_national(self, jobs: list[Job]) -> None:
        numbers = [n for job in jobs for step in job.plan.steps if step.made for n in step.made.national]
        if numbers:
            for found in await self._conn.fetch(_NATIONAL, numbers):
                self.national[found["number"]] = ((found["bucket"], found["person"]), found["id"])

    # -- what refuses ------------------------------------------------------------------------------------

    def _check(self, job: Job) -> None:
        seen: set[tuple[str, str]] = set()
        numbers: dict[str, PersonKey] = {}
        for position, step in enumerate(job.plan.steps):
            if step.found is None:
                with blaming(position):
                    self._check_step(job, step, seen, numbers)

    def _check_step(self, job: Job, step: Step, seen: set[tuple[str, str]], numbers: dict[str, PersonKey]) -> None:
        self._check_open(job, step)
        place = (step.change.type, step.id)
        if place in seen:
            raise Conflict(f"{step.change.type}/{step.id} is written twice in one transaction")
        seen.add(place)
        if not step.new:
            self._check_current(job, step)
        else:
            self._check_rules(job, step, None, self._check_verbs(job, step, None))
        if step.wrong is not None:
            raise step.wrong
        if step.made is not None:
            self._check_national(job.plan.grant, step.made)
            for number in step.made.national:
                if numbers.setdefault(number, step.key) != step.key:
                    raise Conflict("another Patient of this transaction has the same national number")

    def _check_open(self, job: Job, step: Step) -> None:
        """404 where the target lies with a person who is closed to the writer, 403 where the way home leads to one."""
        if self._closed(job, step, step.here):
            raise Absent(f"{step.change.type}/{step.id} is not here")
        for reference, key in step.leads:
            if self._closed(job, step, key):
                raise Forbidden(f"no relation to {reference}", step.expression)
        if self._closed(job, step, step.key):
            raise Forbidden(f"no relation to the person this {step.change.type} is about")

    def _closed(self, job: Job, step: Step, key: PersonKey | None) -> bool:
        if key is None or not key[1] or key in job.plan.fresh:
            return False
        if key in job.bases and (key not in job.single or self._answers(job, step, key)):
            return False
        self._tell_refused(job, step, key)
        return True

    def _answers(self, job: Job, step: Step, key: PersonKey) -> bool:
        """Whether the step answers that by which its writer sees single entries."""
        if step.change.resource is None or step.change.op == "delete":
            return False
        current = None if step.new else self.current.get((TYPES[step.change.type], step.id, 0))
        if not step.new and (current is None or current.deleted):
            return False
        was = None if current is None else decode(current.body.encode())
        asked = self.asked.get((id(job), key), NOTHING_ASKED)
        return is_answer(asked, f"{step.change.type}/{step.id}", was, step.change.resource)

    def _tell_refused(self, job: Job, step: Step, key: PersonKey) -> None:
        """A line in the log of the person whom the writer did not reach, if there is one."""
        if key in self.locked:
            what = step.change.type if step.new else f"{step.change.type}/{step.id}"
            who = job.plan.grant.who
            text = f'{{"who":{who},"act":"refused","what":"{what}","basis":null,"outcome":"refused"}}'
            self.writes.add("leaf", (*key, job.clock.real(), text))

    def _check_current(self, job: Job, step: Step) -> None:
        grant = job.plan.grant
        reference = f"{step.change.type}/{step.id}"
        current = self.current.get((TYPES[step.change.type], step.id, 0))
        moving = step.change.moving
        if current is None or not (current.open or (moving is not None and moving.rides)):
            named = grant.mode == Mode.ALL or step.change.type in SHARED_TYPES  # what is not here may be made so
            if current is None and named and step.change.op == "update":
                if step.change.expected:
                    raise PreconditionFailed(f"{reference} is not here, so no version of it matches")
                return
            if current is not None:
                self._tell_refused(job, step, step.key)
            raise Absent(f"{reference} is not here")
        if moving is not None and moving.wrong is None:
            self._check_moving(grant, step, moving, current)
        if current.deleted and step.change.op == "delete":
            return  # it is as was asked for (http://hl7.org/fhir/R4/http.html#delete): nothing is written
        was = self._check_verbs(job, step, current)
        seen = self._seen(grant, step, current)
        expected = step.change.expected
        if expected == NOTHING and not current.deleted:
            raise PreconditionFailed(f"{reference} is here already, as version {seen.version}")
        if expected not in (None, NOTHING, seen.version):
            raise PreconditionFailed(f"{reference} is now version {seen.version}, not {expected}")
        self._check_rules(job, step, current, was)
        whole = step.change.op == "update" or moving is not None
        if seen is not current and whole and not same_text(seen.body, current.body):
            raise Conflict(f"{reference} is not shown to you whole: who sees where the person is may change it")

    def _check_moving(self, grant: Grant, step: Step, moving: Moving, current: Current) -> None:
        """403 for who is not of the organisation that answers for it, 412 where it stands otherwise meanwhile."""
        ours = current.org == grant.org_mark or moving.grant is not None or grant.mode == Mode.ALL
        if not (ours or moving.rides):
            raise Forbidden(f"{moving.entry} is moved by the organisation that wrote it")
        if current.version != moving.version:
            raise PreconditionFailed(f"{step.change.type}/{step.id} was written anew meanwhile: look again")
        if step.id in self.files:
            raise PreconditionFailed(f"another entry refers to {step.change.type}/{step.id} by now: look again")

    def _seen(self, grant: Grant, step: Step, current: Current) -> Current:
        """The form of an entry that the writer sees: of a person with protected address the one without place."""
        if "protected" not in self.special.get(step.key, ()) or grant.place or grant.mode in (Mode.SELF, Mode.ALL):
            return current
        return self.current.get((TYPES[step.change.type], step.id, 2), current)

    def _check_verbs(self, job: Job, step: Step, current: Current | None) -> Any:
        """What the entry said (None: nothing); 403 for one who may not write such an entry, or not change that."""
        takes, grant = self.registry.takes, job.plan.grant
        guards = self.registry.guards.get(step.change.type, ())
        if step.change.moving is not None or not (guards or takes.looks_under_lock(step.change.type)):
            return None
        was = None if current is None or current.deleted else decode(current.body.encode())
        needed = change_takes(grant, was, step.change.resource, takes)
        step.keeps = takes.leaves(was, step.change.resource) and needed <= takes.keeps
        for verb in needed:
            if not grant.may(verb) and self.grounds.get((id(job), step.key), NONE_OF_ALL).isdisjoint(
                takes.only_on(grant, verb)
            ):
                raise Forbidden(f"this role may not {step.change.op} this {step.change.type}")
        return was

    def _check_rules(self, job: Job, step: Step, current: Current | None, was: Any) -> None:
        """What may become of `was`, as its version is known to be the one that the writer read (`_check_verbs`)."""
        grant = job.plan.grant
        if step.change.moving is not None:
            return
        if step.change.type == "Task" and (
            said := wrong(was, step.change.resource, grant.actor, handles=grant.may("handle"))
        ):
            raise Forbidden(said)
        for guard in self.registry.guards.get(step.change.type, ()):
            part = Part(0) if current is None else current.part
            if (refused := guard(was, step.change.resource, grant, part, job.clock.clinical())) is not None:
                raise refused

    def _check_national(self, grant: Grant, made: Draft) -> None:
        for number in made.national:
            holder = self.national.get(number)
            if holder is None or holder == (made.key, made.id) or holder[0] == made.key:
                continue
            if grant.may("lookup") or grant.mode == Mode.ALL:
                raise Conflict(f"the national number of this Patient belongs to Patient/{holder[1]}")
            raise Forbidden("this Patient may not be written")
