"""What the fields of every form hold to: there, not too long, a number in its bounds, a day that has been. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import TYPE_CHECKING, Any, Final

from felles.care.handovers.present_leave import told
from felles.care.writing.form import From, Mistake, here
from felles.record.clock import MICROSECONDS
from felles.ui.dates import ZONE, local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.care.writing.form import Field, Form, Known, Resource, Row, Values
    from felles.ui.i18n import Language

_NUMBER: Final = re.compile(r"\d{1,6}([.,]\d{1,3})?")
_STAYS: Final = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"})
"""Encounter.class (v3-ActCode) of one who is admitted."""
_GOING_ON: Final = frozenset({"arrived", "triaged", "in-progress", "onleave"})
"""FHIR R4 encounter-status: begun and not over."""
_XHTML: Final = "http://www.w3.org/1999/xhtml"


def cleaned(form: Form, sent: Mapping[str, str]) -> Values:
    """The form's own fields of what was sent, without space around them; line ends as one sign."""
    return {f.name: sent.get(f.name, "").replace("\r\n", "\n").strip() for f in form.fields}


def number(text: str) -> Decimal | None:
    """A number as people type it, with comma or point; None when it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def same(f: Field, one: str, other: str) -> bool:
    """Whether two texts of a field say the same: a number as it counts, words whatever space is between them."""
    amount = number(one) if f.kind == "number" else None
    return one.split() == other.split() if amount is None else amount == number(other)


def carried(form: Form, values: Values, then: Known, now: Known) -> Values:
    """A text begun over `then` as it is over `now`: what was left as it came is what others have made of it since."""
    kept = dict(values)
    for f in form.fields:
        if isinstance(f.source, From) and same(f, f.source.read(then), values.get(f.name, "")):
            kept[f.name] = f.source.read(now)
    return kept


def day(text: str) -> date | None:
    """A day as a date field sends it (ISO 8601), or as people write it (24.11.2026); None when it is none."""
    found = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """A Norwegian day and time as such a field sends it (2026-11-24T10:15), or as people write it (24.11.2026 10.15).

    None when it is none. Of an hour that there is twice (the end of summer time) the first is meant.
    """
    found = re.fullmatch(r"(\S+?)(?:T|,? +(?:kl\.? *)?)(\d{1,2})[:.](\d{2})(?::\d{2})?", text)
    on = day(found[1]) if found else None
    if found is None or on is None or int(found[2]) > 23 or int(found[3]) > 59:
        return None
    return datetime(on.year, on.month, on.day, int(found[2]), int(found[3]), tzinfo=ZONE)


def today(known: Known) -> date:
    """The Norwegian day on which it is written."""
    return local(known.now).date()


def mistakes(t: Language, form: Form, values: Values, known: Known) -> list[Mistake]:
    """Everything that is wrong, field by field, in the order of the form."""
    shown = (f for f in form.fields if here(f, known))
    found = [said for f in shown if (said := _wrong(t, f, values[f.name], known)) is not None]
    if not found:
        found = form.wrong(t, values, known)
    return found


def _wrong(t: Language, f: Field, text: str, known: Known) -> Mistake | None:
    label = f.label(t)
    if not text:
        return Mistake(f.name, t("{field}: fyll ut dette.").format(field=label)) if f.required else None
    if len(text) > f.longest:
        return Mistake(f.name, t("{field}: høyst {count} tegn.").format(field=label, count=f.longest))
    if f.kind == "number":
        return _wrong_number(t, f, label, text)
    if f.kind == "choice" and f.choices and text not in {value for value, _ in f.choices(t, known)}:
        return Mistake(f.name, t("{field}: velg en av dem som står der.").format(field=label))
    if f.kind == "receiver" and known.receiver(text) is None:
        return Mistake(f.name, t("Velg en mottaker som har noen til å ta imot."))
    when = {"date": _wrong_day, "moment": _wrong_moment}.get(f.kind)
    return when(t, f, label, text, known) if when else None


def _wrong_moment(t: Language, f: Field, label: str, text: str, known: Known) -> Mistake | None:
    """Of a moment that has been, by the clinical clock, unless it may lie ahead."""
    found = moment(text)
    if found is None:
        return Mistake(f.name, t("{field}: skriv dag og klokkeslett, som 24.11.2026 10.15.").format(field=label))
    if found.timestamp() * MICROSECONDS > known.now and not f.ahead:
        return Mistake(f.name, t("{field}: tidspunktet er ikke kommet ennå.").format(field=label))
    if found.year < 1900:
        return Mistake(f.name, t("{field}: dagen er for langt tilbake.").format(field=label))
    return None


def _wrong_day(t: Language, f: Field, label: str, text: str, known: Known) -> Mistake | None:
    found = day(text)
    if found is None:
        return Mistake(f.name, t("{field}: skriv dag, måned og år, som 24.11.2026.").format(field=label))
    if found > today(known) and not f.ahead:
        return Mistake(f.name, t("{field}: dagen er ikke kommet ennå.").format(field=label))
    if found.year < 1900:
        return Mistake(f.name, t("{field}: dagen er for langt tilbake.").format(field=label))
    return None


def _wrong_number(t: Language, f: Field, label: str, text: str) -> Mistake | None:
    found = number(text)
    if found is None:
        return Mistake(f.name, t("{field}: skriv et tall.").format(field=label))
    if f.bounds and not f.bounds.low <= found <= f.bounds.high:
        said = t("{field}: må være mellom {low} og {high} {unit}.")
        low, high = t.number(f.bounds.low), t.number(f.bounds.high)
        return Mistake(f.name, said.format(field=label, low=low, high=high, unit=f.unit))
    return None


# -- pieces of entries -------------------------------------------------------------------------------------


def instant(known: Known) -> str:
    """The moment of writing as a FHIR dateTime."""
    return datetime.fromtimestamp(known.now / MICROSECONDS, UTC).isoformat(timespec="seconds")


def paragraphs(text: str) -> str:
    """Text as XHTML: a paragraph for each line."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    return f'<div xmlns="{_XHTML}">{lines}</div>'


