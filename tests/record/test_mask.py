"""The form without place: nothing that tells where somebody is, and still a valid resource."""

from __future__ import annotations

import base64
import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npm_packages import npm_modules, uncollected
from shares import dealt

from felles.fhir import Invalid, decode, encode
from felles.record.homes import SHARED_TYPES
from felles.record.mask import without_place
from felles.record.place_words import HIDDEN, NAME, known_strings, words_of

__all__ = ["npm_modules", "uncollected"]

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"source": "https://havna-legekontor.example/epj"},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Havnavegen 3, 7240 Hitra</div>'},
    "identifier": [
        {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13057512345"},
        {"system": "https://havna-legekontor.example/nr", "value": "771"},
    ],
    "name": [{"family": "Vik", "given": ["Berit"]}],
    "telecom": [
        {"system": "phone", "value": "72 44 10 00", "use": "home"},
        {"system": "phone", "value": "+47 900 00 001", "use": "mobile"},
        {"system": "email", "value": "berit@example.org"},
    ],
    "birthDate": "1975-05-13",
    "_birthDate": {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"city": "Rissa"},
            }
        ]
    },
    "address": [
        {
            "use": "home",
            "line": ["Havnavegen 3", "c/o Solveig Ås"],
            "postalCode": "7240",
            "city": "Hitra",
            "district": "Hitra",
            "_district": {
                "extension": [
                    {
                        "url": "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode",
                        "valueCoding": {"system": "urn:oid:2.16.578.1.12.4.1.1.3402", "code": "5056"},
                    }
                ]
            },
        }
    ],
    "contact": [
        {"name": {"text": "Solveig"}, "telecom": [{"system": "phone", "value": "72441001"}], "address": {"city": "Å"}},
        {"organization": {"reference": "Organization/krise", "display": "Krisesenteret på Hitra"}},
    ],
    "generalPractitioner": [{"reference": "Practitioner/g", "display": "Kari Bakke"}],
    "managingOrganization": {"reference": "Organization/havna"},
}
PLACES = [
    {
        "resourceType": "Organization",
        "id": "havna",
        "name": "Havna legekontor",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": "974589095"}],
        "telecom": [{"system": "phone", "value": "72 44 20 00"}],
        "address": [{"line": ["Kaia 1"], "city": "Fillan"}],
    },
    {"resourceType": "Practitioner", "id": "g", "name": [{"family": "Bakke", "given": ["Kari"]}]},
    {"resourceType": "Location", "id": "l", "name": "Kirurgisk sengepost, Orkdal sjukehus"},
]


def struct(resource: dict[str, Any]) -> Any:
    return decode(json.dumps(resource).encode())


def known() -> frozenset[str]:
    return known_strings([struct(PATIENT)], [struct(place) for place in PLACES])


def masked(resource: dict[str, Any]) -> dict[str, Any]:
    made = without_place(struct(resource), known())
    raw = encode(made)
    decode(raw)  # it is still what R4 takes
    return json.loads(raw)


def test_a_patient_keeps_who_she_is_and_nothing_of_where() -> None:
    shown = masked(PATIENT)
    assert shown == {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13057512345"}],
        "name": [{"family": "Vik", "given": ["Berit"]}],
        "telecom": [
            {"system": "phone", "value": "+47 900 00 001", "use": "mobile"},
            {"system": "email", "value": "berit@example.org"},
        ],
        "birthDate": "1975-05-13",
        "contact": [{"name": {"text": "Solveig"}}],
    }


def test_references_to_places_and_people_who_work_there_are_a_word() -> None:
    shown = masked(
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": "Patient/p1", "display": "Berit Vik"},
            "participant": [{"individual": {"reference": "Practitioner/g", "display": "Kari Bakke"}}],
            "serviceProvider": {"reference": "Organization/havna"},
            "location": [{"location": {"reference": "Location/l"}}],
            "hospitalization": {"origin": {"display": "Orkdal sjukehus"}},
            "reasonCode": [{"text": "Falt på Havnavegen, sendt fra Havnas venterom"}],
        }
    )
    assert shown["subject"] == {"reference": "Patient/p1", "display": "Berit Vik"}
    assert shown["participant"] == [{"individual": {"display": "Skjermet"}}]
    assert shown["hospitalization"] == {"origin": {"display": "Skjermet"}}
    assert shown["reasonCode"] == [{"text": f"Falt på {HIDDEN}, sendt fra {HIDDEN} venterom"}]
    assert not {"serviceProvider", "location"} & shown.keys()


def test_what_must_be_there_stays_valid() -> None:
    shown = masked(
        {
            "resourceType": "Appointment",
            "status": "booked",
            "participant": [
                {"actor": {"reference": "Location/l"}, "status": "accepted"},
                {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
            ],
        }
    )
    assert [p["actor"] for p in shown["participant"]] == [{"display": "Skjermet"}, {"reference": "Patient/p1"}]


def test_contained_places_go_with_what_only_they_refer_to() -> None:
    shown = masked(
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "subject": {"reference": "Patient/p1"},
            "requester": {"reference": "#r"},
            "reasonReference": [{"reference": "#c"}],
            "contained": [
                {
                    "resourceType": "PractitionerRole",
                    "id": "r",
                    "organization": {"reference": "#o"},
                    "endpoint": [{"reference": "#n"}],
                },
                {"resourceType": "Organization", "id": "o", "name": "Havna legekontor"},
                {
                    "resourceType": "Endpoint",
                    "id": "n",
                    "status": "active",
                    "connectionType": {"code": "x"},
                    "payloadType": [{"text": "x"}],
                    "address": "https://havna.example",
                },
                {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}},
            ],
        }
    )
    assert [each["id"] for each in shown["contained"]] == ["c"]
    assert shown["requester"] == {"display": "Skjermet"}


