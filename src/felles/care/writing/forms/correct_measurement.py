"""A measurement is set right, or was wrong: an Observation as the form of measurements makes them, whoever made it.

R4's observation-status: `corrected` (changed to set an error right), `entered-in-error`. What answers an order is
corrected by whoever answered it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import IN_ERROR
from felles.care.writing.form import Field, From, Mistake
from felles.care.writing.forms.correcting import Correcting, of, stands
from felles.care.writing.forms.measurement import LOWER, MEASUREMENT, PROTEIN, SIMPLE, STRIP, UPPER
from felles.care.writing.rules import moment, number, words
from felles.record.clock import MICROSECONDS
from felles.record.kinds import Kind
from felles.ui.dates import local
from felles.ui.dates import moment as begins

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.writing.form import Bounds, Known, Resource, Values, Words
    from felles.ui.i18n import Language

_CATEGORY: Final = "vital-signs"
_NO_VALUE: Final = ("cancelled", "registered")
"""observation-status of what is no value, or not yet."""
_FINAL: Final = ("final", "amended", "corrected")
_PARTS: Final = (("overtrykk", UPPER), ("undertrykk", LOWER))
_BOUNDS: Final = {f.name: f.bounds for f in MEASUREMENT.fields if f.bounds}
_SIMPLE: Final = {(loinc, code): _BOUNDS[field] for field, loinc, _, _, code in SIMPLE}
"""(LOINC, UCUM) → the bounds that the form of measurements has for it."""
_DECIMALS: Final = 3
"""As many as a number field takes."""


def _codes(concept: Any) -> set[str]:
    return {str(each.get("code")) for each in (concept or {}).get("coding") or ()}


def _is_measured(known: Known) -> bool:
    """Whether it is a measurement that stands: a vital sign, or a test strip that somebody looked at."""
    if not stands(known) or of(known).get("status") in _NO_VALUE:
        return False
    if of(known).get("basedOn"):  # answers an order
        return False
    categories = of(known).get("category") or ()
    strip = PROTEIN in _codes(of(known).get("code")) and bool(_strip(known))
    return strip or any(_CATEGORY in _codes(each) for each in categories)


def _amount(field: str, known: Known) -> Resource:
    """The Quantity that a field of the form is; {} where the entry has none."""
    parts: dict[str, str] = dict(_PARTS)
    if field not in parts:
        return of(known).get("valueQuantity", {})
    found = (each for each in of(known).get("component", ()) if parts[field] in _codes(each.get("code")))
    return next(found, {}).get("valueQuantity", {})


def _read(field: str) -> Callable[[Known], str]:
    """The number of a field as it is typed, "" for one that a field does not take."""

    def read(known: Known) -> str:
        value = _amount(field, known).get("value")
        if value is None:
            return ""
        text = f"{round(Decimal(value), _DECIMALS).normalize():f}".replace(".", ",")
        return text if number(text) is not None else ""

    return read


def _has(field: str) -> Callable[[Known], bool]:
    return lambda known: bool(_read(field)(known))


def _unit(field: str) -> Callable[[Language, Known], str]:
    return lambda _t, known: str(_amount(field, known).get("unit") or _amount(field, known).get("code") or "")


def _strip(known: Known) -> str:
    said = words(of(known).get("valueCodeableConcept"))
    return said if said in STRIP else ""


def _measured(known: Known) -> str:
    """When it was measured as such a field has it; "" where the record has no time of day."""
    at = begins(of(known).get("effectiveDateTime"))
    return "" if at is None else local(at).strftime("%Y-%m-%dT%H:%M")


_PRESSURE: Final[tuple[tuple[str, Words], ...]] = (
    ("overtrykk", lambda t: t("Overtrykk")),
    ("undertrykk", lambda t: t("Undertrykk")),
)
_VALUES: Final = (
    *(
        Field(
            name=part,
            label=label,
            source=From("Observation.component.valueQuantity", _read(part)),
            kind="number",
            pair="trykk",
            shown=_has(part),
            required=True,
            hint=_unit(part),
        )
        for part, label in _PRESSURE
    ),
    Field(
        name="verdi",
        label=lambda t: t("Verdi"),
        source=From("Observation.valueQuantity", _read("verdi")),
        kind="number",
        shown=_has("verdi"),
        required=True,
        hint=_unit("verdi"),
    ),
    Field(
        name="urinprotein",
        label=lambda t: t("Protein i urin, strimmel"),
        source=From("Observation.valueCodeableConcept", _strip),
        kind="choice",
        choices=lambda _t, _known: [(each, each) for each in STRIP],
        shown=lambda known: bool(_strip(known)),
        required=True,
    ),
    Field(
        name="tid",
        label=lambda t: t("Målt når"),
        source=From("Observation.effectiveDateTime", _measured),
        kind="moment",
        ahead=True,
        shown=lambda known: bool(_measured(known)),
        required=True,
    ),
)


def _wrong(t: Language, values: Values, known: Known, said: set[str]) -> list[Mistake]:
    """What cannot be: beyond its bounds, the upper pressure below the lower, measured in time to come."""
    found = [each for name, label in _labels(t) if name in said and (each := _beyond(t, name, label, values, known))]
    upper, lower = number(values["overtrykk"]), number(values["undertrykk"])
    if not found and upper is not None and lower is not None and upper <= lower:
        found.append(Mistake("overtrykk", t("Overtrykket må være høyere enn undertrykket.")))
    at = moment(values["tid"])
    if "tid" in said and at is not None and at.timestamp() * MICROSECONDS > known.now:
        found.append(Mistake("tid", t("{field}: tidspunktet er ikke kommet ennå.").format(field=t("Målt når"))))
    return found


def _labels(t: Language) -> list[tuple[str, str]]:
    return [(f.name, f.label(t)) for f in _VALUES if f.kind == "number"]


def _beyond(t: Language, name: str, label: str, values: Values, known: Known) -> Mistake | None:
    bounds, value = _bounds(name, known), number(values[name])
    if bounds is None or value is None or bounds.low <= value <= bounds.high:
        return None
    said = t("{field}: må være mellom {low} og {high} {unit}.")
    low, high, unit = t.number(bounds.low), t.number(bounds.high), _unit(name)(t, known)
    return Mistake(name, said.format(field=label, low=low, high=high, unit=unit))


def _bounds(name: str, known: Known) -> Bounds | None:
    """Those of the form of measurements, where the entry has the unit that they are in."""
    unit = str(_amount(name, known).get("code", ""))
    if name in dict(_PARTS):
        return _BOUNDS[name] if unit == "mm[Hg]" else None
    return next((_SIMPLE[loinc, unit] for loinc in _codes(of(known).get("code")) if (loinc, unit) in _SIMPLE), None)


def _right(values: Values, known: Known, said: set[str]) -> tuple[Resource, str]:
    one = of(known)
    right: Resource = {"status": "corrected"} if one.get("status") in _FINAL else {}
    if said & {"overtrykk", "undertrykk"}:
        right["component"] = [_part(each, values, said) for each in one["component"]]
    if "verdi" in said:
        right["valueQuantity"] = _quantity(one["valueQuantity"], values["verdi"])
    if "urinprotein" in said:
        right["valueCodeableConcept"] = {"text": values["urinprotein"]}
    if said - {"tid"}:
        right["interpretation"] = None  # it was said of the value that was wrong
    at = moment(values["tid"])
    if "tid" in said and at is not None:
        right["effectiveDateTime"] = at.isoformat(timespec="seconds")
    return right, _before(known, said)


def _part(part: Resource, values: Values, said: set[str]) -> Resource:
    """A part of a blood pressure, with the number that was written for it."""
    field = next((name for name, loinc in _PARTS if name in said and loinc in _codes(part.get("code"))), "")
    if not field:
        return part
    kept = {name: each for name, each in part.items() if name != "interpretation"}
    return kept | {"valueQuantity": _quantity(part["valueQuantity"], values[field])}


def _quantity(was: Resource, text: str) -> Resource:
    return {name: each for name, each in was.items() if name != "comparator"} | {"value": number(text)}


def _before(known: Known, said: set[str]) -> str:
    """What stood of what is set right."""
    if not said - {"tid"}:
        return local(begins(of(known)["effectiveDateTime"]) or 0).strftime("%d.%m.%Y %H.%M")
    numbers = {name: text for name in ("overtrykk", "undertrykk", "verdi") if (text := _read(name)(known))}
    if not numbers:
        return _strip(known)
    return " ".join(filter(None, ["/".join(numbers.values()), _amount(next(iter(numbers)), known).get("unit")]))


RIGHT_MEASUREMENT: Final = Correcting(
    name="rett-maling",
    title=lambda t: t("Rett måling"),
    kind=Kind.VITAL,
    about="Observation",
    values=_VALUES,
    right=_right,
    in_error={"status": IN_ERROR},
    fits=_is_measured,
    wrong=_wrong,
).form()
