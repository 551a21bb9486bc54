"""Two regions that differ in one person alone, and how their answers are made comparable.

Both are copies of one database; then a person to whom none of the readers has a relation is written to the
second. From then on both draw the same ids, so that what is written to both is the same but for the times.
"""

from __future__ import annotations

import difflib
import json
import random
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec
from handed_over import OPEN, PLACES, work
from worlds import Answer, Client, World, actor

from felles.access.actor import Actor, Sort
from felles.access.codes import ROLE_SYSTEM

CLINIC, ELSEWHERE = "Organization/clinic", "Organization/elsewhere"
SEEN, HIDDEN, CHILD = "seen", "hidden", "child"
NUMBERS = {SEEN: "13116900216", HIDDEN: "05064600389"}  # made up
ICD, SNOMED = "http://hl7.org/fhir/sid/icd-10", "http://snomed.info/sct"
NATIONAL = "urn:oid:2.16.578.1.12.4.1.4.1"

_dice: ContextVar[random.Random] = ContextVar("dice")


class SameIds:
    """Stands in for `secrets` where ids are made: draws from the dice of the region that is being asked."""

    @staticmethod
    def randbelow(bound: int) -> int:
        return _dice.get().randrange(bound)

    @staticmethod
    def randbits(count: int) -> int:
        return _dice.get().getrandbits(count)

    @staticmethod
    def token_bytes(count: int) -> bytes:
        return _dice.get().randbytes(count)


def code(value: str, system: str = "http://loinc.org") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": value}], "text": value}


def who(name: str) -> dict[str, str]:
    return {"reference": f"Patient/{name}"}


SHARED: list[dict[str, Any]] = [
    {"resourceType": "Organization", "id": "clinic", "name": "Fjordbyen legesenter"},
    {"resourceType": "Organization", "id": "elsewhere", "name": "Et annet sted"},
    {"resourceType": "Practitioner", "id": "doc", "name": [{"family": "Nordmann", "given": ["Kari"]}]},
    {"resourceType": "Location", "id": "room", "name": "Rom 1", "managingOrganization": {"reference": CLINIC}},
    {"resourceType": "Medication", "id": "pill", "code": code("N02BE01", "http://www.whocc.no/atc")},
    {
        "resourceType": "PractitionerRole",
        "id": "doc-gp",
        "practitioner": {"reference": "Practitioner/doc"},
        "organization": {"reference": CLINIC},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "gp"}]}],
    },
    {
        "resourceType": "PractitionerRole",
        "id": "sec-secretary",
        "practitioner": {"reference": "Practitioner/sec"},
        "organization": {"reference": CLINIC},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "secretary"}]}],
    },
    {  # whose role the forms may end, and no reader is the poorer
        "resourceType": "PractitionerRole",
        "id": "spare-gp",
        "practitioner": {"reference": "Practitioner/spare"},
        "organization": {"reference": CLINIC},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "gp"}]}],
    },
    *PLACES,
]


