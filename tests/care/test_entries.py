"""Any resource as a page that a person can read, and nothing that it brings along can act."""

import gzip
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from felles.care.entries.narrative import clean
from felles.care.entries.present import entry_page, heading
from felles.care.entries.tree import Reader
from felles.care.entries.views import Entry
from felles.care.shapes import Patient
from felles.record.codes import HANDOVER_SYSTEM
from felles.ui.i18n import language
from felles.ui.render import add_templates, render

add_templates("entries", "felles.care.entries")
add_templates("doors", "felles.care.doors")
NB = language("nb")


def entry(resource):
    return Entry(resource, 7, "Practitioner/l", "own", Patient(), [], [])


def shown(resource, names=None):
    return entry_page(NB, "/p/p1", entry(resource), {7: "Sykehuset", "Practitioner/l": "Kari Lege", **(names or {})})


def read(value):
    """A value as one line, its type being known."""
    node = Reader(NB, "/p/p1", {"Organization/o": "Sykehuset"}).value(value)
    assert node is not None
    return node


def line(nodes, label):
    return next(node for node in nodes if node.label == label)


def test_a_result_leads_with_what_it_is_and_its_exact_value():
    page = shown({
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Hemoglobin", "coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "valueQuantity": {"value": Decimal("11.82821"), "unit": "g/dL"},
        "meta": {"versionId": "3", "lastUpdated": "2026-11-24T09:15:00Z"},
    })  # fmt: skip
    assert page["lead"] == "Hemoglobin: 11,82821 g/dL"
    assert (page["by"], page["at"], page["version"]) == ("Kari Lege", "Sykehuset", "3")
    assert page["updated"] == "24. november 2026 kl. 10.15"
    assert line(page["first"], "Status").text == "endelig"
    assert line(page["rest"], "Kode").more == "LOINC 718-7"


def test_each_part_of_a_measurement_is_said_to_be_what_it_is():
    parts = [
        {"code": {"text": name}, "valueQuantity": {"value": Decimal(value), "unit": "mmHg"}}
        for name, value in (("Systolisk blodtrykk", "126"), ("Diastolisk blodtrykk", "70"))
    ]
    nodes = Reader(NB, "", {}).tree({"resourceType": "Observation", "component": parts})
    assert [(node.label, node.text) for node in nodes] == [
        ("Systolisk blodtrykk", "126 mmHg"),
        ("Diastolisk blodtrykk", "70 mmHg"),
    ]
    said = Reader(NB, "", {}).tree({"resourceType": "Observation", "note": [{"text": "En"}, {"text": "To"}]})
    assert [bool(node.label) for node in said] == [True, False], "what is the same again is not said again"


def test_references_lead_on_within_the_person_and_name_those_who_belong_to_nobody():
    encounter = read({"reference": "Encounter/e1"})
    organisation = read({"reference": "Organization/o"})
    assert encounter.href == "/p/p1/e/Encounter/e1"
    assert (organisation.text, organisation.href) == ("Sykehuset", "")
    assert read({"reference": "https://other.example/Encounter/e1"}).href == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"value": Decimal("5.40"), "unit": "mmol/L", "comparator": "<"}, "< 5,40 mmol/L"),
        ({"start": "2026-01-01", "end": "2026-02-01"}, "1. januar 2026 – 1. februar 2026"),
        ({"start": "2026-01-01"}, "fra 1. januar 2026"),
        ({"low": {"value": Decimal(3)}, "high": {"value": Decimal(5), "unit": "g"}}, "3 – 5 g"),
        ({"given": ["Kari"], "family": "Nordmann", "use": "official"}, "Kari Nordmann"),
        ({"system": "phone", "value": "73 00 00 00", "use": "mobile"}, "73 00 00 00"),
        ({"system": "urn:oid:1", "value": "42"}, "42"),
        ({"line": ["Gata 1"], "postalCode": "7010", "city": "Trondheim"}, "Gata 1, 7010 Trondheim"),
        ({"city": "Oppdal", "district": "O", "_district": {"extension": []}}, "Oppdal, O"),
        ({"coding": [{"code": "x", "display": "Ord"}]}, "Ord"),
        ({"contentType": "text/plain", "data": "SGVpIMOlLg=="}, "Hei å."),
        ({"contentType": "text/plain", "data": "%%%"}, "Vedlegg som ikke kan leses"),
        (True, "Ja"),
        (Decimal("1.50"), "1,50"),
        ("2026-11-24", "24. november 2026"),
    ],
)
def test_data_types_are_read_by_what_they_hold(value, text):
    assert read(value).text == text


def test_what_has_parts_of_its_own_is_opened_and_the_person_is_not_repeated():
    nodes = Reader(NB, "", {}).tree({
        "resourceType": "Goal",
        "subject": {"reference": "Patient/p"},
        "target": [{"measure": {"text": "Vekt"}, "dueDate": "2027"}],
        "extension": [{"url": "http://x.example/fhir/my-thing", "valueString": "ja"}],
        "_start": {"extension": [{"url": "http://x.example/why", "valueCode": "unknown"}]},
    })  # fmt: skip
    labels = [node.label for node in nodes]
    assert "Pasient" not in labels
    target = line(nodes, "Målverdi")
    assert [child.text for child in target.children] == ["Vekt", "2027"]
    assert line(nodes, "my thing").text == "ja"
    assert line(nodes, "Fra").children[0].text == "ukjent"


