"""Turning a checked plan into rows: versions are numbered, times stamped, what follows is derived.

No I/O: everything this needs was read under the lock, and everything it makes goes to `Session.writes`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from felles.record.changes import Result
from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.drafts import INDEXER, Draft, add_finders, row
from felles.record.grants import Mode
from felles.record.homes import SHARED_TYPES
from felles.record.ids import SHARED_BUCKET, mark_of
from felles.record.known import own_time
from felles.record.numbers import TYPES
from felles.record.stamps import stamp

if TYPE_CHECKING:
    from felles.record.grants import PersonKey
    from felles.record.jobs import Current, Job, Session
    from felles.record.plan import Step


_SORT_KEY = 512
"""Letters of all names together that a face is sorted and looked up by."""


class _Identifier(msgspec.Struct):
    system: str | None = None
    value: str | None = None


class _Numbered(msgspec.Struct):
    identifier: list[_Identifier] = []


def gather(session: Session, job: Job) -> None:
    """Put all rows of one checked job into the session's writes, and its results into the job."""
    stamps = _raise_persons(session, job)
    for resource_id, key in sorted(job.plan.reserved):  # in one order, so that of two who reserve the same one waits
        session.writes.add("directory", (TYPES["Patient"], resource_id, *key, None, None, None))
    same: set[int] = set()
    for step in job.plan.steps:
        if step.found is not None:
            job.results.append(step.found)
            continue
        place = (step.change.type, step.id)
        current = session.current.get((TYPES[place[0]], place[1], 0))
        updated = stamps[step.key][1] if step.key in stamps else session.now
        if current is not None:
            updated = max(updated, current.updated + 1)
        if step.change.op == "delete":
            if current is not None and current.deleted:
                job.results.append(_stays_deleted(step, current))
                same.add(id(step))
                continue
            job.results.append(_delete(session, job, step, current, updated))
        else:
            if current is not None and _is_same(session, step, current):
                job.results.append(_keep(session, step, current))
                same.add(id(step))
                continue
            job.results.append(_put(session, job, step, current, updated))
            _follow(session, job, step, stamps.get(step.key, (0, updated))[0], updated)
    for key in stamps:
        _leaf(session, job, key, same)
    _tell_moved(session, job)


def _raise_persons(session: Session, job: Job) -> dict[PersonKey, tuple[int, int]]:
    stamps: dict[PersonKey, tuple[int, int]] = {}
    filled = {s.key for s in job.plan.steps if s.change.type == "Patient" and s.made is not None}
    for key, reserved in job.plan.fresh.items():
        stamps[key] = (1, session.now)
        session.writes.add("person_new", (*key, 1, session.now, reserved))
    for key in job.plan.persons():
        held = session.locked[key]
        held.version += 1
        held.touched = max(session.now, held.touched + 1)
        stamps[key] = (held.version, held.touched)
        was_filled = key in session.raised and session.raised[key][2]
        session.raised[key] = (held.version, held.touched, was_filled or key in filled)
    return stamps


def _is_same(session: Session, step: Step, current: Current) -> bool:
    """Whether an update says what is here already, byte for byte: it makes no version (docs/decisions/0004).

    What opens doors is always written anew: whom it opens for hangs on who wrote it last.
    """
    if step.made is None or current.deleted or session.registry.of(step.change.type) is not None:
        return False
    return current.person == step.key[1] and _same(current, step.made.forms[0].body)


def _keep(session: Session, step: Step, current: Current) -> Result:
    made, source = step.made, step.change.source
    assert made is not None  # noqa: S101 - `_is_same` saw it
    if source is not None:
        origin = (source.digest, source.time, current.version)
        session.writes.add("directory", (made.number, made.id, *made.key, *origin))
    return Result(
        outcome="unchanged",
        type=made.type,
        id=made.id,
        version=current.version,
        updated=current.updated,
        body=current.body,
    )


def _stays_deleted(step: Step, current: Current) -> Result:
    name, version, updated = step.change.type, current.version, current.updated
    return Result(outcome="deleted", type=name, id=step.id, version=version, updated=updated, body="")


