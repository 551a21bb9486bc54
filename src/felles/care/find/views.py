"""What was typed into the search, read and looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.municipalities import number_of
from felles.fhir.norway.identity import valid_national_number

if TYPE_CHECKING:
    from felles.record.find_person import Hit
    from felles.record.grants import LookupGrant
    from felles.record.store import Store
    from felles.ui.i18n import Language

_patient: Final = Decoder(shapes.Patient).decode
_DAY: Final = re.compile(r"(\d{1,2})[.\-/ ]?(\d{1,2})[.\-/ ]?(\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(slots=True)
class Asked:
    """A search as it was typed; `wrong` names each field that cannot be used and says what it should be."""

    number: str = ""
    name: str = ""
    born: date | None = None
    place: str = ""
    wrong: dict[str, str] = field(default_factory=dict)


def read_form(t: Language, form: dict[str, str]) -> Asked:
    """The search that a form asks for. Pure."""
    asked = Asked()
    if form.get("slag") == "nummer":
        asked.number = re.sub(r"\s", "", form.get("nummer", ""))
        if not asked.number:
            asked.wrong["nummer"] = t("Skriv et fødselsnummer eller d-nummer.")
        elif not valid_national_number(asked.number):
            asked.wrong["nummer"] = t("Dette er ikke et gyldig nummer. Se om to siffer har byttet plass.")
        return asked
    asked.name = form.get("navn", "").strip()
    asked.place = form.get("kommune", "").strip()
    typed = form.get("fodt", "").strip()
    if len(asked.name) < 2:
        asked.wrong["navn"] = t("Skriv minst to bokstaver av navnet.")
    if typed:
        asked.born = day_of(typed)
        if asked.born is None:
            asked.wrong["fodt"] = t("Skriv datoen som dag, måned og år, for eksempel 14.03.1954.")
    elif not asked.place:
        asked.wrong["fodt"] = t("Skriv fødselsdato eller kommune i tillegg til navnet.")
    return asked


def day_of(typed: str) -> date | None:
    """A date as people type it: 14.03.1954, 14031954, 14-3-1954, 1954-03-14."""
    iso, common = _ISO.fullmatch(typed), _DAY.fullmatch(typed)
    parts = iso.groups() if iso else common.groups()[::-1] if common else None
    if parts is None:
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


async def look_up(store: Store, grant: LookupGrant, asked: Asked) -> list[tuple[Hit, shapes.Patient]]:
    """Those found, in the look-up form. Raises `TooCostly`, `Busy`."""
    if asked.number:
        hits = await store.look_up_number(grant, asked.number)
    else:
        hits = await store.look_up_name(grant, asked.name, born=asked.born, municipality=number_of(asked.place) or None)
    found = [(hit, _patient(hit.body)) for hit in hits]
    found.sort(key=lambda pair: (not pair[0].open, pair[1].shown_name.full.casefold()))
    return found
