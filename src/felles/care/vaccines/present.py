"""Vaccinations as they are read, in one language. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.corrections import IN_ERROR, corrections
from felles.care.medicines.lines import day_of
from felles.care.overview import rules as overview_rules
from felles.care.reading import full, there
from felles.care.vaccines import codes, rules
from felles.care.vaccines.rules import State, Step
from felles.care.vaccines.views import MOST
from felles.record.kinds import Kind
from felles.ui import pieces
from felles.ui.dates import local

if TYPE_CHECKING:
    from felles.care.overview.present import View
    from felles.care.overview.views import Read
    from felles.care.vaccines.views import Immunization, Record
    from felles.ui.i18n import Language

DONE = ("completed",)
"""Status of a vaccine that was given."""


def wanted_names(record: Record) -> set[str | int]:
    """What the page must know the names of: where and by whom."""
    given = there(record.given)
    references = [p.actor for read in given for p in read.entry.performer if p.actor]
    wanted: set[str | int] = {read.org for read in given if read.org}
    wanted.update(r.reference for r in references if r.reference and not r.display)
    return wanted


def context(view: View, record: Record, kinds: int) -> dict[str, Any]:
    """What the pages show: what is next, given, planned and recommended; `failed`: what could not be made, in words."""
    reaches = bool(kinds >> Kind.IMMUNIZATION & 1)
    parts = pieces.Parts(view.t)
    context: dict[str, Any] = {
        "reaches": reaches,
        "rows": [],
        "refused": [],
        "wrong": [],
        "cut": full(record.given, MOST),
        "programme": None,
        "planned": parts.made("planned", lambda: _planned(view, record), []),
        "recommended": [],
        "failed": parts.failed,
    }
    if reaches:
        context |= parts.made("given", lambda: _lists(view, record), {})
        context["programme"] = parts.made("programme", lambda: _programme(view, record), None)
        context["recommended"] = parts.made("recommended", lambda: _recommended(view, record), [])
    return context


def _lists(view: View, record: Record) -> dict[str, list[dict[str, Any]]]:
    """What was given, what was not, and what was entered in error."""
    return {
        "rows": [_row(view, read) for read in record.given if read.entry.status in DONE],
        "refused": [_row(view, read) for read in record.given if read.entry.status == "not-done"],
        "wrong": [_row(view, read) for read in record.given if read.entry.status == IN_ERROR],
    }


def _row(view: View, read: Read[Immunization]) -> dict[str, Any]:
    t, entry = view.t, read.entry
    when = entry.occurrence_date_time
    people = [name for each in entry.performer if (name := view.name(each.actor))]
    origin = entry.report_origin.words if entry.report_origin else ""
    place = origin or view.names.get(read.org, "")
    number = next((a.dose_number_positive_int for a in entry.protocol_applied if a.dose_number_positive_int), None)
    return {
        "entry": {"resourceType": "Immunization", "id": entry.id, "status": entry.status},
        "name": entry.vaccine_code.words or t("Uten navn"),
        "href": view.entry("Immunization", entry.id),
        "dose": t("dose {n}").format(n=number) if number else "",
        "when": t.fhir(when, brief=True) if when else entry.occurrence_string or t("dato ikke registrert"),
        "who": ", ".join(filter(None, (*people, place))),
        "lot": entry.lot_number or "",
        "ways": [],
        "corrected": " ".join(each.text for each in corrections({"note": entry.note})),
        "why": entry.status_reason.words if entry.status_reason else "",
    }


def _programme(view: View, record: Record) -> dict[str, Any] | None:
    """The children's programme for one child; None for who is grown up, or whose birth date is not known to the day."""
    born, today = day_of(record.patient.birth_date), local(view.now).date()
    exact = len(record.patient.birth_date or "") == 10
    if born is None or not exact or rules.grown(born, today) or record.patient.deceased_date_time:
        return None
    counted, unknown = codes.known(read.entry for read in record.given if read.entry.status in DONE)
    steps = rules.steps(counted, born, today)
    t = view.t

    def of(state: State) -> list[dict[str, str]]:
        return [_step(t, step) for step in steps if step.state is state]

    return {
        "due": of(State.DUE),
        "missing": of(State.MISSING),
        "later": of(State.LATER),
        "unjudged": t.many(
            "Én vaksine er ført med en kode eller dato som programmet ikke kjenner.",
            "%d vaksiner er ført med en kode eller dato som programmet ikke kjenner.",
            unknown,
        )
        if unknown
        else "",
        "steps": [_step(t, step) for step in steps],
    }


def _step(t: Language, step: Step) -> dict[str, str]:
    dose, (count, unit) = step.dose, step.dose.when
    ages = {"w": t("{n} uker"), "m": t("{n} måneder"), "g": t("{n}. trinn")}
    states = {State.GIVEN: t("Gitt"), State.DUE: t("Står for tur"), State.MISSING: t("Ikke registrert"),
              State.LATER: t("Senere")}  # fmt: skip
    when = t.short(step.given) if step.given else t("fra {day}").format(day=t.short(step.since))
    return {
        "name": dose.name,
        "dose": t("dose {n}").format(n=dose.number),
        "age": ages[unit].format(n=count),
        "when": when,
        "state": step.state.value,
        "said": states[step.state],
    }


def _planned(view: View, record: Record) -> list[dict[str, str]]:
    """Appointments at which a vaccine is planned, by their own words."""
    found: list[dict[str, str]] = []
    for start, entry in overview_rules.ahead([(read.at, read.entry) for read in record.appointments], view.now):
        words = [concept.words for concept in entry.service_type if concept.words]
        text = entry.description or (words[0] if words else "")
        if "vaks" in text.casefold():
            href = view.entry("Appointment", entry.id)
            found.append({"text": text, "href": href, "when": view.t.moment(start)})
    return found


def _recommended(view: View, record: Record) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for read in record.recommended:
        for each in read.entry.recommendation:
            names = [concept.words for concept in each.vaccine_code if concept.words]
            text = names[0] if names else each.target_disease.words if each.target_disease else ""
            days = [view.t.fhir(c.value, brief=True) for c in each.date_criterion if c.value]
            href = view.entry("ImmunizationRecommendation", read.entry.id)
            found.append({"text": text or view.t("Uten navn"), "href": href, "when": ", ".join(days)})
    return found
