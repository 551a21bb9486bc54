"""Organisations that want to take part: they apply, and whoever runs the record approves or refuses.

An application is about an organisation and names its first administrator; it holds nobody's health. It is a hand-over
to whoever runs the record (`handovers.nobodys`), carried by a Task within seconds. Approving makes
the Organization, its units, the administrator with her role, and an account, each in the ordinary way through the
store. Source: pasientjournalloven § 22, § 9 (who takes part in a shared record is agreed and known).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access import accounts, journal
from felles.access import open as doors
from felles.access.errors import Refused
from felles.access.handovers import nobodys
from felles.access.open import who
from felles.access.resources import organization, practitioner, role_of, struct
from felles.fhir.norway.identity import valid_organisation_number
from felles.fhir.norway.systems import ENH
from felles.record.changes import Change
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import Absent, Conflict, Forbidden, RecordError
from felles.record.ids import SHARED_BUCKET, drawn_id, new_id
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.store import Store

KINDS: Final = ("gp-office", "municipal", "hospital", "specialist", "pharmacy", "laboratory", "other")
"""What sort of organisation it is."""
WAITING: Final = 500
"""At most this many wait; more than that is somebody's machine, and is refused until they are decided."""


class State(IntEnum):
    """`application.state`."""

    ASKED = 0
    APPROVED = 1
    REFUSED = 2


class Person(msgspec.Struct, kw_only=True):
    """The first administrator: names, and the number in Helsepersonellregisteret if she has one."""

    given: str
    family: str
    hpr: str = ""


