"""Medicines: starting one, changing its dose, stopping it with the reason; and what the person tells that she takes.

As the list of medicines reads them (`care/medicines/lines.py`). A change of dose keeps the course: a new order names
the old one (`priorPrescription`), has its medicine and its reason, and the old one ends the same day. So the list says
on each day what was taken on it, and the two are one medicine over time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.medicines.codes import STATUS_CHANGED
from felles.care.writing.form import Field, Form, From, Made, Mistake
from felles.care.writing.forms.dose import dosage
from felles.care.writing.forms.names import atc_of, medicines_of
from felles.care.writing.rules import coded, day, in_contact, today, today_text, wants_text, words
from felles.fhir.norway.systems import ATC
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_TO_ACUTE: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy", "code": "acute"}]
}
_KEPT: Final = (
    "medicationCodeableConcept", "medicationReference", "category", "reasonCode", "reasonReference", "subject",
    "courseOfTherapyType", "reportedBoolean", "insurance", "groupIdentifier",
)  # fmt: skip
"""Elements of an order that a change of dose takes along."""
_LIST: Final = (Want("MedicationRequest", 200), Standing("MedicationStatement", 100))


def medicine_named(name: str, known: Known) -> Resource:
    """A medicine by its name, with the code that is known for it."""
    atc = atc_of(name, known)
    return coded(name, *([(ATC, atc)] if atc else []))


def _start(values: Values, known: Known) -> list[Made]:
    first = day(values["fra"]) or today(known)
    last = day(values["til"])
    made: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": medicine_named(values["navn"], known),
        "subject": known.subject,
        "authoredOn": first.isoformat(),
        "requester": known.writer,
        "dosageInstruction": [dosage(values["dose"], first, last)],
    }
    if values["hvorfor"]:
        made["reasonCode"] = [{"text": values["hvorfor"]}]
    if values["likevel"]:
        made["note"] = [{"text": values["likevel"]}]
    if last:
        made["courseOfTherapyType"] = _TO_ACUTE
    return [Made("create", in_contact(known, made))]


def _coded_allergies(known: Known) -> list[tuple[str, str]]:
    """(ATC code, name) of the allergies that stand and are coded so."""
    return [
        (coding["code"], words(each.get("code")))
        for each in known.of("AllergyIntolerance")
        for coding in each.get("code", {}).get("coding", ())
        if coding.get("system") == ATC and coding.get("code")
    ]


def _wrong_start(t: Language, values: Values, known: Known) -> list[Mistake]:
    first, last = day(values["fra"]), day(values["til"])
    if first and last and last < first:
        return [Mistake("til", t("Siste dag må være etter første dag."))]
    atc = atc_of(values["navn"], known)
    met = next((name for code, name in _coded_allergies(known) if atc.startswith(code)), "")
    if met and not values["likevel"]:
        said = t("Allergi er registrert: {name}. Skriv hvorfor det gis likevel, eller velg noe annet.")
        return [Mistake("likevel", said.format(name=met))]
    return []


def is_ordered(known: Known) -> bool:
    """Whether the entry of the form is an order that stands, or is paused."""
    resource: dict[str, Any] = known.one.resource if known.one else {}
    return resource.get("status") in ("active", "on-hold") and resource.get("intent") not in (
        "proposal", "plan", "option",
    )  # fmt: skip


def one_of(known: Known) -> Resource:
    """The entry that a form is about."""
    assert known.one is not None  # noqa: S101 - the page opens these forms with their entry alone
    return known.one.resource


def stopped(order: Resource, why: str, known: Known) -> Made:
    """An order that ends today: its status, the reason, and the last day of what was to be dispensed."""
    dispense = order.get("dispenseRequest", {})
    period = dispense.get("validityPeriod", {}) | {"end": today(known).isoformat()}
    if "start" not in period and order.get("authoredOn"):
        period["start"] = order["authoredOn"]
    more: Resource = {"status": "stopped", "dispenseRequest": dispense | {"validityPeriod": period}}
    if why:
        more["statusReason"] = {"text": why}
    return Made("update", _without_since(order) | more, order["id"], int(order["meta"]["versionId"]))


def changed_dose(old: Resource, dose: str, why: str, known: Known) -> list[Made]:
    """A new order with another dose, and the end of the old one, which it names."""
    made: Resource = {name: old[name] for name in _KEPT if name in old}
    made |= {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": old.get("intent", "order"),
        "authoredOn": today(known).isoformat(),
        "requester": known.writer,
        "priorPrescription": {"reference": f"MedicationRequest/{old['id']}"},
        "dosageInstruction": [dosage(dose, None, None)],
    }
    if why:
        made["note"] = [{"text": why}]
    return [Made("create", in_contact(known, made)), stopped(old, why or "Dosen er endret", known)]


def _new_dose(values: Values, known: Known) -> list[Made]:
    return changed_dose(one_of(known), values["dose"], values["hvorfor"], known)


def same_dose(t: Language, values: Values, known: Known) -> list[Mistake]:
    """A dose that is to be another one, and is the one that stands."""
    if values["dose"] == dose_of(one_of(known)):
        return [Mistake("dose", t("Dette er dosen som står fra før."))]
    return []


def dose_of(order: Resource) -> str:
    """The dose of an order as it is written."""
    return wants_text(order, "dosageInstruction", "text")


def _stop(values: Values, known: Known) -> list[Made]:
    return [stopped(one_of(known), values["hvorfor"], known)]


def _told(values: Values, known: Known) -> list[Made]:
    made: Resource = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": medicine_named(values["navn"], known),
        "subject": known.subject,
        "dateAsserted": today(known).isoformat(),
        "informationSource": known.subject,
        "dosage": [{"text": values["dose"]}],
    }
    if since := day(values["siden"]):
        made["effectivePeriod"] = {"start": since.isoformat()}
    if values["hvorfor"]:
        made["reasonCode"] = [{"text": values["hvorfor"]}]
    return [Made("create", made)]


def _status(order: Resource, status: str, why: str, known: Known) -> list[Made]:
    """An order that is paused (since when, stands on it), or goes on; nothing is sent to a pharmacy, or called back."""
    made = _without_since(order) | {"status": status, "statusReason": {"text": why}}
    if status == "on-hold":
        since = {"url": STATUS_CHANGED, "valueDateTime": today_text(known)}
        made["extension"] = [*made.get("extension", ()), since]
    return [Made("update", made, order["id"], int(order["meta"]["versionId"]))]


def _without_since(order: Resource) -> Resource:
    """The order without the day since which it was paused."""
    others = [each for each in order.get("extension", ()) if each.get("url") != STATUS_CHANGED]
    kept = {name: each for name, each in order.items() if name != "extension"}
    return kept | ({"extension": others} if others else {})


def _pause(values: Values, known: Known) -> list[Made]:
    return _status(one_of(known), "on-hold", values["hvorfor"], known)


def _go_on(values: Values, known: Known) -> list[Made]:
    return _status(one_of(known), "active", values["hvorfor"], known)


def _with_status(status: str) -> Callable[[Known], bool]:
    return lambda known: is_ordered(known) and one_of(known)["status"] == status


def is_taken(known: Known) -> bool:
    """Whether the entry of the form is something that the person takes."""
    return known.one is not None and known.one.resource.get("status") in ("active", "on-hold", "intended")


def _no_more(values: Values, known: Known) -> list[Made]:
    old = one_of(known)
    period = old.get("effectivePeriod", {}) | {"end": today(known).isoformat()}
    if "start" not in period and old.get("effectiveDateTime"):
        period["start"] = old["effectiveDateTime"]
    kept = {name: each for name, each in old.items() if name != "effectiveDateTime"}
    made = kept | {"status": "stopped", "effectivePeriod": period, "statusReason": [{"text": values["hvorfor"]}]}
    return [Made("update", made, old["id"], known.version)]


def _why(*, required: bool = False) -> Field:
    return Field(name="hvorfor", label=lambda t: t("Hvorfor"), source=NEW, required=required, longest=400)


def _problems(known: Known) -> list[str]:
    return list(dict.fromkeys(filter(None, (words(each.get("code")) for each in known.of("Condition")))))


_NAME: Final = Field(
    name="navn",
    label=lambda t: t("Legemiddel og styrke"),
    source=NEW,
    required=True,
    suggest=lambda known: list(medicines_of(known)),
)
_DOSE: Final = Field(name="dose", label=lambda t: t("Dose"), source=NEW, required=True, longest=400)
_REASON: Final = Field(name="hvorfor", label=lambda t: t("Hvorfor"), source=NEW, longest=400, suggest=_problems)

START: Final = Form(
    name="legemiddel",
    title=lambda t: t("Start legemiddel"),
    icon="MedicineBottle",
    verb="prescribe",
    kind=Kind.MEDICINE,
    key="r",
    wants=(*_LIST, Standing("AllergyIntolerance", 200), Standing("Condition", 200), Standing("Encounter", 10)),
    fields=(
        _NAME,
        Field(
            name="dose",
            label=lambda t: t("Dose"),
            source=NEW,
            required=True,
            longest=400,
            hint=lambda t, _: t("Som det skal stå: 1 tablett morgen og kveld"),
        ),
        _REASON,
        Field(name="fra", label=lambda t: t("Fra"), source=From("today", today_text), kind="date", pair="dager"),
        Field(
            name="til", label=lambda t: t("Siste dag, for en kur"), source=NEW, kind="date", pair="dager", ahead=True
        ),
        Field(
            name="likevel",
            label=lambda t: t("Hvorfor det gis tross allergi"),
            source=NEW,
            longest=400,
            shown=lambda known: bool(_coded_allergies(known)),
        ),
    ),
    make=_start,
    wrong=_wrong_start,
)
OTHER_DOSE: Final = Field(
    name="dose",
    label=lambda t: t("Dose"),
    source=From("MedicationRequest.dosageInstruction.text", lambda known: dose_of(one_of(known))),
    required=True,
    longest=400,
)
"""The dose, with the one that stands as what is written over."""
DOSE: Final = Form(
    name="dose",
    title=lambda t: t("Endre dose"),
    icon="MedicineBottle",
    verb="prescribe",
    kind=Kind.MEDICINE,
    about=("MedicationRequest",),
    fits=is_ordered,
    wants=(Standing("Encounter", 10),),
    fields=(
        OTHER_DOSE,
        _why(),
    ),
    make=_new_dose,
    wrong=same_dose,
)
STOP: Final = Form(
    name="seponer",
    title=lambda t: t("Seponer"),
    icon="XMarkOctagon",
    verb="prescribe",
    kind=Kind.MEDICINE,
    about=("MedicationRequest",),
    fits=is_ordered,
    fields=(_why(required=True),),
    make=_stop,
)
PAUSE: Final = Form(
    name="pause",
    title=lambda t: t("Sett på pause"),
    icon="ClockDashed",
    verb="prescribe",
    kind=Kind.MEDICINE,
    about=("MedicationRequest",),
    fits=_with_status("active"),
    fields=(_why(required=True),),
    make=_pause,
)
GO_ON: Final = Form(
    name="gjenoppta",
    title=lambda t: t("Gjenoppta"),
    icon="MedicineBottle",
    verb="prescribe",
    kind=Kind.MEDICINE,
    about=("MedicationRequest",),
    fits=_with_status("on-hold"),
    fields=(_why(required=True),),
    make=_go_on,
)
TOLD: Final = Form(
    name="oppgitt",
    title=lambda t: t("Legemiddel pasienten forteller om"),
    icon="PillCircleRectangle",
    verb="write",
    kind=Kind.MEDICINE,
    wants=_LIST,
    fields=(_NAME, _DOSE, _why(), Field(name="siden", label=lambda t: t("Siden"), source=NEW, kind="date")),
    make=_told,
)
NO_MORE: Final = Form(
    name="bruker-ikke",
    title=lambda t: t("Bruker det ikke mer"),
    icon="XMarkOctagon",
    verb="write",
    kind=Kind.MEDICINE,
    about=("MedicationStatement",),
    fits=is_taken,
    fields=(_why(required=True),),
    make=_no_more,
)
