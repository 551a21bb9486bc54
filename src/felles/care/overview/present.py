"""The overview as it is read: facts to words, in one language. Pure; templates only lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from minijinja import Markup

from felles.access.codes import MUNICIPAL_SERVICE
from felles.care import social, words
from felles.care.overview import rules
from felles.care.reading import there
from felles.care.shapes import Encounter
from felles.ui.charts import Point, cells, sparkline
from felles.ui.dates import DAY, local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.overview.views import Overview, Read
    from felles.care.pressure import Watch
    from felles.care.shapes import (
        AllergyIntolerance,
        Appointment,
        Concept,
        Document,
        Flag,
        Measured,
        Observation,
        Patient,
        Reference,
    )
    from felles.ui.i18n import Language

Names = dict["str | int", str]
"""Names by reference and by an organisation's hash, as `record.names` gives them."""

SHOWN: Final = 12
"""Lines of the time line."""
APPOINTMENTS: Final = 6
"""Lines of appointments."""
YEAR: Final = 366 * DAY
"""How far back a contact makes somebody one of those who treat the person."""


@dataclass(slots=True)
class View:
    """Who reads, where links lead, and when now is (clinical microseconds)."""

    t: Language
    base: str
    now: int
    names: Names
    citizen: bool = False

    def entry(self, type_name: str, resource_id: str) -> str:
        """The address of one entry's page."""
        return f"{self.base}/e/{type_name}/{resource_id}"

    def name(self, reference: Reference | None) -> str:
        """What is referred to, by the name its writer gave it, else by its own."""
        if reference is None:
            return ""
        return reference.display or self.names.get(reference.reference or "") or ""


def line(
    text: str,
    href: str = "",
    when: str = "",
    more: str = "",
    icon: str = "",
    *,
    paused: bool = False,
    grave: bool = False,
) -> dict[str, Any]:
    """One line of a box, complete for the strict templates; `key`, typed after g, leads to it (staff, with script)."""
    made = {"text": text, "href": href, "when": when, "more": more, "icon": icon}
    return made | {"paused": paused, "grave": grave, "key": ""}


def wanted_names(found: Overview) -> set[str | int]:
    """What the page must know the names of: responsible organisations, providers, those who follow the person."""
    wanted: set[str | int] = set()
    documents = (found.references, found.compositions, found.reports, found.procedures)
    for group in (found.contacts, *documents, found.episodes, found.appointments):
        wanted.update(read.org for read in there(group) if read.org)
    references: list[Reference | None] = [*found.patient.general_practitioner]
    for read in there(found.contacts):
        references.append(read.entry.service_provider)
        references += [p.individual for p in read.entry.participant]
    references += [read.entry.recorder for read in there(found.problems)]
    for read in there(found.episodes):
        references += [read.entry.managing_organization, read.entry.care_manager]
    for read in (*there(found.requests), *there(found.tasks)):
        references += [read.entry.owner, *read.entry.performer]
    for read in there(found.teams):
        references += [m.member for m in read.entry.participant] + read.entry.managing_organization
    for reference in references:
        if reference and reference.reference and not reference.display:
            wanted.add(reference.reference)
    return wanted


def person(view: View, patient: Patient) -> dict[str, Any]:
    """The patient's strip: who this is."""
    t = view.t
    name = patient.shown_name
    return {
        "name": words.name(t, name),
        "initials": words.initials(name),
        "sex": words.sex_at(t, patient, view.now),
        "age": words.age(t, patient, view.now),
        "born": t.fhir(patient.birth_date),
        "dead": words.death(t, patient),
        "facts": [],
    }


def critical(view: View, allergies: Iterable[AllergyIntolerance], flags: Iterable[Flag]) -> dict[str, Any]:
    """Critical information, or which kind of none."""
    t = view.t
    known = rules.critical(allergies, flags)
    items = [
        line(
            allergy.code.words or t("Allergi uten navn"),
            view.entry("AllergyIntolerance", allergy.id),
            grave=rules.grave(allergy),
        )
        for allergy in known.allergies
    ]
    items += [line(flag.code.words or t("Varsel uten tekst"), view.entry("Flag", flag.id)) for flag in known.flags]
    if items:
        return {"state": "some", "items": items}
    if known.asked_none:
        when = t.fhir(known.asked_none.recorded_date, brief=True)
        text = t("Ingen kjente allergier")
        return {"state": "none", "text": f"{text} ({t('bekreftet')} {when})" if when else text}
    return {"state": "unrecorded", "text": t("Ikke registrert. Det betyr ikke at det ikke finnes noe.")}


