"""Each group's first task has people of its own in the region: what one begins on, no other one touches."""

from datetime import date

import pytest

from felles.demo import cards
from felles.demo.people import CAST, OLD_MAN
from felles.demo.region import SEED, Region
from felles.demo.world import id_of

TODAY = date(2026, 2, 17)

BEGINS = {
    "gravid": lambda e: e["resourceType"] == "EpisodeOfCare" and "Svangerskapsomsorg" in str(e) and open_(e),
    "fastlege": lambda e: e["resourceType"] == "Task" and "Vurdere prøvesvar" in str(e) and open_(e),
    "sekretar": lambda e: e["resourceType"] in ("Patient", "Appointment") and e.get("status", "waitlist") == "waitlist",
    "jordmor": lambda e: e.get("description") == "Blodtrykkskontroll" and open_(e),
    "fodselslege": lambda e: e.get("code", {}).get("text") == "Høyt blodtrykk i svangerskapet" and open_(e),
    "avtalespesialist": lambda e: e["resourceType"] == "ServiceRequest" and "Gynekolog Stormo" in str(e) and open_(e),
    "sykepleier": lambda e: e["resourceType"] == "Encounter" and open_(e),
    "sykehuslege": lambda e: e["resourceType"] == "Encounter" and open_(e),
    "farmasoyt": lambda e: e["resourceType"] == "Task" and "Fjordapoteket" in str(e) and open_(e),
    "hjemmesykepleier": lambda e: e.get("description") == "Hjemmebesøk" and open_(e),
    "legevaktlege": lambda e: e["resourceType"] == "Consent" and "PBRL5-3" in str(e) and open_(e),
    "parorende": lambda e: e["resourceType"] == "Consent" and id_of("Patient", "marit") in str(e),
    "helsesykepleier": lambda e: "med vaksine" in e.get("description", "") and open_(e),
    "administrator": lambda e: e["resourceType"] == "Task" and "'untaken'" in str(e) and open_(e),
}
"""By persona, what in the records of her people her task begins on."""


def open_(entry):
    return entry["status"] in ("active", "requested", "booked", "in-progress")


@pytest.fixture(scope="module")
def lives():
    region = Region(SEED, TODAY, CAST, 1)
    return {life.person.key: life for _, home in region.homes() for life in region.lives_of(home)}


def test_no_first_task_begins_on_what_another_one_begins_on(lives):
    tasks = {card.id: card for card in (*cards.STAFF_CARDS, *cards.CITIZEN_CARDS) if card.people}
    assert tasks.keys() == BEGINS.keys(), "fourteen groups"
    of, seen = {}, {}
    for name, card in tasks.items():
        for key in card.people:
            of.setdefault(key, []).append(name)
            found = [entry for _, entry in lives[key].entries if BEGINS[name](entry)]
            assert found, (name, key)
            for entry in found:
                assert seen.setdefault((entry["resourceType"], entry["id"]), name) == name
    shared = {key: names for key, names in of.items() if len(names) > 1}
    assert shared == {OLD_MAN: ["sykehuslege", "parorende"]}


def test_a_card_names_whom_its_task_is_about(lives):
    for card in (*cards.STAFF_CARDS, *cards.CITIZEN_CARDS):
        if card.id in ("gravid", "administrator"):  # her own record, and none
            continue
        for key in card.people:
            name = " ".join(lives[key].person.name)
            assert all(name in text for text in (card.nb, card.nn, card.en)), (card.id, name)
