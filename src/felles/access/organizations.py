"""An organisation's own desk: its units and services, who works there in which role, and until when.

Everything is about the organisation the administrator has signed in for, and nothing else; the Grant that writes
(`open.administer`) reads nobody and writes nobody's record. Roles are reviewed: whoever keeps them confirms each one
at least once a year, or ends it: a hand-over of its own (`handovers.nobodys`). The roles of an organisation that has
no administrator are looked at by whoever runs the record. Source: pasientjournalloven § 22 (access follows need and is
followed up); Normen, factsheet 14 (rights are given by role, with an end, and reviewed). The year is practice:
`nobodys.REVIEW_DAYS`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access import journal
from felles.access import open as doors
from felles.access.applications import open_account
from felles.access.codes import ROLE_SYSTEM, UNIT
from felles.access.errors import Refused
from felles.access.handovers import nobodys
from felles.access.handovers.hook import DESK
from felles.access.open import who
from felles.access.resources import REVIEWED, moment, organization, practitioner, role_of, service, struct
from felles.access.roles import ROLES, staff_role
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.desks import KEEPERS
from felles.record.errors import Absent, Forbidden, RecordError
from felles.record.ids import SHARED_BUCKET, mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.store import Store

FOR_OPERATOR: Final = frozenset({"administrator"})
"""Roles of whoever runs the record; its own administrators give them, an organisation's do not."""

_SHARED: Final = f"bucket = {SHARED_BUCKET} and form = 0 and state = 0 and not deleted"
_UNITS: Final = f"""
select 'Organization/' || s.id as reference, s.body::json ->> 'name' as name from shared s
 where {_SHARED} and s.type = {TYPES["Organization"]} and s.body::json #>> '{{partOf,reference}}' = $1
   and s.body::json ->> 'active' is distinct from 'false'
union all
select 'HealthcareService/' || s.id, s.body::json ->> 'name' from shared s
 where {_SHARED} and s.type = {TYPES["HealthcareService"]} and s.body::json #>> '{{providedBy,reference}}' = $1
   and s.body::json ->> 'active' is distinct from 'false'
 order by name, reference"""
_ROLES: Final = f"""
select r.id, r.version, r.body, p.body::json #>> '{{name,0,family}}' as family,
       array_to_string(array(select json_array_elements_text(p.body::json #> '{{name,0,given}}')), ' ') as given,
       p.body::json #>> '{{qualification,0,code,coding,0,code}}' as profession, t.since, t.until,
       (select max(s.seen) from session s where s.source = t.source) as seen
  from (select source, min(since) as since, max(until) as until from staffing where org = $1 group by source) t
  join shared r on r.type = {TYPES["PractitionerRole"]} and r.id = substr(t.source, 18) and r.bucket = {SHARED_BUCKET}
       and r.form = 0 and r.state = 0 and not r.deleted
  left join shared p on p.type = {TYPES["Practitioner"]} and p.bucket = {SHARED_BUCKET} and p.form = 0 and p.state = 0
       and not p.deleted and p.id = substr(r.body::json #>> '{{practitioner,reference}}', 14)
 order by family, given, r.id"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (`Organization/x`) or service (`HealthcareService/x`): each has an inbox of its own."""

    reference: str
    name: str

    @property
    def service(self) -> bool:
        """Whether it is a service."""
        return self.reference.startswith("HealthcareService/")


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody has, or had, here. Times real microseconds; `reviewed` a day; `seen` her last request."""

    id: str
    version: int
    name: str
    practitioner: str
    role: str
    profession: str
    units: tuple[str, ...]
    since: int
    until: int
    reviewed: date | None
    seen: int | None
    resource: dict[str, Any]

    def due(self, now: int) -> bool:
        """Whether the role must be confirmed anew, as it stands at `now` (real microseconds)."""
        last = self.since if self.reviewed is None else _moment_of(self.reviewed)
        return now - last > nobodys.REVIEW_DAYS * 86_400 * MICROSECONDS

    def over(self, now: int) -> bool:
        """Whether it has ended."""
        return self.until <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody to be given a role. `until` is a day or ""; `units` references of the organisation's own."""

    given: str
    family: str
    role: str
    profession: str = ""
    hpr: str = ""
    until: str = ""
    units: tuple[str, ...] = ()