def test_a_dosage_is_said_as_it_was_written_and_what_its_words_do_not_say_stands_below():
    parts: dict[str, Any] = {
        "timing": {"repeat": {"frequency": 1, "period": Decimal(1), "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": Decimal(1), "unit": "tablett"}}],
    }
    made: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "dosageInstruction": [{"text": "1 daglig", "route": {"text": "i munnen"}, **parts}],
    }
    written = line(Reader(NB, "", {}).tree(made), "Dosering")
    assert (written.text, [each.text for each in written.children]) == ("1 daglig", ["i munnen"])
    made["dosageInstruction"] = [parts]
    assert "1 tablett" in str(line(Reader(NB, "", {}).tree(made), "Dosering").children), (
        "without words its parts are shown"
    )


def test_what_has_one_part_is_said_by_it_and_codes_of_contacts_have_words():
    nodes = Reader(NB, "", {"Practitioner/k": "Kari Lege"}).tree({
        "resourceType": "Encounter",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "participant": [{"individual": {"reference": "Practitioner/k"}}],
    })  # fmt: skip
    assert line(nodes, "Slags kontakt").text == "Innleggelse"
    assert line(nodes, "Deltakere").text == "Kari Lege"


def test_citizens_are_told_what_an_entry_is_in_plain_words_and_staff_in_their_own():
    note = {"resourceType": "Composition", "title": "Visitt"}
    assert heading(NB, "/meg", note) == ("Notat", "Visitt")
    assert heading(NB, "/p/p1", note) == ("Journalnotat", "Visitt")
    told = {"resourceType": "Observation", "category": [{"coding": [{"code": "social-history"}]}]}
    assert heading(NB, "/p/p1", told)[0] == "Opplysning"
    message = {"resourceType": "Communication", "payload": [{"contentString": "Kan jeg trene?\nHilsen Ida"}]}
    assert heading(NB, "/p/p1", message) == ("Melding", "Kan jeg trene?")


def test_a_hand_over_is_called_by_what_it_asks_and_another_task_by_its_code():
    code = {"coding": [{"system": HANDOVER_SYSTEM, "code": "task", "display": "Oppgave"}]}
    sent = {"resourceType": "Task", "code": code, "description": "Måle blodtrykket før helga?"}
    assert heading(NB, "/p/p1", sent) == ("Oppgave", "Måle blodtrykket før helga?")
    assert heading(NB, "/p/p1", {**sent, "code": {"text": "Fjerne veneflon"}}) == ("Oppgave", "Fjerne veneflon")


def test_a_note_shows_the_text_of_its_sections():
    note = shown({
        "resourceType": "Composition",
        "title": "Innkomstjournal",
        "section": [
            {"title": "Status", "text": {"div": "<div><p>Rolig og <i>våken</i></p></div>"}},
            {"title": "Plan", "section": [{"title": "Videre", "text": {"div": "x"}}]},
        ],
    })  # fmt: skip
    assert [node.label for node in note["first"]] == ["Status", "Plan"]
    assert "Rolig og <i>våken</i>" in note["first"][0].markup
    assert note["first"][1].children[0].markup == "x"


def test_an_entry_made_in_error_says_so_and_others_do_not():
    assert shown({"resourceType": "Observation", "status": "entered-in-error"})["wrong"]
    assert not shown({"resourceType": "Observation", "status": "final"})["wrong"]


@pytest.mark.parametrize(
    ("dirty", "kept"),
    [
        ('<div onclick="x()"><p style="a">Hei <b>du</b></p></div>', "<p> Hei <b>du</b></p>"),
        ("<script>alert(1)</script>ok", "ok"),
        ('<a href="javascript:x">lenke</a>', "lenke"),
        ("<table><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr></table>"),
        ("<h1>Stor</h1>", "<h3>Stor</h3>"),
        ("<p>åpen", "<p>åpen</p>"),
        ("a &lt;script&gt; b", "a &lt;script&gt; b"),
        ('<img src="x" onerror="y"/>etter', "etter"),
    ],
)
def test_a_narrative_keeps_its_words_and_loses_everything_that_acts(dirty, kept):
    assert clean(dirty) == kept


def test_every_entry_of_lives_from_outside_makes_a_page(test_data):
    files = sorted((test_data / "synthea").glob("*.json.gz"))[:4]
    kinds = set()
    for file in files:
        bundle = json.loads(gzip.decompress(file.read_bytes()), parse_float=Decimal)
        for item in bundle["entry"]:
            resource = item["resource"]
            if resource["resourceType"] in kinds:
                continue
            kinds.add(resource["resourceType"])
            context = {
                "entry": shown(resource),
                "back": "/meg",
                "cards": [],
                "me": None,
                "demo": False,
                "path": "/",
                "languages": [],
                "strip": False,
                "tabs": [],
                "printing": None,
                "report": "",
                "writing": None,
                "drafting": False,
                "live": "",
                "title": "",
            }
            text = re.sub(r"<[^>]+>", " ", render("nb", "entries/citizen.html", context))
            assert "{" not in text
            assert "None" not in text
    assert len(kinds) > 10
