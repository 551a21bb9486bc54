"""A dose as it is written, in FHIR: its words always, and in numbers where they say it plainly. Pure.

Only forms that leave no doubt are read; of all others the words stand alone, as everywhere in the record.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date

    from felles.care.writing.form import Resource

_UNITS: Final = {
    "tablett": "tablett", "tabletter": "tablett", "kapsel": "kapsel", "kapsler": "kapsel", "dose": "dose",
    "doser": "dose", "inhalasjon": "inhalasjon", "inhalasjoner": "inhalasjon", "ml": "mL", "e": "E", "mg": "mg",
    "dråpe": "dråpe", "dråper": "dråpe", "sprøyte": "sprøyte",
}  # fmt: skip
_AMOUNT: Final = re.compile(r"(\d{1,4}(?:[.,]\d{1,2})?)\s+([a-zæøå]+)\b", re.IGNORECASE)
# (what the words after the amount are, times, in so many days, FHIR's codes for when: event-timing)
_OFTEN: Final = (
    (r"om morgenen|morgen", 1, 1, ("MORN",)),
    (r"om kvelden|kveld", 1, 1, ("EVE",)),
    (r"ved sengetid|til natten", 1, 1, ("HS",)),
    (r"morgen og kveld", 2, 1, ("MORN", "EVE")),
    (r"daglig|(?:en|1) gang daglig|hver dag", 1, 1, ()),
    (r"([2-9]) ganger (?:daglig|om dagen)", 0, 1, ()),
    (r"(?:en|1) gang i uken", 1, 7, ()),
)


def dosage(text: str, first: date | None, last: date | None) -> Resource:
    """`text` as a FHIR Dosage; `last` bounds it as a course from `first`."""
    made: dict[str, Any] = {"text": text}
    repeat: dict[str, Any] = {}
    said = re.sub(r"\s+ved behov\.?$", "", text.strip().rstrip("."))
    if "ved behov" in text.casefold():
        made["asNeededBoolean"] = True
    found = _AMOUNT.match(said)
    if found and (unit := _UNITS.get(found[2].casefold())):
        value = Decimal(found[1].replace(",", "."))
        rest = said[found.end() :].strip(" ,").casefold()
        for pattern, times, days, when in _OFTEN:
            if often := re.fullmatch(pattern, rest):
                repeat = {"frequency": times or int(often[1]), "period": days, "periodUnit": "d"}
                repeat |= {"when": list(when)} if when else {}
                made["doseAndRate"] = [{"doseQuantity": {"value": value, "unit": unit}}]
                break
    if last is not None:
        repeat["boundsPeriod"] = {"start": first.isoformat() if first else last.isoformat(), "end": last.isoformat()}
    return made | ({"timing": {"repeat": repeat}} if repeat else {})
