"""Measurements: each value an Observation of its own, as the region's are (LOINC, UCUM, R4's vital-signs profile).

The bounds are what a body and an instrument can show, and no judgement: they catch a slip of the keys, not an illness.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.form import Bounds, Field, Form, Made, Mistake
from felles.care.writing.rules import coded, contact, in_contact, instant, moment, number
from felles.fhir.norway.systems import LOINC, UCUM
from felles.record.clock import MICROSECONDS
from felles.record.kinds import Kind
from felles.record.wants import Coded, Standing
from felles.ui.dates import moment as begins
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_HL7: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
PRESSURE, UPPER, LOWER, PROTEIN = "85354-9", "8480-6", "8462-4", "20454-5"
"""LOINC: blood pressure panel, systolic, diastolic, protein in urine by test strip."""
SIMPLE: Final = (
    ("puls", "8867-4", "Puls", "/min", "/min"),
    ("vekt", "29463-7", "Vekt", "kg", "kg"),
    ("temperatur", "8310-5", "Temperatur", "°C", "Cel"),
    ("spo2", "59408-5", "Oksygenmetning", "%", "%"),
)
"""The field, its LOINC code, the text, the unit as it is read and as UCUM has it."""
STRIP: Final = ("Negativ", "Spor", "1+", "2+", "3+", "4+")
"""What a test strip for protein shows."""


def _quantity(value: str, unit: str, code: str) -> Resource:
    return {"value": number(value), "unit": unit, "system": UCUM, "code": code}


def _observation(known: Known, loinc: str, text: str, category: str, at: datetime | None) -> Resource:
    """One value; `at`: when it was measured, now unless told."""
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _HL7, "code": category}]}],
        "code": coded(text, (LOINC, loinc)),
        "subject": known.subject,
        "effectiveDateTime": at.isoformat(timespec="seconds") if at else instant(known),
        "performer": [known.writer],
    }
    return made if at and not _met_by(known, at) else in_contact(known, made)


def _met_by(known: Known, at: datetime) -> bool:
    """Whether the contact that goes on now had begun when it was measured."""
    begun = begins((contact(known) or {}).get("period", {}).get("start"))
    return begun is not None and begun <= at.timestamp() * MICROSECONDS


def _measured(values: Values, known: Known) -> list[Made]:
    made: list[Resource] = []
    at = moment(values["tid"])
    if values["overtrykk"]:
        parts = ((UPPER, "Systolisk blodtrykk", "overtrykk"), (LOWER, "Diastolisk blodtrykk", "undertrykk"))
        pressure = _observation(known, PRESSURE, "Blodtrykk", "vital-signs", at)
        pressure["component"] = [
            {"code": coded(text, (LOINC, loinc)), "valueQuantity": _quantity(values[field], "mmHg", "mm[Hg]")}
            for loinc, text, field in parts
        ]
        made.append(pressure)
    for field, loinc, text, unit, code in SIMPLE:
        if values[field]:
            one = _observation(known, loinc, text, "vital-signs", at)
            made.append(one | {"valueQuantity": _quantity(values[field], unit, code)})
    if values["urinprotein"]:
        strip = _observation(known, PROTEIN, "Protein i urin, strimmel", "laboratory", at)
        made.append(strip | {"valueCodeableConcept": {"text": values["urinprotein"]}})
    return [Made("create", each) for each in made]


def _wrong(t: Language, values: Values, _known: Known) -> list[Mistake]:
    upper, lower = number(values["overtrykk"]), number(values["undertrykk"])
    if (upper is None) != (lower is None):
        missing = "undertrykk" if lower is None else "overtrykk"
        return [Mistake(missing, t("Blodtrykk har to tall: overtrykk og undertrykk."))]
    if upper is not None and lower is not None and upper <= lower:
        return [Mistake("overtrykk", t("Overtrykket må være høyere enn undertrykket."))]
    if not any(said for name, said in values.items() if name != "tid"):
        return [Mistake("overtrykk", t("Skriv minst én verdi."))]
    return []


def _last(*loinc: str) -> Callable[[Language, Known], str]:
    """What the record has as the last value, and of when."""

    def said(t: Language, known: Known) -> str:
        for resource in known.of("Observation"):
            code = resource.get("code", {}).get("coding", [{}])[0].get("code")
            value = _value(t, resource) if code in loinc else ""
            if value:
                when = t.fhir(resource.get("effectiveDateTime"), brief=True)
                return t("Sist {value}, {when}").format(value=value, when=when)
        return ""

    return said


def _value(t: Language, resource: dict[str, Any]) -> str:
    quantities = [part.get("valueQuantity", {}) for part in resource.get("component", ())]
    quantities = quantities or [resource.get("valueQuantity", {})]
    numbers = [t.number(each["value"]) for each in quantities if "value" in each]
    return "/".join(numbers) or resource.get("valueCodeableConcept", {}).get("text", "")


def _strip(_t: Language, _known: Known) -> list[tuple[str, str]]:
    return [(each, each) for each in STRIP]


MEASUREMENT: Final = Form(
    name="maling",
    title=lambda t: t("Måling"),
    icon="Stethoscope",
    verb="write",
    kind=Kind.VITAL,
    key="v",
    first=True,
    wants=(
        Standing("Encounter", 10),
        Coded("Observation", 1, (PRESSURE, PROTEIN, *(loinc for _, loinc, _, _, _ in SIMPLE))),
    ),
    fields=(
        Field(
            name="overtrykk",
            label=lambda t: t("Overtrykk"),
            source=NEW,
            kind="number",
            unit="mmHg",
            pair="trykk",
            bounds=Bounds(Decimal(30), Decimal(350), "beyond what a cuff shows; physical, no judgement"),
            hint=_last(PRESSURE),
        ),
        Field(
            name="undertrykk",
            label=lambda t: t("Undertrykk"),
            source=NEW,
            kind="number",
            unit="mmHg",
            pair="trykk",
            bounds=Bounds(Decimal(10), Decimal(250), "beyond what a cuff shows; physical, no judgement"),
        ),
        Field(
            name="puls",
            label=lambda t: t("Puls"),
            source=NEW,
            kind="number",
            unit="/min",
            pair="puls",
            bounds=Bounds(Decimal(10), Decimal(350), "beyond what a heart does; physical, no judgement"),
            hint=_last("8867-4"),
        ),
        Field(
            name="vekt",
            label=lambda t: t("Vekt"),
            source=NEW,
            kind="number",
            unit="kg",
            pair="puls",
            bounds=Bounds(Decimal("0.2"), Decimal(650), "from the smallest newborn to the heaviest ever weighed"),
            hint=_last("29463-7", "3141-9"),
        ),
        Field(
            name="temperatur",
            label=lambda t: t("Temperatur"),
            source=NEW,
            kind="number",
            unit="°C",
            pair="temp",
            bounds=Bounds(Decimal(10), Decimal(47), "between the coldest and the warmest that anybody lived through"),
            hint=_last("8310-5"),
        ),
        Field(
            name="spo2",
            label=lambda t: t("Oksygenmetning"),
            source=NEW,
            kind="number",
            unit="%",
            pair="temp",
            bounds=Bounds(Decimal(10), Decimal(100), "a share of the whole; below ten no instrument shows it"),
            hint=_last("59408-5", "2708-6"),
        ),
        Field(
            name="urinprotein",
            label=lambda t: t("Protein i urin, strimmel"),
            source=NEW,
            kind="choice",
            choices=_strip,
            hint=_last(PROTEIN),
        ),
        Field(
            name="tid",
            label=lambda t: t("Målt når"),
            source=NEW,
            kind="moment",
            hint=lambda t, _: t("Står tom: nå"),
        ),
    ),
    make=_measured,
    wrong=_wrong,
)
