"""Bad inputs, and what each must get. docs/bad-input.md is made from this table by scripts/bad_input_docs.py.

`{patient}` in a target or body is the id of a Patient that is there, `{observation}` of an Observation.
"""

import gzip
from dataclasses import dataclass, field

OBSERVATION = (
    '{"resourceType":"Observation","status":"final","code":{"text":"puls"},'
    '"subject":{"reference":"Patient/{patient}"}%s}'
)
PATIENT = '{"resourceType":"Patient"%s}'


@dataclass(frozen=True)
class Bad:
    """One bad request: what is wrong with it, and the status, issue code and expression it must get."""

    what: str
    request: str
    status: int
    code: str
    expression: str | None = None
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    signed_in: bool = True
    more: tuple[tuple[str, str | None], ...] = ()
    """Further issues (code, expression) of the same answer."""


def _patient(what: str, rest: str, code: str, expression: str | None, *more: tuple[str, str | None]) -> Bad:
    return Bad(what, "POST Patient", 400, code, expression, PATIENT % rest, more=more)


def _observation(what: str, rest: str, code: str, expression: str | None, *more: tuple[str, str | None]) -> Bad:
    return Bad(what, "POST Observation", 400, code, expression, OBSERVATION.replace("%s", rest), more=more)


def _json(what: str, body: str | bytes, code: str = "structure", expression: str | None = None) -> Bad:
    return Bad(what, "POST Patient", 400, code, expression, body)


def _transaction(what: str, status: int, code: str, expression: str | None, *entries: str) -> Bad:
    return Bad(what, "POST ", status, code, expression, _bundle("transaction", *entries))


def _bundle(kind: str, *entries: str) -> str:
    return f'{{"resourceType":"Bundle","type":"{kind}","entry":[{",".join(entries)}]}}'


def _entry(method: str, url: str, resource: str = "", **more: str) -> str:
    extra = "".join(f',"{name}":"{value}"' for name, value in more.items() if name != "fullUrl")
    full = f'"fullUrl":"{more["fullUrl"]}",' if "fullUrl" in more else ""
    held = f'"resource":{resource},' if resource else ""
    return f'{{{full}{held}"request":{{"method":"{method}","url":"{url}"{extra}}}}}'


_P = PATIENT % ""
_DEEP = (
    '{"resourceType":"Basic","code":{"text":"x"},"extension":['
    + ('{"url":"http://a.example/x","extension":[' * 80 + '{"url":"http://a.example/x","valueString":"x"}' + "]}" * 80)
    + "]}"
)

