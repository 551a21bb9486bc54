"""Entries to lines: which substance, how taken, from when until when, by which source. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from felles.care.medicines import codes
from felles.care.medicines.rules import Line, Source, Use
from felles.care.medicines.shapes import Given
from felles.ui.dates import local, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.medicines.shapes import Entry
    from felles.care.shapes import Dosage, Period

_STRENGTH: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(mg|g|µg|mcg|mikrog|IE|E|mL|ml)(?![A-Za-zæøå])")
_MICRO: Final = Decimal("0.001")
_UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    "mg": ("mg", Decimal(1)), "g": ("mg", Decimal(1000)), "ug": ("mg", _MICRO), "mcg": ("mg", _MICRO),
    "mikrog": ("mg", _MICRO), "\N{GREEK SMALL LETTER MU}g": ("mg", _MICRO),
    "e": ("E", Decimal(1)), "ie": ("E", Decimal(1)), "[iu]": ("E", Decimal(1)),
}  # fmt: skip
"""Units of strength, case folded (the micro sign becomes the Greek letter) → (what they are counted in, how many of
it): mass in mg, units of effect in E."""
_DAYS: Final = {"d": Decimal(1), "wk": Decimal(7), "mo": Decimal(30), "h": Decimal(1) / 24, "a": Decimal(365)}
"""UCUM's units of time → days."""
_STEM: Final = re.compile(r"[^\d,(]+")
_FORMS: Final = re.compile(
    r"\b(depot|entero|resori|tygge)?(tabletter?|kapsler|kapsel|bletter|mikstur|injeksjon|inhalasjon|krem|dråper)\b"
)
"""Words for forms in names, which a patient leaves out."""


def lines(entries: Iterable[tuple[int, int, Entry]]) -> list[Line]:
    """Lines of (when in clinical microseconds, responsible organisation's mark, entry), each entry once."""
    found: dict[str, Line] = {}
    stems: dict[str, str] = {}
    for at, org, entry in entries:
        line = line_of(at, org, entry)
        if line is None or line.id in found:
            continue
        found[line.id] = line
        if not line.substance.startswith(_BY_NAME):
            stems.setdefault(stem(line.name), line.substance)
    # What is told in words alone belongs to the coded entries of the same name.
    return [
        replace(line, substance=stems.get(line.substance.removeprefix(_BY_NAME), line.substance))
        if line.substance.startswith(_BY_NAME)
        else line
        for line in found.values()
    ]


_BY_NAME: Final = "name:"


def line_of(at: int, org: int, entry: Entry) -> Line | None:
    """One entry as a line; None for what never was, or is no order."""
    if entry.status in codes.NEVER or entry.intent in codes.PROPOSED:
        return None
    source = _source(entry)
    if source in (Source.DISPENSED, Source.GIVEN):
        return _handed(at, org, entry, source)
    dosages = dosages_of(entry)
    refused = source is not Source.ORDERED and entry.status in ("not-taken", "stopped")
    until = _until(entry, dosages)
    return Line(
        f"{entry.resource_type}/{entry.id}",
        source,
        substance_of(entry),
        name_of(entry),
        _use(entry, dosages),
        _start(at, entry, dosages),
        until,
        ended=entry.status in codes.OVER,
        paused=entry.status == "on-hold",
        refused=refused,
        org=org,
        dose="; ".join(_dose_words(dosage) for dosage in dosages),
        daily=_daily(name_of(entry), dosages),
        entry=entry,
    )


def paused_since(entry: Entry) -> date | None:
    """Since which day a paused order has been so; None where nobody wrote it, and of one that is not."""
    found = (each.value_date_time for each in entry.extension if each.url == codes.STATUS_CHANGED)
    return day_of(next(found, None)) if entry.status == "on-hold" else None


def _handed(at: int, org: int, entry: Entry, source: Source) -> Line:
    period = entry.effective_period
    when = entry.when_handed_over or entry.when_prepared or entry.effective_date_time or (period and period.start)
    day = day_of(when) or local(at).date()
    return Line(f"{entry.resource_type}/{entry.id}", source, substance_of(entry), name_of(entry), start=day, org=org,
                entry=entry)  # fmt: skip


def _source(entry: Entry) -> Source:
    if entry.resource_type == "MedicationDispense":
        return Source.DISPENSED
    if entry.resource_type == "MedicationAdministration":
        return Source.GIVEN
    if entry.resource_type != "MedicationStatement":
        return Source.ORDERED
    who = (entry.information_source and entry.information_source.reference) or ""
    return Source.TOLD if who.startswith(("Patient/", "RelatedPerson/")) else Source.NOTED


def dosages_of(entry: Entry) -> list[Dosage]:
    """How it is taken, where the entry's type has it."""
    if entry.dosage_instruction:
        return entry.dosage_instruction
    return [] if entry.dosage is None or isinstance(entry.dosage, Given) else entry.dosage


def name_of(entry: Entry) -> str:
    """What the medicine is called; "" when the entry only refers to one without naming it."""
    if entry.medication_codeable_concept:
        return entry.medication_codeable_concept.words
    return (entry.medication_reference and entry.medication_reference.display) or ""


def atc_of(entry: Entry) -> str:
    """The ATC code, or ""."""
    concept = entry.medication_codeable_concept
    found = (c.code for c in (concept.coding if concept else []) if c.system == codes.SUBSTANCE_SYSTEM and c.code)
    return next(found, "")


