"""Who may act for a person, how far and until when: rows that follow from her own entries. Pure.

    parents       RelatedPerson with registered parental responsibility: the record until the child is 12, then
                  appointments with municipality and GP; nothing from 16
    proxy         a Consent she gave herself, from 16, to somebody who is 18: what it says, until it ends
    guardian      a Consent that a register wrote: as far as the mandate says
    next of kin   of one who cannot consent, by recorded decision: only the kinds it names
    part          what staff released to one parent of a child of 12 to 15: these entries, until a day
    estate        what staff released to the nearest kin of one who died: these entries

Sources: pasient- og brukerrettighetsloven §§ 3-3, 3-4, 4-3 (16 years; what parents are told from 12), 5-1 (nearest
kin of the deceased), helsepersonelloven § 24, barnelova § 30. The ages are settings; Helsenorge closes a child's
record to her parents at 12, others keep it open to 16.

Nobody sees more than the person herself: what is held back from her is held back from all who act for her
(`holding`), and who acts for her never sees or changes blocks, cases, consents or proxies. While her address is
protected nobody acts for her: the decision sees to that (`record.decide`), from the moment the bit is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR
from enum import IntFlag
from typing import Any, Final

from felles.access.bases import Basis
from felles.access.codes import KIND_SYSTEM, RELATED_PATIENT
from felles.access.holding import BARRED, has_code
from felles.access.roles import mask
from felles.access.times import span
from felles.fhir.search.dates import date_range
from felles.record.clock import BEGINNING, FOREVER
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY, RESTRICTION_SYSTEM
from felles.record.grants import ALL_KINDS
from felles.record.kinds import Kind

FAMILY_SYSTEM: Final = "http://hl7.no/fhir/CodeSystem/no-basis-family-relation"
"""`RelatedPerson.relationship`: mor, far, medmor, as the National Population Register has it."""

Interval = tuple[int, int]
"""[since, until) in clinical microseconds."""


class Verb(IntFlag):
    """`representation.verbs`: what may be done. Each code of MANDATE_SYSTEM is a name of these in lower case."""

    READ = 1
    BOOK = 2
    WRITE = 4
    RENEW = 8
    SPEAK = 16


VERBS: Final = {verb.name.lower(): verb for verb in Verb if verb.name}

NEVER: Final = mask(Kind.CASE, Kind.BLOCK, Kind.WITHHELD, Kind.MANDATE, Kind.CONSENT, Kind.TRACE, Kind.PERSON)
"""Kinds that nobody sees by acting for another; who the person is comes by a row of its own, her Patient alone:
a RelatedPerson says where the other parent lives."""
RECORD: Final = ALL_KINDS & ~NEVER
REACH: Final = {
    Verb.READ: RECORD,
    Verb.BOOK: mask(Kind.APPOINTMENT),
    Verb.WRITE: mask(Kind.MESSAGE, Kind.FORM),
    Verb.RENEW: mask(Kind.MEDICINE),
    Verb.SPEAK: 0,
}
"""What each verb must see to make sense; a sum of them is what a proxy sees."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Birthdays at which something changes. `own`: the record is the child's; `end`: parents' access ends."""

    own: int = 12
    end: int = 16
    giver: int = 16
    receiver: int = 18


