"""The fast path and the walker accept the same bodies, whatever is done to a valid one."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felles.fhir import Invalid, decode, encode
from felles.fhir.walker import walk

SEEDS = [
    """{"resourceType":"Observation","id":"a","meta":{"versionId":"1"},"status":"final","code":{"coding":[{"system":
    "http://loinc.org","code":"8480-6"}],"text":"x"},"contained":[{"resourceType":"Patient","id":"p","name":[{"family":
    "N"}]}],"subject":{"reference":"#p"},"effectiveDateTime":"2020-02-29","valueQuantity":{"value":1.5,"unit":"g"},
    "component":[{"code":{"text":"y"},"valueString":"z"},{"code":{"text":"y"},"valueInteger":3}]}""",
    """{"resourceType":"Patient","extension":[{"url":"http://x","valueReference":{"reference":"Organization/1"}},{"url":
    "http://y","extension":[{"url":"z","valueDecimal":0.10}]}],"text":{"status":"generated","div":
    "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"},"name":[{"given":["A",null],"_given":[null,{"extension":
    [{"url":"u","valueCode":"c"}]}],"period":{"start":"2020"}}],"birthDate":"1950-12-31","multipleBirthInteger":2}""",
    """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
    "resource":{"resourceType":"Condition","subject":{"reference":"Patient/1"},"contained":[{"resourceType":
    "Practitioner","id":"d"}],"asserter":{"reference":"#d"}},"response":{"status":"201"}}]}""",
    """{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Composition","status":"final",
    "type":{"text":"x"},"date":"2020-01-01T10:00:00Z","author":[{"display":"x"}],"title":"t","section":[{"text":
    {"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"}}]}},{"name":"b",
    "valueBoolean":true,"part":[{"name":"c","valueTime":"10:00:00"}]}]}""",
]
"""Valid bodies that between them hold what the fast path cannot see by decoding alone."""

VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**31, 10**30, "", " ", "x", "a b", "2020-02-30", "2020-02-29", "1.5", "#p", "#",
    "Patient/1", "Encounter/1", "http://x/y", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "{", "}]", "[null,",
    '"', "\\", "E-400", [], {}, [None], [{}], {"id": "a"}, {"url": "u"}, {"resourceType": "Patient"},
    [{"resourceType": "Patient", "id": "p"}], {"text": "x"}, {"reference": "Patient/1"}, {"reference": "#p"},
    {"extension": [{"url": "u", "valueCode": "c"}]}, [None, {"extension": [{"url": "u", "valueCode": "c"}]}],
]  # fmt: skip
KEYS = [
    "id", "extension", "_status", "status", "value", "valueString", "_valueString", "valueInteger", "valueQuantity",
    "contained", "subject", "given", "_given", "family", "name", "resourceType", "url", "meta", "text", "reference",
]  # fmt: skip
SPLICES = [b"{}", b"null", b",", b'"', b"\\u0022", b"\\ud800", b"1e400", b"1E-400", b"\xff", b" ", b"[", b"]", b"\x00"]


def _places(node: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every value."""
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in pairs] + [place for _, child in pairs for place in _places(child)]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A valid body with one to three values, keys or bytes changed."""
    node = json.loads(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(node)
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        kind = draw(st.sampled_from(["set", "drop", "add", "double", "copy"]))
        if kind == "set":
            holder[key] = deepcopy(draw(st.sampled_from(VALUES)))
        elif kind == "drop":
            del holder[key]
        elif kind == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS))] = deepcopy(draw(st.sampled_from(VALUES)))
        elif kind == "double" and isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        elif kind == "copy":
            holder[key] = deepcopy(draw(st.sampled_from(places))[0])
    raw = json.dumps(node, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.sampled_from(SPLICES)) + raw[at + draw(st.integers(0, 3)) :]
    return raw


@pytest.mark.parametrize("seed", SEEDS)
def test_the_seeds_are_valid(seed: str):
    assert walk(seed.encode(), 64) == []


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(bodies())
def test_fast_and_slow_agree(raw: bytes):
    issues = walk(raw, 64)
    if issues:
        with pytest.raises(Invalid):
            decode(raw)
        return
    written = encode(decode(raw))
    assert walk(written, 64) == []
    assert encode(decode(written)) == written
