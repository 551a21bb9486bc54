"""Courses of values: which belong together, their days, their drawing and what was done about them; no database."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
import sample
from sample import NOW, at, observation, pressure

from felles.care.courses import page, present, rules
from felles.care.courses.shapes import Note, Report, Result, Taken, Task
from felles.care.courses.views import Record
from felles.care.overview.present import View
from felles.care.overview.views import Read
from felles.care.pressure import watch
from felles.care.shapes import Encounter, Observation, Patient
from felles.ui.i18n import language
from felles.ui.series import Bar, Dot, Frame, bars, panel, range_bar

DAY = 86_400_000_000


def read(shape, when, entry, author="Practitioner/g"):
    return Read(at(when), 7, author, json_to(shape, entry))


def json_to(shape, entry):
    import msgspec

    return msgspec.json.decode(json.dumps(entry), type=shape)


def values(*made, **more):
    return [read(Result, when, entry | more) for when, entry in made]


def creatinine(value, when, **more):
    return observation("Kreatinin", "14682-9", value, "umol/L", when, low=45, high=90, **more)


KIDNEYS = values(
    creatinine(128, "2026-11-20T08:00:00+01:00"),
    creatinine(90, "2026-05-20T08:00:00+02:00"),
    creatinine(82, "2025-11-21T08:00:00+01:00"),
    creatinine(70, "2024-01-10T08:00:00+01:00"),
)
PRESSURES = values(pressure(150, 92, "2026-11-20T08:05:00+01:00"), pressure(140, 84, "2026-06-01T08:00:00+02:00"))


def view(code="nb"):
    return View(language(code), "/p/p1", NOW, {7: "Fjordheim sykehus"})


def record(reads, *, notes=(), tasks=(), reports=(), medicines=(), contacts=()):
    return Record(Patient(), list(reads), list(reports), [], [], list(tasks), list(notes), list(medicines),
                  list(contacts), [], cut=False)  # fmt: skip


def test_readings_of_one_code_are_one_test_each_once_and_the_newest_first():
    (first, second) = rules.tests([*KIDNEYS, *KIDNEYS, *PRESSURES])
    assert [first.name, second.name] == ["Blodtrykk", "Kreatinin"]
    assert [reading.number for reading in second.readings] == [128, 90, 82, 70]
    assert (second.group, first.group) == ("nyrer", "vitale")


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_what_is_no_value_or_not_yet_is_no_reading(status):
    assert rules.tests(values(creatinine(1, "2026-01-01T08:00:00Z"), status=status)) == []


def test_how_somebody_lives_is_no_test():
    social = values(observation("Bosituasjon", "x", 1, "", "2026-01-01T08:00:00Z", category="social-history"))
    assert rules.tests(social) == []


def test_another_unit_is_not_drawn_on_the_same_scale():
    other = values(observation("Kreatinin", "14682-9", 1.4, "mg/dL", "2026-01-01T08:00:00Z"))
    (test,) = rules.tests([*KIDNEYS, *other])
    assert len(test.readings) == 5
    assert Decimal("1.4") not in [reading.number for reading in test.drawn()]


def test_columns_are_days_and_go_back_page_by_page():
    many = values(*(creatinine(80, f"2026-{month:02}-15T08:00:00Z") for month in range(1, 12)))
    found = rules.tests(many)
    shown, older, newer = rules.days(found, None, None)
    assert shown[0] == date(2026, 11, 15)
    assert len(shown) == rules.COLUMNS
    assert newer is None
    again, last, back = rules.days(found, older, None)
    assert again[0] < shown[-1]
    assert last is None
    assert back == shown[0]
    assert rules.days(found, None, date(2026, 10, 1))[0] == [date(2026, 11, 15), date(2026, 10, 15)]


def test_an_address_of_a_code_leads_back_to_it_and_nothing_else_does():
    for code in (5, -5, 1 << 62, -(1 << 63)):
        assert rules.code_of(rules.address_of(code)) == code
    for wrong in ("", "14682-9", "g" * 16, "0" * 15, "A" * 16):
        assert rules.code_of(wrong) is None


def test_the_value_now_stands_beside_that_of_about_a_year_ago():
    (test,) = rules.tests(KIDNEYS)
    said = present.year(view(), test)
    assert said is not None
    assert said["before"] == "82 µmol/L" or said["before"] == "82 umol/L"
    assert said["between"] == "82–128"
    (recent,) = rules.tests(KIDNEYS[:2])
    assert present.year(view(), recent) is not None  # half a year is the nearest there is
    (one,) = rules.tests(KIDNEYS[:1])
    assert present.year(view(), one) is None


def test_what_was_measured_at_home_is_told_apart():
    home = values(pressure(130, 80, "2026-11-21T07:00:00+01:00"), performer=[{"reference": "Patient/p1"}])
    (test,) = rules.tests([*PRESSURES, *home])
    assert [reading.home for reading in test.readings] == [True, False, False]
    drawn = str(present.drawing(view(), test))
    assert drawn.count('<rect class="in"') == 2  # both pressures
    assert present.line(view(), test.last)["place"] == "Hjemme"


def acted(**more):
    (test,) = rules.tests(values(creatinine(128, "2026-11-20T08:00:00+01:00"), encounter={"reference": "Encounter/e"}))
    given = {"reports": [], "tasks": [], "notes": [], "taken": []} | more
    return test, rules.acts(test.last, given["reports"], given["tasks"], given["notes"], given["taken"])


def test_nobody_acted_where_the_record_holds_nothing():
    assert not acted()[1].any()


def test_what_was_done_about_a_value_is_found_and_what_was_not_is_left_out():
    item = "Observation/" + acted()[0].last.entry.id
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "result": [{"reference": item}],
              "conclusion": "Nyrene tåler mindre."}  # fmt: skip
    other = report | {"id": "r2", "result": [{"reference": "Observation/another"}]}
    looked = {"resourceType": "Task", "id": "t", "status": "completed", "focus": {"reference": "DiagnosticReport/r"},
              "code": {"coding": [{"code": "looked"}]}}  # fmt: skip
    note = {"resourceType": "Composition", "id": "n", "status": "final", "title": "Kontroll",
            "encounter": {"reference": "Encounter/e"}}  # fmt: skip
    medicine = sample.medicine("m", "Ramipril", "1", "2026-11-21")
    old = sample.medicine("m2", "Paracet", "1", "2026-01-21")
    stopped = sample.medicine("m3", "Ibux", "1", "2020-01-21", "stopped") | {
        "dispenseRequest": {"validityPeriod": {"end": "2026-11-20"}}
    }
    when = "2026-11-20T09:00:00+01:00"
    _, found = acted(
        reports=[read(Report, when, report), read(Report, when, other)],
        tasks=[read(Task, when, looked), read(Task, when, looked | {"focus": {"reference": "Observation/another"}})],
        notes=[
            read(Note, when, note),
            read(Note, when, note | {"encounter": {"reference": "Encounter/other"}}),
            read(Note, "2026-11-18T09:00:00+01:00", note),
        ],
        taken=[read(Taken, when, each) for each in (medicine, old, stopped)],
    )
    said = [line["text"] for line in present.done(view(), found)]
    assert said == ["Nyrene tåler mindre.", "Sett av lege, vist til pasienten", "Kontroll", "Ibux sluttet",
                    "Ramipril startet"]  # fmt: skip


@pytest.mark.parametrize(("status", "said"), [("preliminary", "ikke signert, Eva Fos"), ("final", "Eva Fos")])
def test_a_note_beside_a_value_says_that_nobody_has_signed_it(status, said):
    note = {"resourceType": "Composition", "id": "n", "status": status, "title": "Kontroll",
            "encounter": {"reference": "Encounter/e"}, "author": [{"display": "Eva Fos"}]}  # fmt: skip
    _, found = acted(notes=[read(Note, "2026-11-20T09:00:00+01:00", note)])
    assert [line["more"] for line in present.done(view(), found)] == [said]


def test_the_table_says_value_unit_range_flag_and_day():
    made = page.table(view(), record([*KIDNEYS, *PRESSURES]), page.asked({}, []))
    assert [group["text"] for group in made["groups"]] == ["Vitale målinger", "Nyrer og salter"]
    row = made["groups"][1]["rows"][0]
    assert (row["value"], row["usual"], row["flag"]["text"], row["when"]) == ("128", "45–90", "↑ Høy", "20.11.2026")
    assert [cell["text"] for cell in row["cells"]][:2] == ["128", ""]
    assert row["href"].startswith("/p/p1/prover/")
    assert "14682" not in row["href"]


EXPECTING = "2026-08-20", {"resourceType": "Observation", "id": "due", "status": "final",
                           "code": sample.concept("Termin", "11778-8"), "valueDateTime": "2027-01-18"}  # fmt: skip
OVER = "2026-11-01", {"resourceType": "Observation", "id": "over", "status": "final",
                      "code": sample.concept("Gravid", "82810-3"),
                      "valueCodeableConcept": {"coding": [{"code": "LA26683-5"}]}}  # fmt: skip


def pressed(upper, lower, *told, when="2026-11-20T08:05:00+01:00", bound=(140, 90), **more):
    """(the flag, what is usual) of a blood pressure, by what is told of a pregnancy."""
    rule = watch([read(Observation, at_, entry) for at_, entry in told], NOW, bound)
    ((test,), seen) = rules.watched(values(pressure(upper, lower, when), **more), rule), view()
    flag = present.flag(seen, test.last.mark)
    return flag and flag["text"], present.usual(seen, test.last)


def test_a_pregnant_womans_blood_pressure_is_high_by_the_guideline_and_nobody_elses_is():
    assert pressed(151, 97, EXPECTING) == ("↑ Høy", "under 140/90")
    assert pressed(140, 80, EXPECTING) == pressed(120, 90, EXPECTING) == ("↑ Høy", "under 140/90")
    assert pressed(139, 89, EXPECTING) == (None, "under 140/90")
    assert pressed(139, 89, EXPECTING, bound=(135, 85)) == ("↑ Høy", "under 135/85"), "a site's to set"
    assert pressed(151, 97) == (None, ""), "of others there is no rule"
    assert pressed(151, 97, EXPECTING, OVER) == (None, ""), "she is pregnant no more"
    assert pressed(151, 97, EXPECTING, when="2026-01-20T08:05:00+01:00") == (None, ""), "before it began"
    normal = [{"coding": [{"code": "N"}]}]
    assert pressed(151, 97, EXPECTING, interpretation=normal)[0] is None, "somebody said that it is as usual"
    low = [{"coding": [{"code": "L"}]}]
    assert pressed(151, 97, EXPECTING, interpretation=low)[0] == "↓ Lav", "what was said goes first"


def test_a_group_and_a_period_narrow_the_table():
    made = page.table(view(), record([*KIDNEYS, *PRESSURES]), page.asked({"gruppe": "vitale", "aar": "1"}, []))
    assert [row["name"] for group in made["groups"] for row in group["rows"]] == ["Blodtrykk"]
    assert page.asked({"gruppe": "x", "aar": "99", "til": "i dag"}, ["x"]) == page.Asked()
    nothing = page.table(view(), record(KIDNEYS), page.asked({"gruppe": "blod"}, []))
    assert nothing["groups"] == []
    assert nothing["any"]


def test_courses_stand_beside_each_other_on_one_axis_with_medicines_and_contacts():
    contact = {"id": "e", "status": "finished", "class": {"code": "AMB"}, "reasonCode": [{"text": "Kontroll"}]}
    given = record(
        [*KIDNEYS, *PRESSURES],
        medicines=[read(Taken, "2026-06-01T00:00:00Z", sample.medicine("m", "Ramipril", "1", "2026-06-01"))],
        contacts=[read(Encounter, "2026-06-01T08:00:00Z", contact)],
    )
    made = page.beside(view(), given, page.asked({"vis": "forlop"}, []), child=False)
    assert [panel["name"] for panel in made["panels"]] == ["Blodtrykk", "Kreatinin"]
    assert "Ramipril" in str(made["medicines"])
    assert "Kontroll" in str(made["contacts"])
    axes = [re.findall(r'class="tick" x="([\d.]+)" y="183"', str(panel["drawing"])) for panel in made["panels"]]
    assert axes[0] == axes[1] != []
    code = made["choices"][1]["key"]
    chosen = page.beside(view(), given, page.asked({"vis": "forlop"}, [code]), child=False)
    assert [panel["name"] for panel in chosen["panels"]] == ["Kreatinin"]


def test_a_large_drawing_has_true_time_its_unit_its_band_and_its_last_value():
    dots = [Dot(0, 10.0, "10 <mg>"), Dot(DAY, 12.0, "b"), Dot(10 * DAY, 30.0, "c", out=True)]
    drawn = str(panel(language("nb"), Frame(0, 10 * DAY), [dots], "CRP (mg/L)", "d", (None, 20.0)))
    assert "<title>CRP (mg/L)</title><desc>d</desc>" in drawn
    assert "10 &lt;mg&gt;" in drawn
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', drawn)]
    assert abs((places[2] - places[1]) / (places[1] - places[0]) - 9) < 0.2
    assert 'class="range"' in drawn
    assert '<text class="last"' in drawn
    assert drawn.count('class="out"') == 1
    assert panel(language("nb"), Frame(0, 1), [[]], "", "") == ""


def test_bars_and_events_are_told_apart():
    drawn = str(bars(language("nb"), Frame(0, 100 * DAY), [Bar(0, 50 * DAY, "A"), Bar(9, 9, "B")], "t", "d"))
    assert drawn.count('class="bar"') == 1
    assert drawn.count('class="event"') == 1
    assert bars(language("nb"), Frame(0, 1), [], "t", "d") == ""


def test_a_range_bar_shows_the_value_beside_what_is_usual():
    def here(value, low=45.0, high=90.0):
        drawn = str(range_bar(value, low, high, ("t", "u", "v", "o")))
        (usual,) = re.findall(r'class="usual" x="([\d.]+)" y="14" width="([\d.]+)"', drawn)
        (mark,) = re.findall(r'class="here" d="M([\d.]+)', drawn)
        return float(usual[0]), float(usual[0]) + float(usual[1]), float(mark)

    low, high, mark = here(60)
    assert low < mark < high
    assert here(300)[2] > here(300)[1]
    assert here(10)[2] < here(10)[0]
    assert range_bar(1, None, None, ("", "", "", "")) == ""


def test_the_whole_course_pages_its_values():
    many = values(
        *(creatinine(80, f"20{year}-{month:02}-15T08:00:00Z") for year in range(20, 26) for month in range(1, 13))
    )
    first, second = page.one(view(), record(many), 0), page.one(view(), record(many), 1)
    assert first is not None
    assert second is not None
    assert first["shown"] == "Viser 1–50 av 72"
    assert (len(second["lines"]), second["next"], second["previous"]) == (22, "", "?side=0")
    assert page.one(view(), record([]), 0) is None
