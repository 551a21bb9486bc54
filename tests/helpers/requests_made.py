"""Requests to the FHIR door, drawn from what it serves: every route of its table, every search parameter.

A route that is added is asked for from then on, as a path filled with types and ids; `_DRESSED` gives bodies,
queries and headers to those that take them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from handed_over import OPEN
from hypothesis import strategies as st
from twins import CLINIC, ELSEWHERE, HIDDEN, NATIONAL, NUMBERS, SEEN, SHARED, code, life

from felles.exchange.rest.routing import _SHAPES
from felles.fhir.search import PARAMS


class Request(NamedTuple):
    """One request; `look_up`: its answer may hold the look-up form."""

    method: str
    target: str
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never written
    look_up: bool = False


LIVES = {SEEN: life(SEEN, HIDDEN, CLINIC), HIDDEN: life(HIDDEN, SEEN, CLINIC, open_at=ELSEWHERE)}
"""What is sent of the one who is hidden goes to others: what is sent to the readers opens her record to them."""
IDS: dict[str, list[str]] = {}
for _resource in (*SHARED, *LIVES[SEEN], *LIVES[HIDDEN]):
    IDS.setdefault(_resource["resourceType"], []).append(_resource["id"])
USED = sorted(IDS)
REFERENCES = [f"{type_name}/{one}" for type_name, ids in IDS.items() for one in ids]
PERSONAL = sorted({resource["resourceType"] for resource in LIVES[SEEN]})
WORK = frozenset({*OPEN.values(), "Appointment", "Slot", "Schedule"})
"""Types of what is handed over, and of times: it is asked most where some of it is hidden."""
TEXTS = ["Nordmann", "nord", "Kari", "ordman", "Ola", "Fjordbyen", "Storgata", "1234", "L-1", "Epikrise", "Rom 1", "x"]
CODES = [
    "phone|99999999",
    "8867-4", "29463-7", "http://loinc.org|8867-4", "http://loinc.org|", "|8867-4", "R51", "N02BE01", "227493005",
    "final", "active", "finished", "completed", "current", "female", "true", "false", "AMB", "SPS", "high",
    "99999999", "vital-signs", "m-1", "urn:example:mrn|m-1", "urn:example:mrn|", "11488-4", "8867-4,29463-7", "J07BB02",
    f"{NATIONAL}|{NUMBERS[SEEN]}", f"{NATIONAL}|{NUMBERS[HIDDEN]}", NUMBERS[HIDDEN],
]  # fmt: skip
DATES = [
    "2026-05-03",
    "2026",
    "2026-05",
    "1969-11-13",
    "2020-01-01",
    "2026-05-03T10:05:00Z",
    "2025-12-24",
    "2100",
    "2026-04-01",
]
VALUES: dict[str, list[str]] = {
    "token": CODES,
    "string": TEXTS,
    "date": [prefix + day for day in DATES for prefix in ("", "ge", "lt", "ne", "ap", "sa")],
    "reference": [
        *REFERENCES,
        f"http://felles.test/fhir/Patient/{HIDDEN}",
        SEEN,
        HIDDEN,
        "Patient/nowhere",
        "urn:x|m-1",
    ],
    "quantity": ["72", "72.0||/min", "gt70", "81.5|http://unitsofmeasure.org|kg", "lt100", "ne72"],
    "number": ["0.25", "gt0.1", "lt1", "ne0.25"],
    "uri": ["http://example.org", "urn:x"],
}
MODIFIERS = {
    "token": ["", "", ":not", ":missing", ":text"],
    "string": ["", "", ":exact", ":contains", ":missing"],
    "reference": ["", "", ":identifier", ":Patient", ":missing"],
    "date": ["", "", ":missing"],
    "quantity": ["", "", ":missing"],
    "number": ["", "", ":missing"],
    "uri": ["", ":below", ":missing"],
}
LOOKS_FOR = {"name", "family", "given"}
NARROWS = {"birthdate", "address", "address-city"}

types = st.sampled_from(USED)


def _params(type_name: str, *kinds: str) -> list[Any]:
    return [
        p for p in PARAMS[type_name].values() if p.supported and p.type in VALUES and (not kinds or p.type in kinds)
    ]


@st.composite
def condition(draw: Any, type_name: str, *, modified: bool = True) -> tuple[str, str]:
    """One parameter of a type with a value that the two persons' records are full of."""
    param = draw(st.sampled_from(_params(type_name)))
    modifier = draw(st.sampled_from(MODIFIERS[param.type])) if modified else ""
    value = (
        draw(st.sampled_from(["true", "false"]))
        if modifier == ":missing"
        else draw(st.sampled_from(VALUES[param.type]))
    )
    return param.name + modifier, value