def problems(view: View, found: Overview) -> list[dict[str, Any]]:
    """Active problems, newest first."""
    t = view.t
    lines: list[dict[str, Any]] = []
    for problem in rules.active_problems(read.entry for read in found.problems):
        onset = problem.onset_date_time or (problem.onset_period and problem.onset_period.start)
        since = onset or problem.recorded_date
        unsure = problem.verification_status is not None and problem.verification_status.has(
            "unconfirmed", "provisional", "differential"
        )
        more = ", ".join(filter(None, (t("Ikke bekreftet") if unsure else "", view.name(problem.recorder))))
        href = view.entry("Condition", problem.id)
        lines.append(line(problem.code.words or t("Uten navn"), href, t.fhir(since, brief=True), more))
    return lines


def medicines(view: View, found: Overview) -> list[dict[str, Any]]:
    """Medicines in use, newest first; what stands both as an order and a statement, once."""
    t = view.t
    reads = sorted([*found.orders, *found.statements], key=lambda read: -read.at)
    lines: list[dict[str, Any]] = []
    for medicine in rules.current_medicines(read.entry for read in reads):
        statement = medicine.resource_type == "MedicationStatement"
        since = medicine.authored_on or medicine.effective_date_time or medicine.date_asserted
        dose = words.dose(t, medicine.dosage if statement else medicine.dosage_instruction)
        lines.append(
            line(
                rules.name_of(medicine) or view.name(medicine.medication_reference) or t("Uten navn"),
                view.entry(medicine.resource_type or "MedicationRequest", medicine.id),
                t.fhir(since, brief=True),
                dose or t("Dosering ikke registrert"),
                paused=medicine.status == "on-hold",
            )
        )
    return lines


def results(view: View, found: Overview) -> list[dict[str, Any]]:
    """Last results with their course, the most recent first."""
    courses = rules.courses([(read.at, read.entry) for read in course.reads] for course in found.results)
    codes = {read.entry.id: course.code for course in found.results for read in course.reads}
    return [_result(view, course, codes[course.last.entry.id], found.watch) for course in courses]


def result_names(found: Overview, new_ids: set[str]) -> dict[str, str]:
    """Id → name of the results and what else was observed that the overview has read, of those in `new_ids`."""
    names = {read.entry.id: read.entry.code.words for read in found.told if read.entry.id in new_ids}
    for course in found.results:
        new = [read.entry.id for read in course.reads if read.entry.id in new_ids]
        if new:
            names |= dict.fromkeys(new, rules.code_words(course.reads[0].entry))
    return names


def _result(view: View, course: rules.Course, code: int, watch: Watch | None) -> dict[str, Any]:
    t, last = view.t, course.last
    shown = [shown_value(t, value) for value in course.values]
    found = rules.mark(course, watch)
    flag = None
    if found is not None:
        sign = {"high": t("↑ Høy"), "low": t("↓ Lav"), "odd": t("Avvik")}[found.way]
        flag = {"text": f"{sign}!" if found.grave else sign, "grave": found.grave}
    brief = t.brief
    history = cells([(cell, brief(value.at)) for (_, _, cell), value in zip(shown, course.values, strict=True)])
    return {
        "name": course.name or t("Uten navn"),
        "href": f"{view.base}/prover/{code & (1 << 64) - 1:016x}" if code else view.entry("Observation", last.entry.id),
        "value": shown[0][0] or t("Ingen verdi"),
        "unit": shown[0][1],
        "text": last.number is None,
        "flag": flag,
        "when": t("{day}, hjemme").format(day=t.brief(last.at)) if at_home(last.entry) else t.brief(last.at),
        "spark": _spark(view, course),
        "history": history,
    }


def at_home(entry: Measured | Observation) -> bool:
    """Whether the person, or somebody close to her, measured it."""
    if isinstance(entry.performer, list):
        return any((each.reference or "").startswith(("Patient/", "RelatedPerson/")) for each in entry.performer)
    who = bytes(entry.performer)
    return b'"Patient/' in who or b'"RelatedPerson/' in who


