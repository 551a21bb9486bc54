"""AuditEvent made on read from a person's access log: `AuditEvent?patient=…` and `GET AuditEvent/al-…`, for herself.

One AuditEvent for each line, and a line is about one person. Nothing is stored: what somebody wrote as an AuditEvent is
found and read as any entry, and those of the log stand after it. They answer the parameters of `ANSWERS`; a search with
other criteria finds the written ones alone. Reading them is a look like any other, and leaves a line of its own.

R4: http://hl7.org/fhir/R4/auditevent.html. Extensions for the patient and for the care relation: HL7 Norway,
no-domain-Trustframework-Auditevent. That profile wants a PractitionerRole as `agent.who`; a line holds the
Practitioner, the role and the organisation she acted for, so the profile is not claimed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access.codes import ROLE_SYSTEM
from felles.exchange.rest.outcomes import refuse
from felles.fhir.search.prefixes import compare
from felles.record.clock import BEGINNING, FOREVER
from felles.record.errors import Absent
from felles.record.find.ast import RESULT_PARAMETERS
from felles.record.grants import Mode
from felles.record.joined import keys_of
from felles.record.log.text import Line, parse
from felles.record.numbers import TYPES
from felles.record.read_audit import Asked
from felles.record.rows import Row
from felles.record.stamps import instant

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.find import Query
    from felles.record.grants import PersonKey
    from felles.record.read_log import Leaf

ANSWERS: Final = frozenset({"patient", "date", "agent", "action", "outcome"})
MARK: Final = "below-"
"""How the place of a page begins that holds made ones alone."""
_TYPE: Final = TYPES["AuditEvent"]
_ID: Final = re.compile(r"al-([1-9][0-9]{0,17})")
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_NO: Final = "http://hl7.no/fhir/StructureDefinition/auditevent-"
_EVENT: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_PURPOSE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_REST: Final = {
    "read": ("read", "R"),
    "vread": ("vread", "R"),
    "history": ("history-instance", "R"),
    "search": ("search-type", "E"),
    "lookup": ("search-type", "E"),
    "audit": ("search-type", "E"),
    "provenance": ("search-type", "E"),
    "everything": ("operation", "R"),
    "create": ("create", "C"),
    "update": ("update", "U"),
    "delete": ("delete", "D"),
}
"""Act of a line → the interaction and action of the AuditEvent; others are `E`, pages `R`."""
_EMERGENCY: Final = "5:"


def asks(call: Call, query: Query) -> bool:
    """Whether lines of a log answer this search: for the person herself, and for who sees everything and names one."""
    if query.type != "AuditEvent" or query.count_only:
        return False
    mode = call.grant().mode
    names = {name for name, _ in query.used if name not in RESULT_PARAMETERS}
    return names <= ANSWERS and (mode is Mode.SELF or (mode is Mode.ALL and "patient" in names))


async def of_log(call: Call, query: Query, below: int = FOREVER) -> list[Row]:
    """The made entries that the search asks for, of lines with a number below `below`, newest first. Raises `Busy`."""
    store, grant = call.door.store, call.grant()
    rows: list[Row] = []
    spans = [clause.spans for clause in query.clauses if clause.name == "date"]
    since, until = _stretch(spans)
    for reference, key in await _whose(call, query):
        for leaf in await store.audit(grant, key, Asked(since, until, 0, below), query.said):
            line = parse(leaf.text or "")
            if _fits(line, leaf.at, query, spans):
                rows.append(_row(leaf, line, reference, key))
    return sorted(rows, key=lambda row: -int(row.id.removeprefix("al-")))


def beginning(page: str | None) -> int | None:
    """The number below which a page of made entries alone begins, or None. Raises a Refusal (400)."""
    if page is None or not page.startswith(MARK):
        return None
    number = page.removeprefix(MARK)
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 19):
        raise refuse(400, "value", "_page is none that this server gave")
    return int(number)


def place_after(row: Row) -> str:
    """The page that begins after a made entry: while lines are added, none is told twice and none left out."""
    return f"{MARK}{row.id.removeprefix('al-')}"


async def read(call: Call) -> Row | None:
    """The made entry that the route's id names, or None for an id of another form. Raises `Absent`, `Busy`."""
    match = _ID.fullmatch(call.route.id)
    if match is None:
        return None
    grant, store = call.grant(), call.door.store
    if grant.mode is Mode.SELF:
        for reference, key in await _own(call):
            asked = Asked(BEGINNING, FOREVER, int(match[1]))
            for leaf in await store.audit(grant, key, asked, f"AuditEvent/{call.route.id}"):
                return _row(leaf, parse(leaf.text or ""), reference, key)
    raise Absent(f"AuditEvent/{call.route.id} is not here")


async def _whose(call: Call, query: Query) -> list[tuple[str, PersonKey]]:
    """The persons whose log is asked for, each with the reference she was asked by: named, or the reader herself."""
    named = [set(clause.targets) for clause in query.clauses if clause.name == "patient"]
    if not named:
        return await _own(call)
    pairs = [(target, await call.door.store.place(target)) for target in sorted(set.intersection(*named))]
    return await _whole(call, [(told, key) for told, key in pairs if key is not None and told.startswith("Patient/")])


async def _own(call: Call) -> list[tuple[str, PersonKey]]:
    actor = call.actor
    return [] if actor is None else await _whole(call, [(actor.reference, key) for key in actor.keys])


