"""What must not be read of appointments, referrals and services."""

import re
from collections import Counter
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from charts import code, day_of, of, problems, text_of

from felles.demo.build import by
from felles.demo.calendar import is_open, open_day
from felles.fhir.norway.systems import ATC

pytestmark = pytest.mark.slow


def test_nobody_is_called_to_a_control_of_what_she_does_not_have(made):
    from felles.demo.problems import PROBLEMS

    codes = {form: {p.icpc, p.icd} for p in PROBLEMS.values() for form in (p.short,)}
    for life in made.lives:
        for entry in of(life, "Appointment"):
            name = entry["description"].removeprefix("Kontroll: ").split(",")[0]
            if name in codes and entry["description"].startswith("Kontroll: "):
                assert codes[name] & problems(life), (life.person.key, name)


def test_controls_lie_apart(made):
    for life in made.lives:
        days = sorted(day_of(m["date"]) for m in of(life, "Composition") if m["title"].startswith("Kontroll: "))
        assert all((later - day).days > 13 for day, later in pairwise(days)), (life.person.key, days)


def test_appointments_lie_in_opening_hours_on_open_days(made):
    clinics = {by(s)["reference"] for s in made.region.places.staff.values() if is_clinic(made, s)}
    evenings = at_home = 0
    for life in made.lives:
        for entry in of(life, "Appointment"):
            if entry["status"] == "waitlist":
                continue
            start, end = datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])
            if entry["participant"][1]["actor"]["reference"] in clinics:  # asked for by telephone, for this evening
                assert (start.date(), entry["status"], 16 <= start.hour < 22) == (life.today, "booked", True)
                evenings += 1
                continue
            if "serviceCategory" in entry:  # home care comes whatever day it is, and in the evening too
                ahead = (start.date() - life.today).days
                assert (ahead in (0, 1), entry["status"]) == (True, "booked")
                assert time(7, 30) <= start.time() < end.time() <= time(22, 30), (life.person.key, entry)
                at_home += ahead == 0
                continue
            assert is_open(start.date()), (life.person.key, entry["start"])
            assert start.hour >= 8
            assert (end.hour, end.minute) <= (16, 0), (life.person.key, entry)
            if entry["status"] == "booked":
                assert start.date() >= life.today
            else:
                assert start.date() < life.today
    assert evenings > 2
    assert at_home > 2


def is_clinic(made, staff):
    return made.region.places.organisations[staff.works_in].kind == "out-of-hours"


def test_offices_see_people_on_open_days(made):
    closed = {"gp", "health-station", "specialist", "allocation"}
    kinds = {o.reference: o.kind for o in made.region.places.organisations.values()}
    for life in made.lives:
        for visit in of(life, "Encounter"):
            if kinds[visit["serviceProvider"]["reference"]] in closed:
                assert is_open(day_of(visit["period"]["start"])), (life.person.key, visit)


def test_no_gp_has_two_appointments_at_once(made):
    taken = Counter(
        (entry["participant"][1]["actor"]["reference"], entry["start"])
        for life in made.lives for entry in of(life, "Appointment")
        if entry["status"] == "booked" and entry["description"].startswith("Kontroll: ")
    )  # fmt: skip
    assert taken
    assert max(taken.values()) == 1


def test_an_answered_referral_has_its_answer(made):
    seen = 0
    for life in made.lives:
        for request in of(life, "ServiceRequest"):
            if request["category"][0]["text"] != "Henvisning":
                continue
            to, sent = request["performer"][0]["reference"], request["authoredOn"]
            visits = [
                m
                for m in of(life, "Encounter")
                if m["serviceProvider"]["reference"] == to and m["period"]["start"] >= sent
            ]
            if request["status"] == "completed" and request["code"]["text"] != "Fødeplass":
                assert visits, (life.person.key, request["code"])
                seen += 1
            if request["status"] == "active":
                limit = timedelta(days=290 if request["code"]["text"] == "Fødeplass" else 170)
                assert life.today - day_of(sent) < limit
    assert seen


def test_home_care_follows_a_decision_and_visits_follow_it(made):
    seen = 0
    for life in made.lives:
        visits = [
            day_of(m["period"]["start"])
            for m in of(life, "Encounter")
            if m["reasonCode"][0]["text"][1:] == "jemmebesøk"
        ]
        services = [m for m in of(life, "EpisodeOfCare") if "municipal-service" in str(m["type"])]
        if visits:
            seen += 1
            begun = min(day_of(m["period"]["start"]) for m in services)
            assert min(visits) >= begun, life.person.key
            assert of(life, "CarePlan")
            assert [m for m in of(life, "Composition") if m["title"].startswith("Vedtak")]
    assert seen


