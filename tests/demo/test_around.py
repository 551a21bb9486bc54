"""Those around a person in the made-up region: telephones, kin in their order, and what each may be told."""

import re
from collections import defaultdict
from itertools import pairwise

from felles.demo.today import round_of

PHONE = re.compile(r"\+47 73 00 \d\d \d\d")

HOME = ("jemmebesøk", "eimebesøk")
"""A home visit, in either form of Norwegian, without its first letter."""


def of(life, kind):
    return [made for _, made in life.entries if made["resourceType"] == kind]


def nearest(made):
    return any(coding["code"] == "N" for concept in made["relationship"] for coding in concept["coding"])


def test_each_organisation_can_be_rung(made):
    organisations = [each for each in made.shared if each["resourceType"] == "Organization"]
    assert organisations
    assert all(PHONE.fullmatch(each["telecom"][0]["value"]) for each in organisations)


def test_nobody_has_two_next_of_kin_and_what_kin_may_be_told_is_about_kin_of_hers(made):
    told = 0
    for life in made.lives:
        kin = of(life, "RelatedPerson")
        assert sum(map(nearest, kin)) <= 1
        known = {f"RelatedPerson/{each['id']}" for each in kin}
        for consent in of(life, "Consent"):
            if consent["category"][0].get("text") == "Opplysninger til pårørende":
                told += 1
                assert consent["provision"]["actor"][0]["reference"]["reference"] in known
    assert told > 10


def test_who_has_home_care_has_said_what_matters_and_has_a_goal(made):
    helped = [life for life in made.lives if any("hjemmesykepleie" in each["title"] for each in of(life, "CarePlan"))]
    assert helped
    for life in helped:
        codes = {c["code"] for each in of(life, "Observation") for c in each["code"].get("coding", ())}
        assert {"95541-9", "63503-7"} <= codes
        assert of(life, "Goal")


def test_whoever_has_home_care_and_is_at_home_has_a_visit_ahead(made):
    seen = 0
    for life in made.lives:
        visits = [m for _, m in life.entries if m["resourceType"] == "Appointment" and m["description"][1:] in HOME]
        stays = [m for _, m in life.entries if m["resourceType"] == "Encounter" and m["class"]["code"] == "IMP"]
        if visits:
            seen += 1
            assert life.person.died is None
            assert not [m for m in stays if m["status"] == "in-progress"], life.person.key
            assert any("Hjemmesykepleie" in str(m.get("type")) for _, m in life.entries), life.person.key
    assert seen


def test_no_nurse_is_at_two_homes_at_once(made):
    visits = defaultdict(list)
    for life in made.lives:
        for each in of(life, "Appointment"):
            if each["description"][1:] in HOME:
                visits[each["participant"][1]["actor"]["reference"]].append((each["start"], each["end"]))
    assert any(len(hers) > 2 for hers in visits.values())
    for hers in visits.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(hers)))


def test_each_who_may_have_help_at_home_has_a_quarter_of_an_hour_of_her_own():
    rounds = [round_of(number, 3) for number in range(180)]
    assert len(set(rounds)) == 180
    assert {nurse for nurse, _, _ in rounds[:30]} == {0}, "a small region has one round"
    assert all(7 <= hour < 23 and minute % 15 == 0 for _, hour, minute in rounds)
