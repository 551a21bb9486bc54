"""What must not be read of what is taken."""

from collections import Counter
from datetime import timedelta

import pytest
from charts import ATC, code, day_of, of, pregnancies

from felles.demo.drugs import CHILDREN, DRUGS, UNSAFE
from felles.demo.nynorsk import nynorsk

pytestmark = pytest.mark.slow


def test_no_medicine_for_a_problem_nobody_has(made):
    for life in made.lives:
        texts = [m["code"]["text"] for m in of(life, "Condition")]
        names = {word.lower() for text in texts for word in (text, nynorsk(text))}
        pregnant = bool(pregnancies(life))
        for medicine in of(life, "MedicationRequest"):
            why = medicine["reasonCode"][0]["text"].lower()
            known = (
                why in names or (pregnant and "svangerskap" in why) or any(w in why for w in ("operasjon", "opioid"))
            )
            assert known, (life.person.key, why, names)


def test_doses_are_those_of_grown_ups_and_children(made):
    for life in made.lives:
        for medicine in of(life, "MedicationRequest"):
            drugs = ATC[code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")]
            dose = medicine["dosageInstruction"][0]
            drug = next(
                d for d in drugs if d.dose == dose["text"] and d.name == medicine["medicationCodeableConcept"]["text"]
            )
            if drug.amount and "timing" in dose:
                repeat = dose["timing"]["repeat"]
                daily = (
                    drug.strength
                    * dose["doseAndRate"][0]["doseQuantity"]["value"]
                    * repeat["frequency"]
                    / repeat["period"]
                )
                assert drug.low <= daily <= drug.high or not drug.high, (drug.key, daily)
            if life.person.age(day_of(medicine["authoredOn"])) < 12:
                assert drug.key in CHILDREN


def test_a_row_of_the_table_keeps_its_own_limits():
    for drug in DRUGS.values():
        if drug.amount:
            assert 0 < drug.low <= drug.daily <= drug.high, drug.key


def test_no_medicine_against_an_allergy(made):
    for life in made.lives:
        allergic = {}
        for entry in of(life, "AllergyIntolerance"):
            if found := code(entry, "http://www.whocc.no/atc"):
                allergic[found] = entry["recordedDate"]
        for medicine in of(life, "MedicationRequest"):
            atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
            for substance, since in allergic.items():
                assert not (atc.startswith(substance) and medicine["authoredOn"] >= since), (life.person.key, atc)


def test_no_medicine_twice_at_a_time(made):
    for life in made.lives:
        taken = Counter(
            code(m, "http://www.whocc.no/atc", "medicationCodeableConcept")
            for m in of(life, "MedicationRequest") if m["status"] in ("active", "on-hold")
        )  # fmt: skip
        assert not [atc for atc, count in taken.items() if count > 1], life.person.key


def test_nothing_harmful_while_pregnant(made):
    for life in made.lives:
        for start, end in pregnancies(life):
            for medicine in of(life, "MedicationRequest"):
                atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
                if start <= day_of(medicine["authoredOn"]) <= end:
                    assert not atc.startswith(UNSAFE), (life.person.key, atc)


def test_courses_end(made):
    for life in made.lives:
        for medicine in of(life, "MedicationRequest"):
            atc = code(medicine, "http://www.whocc.no/atc", "medicationCodeableConcept")
            if atc.startswith("J01") and life.today - day_of(medicine["authoredOn"]) > timedelta(days=20):
                assert medicine["status"] == "completed", (life.person.key, atc)
