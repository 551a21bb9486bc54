"""References are found wherever they are, and rewritten in place."""

from __future__ import annotations

import json

from felles.fhir import decode, encode, links, references, rewrite

URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
BODY = {
    "resourceType": "Observation",
    "text": {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{URN}">x</a> {URN}</div>',
    },
    "contained": [{"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/inside"}}],
    "extension": [{"url": "http://x", "valueReference": {"reference": "Patient/extension"}}],
    "status": "final",
    "code": {"text": "x", "extension": [{"url": "http://x", "valueUri": URN}]},
    "subject": {"reference": URN},
    "performer": [{"reference": "Practitioner/1"}, {"display": "x"}],
    "focus": [{"reference": "#c"}],
}


def body() -> bytes:
    return json.dumps(BODY).encode()


def test_references_in_extensions_and_contained_are_found():
    found = {r.reference for r in references(decode(body())) if r.reference}
    assert found == {URN, "Patient/inside", "Patient/extension", "Practitioner/1", "#c"}


def test_references_of_a_bundles_entries_are_not():
    raw = b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":' + body() + b"}]}"
    assert references(decode(raw)) == []


def test_a_reference_set_is_set_in_the_resource():
    resource = decode(body())
    next(r for r in references(resource) if r.reference == "Practitioner/1").reference = "Practitioner/2"
    written = json.loads(encode(resource))
    assert written["performer"][0] == {"reference": "Practitioner/2"}
    assert written["subject"] == BODY["subject"]


def test_links_are_what_rewrite_looks_at():
    assert links(decode(body())).count(URN) == 2


def test_rewrite_changes_what_the_mapping_knows_and_nothing_else():
    resource = decode(body())
    rewrite(resource, {URN: "Patient/9"}.get)
    written = json.loads(encode(resource))
    assert written["subject"] == {"reference": "Patient/9"}
    assert written["code"]["extension"][0]["valueUri"] == "Patient/9"
    assert written["text"]["div"].count(URN) == 1
    assert 'href="Patient/9"' in written["text"]["div"]
    assert written["performer"] == BODY["performer"]
    unchanged = decode(body())
    rewrite(unchanged, lambda _: None)
    assert json.loads(encode(unchanged)) == BODY