def _put(session: Session, job: Job, step: Step, current: Current | None, updated: int) -> Result:
    made = step.made
    assert made is not None  # noqa: S101 - every create and update was drafted by the planner
    table = "shared" if step.change.type in SHARED_TYPES else "entry"
    version = 1 if current is None else current.version + 1
    body = ""
    for form in made.forms:
        last = session.current.get((made.number, made.id, form.number))
        if form.number and last is not None and not last.deleted and _same(last, form.body):
            continue
        number = 1 if last is None else last.version + 1
        if last is not None:
            session.writes.add(f"{table}_end", (made.key[0], made.number, made.id, form.number))
        values = _row(job, step, made, form, version=number, updated=updated)
        session.writes.add(table, values)
        body = body or values[-1]
    _claim(session, step, made, version)
    add_finders(made, session.writes)
    outcome = "created" if current is None or current.deleted else "updated"
    return Result(outcome=outcome, type=made.type, id=made.id, version=version, updated=updated, body=body)


def _row(job: Job, step: Step, made: Draft, form: Any, *, version: int, updated: int) -> tuple[Any, ...]:
    """One that was moved stays its organisation's and its author's; who moved it has entered it for her."""
    grant, moving = job.plan.grant, step.change.moving
    org, behalf = grant.org_mark, grant.behalf
    if moving is not None:
        answers = moving.behalf or moving.author
        org, behalf = moving.org, None if answers == grant.actor else answers
    known = own_time(made.resource, made.low, updated) if step.change.loaded and version == 1 else None
    return row(
        made,
        form,
        version=version,
        updated=updated,
        commit=job.commit,
        org=org,
        author=grant.actor,
        behalf=behalf,
        known=known,
    )


def _same(last: Current, body: str) -> bool:
    """Whether a form's new bytes say what its last ones say, its own version and time aside."""
    return stamp(body, last.version, last.updated) == last.body


def _claim(session: Session, step: Step, made: Draft, version: int) -> None:
    source = step.change.source
    if step.claims:
        origin = (source.digest, source.time, version) if source else (None, None, None)
        session.writes.add("directory", (made.number, made.id, *made.key, *origin))
    for number in made.national:
        if session.national.get(number) is None:
            session.writes.add("national", (number, *made.key, made.id))
            session.national[number] = (made.key, made.id)
    if made.type != "Patient":
        return
    for number in _held_numbers(session, made.id) - set(made.national):
        session.writes.add("national_end", (number, made.id))
    names = [word for word, part in made.names if part == 0] + [word for word, part in made.names if part == 1]
    born = _day(made.born)
    session.writes.add("face", (*made.key, made.id, born, made.municipality, " ".join(names)[:_SORT_KEY]))


def _held_numbers(session: Session, patient_id: str) -> set[str]:
    """The national numbers in the current version of a Patient."""
    current = session.current.get((TYPES["Patient"], patient_id, 0))
    if current is None or not current.body:
        return set()
    identifiers = msgspec.json.decode(current.body, type=_Numbered).identifier
    return {i.value for i in identifiers if i.value and i.system in NATIONAL_NUMBER_SYSTEMS}


def _day(born: str | None) -> date | None:
    """A birth date for the face; one known to the month or year alone stands on the first day of it."""
    if not born:
        return None
    year, month, day = (*born.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))


def _delete(session: Session, job: Job, step: Step, current: Current | None, updated: int) -> Result:
    assert current is not None  # noqa: S101 - `_check_current` refused what is not here
    number, grant = TYPES[step.change.type], job.plan.grant
    table = "shared" if step.change.type in SHARED_TYPES else "entry"
    version = current.version + 1
    bucket = SHARED_BUCKET if table == "shared" else step.key[0]
    for form in (0, 1):
        last = session.current.get((number, step.id, form))
        if last is None or last.deleted:
            continue
        if step.change.moving is None:
            session.writes.add(f"{table}_end", (bucket, number, step.id, form))
        session.writes.add(
            table, _grave(step, form, last, updated, job.commit, grant.org_mark, grant.actor, grant.behalf)
        )
    if step.change.moving is not None:
        session.writes.add("entry_withdraw", (bucket, number, step.id))
    if step.change.type == "Patient":
        session.writes.add("face_end", (*step.key, step.id))
        for held in _held_numbers(session, step.id):
            session.writes.add("national_end", (held, step.id))
    _end_derived(session, step)
    return Result(outcome="deleted", type=step.change.type, id=step.id, version=version, updated=updated, body="")