def narrative(text: str) -> Resource:
    """Text as a FHIR Narrative."""
    return {"status": "generated", "div": paragraphs(text)}


def coded(text: str, *codings: tuple[str, str]) -> Resource:
    """A CodeableConcept of (system, code) pairs and its text."""
    made: dict[str, Any] = {"coding": [{"system": system, "code": code} for system, code in codings]} if codings else {}
    return made | {"text": text} if text else made


def going_on(known: Known) -> list[Row]:
    """The contacts that go on now, newest first."""
    return [row for row in known.rows.get("Encounter", ()) if row.resource.get("status") in _GOING_ON]


def contact(known: Known) -> Resource | None:
    """The contact (Encounter) with the writer's own organisation that goes on now, if one does.

    Else the stay at her house: what a unit writes of one who is admitted there stands in the stay.
    """
    found = going_on(known)
    own = (row.resource for row in found if row.org == known.org)
    stays = (
        row.resource for row in found if row.org in known.house and row.resource.get("class", {}).get("code") in _STAYS
    )
    return next(own, None) or next(stays, None)


def in_contact(known: Known, made: Resource) -> Resource:
    """`made` with the contact it was written in, where one goes on."""
    found = contact(known)
    return made | {"encounter": {"reference": f"Encounter/{found['id']}"}} if found else made


def gps(known: Known) -> list[tuple[str, str]]:
    """(reference, name) of the person's GP, as the register has it; "" for a name that it does not say."""
    found = [each for person in known.of("Patient")[:1] for each in person.get("generalPractitioner", ())]
    return [(each["reference"], each.get("display", "")) for each in found if each.get("reference")]


def called(t: Language, known: Known, who: str, name: str) -> str:
    """The name of one whom a form may go to, with how long she is away and who stands in, if she is."""
    until, stand_in = known.away.get(who, (0, ""))
    return f"{name} ({told(t, until, stand_in)})" if until else name


def today_text(known: Known) -> str:
    """The day on which it is written, as a date field has it."""
    return today(known).isoformat()


def wants_text(resource: Resource, *path: str) -> str:
    """The text at a path of elements, the first of each list; "" where there is none."""
    found: Any = resource
    for step in path:
        found = found[0] if isinstance(found, list) and found else found
        found = found.get(step) if isinstance(found, dict) else None
    found = found[0] if isinstance(found, list) and found else found
    return found if isinstance(found, str) else ""


def words(concept: Any) -> str:
    """What a person reads of a CodeableConcept as JSON."""
    if isinstance(concept, list):
        concept = concept[0] if concept else {}
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding", [])
    named = (coding.get("display") for coding in codings)
    return concept.get("text") or next(filter(None, named), "") or next((c.get("code", "") for c in codings), "")