@st.composite
def chained(draw: Any, type_name: str) -> tuple[str, str]:
    """A chain of one step, or a `_has`."""
    if draw(st.booleans()):
        links = _params(type_name, "reference")
        if links:
            param = draw(st.sampled_from(links))
            target = draw(st.sampled_from([t for t in param.targets if t in IDS] or ["Patient"]))
            name, value = draw(condition(target))
            return f"{param.name}:{target}.{name}", value
    holder = draw(types)
    backs = [p for p in _params(holder, "reference") if not p.targets or type_name in p.targets]
    if not backs:
        return draw(condition(type_name))
    name, value = draw(condition(holder))
    return f"_has:{holder}:{draw(st.sampled_from(backs)).name}:{name}", value


@st.composite
def result_parameter(draw: Any, type_name: str) -> tuple[str, str]:
    """What says how to answer."""
    match draw(st.sampled_from(["_count", "_total", "_summary", "_sort", "_include", "_revinclude"])):
        case "_count":
            return "_count", draw(st.sampled_from(["1", "2", "0"]))
        case "_total":
            return "_total", draw(st.sampled_from(["accurate", "estimate", "none"]))
        case "_summary":
            return "_summary", "count"
        case "_sort":
            param = draw(st.sampled_from(_params(type_name, "date", "string", "reference", "number", "quantity")))
            return "_sort", draw(st.sampled_from(["", "-"])) + param.name
        case "_include":
            param = draw(st.sampled_from(_params(type_name, "reference") or _params("Observation", "reference")))
            return "_include", f"{type_name}:{param.name}"
        case _:
            holder = draw(types)
            backs = [p for p in _params(holder, "reference") if not p.targets or type_name in p.targets]
            return "_revinclude", f"{holder}:{draw(st.sampled_from(backs)).name}" if backs else "Provenance:target"


@st.composite
def criteria(draw: Any, type_name: str) -> list[tuple[str, str]]:
    """The parameters of a search."""
    one = st.one_of(condition(type_name), condition(type_name), chained(type_name))
    asked = draw(st.lists(one, min_size=0, max_size=3))
    return asked + draw(st.lists(result_parameter(type_name), max_size=2))


def _query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, quote_via=quote)


def _looks_up(type_name: str, pairs: list[tuple[str, str]]) -> bool:
    """Whether this is a look-up: by national number, or by name with birth date or place; nothing else asked."""
    names = {name.partition(":")[0] for name, _ in pairs}
    by_number = any(name == "identifier" and NUMBERS[HIDDEN] in value for name, value in pairs)
    return type_name == "Patient" and (by_number or bool(names & LOOKS_FOR and names & NARROWS))


@st.composite
def resource(draw: Any, type_name: str, resource_id: str | None = None) -> dict[str, Any]:
    """A resource to write: like one of the two lives', about one of the two, with references to either."""
    same = [r for r in (*SHARED, *LIVES[SEEN], *LIVES[HIDDEN]) if r["resourceType"] == type_name]
    made = dict(draw(st.sampled_from(same))) if same else {"resourceType": "Basic", "code": code("x")}
    made = {name: value for name, value in made.items() if name != "id"} | ({"id": resource_id} if resource_id else {})
    if type_name == "Patient":
        # Her number would be taken: the one thing that creating a Patient tells, and only to who may look up.
        made["identifier"] = [{"system": "urn:example:mrn", "value": draw(st.sampled_from(["m-1", "m-2"]))}]
    if draw(st.booleans()) and "note" not in made and type_name in ("Observation", "Condition", "Procedure"):
        made["note"] = [{"text": draw(st.sampled_from(TEXTS))}]
    if draw(st.integers(0, 5)) == 0 and "subject" in made:
        made["subject"] = {"reference": f"Patient?{_query([draw(condition('Patient', modified=False))])}"}
    return made


@st.composite
def _id_of(draw: Any, type_name: str) -> str:
    return draw(st.sampled_from([*IDS.get(type_name, []), "nowhere", "f0000000000000000000000ab"]))


@st.composite
def _search(draw: Any, method: str, path: str, type_name: str) -> Request:
    pairs = draw(criteria(type_name))
    look_up = _looks_up(type_name, pairs)
    if method == "POST":
        form = {"content_type": "application/x-www-form-urlencoded"}
        return Request("POST", path, _query(pairs).encode(), form, look_up)
    return Request(method, f"{path}?{_query(pairs)}" if pairs else path, look_up=look_up)


@st.composite
def _create(draw: Any, method: str, path: str, type_name: str) -> Request:
    wanted = draw(st.none() | st.lists(condition(type_name, modified=False), min_size=1, max_size=2))
    headers = {} if wanted is None else {"if_none_exist": _query(wanted)}
    return Request(method, path, draw(resource(type_name)), headers)


@st.composite
def _change(draw: Any, method: str, path: str, type_name: str) -> Request:
    """Update and delete; by criteria where the path names no id."""
    resource_id = path.partition("/")[2] or None
    if resource_id is None:
        asked = draw(st.lists(condition(type_name, modified=False), min_size=1, max_size=2))
        path = f"{path}?{_query(asked)}"
    headers = draw(st.sampled_from([{}, {}, {"if_match": 'W/"1"'}, {"if_match": 'W/"2"'}]))
    return Request(method, path, draw(resource(type_name, resource_id)) if method == "PUT" else None, headers)