def test_whoever_lives_alone_is_said_to_live_alone(made):
    alone = {p.key: len(home.grown()) == 1 for home in made.homes for p in home.people}
    for life in made.lives:
        for entry in of(life, "Observation"):
            if entry["code"]["text"] == "Bosituasjon":
                text = entry["valueString"]
                assert ("aleine" in text or "alene" in text) is alone[life.person.key], (life.person.key, text)


def test_nobody_is_seen_twice_in_one_office_on_one_day(made):
    offices = {o.reference for o in made.region.places.organisations.values() if o.kind in ("gp", "out-of-hours")}
    for life in made.lives:
        seen = Counter(
            (m["serviceProvider"]["reference"], m["period"]["start"][:10])
            for m in of(life, "Encounter") if m["serviceProvider"]["reference"] in offices
        )  # fmt: skip
        assert max(seen.values(), default=0) <= 1, (life.person.key, seen)


def test_stitches_are_taken_out(made):
    cuts = closed = 0
    for life in made.lives:
        visits = [m["reasonCode"][0]["text"] for m in of(life, "Encounter")]
        cuts += sum(text == "Kuttskade" for text in visits)
        closed += sum(text == "Fjerning av sting" for text in visits)
    assert closed > cuts / 2 > 0


def test_a_decision_on_help_says_why_it_is_needed(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            text = text_of(note)
            if "helsetjenester i hjemmet" in text or "helsetenester i heimen" in text:
                assert re.search(r"Vurdering: .{30,}(bo hjemme|bu heime|dusj)", text), (life.person.key, text)


def test_nobody_goes_to_an_out_of_hours_clinic_named_after_a_far_town(made):
    names = {o.name for o in made.region.places.organisations.values() if o.kind == "out-of-hours"}
    assert not [name for name in names if " i " in name], names


def test_the_letter_says_what_became_of_the_medicines(made):
    seen = changed = 0
    for life in made.lives:
        for letter in of(life, "DocumentReference"):
            if letter["description"] != "Epikrise":
                continue
            text, day = text_of(letter), letter["date"][:10]
            orders = of(life, "MedicationRequest")
            begun = [m for m in orders if m["authoredOn"] == day and m["requester"] == letter["author"][0]]
            told = re.search(r"Nye (medisinar|medisiner): |Endret: |Endra: ", text)
            assert bool(begun) is bool(told), (life.person.key, text, begun)
            changed += bool(told)
            seen += 1
    assert seen > changed / 2 > 0


def test_midwife_health_nurse_and_clinic_of_the_first_district_have_somebody_today(made):
    district, day = made.region.places.district(0), open_day(made.lives[0].today)
    booked = Counter(
        (entry["participant"][1]["actor"]["reference"], entry["start"])
        for life in made.lives for entry in of(life, "Appointment")
        if entry["status"] == "booked" and day_of(entry["start"]) in (day, life.today)
    )  # fmt: skip
    staff = made.region.places.staff
    for key in (district.midwife, district.health_nurse, "aksel"):
        own = [many for (who, _), many in booked.items() if who == by(staff[key])["reference"]]
        assert own, key
        assert set(own) == {1}, key


def test_those_who_look_after_themselves_collect_what_they_take_always(made):
    fetched = 0
    for life in made.lives:
        orders = {code(m, ATC, "medicationCodeableConcept"): m for m in of(life, "MedicationRequest")}
        for entry in of(life, "MedicationDispense"):
            order = orders[code(entry, ATC, "medicationCodeableConcept")]
            assert order["intent"] == "order"
            assert entry["whenHandedOver"] < life.today.isoformat()
            fetched += life.person.key != "olav"
    assert fetched > 100


def test_a_laboratory_has_answered_today_and_those_who_live_together_have_one_address(made):
    answers = [r for life in made.lives for r in of(life, "DiagnosticReport") if day_of(r["issued"]) == life.today]
    assert answers or not is_open(made.lives[0].today)
    places = {}
    for life in made.lives:
        (patient,) = of(life, "Patient")
        (line,) = patient["address"][0]["line"]
        assert places.setdefault(life.person.household, line) == line
    assert len(set(places.values())) > len(places) * 0.8