def shown_value(t: Language, value: rules.Value) -> tuple[str, str, Markup]:
    """What was measured and its unit, as they are shown; and both as markup."""
    if value.number is None:
        said = in_words(t, value.entry)
        return said, "", Markup(escape(said))
    quantity = value.entry.value_quantity
    name = (quantity.unit or quantity.code or "") if quantity else value.unit
    return _measured(t, str(value.number), "" if value.second is None else str(value.second), name)


def _said(t: Language, value: rules.Value) -> str:
    """What was measured, with its unit."""
    number, unit, _ = shown_value(t, value)
    return f"{number} {unit}" if unit else number


@lru_cache(maxsize=32768)
def _measured(t: Language, number: str, second: str, unit: str) -> tuple[str, str, Markup]:
    """Remembered by how the numbers are written: as decimals 1.5 and 1.50 would be the same, and one stand for both."""
    whole = Decimal(1)  # no cuff measures tenths of mmHg, whatever a machine wrote
    pressures = [f"{Decimal(each).quantize(whole):f}" for each in (number, second) if second]
    shown = "/".join(pressures) if second else words.rounded_text(number)
    shown, unit = t.number(shown), words.unit(unit)
    return shown, unit, Markup(escape(f"{shown} {unit}".rstrip()))


def in_words(t: Language, entry: Measured | Observation) -> str:
    """What was observed, by its own value or by its parts; "" for nothing."""
    own = words.spoken(t, entry)
    if own:
        return own
    parts = [f"{part.code.words}: {said}" for part in entry.component if (said := words.spoken(t, part))]
    return "; ".join(parts)


def _spark(view: View, course: rules.Course) -> str:
    drawn = course.drawn()
    if len(drawn) < 2:
        return ""
    t, first, last = view.t, drawn[0], drawn[-1]
    points = [Point(v.at, float(v.number)) for v in drawn if v.number is not None]
    description = t("Fra {first} ({since}) til {last} ({until}), {count} verdier.").format(
        first=_said(t, first),
        since=t.brief(first.at),
        last=_said(t, last),
        until=t.brief(last.at),
        count=len(points),
    )
    pressure = last.second is not None
    low, high = (None, None) if pressure else (course.low, course.high)
    label = f"{course.name}, {t('overtrykk')}" if pressure else course.name
    return sparkline(
        points, label, description, None if low is None else float(low), None if high is None else float(high)
    )


@lru_cache(maxsize=8)
def class_texts(t: Language) -> dict[str, str]:
    """The sort of contact in words, by code."""
    return {
        "AMB": t("Poliklinisk kontakt"),
        "IMP": t("Innleggelse"),
        "ACUTE": t("Innleggelse"),
        "NONAC": t("Innleggelse"),
        "EMER": t("Øyeblikkelig hjelp"),
        "HH": t("Hjemmebesøk"),
        "VR": t("Kontakt uten oppmøte"),
        "SS": t("Dagbehandling"),
        "OBSENC": t("Observasjon"),
        "FLD": t("Kontakt utenfor institusjon"),
        "PRENC": t("Før innleggelse"),
    }


DISCHARGED: Final = re.compile(r"\b(epikrise|discharge summary)", re.IGNORECASE)
"""What a discharge summary is called: the newest of the time line has a key of its own."""
_DEAD_DOCUMENTS: Final = ("entered-in-error", "cancelled", "not-done")


def timeline(view: View, found: Overview) -> list[dict[str, Any]]:
    """Recent contacts and documents, newest first; nothing that lies ahead.

    A document that says what its contact says, on the same day, stands for both.
    """
    groups = (found.references, found.compositions, found.reports, found.procedures, found.contacts)
    reads = [read for group in groups for read in group if read.at <= view.now]
    reads = [read for read in reads if read.entry.status not in _DEAD_DOCUMENTS]
    reads.sort(key=lambda read: -read.at)
    classes = class_texts(view.t)
    lines: list[dict[str, Any]] = []
    said: set[tuple[str, str]] = set()
    for read in reads:
        if isinstance(read.entry, Encounter):
            made = _contact(view, read.entry, read.at, read.org, classes)
            if (made["text"], made["when"]) in said:
                continue
        else:
            made = _document(view, read.entry, read.at, read.org)
            if DISCHARGED.search(made["text"]) and not any(each["key"] for each in lines):
                made["key"] = "e"
        said.add((made["text"], made["when"]))
        lines.append(made)
        if len(lines) == SHOWN:
            break
    return lines


