"""What a printed record holds, without a press: its letters, its bounds, its words."""

import json

import pytest

from felles.care.download import health, letters, story
from felles.care.download.blocks import Section
from felles.care.download.gather import Portion, Whole, add
from felles.care.download.sheet import Asked, document

NOW = 1_795_000_000_000_000
DAY = 86_400_000_000


def row(type_name, number=0, *, at=NOW - DAY, kind=2, **elements):
    body = {"resourceType": type_name, "id": f"x{number}", **elements}
    return (type_name, body["id"], at, kind, 7, "Practitioner/a", json.dumps(body))


def whole(*rows):
    made = Whole()
    add(made, Portion(list(rows), {"Practitioner/a": "Anna Lege"}, {7: "Legekontoret"}))
    return made


def told(made, code="nb"):
    return document(Asked(code, "Kari", "", NOW, NOW), made, [])


def said(section):
    return json.dumps(section["blocks"], ensure_ascii=False)


def part(made, title, code="nb"):
    return said(next(each for each in told(made, code)["sections"] if each["title"] == title))


@pytest.mark.parametrize(
    ("diagnostic", "found"),
    [
        ('the text `"\\u{0}"` could not be displayed with font `"x"`', {"\0"}),
        ('the text `"漢"` could not be displayed\nthe text `"\\"\\\\"` could not be displayed', {"漢", '"\\'}),
        ("something else", set()),
    ],
)
def test_letters_without_a_font_are_read_from_what_the_typesetter_says(diagnostic, found):
    assert letters.missing(diagnostic) == found


def test_letters_are_composed_and_what_shows_nothing_is_left_out():
    assert letters.plain("e\u0301\t\u200bx\r\ny") == "é x\ny"
    assert letters.odd({"a": ["æøå é", "\x07漢", "č"]}) == {"\x07", "漢"}
    assert letters.without({"a": ["x漢y", "n\u0323\u0301"]}, {"漢", "n\u0323\u0301"}) == {"a": ["x\ufffdy", "\ufffd"]}


@pytest.mark.parametrize("counts", [[], [3], [health.VALUES], [5, health.VALUES * 3, 9], [2] * health.VALUES])
def test_values_are_printed_whole_while_there_is_room_and_the_newest_of_each_beyond_it(counts):
    most = health.newest(counts)
    if sum(counts) <= health.VALUES:
        assert most >= max(counts, default=0)
    elif len(counts) <= health.VALUES:
        assert 0 < sum(min(many, most) for many in counts) <= max(health.VALUES, len(counts))


def test_what_was_never_so_is_not_printed_but_counted():
    made = whole(
        row("Condition", 1, code={"text": "Astma"}, onsetDateTime="2001-05-03"),
        row("Condition", 2, code={"text": "Gikt"}, verificationStatus={"coding": [{"code": "refuted"}]}),
        row("Condition", 3, code={"text": "Kolikk"}, clinicalStatus={"coding": [{"code": "resolved"}]}),
        row("Composition", 4, status="entered-in-error", title="Feil person"),
        row("Claim", 5, status="active"),
    )
    problems = part(made, "Helseproblemer")
    assert "Astma" in problems and "siden 03.05.2001" in problems  # noqa: PT018 - one line of it
    assert problems.index("Tidligere") < problems.index("Kolikk")
    assert "Gikt" not in json.dumps(told(made), ensure_ascii=False)
    assert "Feil person" not in json.dumps(told(made), ensure_ascii=False)
    assert '["Regningskrav", "1"], ["Ført ved en feil", "1"]' in part(made, "Annet i journalen")


def test_results_have_their_day_what_is_usual_and_who_measured():
    made = whole(
        row("Observation", 1, kind=3, status="final", code={"text": "Kalium"}, effectiveDateTime="2026-11-11",
            valueQuantity={"value": 5.9, "unit": "mmol/L"},
            referenceRange=[{"low": {"value": 3.5}, "high": {"value": 5.0}}]),
        row("Observation", 2, status="final", code={"text": "Røyker"}, valueCodeableConcept={"text": "Aldri"},
            category=[{"coding": [{"code": "social-history"}]}]),
    )  # fmt: skip
    assert '"5,9 mmol/L", "3,5–5,0", "↑ Høy", "Legekontoret"' in part(made, "Prøvesvar og målinger")
    assert "Aldri" in part(made, "Fortalt og spurt om")
    assert "↑ High" in part(made, "Test results and measurements", "en")


def test_the_journal_is_the_newest_first_and_says_where_it_stops(monkeypatch):
    def note(number):
        text = {"div": f"<div><p>Tekst nummer {number}</p></div>"}
        return row("Composition", number, at=NOW - number * DAY, status="final", title=f"Notat {number}",
                   section=[{"title": "Funn", "text": text}])  # fmt: skip

    made = whole(note(3), note(1), note(2), note(-1))
    journal = part(made, "Alt som er skrevet i journalen")
    assert journal.index("Tekst nummer 1") < journal.index("Tekst nummer 2") < journal.index("Tekst nummer 3")
    assert "Tekst nummer -1" not in journal  # ahead of now
    assert '[true, "Funn"]' in journal
    monkeypatch.setattr(story, "LETTERS", 60)
    journal = part(made, "Alt som er skrevet i journalen")
    assert "Tekst nummer 2" in journal
    assert "Tekst nummer 3" not in journal
    assert ": 1 oppføringer" in journal


def test_a_column_that_nothing_fills_is_left_out():
    section = Section("x")
    section.table(["Dato", "Lot", "Hva"], [["1", "", "a"], ["2", "", ""]])
    section.table(["Dato"], [])
    table = {"k": "table", "head": ["Dato", "Hva"], "wide": [False, False], "rows": [["1", "a"], ["2", ""]]}
    assert section.told()["blocks"] == [table]