async def _whole(call: Call, named: list[tuple[str, PersonKey]]) -> list[tuple[str, PersonKey]]:
    """All keys of these persons, each once: one who is joined has a log with each of her Patients."""
    members = await keys_of(call.door.store.pool, [key for _, key in named])
    found: dict[PersonKey, str] = {}
    for reference, key in named:
        for each in members.get(key, (key,)):
            found.setdefault(each, reference)
    return [(reference, key) for key, reference in found.items()]


def _stretch(spans: list[Any]) -> tuple[int, int]:
    """The narrowest [since, until) that holds all that the dates ask for, where each names one bound."""
    since, until = BEGINNING, FOREVER
    for alternatives in spans:
        if len(alternatives) != 1:
            continue
        prefix, low, high = alternatives[0]
        if prefix in ("eq", "ge", "gt", "sa"):
            since = max(since, low if prefix in ("eq", "ge") else high)
        if prefix in ("eq", "le", "lt", "eb"):
            until = min(until, high if prefix in ("eq", "le") else low)
    return since, until


def _fits(line: Line, at: int, query: Query, spans: list[Any]) -> bool:
    for alternatives in spans:
        if not any(compare(prefix, (at, at + 1), (low, high)) for prefix, low, high in alternatives):
            return False
    for name, value in query.used:
        wanted = {part.rpartition("|")[2] for part in value.split(",")}
        if name == "agent" and not {line.who.get("actor"), line.who.get("org")} & wanted:
            return False
        if name == "action" and _action(line) not in wanted:
            return False
        if name == "outcome" and _outcome(line) not in wanted:
            return False
    return True


# -- from a line to its AuditEvent ---------------------------------------------------------------------------------


def _row(leaf: Leaf, line: Line, patient: str, key: PersonKey) -> Row:
    made = f"al-{leaf.number}"
    body = msgspec.json.encode(event_of(made, line, leaf.at, patient)).decode()
    return Row(_TYPE, made, 1, leaf.at, False, body, *key, line.basis or "")


def event_of(made: str, line: Line, at: int, patient: str) -> dict[str, Any]:
    """The AuditEvent `made` (its id) of a line written at `at` (microseconds) about `patient` (Patient/x)."""
    moment = instant(at)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": made,
        "meta": {"versionId": "1", "lastUpdated": moment},
        "extension": [
            {"url": f"{_NO}patient-extension", "valueReference": {"reference": patient}},
            *_relation(line, at),
        ],
        "type": _type(line),
        "action": _action(line),
        "recorded": moment,
        "outcome": _outcome(line),
        "purposeOfEvent": [{"coding": [{"system": _PURPOSE, "code": _purpose(line)}]}],
        "agent": _agents(line),
        "source": {"observer": {"display": "Felles"}},
        "entity": [
            {"what": {"reference": patient}, "role": _coding("object-role", "1")},
            *([_entity(line)] if _entity(line) else []),
        ],
    }
    if line.act in _REST:
        event["subtype"] = [{"system": _INTERACTION, "code": _REST[line.act][0]}]
    return event


def _relation(line: Line, at: int) -> list[dict[str, Any]]:
    """What the reader stood on: the entry that opened the record, and when that was looked up."""
    if not line.basis:
        return []
    source = line.basis.partition(":")[2]
    said: list[dict[str, Any]] = [{"url": "decision-ref-id", "valueString": source}] if source else []
    said += [
        {"url": "decision-ref-description", "valueString": line.basis},
        {"url": "toa", "valueUnsignedInt": at // 1_000_000},
    ]
    return [{"url": f"{_NO}carerelation-metadata-extension", "extension": said}]


def _type(line: Line) -> dict[str, str]:
    if line.act in _REST:
        return {"system": _EVENT, "code": "rest", "display": "RESTful Operation"}
    if line.act in ("sign-in", "sign-out"):
        return {"system": _DICOM, "code": "110114", "display": "User Authentication"}
    return {"system": _DICOM, "code": "110110", "display": "Patient Record"}


def _action(line: Line) -> str:
    if line.act.startswith("page:"):
        return "R"
    return _REST.get(line.act, ("", "E"))[1]


def _outcome(line: Line) -> str:
    """0 success, 4 minor failure: it was refused."""
    return "4" if line.outcome == "refused" else "0"


def _purpose(line: Line) -> str:
    if (line.basis or "").startswith(_EMERGENCY):
        return "BTG"
    purpose = str(line.who.get("purpose"))
    return purpose if purpose in ("TREAT", "PATRQT", "HOPERAT") else "HOPERAT"


def _agents(line: Line) -> list[dict[str, Any]]:
    who = line.who
    told: dict[str, Any] = {"who": _who(who.get("actor"), who.get("name")), "requestor": True}
    if who.get("name"):
        told["name"] = who["name"]
    if who.get("role"):
        told["role"] = [{"coding": [{"system": ROLE_SYSTEM, "code": who["role"]}]}]
    agents = [told]
    if who.get("org"):
        agents.append({"who": _who(who["org"], who.get("organization")), "requestor": False})
    if who.get("behalf"):
        agents.append({"who": _who(who["behalf"], None), "requestor": False})
    return agents


def _who(reference: str | None, name: str | None) -> dict[str, str]:
    said = {"reference": reference or "", "display": name or ""}
    found = {key: value for key, value in said.items() if value}
    return found or {"display": "Felles"}


def _entity(line: Line) -> dict[str, Any] | None:
    """What was looked at: an entry by its reference, or the words by which the log names it."""
    if _REFERENCE.fullmatch(line.what) and not line.what.startswith("Patient/"):
        return {"what": {"reference": line.what}}
    return None if line.what.startswith("Patient/") or not line.what else {"name": line.what}


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}
