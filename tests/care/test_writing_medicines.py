"""What is written of medicines, vaccines and allergies: begun, changed, paused, stopped, proposed, told of. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec import convert
from written import ALLERGY, CHILD, FULL, NB, NOW, ONES, ORDER, ORG, PARENT, known_for, made_by

from felles import fhir
from felles.care.medicines.lines import lines, paused_since
from felles.care.medicines.present import entry_of
from felles.care.medicines.rules import Source, in_use, standing
from felles.care.medicines.shapes import Entry
from felles.care.writing import rules
from felles.care.writing.actions import _encoder
from felles.care.writing.form import Row, here
from felles.care.writing.forms import FORMS
from felles.care.writing.forms.dose import dosage
from felles.care.writing.forms.vaccination import GIVEN
from felles.fhir.norway.systems import ATC, ICD10, ICPC2


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