@dataclass(frozen=True, slots=True)
class Subject:
    """The person: her Patients (Patient/x), dates as FHIR writes them. `died` is True when only that is known."""

    references: tuple[str, ...]
    born: str | None = None
    died: str | bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: who may act (`actor` Patient/y) on what basis; `item` one entry alone; times clinical."""

    actor: str
    id: str
    source: str
    basis: Basis
    kinds: int
    verbs: Verb
    since: int
    until: int
    item: str = ""
    listed: bool = False


def birthday(born: str, years: int) -> int:
    """The midnight (Norwegian time) at which somebody is `years` old; 29 February falls on the 28th in other years.

    A birth date known to the year or month alone counts as its first day: what ends, ends early. No calendar of ours
    goes beyond the year 9999: what would come then never comes.
    """
    year, month, day = (*born.split("-"), "01", "01")[:3]
    reached = int(year) + years
    if reached > MAXYEAR:
        return FOREVER
    leap = reached % 4 == 0 and (reached % 100 != 0 or reached % 400 == 0)
    if (month, day) == ("02", "29") and not leap:
        day = "28"
    return date_range(f"{reached:04d}-{month}-{day}")[0]


def rows_of(
    subject: Subject,
    related: Iterable[tuple[str, Any]],
    consents: Iterable[tuple[str, Any]],
    receivers: Mapping[str, str],
    ages: Ages | None = None,
) -> list[Row]:
    """All rows of a person from her current RelatedPersons and Consents, each with its reference.

    `receivers` are the birth dates, by Patient/y, of those who may come to act: who is not there is too young. What is
    wrong or missing in an entry gives no row.
    """
    ages, consents = ages or Ages(), list(consents)
    rows = [row for reference, each in related for row in _parent(subject, reference, each, ages)]
    for reference, consent in consents:
        rows += _mandate(subject, reference, consent, receivers, ages)
    cut = [row for row in rows if row.actor not in subject.references]
    for actor, barred in _barred(consents):
        cut = [piece for row in cut for piece in _without(row, actor, barred)]
    return [*cut, *_who(subject, cut)]


def parties_of(related: Iterable[Any], consents: Iterable[Any]) -> set[str]:
    """The references (Patient/y) of all who may come to act by these entries."""
    found = {reference for each in related if (reference := _related_patient(each))}
    return found | {actor for consent in consents for actor in _actors(consent.provision or None)}


# -- parents -----------------------------------------------------------------------------------------------


def _parent(subject: Subject, source: str, related: Any, ages: Ages) -> Iterator[Row]:
    actor = _related_patient(related)
    if actor is None or related.active is False or not _responsible(related) or not subject.born:
        return
    since, until = span(related.period, BEGINNING)
    own, end = birthday(subject.born, ages.own), birthday(subject.born, ages.end)
    until = min(until, _death(subject))
    child = Row(actor, f"{source}#child", source, Basis.PARENT, RECORD, Verb.READ | Verb.BOOK, since, min(until, own))
    youth = Row(
        actor, f"{source}#youth", source, Basis.PARENT, mask(Kind.APPOINTMENT), Verb.READ,
        max(since, own), min(until, end), listed=True,
    )  # fmt: skip
    yield from (row for row in (child, youth) if row.until > row.since)


def _responsible(related: Any) -> bool:
    """Whether this RelatedPerson herself has the responsibility: a father is there also where only the mother has."""
    held = _codes(related.relationship, PARENTAL_RESPONSIBILITY)
    family = _codes(related.relationship, FAMILY_SYSTEM) & {"mor", "far", "medmor"}
    return bool(held & {"felles", "andre"}) or bool(held & (family or {"mor", "far", "medmor"}))


def _related_patient(related: Any) -> str | None:
    for extension in related.extension or []:
        if extension.url == RELATED_PATIENT and extension.valueReference:
            return _patient(extension.valueReference)
    return None


# -- mandates ----------------------------------------------------------------------------------------------


def _mandate(subject: Subject, source: str, consent: Any, receivers: Mapping[str, str], ages: Ages) -> Iterator[Row]:
    provision = consent.provision or None
    if consent.status != "active" or provision is None or provision.type != "permit":
        return
    code = next(iter(_codes(consent.category, MANDATE_SYSTEM) & _MANDATES.keys()), None)
    if code is None:
        return
    since, until = span(provision.period, span(consent.dateTime, BEGINNING)[0])
    basis, alive = _MANDATES[code]
    since, until = (since, min(until, _death(subject))) if alive else (max(since, _death(subject)), until)
    if code == "proxy":
        if subject.born is None or since < birthday(subject.born, ages.giver):
            return
    elif code == "part":
        if subject.born is None or until == FOREVER:
            return
        until = min(until, birthday(subject.born, ages.end))
    for actor in _actors(provision):
        adult = birthday(receivers[actor], ages.receiver) if actor in receivers else FOREVER
        start = max(since, adult) if code != "part" else since
        if start < until:
            yield from _mandated(Row(actor, source, source, basis, 0, Verb.READ, start, until), code, provision)


_MANDATES: Final[dict[str, tuple[Basis, bool]]] = {
    "proxy": (Basis.PROXY, True),
    "guardian": (Basis.GUARDIAN, True),
    "kin": (Basis.NEXT_OF_KIN, True),
    "part": (Basis.RELEASED_PART, True),
    "estate": (Basis.ESTATE, False),
}
"""Code of MANDATE_SYSTEM → basis, and whether it is for the living."""


def _mandated(row: Row, code: str, provision: Any) -> Iterator[Row]:
    """The rows of one who is given a mandate: single entries, or kinds as its verbs and classes say."""
    if code in ("part", "estate"):
        items = (each.reference.reference for each in provision.data or [])
        for number, item in enumerate(dict.fromkeys(ref for ref in items if isinstance(ref, str))):
            yield replace(row, id=f"{row.source}#{row.actor[8:]}.{number}", kinds=RECORD, item=item)
        return
    verbs = Verb(0)
    for name in _codes(provision.action, MANDATE_SYSTEM) & VERBS.keys():
        verbs |= VERBS[name]
    kinds = 0
    for verb in verbs:
        kinds |= REACH[verb]
    named = [Kind[code] for code in _kinds(provision)]
    if named:
        kinds &= mask(*named)
    elif code == "kin":  # only what is needed: without naming it, nothing
        return
    if verbs:
        yield replace(row, id=f"{row.source}#{row.actor[8:]}", kinds=kinds, verbs=verbs | Verb.READ)


def _kinds(provision: Any) -> list[str]:
    names = (c.code.upper().replace("-", "_") for c in provision.class_ or [] if c.system == KIND_SYSTEM and c.code)
    return [name for name in names if name in Kind.__members__]


# -- what cuts ---------------------------------------------------------------------------------------------


def _barred(consents: Iterable[tuple[str, Any]]) -> Iterator[tuple[str | None, Interval]]:
    """Whom restrictions bar (None: all parents, child welfare having taken over), and when."""
    for _, consent in consents:
        provision = consent.provision or None
        barring = consent.status == "active" and has_code(consent.category, RESTRICTION_SYSTEM, BARRED)
        if barring and provision is not None and provision.type == "deny":
            for actor in _actors(provision) or [None]:
                yield actor, span(provision.period, BEGINNING)


def _without(row: Row, actor: str | None, barred: Interval) -> Iterator[Row]:
    """What is left of a parent's row beside the time in which she is barred."""
    if row.basis not in (Basis.PARENT, Basis.RELEASED_PART) or actor not in (None, row.actor):
        yield row
        return
    before = replace(row, until=min(row.until, barred[0]))
    after = replace(row, since=max(row.since, barred[1]), id=f"{row.id}-")
    yield from (piece for piece in (before, after) if piece.until > piece.since)


def _who(subject: Subject, rows: list[Row]) -> Iterator[Row]:
    """Who acts for somebody sees who that is: her Patient, as long as the row beside it holds."""
    for row in rows:
        for reference in subject.references:
            yield replace(
                row, id=f"{row.id}.{reference}", kinds=mask(Kind.PERSON), verbs=Verb.READ, item=reference, listed=False
            )


def _death(subject: Subject) -> int:
    if isinstance(subject.died, str):
        return date_range(subject.died)[0]
    return BEGINNING if subject.died else FOREVER


# -- reading what may be there -----------------------------------------------------------------------------


def _codes(concepts: Any, system: str) -> set[str]:
    return {c.code for concept in concepts or [] for c in concept.coding or [] if c.system == system and c.code}


def _actors(provision: Any) -> list[str]:
    found = [_patient(each.reference) for each in (provision.actor or [] if provision is not None else [])]
    return list(dict.fromkeys(reference for reference in found if reference))


def _patient(reference: Any) -> str | None:
    text = reference.reference
    return text.partition("/_history/")[0] if isinstance(text, str) and text.startswith("Patient/") else None
