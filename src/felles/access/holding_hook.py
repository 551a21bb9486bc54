"""Rows of `held`, made in the commit that holds back or lets go: from Consents, from results, from doctors' looks.

What is said about a result in Tasks follows it (`holding_words`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access import holding_looks, holding_words
from felles.access.holding import PARENTS, PERSON, PROXIES, Held, Reason, has_code, held_of
from felles.access.release import Release, Waits, class_of, release_at, results_of
from felles.record.codes import BLOCKING_SYSTEM, CASE_SYSTEM, RESTRICTION_SYSTEM
from felles.record.ids import mark_of
from felles.record.kinds import Kind
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry
    from felles.record.grants import PersonKey

_SPOKEN: Final = ("Task", *holding_words.RESULTS)
LOOKED: Final = "looked"
"""Code of CASE_SYSTEM: a doctor has looked at a result (`focus`) and lets the person see it."""

_CONSENTS: Final = f"""
select e.id, e.body from entry e
 where e.bucket = $1 and e.person = $2 and e.type = {TYPES["Consent"]} and e.kind = {Kind.WITHHELD:d}
   and e.state = 0 and e.form = 0 and not e.deleted"""
_FORGET_CONSENTS: Final = """
delete from held
 where bucket = $1 and person = $2 and not mirror and not passed and starts_with(source, 'Consent/')"""
_KEYS: Final = "unnest($1::smallint[], $2::bigint[]) k(bucket, person)"
_FORGET: Final = f"""
delete from held h using {_KEYS}
 where h.bucket = k.bucket and h.person = k.person and not h.mirror and not h.passed and h.source = any($3::text[])"""
_HOLD: Final = """
insert into held (bucket, person, item, id, source, from_whom, reason, since, until, review)
select $1, $2, u.* from unnest($3::bigint[], $4::text[], $5::text[], $6::smallint[], $7::smallint[], $8::bigint[],
                               $9::bigint[], $10::bigint[]) u