TRANSPORT = (
    Bad("no token", "GET Patient/{patient}", 401, "login", signed_in=False),
    Bad(
        "a token of nobody",
        "GET Patient/{patient}",
        401,
        "login",
        headers={"authorization": "Bearer a.b.c"},
        signed_in=False,
    ),
    Bad(
        "another scheme than Bearer",
        "GET Patient/{patient}",
        401,
        "login",
        headers={"authorization": "Basic YTpi"},
        signed_in=False,
    ),
    Bad(
        "only XML is accepted",
        "GET Patient/{patient}",
        406,
        "not-supported",
        headers={"accept": "application/fhir+xml"},
    ),
    Bad(
        "only R5 is accepted",
        "GET Patient/{patient}",
        406,
        "not-supported",
        headers={"accept": "application/fhir+json; fhirVersion=5.0"},
    ),
    Bad("_format of XML", "GET Patient/{patient}?_format=xml", 406, "not-supported"),
    Bad(
        "a body that says it is XML",
        "POST Patient",
        415,
        "not-supported",
        None,
        "<Patient/>",
        {"content-type": "application/fhir+xml"},
    ),
    Bad(
        "a body in another character set",
        "POST Patient",
        415,
        "not-supported",
        None,
        _P,
        {"content-type": "application/fhir+json; charset=latin1"},
    ),
    Bad("a body without Content-Type", "POST Patient", 415, "not-supported", None, _P, {"content-type": ""}),
    Bad(
        "a form sent to create",
        "POST Patient",
        415,
        "not-supported",
        None,
        "a=b",
        {"content-type": "application/x-www-form-urlencoded"},
    ),
    Bad("JSON sent to _search", "POST Patient/_search", 415, "not-supported", None, "{}"),
    Bad("an encoding that is not gzip", "POST Patient", 415, "not-supported", None, _P, {"content-encoding": "br"}),
    Bad("gzip that is none", "POST Patient", 400, "structure", None, _P, {"content-encoding": "gzip"}),
    Bad(
        "gzip broken off",
        "POST Patient",
        400,
        "structure",
        None,
        gzip.compress(_P.encode(), mtime=0)[:-6],
        {"content-encoding": "gzip"},
    ),
    Bad(
        "a gzip bomb",
        "POST Patient",
        413,
        "too-long",
        None,
        gzip.compress(bytes(50_000_000), mtime=0),
        {"content-encoding": "gzip"},
    ),
    Bad("a body above the limit", "POST Patient", 413, "too-long", None, b" " * 200_001),
    Bad(
        "a Content-Length above the limit",
        "POST Patient",
        413,
        "too-long",
        None,
        _P,
        {"content-length": "99999999999999"},
    ),
    Bad("a URL above the limit", "GET Patient?name=" + "a" * 5000, 414, "too-long"),
    Bad("headers above the limit", "GET Patient/{patient}", 431, "too-long", headers={"x-long": "a" * 40_000}),
    Bad("a Host that is none", "GET Patient/{patient}", 400, "value", headers={"host": 'a"<b>'}),
    Bad(
        "a method that is not served",
        "PATCH Patient/{patient}",
        405,
        "not-supported",
        None,
        "[]",
        {"content-type": "application/json-patch+json"},
    ),
    Bad("a method of no kind", "BREW Patient/{patient}", 405, "not-supported"),
)

PLACES = (
    Bad("a type that is none", "GET Nonsense/1", 404, "not-supported"),
    Bad("a type in lower case", "GET patient/1", 404, "not-supported"),
    Bad("a type that is never stored", "POST Parameters", 404, "not-supported", None, '{"resourceType":"Parameters"}'),
    Bad("a path that climbs", "GET Patient/../../../etc/passwd", 404, "not-found"),
    Bad("an id that is two dots", "PUT Patient/..", 404, "not-found", None, _P),
    Bad("an escaped slash in an id", "GET Patient/a%2Fb", 404, "not-supported"),
    Bad("an id of 65 characters", "GET Patient/" + "a" * 65, 404, "not-found"),
    Bad("an id with a quote", "GET Patient/a'b", 404, "not-found"),
    Bad("an id with a null byte", "GET Patient/a%00b", 404, "not-found"),
    Bad("an id that is not here", "GET Patient/not-here", 404, "not-found"),
    Bad("a version that is no number", "GET Patient/{patient}/_history/first", 404, "not-found"),
    Bad("version 0", "GET Patient/{patient}/_history/0", 404, "not-found"),
    Bad("a version beyond all numbers", "GET Patient/{patient}/_history/99999999999999999999", 404, "not-found"),
    Bad("an operation that is none", "GET Patient/{patient}/$nothing", 404, "not-supported"),
    Bad("a read with a search parameter", "GET Patient/{patient}?name=a", 400, "not-supported"),
    Bad("a base that is asked for a page", "GET ", 405, "not-supported"),
)

