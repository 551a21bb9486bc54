"""The overview's parts from rows to markup, without a database."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import msgspec
import pytest
import sample

from felles.care.overview import page, present, rules
from felles.care.overview.views import STAFF, decoded
from felles.care.pressure import watch
from felles.care.shapes import Observation
from felles.record.grants import ALL_KINDS
from felles.record.kinds import Kind
from felles.record.read_person import Course
from felles.ui.i18n import language
from felles.ui.render import add_templates

add_templates("overview", "felles.care.overview")


def view(code="nb", base="/p/p1"):
    return present.View(language(code), base, sample.NOW, {7: "Fjordheim sykehus"})


def board(entries, *, kinds=ALL_KINDS, template=STAFF, code="nb"):
    return page.parts(view(code), decoded(sample.rows(entries)), kinds, template, 1)


def text(markup):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


@pytest.fixture(scope="module")
def full():
    return board(sample.record())


def test_the_strip_says_who_it_is_and_what_can_harm(full):
    said = text(full.strip)
    assert "Marit Elise Nordlund" in said
    assert "kvinne , 72 år" in said
    assert said.index("Penicillin") < said.index("Jodholdig kontrast")
    assert "data-grave" in full.strip


def test_the_tab_holds_no_name(full):
    assert full.title == "Oversikt – M.N. 72 år"


def test_a_value_has_its_unit_its_flag_its_date_and_its_course(full):
    (row,) = re.findall(r"<tr><th scope=\"row\"><a[^>]*>Kalium.*?</tr>", full.board, re.DOTALL)
    assert "6,1" in row
    assert "mmol/L" in row
    assert "↑ Høy!" in row
    assert "23.11.2026" in row
    assert "<title>Kalium</title>" in row
    assert re.search(r"<desc>Fra 4,4 mmol/L \(02.06.2026\) til 6,1 mmol/L", row)


def test_the_courses_stand_as_a_table_too(full):
    table = full.board[full.board.index("<details") : full.board.index("</details>")]
    assert "9,8 g/dL" in text(table)
    assert "13,1 g/dL" in text(table)


def test_a_number_is_shown_as_it_was_written_whoever_was_shown_an_equal_one_before():
    def of(written):
        value = msgspec.Raw(written.encode())
        quantity = {"value": value, "unit": "mmol/L"}
        entry = {"resourceType": "Observation", "id": "o", "status": "final", "code": sample.concept("Kalium", "k"),
                 "valueQuantity": quantity}  # fmt: skip
        found = sample.rows({})
        index = next(i for i, want in enumerate(found.wants) if isinstance(want, Course))
        rows = msgspec.json.encode([[1, [[sample.NOW, 7, "", entry]]]])
        parts = tuple(rows if i == index else each for i, each in enumerate(found.found))
        return page.parts(view(), decoded(replace(found, found=parts)), ALL_KINDS, STAFF, 1).board

    for written in ("4.5", "4.50", "4.5", "5", "5.0"):
        assert f"<td>{written.replace('.', ',')} mmol/L<span>" in of(written).replace("&#x2f;", "/")


def test_a_value_in_words_is_escaped_in_the_table_too():
    said = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": sample.concept("Dyrkning", "c"),
        "valueString": "<b>Vekst</b>",
    }
    measured = said | {"id": "p", "valueString": None, "valueQuantity": {"value": 3, "unit": "<i>"}}
    del measured["valueString"]
    made = board({"Observation": [("2026-01-02", said), ("2026-01-01", measured)]})
    assert "<b>Vekst" not in made.board
    assert "<i>" not in made.board
    assert made.board.count("&lt;b&gt;Vekst") == 2


def test_what_is_coming_is_said_with_whoever_owes_it(full):
    said = text(full.board)
    assert "Kontroll ortopedisk poliklinikk" in said
    assert "18.12.2026 kl. 10.30" in said
    assert "Tildelingskontoret Nordvåg" in said


def test_a_paused_medicine_says_so(full):
    assert re.search(r"Apiksaban tabletter 2,5 mg\s+Pauset", text(full.board))


def test_every_kind_of_none_has_its_own_words():
    empty = board({"Patient": [("2020-01-01", sample.PATIENT)]}, kinds=ALL_KINDS & ~(1 << Kind.PROBLEM))
    assert 'data-state="unrecorded"' in empty.strip
    assert "Det betyr ikke at det ikke finnes noe" in text(empty.strip)
    problems = empty.board[empty.board.index('id="problemer"') : empty.board.index('id="legemidler"')]
    assert 'data-state="refused"' in problems
    assert "Rollen din gir ikke tilgang" in text(problems)
    none = {
        "resourceType": "AllergyIntolerance",
        "id": "n",
        "code": sample.concept("x", "716186003"),
        "recordedDate": "2026-11-02",
    }
    asked = board({"Patient": [("2020-01-01", sample.PATIENT)], "AllergyIntolerance": [("2026-01-01", none)]})
    assert 'data-state="none"' in asked.strip
    assert "Ingen kjente allergier (bekreftet 02.11.2026)" in text(asked.strip)


def test_a_list_that_was_cut_says_so_and_another_does_not():
    def problems(many):
        listed = [("2026-01-01", {"resourceType": "Condition", "id": f"c{n}", "code": sample.concept(f"Nr. {n}")})
                  for n in range(many)]  # fmt: skip
        return text(board({"Condition": listed}).board)

    assert "De 60 nyeste er tatt med" in problems(60)
    assert "nyeste er tatt med" not in problems(59)


def test_a_role_that_does_not_reach_allergies_is_told_so_and_not_that_there_are_none():
    closed = board(sample.record(), kinds=ALL_KINDS & ~(1 << Kind.ALLERGY))
    assert "Penicillin" not in closed.strip
    assert 'data-state="refused"' in closed.strip


def test_a_note_stands_for_its_contact_on_the_same_day():
    encounter = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [sample.concept("Årskontroll")],
    }
    note = {"resourceType": "Composition", "id": "c", "status": "final", "title": "Årskontroll"}
    made = present.timeline(
        view(), decoded(sample.rows({"Encounter": [("2026-06-02", encounter)], "Composition": [("2026-06-02", note)]}))
    )
    assert [line["href"] for line in made] == ["/p/p1/e/Composition/c"]
    other = present.timeline(
        view(), decoded(sample.rows({"Encounter": [("2026-06-02", encounter)], "Composition": [("2026-06-03", note)]}))
    )
    assert len(other) == 2


def test_what_the_record_says_is_escaped():
    evil = sample.PATIENT | {"name": [{"family": "<script>x</script>", "given": ["A"]}]}
    problem = {"resourceType": "Condition", "id": "c", "code": sample.concept('"><img src=x onerror=y>')}
    made = board({"Patient": [("2020-01-01", evil)], "Condition": [("2026-01-01", problem)]})
    assert "<script>" not in made.strip
    assert "<img" not in made.board
    assert "&lt;img" in made.board


@pytest.mark.parametrize("code", ["nn", "en"])
def test_it_is_whole_in_every_language(code, full):
    made = board(sample.record(), code=code)
    assert made.board != full.board
    assert "Hemoglobin" in made.board
    assert {"nn": "kvinne", "en": "female"}[code] in made.strip


def told(code, when, **value):
    return when, {"resourceType": "Observation", "id": f"t{code}", "status": "final",
                  "code": sample.concept("x", code, "http://loinc.org"), **value}  # fmt: skip


def with_told(*entries):
    found = dict(sample.record())
    return found | {"Observation": [*found["Observation"], *entries]}


def pregnant(*entries):
    found = [(sample.at(when), msgspec.convert(body, Observation)) for when, body in entries]
    expected = rules.pregnant(found, date(2026, 11, 24).toordinal())
    return expected.due if expected else None


PERIOD = told("8665-2", "2026-05-20", valueDateTime="2026-04-13")
SCAN = told("11778-8", "2026-08-20", valueDateTime="2027-01-18")
OVER = told("82810-3", "2026-10-01", valueCodeableConcept={"coding": [{"code": "LA26683-5"}]})


def test_a_pregnancy_goes_by_its_ultrasound_else_by_the_period_and_ends_when_it_is_said_to():
    assert pregnant(PERIOD) == date(2027, 1, 21)
    assert pregnant(PERIOD, SCAN) == date(2027, 1, 18)
    assert pregnant(PERIOD, SCAN, OVER) is None
    assert pregnant(told("11778-8", "2026-01-01", valueDateTime="2026-11-02")) is None
    assert pregnant(told("11778-8", "2026-01-01", valueDateTime="2026-11-04")) == date(2026, 11, 4)
    assert pregnant(told("11778-8", "2026-01-01", valueDateTime="2028-01-01")) is None


def test_the_strip_says_that_she_is_pregnant_how_far_and_that_she_is_admitted():
    said = text(board(with_told(SCAN)).strip)
    assert "Gravid 32+4, termin 18.01.2027" in said
    assert "Innlagt Ortopedisk sengepost, Fjordheim sykehus siden 20.11.2026" in said
    over = {"status": "finished", "period": {"start": "2026-11-20", "end": "2026-11-23"}}
    stay = sample.record()["Encounter"][0][1] | over
    ended = with_told(SCAN, OVER) | {"Encounter": [("2026-11-20", stay)]}
    said = text(board(ended).strip)
    assert "Gravid" not in said
    assert "Innlagt" not in said


def test_the_blood_pressure_of_a_pregnant_woman_is_flagged_by_the_guideline_and_that_of_others_is_not():
    high = sample.pressure(151, 97, "2026-11-20T08:05:00+01:00")

    def flags(*told):
        found = decoded(sample.rows(dict(sample.record()) | {"Observation": [high, *told]}))
        found.watch = watch(found.told, sample.NOW, (140, 90))
        made = next(each for each in present.results(view(), found) if each["name"] == "Blodtrykk")
        return made["flag"] and made["flag"]["text"]

    assert flags(SCAN) == "↑ Høy"
    assert flags() is flags(SCAN, OVER) is None


def test_what_matters_stands_in_her_own_words_and_is_refused_to_a_role_that_does_not_reach_it():
    wish = told("95541-9", "2026-11-01", valueString="Å bo hjemme")
    limit = told("75773-2", "2026-11-02", valueString="Ikke respirator")
    made = board(with_told(wish, limit)).board
    said = text(made[made.index('id="viktig"') :])
    assert said.index("Å bo hjemme") < said.index("Ikke respirator")
    refused = board(with_told(wish), kinds=ALL_KINDS & ~(1 << Kind.SOCIAL)).board
    assert "Å bo hjemme" not in refused[refused.index('id="viktig"') :].split("</section>")[0]
    assert "Ikke registrert hva som er viktig" in text(board(sample.record()).board)
