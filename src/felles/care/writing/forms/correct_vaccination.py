"""A vaccination that was written down is set right, or was wrong: an Immunization.

R4's immunization-status: `entered-in-error`; for what was set right it has no code: the note says so. The consent that
one parent gave stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import IN_ERROR
from felles.care.writing.form import Field, From, Mistake
from felles.care.writing.forms.correcting import Correcting, of
from felles.care.writing.forms.vaccination import every, given
from felles.care.writing.rules import coded, day, today, words
from felles.fhir.norway.systems import ATC
from felles.record.kinds import Kind
from felles.record.wants import Want
from felles.ui.dates import local
from felles.ui.dates import moment as begins

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

_OTHER: Final = "som-den-star"
"""The choice that is the vaccine of the entry, where it has no code among those that can be chosen."""


def _vaccine(known: Known) -> str:
    codings = of(known).get("vaccineCode", {}).get("coding", ())
    codes = (str(each.get("code")) for each in codings if each.get("system") == ATC)
    return next((code for code in codes if code in every()), _OTHER)


def _choices(t: Language, known: Known) -> list[tuple[str, str]]:
    own = [(_OTHER, words(of(known).get("vaccineCode")) or t("Uten navn"))] if _vaccine(known) == _OTHER else []
    return [*own, *every().items()]


def _lot(known: Known) -> str:
    return str(of(known).get("lotNumber", "")).strip()


def _day(known: Known) -> str:
    """The day it was given, in Norway; "" where the record does not know it."""
    text = str(of(known).get("occurrenceDateTime", ""))
    at = begins(text)
    found = day(text) if at is None else local(at).date()
    return found.isoformat() if found else ""


_VALUES: Final = (
    Field(
        name="vaksine",
        label=lambda t: t("Vaksine"),
        source=From("Immunization.vaccineCode", _vaccine),
        kind="choice",
        choices=_choices,
        required=True,
    ),
    Field(name="batch", label=lambda t: t("Batchnummer"), source=From("Immunization.lotNumber", _lot)),
    Field(
        name="dag",
        label=lambda t: t("Gitt"),
        source=From("Immunization.occurrenceDateTime", _day),
        kind="date",
        ahead=True,
        required=True,
        shown=lambda known: bool(_day(known)),
    ),
)


def _others(known: Known) -> list[Resource]:
    return [each for each in known.of("Immunization") if each["id"] != of(known)["id"]]


def _wrong(t: Language, values: Values, known: Known, said: set[str]) -> list[Mistake]:
    when = day(values["dag"])
    if "dag" in said and when is not None and when > today(known):
        return [Mistake("dag", t("{field}: dagen er ikke kommet ennå.").format(field=t("Gitt")))]
    if said & {"vaksine", "dag"} and any(
        at == when and code.startswith(values["vaksine"]) for at, code in given(_others(known))
    ):
        return [Mistake("vaksine", t("Denne vaksinen er registrert gitt samme dag."))]
    return []


def _right(values: Values, known: Known, said: set[str]) -> tuple[Resource, str]:
    atc, right = values["vaksine"], dict[str, Any]()
    if "vaksine" in said:
        right["vaccineCode"] = coded(every()[atc], (ATC, atc))
        right["protocolApplied"] = _numbered(atc, values, known)
    if "batch" in said:
        right["lotNumber"] = values["batch"] or None
    if "dag" in said:
        right["occurrenceDateTime"] = values["dag"]
    return right, words(of(known).get("vaccineCode")) if "vaksine" in said else ""


def _numbered(atc: str, values: Values, known: Known) -> list[Resource]:
    """The dose of another vaccine: counted among those the record has of it."""
    when = day(values["dag"]) or today(known)
    had = {at for at, code in given(_others(known)) if code.startswith(atc) and at < when}
    return [{"doseNumberPositiveInt": len(had) + 1}]


RIGHT_VACCINATION: Final = Correcting(
    name="rett-vaksine",
    title=lambda t: t("Rett vaksine"),
    verb="give",
    kind=Kind.IMMUNIZATION,
    about="Immunization",
    values=_VALUES,
    right=_right,
    in_error={"status": IN_ERROR},
    wants=(Want("Immunization", 200),),
    wrong=_wrong,
).form()
