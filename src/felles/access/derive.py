"""Which doors an entry opens: relations and staffing that follow from it. Pure.

    EpisodeOfCare        whoever follows the person: managingOrganization, careManager and team
    Encounter            serviceProvider and participants
    ServiceRequest       whoever received it: performer
    Task                 whoever is to do it: owner; not what carries an order of a test (`handovers.showing`)
    Appointment          those who take part in it
    Communication        those whom it was sent to: what it points to, and not the record (`pointing`); so does a Task
                         that asks to answer one
    PractitionerRole     staffing: what relations join to is an organisation, a unit or a role, never each employee;
                         and when she is away from it

A relation ends when its basis ends, after the days in `Durations`; one that has ended already is not made. An entry
is a basis only if the role of the one who wrote it may make that kind (`basis:<code>` among its verbs), and a GP
list only from a register's source or an administrator: nobody opens a door to herself. What the writer made for
herself or her own organisation alone, where making it is no more than asking (a booking, a referral, a task), is
marked as self-made (whether writer and receiver belong together is seen in `staffing`, by the statement that writes).
When another organisation or the person herself then writes the entry anew, it is confirmed. A case (CASE_SYSTEM) is a
Task that opens nothing of itself. `Patient.generalPractitioner` opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from felles.access import (
    blocks,
    booking,
    holding_hook,
    openings,
    pointing,
    representation_hook,
    self_made,
    verbs,
)
from felles.access.bases import SELF_MADE, Basis
from felles.access.codes import (
    DIAGNOSTIC,
    EPISODE_SYSTEM,
    GP_LIST,
    MUNICIPAL_SERVICE,
    PREGNANCY,
    ROLE_SYSTEM,
    UNIT,
)
from felles.access.handovers import hook as handovers
from felles.access.handovers.away import leaves_of
from felles.access.handovers.kinds import RULES, Kind
from felles.access.handovers.states import State, said_by
from felles.access.release import Waits
from felles.access.representation import Ages
from felles.access.roles import staff_role
from felles.access.times import span
from felles.record import forms, mirroring
from felles.record.clock import FOREVER
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM
from felles.record.derive import Derived, Registry, Relation, Staffing
from felles.record.elements import codes_of, listed
from felles.record.grants import Grant

DAY: Final = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a relation outlasts, or comes before, its basis, in days. Settable by site.

    The law names no number (pjl § 19: as long as care needs it). `encounter`: the discharge letter, results that
    come late and corrections (hpl § 45 a; Helsedirektoratet: a letter within a week, outpatient results within
    weeks). `before` and `appointment`: preparing and writing up. `request`: a referral or order not closed by
    anybody still ends, since a relation without an end is no need (pjl § 22); `closed`: after it was closed.
    `message`: what a message opens closes when it is answered, and after so many days where it is not
    (FELLES_MESSAGE_DAYS).
    """

    encounter: int = 30
    before: int = 14
    appointment: int = 14
    request: int = 365
    closed: int = 30
    message: int = 30


Held = tuple[list[str], Basis, int, int]
"""(parties, basis, since, until) of one entry."""


def _episode(resource: Any, updated: int, _: Durations) -> Held | None:
    """Holds while the episode lasts."""
    if resource.status not in {"waitlist", "active", "onhold", "finished"}:
        return None
    since, until = span(resource.period, updated)
    if resource.status == "finished":
        until = min(until, updated)
    types = {code for concept in listed(resource.type) for code in codes_of(concept, EPISODE_SYSTEM)}
    known = {GP_LIST: Basis.GP_LIST, MUNICIPAL_SERVICE: Basis.MUNICIPAL_SERVICE, PREGNANCY: Basis.PREGNANCY}
    basis = next((basis for code, basis in known.items() if code in types), Basis.EPISODE)
    return _references(resource.managingOrganization, resource.careManager, resource.team), basis, since, until


def _encounter(resource: Any, updated: int, days: Durations) -> Held | None:
    """Holds from its start (or planning) until some days after its end."""
    if resource.status in {"cancelled", "entered-in-error", "unknown"}:
        return None
    since, until = span(resource.period, updated)
    if resource.status == "planned":
        since = since - days.before * DAY
    elif resource.status == "finished":
        until = updated if until == FOREVER else until
    parties = _references(resource.serviceProvider, *(p.individual for p in listed(resource.participant)))
    inpatient = _text(resource.class_, "code") in {"IMP", "ACUTE", "NONAC", "EMER", "OBSENC"}
    return parties, Basis.ADMISSION if inpatient else Basis.CONTACT, since, _later(until, days.encounter)


