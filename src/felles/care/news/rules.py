"""Since when something is new to a reader, what is, and what it said before. Pure: rows of the record in, facts out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from felles.record.clock import MICROSECONDS
from felles.record.kinds import Kind
from felles.record.numbers import TYPE_NAMES
from felles.record.want_news import EARLIER
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Raw

    from felles.care.news.shapes import Contact, Look, Read


class From(StrEnum):
    """What the reader counts from; the values stand in addresses."""

    MET = "besok"
    """Since her organisation last had contact with the person (`record.wants.Met`)."""
    LOOKED = "blikk"
    """Since she herself last opened the record, before this sitting (`record.wants.Looked`)."""


BY_LOOK: Final = frozenset({"doctor", "nurse", "pharmacist", "laboratory", "secretary", "case-officer"})
"""Roles that follow the person through the record rather than by visits: in hospital the contact goes on all the while,
and a pharmacist, a laboratory or an office meets nobody. All others count from their organisation's last contact."""


def counted_from(role: str, asked: str | None) -> From:
    """What `role` counts from: what was `asked` for, else what the role needs."""
    if asked in (From.MET, From.LOOKED):
        return From(asked)
    return From.LOOKED if role in BY_LOOK else From.MET


class State(StrEnum):
    """Whether there is a moment to count from."""

    KNOWN = "known"
    NEVER = "never"
    FAR = "far"
    """Not among the lines of the log that were read: longer ago, or never."""


@dataclass(frozen=True, slots=True)
class Since:
    """What is counted from, and the moment (real micros) where there is one."""

    by: From
    state: State
    at: int = 0


def since(by: From, met: Contact | None, looked: Look | None) -> Since:
    """The moment to count from; `looked` None: the log was not read."""
    if by is From.MET:
        return Since(by, State.KNOWN, met.at) if met else Since(by, State.NEVER)
    if looked and looked.at:
        return Since(by, State.KNOWN, looked.at)
    return Since(by, State.NEVER if looked and looked.whole else State.FAR)


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is new: the entry, and its JSON as it stood at the moment counted from (None: it is added)."""

    read: Read
    before: Raw | None


def fresh(reads: Iterable[Read], at: int, *, reader: str = "", own: int = 0) -> list[Fresh]:
    """What became known after `at`, in its order; nothing that `reader` (a reference) answers for herself.

    What was added and withdrawn in between is no news to anybody. `own`: the organisation (hash) whose contact ended
    at `at`, to which what it wrote down of it afterwards is none.
    """
    found: list[Fresh] = []
    for read in reads:
        if read.known <= at or (reader and read.author == reader) or (own == read.org and _noted(read, at)):
            continue
        stood = next((earlier for earlier in read.before if earlier.known <= at), None)
        if stood is None and len(read.before) >= EARLIER:
            stood = read.before[-1]
        if stood is None and _WITHDRAWN in bytes(read.body):
            continue
        found.append(Fresh(read, stood.body if stood else None))
    return found


def _noted(read: Read, at: int) -> bool:
    """Whether it tells of the contact that ended at `at`: what was done or seen on that day or shift until then.

    No result.
    """
    near = local_day(read.low) == local_day(at) or at - read.low < SHIFT
    told = TYPE_NAMES[read.type] in _NOTES and read.kind != Kind.RESULT and not read.before
    return told and near and read.low <= at


SHIFT: Final = 8 * 3600 * MICROSECONDS
"""A night's work, which begins on one day and ends on the next."""
_NOTES: Final = ("Composition", "DocumentReference", "Encounter", "Observation", "Procedure")
_WITHDRAWN: Final = b'"entered-in-error"'


class Group(StrEnum):
    """What a reader looks for; the order is that of the page."""

    MEDICINES = "legemidler"
    RESULTS = "prover"
    PROBLEMS = "problemer"
    CRITICAL = "kritisk"
    NOTES = "notater"
    CONTACTS = "kontakter"
    APPOINTMENTS = "timer"
    WORK = "oppgaver"
    PLANS = "planer"
    VACCINES = "vaksiner"


_GROUPS: Final[dict[Group, tuple[str, ...]]] = {
    Group.MEDICINES: ("MedicationRequest", "MedicationStatement"),
    Group.RESULTS: ("Observation", "DiagnosticReport"),
    Group.PROBLEMS: ("Condition",),
    Group.CRITICAL: ("AllergyIntolerance", "Flag"),
    Group.NOTES: ("Composition", "DocumentReference", "Communication"),
    Group.CONTACTS: ("Encounter", "Procedure"),
    Group.APPOINTMENTS: ("Appointment",),
    Group.WORK: ("ServiceRequest", "Task"),
    Group.PLANS: ("CarePlan", "Goal", "EpisodeOfCare"),
    Group.VACCINES: ("Immunization",),
}
GROUP: Final = {name: group for group, names in _GROUPS.items() for name in names}
"""Type → where its news stands."""
KINDS: Final[dict[Group, tuple[Kind, ...]]] = {
    Group.MEDICINES: (Kind.MEDICINE,),
    Group.RESULTS: (Kind.RESULT, Kind.VITAL),
    Group.PROBLEMS: (Kind.PROBLEM,),
    Group.CRITICAL: (Kind.ALLERGY,),
    Group.NOTES: (Kind.NOTE, Kind.DOCUMENT),
    Group.CONTACTS: (Kind.ENCOUNTER,),
    Group.APPOINTMENTS: (Kind.APPOINTMENT,),
    Group.WORK: (Kind.REFERRAL, Kind.TASK, Kind.ORDER),
    Group.PLANS: (Kind.PLAN,),
    Group.VACCINES: (Kind.IMMUNIZATION,),
}
"""A group of which a role reaches none of these kinds is not shown to it as empty: it is told so."""


def beyond(kinds: int) -> list[Group]:
    """The groups that a role with this mask does not reach at all."""
    return [group for group, needed in KINDS.items() if not any(kinds >> kind & 1 for kind in needed)]