def _contact(view: View, entry: Encounter, at: int, org: int, classes: dict[str, str]) -> dict[str, Any]:
    t = view.t
    code = (entry.class_.code or "") if entry.class_ else ""
    kind = classes.get(code, t("Kontakt"))
    text = _first(entry.reason_code) or _first(entry.type) or kind
    place = view.name(entry.service_provider) or view.names.get(org, "")
    under_way = entry.status == "in-progress" or (code in STAYS and not (entry.period and entry.period.end))
    sort = "" if kind == text else kind
    more = ", ".join(part for part in (sort, t("pågår") if under_way else "", place) if part)
    return line(text, view.entry("Encounter", entry.id), t.brief(at), more, "Hospital")


STAYS: Final = frozenset({"IMP", "ACUTE", "NONAC"})
"""Encounter classes of admissions, which go on until they have an end."""


def _document(view: View, entry: Document, at: int, org: int) -> dict[str, Any]:
    t = view.t
    type_name = entry.resource_type
    kind = {
        "DiagnosticReport": t("Svarrapport"),
        "Procedure": t("Prosedyre"),
        "Composition": t("Journalnotat"),
    }.get(type_name, t("Dokument"))
    text = entry.title or entry.description or _words(entry.code) or _words(entry.type) or kind
    unsigned = words.unsigned(t, type_name, entry.status)
    more = ", ".join(part for part in (unsigned, kind if kind != text else "", view.names.get(org, "")) if part)
    icon = "Bandage" if type_name == "Procedure" else "FileText"
    return line(text, view.entry(type_name, entry.id), t.brief(at), more, icon)


def _words(concept: Concept | None) -> str:
    return concept.words if concept else ""


def _first(concepts: Iterable[Concept]) -> str:
    return next((concept.words for concept in concepts if concept.words), "")


def coming(view: View, found: Overview) -> list[dict[str, Any]]:
    """What comes next: appointments, nearest first; then what is requested and who owes it; then plans."""
    t = view.t
    lines: list[dict[str, Any]] = []
    read_org = {read.entry.id: read.org for read in found.appointments}
    appointments = rules.ahead([(read.at, read.entry) for read in found.appointments], view.now)
    for start, entry in islice(appointments, APPOINTMENTS):
        text = entry.description or _first(entry.service_type) or _words(entry.appointment_type) or t("Timeavtale")
        href = view.entry("Appointment", entry.id)
        lines.append(line(text, href, t.brief(start), _with(view, start, read_org[entry.id], entry), "Calendar"))
    for read in (*found.requests, *found.tasks):
        entry = read.entry
        request = entry.resource_type == "ServiceRequest"
        kind = t("Henvisning eller rekvisisjon") if request else t("Oppgave")
        owner = view.name(entry.owner) or ", ".join(filter(None, map(view.name, entry.performer)))
        until = entry.restriction.period.end if entry.restriction and entry.restriction.period else None
        when = t.fhir(until, brief=True) if until else t.brief(read.at)
        who = owner or t("uten oppgitt mottaker")
        more = f"{t('frist') if until else t('bestilt')} · {kind}, {who}"
        text = words.asked(entry.code, entry.description) or kind
        href = view.entry(entry.resource_type, entry.id)
        lines.append(line(text, href, when, more, "ArrowRight"))
    for read in found.plans:
        entry = read.entry
        text = entry.title or _first(entry.category) or entry.description or t("Plan")
        when = t.fhir(entry.period.start, brief=True) if entry.period and entry.period.start else ""
        lines.append(line(text, view.entry("CarePlan", entry.id), when, t("Plan som følges"), "FileText"))
    return lines