def _request(resource: Any, updated: int, days: Durations) -> Held | None:
    """Holds from when it was received until it is closed, or at most `request` days."""
    if resource.status not in {"active", "on-hold", "completed"} or resource.intent in {"proposal", "plan"}:
        return None
    since = span(resource.authoredOn, updated)[0]
    until = _later(updated, days.closed) if resource.status == "completed" else _later(since, days.request)
    order = any(DIAGNOSTIC & set(codes_of(concept)) for concept in listed(resource.category))
    return _references(resource.performer), Basis.ORDER if order else Basis.REFERRAL, since, until


def _task(resource: Any, updated: int, days: Durations) -> Held | None:
    """Holds while somebody owns it and it is not done; for who sent it while it is hers again (`handovers.states`).

    An offer (`handovers.offers`) holds for both: who offers has what is offered until the other says yes. What carries
    an order of a test shows that and its answers (`handovers.showing`), and opens no record.
    """
    if resource.status in {"draft", "cancelled", "entered-in-error"}:
        return None
    if any(codes_of(resource.code, CASE_SYSTEM)) or Kind.ORDER.code in codes_of(resource.code, HANDOVER_SYSTEM):
        return None
    since = span(resource.authoredOn, updated)[0]
    if pointing.is_question(resource):
        done = resource.status == "completed"
        return _references(resource.owner), Basis.MESSAGE, since, updated if done else _later(since, days.message)
    said = said_by(resource)
    done_ends = said is not None and said.state is State.ANSWERED and RULES[said.kind].done_ends
    back = said is not None and said.state.back and not done_ends
    parties = _references(resource.owner) if resource.status not in {"rejected", "failed"} else []
    offers = said is not None and said.kind is Kind.OFFER and not said.state.ended and resource.status != "completed"
    if back or offers:
        parties += _references(resource.requester)
    done = resource.status == "completed" and not back
    until = _later(updated, days.closed) if done else _later(since, days.request)
    return parties, Basis.TASK, since, until


def _message(resource: Any, updated: int, days: Durations) -> Held | None:
    """Holds from when it was sent until it is answered (`pointing`), or `message` days."""
    if resource.status not in pointing.SENT:
        return None
    since = span(resource.sent, updated)[0]
    return _references(resource.recipient), Basis.MESSAGE, since, _later(min(since, updated), days.message)


def _appointment(resource: Any, updated: int, days: Durations) -> Held | None:
    """Holds from some days before it until some days after, for those who take part in it.

    For whom one waits for a time, from when she was put on the list, at most `request` days.
    """
    if resource.status not in {"pending", "booked", "arrived", "fulfilled", "noshow", "checked-in", booking.WAITS}:
        return None
    taking_part = [p.actor for p in listed(resource.participant) if p.status != "declined"]
    if resource.status == booking.WAITS:
        since = span(resource.created, updated)[0]
        return _references(*taking_part), Basis.APPOINTMENT, since, _later(since, days.request)
    start = span(resource.start, updated)[0]
    end = span(resource.end, start)[0]
    return (
        _references(*taking_part),
        Basis.APPOINTMENT,
        start - days.before * DAY,
        _later(end, days.appointment),
    )


_READERS: Final[dict[str, Callable[[Any, int, Durations], Held | None]]] = {
    "EpisodeOfCare": _episode,
    "Encounter": _encounter,
    "ServiceRequest": _request,
    "Task": _task,
    "Appointment": _appointment,
    "Communication": _message,
}

_ASKED: Final = frozenset({Basis.REFERRAL, Basis.ORDER, Basis.APPOINTMENT, Basis.TASK, Basis.MESSAGE})
"""Bases that ask for care; made by their own receiver they are no more than a stated need."""

_EVERY: Final = frozenset(f"basis:{basis.code}" for basis in _ASKED)
"""The verbs of who may make any of them."""

PARTIES: Final = frozenset(
    {"Organization", "HealthcareService", "Practitioner", "PractitionerRole", "CareTeam", "Device"}
)


