"""The examples of the FHIR specification that are not taken, each with what it gets and why.

docs/proofs.md shows this table (scripts/proofs_docs.py); tests/proofs/test_examples.py holds it.
"""

from __future__ import annotations

from typing import NamedTuple


class Refused(NamedTuple):
    """One example: its file, the status it gets, and the element that the first issue names ("" for none)."""

    file: str
    status: int
    element: str = ""


class Counts(NamedTuple):
    """How many examples there are: `taken` round-trip by PUT."""

    examples: int
    taken: int


ALL = Counts(5306, 5261)
CLINICAL = Counts(463, 456)
"""Of types in R4's patient compartment (CompartmentDefinition/patient)."""

_EXTENSION_PARAMETERS = [
    *(f"codesystem-extensions-CodeSystem-{name}" for name in ("author", "effective", "end", "keyword", "workflow")),
    *(f"valueset-extensions-ValueSet-{name}" for name in ("author", "effective", "end", "keyword", "workflow")),
]

GROUPS: list[tuple[str, list[Refused]]] = [
    (
        "A required element is missing",
        [
            *(Refused(f"SearchParameter-{n}.json", 400, "SearchParameter.base") for n in _EXTENSION_PARAMETERS),
            Refused("Questionnaire-qs1.json", 400, "Questionnaire.item[0].item[0].linkId"),
        ],
    ),
    (
        "The narrative has no content (invariant txt-2)",
        [
            Refused("ActivityDefinition-blood-tubes-supply.json", 400, "ActivityDefinition.text.div"),
            Refused("ActivityDefinition-heart-valve-replacement.json", 400, "ActivityDefinition.text.div"),
            Refused("EventDefinition-example.json", 400, "EventDefinition.text.div"),
            Refused("Questionnaire-zika-virus-exposure-assessment.json", 400, "Questionnaire.text.div"),
        ],
    ),
    (
        "A reference leads to a type that the definition does not allow there",
        [
            Refused("DeviceMetric-example.json", 400, "DeviceMetric.parent.reference"),
            Refused("DeviceUseStatement-example.json", 400, "DeviceUseStatement.reasonReference[0].reference"),
            Refused("MedicationRequest-medrx0301.json", 400, "MedicationRequest.dispenseRequest.performer.reference"),
            Refused("Observation-clinical-gender.json", 400, "Observation.performer[0].reference"),
        ],
    ),
    (
        "A code ends in a no-break space",
        [
            Refused("Bundle-v2-valuesets.json", 400, "Bundle.entry[814].resource.concept[74].code"),
            Refused("CodeSystem-v2-0550.json", 400, "CodeSystem.concept[74].code"),
        ],
    ),
    (
        "An id is longer than 64 characters: its own, or that of a reference",
        [
            Refused("SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json", 404),
            Refused(
                "ImplementationGuide-fhir.json", 400, "ImplementationGuide.manifest.resource[11904].reference.reference"
            ),
            Refused("ig-r4.json", 400, "ImplementationGuide.manifest.resource[11904].reference.reference"),
        ],
    ),
    (
        "OperationOutcome travels but is never stored",
        [
            Refused(f"OperationOutcome-{name}.json", 404)
            for name in ("101", "allok", "break-the-glass", "exception", "searchfail", "validationfail")
        ],
    ),
    (
        "What all share cannot refer to a person",
        [
            Refused("TestScript-testscript-example-history.json", 422, "TestScript.fixture[0].resource"),
            Refused("TestScript-testscript-example-search.json", 422, "TestScript.fixture[0].resource"),
            Refused("TestScript-testscript-example-update.json", 422, "TestScript.fixture[0].resource"),
            Refused("TestScript-testscript-example.json", 422, "TestScript.fixture[0].resource"),
            Refused("ImplementationGuide-example.json", 422, "ImplementationGuide.definition.resource[0].reference"),
        ],
    ),
    (
        "It leads to several persons: one entry for each",
        [
            Refused("Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json", 422, "MessageHeader.focus"),
            Refused("Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json", 422, "MessageHeader.focus"),
            Refused("Bundle-72ac8493-52ac-41bd-8d5d-7258c289b5ea.json", 422, "Bundle.entry"),
            Refused("Bundle-b248b1b2-1686-4b94-9936-37d7a5f94b51.json", 422, "Bundle.entry"),
            Refused("Bundle-bundle-references.json", 422, "Bundle.entry"),
            Refused("Bundle-bundle-transaction.json", 422, "Bundle.entry"),
            Refused("Person-pp.json", 422, "Person.link.target"),
        ],
    ),
    (
        "Its person lies on another server",
        [
            Refused("QuestionnaireResponse-bb.json", 403, "QuestionnaireResponse.subject"),
            Refused("QuestionnaireResponse-ussg-fht-answers.json", 403, "QuestionnaireResponse.subject"),
            Refused("ServiceRequest-myringotomy.json", 403, "ServiceRequest.subject"),
        ],
    ),
]