def _with(view: View, start: int, org: int, entry: Appointment) -> str:
    """The time of day of an appointment, and who owns it."""
    who = [
        view.name(each.actor)
        for each in entry.participant
        if each.actor and (each.actor.reference or "").startswith("Practitioner")
    ]
    clock = f"{'at' if view.t.code == 'en' else 'kl.'} {view.t.clock(start)}"
    return " · ".join(filter(None, (clock, ", ".join(filter(None, (*who, view.names.get(org, "")))))))


def facts(view: View, told: Iterable[Read[Observation]], contacts: Iterable[Read[Encounter]]) -> list[dict[str, str]]:
    """What stands beside the name: an ongoing pregnancy, an ongoing admission. Each with the way to its entry."""
    t = view.t
    said: list[dict[str, str]] = []
    expected = rules.pregnant([(read.at, read.entry) for read in told], local_day(view.now))
    if expected:
        week, day = divmod(rules.TERM - (expected.due.toordinal() - local_day(view.now)), 7)
        text = t("Gravid {week}+{day}, termin {due}").format(week=week, day=day, due=t.short(expected.due))
        said.append({"text": text, "href": view.entry("Observation", expected.source)})
    stay = next((read for read in contacts if stays(read.entry)), None)
    if stay is not None:
        where = view.name(stay.entry.service_provider) or view.names.get(stay.org, "")
        text = t("Innlagt {where} siden {day}").format(where=where, day=t.brief(stay.at))
        said.append({"text": " ".join(text.split()), "href": view.entry("Encounter", stay.entry.id)})
    return said


def stays(entry: Encounter) -> bool:
    """Whether it is an admission that goes on."""
    code = entry.class_.code if entry.class_ else ""
    over = entry.status in ("finished", "cancelled", "entered-in-error", "planned")
    return code in STAYS and not over and not (entry.period and entry.period.end)


def matters(view: View, found: Overview) -> list[dict[str, Any]]:
    """What matters to the person, what is agreed about treatment, how she lives and what help she has at home."""
    t = view.t
    lines: list[dict[str, Any]] = []
    for codes, label in (
        (social.MATTERS, t("Hva som er viktig")),
        (social.LIMITS, t("Avklart om behandling")),
        (social.LIVING, t("Bosituasjon")),
    ):
        read = social.newest(found.told, codes)
        if read is not None:
            lines.append(line(social.said(t, read), view.entry("Observation", read.entry.id), t.brief(read.at), label))
    for read in found.episodes:
        entry = read.entry
        if any(concept.has(MUNICIPAL_SERVICE) for concept in entry.type):
            place = view.name(entry.managing_organization) or view.names.get(read.org, "")
            what = _first(entry.type) or t("Kommunal tjeneste")
            since = t.fhir(entry.period.start, brief=True) if entry.period and entry.period.start else ""
            owner = ", ".join(filter(None, (t("Hjelp hjemme"), view.name(entry.care_manager), place)))
            lines.append(line(what, view.entry("EpisodeOfCare", entry.id), since, owner))
    return lines


def team(view: View, found: Overview) -> list[dict[str, Any]]:
    """Who else treats: episodes of care, care teams, the GP, and who has had contact within a year."""
    t = view.t
    seen: dict[str, dict[str, Any]] = {}

    def add(who: str, more: str, href: str = "") -> None:
        if who and who not in seen:
            seen[who] = line(who, href, "", more)

    for reference in found.patient.general_practitioner:
        add(view.name(reference), t("Fastlege"))
    for read in found.episodes:
        entry = read.entry
        place = view.name(entry.managing_organization) or view.names.get(read.org, "")
        what = _first(entry.type) or t("Følger opp over tid")
        href = view.entry("EpisodeOfCare", entry.id)
        manager = view.name(entry.care_manager)
        add(manager or place, f"{what}, {place}" if manager and place else what, href)
    for read in found.teams:
        for member in read.entry.participant:
            add(view.name(member.member), _first(member.role) or read.entry.name or t("Behandlingsteam"))
    for read in found.contacts:
        if read.at < view.now - YEAR or read.at > view.now:
            continue
        place = view.name(read.entry.service_provider) or view.names.get(read.org, "")
        people = [name for part in read.entry.participant if (name := view.name(part.individual))]
        last = t("Sist kontakt {day}").format(day=t.brief(read.at))
        add(people[0] if people else place, f"{place}, {last}" if people and place else last)
    return list(seen.values())