def substance_of(entry: Entry) -> str:
    """What makes two entries one medicine: the substance of ATC, else the code they carry, else their name."""
    atc, name = atc_of(entry), name_of(entry)
    if len(atc) >= codes.SUBSTANCE_SIGNS:
        return atc[: codes.SUBSTANCE_SIGNS]
    if atc:
        return f"{atc} {stem(name)}"
    concept = entry.medication_codeable_concept
    for coding in concept.coding if concept else []:
        if coding.code:
            return f"{coding.system or ''}|{coding.code}"
    if not name and entry.medication_reference and entry.medication_reference.reference:
        return entry.medication_reference.reference
    return _BY_NAME + stem(name)


def stem(name: str) -> str:
    """A name without strength and form: `Paracetamol tabletter 500 mg` → `paracetamol`."""
    found = _STEM.match(name.casefold())
    said = _FORMS.sub(" ", found[0] if found else name.casefold())
    return " ".join(said.replace(".", " ").split())


def thins(entry: Entry) -> bool:
    """Whether it is a blood thinner: by its ATC code, else by the name of its substance."""
    atc = atc_of(entry)
    if atc:
        return atc.startswith(codes.THINNERS)
    name = name_of(entry).casefold()
    return any(each in name for each in codes.THINNER_NAMES)


def _use(entry: Entry, dosages: list[Dosage]) -> Use:
    if any(
        dosage.as_needed_boolean or dosage.as_needed_codeable_concept or "ved behov" in (dosage.text or "").casefold()
        for dosage in dosages
    ):
        return Use.NEEDED
    acute = entry.course_of_therapy_type is not None and entry.course_of_therapy_type.has(codes.ACUTE)
    return Use.COURSE if acute or _bound(dosages) else Use.STEADY


def _bounds(dosages: list[Dosage]) -> list[Period]:
    """From when until when the doses that say so are to be taken."""
    repeats = [d.timing.repeat for d in dosages if d.timing and d.timing.repeat]
    return [repeat.bounds_period for repeat in repeats if repeat.bounds_period]


def _bound(dosages: list[Dosage]) -> str | None:
    """Until when it is to be taken: the last day that all its doses name."""
    ends = [period.end for period in _bounds(dosages) if period.end]
    return max(ends) if ends and len(ends) == len(dosages) else None


def _start(at: int, entry: Entry, dosages: list[Dosage]) -> date | None:
    begun = [period.start for period in _bounds(dosages) if period.start]
    period = entry.effective_period
    validity = entry.dispense_request.validity_period if entry.dispense_request else None
    told = (
        min(begun, default=None), period.start if period else None, entry.effective_date_time, entry.authored_on,
        validity.start if validity else None, entry.date_asserted,
    )  # fmt: skip
    return day_of(next((text for text in told if text), None)) or (local(at).date() if at > 0 else None)


def _until(entry: Entry, dosages: list[Dosage]) -> date | None:
    """The first day without it. The validity of a prescription tells when it ended only once it is over.

    FHIR R4: `dispenseRequest.validityPeriod` of an active order is for how long it may be dispensed.
    """
    period = entry.effective_period
    last = day_of(_bound(dosages) or (period.end if period else None), last=True)
    validity = entry.dispense_request.validity_period if entry.dispense_request else None
    if entry.status in codes.OVER and validity and validity.end:
        end = day_of(validity.end, last=True)
        if end is not None and (last is None or end <= last):
            return end + timedelta(days=1) if entry.status == "completed" else end
    return last + timedelta(days=1) if last is not None else None


def day_of(text: str | None, *, last: bool = False) -> date | None:
    """The Norwegian day of a FHIR dateTime; of a month or year its first day, or its last. None for what is no date."""
    if not text:
        return None
    exact = moment(text)
    if exact is not None:
        return local(exact).date()
    try:
        year, month, day = [*map(int, text[:10].split("-")), 0, 0][:3]
        month = month or (12 if last else 1)
        return date(year, month, day or (monthrange(year, month)[1] if last else 1))
    except ValueError:
        return None


def _dose_words(dosage: Dosage) -> str:
    """A dose in a form that two entries can be compared by where neither says it in numbers; nobody reads it."""
    if dosage.text or dosage.patient_instruction:
        return dosage.text or dosage.patient_instruction or ""
    amounts = [f"{a.dose_quantity.value} {a.dose_quantity.unit}" for a in dosage.dose_and_rate if a.dose_quantity]
    repeat = dosage.timing.repeat if dosage.timing else None
    often = f"{repeat.frequency}/{repeat.period}{repeat.period_unit}" if repeat else ""
    return " ".join([*amounts, often])


def _daily(name: str, dosages: list[Dosage]) -> tuple[Decimal, str] | None:
    """What is taken in a day, in mg or E: strength by number of units by how often; None when any part is missing."""
    total, unit = Decimal(0), ""
    for dosage in dosages:
        found = _once(name, dosage)
        repeat = dosage.timing.repeat if dosage.timing else None
        if found is None or not repeat or not repeat.frequency or not repeat.period or (unit and found[1] != unit):
            return None
        span = _DAYS.get(repeat.period_unit or "")
        if span is None:
            return None
        total, unit = total + found[0] * repeat.frequency / (repeat.period * span), found[1]
    return (total.normalize(), unit) if unit else None


def _once(name: str, dosage: Dosage) -> tuple[Decimal, str] | None:
    quantity = next((a.dose_quantity for a in dosage.dose_and_rate if a.dose_quantity), None)
    if quantity is None or quantity.value is None:
        return None
    counted = _UNITS.get((quantity.code or quantity.unit or "").casefold())
    if counted is not None:
        return quantity.value * counted[1], counted[0]
    found = _STRENGTH.search(name)
    if found is None:
        return None
    counted = _UNITS.get(found[2].casefold())
    if counted is None:
        return None
    try:
        return quantity.value * Decimal(found[1].replace(",", ".")) * counted[1], counted[0]
    except InvalidOperation:
        return None
