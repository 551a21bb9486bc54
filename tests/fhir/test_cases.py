"""What is accepted, and what is refused with which issue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from felles.fhir import Invalid, decode, encode, outcome

OBS = '"resourceType":"Observation","status":"final","code":{"text":"x"}'
PAT = '"resourceType":"Patient"'
DIV = 'xmlns=\\"http://www.w3.org/1999/xhtml\\"'


def obs(more: str = "") -> bytes:
    return f"{{{OBS}{',' if more else ''}{more}}}".encode()


def pat(more: str = "") -> bytes:
    return f"{{{PAT}{',' if more else ''}{more}}}".encode()


def text(div: str) -> bytes:
    return pat(f'"text":{{"status":"generated","div":"{div}"}}')


def nested(levels: int) -> bytes:
    return pat(
        '"extension":[' + '{"url":"u","extension":[' * levels + '{"url":"u","valueCode":"a"}' + "]}" * levels + "]"
    )


ACCEPTED: dict[str, bytes] = {
    "nothing but a type": pat(),
    "white space around": b" \n\t" + pat() + b"\r\n",
    "a name": pat('"name":[{"family":"Nordmann","given":["Ola"]}]'),
    "a Norwegian letter escaped": pat('"name":[{"family":"\\u00d8deg\\u00e5rd"}]'),
    "a quote escaped as a number": pat('"name":[{"family":"\\u0022"}]'),
    "a decimal of 308 digits": obs(f'"valueQuantity":{{"value":{"1" * 308}}}'),
    "a text of 309 digits": obs(f'"valueString":"{"1" * 309}"'),
    "a text of 1 MB": pat(f'"name":[{{"family":"{"a" * 1_048_576}"}}]'),
    "a photo of more": pat(f'"photo":[{{"data":"{"AAAA" * 300_000}"}}]'),
    "a backslash before u0000": pat('"name":[{"family":"a\\\\u0000b"}]'),
    "a letter beyond the first plane": pat('"name":[{"family":"\\ud83d\\ude00"}]'),
    "the word null and brackets in a text": obs('"valueString":"a ,null, {} []]}"'),
    "a year": pat('"birthDate":"1950"'),
    "a month": pat('"birthDate":"1950-12"'),
    "the leap day": pat('"birthDate":"2020-02-29"'),
    "the leap day of 2000": pat('"birthDate":"2000-02-29"'),
    "the 31st": pat('"birthDate":"2021-03-31"'),
    "a moment with a zone": obs('"effectiveDateTime":"2024-02-29T23:59:59.123+14:00"'),
    "a leap second": obs('"issued":"2016-12-31T23:59:60Z"'),
    "a time of day": obs('"valueTime":"23:59:59"'),
    "a decimal": obs('"valueQuantity":{"value":1.50}'),
    "a decimal with an exponent": obs('"valueQuantity":{"value":1e2}'),
    "a decimal of 30 digits": obs('"valueQuantity":{"value":123456789012345.678901234567890}'),
    "a decimal as large as a double": obs('"valueQuantity":{"value":1e307}'),
    "the largest integer": obs('"valueInteger":2147483647'),
    "the smallest integer": obs('"valueInteger":-2147483648'),
    "a boolean": pat('"active":false'),
    "a sibling without a value": pat('"_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]}'),
    "a sibling beside a value": pat('"birthDate":"1950","_birthDate":{"id":"a"},"gender":"male"').replace(
        b'{"id":"a"}', b'{"id":"a","extension":[{"url":"u","valueCode":"c"}]}'
    ),
    "a list with nulls and a partner": pat(
        '"name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"c"}]}]}]'
    ),
    "a required code given by its sibling": b'{"resourceType":"Observation","code":{"text":"x"},'
    b'"_status":{"extension":[{"url":"u","valueCode":"unknown"}]}}',
    "one type of a choice": obs('"valueString":"x"'),
    "a choice and its own sibling": obs('"valueString":"x","_valueString":{"extension":[{"url":"u","valueCode":"c"}]}'),
    "an extension with a value": pat('"extension":[{"url":"http://x","valueString":"a"}]'),
    "an extension with extensions": pat('"extension":[{"url":"http://x","extension":[{"url":"b","valueInteger":1}]}]'),
    "an extension whose value is only a sibling": pat(
        '"extension":[{"url":"u","_valueCode":{"extension":[{"url":"u","valueCode":"c"}]}}]'
    ),
    "a reference to an allowed type": obs('"subject":{"reference":"Patient/1"}'),
    "a reference to a version": obs('"subject":{"reference":"Patient/1/_history/2"}'),
    "an absolute reference": obs('"subject":{"reference":"https://example.no/fhir/Patient/1"}'),
    "a reference to another system's thing": obs('"subject":{"reference":"https://example.no/anything"}'),
    "a urn": obs('"subject":{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}'),
    "a conditional reference": obs('"subject":{"reference":"Patient?identifier=a|1"}'),
    "a reference by identifier": obs('"subject":{"identifier":{"value":"1"}}'),
    "a reference's type": obs('"subject":{"type":"Patient","display":"x"}'),
    "a contained resource": obs('"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}'),
    "a contained resource that points out": obs(
        '"contained":[{"resourceType":"Provenance","id":"p","target":[{"reference":"#"}],"recorded":"2020-01-01T00:00:00Z",'
        '"agent":[{"who":{"display":"x"}}]}]'
    ),
    "a Bundle whose entry contains": b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":'
    + obs('"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}')
    + b"}]}",
    "Parameters with a resource that contains": b'{"resourceType":"Parameters","parameter":[{"name":"a","resource":'
    + obs('"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}')
    + b"}]}",
    "a narrative": text(f"<div {DIV}><p>a <b>b</b> &#230; &lt;</p></div>"),
    "a narrative with a link": text(f'<div {DIV}><a href=\\"https://example.no\\">x</a></div>'),
    "base64 in lines": b'{"resourceType":"Binary","contentType":"text/plain","data":"YWJj\\r\\nZA=="}',
    "an oid": obs('"extension":[{"url":"u","valueOid":"urn:oid:2.16.578.1.12.4.1.4.1"}]'),
    "a code with one space": pat('"extension":[{"url":"u","valueCode":"a b"}]'),
    "an id of 64": pat(f'"id":"{"a" * 64}"'),
    "depth within the limit": nested(20),
}

REFUSED: list[tuple[str, bytes, str, str]] = [
    ("empty body", b"", "structure", ""),
    ("not JSON", b"<Patient/>", "structure", ""),
    ("cut off", b'{"resourceType":"Patient"', "structure", ""),
    ("something after the end", pat() + b"x", "structure", ""),
    ("a list", b"[]", "structure", ""),
    ("null alone", b"null", "structure", ""),
    ("not UTF-8", pat('"name":[{"family":"').removesuffix(b"}") + b'\xff"}]}', "structure", ""),
    ("a byte order mark", b"\xef\xbb\xbf" + pat(), "structure", ""),
    (
        "a decimal of 309 digits",
        obs(f'"valueQuantity":{{"value":{"1" * 309}}}'),
        "value",
        "Observation.valueQuantity.value",
    ),
    ("a text beyond 1 MB", pat(f'"name":[{{"family":"{"a" * 1_048_577}"}}]'), "too-long", "Patient.name[0].family"),
    ("a NUL character", pat('"name":[{"family":"a\\u0000b"}]'), "value", "Patient.name[0].family"),
    ("half a surrogate pair", pat('"name":[{"family":"\\ud800"}]'), "structure", ""),
    ("a control character", pat('"name":[{"family":"a\x01"}]'), "structure", ""),
    ("NaN", obs('"valueQuantity":{"value":NaN}'), "structure", ""),
    ("Infinity", obs('"valueQuantity":{"value":Infinity}'), "structure", ""),
    ("a leading zero", obs('"valueInteger":01'), "structure", ""),
    ("too deep", nested(40), "too-costly", ""),
    ("brackets without end", b"[" * 100_000, "structure", ""),
    ("no resourceType", b'{"id":"a"}', "structure", ""),
    ("an unknown resourceType", b'{"resourceType":"Pasient"}', "not-supported", ""),
    ("a data type as a resource", b'{"resourceType":"HumanName"}', "not-supported", ""),
    ("an abstract resource", b'{"resourceType":"DomainResource"}', "not-supported", ""),
    ("an unknown element", pat('"navn":"x"'), "structure", "Patient.navn"),
    ("an unknown element inside", pat('"name":[{"etternavn":"x"}]'), "structure", "Patient.name[0].etternavn"),
    ("a sibling of what is no primitive", pat('"_name":[{"id":"a"}]'), "structure", "Patient._name"),
    ("a sibling of an id", pat('"_id":{"id":"a"}'), "structure", "Patient._id"),
    ("an element with only an id", pat('"name":[{"id":"a"}]'), "invariant", "Patient.name[0]"),
    ("a sibling with only an id", pat('"gender":"male","_gender":{"id":"a"}'), "invariant", "Patient.gender"),
    ("a key twice", pat('"gender":"male","gender":"male"'), "structure", "Patient.gender"),
    ("a key twice inside", pat('"name":[{"family":"a","family":"b"}]'), "structure", "Patient.name[0].family"),
    ("an object for a list", pat('"name":{"family":"a"}'), "structure", "Patient.name"),
    ("a list for one value", pat('"gender":["male"]'), "structure", "Patient.gender"),
    ("a string for an object", pat('"name":["a"]'), "structure", "Patient.name[0]"),
    ("an object for a string", pat('"name":[{"family":{}}]'), "value", "Patient.name[0].family"),
    ("an empty list", pat('"name":[]'), "structure", "Patient.name"),
    ("an empty object", pat('"name":[{}]'), "invariant", "Patient.name[0]"),
    ("null", pat('"gender":null'), "structure", "Patient.gender"),
    ("null in a list", pat('"name":[null]'), "structure", "Patient.name[0]"),
    ("null without a partner", pat('"name":[{"given":["A",null]}]'), "structure", "Patient.name[0].given[1]"),
    ("null in both", pat('"name":[{"given":[null],"_given":[null]}]'), "structure", "Patient.name[0].given[0]"),
    (
        "sibling lists of unequal length",
        pat('"name":[{"given":["A"],"_given":[null,{"extension":[{"url":"u","valueCode":"c"}]}]}]'),
        "structure",
        "Patient.name[0].given",
    ),
    ("a required element missing", b'{"resourceType":"Observation","status":"final"}', "required", "Observation.code"),
    (
        "a required code missing",
        b'{"resourceType":"Observation","code":{"text":"x"}}',
        "required",
        "Observation.status",
    ),
    (
        "a required choice missing",
        b'{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"}}',
        "required",
        "MedicationRequest.medication",
    ),
    (
        "a required element missing inside",
        pat('"link":[{"other":{"display":"x"}}]'),
        "required",
        "Patient.link[0].type",
    ),
    ("two types of a choice", obs('"valueString":"x","valueInteger":1'), "structure", "Observation.value"),
    (
        "a choice and another's sibling",
        obs('"valueInteger":1,"_valueString":{"extension":[{"url":"u","valueCode":"c"}]}'),
        "structure",
        "Observation.value",
    ),
    ("a choice type that is not offered", obs('"valueMoney":{"value":1}'), "structure", "Observation.valueMoney"),
    ("the choice without a type", obs('"value":1'), "structure", "Observation.value"),
    ("30 February", pat('"birthDate":"2020-02-30"'), "value", "Patient.birthDate"),
    ("29 February of another year", pat('"birthDate":"2021-02-29"'), "value", "Patient.birthDate"),
    ("29 February 1900", pat('"birthDate":"1900-02-29"'), "value", "Patient.birthDate"),
    ("31 April", pat('"birthDate":"2021-04-31"'), "value", "Patient.birthDate"),
    ("the 13th month", pat('"birthDate":"2021-13"'), "value", "Patient.birthDate"),
    ("the year 0", pat('"birthDate":"0000"'), "value", "Patient.birthDate"),
    ("a Norwegian date", pat('"birthDate":"31.12.1950"'), "value", "Patient.birthDate"),
    ("a line break after a date", pat('"birthDate":"1950\\n"'), "value", "Patient.birthDate"),
    ("digits of another script", pat('"birthDate":"١٩٥٠"'), "value", "Patient.birthDate"),
    (
        "a moment without a zone",
        obs('"effectiveDateTime":"2024-01-01T10:00:00"'),
        "value",
        "Observation.effectiveDateTime",
    ),
    ("24 o'clock", obs('"effectiveDateTime":"2024-01-01T24:00:00Z"'), "value", "Observation.effectiveDateTime"),
    ("a moment without seconds", obs('"issued":"2024-01-01T10:00Z"'), "value", "Observation.issued"),
    ("an instant that is a day", obs('"issued":"2024-01-01"'), "value", "Observation.issued"),
    ("a zone past 14 hours", obs('"issued":"2024-01-01T10:00:00+14:30"'), "value", "Observation.issued"),
    ("a time with a zone", obs('"valueTime":"10:00:00Z"'), "value", "Observation.valueTime"),
    ("a decimal as a string", obs('"valueQuantity":{"value":"1.5"}'), "value", "Observation.valueQuantity.value"),
    ("a decimal past a double", obs('"valueQuantity":{"value":1e400}'), "value", "Observation.valueQuantity.value"),
    ("a decimal below a double", obs('"valueQuantity":{"value":1e-400}'), "value", "Observation.valueQuantity.value"),
    (
        "an exponent no decimal holds",
        obs('"valueQuantity":{"value":1e99999999999999999999}'),
        "value",
        "Observation.valueQuantity.value",
    ),
    ("an integer with a point", obs('"valueInteger":1.0'), "value", "Observation.valueInteger"),
    ("an integer too large", obs('"valueInteger":2147483648'), "value", "Observation.valueInteger"),
    ("an integer of 5000 digits", obs(f'"valueInteger":{"9" * 5000}'), "value", "Observation.valueInteger"),
    ("an integer as a string", obs('"valueInteger":"1"'), "value", "Observation.valueInteger"),
    ("a boolean for an integer", obs('"valueInteger":true'), "value", "Observation.valueInteger"),
    ("a boolean as a string", pat('"active":"true"'), "value", "Patient.active"),
    ("0 for a positiveInt", pat('"telecom":[{"rank":0}]'), "value", "Patient.telecom[0].rank"),
    ("an empty string", pat('"name":[{"family":""}]'), "value", "Patient.name[0].family"),
    ("white space alone", pat('"name":[{"family":" \\t"}]'), "value", "Patient.name[0].family"),
    ("white space in a uri", pat('"identifier":[{"system":"a b"}]'), "value", "Patient.identifier[0].system"),
    (
        "two spaces in a code",
        pat('"extension":[{"url":"u","valueCode":"a  b"}]'),
        "value",
        "Patient.extension[0].valueCode",
    ),
    ("an id of 65", pat(f'"id":"{"a" * 65}"'), "value", "Patient.id"),
    ("an id with a slash", pat('"id":"a/b"'), "value", "Patient.id"),
    (
        "base64 cut off",
        b'{"resourceType":"Binary","contentType":"text/plain","data":"YWJjZ"}',
        "value",
        "Binary.data",
    ),
    (
        "an oid without its prefix",
        pat('"extension":[{"url":"u","valueOid":"2.16"}]'),
        "value",
        "Patient.extension[0].valueOid",
    ),
    (
        "a uuid in capitals",
        pat('"extension":[{"url":"u","valueUuid":"urn:uuid:0C3151BD-1CBF-4D64-B04D-CD9187A4C6E0"}]'),
        "value",
        "Patient.extension[0].valueUuid",
    ),
    ("a code outside a required list", pat('"gender":"mann"'), "code-invalid", "Patient.gender"),
    ("an extension without a value", pat('"extension":[{"url":"u"}]'), "invariant", "Patient.extension[0]"),
    (
        "an extension with both",
        pat('"extension":[{"url":"u","valueCode":"a","extension":[{"url":"u","valueCode":"a"}]}]'),
        "invariant",
        "Patient.extension[0]",
    ),
    ("an extension without a url", pat('"extension":[{"valueCode":"a"}]'), "required", "Patient.extension[0].url"),
    (
        "a reference to another type",
        obs('"subject":{"reference":"Encounter/1"}'),
        "value",
        "Observation.subject.reference",
    ),
    (
        "an absolute reference to another type",
        obs('"subject":{"reference":"https://example.no/fhir/Encounter/1"}'),
        "value",
        "Observation.subject.reference",
    ),
    (
        "a conditional one to another type",
        obs('"subject":{"reference":"Encounter?a=b"}'),
        "value",
        "Observation.subject.reference",
    ),
    (
        "a type that does not exist",
        obs('"focus":[{"reference":"Pasient/1"}]'),
        "value",
        "Observation.focus[0].reference",
    ),
    (
        "a reference's type that is not allowed",
        obs('"subject":{"type":"Encounter"}'),
        "value",
        "Observation.subject.type",
    ),
    (
        "two types in one reference",
        obs('"subject":{"type":"Group","reference":"Patient/1"}'),
        "value",
        "Observation.subject.reference",
    ),
    ("a fragment that leads nowhere", obs('"subject":{"reference":"#p"}'), "value", "Observation.subject.reference"),
    (
        "a contained resource nobody means",
        obs('"contained":[{"resourceType":"Patient","id":"p"}]'),
        "invariant",
        "Observation.contained[0]",
    ),
    (
        "contained in contained",
        obs(
            '"contained":[{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Patient","id":"q"}]}],'
            '"subject":{"reference":"#p"}'
        ),
        "invariant",
        "Observation.contained[0].contained",
    ),
    (
        "a version in contained",
        obs('"contained":[{"resourceType":"Patient","id":"p","meta":{"versionId":"1"}}],"subject":{"reference":"#p"}'),
        "invariant",
        "Observation.contained[0].meta.versionId",
    ),
    (
        "an error in an entry",
        b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":' + pat('"gender":"x"') + b"}]}",
        "code-invalid",
        "Bundle.entry[0].resource.gender",
    ),
    ("a narrative that runs", text(f"<div {DIV}><script>x</script></div>"), "invariant", "Patient.text.div"),
    ("a narrative that acts", text(f'<div {DIV}><p onclick=\\"x()\\">a</p></div>'), "invariant", "Patient.text.div"),
    ("a narrative with a form", text(f"<div {DIV}><form>a</form></div>"), "invariant", "Patient.text.div"),
    ("a link that runs", text(f'<div {DIV}><a href=\\"javascript:x()\\">a</a></div>'), "invariant", "Patient.text.div"),
    ("a narrative not well-formed", text(f"<div {DIV}><p>a</div>"), "invariant", "Patient.text.div"),
    ("a narrative without content", text(f"<div {DIV}> </div>"), "invariant", "Patient.text.div"),
    ("a narrative that is no div", text(f"<p {DIV}>a</p>"), "invariant", "Patient.text.div"),
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_and_written_back(name: str):
    raw = ACCEPTED[name]
    written = encode(decode(raw))
    assert _exact(written) == _exact(raw)
    assert encode(decode(written)) == written


@pytest.mark.parametrize(("name", "raw", "code", "expression"), REFUSED, ids=[c[0] for c in REFUSED])
def test_refused_with_its_issue(name: str, raw: bytes, code: str, expression: str):
    with pytest.raises(Invalid) as caught:
        decode(raw)
    assert (code, expression) in {(i.code, i.expression) for i in caught.value.issues}, caught.value.issues
    assert all(i.diagnostics for i in caught.value.issues)


def test_all_errors_are_listed():
    raw = pat('"gender":"x","birthDate":"2020-02-30","navn":1,"name":[{"given":[""]}]')
    with pytest.raises(Invalid) as caught:
        decode(raw)
    found = [i.expression for i in caught.value.issues]
    assert found == ["Patient.gender", "Patient.birthDate", "Patient.navn", "Patient.name[0].given[0]"]


def test_an_outcome_is_a_resource_of_its_own():
    with pytest.raises(Invalid) as caught:
        decode(pat('"gender":"x"'))
    made = decode(outcome(caught.value.issues), "OperationOutcome")
    assert made.issue[0].code == "code-invalid"
    assert made.issue[0].expression == ["Patient.gender"]


def test_the_expected_type_is_asked_for():
    assert type(decode(pat(), "Patient")).__name__ == "Patient"
    with pytest.raises(Invalid, match="Observation belongs here"):
        decode(pat(), "Observation")


def test_the_depth_limit_is_the_callers():
    assert decode(nested(10), max_depth=23)
    with pytest.raises(Invalid):
        decode(nested(10), max_depth=22)


def _exact(raw: bytes) -> Any:
    from decimal import Decimal

    return json.loads(raw, parse_float=Decimal, parse_int=Decimal)
