"""What parts say of what was read, without a database: the day's appointments at any time of any day."""

from dataclasses import replace

import msgspec

from felles.care.start import days
from felles.care.start.board import Line
from felles.care.start.parts import booked, expecting, free, here, returned
from felles.care.start.parts import told as told_
from felles.record.read_lists import Listed
from felles.record.read_slots import Free
from felles.settings import Pressure
from felles.ui import dates
from felles.ui.i18n import language

NB = language("nb")
PATIENT = msgspec.json.encode({"name": [{"family": "Nes", "given": ["Kari"]}], "gender": "female"}).decode()


def moment(text):
    at = dates.moment(text)
    assert at is not None
    return at


def line(start, status="booked", end=None):
    at = moment(start)
    made = {"id": "a", "status": status, "description": "Kontroll", "start": start, "end": end or start}
    return Listed("p1", at, f"a{at}", "10:x", PATIENT, msgspec.json.encode([[at, 0, "", made]]), ())


def shown(now, *lines, more=None):
    return booked.shown(NB, list(lines), moment(now), more, None)


def test_today_stands_alone_until_it_is_over():
    today, monday = line("2026-11-27T10:20:00+01:00"), line("2026-11-30T08:00:00+01:00")
    early = shown("2026-11-27T07:00:00+01:00", today, monday)
    assert [each.time for each in early.lines] == ["10.20"]
    assert early.said == ""
    late = shown("2026-11-27T18:00:00+01:00", today, monday)
    assert [each.time for each in late.lines] == ["10.20"]
    assert late.said == "Dagens timer er over. Neste: mandag 30.11.2026 kl. 08.00."


def test_a_weekend_says_what_is_next_and_when():
    saturday = "2026-11-28T02:00:00+01:00"
    first, second = line("2026-11-30T08:00:00+01:00"), line("2026-12-01T09:00:00+01:00")
    said = shown(saturday, first, second)
    assert said.said == "Ingen i dag. Neste: mandag 30.11.2026 kl. 08.00."
    assert [each.time for each in said.lines] == ["08.00"], "the first day that has any"
    assert shown(saturday).none == "Ingen timer de neste to ukene."
    assert not shown(saturday).lines


def test_a_list_goes_on_only_where_its_last_line_is_shown():
    today, tomorrow = line("2026-11-27T10:20:00+01:00"), line("2026-11-28T08:00:00+01:00")
    place = (tomorrow.at, tomorrow.item)
    assert shown("2026-11-27T07:00:00+01:00", today, tomorrow, more=place).more is None
    assert shown("2026-11-28T07:00:00+01:00", tomorrow, more=place).more == place


def test_at_the_health_station_a_child_has_a_vaccine_due_and_a_parent_what_the_visit_is_about():
    def told(born):
        patient = msgspec.json.decode(PATIENT) | {"birthDate": born}
        found = replace(line("2026-11-27T10:20:00+01:00"), body=msgspec.json.encode(patient).decode(), found=(b"[]",))
        made = booked.shown(NB, [found], moment("2026-11-27T07:00:00+01:00"), None, told_.at_the_station).lines[0]
        return made.fact, made.to, made.state

    assert told("1995-07-09") == ("Kontroll", "/p/p1", "")
    fact, to, state = told("2025-08-22")
    assert "Meslinger" in fact
    assert (to, state) == ("/p/p1/vaksiner", "Står for tur")


def test_days_are_norwegian_also_where_the_clock_is_turned():
    before = moment("2026-10-24T23:30:00+02:00")
    assert days.begins(before, 1) == moment("2026-10-25T00:00:00+02:00")
    assert days.begins(before, 2) == moment("2026-10-26T00:00:00+01:00")
    assert days.day(NB, moment("2026-10-25T23:00:00+01:00"), before) == "i morgen"
    assert days.written(NB, "2026-10-23T11:00:00+02:00", 0, before) == "i går"
    assert days.iso(moment("2026-11-22T00:30:00+01:00")) == "2026-11-22"


def test_what_can_harm_stands_on_the_line_of_who_came_and_who_waits_is_marked():
    at = moment("2026-11-27T06:50:00+01:00")
    entry = {"id": "e", "status": "arrived", "class": {"code": "AMB"}, "reasonCode": [{"text": "Feber"}]}
    allergy = {"code": {"text": "Penicilliner"}, "criticality": "high"}
    found = (msgspec.json.encode([[at, 0, "", allergy]]), b"[]")
    came = Listed("p1", at, "e", "34:x", PATIENT, msgspec.json.encode([[at, 0, "", entry]]), found)
    made = here.line(NB, came, at + 1)
    assert (made.fact, made.detail, made.state, made.pressing) == ("Penicilliner", "Feber", "Venter", True)
    nothing = Listed("p1", at, "e", "34:x", PATIENT, came.entries, (b"[]", b"[]"))
    assert here.line(NB, nothing, at + 1).fact == "Ingen kritisk informasjon"


def test_what_answers_the_gp_stands_first_then_the_oldest():
    def came(name, kind, *days, **said):
        rows = [[moment(f"2026-11-{day}T08:00:00+01:00"), 0, "", {"resourceType": kind} | said] for day in days]
        return Listed(name, 0, "e", "10:x", PATIENT, msgspec.json.encode(rows), ())

    letter = {"type": {"coding": [{"code": "18842-5"}]}}
    some = [
        came("note", "Composition", "20"),
        came("new", "DiagnosticReport", "26", "22"),
        came("old", "DiagnosticReport", "25", "21"),
        came("letter", "Composition", "26", **letter),
    ]
    assert [each.id for each in sorted(some, key=returned.order)] == ["letter", "old", "new", "note"]


def test_free_times_lead_to_their_day_in_the_book():
    now = moment("2026-11-26T19:00:00+01:00")
    times = [
        Free(moment("2026-11-27T15:20:00+01:00"), "Kari", "a"),
        Free(moment("2026-11-30T15:20:00+01:00"), "Kari", "b"),
    ]
    (made,) = free.lines(NB, times, now)
    assert (made.name, made.time, made.fact, made.to) == ("Kari", "i morgen", "15.20", "/timebok?dag=2026-11-27")


def test_a_pressure_on_a_list_is_high_from_what_the_site_has_set():
    def told(upper, lower, bound):
        parts = (("8480-6", upper), ("8462-4", lower))
        component = [
            {"code": {"coding": [{"system": "http://loinc.org", "code": code}]},
             "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]", "system": "http://unitsofmeasure.org"}}
            for code, value in parts
        ]  # fmt: skip
        entry = {"resourceType": "Observation", "id": "o", "status": "final", "component": component,
                 "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}}  # fmt: skip
        made, now = Line("Kari"), moment("2026-11-27T10:00:00+01:00")
        expecting.tell_pressure(NB, msgspec.json.encode([[now, 0, "", entry]]), now, made, bound)
        assert f"{upper}/{lower}" in made.fact
        return made.state, made.pressing

    assert told(139, 89, Pressure(140, 90)) == ("", False)
    assert told(139, 90, Pressure(140, 90)) == told(140, 60, Pressure(140, 90)) == ("Høyt", True)
    assert told(136, 60, Pressure(135, 85)) == ("Høyt", True), "not of a constant"