def life(name: str, other: str, at: str, *, open_at: str = "") -> list[dict[str, Any]]:
    """One person's record. All is alike for both but the ids; `other` is named in it, `at` follows her up.

    What is open about her (`handed_over.work`) comes after all else; `open_at`: where, if that is not where `at` is.
    """
    doc = {"reference": "Practitioner/doc"}
    mine = {"subject": who(name)}
    measured = {"status": "final", "performer": [doc], "focus": [who(other)], **mine}
    vital = [code("vital-signs", "http://terminology.hl7.org/CodeSystem/observation-category")]
    made = [
        {
            "resourceType": "Patient",
            "active": True,
            "identifier": [{"system": NATIONAL, "value": NUMBERS[name]}, {"system": "urn:example:mrn", "value": "m-1"}],
            "name": [{"family": "Nordmann", "given": ["Kari", "Anne"]}],
            "gender": "female",
            "birthDate": "1969-11-13",
            "telecom": [{"system": "phone", "value": "99999999"}],
            "address": [{"line": ["Storgata 1"], "city": "Fjordbyen", "postalCode": "1234"}],
            "generalPractitioner": [doc],
            "managingOrganization": {"reference": CLINIC},
            "link": [{"other": who(other), "type": "seealso"}],
        },
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": who(name),
            "managingOrganization": {"reference": at},
            "period": {"start": "2020-01-01"},
        },
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "period": {"start": "2026-05-03T10:00:00Z", "end": "2026-05-03T10:20:00Z"},
            "location": [{"location": {"reference": "Location/room"}}],
            "serviceProvider": {"reference": at},
            **mine,
        },
        {"resourceType": "Observation", "code": code("8867-4"), "effectiveDateTime": "2026-05-03", "category": vital,
         "valueQuantity": {"value": 72.0, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
         "encounter": {"reference": f"Encounter/{name}-2"}, **measured},
        {"resourceType": "Observation", "code": code("29463-7"), "effectiveDateTime": "2026-05-04", "category": vital,
         "valueQuantity": {"value": 81.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
         "derivedFrom": [{"reference": f"Observation/{name}-3"}, {"reference": f"Observation/{other}-3"}], **measured},
        {"resourceType": "Condition", "code": code("R51", ICD), "onsetDateTime": "2026-04-01",
         "encounter": {"reference": f"Encounter/{name}-2"}, "asserter": doc, **mine},
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2026-05-03",
         "medicationReference": {"reference": "Medication/pill"}, "requester": doc, **mine},
        {"resourceType": "AllergyIntolerance", "patient": who(name), "code": code("227493005", SNOMED),
         "criticality": "high", "recordedDate": "2026-01-01"},
        {"resourceType": "Procedure", "status": "completed", "code": code("80146002", SNOMED),
         "performedDateTime": "2025-12-24", "reasonReference": [{"reference": f"Condition/{other}-5"}], **mine},
        {"resourceType": "Immunization", "status": "completed", "patient": who(name),
         "occurrenceDateTime": "2025-10-01",
         "vaccineCode": code("J07BB02", "http://www.whocc.no/atc"), "lotNumber": "L-1"},
        {"resourceType": "DocumentReference", "status": "current", "type": code("11488-4"),
         "date": "2026-05-03T11:00:00Z",
         "content": [{"attachment": {"contentType": "text/plain", "title": "Epikrise"}}], **mine},
        {"resourceType": "RelatedPerson", "patient": who(name), "name": [{"family": "Nordmann", "given": ["Ola"]}],
         "relationship": [code("SPS", "http://terminology.hl7.org/CodeSystem/v3-RoleCode")]},
        {"resourceType": "RiskAssessment", "status": "final", "prediction": [{"probabilityDecimal": 0.25}], **mine},
        {"resourceType": "Communication", "status": "completed", "sent": "2026-05-03T12:00:00Z", "about": [who(other)],
         "payload": [{"contentString": "Hei"}], **mine},
        {"resourceType": "Provenance", "recorded": "2026-05-03T12:00:00Z", "agent": [{"who": doc}],
         "target": [{"reference": f"Observation/{name}-3"}]},
    ]  # fmt: skip
    named = [r | {"id": name if r["resourceType"] == "Patient" else f"{name}-{i}"} for i, r in enumerate(made)]
    return named + work(name, open_at or at)


