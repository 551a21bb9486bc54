"""What must not be read of anybody's sex and age."""

import re
from datetime import timedelta

import pytest
from charts import code, day_of, happened, of, pregnancies, problems, results, text_of

from felles.demo.complaints import COMPLAINTS

pytestmark = pytest.mark.slow


def test_no_pregnancy_in_men_in_children_or_in_the_old(made):
    for life in made.lives:
        marks = [m for m in of(life, "Condition", "EpisodeOfCare") if "W78" in str(m) or "'pregnancy'" in str(m)]
        marks += [m for m in of(life, "Observation") if code(m) in ("82810-3", "11778-8", "11881-0", "8665-2")]
        for mark in marks:
            (day, *_) = happened(mark)
            assert life.person.female, life.person.key
            assert 17 <= life.person.age(day) <= 46, (life.person.key, life.person.age(day))


def test_some_twenty_pregnancies_in_different_weeks(made):
    if made.region.count < 300:
        return
    today = made.region.today
    weeks = []
    for life in made.lives:
        for start, _ in pregnancies(life):
            if (today - start).days < 283:
                weeks.append((today - start).days // 7)
    assert 14 <= len(weeks) <= 32
    assert len(set(weeks)) >= 10
    assert min(weeks) < 16
    assert max(weeks) > 34


def test_terms_and_weeks_agree(made):
    for life in made.lives:
        starts = [start for start, _ in pregnancies(life)]
        for entry in of(life, "Observation"):
            if code(entry) == "11778-8":
                assert day_of(entry["valueDateTime"]) - timedelta(days=283) in starts
        for note in of(life, "Composition"):
            told = re.search(r"\bUke (\d+)\+(\d)\.", text_of(note))
            if told:
                days = int(told[1]) * 7 + int(told[2])
                assert day_of(note["date"]) - timedelta(days=days) in starts, (life.person.key, told[0])


def test_what_only_one_sex_has_nobody_of_the_other_has(made):
    women, men = {"U71", "B80", "X06", "X87", "X76", "W78"}, {"Y85", "Y77"}
    for life in made.lives:
        assert not problems(life) & (men if life.person.female else women), life.person.key
        names = str([m["medicationCodeableConcept"] for m in of(life, "MedicationRequest")])
        if life.person.female:
            assert "G04CA02" not in names
            assert not results(life, "psa")


def test_a_complaint_fits_the_age(made):
    ages = {c.icpc: c.ages for c in COMPLAINTS}
    for life in made.lives:
        for entry in of(life, "Condition"):
            low, high = ages.get(entry["code"]["coding"][0]["code"], (0, 120))
            if "abatementDateTime" in entry and life.person.key not in ("live", "olav"):
                assert low <= life.person.age(day_of(entry["recordedDate"])) <= high, (life.person.key, entry["code"])


def test_notes_speak_of_work_to_those_of_working_age(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            if re.search(r"\b(jobb|jobber|arbeider|[Ss]ykmeldt|[Ss]jukmeld)\b", text_of(note)):
                assert 18 <= life.person.age(day_of(note["date"])) <= 67, (life.person.key, text_of(note))


def test_an_rhesus_negative_woman_is_followed(made):
    seen = 0
    for life in made.lives:
        types = [m["valueString"] for m in of(life, "Observation") if code(m) == "882-1"]
        if types and types[0].endswith("negativ"):
            for note in of(life, "Composition"):
                if re.search(r"Uke 28\+", text_of(note)):
                    assert "anti-D" in text_of(note), life.person.key
                    seen += 1
    assert seen or made.region.count < 300
