"""What must not be read in any life: its form, when it begins and ends, who writes in it."""

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from charts import day_of, happened, of

from felles import fhir

pytestmark = pytest.mark.slow


def test_each_entry_is_valid_and_its_references_lead_somewhere(made):
    here = {f"{r['resourceType']}/{r['id']}" for r in made.shared}
    everything = [r for life in made.lives for _, r in life.entries]
    here |= {f"{r['resourceType']}/{r['id']}" for r in everything}
    assert len(here) == len(made.shared) + len(everything)
    for resource in [*made.shared, *everything]:
        for reference in fhir.references(fhir.decode(msgspec.json.encode(resource))):
            assert reference.reference in here, resource


def test_periods_end_after_they_began(made):
    for life in made.lives:
        for entry in of(life, "Encounter", "EpisodeOfCare", "Procedure", "CarePlan"):
            period = entry.get("period") or entry["performedPeriod"]
            assert period["start"] <= period.get("end", "9999"), (life.person.key, entry)
        for entry in of(life, "Appointment"):
            assert entry["status"] == "waitlist" or entry["start"] < entry["end"]
        for entry in of(life, "Condition"):
            assert entry["onsetDateTime"] <= entry["recordedDate"], (life.person.key, entry["code"])
            assert entry["onsetDateTime"] <= entry.get("abatementDateTime", "9999")


def test_nothing_happens_before_birth_after_death_or_in_the_future(made):
    for life in made.lives:
        last = life.person.died or life.today
        for _, entry in life.entries:
            for day in happened(entry):
                assert life.person.born <= day <= last, (life.person.key, entry)


def test_the_dead_take_nothing_wait_for_nothing_and_are_on_nobodys_list(made):
    dead = [life for life in made.lives if life.person.died]
    assert dead or made.region.count < 300
    for life in dead:
        assert not [m for m in of(life, "MedicationRequest", "EpisodeOfCare", "CarePlan") if m["status"] == "active"]
        assert not [m for m in of(life, "Appointment") if m["status"] == "booked"]
        assert not [m for m in of(life, "ServiceRequest", "Task") if m["status"] in ("active", "requested")]


def test_nobody_writes_before_she_is_employed_or_after_she_left(made):
    for life in made.lives:
        for author, entry in life.entries:
            staff = made.region.places.staff[author]
            if entry["resourceType"] in ("Patient", "RelatedPerson") or "gp-list" in str(entry.get("type")):
                continue
            if entry["resourceType"] == "Immunization" and not entry["primarySource"]:
                continue  # taken over from the register of vaccinations
            for day in happened(entry):
                assert staff.employed(day), (life.person.key, author, staff.since, staff.until, entry)


def test_whoever_is_named_as_author_is_who_wrote_it(made):
    for life in made.lives:
        for author, entry in life.entries:
            named = entry.get("author") or entry.get("performer") or [entry.get("requester") or entry.get("recorder")]
            named = named if isinstance(named, list) else [named]
            if entry["resourceType"] in ("Composition", "DocumentReference", "Observation", "Condition"):
                assert named[0]["reference"] == made.region.places.staff[author].reference


def test_one_gp_at_a_time_and_never_none(made):
    for life in made.lives:
        episodes = [m for m in of(life, "EpisodeOfCare") if m["type"][0]["coding"][0]["code"] == "gp-list"]
        lists = sorted((m["period"]["start"], m["period"].get("end", "9999")) for m in episodes)
        assert lists
        for (_, ended), (begun, _) in pairwise(lists):
            assert day_of(begun) - day_of(ended) == timedelta(days=1)


def test_nobody_is_at_two_hospitals_wards_at_once_or_seen_elsewhere_while_admitted(made):
    for life in made.lives:
        stays = [m for m in of(life, "Encounter") if m["class"]["code"] == "IMP"]
        spans = sorted((m["period"]["start"], m["period"].get("end", "9999")) for m in stays)
        for (_, ended), (begun, _) in pairwise(spans):
            assert ended <= begun, life.person.key
        for visit in of(life, "Encounter"):
            if visit["class"]["code"] in ("AMB", "HH"):
                assert not [s for s in spans if s[0] < visit["period"]["start"] < s[1]], (life.person.key, visit)
