"""The synthetic region as data: valid, synthetic, the same each time, the same for those who were there already."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from felles import fhir
from felles.access.derive import staffing_of
from felles.demo import cards, region
from felles.demo.districts import PER_BLOCK, Places
from felles.demo.municipalities import FIRST, MUNICIPALITIES
from felles.demo.people import CAST, people
from felles.demo.places import ORGANISATIONS, STAFF
from felles.demo.region import Region
from felles.fhir.norway.identity import national_number, valid_hpr_number, valid_organisation_number
from felles.fhir.norway.systems import ENH, HPR

TODAY = date(2026, 3, 2)
SOME = 60


@pytest.fixture(scope="module")
def lives():
    return list(region.lives(region.SEED, TODAY, SOME))


@pytest.fixture(scope="module")
def resources(lives):
    return region.shared(region.SEED, TODAY) + [resource for life in lives for _, resource in life.entries]


@pytest.mark.slow
@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 1, 1), date(2026, 12, 31), date(2027, 7, 15)])
def test_it_is_valid_on_any_day(today):
    for life in region.lives(7, today, 40):
        for _, resource in life.entries:
            fhir.decode(msgspec.json.encode(resource))


@pytest.mark.slow
@pytest.mark.parametrize("years", [1, 2, 5, 9])
def test_the_cast_is_told_whatever_the_seed(years):
    for seed in range(15):
        made = Region(seed, TODAY, CAST, years)
        for _, home in made.homes():
            for life in made.lives_of(home):
                if life.person.key == "olav":
                    held = [r for _, r in life.entries if r.get("status") == "on-hold"]
                    codes = {r["medicationCodeableConcept"]["coding"][0]["code"] for r in held}
                    assert codes == {"B01AF02", "A10BA02", "C09AA05"}
                if life.person.key == "ida":
                    assert any(r["resourceType"] == "Flag" for _, r in life.entries)


def test_the_same_seed_and_day_give_the_same_region(lives):
    again = list(region.lives(region.SEED, TODAY, SOME))
    assert [life.entries for life in again] == [life.entries for life in lives]
    other = list(region.lives(region.SEED + 1, TODAY, SOME))
    assert [life.person.number for life in other] != [life.person.number for life in lives]


def test_more_people_do_not_change_those_who_were_there(lives):
    more = {life.person.key: life.entries for life in region.lives(region.SEED, TODAY, SOME + 30)}
    whole = [life for life in lives if life.person.household != lives[-1].person.household]
    assert len(whole) > SOME - 6
    assert all(more[life.person.key] == life.entries for life in whole)


@pytest.mark.parametrize("count", [CAST, CAST + 1, 33])
def test_there_are_as_many_people_as_were_asked_for(count):
    assert len(people(5, TODAY, count)) == count
    assert {"ida", "live", "olav", "marit", "sara", "elias"} <= {p.key for p in people(5, TODAY, count)}


def test_identity_numbers_are_valid_synthetic_and_each_persons_own():
    everyone = people(region.SEED, TODAY, 3000)
    read = [national_number(person.number) for person in everyone]
    assert {number.synthetic for number in read} == {"tenor"}
    assert [number.born for number in read] == [person.born for person in everyone]
    assert len({person.number for person in everyone}) == 3000


def test_organisations_and_staff_have_numbers_of_the_right_form_and_each_its_own():
    places = Places(3, TODAY)
    shared = [*places.block(0), *places.block(1), *places.block(9)]
    numbers = [(i["system"], i["value"]) for r in shared for i in r.get("identifier", [])]
    assert len(set(numbers)) == len(numbers)
    assert {system for system, _ in numbers} == {ENH, HPR}
    for system, number in numbers:
        assert valid_organisation_number(number) if system == ENH else valid_hpr_number(number)
    for resource in shared:
        if resource["resourceType"] == "Organization" and "partOf" not in resource:
            assert resource["identifier"], resource["name"]
        if resource["resourceType"] == "Practitioner" and "qualification" in resource:
            assert resource["identifier"]


def test_organisations_of_every_kind_are_there_and_in_their_municipality():
    places = Places(3, TODAY)
    places.block(0)
    kinds = Counter(each.kind for each in places.organisations.values())
    every = (
        "hospital unit gp home-care allocation nursing-home health-station out-of-hours specialist pharmacy operator"
    )
    assert set(every.split()) == set(kinds)
    assert {places.district(n).municipality for n in range(PER_BLOCK)} == set(FIRST)
    assert all(each.municipality in MUNICIPALITIES for each in places.organisations.values())


def test_every_organisation_but_a_specialist_alone_has_an_administrator():
    places = Places(3, TODAY)
    shared = [*places.block(0), *places.block(1)]
    administered = {
        role["organization"]["reference"]
        for role in shared
        if role["resourceType"] == "PractitionerRole"
        and role["code"][0]["coding"][0]["code"] in ("administrator", "local-administrator")
    }
    whole = {each.reference: each.kind for each in places.organisations.values() if each.part_of is None}
    assert {kind for reference, kind in whole.items() if reference not in administered} == {"specialist"}


def test_a_block_brings_what_its_districts_refer_to_and_nothing_twice():
    places = Places(11, TODAY)
    first, second = places.block(0), places.block(1)
    here = {f"{r['resourceType']}/{r['id']}" for r in first}
    assert len(here) == len(first)
    new = {f"{r['resourceType']}/{r['id']}" for r in second}
    assert not here & new
    for resource in [*first, *second]:
        for reference in fhir.references(fhir.decode(msgspec.json.encode(resource))):
            assert reference.reference in here | new


@pytest.mark.slow
def test_large_regions_bring_new_places_and_leave_lists_short():
    made = Region(2, TODAY, 20_000)
    on_list, districts = Counter(), set()
    for _, home in made.homes():
        for person in home.people:
            on_list[person.gp] += 1
            districts.add(person.district)
    assert len(districts) > 12
    assert max(on_list.values()) < 1200
    offices = Counter()
    for gp, count in on_list.items():
        offices[made.places.staff[gp].organisation] += count
    assert max(offices.values()) < 2000


def test_everybody_has_a_place_and_one_patient(lives):
    for life in lives:
        assert life.person.municipality in MUNICIPALITIES
        assert sum(r["resourceType"] == "Patient" for _, r in life.entries) == 1


def test_the_kinds_of_entries_that_pages_show_are_there(resources):
    counts = Counter(resource["resourceType"] for resource in resources)
    shown = (
        "Condition MedicationRequest AllergyIntolerance Observation Encounter Composition Appointment "
        "DocumentReference EpisodeOfCare ServiceRequest Task Immunization Flag RelatedPerson CarePlan Procedure"
    )
    assert all(counts[name] for name in shown.split())


def test_every_member_of_staff_can_act():
    roles = [r for r in region.shared(region.SEED, TODAY) if r["resourceType"] == "PractitionerRole"]
    for role in roles:
        struct = fhir.decode(msgspec.json.encode(role))
        assert bool(staffing_of(struct, f"PractitionerRole/{role['id']}")) is role["active"]
    assert len(roles) > len(STAFF)


def test_staff_hold_a_profession_that_their_role_allows():
    from felles.access.roles import ROLES

    places = Places(4, TODAY)
    places.block(0)
    for staff in places.staff.values():
        allowed = ROLES[staff.role].professions
        assert not allowed or staff.profession in allowed, staff


def test_each_persona_has_a_card_with_one_thing_to_try_in_three_languages():
    accounts = cards.accounts(people(region.SEED, TODAY, CAST))
    assert len({a.id for a in accounts}) == len(accounts) == 17
    for account in accounts:
        assert account.card is not None
        assert account.card["group"] in {"staff", "citizen", "system"}
        told = account.card["try"]
        assert all(told[language] for language in ("nb", "nn", "en"))
        assert len({told["nb"], told["nn"], told["en"]}) == 3


# Whom a persona meets: the organisation that must stand in an entry of that person's record.
MEETS = {
    "ingrid": ("ida", "olav"), "marte": ("ida",), "synne": ("ida",), "kristin": ("ida",), "vibeke": ("ida",),
    "hanne": ("live",), "aksel": ("ida",), "jonas": ("olav",), "amir": ("olav",), "thea": ("olav",), "lise": ("olav",),
}  # fmt: skip


def parties(life):
    """References to whoever an entry of this life opens the record for."""
    found = set()
    for _, made in life.entries:
        named = [
            made.get("serviceProvider"),
            made.get("owner"),
            made.get("managingOrganization"),
            *made.get("performer", []),
        ]
        named += [p.get("individual") or p.get("actor") for p in made.get("participant", [])]
        if made["resourceType"] in ("Encounter", "Task", "ServiceRequest", "EpisodeOfCare", "Appointment"):
            found |= {n["reference"] for n in named if n and "reference" in n}
    return found


@pytest.mark.slow
def test_each_persona_meets_somebody_of_the_cast_and_has_people_of_her_own():
    told = list(region.lives(region.SEED, TODAY))
    assert len(told) == region.PEOPLE
    open_to = {life.person.key: parties(life) for life in told}
    for key, cast in MEETS.items():
        staff = STAFF[key]
        hers = {staff.reference, *(ORGANISATIONS[unit].reference for unit in staff.units or (staff.organisation,))}
        for person in cast:
            assert hers & open_to[person], (key, person)
        others = [person for person, found in open_to.items() if person not in ("ida", "olav", "live") and hers & found]
        assert len(others) >= 3, (key, others)


@pytest.mark.parametrize("key", ["ida", "olav", "live"])
def test_a_citizens_story_spans_three_organisations(lives, key):
    life = next(life for life in lives if life.person.key == key)
    assert len({STAFF[author].organisation for author, _ in life.entries if author in STAFF}) >= (
        3 if key != "live" else 2
    )