class Asked(msgspec.Struct, kw_only=True):
    """What an application says. `units` are names; `email` and `phone` reach whoever answers for it."""

    name: str
    number: str
    kind: str
    administrator: Person
    email: str
    phone: str = ""
    units: list[str] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Application:
    """One row. Times real microseconds; `org` is `Organization/x` once approved."""

    id: str
    state: State
    asked: Asked
    made: int
    org: str | None = None
    decided: int | None = None
    reason: str | None = None
    task: str | None = None
    """The id of the Task that carries it, None for the seconds until one does."""

    @property
    def waits(self) -> bool:
        """Whether it is to be decided: also where an approval was broken off before it made anything."""
        return self.state is State.ASKED or (self.state is State.APPROVED and self.org is None)


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval made."""

    organization: str
    administrator: str
    account: str
    units: list[str] = field(default_factory=list)


_FIELDS: Final = "id, state, body::text as body, made, org, decided, reason, task"
_COUNT: Final = "select count(*) as n from application where state = 0"
_SAME: Final = "select 1 from application where state = 0 and number = $1"
_INSERT: Final = "insert into application (id, name, number, body, made) values ($1, $2, $3, $4::text::jsonb, $5)"
_LIST: Final = f"select {_FIELDS} from application order by state, made desc limit 200"
_ONE: Final = f"select {_FIELDS} from application where id = $1"
STUCK: Final = 60 * MICROSECONDS
"""After so long an approval that has made nothing was broken off, and is an application that waits again."""
_DECIDE: Final = f"""update application set state = $2, decided = $3::bigint, by = $4, reason = $5
    where id = $1 and (state = 0 or (state = 1 and org is null and decided < $3::bigint - {STUCK})) returning id"""
_MADE: Final = "update application set org = $2 where id = $1"
_REOPEN: Final = "update application set state = 0, decided = null, by = null where id = $1 and org is null"
_TAKEN: Final = f"""select id from shared where bucket = {SHARED_BUCKET} and type = {TYPES["Organization"]} and form = 0
    and state = 0 and not deleted and body::jsonb -> 'identifier' @> $1::text::jsonb"""


def wrong(asked: Asked) -> dict[str, str]:
    """Field → rule that it breaks: `missing`, `long`, `number`, `kind`, `email`. Empty when all is well."""
    found: dict[str, str] = {}
    needed = {"name": asked.name, "given": asked.administrator.given, "family": asked.administrator.family}
    for name, text in needed.items():
        if not text.strip():
            found[name] = "missing"
        elif len(text) > 120:
            found[name] = "long"
    if not valid_organisation_number(asked.number):
        found["number"] = "number"
    if asked.kind not in KINDS:
        found["kind"] = "kind"
    if "@" not in asked.email.strip("@") or len(asked.email) > 200:
        found["email"] = "email"
    if len(asked.units) > 50 or any(len(unit) > 120 for unit in asked.units):
        found["units"] = "long"
    if asked.administrator.hpr and not (asked.administrator.hpr.isdigit() and 7 <= len(asked.administrator.hpr) <= 9):
        found["hpr"] = "number"
    return found


async def apply(store: Store, asked: Asked) -> None:
    """Keep an application. One that waits already is not kept again: the applicant is told the same.

    Raises `Refused` when something in it is wrong, `Conflict` when too many wait, `Busy`.
    """
    if found := wrong(asked):
        raise Refused(f"the application is not whole: {', '.join(sorted(found))}")
    if await store.pool.fetch(_SAME, asked.number):
        return
    if (await store.pool.fetch(_COUNT))[0]["n"] >= WAITING:
        raise Conflict("too many applications wait: try again when some are decided")
    body = msgspec.json.encode(asked).decode()
    await store.pool.fetch(_INSERT, new_id(SHARED_BUCKET), asked.name, asked.number, body, store.clock.real())


async def listed(store: Store, actor: Actor) -> list[Application]:
    """The applications, those that wait first. Raises `Forbidden`, `Busy`."""
    _may_approve(actor)
    return [_application(row) for row in await store.pool.fetch(_LIST)]


async def one(store: Store, actor: Actor, application: str) -> Application:
    """One application. Raises `Forbidden`, `Absent`, `Busy`."""
    _may_approve(actor)
    rows = await store.pool.fetch(_ONE, application)
    if not rows:
        raise Absent("there is no such application")
    return _application(rows[0])


async def refuse(store: Store, actor: Actor, application: str, reason: str) -> None:
    """Refuse it, with a reason in words. Raises `Forbidden`, `Refused` without one, `Conflict` if it is decided."""
    _may_approve(actor)
    if not reason.strip():
        raise Refused("a refusal needs its reason")
    await _decide(store, actor, application, State.REFUSED, reason.strip())
    await _tell(store, application)


async def approve(store: Store, actor: Actor, application: str) -> Approved:
    """Let an organisation in: make it, its units and its first administrator with an account.

    An approval that was broken off is gone on with: what it made is not made again. Raises `Forbidden`, `Absent`,
    `Conflict` when it is decided already or the number is another organisation's here.
    """
    asked = (await one(store, actor, application)).asked
    taken = await store.pool.fetch(_TAKEN, msgspec.json.encode([{"system": ENH, "value": asked.number}]).decode())
    begun = any(row["id"] == _drawn(application, "organization") for row in taken)
    if taken and not begun:
        raise Conflict("an organisation with this number takes part already")
    await _decide(store, actor, application, State.APPROVED, None)
    try:
        made = await _make(store, actor, application, asked, begun=begun)
    except Exception:
        await store.pool.fetch(_REOPEN, application)
        raise
    await store.pool.fetch(_MADE, application, made.organization)
    await _tell(store, application)
    await journal.note(store, who(actor, actor.purpose, None), "approve", made.organization)
    return made


async def _tell(store: Store, application: str) -> None:
    """Let its Task say so now; where somebody writes it at the same moment the keeper does."""
    with suppress(RecordError):
        await nobodys.told(store, application)


def _drawn(application: str, what: str) -> str:
    """The id of what an approval makes: the same whenever it is gone on with."""
    return drawn_id(SHARED_BUCKET, f"application {application} {what}")


async def _make(store: Store, actor: Actor, application: str, asked: Asked, *, begun: bool) -> Approved:
    """The organisation, its units, its first administrator with her role, all in one commit; and her account.

    `begun`: the commit was made, and what follows it perhaps not.
    """
    urls = {name: f"urn:uuid:{place}" for place, name in enumerate(("org", "person", "role"))}
    top = organization(asked.name, asked.number, None, asked.kind)
    head = asked.administrator
    units = [organization(unit, None, urls["org"]) for unit in dict.fromkeys(map(str.strip, asked.units)) if unit]
    role = role_of(urls["person"], urls["org"], "local-administrator", since=store.clock.real())
    changes = [
        Change(op="create", type="Organization", resource=struct(top), full_url=urls["org"]),
        Change(op="create", type="Practitioner", resource=struct(practitioner(head.given, head.family, head.hpr)),
               full_url=urls["person"]),
        Change(op="create", type="PractitionerRole", resource=struct(role), full_url=urls["role"]),
        *(Change(op="create", type="Organization", resource=struct(unit)) for unit in units),
    ]  # fmt: skip
    for change, what in zip(changes, ("organization", "person", "role", *map(str, range(len(units)))), strict=True):
        change.drawn = _drawn(application, what)
    if not begun:
        await store.commit(doors.administer(actor), changes, act="approve")
    made, person, held, *parts = [f"{change.type}/{change.drawn}" for change in changes]
    name = f"{head.given} {head.family}"
    account = await open_account(store, person, held, name, "local-administrator", asked.name)
    return Approved(made, person, account, parts)


async def open_account(store: Store, actor: str, source: str, name: str, role: str, place: str) -> str:
    """An account for somebody with a role here; in demo mode with a persona's card, since there is no other sign-in."""
    identity = source.removeprefix("PractitionerRole/")
    card: dict[str, Any] | None = None
    if store.settings.demo:
        words = doors.ROLES[role]
        shown = {"nb": words.nb, "en": words.en}
        tried = {"nb": f"Logg inn for {place}.", "en": f"Sign in for {place}."}
        card = {"place": 1000, "group": "staff", "title": shown, "where": {"nb": place, "en": place}, "try": tried}
    account = accounts.Account(identity, actor, name, source, card)
    await accounts.put(store, account, since=store.clock.real(), until=FOREVER)
    return identity


async def _decide(store: Store, actor: Actor, application: str, state: State, reason: str | None) -> None:
    said = (int(state), store.clock.real(), actor.reference, reason)
    if not await store.pool.fetch(_DECIDE, application, *said):
        raise Conflict("this application is decided already")
    if state is State.REFUSED:
        await journal.note(store, who(actor, actor.purpose, None), "refuse", f"application {application}")


def _application(row: Any) -> Application:
    asked = msgspec.json.decode(row["body"], type=Asked)
    return Application(
        row["id"], State(row["state"]), asked, row["made"], row["org"], row["decided"], row["reason"], row["task"]
    )


def _may_approve(actor: Actor) -> None:
    if not actor.may("approve"):
        raise Forbidden("only whoever runs the record decides on applications")
