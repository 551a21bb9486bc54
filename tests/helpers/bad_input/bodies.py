"""Bad inputs of a body, as JSON and as FHIR."""

from bad_input.made import EMPTY, OBSERVATION, PATIENT, Bad, bad_json, bad_observation, bad_patient

_DEEP = (
    '{"resourceType":"Basic","code":{"text":"x"},"extension":['
    + ('{"url":"http://a.example/x","extension":[' * 80 + '{"url":"http://a.example/x","valueString":"x"}' + "]}" * 80)
    + "]}"
)
JSON = (
    Bad("an empty body", "POST Patient", 400, "required", None, b""),
    bad_json("no JSON", "hello"),
    bad_json("JSON cut in the middle", '{"resourceType":"Patient","id":'),
    bad_json("two JSON values", EMPTY + EMPTY),
    bad_json("an array", "[]"),
    bad_json("null", "null"),
    Bad("NaN", "POST Observation", 400, "structure", None, OBSERVATION.replace("%s", ',"valueQuantity":{"value":NaN}')),
    Bad(
        "Infinity",
        "POST Observation",
        400,
        "structure",
        None,
        OBSERVATION.replace("%s", ',"valueQuantity":{"value":-Infinity}'),
    ),
    bad_json("broken UTF-8", b'{"resourceType":"Patient","language":"\xff\xfe"}'),
    bad_json("half a surrogate pair", PATIENT % ',"name":[{"text":"\\ud800"}]'),
    bad_json("the halves of a surrogate pair the wrong way round", PATIENT % ',"name":[{"text":"\\udc00\\ud800"}]'),
    Bad(
        "an escaped NUL character",
        "POST Patient",
        400,
        "value",
        "Patient.name[0].text",
        PATIENT % ',"name":[{"text":"a\\u0000b"}]',
    ),
    bad_json("a NUL byte in a text", b'{"resourceType":"Patient","name":[{"text":"a\x00b"}]}'),
    bad_json("UTF-16", EMPTY.encode("utf-16")),
    bad_json("a byte order mark", b"\xef\xbb\xbf" + EMPTY.encode()),
    bad_json("a number with a leading zero", PATIENT % ',"multipleBirthInteger":02'),
    bad_json("a key without quotes", '{resourceType:"Patient"}'),
    bad_json("a comma too many", '{"resourceType":"Patient",}'),
    Bad(
        "a key twice",
        "POST Patient",
        400,
        "structure",
        "Patient.gender",
        PATIENT % ',"gender":"male","gender":"female"',
    ),
    Bad(
        "a key twice deep inside",
        "POST Patient",
        400,
        "structure",
        "Patient.name[0].family",
        PATIENT % ',"name":[{"family":"a","family":"b"}]',
    ),
    Bad(
        "a key twice, once escaped",
        "POST Patient",
        400,
        "structure",
        "Patient.gender",
        PATIENT % ',"gender":"male","g\\u0065nder":"female"',
    ),
    Bad("nesting beyond the limit", "POST Basic", 400, "too-costly", None, _DEEP),
    bad_json("nesting without end", "[" * 100_000),
    bad_json("objects without end", '{"a":' * 30_000),
    bad_json("no resourceType", "{}"),
    Bad("a resourceType that is none", "POST Patient", 400, "not-supported", None, '{"resourceType":"Nonsense"}'),
    Bad(
        "another type than the URL says",
        "POST Patient",
        400,
        "invalid",
        "Observation.resourceType",
        OBSERVATION.replace("%s", ""),
    ),
)
ELEMENTS = (
    bad_patient("an unknown element", ',"colour":"red"', "structure", "Patient.colour"),
    bad_patient("a number for a text", ',"language":1', "value", "Patient.language"),
    bad_patient("a text for a boolean", ',"active":"true"', "value", "Patient.active"),
    bad_patient("an object for an array", ',"name":{"family":"A"}', "structure", "Patient.name"),
    bad_patient("an array for one value", ',"gender":["male"]', "structure", "Patient.gender"),
    bad_patient("an empty array", ',"name":[]', "structure", "Patient.name"),
    bad_patient("an empty object", ',"name":[{}]', "invariant", "Patient.name[0]"),
    bad_patient("an empty text", ',"language":""', "value", "Patient.language"),
    bad_patient("null for an element", ',"gender":null', "structure", "Patient.gender"),
    bad_patient("a code outside a required binding", ',"gender":"woman"', "code-invalid", "Patient.gender"),
    bad_patient("a day that does not exist", ',"birthDate":"2026-02-30"', "value", "Patient.birthDate"),
    bad_patient("the year 0", ',"birthDate":"0000-01-01"', "value", "Patient.birthDate"),
    bad_patient("24 o'clock", ',"deceasedDateTime":"2026-01-01T24:00:00Z"', "value", "Patient.deceasedDateTime"),
    bad_patient("an integer with decimals", ',"multipleBirthInteger":2.0', "value", "Patient.multipleBirthInteger"),
    bad_patient(
        "an integer beyond 32 bits", ',"multipleBirthInteger":2147483648', "value", "Patient.multipleBirthInteger"
    ),
    bad_patient("a date that is none", ',"birthDate":"yesterday"', "value", "Patient.birthDate"),
    bad_patient(
        "two of a choice", ',"deceasedBoolean":true,"deceasedDateTime":"2026"', "structure", "Patient.deceased"
    ),
    bad_patient(
        "a reference to a type that may not be there",
        ',"generalPractitioner":[{"reference":"Patient/a"}]',
        "value",
        "Patient.generalPractitioner[0].reference",
    ),
    bad_patient(
        "a script in the narrative",
        ',"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>x</script></div>"}',
        "invariant",
        "Patient.text.div",
    ),
    bad_patient(
        "several errors at once",
        ',"gender":"x","birthDate":"x","colour":1',
        "code-invalid",
        "Patient.gender",
        ("value", "Patient.birthDate"),
        ("structure", "Patient.colour"),
    ),
    bad_observation(
        "a decimal sent as text", ',"valueQuantity":{"value":"1.0"}', "value", "Observation.valueQuantity.value"
    ),
    bad_observation(
        "a number of 5000 digits",
        f',"valueQuantity":{{"value":{"1" * 5000}}}',
        "value",
        "Observation.valueQuantity.value",
    ),
    bad_observation(
        "a number beyond all bounds", ',"valueQuantity":{"value":1e400}', "value", "Observation.valueQuantity.value"
    ),
    bad_observation(
        "a time without a zone", ',"effectiveDateTime":"2026-05-03T10:00:00"', "value", "Observation.effectiveDateTime"
    ),
    Bad(
        "a required element missing",
        "POST Observation",
        400,
        "required",
        "Observation.status",
        '{"resourceType":"Observation","code":{"text":"x"}}',
    ),
)