@st.composite
def _history(draw: Any, method: str, path: str, type_name: str) -> Request:
    return Request(method, path + draw(st.sampled_from(["", "?_count=1", "?_since=2020-01-01T00:00:00Z"])))


@st.composite
def _everything(draw: Any, method: str, path: str, type_name: str) -> Request:
    body = {"resourceType": "Parameters"} if method == "POST" else None
    return Request(method, path + draw(st.sampled_from(["", "?_type=Observation", "?_type=Patient,Condition"])), body)


@st.composite
def _move(draw: Any, method: str, path: str, type_name: str) -> Request:
    patient = draw(st.sampled_from([SEEN, HIDDEN, "nowhere"]))
    asked = [
        {"name": "patient", "valueReference": {"reference": f"Patient/{patient}"}},
        {"name": "reason", "valueString": draw(st.sampled_from(["", "Skrevet på feil person"]))},
    ]
    headers = draw(st.sampled_from([{}, {}, {"if_match": 'W/"1"'}, {"if_match": 'W/"2"'}]))
    return Request(method, path, {"resourceType": "Parameters", "parameter": asked}, headers)


_DRESSED = {
    "move": _move,
    "search": _search,
    "create": _create,
    "update": _change,
    "delete": _change,
    "history": _history,
    "everything": _everything,
}
"""What goes with the path, by interaction; of others the path is all."""


def fhir_routes() -> list[tuple[str, str, str]]:
    """(shape of the path, method, interaction) of everything that is served."""
    return [(shape, method, name) for shape, by in sorted(_SHAPES.items()) for method, name in sorted(by.items())]


def _alone() -> list[tuple[str, str, str]]:
    return [route for route in fhir_routes() if route[2] not in ("batch", "metadata")]


@st.composite
def single(draw: Any, *, bundled: bool = False) -> Request:
    """A request to one of the routes; `bundled`: one that may stand in a Bundle."""
    routes = [route for route in _alone() if not (bundled and route[:2] == ("T/_search", "POST"))]
    shape, method, interaction = draw(st.sampled_from(routes))
    type_name = "Patient" if shape.startswith("Patient/") else draw(st.sampled_from([*USED, *PERSONAL]))
    resource_id = None
    parts: list[str] = []
    for part in shape.split("/"):
        if part == "T":
            parts.append(type_name)
        elif part == "*" and resource_id is None:
            resource_id = draw(_id_of(type_name))
            parts.append(resource_id)
        else:
            parts.append(draw(st.sampled_from("123")) if part == "*" else part)
    path, dressed = "/".join(parts), _DRESSED.get(interaction)
    return draw(dressed(method, path, type_name)) if dressed else Request(method, path)


@st.composite
def bundled(draw: Any) -> Request:
    """A batch or a transaction of some."""
    entries: list[dict[str, Any]] = []
    for one in draw(st.lists(single(bundled=True), min_size=1, max_size=3)):
        if one.look_up or isinstance(one.body, bytes):
            continue
        request = {"method": one.method, "url": one.target}
        if "if_none_exist" in one.headers:
            request["ifNoneExist"] = one.headers["if_none_exist"]
        if "if_match" in one.headers:
            request["ifMatch"] = one.headers["if_match"]
        entries.append({"request": request} | ({"resource": one.body} if one.body else {}))
    kind = draw(st.sampled_from(["batch", "transaction"]))
    return Request("POST", "", {"resourceType": "Bundle", "type": kind, "entry": entries})


def every_parameter() -> Iterator[Request]:
    """Each type as it is and counted, and by each of its parameters with each modifier, values in turn."""
    turns = {kind: cycle(values) for kind, values in VALUES.items()}
    for type_name in USED:
        yield Request("GET", type_name)
        yield Request("GET", f"{type_name}?_summary=count")
        for param in _params(type_name):
            for modifier in dict.fromkeys(MODIFIERS[param.type]):
                value = "false" if modifier == ":missing" else next(turns[param.type])
                pairs = [(param.name + modifier, value)]
                yield Request("GET", f"{type_name}?{_query(pairs)}", look_up=_looks_up(type_name, pairs))


def requests() -> st.SearchStrategy[Request]:
    """Any request; a fifth of them are Bundles."""
    return st.one_of(single(), single(), single(), single(), bundled())


def covered() -> set[str]:
    """The interactions that are asked for."""
    return {name for _, _, name in fhir_routes()}


def shown(request: Request) -> str:
    """A request as a line, for a failure."""
    body = request.body if isinstance(request.body, bytes | None) else msgspec.json.encode(request.body)
    return f"{request.method} {request.target} {dict(request.headers)} {body!r}"