on conflict (bucket, person, item, id) do update set from_whom = excluded.from_whom, reason = excluded.reason,
   since = excluded.since, until = excluded.until, review = excluded.review"""
_BIT: Final = """
update person p set held = x.held
  from (select exists (select 1 from held h where h.bucket = $1 and h.person = $2) as held) x
 where p.bucket = $1 and p.person = $2 and p.held <> x.held"""

# The results asked for, the reports that name them, and what those name: a report and its results wait together, also
# where the one lies with another Patient of hers than the other.
_RESULTS: Final = f"""
with asked as (select unnest($3::text[]) as ref),
reports as (
    select e.type, e.id, e.refs, e.self from {_KEYS}
      join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["DiagnosticReport"]}
       and e.state = 0 and e.form = 0 and not e.deleted
     where (e.self = any($4::bigint[]) or e.refs && (select array_agg('result=' || a.ref) from asked a))
),
wanted as (
    select a.ref from asked a
    union select 'DiagnosticReport/' || r.id from reports r
    union select split_part(x.ref, '=', 2) from reports r cross join lateral unnest(r.refs) x(ref)
           where starts_with(x.ref, 'result=')
)
select n.name || '/' || e.id as ref, e.bucket, e.person, e.updated, e.commit, e.body,
       (select min(v.updated) from entry v
         where v.bucket = e.bucket and v.type = e.type and v.id = e.id and v.form = 0) as came
  from wanted w
  join type_name n on n.name = split_part(w.ref, '/', 1)
 cross join {_KEYS}
  join entry e on e.bucket = k.bucket and e.person = k.person and e.type = n.type and e.id = split_part(w.ref, '/', 2)
   and e.state = 0 and e.form = 0 and not e.deleted"""
_LOOKS: Final = f"""
select e.body from {_KEYS}
  join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Task"]} and e.kind = {Kind.CASE:d}
   and e.state = 0 and e.form = 0 and not e.deleted and e.refs && $3::text[]"""


@dataclass(frozen=True, slots=True)
class Result:
    """One current result: its class, when its first version came (real microseconds), the results it names.

    `key`: of which of the person's Patients it lies.
    """

    reference: str
    release: Release
    came: int
    names: tuple[str, ...] = ()
    key: PersonKey = (0, 0)


_REASONS: Final = {
    Release.SEEN: Reason.NOT_SEEN,
    Release.TALK: Reason.TALK,
    Release.NEVER: Reason.NOT_DIGITAL,
}


def waiting(
    found: Iterable[Result],
    looked: set[str],
    now: int,
    waits: Waits | None = None,
    assessed: Collection[str] = (),
) -> list[Held]:
    """Which results are not shown yet. Pure.

    A report waits as long as anything it names; what it names waits as long as the report itself would. A look at a
    report lets go of its results too; a look at a result lets go of that alone. Those `assessed` by whoever answers for
    them wait no more for a look (`holding_looks`), but for a talk as ever.
    """
    by_reference = {each.reference: each for each in found}
    named = {name: each for each in by_reference.values() for name in each.names}
    seen = looked | {name for each in by_reference.values() if each.reference in looked for name in each.names}
    held: list[Held] = []
    for each in by_reference.values():
        if each.reference in seen:
            continue
        together = [each, *(by_reference[n] for n in each.names if n in by_reference and n not in seen)]
        if each.reference in named:
            together.append(named[each.reference])
        release = max(other.release for other in together)
        if each.reference in assessed and release <= Release.SEEN:
            continue
        until = release_at(release, each.came, waits)
        if release is not Release.AT_ONCE and until > now:
            reason = _REASONS[release]
            held.append(Held(each.reference, each.reference, PERSON | PROXIES | PARENTS, reason, 0, until))
    return held


def looked_at(task: Any) -> str | None:
    """The result that a doctor has looked at, when that is what this Task says."""
    if task.status != "completed" or not task.code or not has_code([task.code], CASE_SYSTEM, LOOKED):
        return None
    reference = task.focus.reference if task.focus else None
    return reference if isinstance(reference, str) else None


def wants(resource: Any) -> bool:
    """Whether a version can change what is held back: nearly none can, and those pay nothing."""
    name = type(resource).__name__
    if name == "Consent":
        systems = {c.system for concept in resource.category for c in concept.coding or []}
        return bool(systems & {BLOCKING_SYSTEM, RESTRICTION_SYSTEM})
    if name == "Task" and resource.code and has_code([resource.code], CASE_SYSTEM, LOOKED):
        return True
    return holding_words.concerns(resource) or (name != "Task" and _may_wait(resource))


def _may_wait(result: Any) -> bool:
    return class_of(result) is not Release.AT_ONCE or bool(results_of(result))


def register(registry: Registry, waits: Waits | None = None) -> None:
    """Let `held` follow every commit of Consents, results and looks."""

    async def hold(after: After) -> bool:
        changed = False
        if after.of("Consent"):
            changed = await _from_consents(after)
        references = list(_concerned(after))
        seen = [order for task in after.of("Task").values() if task and (order := holding_looks.ordered(task))]
        if seen:
            references += await holding_looks.waiting_for(after, seen)
        if references:
            changed = await _from_results(after, references, waits) or changed
        if changed or any(each is None or holding_words.concerns(each) for each in after.of(*_SPOKEN).values()):
            changed = await holding_words.pass_on(after) or changed
        if changed:
            await after.conn.fetch(_BIT, *after.key)
        return changed

    registry.hooks.after(("Consent", "Observation", "DiagnosticReport", "Task"), hold, wants)


async def _from_consents(after: After) -> bool:
    found = await after.conn.fetch(_CONSENTS, *after.key)
    held = [row for each in found for row in held_of(fhir.decode(each["body"].encode()), f"Consent/{each['id']}")]
    await after.conn.fetch(_FORGET_CONSENTS, *after.key)
    await _insert(after, held, after.key)
    return True


def _concerned(after: After) -> Iterator[str]:
    """The results this commit may have changed anything for. What is imported from before is shown as it was."""
    plain = {ref for ref in after.created if ref.startswith("Observation/") and not _waits(after.written[ref])}
    for reference, resource in after.of("Observation", "DiagnosticReport").items():
        if resource is None:
            yield reference
        elif after.historic or (not _waits(resource) and set(results_of(resource)) <= plain):
            continue
        elif _may_wait(resource):
            yield reference
    for task in after.of("Task").values():
        focus = looked_at(task) if task is not None else None
        if focus is not None:
            yield focus


def _waits(resource: Any) -> bool:
    return resource is None or class_of(resource) is not Release.AT_ONCE


async def _from_results(after: After, references: list[str], waits: Waits | None) -> bool:
    """Over all keys of the person: a look counts whichever of her Patients it names; each row lies by its result."""
    marks, ours = [mark_of(reference) for reference in references], after.columns()
    found: list[Result] = []
    answers: dict[str, tuple[set[str], tuple[int, int]]] = {}
    for row in await after.conn.fetch(_RESULTS, *ours, references, marks):
        resource = fhir.decode(row["body"].encode())
        named, key = tuple(results_of(resource)), (row["bucket"], row["person"])
        found.append(Result(row["ref"], class_of(resource), row["came"], named, key))
        answers[row["ref"]] = (set(holding_looks.orders_of(resource)), (row["updated"], row["commit"]))
    for each in found:
        for name in each.names:  # what a report names answers what it answers
            if name in answers:
                answers[name][0].update(answers[each.reference][0])
    concerned = {*references, *(each.reference for each in found)}
    looks = await after.conn.fetch(_LOOKS, *ours, [f"focus={reference}" for reference in concerned])
    looked = {focus for row in looks if (focus := looked_at(fhir.decode(row["body"].encode())))}
    await after.conn.fetch(_FORGET, *ours, sorted(concerned))
    lies = {each.reference: each.key for each in found}
    assessed = await holding_looks.seen(after, answers)
    held = waiting(found, looked, after.real, waits, assessed)
    for key in after.all_keys():
        await _insert(after, [row for row in held if lies[row.source] == key], key)
    return True


async def _insert(after: After, held: list[Held], key: PersonKey) -> None:
    if held:
        rows = [
            (mark_of(h.item), h.source, h.source, h.from_whom, int(h.reason), h.since, h.until, h.review) for h in held
        ]
        await after.conn.fetch(_HOLD, *key, *(list(column) for column in zip(*rows, strict=True)))
