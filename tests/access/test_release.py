"""Which results wait, and until when."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from felles import fhir
from felles.access.codes import RELEASE
from felles.access.release import Release, Waits, class_of, release_at, results_of
from felles.access.workdays import easter, is_workday, workday_after
from felles.record.clock import FOREVER

OSLO = ZoneInfo("Europe/Oslo")


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=OSLO).timestamp()) * 1_000_000


def result(system="http://loinc.org", code="718-7", **more):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/p"},
        **more,
    }
    return fhir.decode(msgspec.json.encode(resource))


def asked(code):
    return [{"url": RELEASE, "valueCode": code}]


def category(system, code):
    return [{"coding": [{"system": system, "code": code}]}]


V2 = "http://terminology.hl7.org/CodeSystem/v2-0074"


def test_routine_results_come_at_once():
    assert class_of(result()) is Release.AT_ONCE
    assert class_of(result(resourceType="DiagnosticReport", category=category(V2, "HM"))) is Release.AT_ONCE


@pytest.mark.parametrize(
    ("found", "release"),
    [
        (result(code="2857-1"), Release.SEEN),
        (result(code="56888-1"), Release.TALK),
        (result(system="urn:oid:2.16.578.1.12.4.1.1.7280", code="NPU19649"), Release.TALK),
        (result(resourceType="DiagnosticReport", category=category(V2, "RAD")), Release.SEEN),
        (result(resourceType="DiagnosticReport", category=category(V2, "GE")), Release.TALK),
        (result(code="2857-1", category=category(V2, "SP")), Release.TALK),
    ],
)
def test_codes_and_categories_decide_and_the_strictest_wins(found, release):
    assert class_of(found) is release


def test_who_orders_can_make_it_stricter_and_not_freer():
    assert class_of(result(extension=asked("never"))) is Release.NEVER
    assert class_of(result(extension=asked("seen"))) is Release.SEEN
    assert class_of(result(code="56888-1", extension=asked("at-once"))) is Release.TALK
    assert class_of(result(extension=asked("sometime"))) is Release.AT_ONCE


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error", "unknown"])
def test_where_there_is_no_answer_nothing_waits(status):
    assert class_of(result(code="56888-1", status=status)) is Release.AT_ONCE


def test_other_types_come_at_once():
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/p"}, "extension": asked("never")}
    assert class_of(fhir.decode(msgspec.json.encode(condition))) is Release.AT_ONCE


def test_a_report_names_its_results():
    report = result(resourceType="DiagnosticReport", result=[{"reference": "Observation/a"}, {"display": "b"}])
    assert results_of(report) == ["Observation/a"]
    assert results_of(result()) == []


def test_the_latest_moment_is_eight_oclock_on_the_fifth_working_day():
    wednesday = at("2026-11-25T14:00:00")
    assert release_at(Release.SEEN, wednesday) == at("2026-12-02T08:00:00")
    assert release_at(Release.SEEN, wednesday, Waits(seen=1)) == at("2026-11-26T08:00:00")


def test_weekends_and_holidays_are_no_working_days():
    assert release_at(Release.SEEN, at("2026-12-23T09:00:00")) == at("2026-12-31T08:00:00")
    assert release_at(Release.SEEN, at("2026-03-31T09:00:00"), Waits(seen=2)) == at("2026-04-07T08:00:00")


def test_what_waits_for_a_talk_or_comes_never_has_no_end_of_its_own():
    assert release_at(Release.TALK, 0) == release_at(Release.NEVER, 0) == FOREVER
    assert release_at(Release.TALK, at("2026-11-25T14:00:00"), Waits(talk=1)) == at("2026-11-26T08:00:00")
    assert release_at(Release.AT_ONCE, 17) == 17


@pytest.mark.parametrize(
    ("year", "sunday"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_easter(year, sunday):
    assert easter(year) == date(year, *sunday)


@pytest.mark.parametrize(
    "day", ["2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25",
            "2027-05-17", "2026-12-25", "2026-11-28"]
)  # fmt: skip
def test_days_off(day):
    assert not is_workday(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-04-01", "2026-04-07", "2026-05-15", "2026-05-18", "2026-12-24"])
def test_days_on(day):
    assert is_workday(date.fromisoformat(day))


def test_a_result_of_late_evening_counts_from_its_norwegian_day():
    late = int(datetime.fromisoformat("2026-11-25T23:30:00+00:00").timestamp()) * 1_000_000
    assert workday_after(late, 1) == at("2026-11-27T08:00:00")
