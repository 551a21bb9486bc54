"""What the form that moves an entry says, read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from felles.fhir.norway.identity import valid_national_number

if TYPE_CHECKING:
    from felles.ui.i18n import Language

SHORTEST: Final = 10
"""Letters of a reason, at least; the same as for FHIR's $move."""
LONGEST: Final = 2000
FIELDS: Final = ("nummer", "grunn")


def number_of(form: dict[str, str]) -> str:
    """The national number that was typed, without spaces."""
    return re.sub(r"\s", "", form.get("nummer", ""))


def reason_of(form: dict[str, str]) -> str:
    """The reason that was typed, without the space around it."""
    return form.get("grunn", "").strip()[:LONGEST]


def version_of(form: dict[str, str]) -> int:
    """The version of the entry that was shown before she confirmed; 0, which none is, where it is not said."""
    said = form.get("versjon", "")
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 0


def wrong_with(t: Language, form: dict[str, str], *, named: bool) -> dict[str, str]:
    """What is wrong, by field; `named`: the right person is to be named by her number."""
    wrong: dict[str, str] = {}
    number = number_of(form)
    if named and not number:
        wrong["nummer"] = t("Skriv fødselsnummeret eller d-nummeret til den som oppføringen gjelder.")
    elif named and not valid_national_number(number):
        wrong["nummer"] = t("Dette er ikke et gyldig nummer. Se om to siffer har byttet plass.")
    if len(reason_of(form)) < SHORTEST:
        wrong["grunn"] = t("Skriv hvorfor den skal flyttes, med minst ti tegn.")
    return wrong
