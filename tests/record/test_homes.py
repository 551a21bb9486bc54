"""Homes: every R4 type has its way; each way is held with what leads to a person and what does not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from felles.fhir import Invalid, decode, r4
from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.errors import Unprocessable
from felles.record.homes import NOBODY, SHARED_TYPES, WAYS, SeveralPersons, home_of, refuse_person_references
from felles.record.numbers import TYPES

# CompartmentDefinition/patient of FHIR 4.0.1: the types that have a parameter.
COMPARTMENT = frozenset(
    """
    Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic BodyStructure
    CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication CommunicationRequest
    Composition Condition Consent Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue
    DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter
    EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal Group ImagingStudy
    Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media
    MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence
    NutritionOrder Observation Patient Person Procedure Provenance QuestionnaireResponse RelatedPerson
    RequestGroup ResearchSubject RiskAssessment Schedule ServiceRequest Specimen SupplyDelivery SupplyRequest
    VisionPrescription
    """.split()  # noqa: SIM905 - a table
)
ABOUT_SOMEBODY = {"Task", "Device", "GuidanceResponse", "Binary", "Bundle", "Contract", "Linkage", "MessageHeader"}


def test_every_type_has_its_way():
    # The definitions carry one type of R4B besides; the store has no number for it and takes none.
    assert set(r4.RESOURCES) - {"SubscriptionStatus"} == set(TYPES)
    assert (set(TYPES) - COMPARTMENT | {"Schedule"}) - ABOUT_SOMEBODY == SHARED_TYPES
    assert WAYS.keys() | SHARED_TYPES == set(TYPES)


def test_every_way_is_made_of_elements_that_exist():
    for name, tiers in WAYS.items():
        for tier in tiers:
            for path in tier.paths:
                first = path.split(".")[0]
                assert {first, f"{first}_"} & set(r4.RESOURCES[name].__struct_fields__), f"{name}.{path}"


def ref(reference, **more):
    return {"reference": reference, **more}


def link(reference):
    return {"url": "http://x.example/link", "valueReference": ref(reference)}


REQUIRED = {
    "Observation": {"status": "final", "code": {"text": "x"}},
    "Encounter": {"status": "planned", "class": {"code": "AMB"}},
    "Immunization": {"status": "completed", "vaccineCode": {"text": "x"}, "occurrenceString": "x"},
    "Task": {"status": "requested", "intent": "order"},
    "Appointment": {"status": "booked"},
    "Provenance": {"recorded": "2026-01-01T00:00:00Z", "agent": [{"who": {"display": "x"}}]},
    "Communication": {"status": "completed"},
    "Binary": {"contentType": "text/plain"},
    "AuditEvent": {
        "type": {"code": "x"}, "recorded": "2026-01-01T00:00:00Z", "agent": [{"requestor": True}],
        "source": {"observer": {"display": "x"}},
    },
    "Composition": {
        "status": "final", "type": {"text": "x"}, "date": "2026", "author": [{"display": "x"}], "title": "x"
    },
    "Linkage": {}, "Person": {}, "Group": {"type": "person", "actual": True}, "Device": {}, "Patient": {},
    "QuestionnaireResponse": {"status": "completed"}, "Invoice": {"status": "issued"},
    "SupplyRequest": {"itemCodeableConcept": {"text": "x"}, "quantity": {"value": 1}},
}  # fmt: skip


def made(name, /, **elements):
    raw = {"resourceType": name} | REQUIRED.get(name, {}) | elements
    return decode(json.dumps(raw).encode())


P, Q = "Patient/p", "Patient/q"


def actor(reference):
    return {"actor": ref(reference), "status": "accepted"}


@pytest.mark.parametrize(
    ("resource", "refs", "via"),
    [
        (made("Observation", subject=ref(P)), [P], False),
        (made("Observation", subject=ref(f"{P}/_history/3")), [P], False),
        (made("Observation", subject=ref("urn:uuid:1d7c0ca1-4f0a-4b33-9dfa-0a3a36e0ec4a")),
         ["urn:uuid:1d7c0ca1-4f0a-4b33-9dfa-0a3a36e0ec4a"], False),
        (made("Observation", encounter=ref("Encounter/e")), ["Encounter/e"], True),
        (made("Observation", subject=ref("Group/g")), [], False),
        (made("Observation", subject=ref("Device/d")), [], False),
        (made("Observation", subject=ref("Location/l"), encounter=ref("Encounter/e")), [], False),
        (made("Observation", subject={"display": "somebody"}), [], False),
        (made("Observation"), [], False),
        (made("Encounter", subject=ref(P)), [P], False),
        (made("Immunization", patient=ref(P)), [P], False),
        (made("Task", **{"for": ref(P)}, focus=ref("ServiceRequest/s")), [P], False),
        (made("Task", focus=ref("ServiceRequest/s")), ["ServiceRequest/s"], True),
        (made("Task", **{"for": ref("Organization/o")}), [], False),
        (made("Appointment", participant=[actor("Practitioner/x"), actor(P), actor("Location/l")]), [P], False),
        (made("Appointment", participant=[actor("RelatedPerson/mother"), actor(P)]), [P], False),
        (made("Appointment", participant=[actor(P), actor(P)]), [P], False),
        (made("Appointment", participant=[actor("Practitioner/x")]), [], False),
        (made("Provenance", target=[ref("Observation/a"), ref("Observation/b")]),
         ["Observation/a", "Observation/b"], True),
        (made("Provenance", target=[ref(P)]), [P], False),
        (made("Provenance", target=[ref("Organization/o")]), [], False),
        (made("Communication", subject=ref(P), recipient=[ref(Q)]), [P], False),
        (made("Communication", sender=ref(P), recipient=[ref("Practitioner/x")]), [P], False),
        (made("Composition", subject=ref("RelatedPerson/r")), ["RelatedPerson/r"], True),
        (made("AuditEvent", entity=[{"what": ref("Observation/a")}]), ["Observation/a"], True),
        (made("Linkage", item=[{"type": "source", "resource": ref("Condition/a")},
                               {"type": "alternate", "resource": ref("Condition/b")}]),
         ["Condition/a", "Condition/b"], True),
        (made("Person", link=[{"target": ref(P)}]), [P], False),
        (made("Person", link=[{"target": ref("Practitioner/x")}]), [], False),
        (made("Device", patient=ref(P)), [P], False),
        (made("Group", member=[{"entity": ref(P)}, {"entity": ref(Q)}]), [], False),
        (made("Patient", link=[{"other": ref(Q), "type": "seealso"}]), [], False),
        (made("SupplyRequest", deliverTo=ref(P)), [P], False),
        (made("QuestionnaireResponse", source=ref(P)), [P], False),
    ],
)  # fmt: skip
def test_the_way_home(resource, refs, via):
    home = home_of(resource)
    assert (list(home.refs), home.via, home.shared) == (refs, via, False)
    assert home.nobody is (not refs)


@pytest.mark.parametrize(
    "resource",
    [
        made("Appointment", participant=[actor(P), actor(Q)]),
        made("Communication", sender=ref(P), recipient=[ref(Q)]),
        made("Person", link=[{"target": ref(P)}, {"target": ref(Q)}]),
        made("Provenance", target=[ref(P), ref(Q)]),
    ],
)
def test_a_way_to_several_persons_is_refused(resource):
    with pytest.raises(SeveralPersons, match="write one for each"):
        home_of(resource)


def test_a_url_of_the_same_bundle_is_taken_for_what_it_stands_for():
    visit = made("Appointment", participant=[actor("urn:uuid:a"), actor("urn:uuid:b")])
    assert home_of(visit, {"urn:uuid:a": "Practitioner", "urn:uuid:b": "Patient"}).refs == ("urn:uuid:b",)
    with pytest.raises(SeveralPersons):
        home_of(visit, {"urn:uuid:a": "Patient", "urn:uuid:b": "Patient"})


def test_shared_types_are_shared():
    home = home_of(made("Organization", name="x"))
    assert (home.shared, home.nobody, home.refs) == (True, False, ())


def test_a_binary_goes_with_what_refers_to_it_unless_it_says_whose_it_is():
    assert home_of(made("Binary")).follows
    assert home_of(made("Binary", securityContext=ref("Organization/o"))).follows
    assert home_of(made("Binary", securityContext=ref(P))).refs == (P,)
    assert home_of(made("Binary", securityContext=ref("Encounter/e"))).via


def bundle(kind, *entries):
    return made("Bundle", type=kind, entry=[{"fullUrl": url, "resource": resource} for url, resource in entries])


def raw(name, /, **elements):
    return {"resourceType": name} | REQUIRED.get(name, {}) | elements


def document(subject, *entries):
    more = {"identifier": {"value": "1"}, "timestamp": "2026-01-01T00:00:00Z"}
    composition = {"fullUrl": "urn:uuid:c", "resource": raw("Composition", subject=ref(subject))}
    rest = [{"fullUrl": url, "resource": resource} for url, resource in entries]
    return made("Bundle", type="document", **more, entry=[composition, *rest])


def test_a_document_is_that_of_its_composition_s_subject():
    assert home_of(document(P, ("urn:uuid:q", raw("Patient", id="q")))).refs == (P,)
    assert home_of(document("urn:uuid:q", ("urn:uuid:q", raw("Patient", id="q")))).refs == (Q,)
    assert home_of(document("urn:uuid:q", ("urn:uuid:q", raw("Patient")))) == NOBODY
    assert home_of(document("urn:uuid:elsewhere")) == NOBODY


def test_another_bundle_is_that_of_the_one_person_in_it():
    one = ("urn:uuid:1", raw("Observation", subject=ref(P)))
    assert home_of(bundle("collection", one, ("urn:uuid:2", raw("Patient", id="p")))).refs == (P,)
    assert home_of(bundle("collection", ("urn:uuid:3", raw("Organization", name="x")))) == NOBODY
    with pytest.raises(SeveralPersons):
        home_of(bundle("collection", one, ("urn:uuid:2", raw("Patient", id="q"))))


HPR = "urn:oid:2.16.578.1.12.4.1.4.4"  # health-personnel number
NUMBER = min(NATIONAL_NUMBER_SYSTEMS)


@pytest.mark.parametrize(
    "resource",
    [
        made("Schedule", actor=[ref("Practitioner/x"), ref(P)]),
        made("Schedule", actor=[ref("https://elsewhere.example/fhir/Patient/p")]),
        made("Schedule", actor=[ref("RelatedPerson/r")]),
        made("Schedule", actor=[{"type": "Patient", "display": "x"}]),
        made("Schedule", actor=[{"identifier": {"system": NUMBER, "value": "13116900216"}}]),
        made("BiologicallyDerivedProduct", collection={"source": ref(P)}),
        made("Organization", name="x", extension=[link(P)]),
        made("Organization", name="x", extension=[link("#a")], contained=[{"resourceType": "Patient", "id": "a"}]),
    ],
)
def test_a_shared_entry_that_refers_to_a_person_is_refused(resource):
    with pytest.raises(Unprocessable, match="is shared by all"):
        refuse_person_references(resource)


@pytest.mark.parametrize(
    "resource",
    [
        made("Schedule", actor=[ref("Practitioner/x"), ref("Location/l")]),
        made("Organization", name="x", partOf=ref("Organization/o")),
        made("PractitionerRole", practitioner={"identifier": {"system": HPR, "value": "9"}}),
        made("Practitioner", identifier=[{"system": NUMBER, "value": "13116900216"}]),
        made("Organization", name="x", endpoint=[ref("#e")], contained=[{"resourceType": "Endpoint", "id": "e",
             "status": "active",
             "connectionType": {"code": "x"}, "payloadType": [{"text": "x"}], "address": "https://x.example"}]),
    ],
)  # fmt: skip
def test_a_shared_entry_that_refers_to_none_is_let_by(resource):
    refuse_person_references(resource)


def _examples(folder: Path):
    """(name, bytes) of FHIR JSON found in the outside data: files and bundles of lives."""
    for path in sorted(folder.rglob("*.json*"))[:60]:
        data = path.read_bytes()
        yield path.name, gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.slow
def test_all_that_lives_bring_leads_to_one_person_or_is_shared(test_data):
    """Of the synthetic lives in the outside data nothing is nobody's: each entry finds its person."""
    counted = 0
    for name, data in _examples(test_data / "synthea"):
        try:
            life = decode(data)
        except Invalid:
            continue
        if type(life).__name__ != "Bundle" or not isinstance(life.entry, list):
            continue
        types = {e.fullUrl: type(e.resource).__name__ for e in life.entry if e.fullUrl}
        for entry in life.entry:
            kind = type(entry.resource).__name__
            home = home_of(entry.resource, types)
            assert kind == "Patient" or home.shared or len(home.refs) >= 1, f"{name}: {kind}"
            counted += 1
    assert counted > 100
