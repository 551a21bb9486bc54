"""Courses as drawings that can also be read aloud."""

import re

from minijinja import Markup

from felles.ui.charts import GAP, WIDTH, Point, cells, longest_step, sparkline

DAY = 86_400_000_000


def places(svg: str) -> list[tuple[float, float]]:
    (path,) = re.findall(r' d="([^"]+)"', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_the_cells_of_a_course_say_value_and_day():
    made = cells([(Markup("9,8 g/dL"), "01.02.2026"), (Markup("&lt;5"), "")])
    assert made == "<td>9,8 g/dL<span>01.02.2026</span></td><td>&lt;5<span></span></td>"


def test_one_value_is_no_course():
    assert sparkline([Point(0, 1.0)], "Hb", "") == ""


def test_it_has_a_title_and_a_description_and_escapes_both():
    svg = sparkline([Point(0, 1.0), Point(DAY, 2.0)], "<Hb>", "Fra 1 & til 2")
    assert "<title>&lt;Hb&gt;</title><desc>Fra 1 &amp; til 2</desc>" in svg
    assert 'role="img"' in svg


def test_time_is_true_and_goes_to_the_right_and_high_is_up():
    (x0, y0), (x1, y1), (x2, y2) = places(sparkline([Point(0, 1), Point(DAY, 3), Point(10 * DAY, 2)], "", ""))
    assert x0 < x1 < x2 <= WIDTH
    assert abs((x2 - x1) / (x1 - x0) - 9) < 0.2
    assert y1 < y2 < y0


def test_the_last_value_is_where_the_line_ends():
    svg = sparkline([Point(0, 1), Point(DAY, 3), Point(2 * DAY, 2)], "", "")
    (dot,) = re.findall(r'class="last" cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert tuple(map(float, dot)) == places(svg)[-1]


def drawn(*days: int) -> str:
    (path,) = re.findall(r' d="([^"]+)"', sparkline([Point(day * DAY, day % 7) for day in days], "", ""))
    return "".join(letter for letter in path if letter in "ML")


def test_a_long_gap_is_not_joined():
    years = GAP // DAY
    assert drawn(0, years, 2 * years) == "MLL"
    assert drawn(0, years, 2 * years + 1) == "MLM"


def test_two_values_are_two_dots_for_a_line_would_look_like_a_trend():
    assert drawn(0, 1) == "MM"
    assert drawn(0, 1, 2) == "MLL"


def test_what_is_measured_often_is_not_joined_over_a_gap_that_is_long_for_it():
    assert drawn(0, 1, 2, 3, 100, 101) == "MLLLML"
    assert drawn(0, 30, 60, 150) == "MLLL"


def test_only_a_last_value_outside_its_range_is_marked():
    inside = sparkline([Point(0, 9), Point(DAY, 4)], "", "", low=3, high=5)
    outside = sparkline([Point(0, 4), Point(DAY, 9)], "", "", low=3, high=5)
    assert "range" in inside
    assert "out" not in inside
    assert "last out" in outside


def test_yearly_controls_stay_a_course_when_a_stay_has_a_value_each_day():
    day = 86_400_000_000
    yearly = [0, 180 * day, 370 * day, 545 * day]
    stay = [700 * day, 701 * day, 702 * day, 703 * day, 704 * day]
    assert longest_step([*yearly, *stay]) >= 190 * day
    assert longest_step([0, day, 2 * day, 3 * day, 400 * day, 401 * day]) < 397 * day  # once, between two stays
    assert longest_step([0, 600 * day, 1200 * day]) < 600 * day