@dataclass
class Region:
    """One of the two. Its ids are drawn with dice of their own for each request."""

    world: World
    pages: Any = None
    hiding: Any = None
    asked: int = 0
    drawn: int = 0

    def reader(self, name: str) -> Client:
        """One of `READERS`."""
        if name == "citizen":
            return self.world.client(self.citizen)
        return self.world.client(staff(name))

    async def learn(self) -> None:
        key = await self.world.store.place(f"Patient/{SEEN}")
        assert key is not None
        own = f"Patient/{SEEN}"
        self.citizen = actor("citizen", Sort.CITIZEN, reference=own, keys=(key,), purpose="PATRQT")

    async def versions(self) -> int:
        """How many versions of entries there are: each that is written, also one that deletes, is one more."""
        rows = await self.world.store.pool.fetch(
            "select (select count(*) from entry) + (select count(*) from shared) as n"
        )
        return int(rows[0]["n"])

    async def restore(self, entries: list[dict[str, Any]]) -> None:
        """Put a life back as it was; of what was handed over each that has not ended, which it then has for ever."""
        handed = [f"{SEEN}-{last}" for last in OPEN]
        put = [
            {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
            for r in sorted(entries, key=lambda r: r["id"] in handed)
        ]
        kept = len(entries) - len(handed)
        whole = {"resourceType": "Bundle", "type": "transaction", "entry": put[:kept]}
        answer = await self.world.system.post("", whole)
        assert answer.status == 200, answer.json
        await self.world.system.post("", {"resourceType": "Bundle", "type": "batch", "entry": put[kept:]})

    async def ask(self, reader: str, method: str, target: str, body: Any, headers: dict[str, str]) -> Answer:
        self.asked += 1
        _dice.set(random.Random(self.asked))
        return await self.reader(reader)(method, target, body, x_request_id="r", **headers)

    async def ask_page(self, who: Any, asked: Any) -> Any:
        """The same of a page, as an actor (None: not signed in); `asked` of `routes`."""
        self.asked += 1
        _dice.set(random.Random(self.asked))
        return await self.pages.ask(who, asked)


READERS = {
    "gp": ("gp", Sort.STAFF, "Practitioner/doc"),
    "secretary": ("secretary", Sort.STAFF, "Practitioner/doc"),
    "system": ("system", Sort.SYSTEM, "Device/clinic"),
    "citizen": ("citizen", Sort.CITIZEN, ""),
    "for-doctor": ("secretary", Sort.STAFF, "Practitioner/sec"),
}
"""Who asks. The last is a secretary who works on behalf of the doctor."""


def staff(name: str) -> Actor:
    """One of `READERS`, the citizen aside, signed in at the clinic."""
    role, sort, reference = READERS[name]
    behalf = "Practitioner/doc" if name == "for-doctor" else None
    return actor(
        role, sort, reference=reference, organization=CLINIC, organization_name="Fjordbyen legesenter", behalf=behalf
    )


def throw(seed: str) -> None:
    """Have the ids that are drawn from here on follow from `seed`."""
    _dice.set(random.Random(seed))


async def fill(world: World, *lives: list[dict[str, Any]]) -> None:
    """Write lives, by one who sees everything, with dice of their own."""
    _dice.set(random.Random(f"{len(lives)} lives"))
    for resource in (entry for each in lives for entry in each):
        answer = await world.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        assert answer.status == 201, (resource, answer.json)


def unlike(one: Any, other: Any) -> str:
    """Where two comparable answers part, as lines; empty when they do not."""
    if one == other:
        return ""
    without, having = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (one, other))
    return "\n".join(list(difflib.unified_diff(without, having, "without her", "with her", lineterm="", n=1))[:40])


def _unordered(found: Any) -> Any:
    """With the entries of each `$everything` in one order: it gives them as they lie."""
    if isinstance(found, list):
        return [_unordered(each) for each in found]
    if not isinstance(found, dict):
        return found
    found = {name: _unordered(value) for name, value in found.items()}
    if "entry" in found and any("$everything" in link["url"] for link in found.get("link", [])):
        found["entry"] = sorted(found["entry"], key=lambda entry: entry["fullUrl"])
    return found


# `recorded` to the microsecond: of the Provenance made for a version, whose time it is.
_TIMES = re.compile(rb'("(?:lastUpdated|lastModified|timestamp|recorded(?=":"[^"]+\.\d{6}Z"))":")[^"]+')
_LINKS = re.compile(rb"_page=[A-Za-z0-9_\-]+")
_UNEQUAL = frozenset({"last-modified", "content-length"})


def comparable(answer: Answer) -> tuple[int, dict[str, str], Any]:
    """An answer but for its times and the sealed text of its paging links."""
    status, headers, body = _timeless(answer)
    return status, headers, _unordered(msgspec.json.decode(body)) if body else None


def alike(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same, letter for letter, but for that: then they need not be read."""
    return _timeless(one) == _timeless(other)


def _timeless(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in _UNEQUAL}
    return answer.status, headers, _LINKS.sub(b"_page=", _TIMES.sub(rb"\1", answer.body))


LOOK_UP_FORM = frozenset({"resourceType", "id", "meta", "active", "name", "gender", "birthDate", "address"})


def without_look_up(found: Any) -> Any:
    """A searchset without the look-up form of the hidden person; anything else of hers stays, and is a difference."""
    if not isinstance(found, dict) or found.get("type") != "searchset":
        return found
    kept = [entry for entry in found.get("entry", []) if not _is_look_up(entry["resource"])]
    rest: dict[str, Any] = {name: value for name, value in found.items() if name != "entry"}
    if kept:
        rest["entry"] = kept
    if "total" in rest:
        rest["total"] -= len(found.get("entry", [])) - len(kept)
    return rest


def _is_look_up(resource: dict[str, Any]) -> bool:
    return (
        resource["id"] == HIDDEN
        and resource.keys() <= LOOK_UP_FORM
        and all(place.keys() == {"district"} for place in resource.get("address", []))
    )
