"""When a person changes GP or municipality: what the old one has about her is to be offered to the new one.

    Patient.generalPractitioner   the old GP's and her office's; within an office what is the old GP's by name
    Patient.address               what the old municipality's services have (staffed by those who grant and give them)

Whatever door the Patient was written by, and in however many versions: a register that takes the old GP away and names
the new one later, or first names her beside the old one, says the same as one that does both at once; of a town, too.
Who went by way of one that is not here is followed from the last that was. Here it is only
marked, in the same commit (`handover.offer`); the keeper then writes the offers (`offers`). What was sent by the old
one and is with somebody else is marked too: its answer must not come back to who has the person no longer. The new one
is whom the Patient names, or where she is not here, her office; a municipality's is the office that grants services,
else one that gives them. Where nobody is here nothing is offered, and of cases (`record.desks`) nothing: they are the
desk's that answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.desks import CASES, closed, works
from felles.record.elements import listed, reference_of
from felles.record.ids import mark_of
from felles.record.look_up import municipality_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry
    from felles.record.grants import PersonKey

MUNICIPAL: Final = ("case-officer", "home-nurse", "care-worker", "health-nurse")
"""Roles of those who grant a municipality's services, or give them: of several units the first is asked."""
_VERSIONS: Final = 50
"""How far back a Patient is read for where she was before."""
# $4 the commit: what is sent again as it stands makes no version, and nobody moves by it.
_BEFORE: Final = f"""
select v.body from entry c
  join entry v on v.bucket = c.bucket and v.person = c.person and v.type = c.type and v.id = c.id and v.form = 0
   and v.state = 1 and not v.deleted
 where c.bucket = $1 and c.person = $2 and c.type = {TYPES["Patient"]} and c.id = $3 and c.form = 0 and c.state = 0
   and c.commit = $4 order by v.version desc limit 1"""
# Earlier versions that hold $4, the newest first.
_EARLIER: Final = f"""
select body from entry where bucket = $1 and person = $2 and type = {TYPES["Patient"]} and id = $3 and form = 0
   and state = 1 and not deleted and position($4::text in body) > 0 order by version desc limit {_VERSIONS}"""
_ANY: Final = f"select 1 from handover where bucket = $1 and person = $2 and state < {State.DONE:d} limit 1"
_ROLE: Final = f"""
select body from shared where bucket = -1 and type = {TYPES["PractitionerRole"]} and id = $1 and state = 0 and form = 0
   and not deleted"""
# $1 hash of a Practitioner, $2 real time.
_AS_GP: Final = "select org from staffing where actor = $1 and role = 'gp' and since <= $2 and until > $2"
_STAFFED: Final = f"""
select 1 from staffing
 where party = $1 and since <= $2 and until > $2 and {works("role")} and not {closed("$1::bigint")} limit 1"""
# $3 whose by name, $4 those of them that count in $5 alone, $5 their organisations, $6 whether what others there have
# counts, $7 whom it is offered to. What is offered already is addressed anew.
_MARK: Final = f"""
with old as materialized (
    select party from unnest($3::bigint[]) k(party)
    union select s.party from staffing s where $6 and s.org = any($5::bigint[])),
found as materialized (
    select h.source, h.state between {State.ASKED:d} and {State.UNTAKEN:d} as back,
           h.org = any($5::bigint[]) and ($6 or h.holder in (select party from old))
           or h.holder = any($3::bigint[]) and not h.holder = any($4::bigint[]) as held,
           h.origin in (select party from old) and h.kind <> {Kind.OFFER:d} as sent
      from handover h where h.bucket = $1 and h.person = $2 and h.state < {State.DONE:d} and h.owner <> $8
       and h.kind < {CASES})
update handover h
   set offer = concat_ws(',', case when f.held and not f.back then 'owner' end,
                              case when f.sent or f.held and f.back then 'requester' end) || ' ' || $7
  from found f where h.bucket = $1 and h.person = $2 and h.source = f.source and (f.held or f.sent)"""
_UNITS: Final = f"""
select distinct h.org, o.body from handover h
  join shared o on o.self = h.org and o.state = 0 and o.form = 0 and not o.deleted
   and o.type = {TYPES["Organization"]}
 where h.bucket = $1 and h.person = $2 and h.state < {State.DONE:d}
   and exists (select 1 from staffing s where s.org = h.org and s.role = any($3::text[]) and s.since <= $4
                  and s.until > $4)"""
# Rare: once for each person who moves while a municipality's service has something of hers.
_OFFICE: Final = f"""
select 'Organization/' || o.id as reference, o.body from (select distinct org, role from staffing
        where role = any($1::text[]) and since <= $2 and until > $2) s
  join shared o on o.self = s.org and o.state = 0 and o.form = 0 and not o.deleted
   and o.type = {TYPES["Organization"]} and position($3 in o.body) > 0
 order by array_position($1::text[], s.role), o.id"""