JSON = (
    Bad("an empty body", "POST Patient", 400, "required", None, b""),
    _json("no JSON", "hello"),
    _json("JSON cut in the middle", '{"resourceType":"Patient","id":'),
    _json("two JSON values", _P + _P),
    _json("an array", "[]"),
    _json("null", "null"),
    Bad("NaN", "POST Observation", 400, "structure", None, OBSERVATION.replace("%s", ',"valueQuantity":{"value":NaN}')),
    Bad(
        "Infinity",
        "POST Observation",
        400,
        "structure",
        None,
        OBSERVATION.replace("%s", ',"valueQuantity":{"value":-Infinity}'),
    ),
    _json("broken UTF-8", b'{"resourceType":"Patient","language":"\xff\xfe"}'),
    _json("half a surrogate pair", PATIENT % ',"name":[{"text":"\\ud800"}]'),
    _json("the halves of a surrogate pair the wrong way round", PATIENT % ',"name":[{"text":"\\udc00\\ud800"}]'),
    Bad(
        "an escaped NUL character",
        "POST Patient",
        400,
        "value",
        "Patient.name[0].text",
        PATIENT % ',"name":[{"text":"a\\u0000b"}]',
    ),
    _json("a NUL byte in a text", b'{"resourceType":"Patient","name":[{"text":"a\x00b"}]}'),
    _json("UTF-16", _P.encode("utf-16")),
    _json("a byte order mark", b"\xef\xbb\xbf" + _P.encode()),
    _json("a number with a leading zero", PATIENT % ',"multipleBirthInteger":02'),
    _json("a key without quotes", '{resourceType:"Patient"}'),
    _json("a comma too many", '{"resourceType":"Patient",}'),
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
    _json("nesting without end", "[" * 100_000),
    _json("objects without end", '{"a":' * 30_000),
    _json("no resourceType", "{}"),
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
    _patient("an unknown element", ',"colour":"red"', "structure", "Patient.colour"),
    _patient("a number for a text", ',"language":1', "value", "Patient.language"),
    _patient("a text for a boolean", ',"active":"true"', "value", "Patient.active"),
    _patient("an object for an array", ',"name":{"family":"A"}', "structure", "Patient.name"),
    _patient("an array for one value", ',"gender":["male"]', "structure", "Patient.gender"),
    _patient("an empty array", ',"name":[]', "structure", "Patient.name"),
    _patient("an empty object", ',"name":[{}]', "invariant", "Patient.name[0]"),
    _patient("an empty text", ',"language":""', "value", "Patient.language"),
    _patient("null for an element", ',"gender":null', "structure", "Patient.gender"),
    _patient("a code outside a required binding", ',"gender":"woman"', "code-invalid", "Patient.gender"),
    _patient("a day that does not exist", ',"birthDate":"2026-02-30"', "value", "Patient.birthDate"),
    _patient("the year 0", ',"birthDate":"0000-01-01"', "value", "Patient.birthDate"),
    _patient("24 o'clock", ',"deceasedDateTime":"2026-01-01T24:00:00Z"', "value", "Patient.deceasedDateTime"),
    _patient("an integer with decimals", ',"multipleBirthInteger":2.0', "value", "Patient.multipleBirthInteger"),
    _patient(
        "an integer beyond 32 bits", ',"multipleBirthInteger":2147483648', "value", "Patient.multipleBirthInteger"
    ),
    _patient("a date that is none", ',"birthDate":"yesterday"', "value", "Patient.birthDate"),
    _patient("two of a choice", ',"deceasedBoolean":true,"deceasedDateTime":"2026"', "structure", "Patient.deceased"),
    _patient(
        "a reference to a type that may not be there",
        ',"generalPractitioner":[{"reference":"Patient/a"}]',
        "value",
        "Patient.generalPractitioner[0].reference",
    ),
    _patient(
        "a script in the narrative",
        ',"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>x</script></div>"}',
        "invariant",
        "Patient.text.div",
    ),
    _patient(
        "several errors at once",
        ',"gender":"x","birthDate":"x","colour":1',
        "code-invalid",
        "Patient.gender",
        ("value", "Patient.birthDate"),
        ("structure", "Patient.colour"),
    ),
    _observation(
        "a decimal sent as text", ',"valueQuantity":{"value":"1.0"}', "value", "Observation.valueQuantity.value"
    ),
    _observation(
        "a number of 5000 digits",
        f',"valueQuantity":{{"value":{"1" * 5000}}}',
        "value",
        "Observation.valueQuantity.value",
    ),
    _observation(
        "a number beyond all bounds", ',"valueQuantity":{"value":1e400}', "value", "Observation.valueQuantity.value"
    ),
    _observation(
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

WRITES = (
    Bad(
        "an id in the body that is not the URL's",
        "PUT Patient/{patient}",
        400,
        "value",
        "Patient.id",
        PATIENT % ',"id":"other"',
    ),
    Bad("no id in the body of an update", "PUT Patient/{patient}", 400, "value", "Patient.id", _P),
    Bad(
        "If-Match that is no ETag",
        "PUT Patient/{patient}",
        400,
        "invalid",
        None,
        PATIENT % ',"id":"{patient}"',
        {"if-match": "3"},
    ),
    Bad(
        "If-Match with a star",
        "PUT Patient/{patient}",
        400,
        "invalid",
        None,
        PATIENT % ',"id":"{patient}"',
        {"if-match": "*"},
    ),
    Bad(
        "If-Match of another version",
        "PUT Patient/{patient}",
        412,
        "conflict",
        None,
        PATIENT % ',"id":"{patient}"',
        {"if-match": 'W/"77"'},
    ),
    Bad(
        "If-Match for an entry that is not here",
        "PUT Patient/not-here",
        412,
        "conflict",
        None,
        PATIENT % ',"id":"not-here"',
        {"if-match": 'W/"1"'},
    ),
    Bad(
        "an id of our form that we did not make",
        "PUT Patient/f000000000000000000000000",
        422,
        "business-rule",
        None,
        PATIENT % ',"id":"f000000000000000000000000"',
    ),
    Bad("a Prefer that means nothing", "POST Patient", 400, "invalid", None, _P, {"prefer": "return=everything"}),
    Bad("If-None-Exist without criteria", "POST Patient", 412, "incomplete", None, _P, {"if-none-exist": ""}),
    Bad(
        "If-None-Exist with an unknown parameter",
        "POST Patient",
        400,
        "invalid",
        None,
        _P,
        {"if-none-exist": "colour=red"},
    ),
    Bad("a conditional delete without criteria", "DELETE Patient", 412, "incomplete"),
    Bad("a conditional delete that meets nothing", "DELETE Patient?_id=not-here", 404, "not-found"),
    Bad("a conditional update without criteria", "PUT Patient", 412, "incomplete", None, _P),
    Bad("deleting what is not here", "DELETE Patient/not-here", 404, "not-found"),
    Bad(
        "an entry that would move to another person",
        "PUT Observation/{observation}",
        409,
        "conflict",
        None,
        OBSERVATION.replace("%s", ',"id":"{observation}"').replace("{patient}", "{other}"),
    ),
)

SEARCHES = (
    Bad("an unknown parameter", "GET Patient?colour=red", 400, "invalid"),
    Bad(
        "an unknown parameter by POST",
        "POST Patient/_search",
        400,
        "invalid",
        None,
        "colour=red",
        {"content-type": "application/x-www-form-urlencoded"},
    ),
    Bad("an unknown modifier", "GET Patient?name:loud=a", 400, "invalid"),
    Bad("a date that is none", "GET Patient?birthdate=yesterday", 400, "invalid"),
    Bad("a day that does not exist", "GET Patient?birthdate=2026-02-30", 400, "invalid"),
    Bad("a number that is none", "GET Observation?value-quantity=much", 400, "invalid"),
    Bad("a negative _count", "GET Patient?_count=-1", 400, "invalid"),
    Bad("_count that is no number", "GET Patient?_count=many", 400, "invalid"),
    Bad("_sort by what is no parameter", "GET Patient?_sort=colour", 400, "invalid"),
    Bad(
        "_include of what is no reference",
        "GET Observation?subject=Patient/{patient}&_include=Observation:code",
        400,
        "invalid",
    ),
    Bad("a chain into nothing", "GET Observation?subject:Patient.colour=red", 400, "invalid"),
    Bad("a parameter in broken UTF-8", "GET Patient?name=%FF", 400, "invalid"),
    Bad("a parameter in raw Latin-1", "GET Patient?name=\xe5", 400, "invalid"),
    Bad("a null byte in a value", "GET Patient?name=a%00b", 400, "invalid"),
    Bad("too many parameters", "GET Patient?" + "&".join(["name=a"] * 201), 400, "too-costly"),
    Bad("a page link made up", "GET Patient?_page=made-up", 400, "invalid"),
    Bad(
        "an SQL fragment is a name like any other",
        "GET Observation?subject=Patient/{patient}&code=';drop table entry;--",
        200,
        "",
    ),
    Bad("history with a negative _count", "GET Patient/{patient}/_history?_count=-1", 400, "value"),
    Bad("history since a day", "GET Patient/{patient}/_history?_since=2026-05-03", 400, "value"),
    Bad("history with an unknown parameter", "GET Patient/{patient}/_history?colour=red", 400, "not-supported"),
    Bad("a feed with a page made up", "GET Patient/_history?_page=x", 400, "invalid"),
    Bad("history with a page made up", "GET Patient/{patient}/_history?_page=x", 400, "value"),
    Bad("$everything of a type that is none", "GET Patient/{patient}/$everything?_type=Nonsense", 400, "value"),
    Bad("$everything with an unknown parameter", "GET Patient/{patient}/$everything?colour=red", 400, "not-supported"),
)

_OBS = OBSERVATION.replace("%s", "")
BUNDLES = (
    Bad("a Patient posted to the base", "POST ", 400, "invalid", "Bundle.resourceType", _P),
    Bad("a Bundle of another type", "POST ", 400, "value", "Bundle.type", _bundle("collection")),
    Bad("a Bundle without a type", "POST ", 400, "value", "Bundle.type", '{"resourceType":"Bundle"}'),
    Bad(
        "more entries than the limit",
        "POST ",
        413,
        "too-long",
        "Bundle.entry",
        _bundle("batch", *[_entry("GET", "Patient/a")] * 51),
    ),
    _transaction("an entry without request", 400, "required", "Bundle.entry[0].request", f'{{"resource":{_P}}}'),
    _transaction(
        "an entry with a method that is none",
        400,
        "code-invalid",
        "Bundle.entry[0].request.method",
        _entry("BREW", "Patient"),
    ),
    _transaction(
        "an entry that goes nowhere", 404, "not-supported", "Bundle.entry[0].request.url", _entry("GET", "Nonsense/1")
    ),
    _transaction(
        "an entry that goes to another server",
        400,
        "value",
        "Bundle.entry[0].request.url",
        _entry("GET", "http://a.example/Patient/1"),
    ),
    _transaction("a POST without resource", 400, "required", "Bundle.entry[0].resource", _entry("POST", "Patient")),
    Bad(
        "what only the base answers",
        "POST ",
        400,
        "not-supported",
        "Bundle.entry[0].request.url",
        _bundle("transaction", _entry("GET", "metadata"), _entry("PUT", "metadata", _P)),
        more=(("not-supported", "Bundle.entry[1].request.url"),),
    ),
    _transaction(
        "one bad entry among good ones",
        400,
        "code-invalid",
        "Bundle.entry[1].resource.gender",
        _entry("POST", "Patient", _P),
        _entry("POST", "Patient", PATIENT % ',"gender":"x"'),
    ),
    _transaction(
        "the same entry twice",
        400,
        "duplicate",
        "Bundle.entry[1]",
        *[_entry("DELETE", "Observation/{observation}")] * 2,
    ),
    _transaction(
        "the same fullUrl twice",
        400,
        "duplicate",
        "Bundle.entry[1]",
        *[_entry("POST", "Patient", _P, fullUrl="urn:uuid:4f0a9d4e-6a51-4b5b-9f43-1f8e7e7a2b11")] * 2,
    ),
    _transaction(
        "a read in a transaction that fails",
        404,
        "not-found",
        "Bundle.entry[1]",
        _entry("POST", "Patient", _P),
        _entry("GET", "Patient/not-here"),
    ),
    _transaction(
        "a conditional reference that meets nothing",
        412,
        "conflict",
        "Bundle.entry[0].resource.subject",
        _entry("POST", "Observation", _OBS.replace("Patient/{patient}", "Patient?_id=not-here")),
    ),
)

GROUPS = (
    ("The request itself", TRANSPORT),
    ("Where it goes", PLACES),
    ("The body as JSON", JSON),
    ("The body as FHIR", ELEMENTS),
    ("Writing", WRITES),
    ("Searching, history, $everything", SEARCHES),
    ("Bundles", BUNDLES),
)
