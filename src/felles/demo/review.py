"""What waits for the privacy reviewer: ways in that somebody took, and a demand, by and about ordinary citizens.

None of their organisations has a reviewer, so all of it falls to the one where the record is run. Written as those
who did it would have written it, through the doors; the cast's own records are left as their stories tell them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access import open as doors
from felles.access.actor import Actor, Sort
from felles.access.codes import KIND_SYSTEM, OPENING_REASON
from felles.demo.places import HOSPITAL, ORGANISATIONS, OUT_OF_HOURS, STAFF
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.world import Person, Resource
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.store import Store

_HOUR: Final = 3600 * MICROSECONDS
_THERE: Final = "select exists (select 1 from handover where kind > 20) as there"
_MEDICINES: Final = ("medicine", "allergy")


async def wait(store: Store, places: Places, people: list[Person]) -> int:
    """Write the cases about up to three of `people`; the number of entries. None when some are here already."""
    if (await store.pool.fetch(_THERE))[0]["there"]:
        return 0
    written = 0
    for person, write in zip(people, (_emergency, _need, _demand), strict=False):
        key = await store.place(person.reference)
        if key is not None:
            grant, task = write(store, places, person, key)
            await store.commit(grant, [_change(task)], act="create")
            written += 1
    return written


def _emergency(store: Store, _: Places, person: Person, key: PersonKey) -> tuple[PersonGrant, Resource]:
    kinds = [{"type": _coded("kinds"), "valueCoding": {"system": KIND_SYSTEM, "code": kind}} for kind in _MEDICINES]
    words = "Funnet bevisstløs hjemme. Måtte vite hvilke medisiner som var tatt."
    task = _task(store, person, "emergency") | {"reasonCode": _reason("danger", words), "input": kinds}
    return doors.case(_staff(store, "aksel", OUT_OF_HOURS), (key,)), task


def _need(store: Store, _: Places, person: Person, key: PersonKey) -> tuple[PersonGrant, Resource]:
    words = "Ringte mottaket for å spørre om hun skulle komme inn. Ikke henvist ennå."
    task = _task(store, person, "need") | {"reasonCode": _reason("other", words)}
    return doors.case(_staff(store, "berit", HOSPITAL), (key,)), task


def _demand(store: Store, places: Places, person: Person, key: PersonKey) -> tuple[PersonGrant, Resource]:
    words = "Det står at jeg røyker. Det har jeg aldri gjort. Jeg vil at det rettes."
    asked = {
        "requester": {"reference": person.reference},
        "owner": {"reference": places.organisations[places.staff[person.gp].organisation].reference},
        "description": words,
    }
    own = Actor(
        sort=Sort.CITIZEN,
        reference=person.reference,
        name=person.full_name,
        role_code="citizen",
        keys=(key,),
        purpose="PATRQT",
        until=store.clock.real() + _HOUR,
    )
    return doors.person(own, (key,)), _task(store, person, "correction") | asked


def _staff(store: Store, key: str, organisation: str) -> Actor:
    staff, place = STAFF[key], ORGANISATIONS[organisation]
    return Actor(
        sort=Sort.STAFF,
        reference=staff.practitioner,
        name=staff.full_name,
        role_code=staff.role,
        organization=place.reference,
        organization_name=place.name,
        until=store.clock.real() + _HOUR,
    )


def _task(store: Store, person: Person, code: str) -> Resource:
    now = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS, UTC).isoformat(timespec="seconds")
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": _coded(code),
        "for": {"reference": person.reference},
        "authoredOn": now,
    }


def _coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CASE_SYSTEM, "code": code}]}


def _reason(code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": OPENING_REASON, "code": code}], "text": words}


def _change(task: Resource) -> Change:
    return Change(op="create", type="Task", resource=fhir.decode(msgspec.json.encode(task)))