@dataclass(frozen=True, slots=True)
class _Practice:
    """Who is named as a GP, with her office: references; `person` is "" for an office alone."""

    named: str
    person: str
    offices: tuple[int, ...]
    office: str


def register(registry: Registry) -> None:
    """Let what is to be offered follow every commit of a Patient."""
    registry.hooks.after(("Patient",), follow)


async def follow(after_: After) -> bool:
    """Mark what is to be offered of the persons whose Patients this commit changed."""
    for reference, resource in after_.of("Patient").items():
        if resource is None or reference in after_.created:
            continue
        if not await after_.conn.fetch(_BEFORE, *after_.key, reference.partition("/")[2], after_.commit):
            continue
        for key in after_.all_keys():  # whichever of her Patients the work names
            if await after_.conn.fetch(_ANY, *key):
                await _other_gp(after_, key, resource)
                await _other_town(after_, key, resource)
    return False


async def _earlier(after_: After, patient: Any, holds: str) -> list[Any]:
    rows = await after_.conn.fetch(_EARLIER, *after_.key, patient.id, f'"{holds}"')
    return [fhir.decode(row["body"].encode()) for row in rows]


def _gps(patient: Any) -> list[str]:
    return [each for each in map(reference_of, listed(patient.generalPractitioner)) if each]


async def _other_gp(after_: After, key: PersonKey, new: Any) -> None:
    now, before = _gps(new), list[list[str]]()
    if now:
        before = [named for each in await _earlier(after_, new, "generalPractitioner") if (named := _gps(each))]
    if not before or not set(before[0]) - set(now):
        return
    come = [each for each in now if each not in before[0]]
    to = await _practice(after_, come[0] if come else now[0])
    able = [each for each in (to.named, to.office) if each and await _is_staffed(after_, each)]
    if not able:
        return
    old = await _last_here(after_, before, now)
    orgs = sorted({org for each in old for org in each.offices})
    people = [mark_of(each.person) for each in old if each.person]
    parties = [mark_of(each.named) for each in old] + people
    whole = not set(orgs) & set(to.offices)
    if not (come or whole):
        return  # who was named with her office is not another GP's when the office alone is named
    await after_.conn.fetch(_MARK, *key, parties, people, orgs, whole, able[0], able[0])


async def _last_here(after_: After, before: list[list[str]], now: list[str]) -> list[_Practice]:
    """Those whom the versions `before` (the newest first) named and `now` does not, as far back as somebody is here."""
    old = dict[str, _Practice]()
    for named in before:
        for each in named:
            if each not in now and each not in old:
                old[each] = await _practice(after_, each)
        here = [one for each in named if (one := old.get(each))]
        if any([await _is_staffed(after_, party) for one in here for party in (one.named, one.office) if party]):
            break
    return list(old.values())


async def _other_town(after_: After, key: PersonKey, new: Any) -> None:
    now, before = municipality_of(new), list[str]()
    if now:
        before = [town for each in await _earlier(after_, new, "address") if (town := municipality_of(each))]
    if not now or not before or before[0] == now:
        return
    rows = await after_.conn.fetch(_UNITS, *key, list(MUNICIPAL), after_.real)
    orgs = [row["org"] for row in rows if (town := _town(row["body"])) in before and town != now]
    if not orgs:
        return
    offices = await after_.conn.fetch(_OFFICE, list(MUNICIPAL), after_.real, f'"{now}"')
    receiver = next((row["reference"] for row in offices if _town(row["body"]) == now), "")
    if receiver:
        await after_.conn.fetch(_MARK, *key, orgs, [], orgs, True, receiver, receiver)


def _town(body: str) -> str | None:
    return municipality_of(fhir.decode(body.encode()))


async def _practice(after_: After, reference: str) -> _Practice:
    sort, _, name = reference.partition("/")
    if sort == "Organization":
        return _Practice(reference, "", (mark_of(reference),), reference)
    if sort == "PractitionerRole":
        rows = await after_.conn.fetch(_ROLE, name)
        role = fhir.decode(rows[0]["body"].encode()) if rows else None
        person = reference_of(getattr(role, "practitioner", None))
        office = reference_of(getattr(role, "organization", None))
        return _Practice(reference, person, (mark_of(office),) if office else (), office)
    rows = await after_.conn.fetch(_AS_GP, mark_of(reference), after_.real)
    return _Practice(reference, reference, tuple(row["org"] for row in rows), "")


async def _is_staffed(after_: After, party: str) -> bool:
    return bool(await after_.conn.fetch(_STAFFED, mark_of(party), after_.real))
