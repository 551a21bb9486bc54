"""The synthetic region as data: valid, synthetic, the same each time."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from felles import fhir
from felles.access.derive import staffing_of
from felles.demo import cards, region
from felles.demo.people import people
from felles.demo.places import MUNICIPALITIES, ORGANISATIONS, STAFF
from felles.fhir.norway.identity import national_number, valid_hpr_number, valid_organisation_number
from felles.fhir.norway.systems import ENH, HPR

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def lives():
    return list(region.lives(region.SEED, TODAY))


@pytest.fixture(scope="module")
def resources(lives):
    return region.shared() + [resource for life in lives for _, resource in life.entries]


def test_every_resource_is_valid(resources):
    for resource in resources:
        fhir.decode(msgspec.json.encode(resource))
    assert len(resources) > 1000


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 1, 1), date(2026, 12, 31), date(2027, 7, 15)])
def test_it_is_valid_on_any_day(today):
    for life in region.lives(7, today, 25):
        for _, resource in life.entries:
            fhir.decode(msgspec.json.encode(resource))


def test_the_same_seed_and_day_give_the_same_region(lives):
    again = list(region.lives(region.SEED, TODAY))
    assert [life.entries for life in again] == [life.entries for life in lives]
    other = list(region.lives(region.SEED + 1, TODAY))
    assert [life.person.number for life in other] != [life.person.number for life in lives]


def test_more_people_do_not_change_those_who_were_there(lives):
    more = list(region.lives(region.SEED, TODAY, region.PEOPLE + 5))
    assert [life.entries for life in more[: region.PEOPLE]] == [life.entries for life in lives]


def test_identity_numbers_are_valid_synthetic_and_each_persons_own():
    everyone = people(region.SEED, TODAY, 300)
    read = [national_number(person.number) for person in everyone]
    assert {number.synthetic for number in read} == {"tenor"}
    assert [number.born for number in read] == [person.born for person in everyone]
    assert len({person.number for person in everyone}) == 300


def test_organisations_and_staff_have_numbers_of_the_right_form():
    numbers = {i["value"]: i["system"] for r in region.shared() for i in r.get("identifier", [])}
    assert {ENH, HPR} == set(numbers.values())
    for number, system in numbers.items():
        assert valid_organisation_number(number) if system == ENH else valid_hpr_number(number)
    with_number = [each for each in ORGANISATIONS.values() if each.stem is not None]
    assert len([s for s in numbers.values() if s == ENH]) == len(with_number)


def test_references_lead_to_entries_of_the_region(resources):
    here = {f"{r['resourceType']}/{r['id']}" for r in resources}
    assert len(here) == len(resources)
    for resource in resources:
        for reference in fhir.references(fhir.decode(msgspec.json.encode(resource))):
            assert reference.reference in here


def test_everybody_is_on_a_gps_list_and_has_a_place(lives):
    for life in lives:
        lists = [r for _, r in life.entries if r["resourceType"] == "EpisodeOfCare"]
        assert any(t["coding"][0]["code"] == "gp-list" for r in lists for t in r["type"])
        assert life.person.municipality in MUNICIPALITIES
        assert sum(r["resourceType"] == "Patient" for _, r in life.entries) == 1


def test_nothing_was_written_before_its_person_was_born_or_by_nobody(lives):
    for life in lives:
        for author, resource in life.entries:
            assert author in STAFF
            day = resource.get("effectiveDateTime") or resource.get("date") or resource.get("recordedDate")
            assert day is None or day[:10] >= life.person.born.isoformat()


def test_the_kinds_of_entries_that_pages_show_are_there(resources):
    counts = Counter(resource["resourceType"] for resource in resources)
    shown = (
        "Condition MedicationRequest AllergyIntolerance Observation Encounter Composition Appointment "
        "EpisodeOfCare ServiceRequest Task Immunization Flag RelatedPerson"
    )
    assert all(counts[name] for name in shown.split())


def test_every_member_of_staff_can_act():
    roles = [r for r in region.shared() if r["resourceType"] == "PractitionerRole"]
    for role in roles:
        struct = fhir.decode(msgspec.json.encode(role))
        assert staffing_of(struct, f"PractitionerRole/{role['id']}")
    assert len(roles) == len(STAFF)


def test_each_persona_has_a_card_with_one_thing_to_try():
    accounts = cards.accounts(people(region.SEED, TODAY))
    assert len(accounts) == 12
    assert len({a.id for a in accounts}) == 12
    for account in accounts:
        assert account.card is not None
        assert account.card["group"] in {"staff", "citizen", "system"}
        assert all(account.card["try"][language] for language in ("nb", "en"))