def test_a_note_keeps_its_text_without_the_words() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Bor i HAVNAVEGEN  3, 7240 Hitra. Tar 7240 IE daglig.</p></div>'
    shown = masked(
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "Notat"},
            "date": "2026-11-01",
            "author": [{"reference": "Practitioner/g"}],
            "title": "Notat fra Havna",
            "section": [{"title": "Sosialt", "text": {"status": "generated", "div": div}}],
        }
    )
    text = shown["section"][0]["text"]["div"]
    assert text.count(HIDDEN) == 3
    assert "Tar 7240 IE daglig" not in text or "7240 IE" in text
    assert "Hitra" not in text
    assert shown["title"] == f"Notat fra {HIDDEN}"


def test_an_amount_that_looks_like_a_post_code_stays() -> None:
    words = words_of(known())
    assert words.hide("7240 mg daglig") == "7240 mg daglig"
    assert words.hide("7240 Hitra") == HIDDEN


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("hitra", True),
        ("Os", False),
        ("hitrværing", False),  # another word; what is known is "Hitra"
        ("HITRAS", True),
        ("havnalege", False),
        ("Havnavegen", True),
        ("tlf 72 44 20 00", True),
        ("bakken ned", False),
        ("dr. Bakke", True),
        ("Orkdalsregionen", True),
        ("kirurgisk", False),
        ("vik", False),  # her own name
    ],
)
def test_words_are_found_without_regard_to_case_and_not_in_other_words(text: str, *, hidden: bool) -> None:
    assert (HIDDEN in words_of(known()).hide(text)) is hidden


@pytest.mark.parametrize("written", ["Bjørnøya", "BJØRNØYA", "Bjornoya", "Bjoernoeya", "Bjo\u0308rnöya"])
def test_norwegian_letters_are_found_however_they_are_written(written: str) -> None:
    words = words_of(frozenset({"Bjørnøya"}))
    assert words.within(written).hide(f"fra {written}.") == f"fra {HIDDEN}."


def test_attachments_are_masked_as_text_or_go() -> None:
    def document(kind: str, data: bytes) -> dict[str, Any]:
        attachment = {"contentType": kind, "data": base64.b64encode(data).decode()}
        return {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}

    text = masked(document("text/plain; charset=utf-8", b"Hjemme i Havnavegen 3"))["content"][0]["attachment"]
    assert base64.b64decode(text["data"]).decode() == f"Hjemme i {HIDDEN}"
    scanned = masked(document("application/pdf", b"%PDF Havnavegen"))["content"][0]["attachment"]
    assert scanned == {"contentType": "application/pdf", "title": "Skjermet"}


# -- whatever is written -----------------------------------------------------------------------------------

_SAID = st.text(alphabet=string.ascii_letters + " æøåÆØÅ.,-0123456789\n", max_size=40)
_WORDS = st.sampled_from(sorted(k.removeprefix(NAME) for k in known() if not k.isdigit()))
_TOLD_BY_CAPITAL = frozenset(k[1:] for k in known() if k.startswith(NAME)) | {"Å", "Ås"}


@given(st.lists(st.tuples(_SAID, _WORDS, st.sampled_from([str, str.upper, str.lower])), min_size=1, max_size=4), _SAID)
def test_no_known_word_is_left_in_any_text(parts: list[tuple[str, str, Any]], last: str) -> None:
    """Words stand between others, in any case; short names are told from common words by their capital."""
    text = " ".join(f"{said} {word if word in _TOLD_BY_CAPITAL else case(word)} " for said, word, case in parts) + last
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": text + "x"},
        "valueString": text + "x",
        "note": [{"text": text + "x"}],
        "extension": [{"url": "http://example.org/x", "valueString": text + "x"}],
    }
    shown = json.dumps(masked(resource), ensure_ascii=False)
    words = words_of(frozenset(k for k in known() if not k.isdigit()))
    assert not words.found(shown)


@pytest.mark.slow
@pytest.mark.usefixtures("uncollected")
def test_every_example_of_the_specification_stays_valid(npm_modules: Path) -> None:
    """And holds no Address, no reference to a place, and none of the strings that stood in its addresses.

    A third of them in a run, others in the next; `FELLES_WHOLE=1`: all.
    """
    looked = 0
    for path in sorted((npm_modules / "hl7.fhir.r4.examples").glob("*.json")):
        if not dealt(path.name, 3):
            continue
        raw = path.read_bytes()
        try:
            resource = decode(raw)
        except Invalid:
            continue
        if type(resource).__name__ in SHARED_TYPES | {"Parameters", "OperationOutcome"}:
            continue  # of nobody, or never stored
        made = encode(without_place(resource, known()))
        again = decode(made)
        assert encode(without_place(again, known())) == made, path.name  # masking what is masked changes nothing
        text = made.decode()
        for kind in ("Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService"):
            assert f'"reference":"{kind}/' not in text, path.name
        assert '"postalCode"' not in text, path.name
        looked += 1
    assert looked > 500 // 4  # of more than 500; thirds by name are not alike
