"""What a form makes and hands over: to the GP, the hospital, the municipality, with what the record knows. Pure."""

import pytest
from written import DOCTOR, FULL, NB, NOW, ONES, ORG, WRITTEN, known_for, made_by

from felles.care.writing import rules
from felles.care.writing.form import Row
from felles.care.writing.forms import FORMS
from felles.care.writing.forms.plan import PLAN_URL
from felles.care.writing.forms.sent import NOTE_URL
from felles.record.codes import CASE_SYSTEM


def test_a_note_to_the_gp_is_a_note_and_a_task_that_points_to_it():
    note, task = made_by("notat-sendt", tittel="Legevakt")
    assert (note["resourceType"], note["title"], note["status"]) == ("Composition", "Legevakt", "final")
    assert (task["owner"]["reference"], task["focus"]["reference"]) == ("Practitioner/gp", NOTE_URL)
    assert task["description"] == "Legevakt\nSå henne i natt."
    alone = known_for(FORMS["notat-sendt"], Patient=[{"resourceType": "Patient", "id": "x"}])
    said = {"tittel": "", "tekst": "Så henne i natt.", "til": "Practitioner/gp"}
    assert [each.field for each in rules.mistakes(NB, FORMS["notat-sendt"], said, alone)] == ["til"]


def test_a_deviation_is_handed_to_the_gp_and_to_the_own_unit_where_nobody_is_her_gp():
    (task,) = made_by("avvik")
    assert (task["owner"]["reference"], task["requester"]["reference"]) == ("Practitioner/gp", DOCTOR["reference"])
    assert (task["status"], task["code"]["coding"][0]["code"]) == ("requested", "deviation")
    alone = known_for(FORMS["avvik"], Patient=[{"resourceType": "Patient", "id": "x"}])
    (task,) = made_by("avvik", alone)
    assert task["owner"]["reference"] == "Organization/o"
    said = {"tekst": "Fall i gangen", "til": "Practitioner/elsewhere"}
    assert [each.field for each in rules.mistakes(NB, FORMS["avvik"], said, alone)] == ["til"]


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
