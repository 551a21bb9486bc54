"""An allergy is set right, or was wrong: an AllergyIntolerance, whoever wrote it.

R4's allergyintolerance-verification: `entered-in-error`; such a one has no clinical status (invariant ait-2). It has no
code for what was set right: the note says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.corrections import IN_ERROR
from felles.care.writing.form import Field, From, Mistake
from felles.care.writing.forms.allergy import HL7, WANTS, grave, named, sorts, suggested, sure
from felles.care.writing.forms.correcting import LONGEST, Correcting, of
from felles.care.writing.rules import words
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language


def _category(known: Known) -> str:
    return next(iter(of(known).get("category", ())), "")


def _name(known: Known) -> str:
    return words(of(known).get("code")).strip()


def _criticality(known: Known) -> str:
    return of(known).get("criticality", "")


def _reaction(known: Known) -> str:
    """How the first reaction that is told of showed itself."""
    told = of(known).get("reaction", ())
    return words(told[0].get("manifestation")).strip() if told else ""


def _verified(known: Known) -> str:
    return next((str(c.get("code", "")) for c in of(known).get("verificationStatus", {}).get("coding", ())), "")


def _sorts(t: Language, known: Known) -> list[tuple[str, str]]:
    return [*sorts(t, known), ("biologic", t("biologisk").capitalize())]


def _sure(t: Language, known: Known) -> list[tuple[str, str]]:
    return [*sure(t, known), ("refuted", t("avkreftet").capitalize())]


_VALUES: Final = (
    Field(
        name="slag",
        label=lambda t: t("Mot hva slags"),
        source=From("AllergyIntolerance.category", _category),
        kind="choice",
        choices=_sorts,
    ),
    Field(
        name="navn",
        label=lambda t: t("Hva"),
        source=From("AllergyIntolerance.code", _name),
        required=True,
        longest=LONGEST,
        suggest=suggested,
        shown=lambda known: bool(_name(known)),
    ),
    Field(
        name="alvor",
        label=lambda t: t("Hvor alvorlig"),
        source=From("AllergyIntolerance.criticality", _criticality),
        kind="choice",
        choices=grave,
    ),
    Field(
        name="reaksjon",
        label=lambda t: t("Hva skjer"),
        source=From("AllergyIntolerance.reaction.manifestation", _reaction),
        longest=LONGEST,
    ),
    Field(
        name="sikkerhet",
        label=lambda t: t("Hvor sikkert"),
        source=From("AllergyIntolerance.verificationStatus", _verified),
        kind="choice",
        choices=_sure,
    ),
)


def _twice(t: Language, values: Values, known: Known, said: set[str]) -> list[Mistake]:
    others = (each for each in known.of("AllergyIntolerance") if each["id"] != of(known)["id"])
    if "navn" in said and values["navn"].casefold() in {words(each.get("code")).casefold() for each in others}:
        return [Mistake("navn", t("Dette står som kritisk informasjon fra før."))]
    return []


def _status(of_what: str, code: str) -> Resource:
    return {"coding": [{"system": f"{HL7}{of_what}", "code": code}]}


def _right(values: Values, known: Known, said: set[str]) -> tuple[Resource, str]:
    right = dict[str, Any]()
    if "slag" in said:
        right["category"] = [values["slag"]] if values["slag"] else None
    if "navn" in said:
        right["code"] = named(values, known)
    if "alvor" in said:
        right["criticality"] = values["alvor"] or None
    if "reaksjon" in said:
        right["reaction"] = _reactions(values["reaksjon"], known)
    if "sikkerhet" in said:
        right["verificationStatus"] = _status("verification", values["sikkerhet"]) if values["sikkerhet"] else None
    return right, _name(known) if "navn" in said else ""


def _reactions(text: str, known: Known) -> list[Resource] | None:
    """Those told of, the first with the words that were written; without it where none were."""
    told = of(known).get("reaction", [])
    first = [(told[0] if told else {}) | {"manifestation": [{"text": text}]}] if text else []
    return [*first, *told[1:]] or None


RIGHT_ALLERGY: Final = Correcting(
    name="rett-allergi",
    title=lambda t: t("Rett allergi"),
    kind=Kind.ALLERGY,
    about="AllergyIntolerance",
    values=_VALUES,
    right=_right,
    in_error={"verificationStatus": _status("verification", IN_ERROR), "clinicalStatus": None},
    wants=WANTS,
    wrong=_twice,
).form()