async def units(store: Store, actor: Actor, of: str = "") -> list[Unit]:
    """The units and services of the actor's organisation; `of` as in `staff`. Raises `Forbidden`, `Busy`."""
    await _may_look(store, actor, of)
    rows = await store.pool.fetch(_UNITS, of or actor.organization)
    return [Unit(row["reference"], row["name"] or row["reference"]) for row in rows]


async def staff(store: Store, actor: Actor, of: str = "") -> list[Held]:
    """Every role of the actor's organisation, by name; those that have ended too.

    `of`: of another one (`Organization/x`), which has no administrator, so that its roles fall to the actor's. Raises
    `Forbidden`, `Busy`.
    """
    await _may_look(store, actor, of)
    rows = await store.pool.fetch(_ROLES, mark_of(of or actor.organization))
    return [_held(row) for row in rows]


async def add_unit(store: Store, actor: Actor, name: str, *, offers: bool = False) -> str:
    """Set up a unit, or (`offers`) a service; its reference. Raises `Forbidden`, `Refused` without a name."""
    grant = doors.administer(actor)
    name = name.strip()
    if not name or len(name) > 120:
        raise Refused("a unit needs a name of at most 120 letters")
    made = service(name, actor.organization) if offers else organization(name, None, actor.organization)
    return await _write(store, actor, grant, Change(op="create", type=made["resourceType"], resource=struct(made)))


async def employ(store: Store, actor: Actor, wish: Wish) -> str:
    """Give somebody a role here, and an account; the PractitionerRole's reference.

    Raises `Forbidden`, `Refused` for a role that is not to be given here, a profession that may not hold it, a unit
    of another organisation, or an end that has been.
    """
    grant = doors.administer(actor)
    own = {unit.reference for unit in await units(store, actor)}
    if found := wrong(wish, own, store.clock.real(), actor):
        raise Refused(f"this role cannot be given: {', '.join(sorted(found))}")
    inside = tuple(unit for unit in wish.units if unit.startswith("Organization/"))
    offered = tuple(unit for unit in wish.units if unit.startswith("HealthcareService/"))
    someone = practitioner(wish.given, wish.family, wish.hpr, wish.profession)
    url = "urn:uuid:practitioner"
    held = role_of(
        url, actor.organization, wish.role, since=store.clock.real(), until=wish.until or None, units=inside,
        services=offered,
    )  # fmt: skip
    done = await store.commit(
        grant,
        [
            Change(op="create", type="Practitioner", resource=struct(someone), full_url=url),
            Change(op="create", type="PractitionerRole", resource=struct(held)),
        ],
        act="employ",
    )
    person, role = done[0].reference, done[1].reference
    await journal.note(store, who(actor, actor.purpose, None), "employ", role)
    name = f"{wish.given} {wish.family}"
    await open_account(store, person, role, name, wish.role, actor.organization_name)
    return role


def wrong(wish: Wish, own: set[str], now: int, actor: Actor) -> dict[str, str]:
    """Field → rule that it breaks: `missing`, `long`, `role`, `profession`, `past`, `date`, `foreign`. Pure."""
    found: dict[str, str] = {}
    for field, text in (("given", wish.given), ("family", wish.family)):
        if not text.strip() or len(text) > 120:
            found[field] = "long" if text.strip() else "missing"
    role = staff_role(wish.role)
    if role is None or (wish.role in FOR_OPERATOR and actor.role_code not in FOR_OPERATOR):
        found["role"] = "role"
    elif role.professions and wish.profession not in role.professions:
        found["profession"] = "profession"
    if wish.until:
        try:
            ends = _moment_of(date.fromisoformat(wish.until))
        except ValueError:
            found["until"] = "date"
        else:
            if ends <= now:
                found["until"] = "past"
    if not set(wish.units) <= own:
        found["units"] = "foreign"
    return found


