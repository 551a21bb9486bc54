"""Being away: from when until when, and who stands in. Set by whoever is away, or by her organisation's administrator.

It stands in the PractitionerRole itself (`notAvailable`), of every role that she has in the organisation she signed in
for, so that whoever reads the register by FHIR sees it; what follows from it is `handovers.away`. Who stands in is a
colleague of the same unit (or of the organisation, where the role names no unit) who reaches and may do all that she
does: whoever has her work must be able to do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access import journal
from felles.access import open as doors
from felles.access.codes import STAND_IN
from felles.access.errors import Refused
from felles.access.open import who
from felles.access.resources import moment, struct
from felles.access.roles import ROLES
from felles.access.times import span
from felles.fhir.search.dates import OSLO, date_range
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent, Forbidden
from felles.record.ids import SHARED_BUCKET, mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.store import Store

LONGEST: Final = 400
"""Days ahead that a leave may end: longer than a year away is a role that ends."""
MOST: Final = 20
"""Leaves of one role that are kept: those that are over give way to new ones."""
# $1 hash of the Practitioner, $2 hash of the organisation, $3 real time.
_ROLES: Final = f"""
select r.id, r.version, r.body, s.role from (select distinct source, role from staffing
        where actor = $1 and org = $2 and since <= $3 and until > $3) s
  join shared r on r.bucket = {SHARED_BUCKET} and r.type = {TYPES["PractitionerRole"]}
   and r.id = split_part(s.source, '/', 2) and r.form = 0 and r.state = 0 and not r.deleted
 order by r.id"""
_COLLEAGUES: Final = f"""
select distinct r.body::json -> 'practitioner' ->> 'reference' as person, c.role
  from staffing s
  join staffing c on c.party = s.party and c.org = s.org and c.actor <> s.actor and c.since <= $3 and c.until > $3
  join shared r on r.bucket = {SHARED_BUCKET} and r.type = {TYPES["PractitionerRole"]}
   and r.id = split_part(c.source, '/', 2) and r.form = 0 and r.state = 0 and not r.deleted
 where s.actor = $1 and s.org = $2 and s.since <= $3 and s.until > $3 order by 1, 2"""
_HOLDER: Final = f"""
select body::json -> 'practitioner' ->> 'reference' as person, body::json -> 'organization' ->> 'reference' as org
  from shared where bucket = {SHARED_BUCKET} and type = {TYPES["PractitionerRole"]} and id = $1 and form = 0
   and state = 0 and not deleted"""


class _Period(msgspec.Struct):
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """One leave: [since, until) clinical microseconds, the reference of who stands in ("": nobody by name)."""

    since: int
    until: int
    stand_in: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose leaves they are, in one organisation: `person` and `colleagues` are references of Practitioners.

    `leaves` are those that are not over, the first first.
    """

    person: str
    organization: str
    leaves: tuple[Away, ...]
    colleagues: tuple[str, ...]
    roles: tuple[tuple[str, int, dict[str, Any]], ...]


async def desk(store: Store, actor: Actor, role: str = "") -> Desk:
    """The leaves of the actor, or of whoever has `role` (an id) in the organisation that she keeps.

    Raises `Forbidden` for who is no staff or keeps no organisation, `Absent` for a role of another one, `Busy`.
    """
    doors.absent(actor)
    person = actor.reference
    if role:
        rows = await store.pool.fetch(_HOLDER, role)
        if not actor.may("staff"):
            raise Forbidden("only an organisation's administrator sets another one's leave")
        if not rows or rows[0]["org"] != actor.organization:
            raise Absent("there is no such role here")
        person = rows[0]["person"]
    asked = (mark_of(person), mark_of(actor.organization), store.clock.real())
    held = await store.pool.fetch(_ROLES, *asked)
    needed = [ROLES[row["role"]] for row in held]
    able = [
        row["person"]
        for row in await store.pool.fetch(_COLLEAGUES, *asked)
        if all(_may_do(ROLES[row["role"]], each) for each in needed)
    ]
    roles = tuple((row["id"], row["version"], msgspec.json.decode(row["body"])) for row in held)
    now = store.clock.clinical()
    leaves = {leave for _, _, body in roles for leave in leaves_in(body) if leave.until > now}
    return Desk(
        person,
        actor.organization,
        tuple(sorted(leaves, key=lambda each: (each.since, each.until))),
        tuple(dict.fromkeys(able)),
        roles,
    )