def relations_of(
    resource: Any, *, writer: str, org: str, verbs: frozenset[str], updated: int, days: Durations | None = None
) -> list[Relation]:
    """The relations that follow from one version of an entry (a struct of `felles.fhir.r4`).

    `writer` and `org` are references of who wrote it and for which organisation, `verbs` what that role may do
    (`basis:<code>`), `updated` its lastUpdated in microseconds, from which times that it lacks are taken. Empty
    for types that open nothing.
    """
    read = _READERS.get(type(resource).__name__)
    held = read(resource, updated, days or Durations()) if read else None
    if held is None:
        return []
    parties, basis, since, until = held
    if f"basis:{basis.code}" not in verbs or (basis is Basis.GP_LIST and "register" not in verbs):
        return []
    if until <= max(since, updated):
        return []
    return [
        Relation(party, basis + (SELF_MADE if mine else 0), since, until, asked=basis in _ASKED)
        for party in dict.fromkeys(parties)
        for mine in [basis in _ASKED and party in (writer, org)]
    ]


def staffing_of(resource: Any, reference: str) -> list[Staffing]:
    """Whom a PractitionerRole (`reference`: PractitionerRole/x) lets act, in whose name and for what.

    Parties: the role itself, the practitioner, each unit it names (extension UNIT, healthcareService), and the
    organisation as a whole only when it names no unit: one who works in a ward does not staff the hospital. Empty
    for a role that is not active, has no practitioner or organisation, or whose code is none of ours.
    """
    practitioner = next(iter(_references(resource.practitioner)), None)
    organization = next(iter(_references(resource.organization)), None)
    codes = [code for concept in listed(resource.code) for code in codes_of(concept, ROLE_SYSTEM)]
    role = next((code for code in codes if staff_role(code)), None)
    if practitioner is None or organization is None or role is None or resource.active is False:
        return []
    extensions = (e for e in listed(resource.extension) if e.url == UNIT)
    units = _references(resource.healthcareService, *(e.valueReference for e in extensions))
    since, until = span(resource.period, None)
    return [
        Staffing(practitioner, organization, party, role, since, until)
        for party in dict.fromkeys([reference, practitioner, *(units or [organization])])
    ]


def register(
    registry: Registry,
    days: Durations | None = None,
    *,
    ages: Ages | None = None,
    waits: Waits | None = None,
    hours: openings.Hours | None = None,
) -> Registry:
    """Let all that opens and closes doors follow the commits it is made from; gives `registry` back.

    `days`, `ages`, `waits` and `hours` are what a site sets; without them the defaults of their tables.
    """

    def relate(resource: Any, _: str, grant: Grant, updated: int) -> Derived:
        made = relations_of(resource, writer=grant.actor, org=grant.org, verbs=grant.verbs, updated=updated, days=days)
        return Derived(relations=made)

    def staff(resource: Any, reference: str, grant: Grant, _: int) -> Derived:
        if not grant.may("register"):
            return Derived()
        return Derived(staffing=staffing_of(resource, reference), leaves=leaves_of(resource, reference))

    def as_hers(resource: Any, updated: int) -> list[Relation]:
        return relations_of(resource, writer="", org="", verbs=_EVERY, updated=updated, days=days)

    for type_name in _READERS:
        registry.register(type_name, relate)
    registry.register("PractitionerRole", staff)
    for room in (blocks, verbs):
        room.register(registry)
    pointing.register(registry)
    holding_hook.register(registry, waits)
    representation_hook.register(registry, ages)
    openings.register(registry, hours)
    registry.need, registry.received = (hours or openings.Hours()).need * openings.HOUR, 7 * 24 * openings.HOUR
    handovers.register(registry)
    self_made.register(registry, as_hers)
    booking.register(registry)
    forms.register(registry)
    mirroring.register(registry)
    return registry


# -- reading what may be there -----------------------------------------------------------------------------


def _text(value: Any, name: str) -> str:
    found = getattr(value, name, UNSET)
    return found if isinstance(found, str) else ""


def _references(*values: Any) -> list[str]:
    """Literal references to whoever can be a party, without version, as far as they are there."""
    found: list[str] = []
    for value in values:
        for reference in value if isinstance(value, list) else [value]:
            text = _text(reference, "reference").partition("/_history/")[0]
            if text.partition("/")[0] in PARTIES:
                found.append(text)
    return found


def _later(moment: int, days: int) -> int:
    return FOREVER if moment == FOREVER else moment + days * DAY