async def end_role(store: Store, actor: Actor, role: str, of: str = "") -> None:
    """End a role now; the one who holds it loses her sessions within a second. Raises `Forbidden`, `Absent`.

    `of` as in `staff`.
    """
    held = await _one(store, actor, role, of)
    period = held.resource.get("period", {}) | {"end": moment(store.clock.real())}
    await _change(store, actor, held, {"period": period}, "end-role")
    await _looked(store, of or actor.organization)


async def confirm(store: Store, actor: Actor, role: str, of: str = "") -> None:
    """Say that a role is still needed, as of today; `of` as in `staff`. Raises `Forbidden`, `Absent`."""
    held = await _one(store, actor, role, of)
    today = datetime.fromtimestamp(store.clock.real() / MICROSECONDS, UTC).date().isoformat()
    kept = [e for e in held.resource.get("extension", []) if e["url"] != REVIEWED]
    await _change(store, actor, held, {"extension": [*kept, {"url": REVIEWED, "valueDate": today}]}, "review-role")
    await _looked(store, of or actor.organization)


async def _looked(store: Store, organization: str) -> None:
    """The look at its roles is over with the last one; where somebody writes it just then the keeper ends it."""
    with suppress(RecordError):
        await nobodys.reviewed(store, organization, mark_of(organization))


async def _one(store: Store, actor: Actor, role: str, of: str = "") -> Held:
    found = next((held for held in await staff(store, actor, of) if held.id == role), None)
    if found is None:
        raise Absent("there is no such role here")
    return found


async def _change(store: Store, actor: Actor, held: Held, elements: dict[str, Any], act: str) -> None:
    changed = {name: value for name, value in held.resource.items() if name != "meta"} | elements
    change = Change(op="update", type="PractitionerRole", id=held.id, resource=struct(changed), expected=held.version)
    await _write(store, actor, doors.administer(actor), change, act)


async def _write(store: Store, actor: Actor, grant: Any, change: Change, act: str = "maintain") -> str:
    done = await store.commit(grant, [change], act=act)
    await journal.note(store, who(actor, actor.purpose, None), act, done[0].reference)
    return done[0].reference


def _held(row: Any) -> Held:
    resource: dict[str, Any] = msgspec.json.decode(row["body"])
    codings = (c for concept in resource.get("code", []) for c in concept.get("coding", []))
    role = next((c["code"] for c in codings if c.get("system") == ROLE_SYSTEM and c.get("code") in ROLES), "")
    extensions: list[dict[str, Any]] = resource.get("extension", [])
    inside = [e["valueReference"]["reference"] for e in extensions if e["url"] == UNIT]
    offered = [each["reference"] for each in resource.get("healthcareService", [])]
    said = next((e["valueDate"] for e in extensions if e["url"] == REVIEWED), None)
    return Held(
        id=row["id"],
        version=row["version"],
        name=f"{row['given'] or ''} {row['family'] or ''}".strip(),
        practitioner=resource["practitioner"]["reference"],
        role=role,
        profession=row["profession"] or "",
        units=(*inside, *offered),
        since=row["since"],
        until=row["until"],
        reviewed=None if said is None else date.fromisoformat(said),
        seen=row["seen"],
        resource=resource,
    )


def _moment_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * MICROSECONDS


async def _may_look(store: Store, actor: Actor, of: str) -> None:
    _may_keep(actor)
    if of not in ("", actor.organization):
        found = await store.pool.fetch(DESK, mark_of(of), list(KEEPERS), store.clock.real())
        if not found or found[0]["desk"] != actor.organization:
            raise Forbidden("this organisation keeps its own roles")


def _may_keep(actor: Actor) -> None:
    if not actor.may("staff") or not actor.organization:
        raise Forbidden("only an organisation's administrator keeps its units and staff")
