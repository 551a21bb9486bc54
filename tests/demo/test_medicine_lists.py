"""The made-up lists of medicines read like real ones: courses end, sources differ where they are meant to."""

import json
from datetime import timedelta

import msgspec

from felles.care.medicines import rules
from felles.care.medicines.lines import lines
from felles.care.medicines.rules import Odd, Source, Use
from felles.care.medicines.shapes import Entry
from felles.demo.people import OLD_MAN


def lines_of(life):
    entries = [(made, author) for author, made in life.entries if made["resourceType"].startswith("Medication")]
    decoded = [(msgspec.json.decode(json.dumps(made), type=Entry), author) for made, author in entries]
    return lines((1, hash(author), entry) for entry, author in decoded)


def test_nobody_takes_two_medicines_that_do_the_same_to_the_pressure(made):
    for life in made.lives:
        groups = [line.substance[:4] for line in rules.standing(lines_of(life), life.today)]
        assert not ("C09A" in groups and "C09C" in groups), life.person.key


def test_a_course_has_a_last_day_and_is_over_after_it(made):
    courses = 0
    for life in made.lives:
        for line in lines_of(life):
            if line.source is Source.ORDERED and line.use is Use.COURSE:
                assert line.start is not None
                assert line.until is not None
                assert line.start < line.until <= line.start + timedelta(days=60)
                courses += 1
    assert courses > 20


def test_every_medicine_says_what_it_is_for_and_what_ended_in_a_ward_says_why(made):
    for life in made.lives:
        for _, entry in life.entries:
            if entry["resourceType"] == "MedicationRequest":
                assert entry["reasonCode"][0]["text"]
                if entry["status"] == "stopped":
                    assert entry["statusReason"]["text"]


def test_the_sources_of_the_old_man_differ_as_sources_do(made):
    (olav,) = [life for life in made.lives if life.person.key == OLD_MAN]
    found = {each.odd: each for each in rules.discrepancies(lines_of(olav), olav.today)}
    assert set(found) == {Odd.DOSE, Odd.NOT_ORDERED}
    assert [side.name for side in found[Odd.DOSE].sides] == ["Ramipril kapsler 5 mg", "Ramipril kapsler 2,5 mg"]
    assert [side.source for side in found[Odd.NOT_ORDERED].sides] == [Source.TOLD]
    handed = {line.source for line in lines_of(olav)} & {Source.DISPENSED, Source.GIVEN}
    assert handed == {Source.DISPENSED, Source.GIVEN}
