"""How values, doses, ages and codes are said. Pure; the language comes as `t`.

What stands in the record is shown as it was written. Only notation is changed, never content: UCUM's
signs to the units as they are printed, the decimal point to a comma.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from felles.record.codes import HANDOVER_SYSTEM
from felles.ui.dates import born_on, local, whole_months

if TYPE_CHECKING:
    from felles.care.shapes import (
        Component,
        Concept,
        Dosage,
        HumanName,
        Measured,
        Observation,
        Patient,
        Quantity,
        Repeat,
    )
    from felles.ui.i18n import Language

HEADING: Final = 120
"""Letters of a text that stands as a heading."""
_UNITS: Final = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "/min": "/min",
    "{beats}/min": "/min",
    "{nominal}": "",
    "{score}": "",
    "kg/m2": "kg/m²",
    "10*9/L": "×10⁹/L",
    "10*12/L": "×10¹²/L",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "mL/min/{1.73_m2}": "mL/min/1,73 m²",
    "mL/min/1.73m2": "mL/min/1,73 m²",
    "1": "",
}
"""UCUM → as printed (the unit is the same; https://ucum.org, and NHN's laboratory code set)."""


def unit(text: str) -> str:
    """A unit as it is printed; UCUM's annotations in braces are left out."""
    known = _UNITS.get(text)
    if known is not None:
        return known
    return "" if text.startswith("{") and text.endswith("}") else text


def rounded(value: Decimal) -> str:
    """A number for a list: at most two decimals when there are more (the entry itself shows them all)."""
    return rounded_text(str(value))


@lru_cache(maxsize=8192)
def rounded_text(text: str) -> str:
    """`rounded` of a decimal as it is written: 1.5 and 1.50 are equal, and yet each is shown as it stands."""
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        shown = value.quantize(Decimal("0.01")) if abs(value) >= 1 else Decimal(f"{value:.2g}")
        return f"{shown.normalize():f}"
    return f"{value:f}"


def amount(t: Language, quantity: Quantity, *, exact: bool = False) -> str:
    """A quantity with its unit: `5,4 mmol/L`, `< 5 mg/L`."""
    if quantity.value is None:
        return quantity.unit or ""
    number = t.number(f"{quantity.value:f}" if exact else rounded(quantity.value))
    sign = f"{quantity.comparator} " if quantity.comparator else ""
    name = unit(quantity.unit or quantity.code or "")
    return f"{sign}{number} {name}".rstrip()


def spoken(t: Language, entry: Observation | Measured | Component) -> str:
    """The value of an observation or component in words, "" when there is none."""
    if entry.value_quantity:
        return amount(t, entry.value_quantity)
    if entry.value_codeable_concept:
        return entry.value_codeable_concept.words
    if entry.value_string:
        return entry.value_string
    return _plain(t, entry)


def _plain(t: Language, entry: Observation | Measured | Component) -> str:
    boolean = getattr(entry, "value_boolean", None)
    if boolean is not None:
        return t("Ja") if boolean else t("Nei")
    integer = getattr(entry, "value_integer", None)
    if integer is not None:
        return str(integer)
    if getattr(entry, "value_date_time", None):
        return t.fhir(entry.value_date_time)  # pyright: ignore[reportAttributeAccessIssue]
    if entry.data_absent_reason:
        return t("Ikke oppgitt: {reason}").format(reason=entry.data_absent_reason.words)
    return ""


_GROWN: Final = 18 * 12
"""Months after which one is no child."""


def sex(t: Language, gender: str | None) -> str:
    """Administrative gender; nothing when it is not recorded."""
    return {"female": t("kvinne"), "male": t("mann"), "other": t("annet kjønn"), "unknown": t("ukjent kjønn")}.get(
        gender or "", ""
    )


def sex_at(t: Language, patient: Patient, now: int) -> str:
    """The same as one says it of a child (jente, gutt) and of a grown person. At `now` (clinical microseconds)."""
    day = born_on(patient.birth_date)
    if day is not None and whole_months(day, local(now).date()) < _GROWN and patient.gender in ("female", "male"):
        return t("jente") if patient.gender == "female" else t("gutt")
    return sex(t, patient.gender)


def age(t: Language, patient: Patient, now: int) -> str:
    """34 år; 15 måneder; 12 dager. At `now` (clinical microseconds), or at death when that day is known."""
    day = born_on(patient.birth_date)
    if day is None:
        return t("alder ikke registrert")
    today = born_on((patient.deceased_date_time or "")[:10]) or local(now).date()
    months = whole_months(day, today)
    if months >= 24:
        return t.many("%d år", "%d år", months // 12)
    if months >= 1:
        return t.many("%d måned", "%d måneder", months)
    return t.many("%d dag", "%d dager", max((today - day).days, 0))


def death(t: Language, patient: Patient) -> str:
    """Død 3. mai 2019, or nothing."""
    if patient.deceased_date_time:
        return t("død {day}").format(day=t.fhir(patient.deceased_date_time))
    return t("død") if patient.deceased_boolean else ""


def name(t: Language, found: HumanName) -> str:
    """The name as it is said, or that it is not recorded."""
    return found.full or t("navn ikke registrert")


def initials(found: HumanName) -> str:
    """M.N.: all that a browser's tab, its history and a shoulder beside you may show."""
    return "".join(f"{part[0]}." for part in [*found.given[:1], found.family] if part) or "–"


def unsigned(t: Language, type_name: str, status: str | None) -> str:
    """That nobody has signed a note, "" of all else (R4 composition-status: `preliminary`)."""
    return t("ikke signert") if (type_name, status) == ("Composition", "preliminary") else ""


def asked(code: Concept | None, description: str | None) -> str:
    """What somebody is asked to do: of a hand-over what was written, whose code says only what kind it is."""
    coded = code.words if code else ""
    kind = code is not None and any(each.system == HANDOVER_SYSTEM for each in code.coding)
    return (short(description or "") or coded) if kind else coded or short(description or "")


def short(text: str) -> str:
    """The first line of a text, cut at a word where it is long for a heading."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= HEADING else f"{line[:HEADING].rpartition(' ')[0] or line[:HEADING]} …"


def dose(t: Language, dosages: list[Dosage]) -> str:
    """How a medicine is taken, as it was written, else put together from the structured parts."""
    return "; ".join(text for text in (_dose(t, dosage) for dosage in dosages) if text)


def _dose(t: Language, dosage: Dosage) -> str:
    written = dosage.text or dosage.patient_instruction
    if written:
        return written
    parts: list[str] = []
    if dosage.dose_and_rate and dosage.dose_and_rate[0].dose_quantity:
        parts.append(_each_time(t, dosage.dose_and_rate[0].dose_quantity))
    if dosage.timing:
        if dosage.timing.repeat:
            parts.append(often(t, dosage.timing.repeat))
        elif dosage.timing.code:
            parts.append(dosage.timing.code.words)
    said = ", ".join(part for part in parts if part)
    if dosage.as_needed_boolean or dosage.as_needed_codeable_concept:
        return f"{said}, {t('ved behov')}".lstrip(", ")
    return said


def _each_time(t: Language, quantity: Quantity) -> str:
    """How much is taken at a time; a bare number (imported orders often have one) is said to be that."""
    said = amount(t, quantity)
    return said if quantity.unit or quantity.code or not said else t("{n} om gangen").format(n=said)


def often(t: Language, repeat: Repeat) -> str:
    """2 ganger daglig; 1 gang hver 8. time; nothing when the frequency is not given."""
    if not repeat.frequency or not repeat.period or not repeat.period_unit:
        return ""
    times = t.many("%d gang", "%d ganger", repeat.frequency)
    if repeat.period == 1:
        unit_text = {
            "d": t("daglig"),
            "wk": t("per uke"),
            "mo": t("per måned"),
            "h": t("per time"),
            "a": t("per år"),
        }.get(repeat.period_unit, "")
        return f"{times} {unit_text}".rstrip()
    every = {
        "d": t("hver {n}. dag"),
        "wk": t("hver {n}. uke"),
        "mo": t("hver {n}. måned"),
        "h": t("hver {n}. time"),
    }.get(repeat.period_unit)
    return f"{times} {every.format(n=t.number(f'{repeat.period.normalize():f}'))}" if every else times


def booked(t: Language, status: str) -> tuple[str, str]:
    """How an appointment stands (Appointment.status) and its colour; no word for one that is only booked."""
    return {
        "arrived": (t("Kommet"), "info"),
        "checked-in": (t("Kommet"), "info"),
        "fulfilled": (t("Ferdig"), "success"),
        "noshow": (t("Møtte ikke"), "warning"),
        "pending": (t("Ikke bekreftet"), "warning"),
        "proposed": (t("Tilbudt, venter på svar"), "warning"),
        "waitlist": (t("Venteliste"), "neutral"),
    }.get(status, ("", "neutral"))