def _grave(
    step: Step, form: int, last: Current, updated: int, commit: int, org: int, author: str, behalf: str | None
) -> tuple[Any, ...]:
    """The last version of a deleted entry: seen by whom the entry was seen by, holding nothing."""
    number = TYPES[step.change.type]
    mark = mark_of(f"{step.change.type}/{step.id}")
    place = (step.key[0], step.key[1], number, step.id, form, last.version + 1, True, last.kind)
    period = (last.low, last.high, updated, None, commit, INDEXER)
    return (
        *place,
        last.org or org,
        author,
        behalf,
        mark,
        None,
        False,
        *period,
        "{}",
        None,
        None,
        "",
    )


def _follow(session: Session, job: Job, step: Step, version: int, updated: int) -> None:
    """What follows from an entry, in the same commit: relations, staffing, outgoing events."""
    made = step.made
    assert made is not None  # noqa: S101 - as above
    grant, reference = job.plan.grant, made.reference
    follows = session.registry.of(made.type)
    if follows is None or step.keeps:
        return
    derived = follows(made.resource, reference, grant, updated)
    if session.current.get((made.number, made.id, 0)) is not None:
        _end_derived(session, step)
    for relation in derived.relations:
        session.writes.add(
            "relation",
            (
                *made.key,
                mark_of(relation.party),
                relation.basis,
                reference,
                grant.actor,
                relation.since,
                relation.until,
                grant.org_mark,
                grant.actor_mark,
                relation.asked,
                grant.mode is Mode.ORG_SYSTEM,
                job.clock.clinical(),
                *_looked_over(session, job),
                grant.org,
            ),
        )
    for place in derived.staffing:
        parties = (mark_of(place.actor), mark_of(place.org), mark_of(place.party))
        role = (place.role, mark_of(place.role))
        session.writes.add("staffing", (*parties, *role, reference, place.since, place.until))
    for leave in derived.leaves:
        parties = (mark_of(leave.party), mark_of(leave.org))
        session.writes.add("away", (reference, *parties, leave.since, leave.until, leave.stand_in))
    if not job.plan.historic:
        for event in derived.events:
            about = f"{reference}/_history/{version}"
            session.writes.add("outbox", (*made.key, version, event.receiver, event.event, about, updated))


def _looked_over(session: Session, job: Job) -> tuple[int | None, int, int]:
    """`most`, `made` and `due` of `self_made.COLUMNS`: imports and maintenance make no stated needs."""
    most = None
    if not job.plan.historic and job.plan.grant.mode is not Mode.ALL:
        most = job.clock.clinical() + session.registry.need
    return most, job.clock.real(), job.clock.clinical() + session.registry.received


def _end_derived(session: Session, step: Step) -> None:
    reference = f"{step.change.type}/{step.id}"
    if session.registry.of(step.change.type) is None:
        return
    if step.change.type in SHARED_TYPES:
        session.writes.add("staffing_end", (reference,))
        session.writes.add("away_end", (reference,))
    else:
        session.writes.add("relation_end", (*step.key, reference))


def _leaf(session: Session, job: Job, key: PersonKey, same: set[int]) -> None:
    steps = [s for s in job.plan.steps if s.key == key and s.found is None]
    written = [s for s in steps if id(s) not in same]
    told = [f"{s.change.type}/{s.id}" for s in written or steps]
    what = told[0] if len(told) == 1 else f"{len(told)} entries"
    act = job.plan.act
    if steps and steps[0].change.moving is not None:
        act, what = ("move-away" if steps[0].change.op == "delete" else "move-here"), told[0]
    basis = msgspec.json.encode(job.bases.get(key)).decode()
    outcome = "written" if written or not steps else "unchanged"
    text = (
        f'{{"who":{job.plan.grant.who},"act":"{act}","what":"{what}",'
        f'"basis":{basis},"outcome":"{outcome}","n":{len(told)}}}'
    )
    session.writes.add("leaf", (*key, job.clock.real(), text))


def _tell_moved(session: Session, job: Job) -> None:
    """One line about nobody that says what went where and why: neither person's log names the other."""
    for step in job.plan.steps:
        moving = step.change.moving
        if moving is None or moving.rides or step.change.op != "create":
            continue
        said = msgspec.json.encode({"what": moving.entry, "to": f"{step.change.type}/{step.id}", "why": moving.reason})
        text = f'{{"who":{job.plan.grant.who},"act":"move",{said.decode()[1:-1]},"basis":null,"outcome":"written"}}'
        session.writes.add("leaf", (0, 0, job.clock.real(), text))
