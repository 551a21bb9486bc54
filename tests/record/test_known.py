"""Since when an entry counts as known: when it was written, or, with a whole life that is taken in, when it says so."""

from datetime import UTC, datetime

import pytest

from felles.fhir import decode
from felles.record.known import own_time
from felles.record.migrate import FOLDER
from felles.record.want_news import INDEX


def micros(*when):
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1_000_000)


LOADED = micros(2026, 11, 24, 12)


@pytest.mark.parametrize(
    ("more", "low", "expected"),
    [
        # The latest of what it says of itself, but nothing ahead: when it was written, begun, ended.
        ('"authoredOn":"2026-11-20T10:00:00+01:00"', None, micros(2026, 11, 20, 9)),
        ('"status":"stopped","authoredOn":"2026-01-02","dispenseRequest":{"validityPeriod":{"end":"2026-11-23"}}', None,
         micros(2026, 11, 22, 23)),
        ('"status":"active","authoredOn":"2026-01-02","dispenseRequest":{"validityPeriod":{"end":"2026-11-23"}}', None,
         micros(2026, 1, 1, 23)),
        ('"authoredOn":"2027-01-02"', micros(2026, 3, 1), micros(2026, 3, 1)),
        ('"status":"active"', None, LOADED),
        ('"authoredOn":"2026"', None, micros(2025, 12, 31, 23)),
    ],
)  # fmt: skip
def test_an_order_that_is_loaded_is_known_since_it_says_so(more, low, expected):
    status = "" if '"status"' in more else '"status":"active",'
    body = f'{{"resourceType":"MedicationRequest","intent":"order",{status}{more},"subject":{{"reference":"Patient/x"}}'
    order = decode((body + ',"medicationCodeableConcept":{"text":"A"}}').encode())
    assert own_time(order, low, LOADED) == expected


def test_an_appointment_ahead_is_known_since_it_was_made_and_not_since_it_takes_place():
    body = """{"resourceType":"Appointment","status":"booked","start":"2026-11-20T10:00:00Z",%s
              "participant":[{"status":"accepted"}]}"""
    made, unsaid = (decode((body % more).encode()) for more in ('"created":"2026-11-02",', ""))
    assert own_time(made, micros(2026, 11, 20, 10), LOADED) == micros(2026, 11, 1, 23)
    assert own_time(unsaid, micros(2026, 11, 20, 10), LOADED) == LOADED


def test_the_migration_makes_the_index_word_for_word():
    assert INDEX in (FOLDER / "0020_known.sql").read_text()
