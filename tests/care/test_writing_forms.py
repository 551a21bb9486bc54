"""The forms by themselves: each field has a source and shows it, what is wrong is named, what is made is FHIR. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec import convert

from felles import fhir
from felles.access.codes import EPISODE_SYSTEM, HOME_VISIT, MUNICIPAL_SERVICE
from felles.access.roles import ROLES
from felles.access.verbs import TAKES
from felles.care.medicines.lines import lines, paused_since
from felles.care.medicines.present import entry_of
from felles.care.medicines.rules import Source, in_use, standing
from felles.care.medicines.shapes import Entry
from felles.care.writing import present, rules
from felles.care.writing.actions import _changes, _encoder
from felles.care.writing.form import From, Known, Receiver, Row, here
from felles.care.writing.forms import FORMS
from felles.care.writing.forms.dose import dosage
from felles.care.writing.forms.plan import PLAN_URL
from felles.care.writing.forms.sent import NOTE_URL
from felles.care.writing.forms.vaccination import GIVEN
from felles.fhir.norway.systems import ATC, ICD10, ICPC2
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM, PARENTAL_RESPONSIBILITY
from felles.ui.i18n import language
from felles.ui.sources import NEW, New

NB = language("nb")
NOW = int(datetime(2026, 11, 26, 9, 30, tzinfo=UTC).timestamp()) * MICROSECONDS
ORG = 77
DOCTOR = {"reference": "Practitioner/p1", "display": "Ingrid Haugan"}
ORDER = {
    "resourceType": "MedicationRequest", "id": "m1", "meta": {"versionId": "3"}, "status": "active", "intent": "order",
    "medicationCodeableConcept": {"coding": [{"system": ATC, "code": "C09AA05"}], "text": "Ramipril kapsler 5 mg"},
    "subject": {"reference": "Patient/x"}, "authoredOn": "2025-01-10", "reasonCode": [{"text": "Høyt blodtrykk"}],
    "dosageInstruction": [{"text": "1 kapsel om morgenen"}],
}  # fmt: skip
KIN = {
    "resourceType": "RelatedPerson", "id": "k1", "meta": {"versionId": "1"}, "active": True,
    "patient": {"reference": "Patient/x"}, "name": [{"family": "Sæterbø", "given": ["Anne"]}],
    "relationship": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAUC"}], "text": "Datter"},
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]},
    ],
    "telecom": [{"system": "phone", "value": "900 00 000", "rank": 2}, {"system": "email", "value": "a@b.no"}],
}  # fmt: skip
ONES = {
    "MedicationRequest": ORDER,
    "RelatedPerson": KIN,
    "Composition": {
        "resourceType": "Composition", "id": "c1", "meta": {"versionId": "1"}, "status": "final", "title": "Notat",
        "type": {"text": "Journalnotat"}, "date": "2026-11-20", "author": [DOCTOR],
        "subject": {"reference": "Patient/x"},
        "section": [{"title": "Notat", "text": {"status": "generated", "div": rules.paragraphs("Første")}}],
    },
    "Condition": {
        "resourceType": "Condition", "id": "p1", "meta": {"versionId": "1"}, "subject": {"reference": "Patient/x"},
        "clinicalStatus": {"coding": [{"code": "active",
                                       "system": "http://terminology.hl7.org/CodeSystem/condition-clinical"}]},
        "code": {"text": "Gikt"},
    },
    "MedicationStatement": {
        "resourceType": "MedicationStatement", "id": "s1", "meta": {"versionId": "1"}, "status": "active",
        "medicationCodeableConcept": {"text": "Ibux"}, "subject": {"reference": "Patient/x"},
        "effectiveDateTime": "2026-01-01", "dosage": [{"text": "Ved behov"}],
    },
    "Appointment": {
        "resourceType": "Appointment", "id": "v1", "meta": {"versionId": "3"}, "status": "booked",
        "serviceCategory": [{"coding": [{"system": HOME_VISIT[0], "code": HOME_VISIT[1]}]}],
        "description": "Hjemmebesøk", "start": "2026-01-14T10:15:00+01:00", "end": "2026-01-14T10:45:00+01:00",
        "participant": [{"actor": {"reference": "Patient/x"}, "status": "accepted"}],
    },
    "Task": {
        "resourceType": "Task", "id": "t1", "meta": {"versionId": "2"}, "status": "accepted", "intent": "order",
        "code": {"coding": [{"system": HANDOVER_SYSTEM, "code": "call"}]}, "for": {"reference": "Patient/x"},
        "description": "BT 148/96", "requester": {"reference": "Practitioner/jm"}, "owner": DOCTOR,
    },
}  # fmt: skip
CHILD = {
    "resourceType": "Patient", "id": "x", "birthDate": "2025-08-20",
    "generalPractitioner": [{"reference": "Practitioner/gp", "display": "Ola Dragset"}],
}  # fmt: skip
PARENT = {
    "resourceType": "RelatedPerson", "id": "m1", "active": True, "name": [{"family": "Haile", "given": ["Sara"]}],
    "relationship": [
        {"text": "Mor"},
        {"coding": [{"system": PARENTAL_RESPONSIBILITY, "code": "mor"}]},
    ],
}  # fmt: skip
STAY = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "reasonCode": [{"text": "Kontroll av blodtrykk"}],
    "meta": {"versionId": "4"}, "class": {"code": "IMP"}, "period": {"start": "2026-11-22T08:00:00+01:00"},
    "subject": {"reference": "Patient/x"},
}  # fmt: skip
HOME = {
    "resourceType": "EpisodeOfCare", "id": "h1", "status": "active",
    "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": MUNICIPAL_SERVICE}]}],
    "managingOrganization": {"reference": "Organization/lia", "display": "Lia hjemmetjeneste"},
}  # fmt: skip
REVIEW = {
    "resourceType": "Task", "id": "t0", "owner": {"reference": "Organization/o"},
    "requester": {"reference": "Practitioner/wd", "display": "Jonas Aasenhus"},
}  # fmt: skip
HIP = {
    "resourceType": "Procedure", "id": "p9", "status": "completed", "code": {"text": "Hemiprotese i høyre hofte"},
    "performedPeriod": {"start": "2026-11-23T10:20:00+01:00"},
}  # fmt: skip
ALLERGY = {
    "resourceType": "AllergyIntolerance", "id": "a1",
    "code": {"coding": [{"system": ATC, "code": "J01C"}], "text": "Penicilliner"},
}  # fmt: skip


def handed(kind, what="", said=""):
    """What a Task of this kind says, handed over to the doctor by name."""
    inputs = [{"type": {"text": what}, "valueString": said}, {"type": {"text": "Hvorfor"}, "valueString": "Nyrene"}]
    more: dict[str, Any] = {"input": inputs, "focus": {"reference": "MedicationRequest/m1"}} if what else {}
    return more | {"status": "requested", "code": {"coding": [{"system": HANDOVER_SYSTEM, "code": kind}]}}


def known_for(form, **rows):
    found = {name: [Row(each, ORG, "Practitioner/p1", NOW) for each in listed] for name, listed in rows.items()}
    made = Known("Patient/x", NOW, DOCTOR, {"reference": "Organization/o", "display": "Kontoret"}, ORG, found)
    if form.sends:
        made.receivers = [Receiver("Organization/gyn", "Gynekolog Stormo", found=True)]
    if form.about:
        one: Any = ONES[form.about[0]] | FOR.get(form.name, {})
        made.one, made.version = Row(one, ORG, "Practitioner/p1", NOW), int(one["meta"]["versionId"])
    return made


FULL = {
    "Patient": [CHILD], "Encounter": [STAY], "RelatedPerson": [KIN, PARENT], "MedicationRequest": [ORDER],
    "Task": [REVIEW], "Condition": [ONES["Condition"]], "EpisodeOfCare": [HOME], "Procedure": [HIP],
}  # fmt: skip
FOR = {
    "svar-tilbud": handed("discharge"),
    "gjenoppta": {"status": "on-hold"},
    "signer-notat": {"status": "preliminary", "custodian": {"reference": "Organization/o"}},
    "godta-dose": handed("proposal", "Ny dose", "1 kapsel annenhver dag"),
    "godta-seponer": handed("proposal", "Seponer", "Seponer"),
}
WRITTEN = {
    "notat": {"tekst": "Ringte."}, "maling": {"overtrykk": "148", "undertrykk": "96", "vekt": "81,5",
                                             "urinprotein": "1+", "temperatur": "36.9"},
    "legemiddel": {"navn": "Metformin tabletter 500 mg", "dose": "1 tablett morgen og kveld", "hvorfor": "Diabetes"},
    "oppgitt": {"navn": "Ibux 400 mg", "dose": "Av og til"}, "problem": {"navn": "Høyt kolesterol"},
    "allergi": {"slag": "medication", "navn": "penicillin", "alvor": "high", "sikkerhet": "confirmed",
                "reaksjon": "Utslett"},
    "notat-sendt": {"tekst": "Så henne i natt."}, "avvik": {"tekst": "Medisinen var ikke levert."},
    "vaksine": {"batch": "AB12"}, "parorende": {"navn": "Per Ås", "forhold": "SONC", "telefon": "911 11 111"},
    "tillegg": {"tekst": "Skal stå 50."}, "dose": {"dose": "2 kapsler om morgenen"}, "seponer": {"hvorfor": "Svimmel"},
    "svar-plan": {"tiltak": "Innleggelse: i dag kl. 14\n- Blodprøver", "klartekst": "Du skal legges inn i dag."},
    "henvisning": {"til": "Organization/gyn", "hva": "Blødning", "sporsmal": "Hva er årsaken?"},
    "oppgave": {"til": "Organization/gyn", "tekst": "Ring henne."},
    "sporsmal": {"til": "Organization/gyn", "tekst": "Kan hun ta Ibux?"},
    "utskrivningsklar": {"til": "Organization/gyn", "trenger": "Tilsyn daglig"},
    "epikrise": {"fastlegen": "Kontroll av Hb: om ti dager", "kommunen": "Tilsyn: daglig",
                 "klartekst": "Du er operert."},
    "svar-tilbud": {"tekst": "Vi kommer hver dag."}, "godta-dose": {}, "godta-seponer": {},
    "foresla-dose": {"dose": "1 kapsel annenhver dag", "hvorfor": "Nyrene"}, "foresla-seponer": {"hvorfor": "Fall"},
    "bruker-ikke": {"hvorfor": "Sluttet"}, "problem-over": {}, "parorende-endre": {"telefon": "922 22 222"},
    "notat-til-signering": {"tekst": "Hjalp ham opp."}, "signer-notat": {"tekst": "Falt på badet."},
    "utfort": {}, "pause": {"hvorfor": "Tørste og oppkast"}, "gjenoppta": {"hvorfor": "Drikker igjen"},
}  # fmt: skip


WITH_VERSION: tuple[Any, ...] = (*ONES.values(), STAY)
SAID = {(each["resourceType"], each["id"]): int(each["meta"]["versionId"]) for each in WITH_VERSION}
"""The version of each entry that a form may change."""


def made_by(name, known=None, **said):
    form = FORMS[name]
    known = known or known_for(form, **FULL)
    values = rules.cleaned(form, form.prefilled(known) | WRITTEN[name] | said)
    assert rules.mistakes(NB, form, values, known) == []
    return [each.resource for each in form.make(values, known)]


@pytest.mark.parametrize("name", FORMS)
def test_every_field_declares_its_source_and_shows_what_it_has(name):
    form = FORMS[name]
    known = known_for(form, **FULL)
    shown = {f["name"]: f for group in present.fields(NB, form, form.prefilled(known), known) for f in group["fields"]}
    for f in form.fields:
        assert isinstance(f.source, (New, From)), f.name
        if not here(f, known):
            assert f.name not in shown
        elif isinstance(f.source, From):
            assert f.source.element
            has = f.source.read(known)
            assert has, f"{name}.{f.name}: the sample record has no {f.source.element}"
            assert shown[f.name]["value"] == has
            if f.kind == "choice":
                assert [each["value"] for each in shown[f.name]["choices"] if each["on"]] == [has], f.name
        else:
            assert f.source is NEW


def taken(change, known):
    """The verbs that a change takes: its own, where it is a step that has one."""
    if change.op == "create" or known.one is None or known.one.resource["id"] != change.id:
        return TAKES.needed(change.resource)
    was = fhir.decode(_encoder.encode(known.one.resource))
    step = TAKES.step_verb(was, change.resource)
    return {step} if step else TAKES.needed(change.resource)


@pytest.mark.parametrize("name", FORMS)
def test_what_a_form_makes_is_whole_fhir_by_whose_role_may(name):
    form = FORMS[name]
    known = known_for(form, **FULL)
    values = rules.cleaned(form, form.prefilled(known) | WRITTEN[name])
    made = form.make(values, known)
    changes = _changes(made, "f0000000000000000000000ab")
    for change, each in zip(changes, made, strict=True):
        # what goes with a signed text is written by whoever signs it
        assert taken(change, known) <= {form.verb, "write", *form.also}
        assert change.type == each.resource["resourceType"]
    assert taken(changes[0], known) == {form.verb}
    assert {role.code for role in ROLES.values() if form.verb in role.verbs} <= {
        role.code for role in ROLES.values() if "write" in role.verbs
    }
    assert (changes[0].drawn is None) == (made[0].op == "update")
    for change, each in zip(changes, made, strict=True):
        assert change.expected == (SAID[change.type, each.id] if change.op == "update" else None)


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_form_is_refused_field_by_field(name):
    form = FORMS[name]
    known = known_for(form)
    empty = dict.fromkeys((f.name for f in form.fields), "")
    wrong = rules.mistakes(NB, form, empty, known)
    assert {each.field for each in wrong} <= {f.name for f in form.fields}
    assert {f.name for f in form.fields if f.required and here(f, known)} <= {each.field for each in wrong}
    assert wrong or not any(f.required for f in form.fields)
    long = dict.fromkeys(empty, "x" * 30_000)
    assert {each.field for each in rules.mistakes(NB, form, long, known)} == {
        f.name for f in form.fields if here(f, known)
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"overtrykk": "148"}, "undertrykk"),
        ({"overtrykk": "96", "undertrykk": "148"}, "overtrykk"),
        ({"vekt": "815000"}, "vekt"),
        ({"vekt": "åtti"}, "vekt"),
        ({"temperatur": "369"}, "temperatur"),
        ({"spo2": "101"}, "spo2"),
        ({"urinprotein": "5+"}, "urinprotein"),
        ({"vekt": "81", "tid": "2026-11-26T10:31"}, "tid"),
        ({"vekt": "81", "tid": "i går"}, "tid"),
        ({"vekt": "81", "tid": "2026-11-26T25:00"}, "tid"),
        ({"vekt": "81", "tid": "1426-11-26T08:00"}, "tid"),
        ({"tid": "2026-11-26T08:00"}, "overtrykk"),
    ],
)
def test_a_slip_of_the_keys_is_caught(values, field):
    form = FORMS["maling"]
    known = known_for(form)
    filled = dict.fromkeys((f.name for f in form.fields), "") | values
    assert [each.field for each in rules.mistakes(NB, form, filled, known)] == [field]


def test_each_value_is_an_observation_as_the_region_has_them():
    pressure, weight, heat, strip = made_by("maling")
    assert [c["valueQuantity"]["value"] for c in pressure["component"]] == [148, 96]
    assert weight["valueQuantity"]["value"] == Decimal("81.5")
    assert b'"value":81.5' in _encoder.encode(weight)
    assert heat["code"]["coding"][0]["code"] == "8310-5"
    assert strip["valueCodeableConcept"] == {"text": "1+"}
    assert {each["encounter"]["reference"] for each in (pressure, weight, heat, strip)} == {"Encounter/e1"}
    known = known_for(FORMS["maling"], Observation=[pressure | {"id": "o"}])
    hint = next(f.hint for f in FORMS["maling"].fields if f.name == "overtrykk")
    assert hint is not None
    assert hint(NB, known) == "Sist 148/96, 26.11.2026"


@pytest.mark.parametrize(
    ("said", "when", "met"),
    [
        ("", "2026-11-26T09:30:00+00:00", True),
        ("2026-11-26T10:30", "2026-11-26T10:30:00+01:00", True),
        ("25.11.2026 kl. 8.05", "2026-11-25T08:05:00+01:00", True),
        ("2026-11-22T07:59", "2026-11-22T07:59:00+01:00", False),
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00", False),
    ],
    ids=["now", "this-minute", "as-written", "before-the-stay", "the-hour-there-is-twice"],
)
def test_a_value_may_be_of_an_earlier_moment_and_belongs_to_the_contact_that_had_begun(said, when, met):
    for each in made_by("maling", tid=said):
        assert each["effectiveDateTime"] == when
        assert ("encounter" in each) is met


def read_as_lines(*resources):
    return lines((NOW, ORG, convert(each, Entry, strict=False)) for each in resources)


def test_a_pause_stands_on_the_order_since_its_day_until_it_goes_on_or_ends():
    [paused] = made_by("pause")
    assert (paused["status"], paused["statusReason"]["text"]) == ("on-hold", "Tørste og oppkast")
    [line] = read_as_lines(paused)
    assert (line.paused, paused_since(entry_of(line))) == (True, date(2026, 11, 26))
    stood = ORDER | {"meta": {"versionId": "8"}}
    for name, status in (("gjenoppta", "active"), ("seponer", "stopped")):
        known = known_for(FORMS[name])
        known.one, known.version = Row(paused | stood | {"status": "on-hold"}, ORG, "Practitioner/p1", NOW), 8
        assert FORMS[name].fits(known)
        [after] = made_by(name, known)
        assert (after["status"], "extension" in after) == (status, False)
        assert [paused_since(entry_of(each)) for each in read_as_lines(after)] == [None]
    assert not FORMS["gjenoppta"].fits(known_for(FORMS["pause"])), "what is taken is not taken up again"
    assert FORMS["pause"].fits(known_for(FORMS["pause"]))
    assert not FORMS["pause"].fits(known), "what is paused is not paused again"


def test_a_change_of_dose_keeps_the_course_and_the_list_says_each_day_what_was_taken():
    new, old = made_by("dose", hvorfor="For høyt trykk")
    new |= {"id": "m2"}
    assert new["priorPrescription"] == {"reference": "MedicationRequest/m1"}
    assert (new["reasonCode"], new["medicationCodeableConcept"]) == (
        ORDER["reasonCode"],
        ORDER["medicationCodeableConcept"],
    )
    assert (old["status"], old["statusReason"]["text"]) == ("stopped", "For høyt trykk")
    both = read_as_lines(new, old)
    assert len({line.substance for line in both}) == 1
    today = rules.today(known_for(FORMS["dose"]))
    assert [line.id for line in standing(both, today)] == ["MedicationRequest/m2"]
    assert [line.id for line in standing(both, eve(today))] == ["MedicationRequest/m1"]
    assert next(line for line in both if line.id.endswith("m2")).daily == (Decimal(10), "mg")


def eve(day):
    return day - timedelta(days=1)


def test_what_is_stopped_is_read_as_stopped_with_its_reason():
    (stopped,) = made_by("seponer")
    (line,) = read_as_lines(stopped)
    today = rules.today(known_for(FORMS["seponer"]))
    assert not in_use(line, today)
    assert in_use(line, eve(today))
    assert stopped["statusReason"] == {"text": "Svimmel"}
    (told,) = made_by("oppgitt")
    (line,) = read_as_lines(told | {"id": "s2"})
    assert line.source is Source.TOLD
    (no_more,) = made_by("bruker-ikke")
    assert no_more["effectivePeriod"] == {"start": "2026-01-01", "end": "2026-11-26"}


def test_a_medicine_against_an_allergy_needs_a_reason_and_others_do_not():
    form = FORMS["legemiddel"]
    earlier = ORDER | {
        "medicationCodeableConcept": {"coding": [{"system": ATC, "code": "J01CA04"}], "text": "Amoksicillin"}
    }
    known = known_for(form, AllergyIntolerance=[ALLERGY], MedicationRequest=[earlier])
    said = dict.fromkeys((f.name for f in form.fields), "") | {"navn": "amoksicillin", "dose": "1 kapsel daglig"}
    (wrong,) = rules.mistakes(NB, form, said, known)
    assert wrong.field == "likevel"
    assert "Penicilliner" in wrong.text
    assert rules.mistakes(NB, form, said | {"likevel": "Testet, tåler det"}, known) == []
    assert rules.mistakes(NB, form, said | {"navn": "Metformin"}, known) == []
    assert here(form.fields[-1], known)
    assert not here(form.fields[-1], known_for(form))


def test_names_get_the_codes_that_are_known_and_no_others():
    (problem,) = made_by("problem")
    assert [(c["system"], c["code"]) for c in problem["code"]["coding"]] == [(ICPC2, "T93"), (ICD10, "E78")]
    (unknown,) = made_by("problem", navn="Vondt i høyre lilletå")
    assert unknown["code"] == {"text": "Vondt i høyre lilletå"}
    (allergy,) = made_by("allergi")
    assert allergy["code"]["coding"] == [{"system": ATC, "code": "J01C"}]
    twice = rules.mistakes(NB, FORMS["problem"], {"navn": "gikt", "siden": ""},
                           known_for(FORMS["problem"], Condition=[ONES["Condition"]]))  # fmt: skip
    assert [each.field for each in twice] == ["navn"]


def test_the_vaccine_that_is_next_comes_filled_in_and_its_number_is_counted():
    form = FORMS["vaksine"]
    first = {"resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2026-01-20",
             "vaccineCode": {"coding": [{"system": ATC, "code": "J07CA09"}]}}  # fmt: skip
    known = known_for(form, Patient=[CHILD | {"birthDate": "2026-06-20"}], Immunization=[first])
    assert form.prefilled(known)["vaksine"] == "J07BH"
    (given,) = form.make({"vaksine": "J07CA", "batch": "", "dag": "2026-11-26", "samtykke": ""}, known)
    assert given.resource["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    grown = known_for(form, Patient=[CHILD | {"birthDate": "1942-10-17"}])
    assert form.prefilled(grown)["vaksine"] == ""


def test_a_note_to_the_gp_is_a_note_and_a_task_that_points_to_it():
    note, task = made_by("notat-sendt", tittel="Legevakt")
    assert (note["resourceType"], note["title"], note["status"]) == ("Composition", "Legevakt", "final")
    assert (task["owner"]["reference"], task["focus"]["reference"]) == ("Practitioner/gp", NOTE_URL)
    assert task["description"] == "Legevakt\nSå henne i natt."
    alone = known_for(FORMS["notat-sendt"], Patient=[{"resourceType": "Patient", "id": "x"}])
    said = {"tittel": "", "tekst": "Så henne i natt.", "til": "Practitioner/gp"}
    assert [each.field for each in rules.mistakes(NB, FORMS["notat-sendt"], said, alone)] == ["til"]


def test_one_parent_consents_to_a_childs_vaccination_and_a_grown_one_is_not_asked_of_hers():
    vaccination, consent = made_by("vaksine")
    assert consent["performer"] == [{"reference": "RelatedPerson/m1", "display": "Sara Haile (mor)"}]
    assert consent["provision"]["data"][0]["reference"]["reference"] == GIVEN
    assert consent["provision"]["code"] == [{"text": vaccination["vaccineCode"]["text"]}]
    form = FORMS["vaksine"]
    known = known_for(form, **FULL)
    empty = rules.cleaned(form, form.prefilled(known) | {"samtykke": ""})
    assert [each.field for each in rules.mistakes(NB, form, empty, known)] == ["samtykke"]
    father = PARENT | {"id": "f1", "relationship": [*cast("Any", PARENT)["relationship"][1:], {"text": "Far"}]}
    both = known_for(form, **FULL | {"RelatedPerson": [father, PARENT], "Consent": [consent]})
    assert form.prefilled(both)["samtykke"] == "RelatedPerson/m1"
    both.rows["Consent"] = [
        Row(consent | {"performer": [{"reference": "RelatedPerson/f1"}]}, ORG, "Practitioner/p1", 0)
    ]
    assert form.prefilled(both)["samtykke"] == "RelatedPerson/f1"
    grown = known_for(form, **FULL | {"Patient": [CHILD | {"birthDate": "2010-11-26"}]})
    assert not any(f.name == "samtykke" and here(f, grown) for f in form.fields)
    assert [
        each.resource["resourceType"]
        for each in form.make(form.prefilled(grown) | {"vaksine": "J07BB", "batch": "", "dag": "2026-11-26"}, grown)
    ] == ["Immunization"]


def test_a_deviation_is_handed_to_the_gp_and_to_the_own_unit_where_nobody_is_her_gp():
    (task,) = made_by("avvik")
    assert (task["owner"]["reference"], task["requester"]["reference"]) == ("Practitioner/gp", DOCTOR["reference"])
    assert (task["status"], task["code"]["coding"][0]["code"]) == ("requested", "deviation")
    alone = known_for(FORMS["avvik"], Patient=[{"resourceType": "Patient", "id": "x"}])
    (task,) = made_by("avvik", alone)
    assert task["owner"]["reference"] == "Organization/o"
    said = {"tekst": "Fall i gangen", "til": "Practitioner/elsewhere"}
    assert [each.field for each in rules.mistakes(NB, FORMS["avvik"], said, alone)] == ["til"]


def test_kin_keep_what_the_form_does_not_say_and_a_register_s_kin_is_not_changed():
    (made,) = made_by("parorende-endre", gjelder="nei")
    assert made["telecom"] == [
        {"system": "phone", "value": "922 22 222", "rank": 2},
        {"system": "email", "value": "a@b.no"},
    ]
    assert made["relationship"][1:] == cast("Any", KIN)["relationship"][1:]
    assert (made["active"], made["name"]) == (False, KIN["name"])
    form = FORMS["parorende-endre"]
    known = known_for(form)
    assert form.fits(known)
    parent = {"coding": [{"system": "http://hl7.no/fhir/CodeSystem/no-basis-parental-responsibility", "code": "mor"}]}
    assert known.one is not None
    known.one = replace(known.one, resource=KIN | {"relationship": [parent]})
    assert not form.fits(known)


@pytest.mark.parametrize(
    ("text", "value", "often"),
    [
        ("1 tablett morgen og kveld", 1, (2, 1)),
        ("2 tabletter 3 ganger daglig", 2, (3, 1)),
        ("0,5 tablett daglig", Decimal("0.5"), (1, 1)),
        ("1 tablett en gang i uken", 1, (1, 7)),
        ("1 tablett om kvelden ved behov", 1, (1, 1)),
        ("1-2 tabletter ved behov", None, None),
        ("Etter avtale", None, None),
        ("1 tablett inntil 3 ganger daglig", None, None),
    ],
)
def test_a_dose_is_read_in_numbers_only_where_it_is_plain(text, value, often):
    made = dosage(text, None, None)
    assert made["text"] == text
    assert made.get("asNeededBoolean", False) == ("ved behov" in text)
    quantity = made.get("doseAndRate", [{}])[0].get("doseQuantity", {})
    repeat = made.get("timing", {}).get("repeat", {})
    assert quantity.get("value") == value
    assert (often is None and repeat == {}) or (repeat["frequency"], repeat["period"]) == often
    fhir.decode(_encoder.encode({**ORDER, "dosageInstruction": [made]}))


def test_an_answer_with_a_plan_is_the_plan_and_the_answered_task():
    plan, task = made_by("svar-plan")
    assert [each["detail"]["description"] for each in plan["activity"]] == ["Innleggelse", "Blodprøver"]
    assert plan["activity"][0]["detail"]["scheduledString"] == "i dag kl. 14"
    assert (plan["title"], plan["description"]) == ("Plan etter tilkalling", "Du skal legges inn i dag.")
    assert task["status"] == "completed"
    assert task["note"][-1]["text"].endswith("Innleggelse: i dag kl. 14\nBlodprøver")
    assert task["output"][0]["valueReference"]["reference"] == PLAN_URL


@pytest.mark.parametrize(
    "change",
    [{"owner": {"reference": "Practitioner/p2"}}, {"status": "requested"}, {"status": "completed"},
     {"businessStatus": {"text": "tilbake"}}, {"code": {"coding": [{"system": CASE_SYSTEM, "code": "need"}]}}],
    ids=["another's", "not taken", "answered", "returned", "a case"],
)  # fmt: skip
def test_only_what_she_has_taken_is_answered_with_a_plan(change):
    form = FORMS["svar-plan"]
    known = known_for(form)
    assert form.fits(known)
    known.one = Row(ONES["Task"] | change, ORG, "Practitioner/p1", NOW)
    assert not form.fits(known)


def test_a_referral_says_whom_it_goes_to_and_what_the_record_knows():
    (made,) = made_by("henvisning", hast="urgent")
    assert made["performer"] == [{"reference": "Organization/gyn", "display": "Gynekolog Stormo"}]
    assert made["occurrencePeriod"] == {"start": "2026-11-26", "end": "2026-12-10"}
    assert "Ramipril kapsler 5 mg, 1 kapsel om morgenen" in made["note"][0]["text"]
    form = FORMS["henvisning"]
    known = known_for(form, **FULL)
    values = rules.cleaned(form, form.prefilled(known) | WRITTEN["henvisning"] | {"til": "Organization/none"})
    assert [each.field for each in rules.mistakes(NB, form, values, known)] == ["til"]


def test_the_municipality_is_told_what_the_record_knows_and_its_answer_is_a_plan():
    (task,) = made_by("utskrivningsklar")
    for said in ("Utskrivningsklar fra 2026-11-26", "Trenger: Tilsyn daglig", "Innlagt 22.11.: Kontroll av blodtrykk"):
        assert said in task["description"]
    assert task["focus"] == {"reference": "Encounter/e1"}
    plan, answer = made_by("svar-tilbud", tilbud="korttid", fra="2026-11-28")
    assert plan["activity"][0]["detail"]["description"] == "Korttidsopphold på sykehjem"
    assert answer["note"][-1]["text"] == "Korttidsopphold på sykehjem fra 28.11.2026. Vi kommer hver dag."
    (answer,) = made_by("svar-tilbud", tilbud="ingen")
    assert answer["status"] == "completed"


def test_a_discharge_is_the_summary_the_plan_a_part_for_each_and_the_end_of_the_stay():
    summary, plan, gp, home, stay = made_by("epikrise")
    assert summary["section"][0]["title"] == "Til pasienten"
    assert "Hemiprotese i høyre hofte 23.11." in str(summary)
    assert "Som før: Ramipril kapsler 5 mg, 1 kapsel om morgenen" in str(summary)
    assert [each["detail"]["performer"][0]["reference"] for each in plan["activity"]] == [
        "Practitioner/gp",
        "Organization/lia",
    ]
    assert (gp["owner"]["reference"], gp["description"]) == ("Practitioner/gp", "Kontroll av Hb: om ti dager")
    assert (home["owner"]["reference"], home["description"]) == ("Organization/lia", "Tilsyn: daglig")
    assert (stay["status"], "end" in stay["period"]) == ("finished", True)
    stays = made_by("epikrise", avslutt="blir", fastlegen="", kommunen="")
    assert [each["resourceType"] for each in stays] == ["Composition"]


def test_the_summary_says_what_was_changed_of_the_medicines_and_why():
    form = FORMS["epikrise"]
    text = {"medicationCodeableConcept": {"text": "Metoprolol 50 mg"}}
    old = ORDER | text | {"id": "m2", "status": "stopped", "statusReason": {"text": "Lav puls"},
                          "dispenseRequest": {"validityPeriod": {"end": "2026-11-24"}}}  # fmt: skip
    new = ORDER | text | {"id": "m3", "authoredOn": "2026-11-24",
                          "priorPrescription": {"reference": "MedicationRequest/m2"},
                          "dosageInstruction": [{"text": "1/2 tablett"}], "note": [{"text": "Lav puls"}]}  # fmt: skip
    paused = ORDER | {"id": "m4", "status": "on-hold", "statusReason": {"text": "Pause ved operasjon"}}
    begun = ORDER | {"id": "m5", "authoredOn": "2026-11-23", "medicationCodeableConcept": {"text": "Dalteparin"}}
    over = ORDER | {"id": "m6", "status": "stopped", "statusReason": {"text": "Fall"},
                    "medicationCodeableConcept": {"text": "Zopiklon"},
                    "dispenseRequest": {"validityPeriod": {"end": "2026-11-25"}}}  # fmt: skip
    known = known_for(form, **FULL | {"MedicationRequest": [begun, new, paused, over, old, ORDER]})
    assert form.prefilled(known)["medisiner"].split("\n") == [
        "Nytt: Dalteparin, 1 kapsel om morgenen, fordi: høyt blodtrykk",
        "Endret: Metoprolol 50 mg, 1/2 tablett (før: 1 kapsel om morgenen), fordi: lav puls",
        "Stoppet: Zopiklon, 1 kapsel om morgenen, fordi: fall",
        "Pauset: Ramipril kapsler 5 mg, 1 kapsel om morgenen, fordi: pause ved operasjon",
        "Som før: Ramipril kapsler 5 mg, 1 kapsel om morgenen",
    ]


def test_a_proposal_goes_to_who_asked_and_a_yes_makes_the_change():
    (task,) = made_by("foresla-dose")
    assert (task["owner"]["reference"], task["focus"]["reference"]) == ("Practitioner/wd", "MedicationRequest/m1")
    assert task["description"].startswith("Ramipril kapsler 5 mg: 1 kapsel om morgenen → 1 kapsel annenhver dag")
    new, old, answer = made_by("godta-dose")
    assert new["dosageInstruction"][0]["text"] == "1 kapsel annenhver dag"
    assert (old["status"], answer["status"]) == ("stopped", "completed")
    old, answer = made_by("godta-seponer")
    assert (old["status"], old["statusReason"]["text"], answer["status"]) == ("stopped", "Nyrene", "completed")
    form = FORMS["godta-dose"]
    gone = known_for(form, **FULL | {"MedicationRequest": [ORDER | {"status": "stopped"}]})
    values = rules.cleaned(form, form.prefilled(gone))
    assert [each.field for each in rules.mistakes(NB, form, values, gone)] == ["hvorfor"]
    assert not FORMS["godta-seponer"].fits(gone)


def test_a_note_of_a_unit_stands_in_the_stay_at_its_house_and_in_its_own_contact_first():
    def contact(name, org, code="IMP", status="in-progress"):
        return Row({"resourceType": "Encounter", "id": name, "status": status, "class": {"code": code}}, org, "", 0)

    def met(*rows, house=(2,)):
        known = Known("Patient/p", 0, {}, {}, 1, {"Encounter": list(rows)}, house=frozenset(house))
        found = rules.contact(known)
        return found and found["id"]

    stay, own = contact("stay", 2), contact("own", 1, "AMB")
    assert met(stay) == "stay"
    assert met(stay, own) == "own"
    assert met(stay, house=()) is None, "another house's"
    assert met(contact("ended", 2, status="finished")) is None
    assert met(contact("clinic", 2, "AMB")) is None, "a contact with another unit is that unit's"