def wrong(at: Desk, first: str, last: str, stand_in: str, today: date) -> dict[str, str]:
    """Field → rule that it breaks: `date`, `past`, `order`, `long`, `twice`, `foreign`. Pure."""
    found: dict[str, str] = {}
    days: dict[str, date] = {}
    for name, said in (("first", first), ("last", last)):
        try:
            days[name] = date.fromisoformat(said)
        except ValueError:
            found[name] = "date"
    if len(days) == 2:
        if days["last"] < today:
            found["last"] = "past"
        elif days["last"] < days["first"]:
            found["last"] = "order"
        elif days["last"] > today + timedelta(days=LONGEST):
            found["last"] = "long"
        elif any(each.since < date_range(last)[1] and each.until > date_range(first)[0] for each in at.leaves):
            found["first"] = "twice"
    if stand_in and stand_in not in at.colleagues:
        found["stand_in"] = "foreign"
    return found


async def add(store: Store, actor: Actor, at: Desk, first: str, last: str, stand_in: str) -> None:
    """Be away from the day `first` through the day `last` (ISO). Raises `Refused` where `wrong` finds something."""
    today = today_of(store.clock.clinical())
    if found := wrong(at, first, last, stand_in, today):
        raise Refused(f"this leave cannot be set: {', '.join(sorted(found))}")
    made: dict[str, Any] = {"description": "Fravær", "during": {"start": first, "end": last}}
    if stand_in:
        made["extension"] = [{"url": STAND_IN, "valueReference": {"reference": stand_in}}]
    await _write(store, actor, at, lambda leaves: [*leaves, made])


async def end(store: Store, actor: Actor, at: Desk, since: int) -> None:
    """Call off the leave that begins at `since`; one that has begun ends now. Raises `Absent`."""
    if all(each.since != since for each in at.leaves):
        raise Absent("there is no such leave here")
    now = store.clock.clinical()
    over = moment(now)

    def ended(leaves: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        for each in leaves:
            if _away(each).since != since:
                kept.append(each)
            elif since < now:
                kept.append(each | {"during": each["during"] | {"end": over}})
        return kept

    await _write(store, actor, at, ended)


def leaves_in(role: dict[str, Any]) -> list[Away]:
    """The leaves that a PractitionerRole (JSON) says a period for."""
    return [_away(each) for each in role.get("notAvailable", []) if each.get("during")]


def today_of(now: int) -> date:
    """The Norwegian day of a clinical moment."""
    return datetime.fromtimestamp(now / MICROSECONDS, UTC).astimezone(OSLO).date()


def _away(said: dict[str, Any]) -> Away:
    named = (e.get("valueReference", {}) for e in said.get("extension", []) if e.get("url") == STAND_IN)
    since, until = span(msgspec.convert(said["during"], _Period), None) if said.get("during") else (0, 0)
    return Away(since, until, next((each.get("reference", "") for each in named), ""))


def _may_do(one: Any, other: Any) -> bool:
    return not other.kinds & ~one.kinds and other.verbs <= one.verbs


async def _write(store: Store, actor: Actor, at: Desk, change: Any) -> None:
    now = store.clock.clinical()
    changes: list[Change] = []
    for role, version, body in at.roles:
        leaves: list[dict[str, Any]] = change(body.get("notAvailable", []))
        if len(leaves) > MOST:
            leaves = [each for each in leaves if not each.get("during") or _away(each).until > now]
        new = {name: value for name, value in body.items() if name not in ("meta", "notAvailable")}
        new |= {"notAvailable": leaves} if leaves else {}
        changes.append(Change(op="update", type="PractitionerRole", id=role, resource=struct(new), expected=version))
    if not changes:
        raise Absent("she has no role here now")
    await store.commit(doors.absent(actor), changes, act="leave")
    for role, _, _ in at.roles:
        await journal.note(store, who(actor, actor.purpose, None), "leave", f"PractitionerRole/{role}")
