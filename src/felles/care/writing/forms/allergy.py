"""An allergy or other hypersensitivity: an AllergyIntolerance, as the region's are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.writing.form import Field, Form, Made, Mistake
from felles.care.writing.forms.names import atc_of, known_names, medicines_of
from felles.care.writing.rules import coded, today
from felles.fhir.norway.systems import ATC
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

HL7: Final = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"

WANTS: Final = (
    Standing("AllergyIntolerance", 200),
    Standing("MedicationRequest", 200),
    Standing("MedicationStatement", 100),
)
"""Those that stand, and the medicines whose names one may mean."""


def named(values: Values, known: Known) -> Resource:
    """What it is against; a medicine with the code that is known for it."""
    atc = atc_of(values["navn"], known) if values["slag"] == "medication" else ""
    return coded(values["navn"], *([(ATC, atc)] if atc else []))


def _allergy(values: Values, known: Known) -> list[Made]:
    made: Resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"system": f"{HL7}clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{HL7}verification", "code": values["sikkerhet"]}]},
        "category": [values["slag"]],
        "criticality": values["alvor"],
        "code": named(values, known),
        "patient": known.subject,
        "recordedDate": today(known).isoformat(),
        "recorder": known.writer,
    }
    if values["reaksjon"]:
        made["reaction"] = [{"manifestation": [{"text": values["reaksjon"]}]}]
    return [Made("create", made)]


def _twice(t: Language, values: Values, known: Known) -> list[Mistake]:
    standing = {each.get("code", {}).get("text", "").casefold() for each in known.of("AllergyIntolerance")}
    if values["navn"].casefold() in standing:
        return [Mistake("navn", t("Dette står som kritisk informasjon fra før."))]
    return []


def suggested(known: Known) -> list[str]:
    """Names that are offered: the person's own medicines, then those that have a code."""
    return [*medicines_of(known), *known_names("A")]


def sorts(t: Language, _known: Known) -> list[tuple[str, str]]:
    """AllergyIntolerance.category and its words."""
    return [("medication", t("Legemiddel")), ("food", t("Mat")), ("environment", t("Noe annet"))]


def grave(t: Language, _known: Known) -> list[tuple[str, str]]:
    """AllergyIntolerance.criticality and its words."""
    return [("high", t("Alvorlig: kan være livstruende")), ("low", t("Ikke alvorlig")),
            ("unable-to-assess", t("Vet ikke"))]  # fmt: skip


def sure(t: Language, _known: Known) -> list[tuple[str, str]]:
    """AllergyIntolerance.verificationStatus and its words."""
    return [("confirmed", t("Bekreftet")), ("unconfirmed", t("Fortalt, ikke bekreftet"))]


ALLERGY: Final = Form(
    name="allergi",
    title=lambda t: t("Allergi"),
    icon="ExclamationmarkTriangle",
    verb="write",
    kind=Kind.ALLERGY,
    wants=WANTS,
    fields=(
        Field(name="slag", label=lambda t: t("Mot hva slags"), source=NEW, kind="choice", choices=sorts, required=True),
        Field(
            name="navn",
            label=lambda t: t("Hva"),
            source=NEW,
            required=True,
            suggest=suggested,
        ),
        Field(
            name="alvor", label=lambda t: t("Hvor alvorlig"), source=NEW, kind="choice", choices=grave, required=True
        ),
        Field(name="reaksjon", label=lambda t: t("Hva skjer"), source=NEW, longest=400),
        Field(
            name="sikkerhet", label=lambda t: t("Hvor sikkert"), source=NEW, kind="choice", choices=sure, required=True
        ),
    ),
    make=_allergy,
    wrong=_twice,
)
