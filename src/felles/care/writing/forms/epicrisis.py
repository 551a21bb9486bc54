"""A discharge summary (epikrise), filled in with what the record knows, and who does what from now on.

One commit: the summary, the plan that the person sees, a hand-over to the GP and one to the municipal service, each
with its own part, and the end of the stay. Source: helsepersonelloven § 45 a (the summary goes to whoever follows up).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import sending
from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.care.writing.forms import told
from felles.care.writing.forms.plan import care_plan, measures
from felles.care.writing.forms.ready import municipal, stay_of
from felles.care.writing.rules import gps, instant, narrative, today_text, wants_text, words
from felles.fhir.norway.systems import LOINC
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

TYPE: Final = ("18842-5", "Epikrise")
"""LOINC 18842-5, Discharge summary."""
LONGEST: Final = 8000
GOES: Final = "hjem"
_HOSPITAL: Final = frozenset({"doctor"})


def _began(known: Known) -> str:
    """The day on which the stay began, as ISO 8601 has it; today where none goes on."""
    stay = stay_of(known) or {}
    return told.day_of(stay.get("period", {}), "start") or today_text(known)


def _diagnoses(known: Known) -> str:
    """Problems that were found in the stay, then the others that stand."""
    stay = stay_of(known) or {}
    own = [
        words(each.get("code"))
        for each in known.of("Condition")
        if each.get("encounter", {}).get("reference") == f"Encounter/{stay.get('id')}"
    ]
    rest = [name for name in told.problems(known) if name not in own]
    lines = [*dict.fromkeys(own), *([f"Fra før: {', '.join(rest)}"] if rest else [])]
    return "\n".join(lines)[:LONGEST]


def _course(known: Known) -> str:
    """Why the person came, and what was done."""
    stay, began = stay_of(known) or {}, _began(known)
    lines = [words(stay.get("reasonCode"))]
    for each in known.of("Procedure"):
        when = told.day_of(each.get("performedPeriod", {}), "start") or told.day_of(each, "performedDateTime")
        if when >= began:
            lines.append(f"{words(each.get('code'))} {when[8:10]}.{when[5:7]}.")
    return "\n".join(filter(None, lines))[:LONGEST]


def _medicines(known: Known) -> str:
    """The list at discharge against that of the admission: new, changed, stopped, paused, each with why; the rest.

    A line for each, so that none is overlooked in the middle of another's.
    """
    began = _began(known)
    groups: dict[str, list[str]] = {"Nytt": [], "Endret": [], "Stoppet": [], "Pauset": [], "Som før": []}
    before = {f"MedicationRequest/{each['id']}": each for each in known.of("MedicationRequest")}
    replaced: set[str] = set()
    for each in told.ordered(known):
        prior = before.get(each.get("priorPrescription", {}).get("reference", ""))
        replaced.add(each.get("priorPrescription", {}).get("reference", ""))
        new = told.day_of(each, "authoredOn") >= began
        if each["status"] == "on-hold":
            groups["Pauset"].append(_because(told.dosed(each), words(each.get("statusReason"))))
        elif prior is not None and new:
            why = wants_text(each, "note", "text")
            groups["Endret"].append(_because(f"{told.dosed(each)} (før: {_dose(prior)})", why))
        elif new:
            groups["Nytt"].append(_because(told.dosed(each), words(each.get("reasonCode"))))
        else:
            groups["Som før"].append(told.dosed(each))
    for reference, each in before.items():
        ended = told.day_of(each.get("dispenseRequest", {}).get("validityPeriod", {}), "end")
        if each.get("status") == "stopped" and reference not in replaced and ended >= began:
            groups["Stoppet"].append(_because(told.dosed(each), words(each.get("statusReason"))))
    return "\n".join(f"{name}: {each}" for name, said in groups.items() for each in said)[:LONGEST]


def _dose(order: Resource) -> str:
    return wants_text(order, "dosageInstruction", "text")


def _because(said: str, why: str) -> str:
    return f"{said}, fordi: {why[:1].lower()}{why[1:]}" if why else said


def _goes(t: Language, _known: Known) -> list[tuple[str, str]]:
    return [(GOES, t("Ja, oppholdet avsluttes nå")), ("blir", t("Nei, bare epikrisen"))]


def _wrong(t: Language, values: Values, known: Known) -> list[Mistake]:
    if values["fastlegen"] and not gps(known):
        return [Mistake("fastlegen", t("Pasienten har ingen fastlege her. Skriv det i planen til pasienten."))]
    if values["kommunen"] and not municipal(known):
        return [Mistake("kommunen", t("Ingen kommunal tjeneste følger pasienten. Meld utskrivningsklar først."))]
    return []


def _sections(values: Values) -> list[Resource]:
    parts = (
        ("Til pasienten", "klartekst"),
        ("Diagnoser", "diagnoser"),
        ("Forløp", "forlop"),
        ("Legemidler ved utskriving", "medisiner"),
        ("Fastlegen gjør", "fastlegen"),
        ("Kommunen gjør", "kommunen"),
    )
    return [{"title": title, "text": narrative(values[name])} for title, name in parts if values[name]]


def _handed(known: Known, to: str, said: str, stay: Resource | None) -> Made:
    task = sending(
        Handed.PLAN,
        patient=known.patient,
        sender=known.writer["reference"],
        to=to,
        words=said,
        now=instant(known),
        urgent=False,
        focus=SUMMARY_URL,
    )
    return Made("create", task | ({"encounter": {"reference": f"Encounter/{stay['id']}"}} if stay else {}))


SUMMARY_URL: Final = "urn:uuid:7d9b2b0e-6a5c-4c1e-9a39-0f6f2f6f4a03"
"""How the hand-overs refer to the summary before it has its id."""


def _plan(values: Values, known: Known) -> Made | None:
    """What the person sees of it: her own words, and who does what."""
    plan = care_plan(known, "Plan etter utskriving", values["klartekst"], [])
    for name, owner in (("fastlegen", gps(known)), ("kommunen", municipal(known))):
        for what, when in measures(values[name]):
            who = [{"reference": owner[0][0]} | ({"display": owner[0][1]} if owner[0][1] else {})]
            detail: Resource = {"status": "scheduled", "description": what, "performer": who}
            plan["activity"].append({"detail": detail | ({"scheduledString": when} if when else {})})
    return Made("create", plan) if plan["activity"] else None


def _discharged(values: Values, known: Known) -> list[Made]:
    stay = stay_of(known)
    summary: Resource = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": TYPE[0]}], "text": TYPE[1]},
        "subject": known.subject,
        "date": instant(known),
        "author": [known.writer],
        "title": TYPE[1],
        "custodian": known.place,
        "section": _sections(values),
    }
    if stay:
        summary["encounter"] = {"reference": f"Encounter/{stay['id']}"}
    made = [Made("create", summary, url=SUMMARY_URL)]
    if plan := _plan(values, known):
        made.append(plan)
    if values["fastlegen"]:
        made.append(_handed(known, gps(known)[0][0], values["fastlegen"], stay))
    if values["kommunen"]:
        made.append(_handed(known, municipal(known)[0][0], values["kommunen"], stay))
    if stay and values["avslutt"] == GOES:
        ended: dict[str, Any] = stay | {
            "status": "finished",
            "period": stay.get("period", {}) | {"end": instant(known)},
        }
        made.append(Made("update", ended, stay["id"], int(stay["meta"]["versionId"])))
    return made


def _text(name: str, label: Any, source: Any, *, required: bool = False, hint: Any = None) -> Field:
    return Field(name=name, label=label, source=source, kind="text", required=required, longest=LONGEST, hint=hint)


SUMMARY: Final = Form(
    name="epikrise",
    title=lambda t: t("Epikrise og utskriving"),
    icon="Leave",
    verb="sign",
    also=frozenset({"write", "prescribe"}),
    kind=Kind.NOTE,
    key="e",
    first_for=_HOSPITAL,
    wants=(
        Standing("Encounter", 10),
        Standing("Condition", 60),
        Want("MedicationRequest", 200),
        Want("Procedure", 20),
        Standing("EpisodeOfCare", 20),
        Want("Patient", 1),
    ),
    fields=(
        _text("diagnoser", lambda t: t("Diagnoser"), From("Condition", _diagnoses)),
        _text("forlop", lambda t: t("Forløp"), From("Encounter.reasonCode, Procedure", _course), required=True),
        _text("medisiner", lambda t: t("Legemidler ved utskriving"), From("MedicationRequest", _medicines)),
        _text(
            "fastlegen", lambda t: t("Fastlegen gjør"), NEW,
            hint=lambda t, _: t("En linje for hvert: Hva som gjøres: når"),
        ),
        _text(
            "kommunen", lambda t: t("Kommunen gjør"), NEW,
            hint=lambda t, _: t("En linje for hvert: Hva som gjøres: når"),
        ),
        _text("klartekst", lambda t: t("Til pasienten, i vanlige ord"), NEW, required=True),
        Field(
            name="avslutt",
            label=lambda t: t("Reiser pasienten nå?"),
            source=From("Encounter.status", lambda known: GOES if stay_of(known) else "blir"),
            kind="choice",
            choices=_goes,
            required=True,
        ),
    ),
    make=_discharged,
    wrong=_wrong,
)  # fmt: skip
