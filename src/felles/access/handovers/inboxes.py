"""Whom something can be handed to: inboxes that somebody staffs, with their hours, telephone and who is on duty.

An inbox is a unit, an organisation or a service that is active and has staff now. One that has none, or has closed
(`active` false), is not offered: what is sent there would be nobody's. They belong to no person, so finding one needs
no decision and leaves no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.codes import UNIT
from felles.access.handovers.hours import hours_of, is_open
from felles.access.handovers.states import is_person
from felles.record.desks import OFFICES, closed, works
from felles.record.elements import listed, reference_of
from felles.record.ids import mark_of
from felles.record.numbers import TYPES, type_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.store import Store

MOST: Final = 30
"""Inboxes of one search."""
# $1 real time, $2 words that the name holds, $3 how many, $4 the roles that answer a case; none: who does its work.
_FIND: Final = f"""
select s.type, s.id, s.body, o.body as above
  from shared s
  left join shared o on o.type = {TYPES["Organization"]} and o.state = 0 and o.form = 0
   and 'Organization/' || o.id = coalesce(s.body::json -> 'partOf' ->> 'reference',
                                          s.body::json -> 'providedBy' ->> 'reference')
 where s.type in ({TYPES["Organization"]}, {TYPES["HealthcareService"]}) and s.state = 0 and s.form = 0
   and not s.deleted and coalesce(s.body::json ->> 'active', 'true') = 'true'
   and (select bool_and(position(w in lower((s.body::json ->> 'name') || ' ' || coalesce(o.body::json ->> 'name', '')))
                        > 0) from unnest($2::text[]) w)
   and exists (select 1 from staffing t where t.party = s.self and t.since <= $1 and t.until > $1
                  and case when cardinality($4::text[]) > 0 then t.role = any($4) else {works("t.role")} end)
 order by s.body::json ->> 'name', s.id limit $3"""
_ONE: Final = f"""
select s.type, s.id, s.body, null::text as above from shared s
 where s.self = $1 and s.type in ({TYPES["Organization"]}, {TYPES["HealthcareService"]}) and s.state = 0
   and s.form = 0 and not s.deleted"""
_STAFFED: Final = f"""
select s.type, s.id, s.body, null::text as above
  from unnest($1::bigint[]) with ordinality w(self, place)
  join shared s on s.self = w.self and s.type in ({TYPES["Organization"]}, {TYPES["HealthcareService"]})
   and s.state = 0 and s.form = 0 and not s.deleted
 where coalesce(s.body::json ->> 'active', 'true') = 'true'
   and exists (select 1 from staffing t where t.party = s.self and t.since <= $2 and t.until > $2
                  and {works("t.role")})
 order by w.place"""
# and $3 clinical time.
_STAFF: Final = f"""
select distinct on (s.actor) e.body, s.role, a.until as away, a.stand_in from staffing s
  join shared e on e.type = {TYPES["PractitionerRole"]} and e.id = split_part(s.source, '/', 2) and e.state = 0
   and e.form = 0
  left join away a on a.source = s.source and a.party = s.actor and a.since <= $3 and a.until > $3
 where s.party = $1 and s.since <= $2 and s.until > $2 and not {closed("$1::bigint")}
 order by s.actor, a.until nulls first, s.source limit 50"""
_AWAY: Final = """
select distinct on (a.party) a.party, a.until, a.stand_in from away a
 where a.party = any($1::bigint[]) and a.since <= $2 and a.until > $2 order by a.party, a.until"""
_IS_IN: Final = """(exists (
        select 1 from staffing t where t.party = {party} and t.since <= {real} and t.until > {real}
           and not exists (select 1 from away w where w.source = t.source and w.party = t.actor
                              and w.since <= {clinical} and w.until > {clinical}))"""
PRESENT: Final = f"{_IS_IN} and not {closed('{party}')})"
"""SQL: whether somebody who is not away staffs `party` (a hash), now, and it has not closed."""
AT_WORK: Final = PRESENT.replace("t.until > {real}", "t.until > {real} and " + works("t.role"))
"""The same, of those who do work."""
# $1 where to begin, $2 real time, $3 whether that place may be it itself, $4 for whom it is asked, $5 clinical time: of
# each the nearest unit where somebody is. By the primary key each time: free joins were planned as comparisons of all
# with all.
_ABOVE: Final = f"""
with recursive up(start, party, self, high) as (
    select w.start, w.party, s.self, case when w.counts then 1 else 0 end
      from unnest($4::text[], $1::text[], $3::boolean[]) w(start, party, counts)
      left join lateral (
        select s.self from shared s
         where s.bucket = -1 and s.type = {type_in("w.party")}
           and s.id = split_part(w.party, '/', 2) and s.state = 0 and s.form = 0 and not s.deleted limit 1) s on true
    union all
    select up.start, p.party, s.self, up.high + 1
      from up
     cross join lateral (
        select c.body from shared c
         where c.bucket = -1 and c.type = {type_in("up.party")}
           and c.id = split_part(up.party, '/', 2) and c.state = 0 and c.form = 0 and not c.deleted limit 1) c
     cross join lateral (select coalesce(c.body::json -> 'partOf' ->> 'reference',
                                         c.body::json -> 'providedBy' ->> 'reference') as party) p
     cross join lateral (
        select s.self from shared s
         where s.bucket = -1 and s.type = {type_in("p.party")}
           and s.id = split_part(p.party, '/', 2) and s.state = 0 and s.form = 0 and not s.deleted limit 1) s
     where up.high < 9
)
select distinct on (up.start) up.start, up.party from up
 where up.high > 0 and {AT_WORK.format(party="up.self", real="$2", clinical="$5")}
 order by up.start, up.high"""
_ROLE: Final = TYPES["PractitionerRole"]
# $1 hash of a Practitioner or PractitionerRole, $2 real time, $3 an organisation's hash that comes first.
_POST: Final = f"""
select r.body from staffing s
  join shared r on r.bucket = -1 and r.type = {_ROLE} and r.id = split_part(s.source, '/', 2) and r.state = 0
   and r.form = 0 and not r.deleted
 where s.party = $1 and s.since <= $2 and s.until > $2 order by s.org = $3 desc, s.source limit 1"""
# Also the roles that have ended, which staff nothing any more.
_FORMER: Final = f"""
select e.body from shared e
 where e.type = {_ROLE} and e.state = 0 and e.form = 0 and not e.deleted
   and ('PractitionerRole/' || e.id = $1::text or 'practitioner=' || $1::text = any(e.refs))
 order by e.updated desc limit 1"""
_TYPES: Final = {TYPES["Organization"]: "Organization", TYPES["HealthcareService"]: "HealthcareService"}


class _Point(msgspec.Struct):
    system: str | None = None
    value: str | None = None
    use: str | None = None


class _Body(msgspec.Struct):
    name: str = ""
    telecom: list[_Point] = []


_decode: Final = msgspec.json.Decoder(_Body).decode


@dataclass(frozen=True, slots=True)
class Inbox:
    """One of them: `reference`, its name and that of what it is part of, its telephone ("" where none).

    `open`: whether it is open now, None where it says no hours.
    """

    reference: str
    name: str
    above: str
    phone: str
    open: bool | None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who staffs an inbox: reference, role, whether she is on duty now, and if she is away until when and whose it is.

    `away` is clinical microseconds, None when she is not away; `stand_in` a reference, "" for nobody by name.
    """

    reference: str
    role: str
    now: bool
    away: int | None = None
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """In which unit somebody works: references, "" where none is known."""

    person: str
    unit: str


async def find(store: Store, words: str, *, roles: Iterable[str] = ()) -> list[Inbox]:
    """At most `MOST` inboxes whose name, or that of what they are part of, holds all words. Raises `Busy`.

    `roles`: those of a case, one of which must be there: who answers it (`kinds.desk_roles`).
    """
    asked = [word for word in words.lower().split() if word]
    if not asked:
        return []
    rows = await store.pool.fetch(_FIND, store.clock.real(), asked, MOST, list(roles))
    return [_inbox(row, store.clock.clinical()) for row in rows]


async def one(store: Store, reference: str) -> Inbox | None:
    """The inbox of a reference, staffed or not; None when it is none. Raises `Busy`."""
    rows = await store.pool.fetch(_ONE, mark_of(reference))
    return _inbox(rows[0], store.clock.clinical()) if rows else None


async def staffed(store: Store, references: Iterable[str]) -> list[Inbox]:
    """Those of `references` that are inboxes with staff, in their order. Raises `Busy`."""
    marks = [mark_of(each) for each in dict.fromkeys(references)]
    rows = await store.pool.fetch(_STAFFED, marks, store.clock.real()) if marks else []
    return [_inbox(row, store.clock.clinical()) for row in rows]


async def staff(store: Store, reference: str) -> list[OnDuty]:
    """Who staffs an inbox now, those on duty first; empty when nobody does. Raises `Busy`."""
    now = store.clock.clinical()
    rows = await store.pool.fetch(_STAFF, mark_of(reference), store.clock.real(), now)
    found = [_on_duty(row, now) for row in rows]
    return sorted((each for each in found if each.reference), key=lambda each: (not each.now, each.reference))


def at_work(staff: Iterable[OnDuty]) -> list[OnDuty]:
    """Those of an inbox's staff who do its work, in their order: not who only answers cases or keeps registers."""
    return [each for each in staff if each.role not in OFFICES]


async def above(store: Store, references: set[str], org: int = 0) -> dict[str, str]:
    """The nearest unit above each of them where somebody is now, where there is one; of a person it is her own.

    `org`: the hash of the organisation for which it is asked, of whose works in several. Raises `Busy`.
    """
    starts = {each: (await post(store, each, org)).unit if is_person(each) else each for each in references}
    asked = [each for each in sorted(starts) if starts[each]]
    begin, persons = [starts[each] for each in asked], [is_person(each) for each in asked]
    clock = store.clock
    values = (begin, clock.real(), persons, asked, clock.clinical())
    rows = await store.pool.fetch(_ABOVE, *values) if asked else []
    return {row["start"]: row["party"] for row in rows}


async def away(store: Store, references: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Those of `references` (persons) who are away now: until when, and who stands in ("": nobody by name).

    Raises `Busy`.
    """
    marks = {mark_of(each): each for each in references if is_person(each)}
    rows = await store.pool.fetch(_AWAY, list(marks), store.clock.clinical()) if marks else []
    return {marks[row["party"]]: (row["until"], row["stand_in"]) for row in rows}


async def post(store: Store, reference: str, org: int = 0) -> Post:
    """Where a person (`Practitioner/x`, `PractitionerRole/x`) works, or worked last; `org` as in `above`.

    Empty where nobody knows. Raises `Busy`.
    """
    rows = await store.pool.fetch(_POST, mark_of(reference), store.clock.real(), org)
    rows = rows or await store.pool.fetch(_FORMER, reference)
    if not rows:
        return Post("", "")
    role = fhir.decode(rows[0]["body"].encode())
    return Post(reference_of(role.practitioner), _unit(role))


def _unit(role: Any) -> str:
    """The first unit that a PractitionerRole names, else its organisation."""
    for extension in listed(role.extension):
        if extension.url == UNIT and (found := reference_of(extension.valueReference)):
            return found
    services = (reference_of(each) for each in listed(role.healthcareService))
    return next(services, "") or reference_of(role.organization)


def _inbox(row: Any, now: int) -> Inbox:
    said = _decode(row["body"])
    kind = _TYPES[row["type"]]
    service = fhir.decode(row["body"].encode()) if kind == "HealthcareService" else None
    says = service is not None and isinstance(service.availableTime, list)
    phones = (each.value or "" for each in said.telecom if each.system == "phone" and each.use != "old")
    above = _decode(row["above"]).name if row["above"] else ""
    above = "" if above in said.name else above
    hours = hours_of(service)
    shut = any(since <= now < until for since, until in hours.closed)
    opened = is_open(hours, now) if says else False if shut else None
    return Inbox(f"{kind}/{row['id']}", said.name, above, next(phones, ""), opened)


def _on_duty(row: Any, now: int) -> OnDuty:
    role = fhir.decode(row["body"].encode())
    person = getattr(role.practitioner, "reference", None)
    on_duty = not isinstance(role.availableTime, list) or is_open(hours_of(role), now)
    here = on_duty and row["away"] is None
    return OnDuty(person if isinstance(person, str) else "", row["role"], here, row["away"], row["stand_in"] or "")
