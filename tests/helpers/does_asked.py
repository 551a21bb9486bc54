"""What each verb of the doors stands for, done by somebody: whether it was let through."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from cells_asked import Asking, staff
from doors import block, case, coded, held_back, proxy
from every_kind import of_every_kind
from households import parent_of
from routes import Asked
from worlds import actor

from felles.access.actor import Sort
from felles.access.verbs import REMARK
from felles.record.codes import CASE_SYSTEM
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.access.actor import Actor

NATIONAL = "urn:oid:2.16.578.1.12.4.1.4.1"
_names = count(1)


async def who(asking: Asking, role: str, own: str) -> Actor:
    """Somebody in that role; as a citizen the person `own`."""
    if role == "citizen":
        key = await asking.world.store.place(f"Patient/{own}")
        assert key is not None
        return actor(role, Sort.CITIZEN, reference=f"Patient/{own}", keys=(key,), purpose="PATRQT")
    if role == "system":
        return actor(role, Sort.SYSTEM, organization="Organization/clinic")
    if role == "maintenance":
        return actor(role, Sort.MAINTENANCE, purpose="maintenance")
    return staff(role)


def written(verb: str, patient: str) -> dict[str, Any]:
    """The entry whose writing takes the verb."""
    entries = of_every_kind(patient)
    result, subject = f"Observation/{patient}-{int(Kind.RESULT)}", {"reference": f"Patient/{patient}"}
    return {
        "create_person": {"resourceType": "Patient", "name": [{"family": f"Ny{next(_names)}"}]},
        "need": case(patient, "need"),
        "open": case(patient, "emergency"),
        "release": case(patient, "looked", focus={"reference": result}),
        "case": case(patient, "log-question"),
        "block": block(patient, **{"class": [{"code": "x"}]}),
        "hold": held_back(patient, result),
        "mandate": proxy(patient, "nobody"),
        "register": parent_of({"id": patient}, {"id": "nobody", "name": [{"family": "x"}]}),
        "remark": entries[Kind.MESSAGE] | {"category": [coded(CASE_SYSTEM, REMARK)], "subject": subject},
        "ask": entries[Kind.MESSAGE] | {"category": [coded(CASE_SYSTEM, "question")], "subject": subject},
        "maintain": {"resourceType": "Organization", "name": f"Ny {next(_names)}"},
    }[verb]


PAGES = {
    "decide": "/p/{id}/onsker",
    "place": "/p/{id}/adresse",
    "handle": "/admin/saker",
    "staff": "/admin/enheter",
    "approve": "/admin/soknader",
}


async def done(asking: Asking, role: str, verb: str, patient: str, own: str) -> bool:
    """Whether the door let it through; anything but a plain yes or no is an AssertionError."""
    somebody = await who(asking, role, own)
    if verb in PAGES:
        page = await asking.pages.ask(somebody, Asked("GET", PAGES[verb].format(id=patient)))
        assert page.status_code in (200, 303, 403, 404), (role, verb, page.text)
        return page.status_code in (200, 303)  # those who answer cases are sent on to their worklist
    client = asking.world.client(somebody)
    if verb == "join":
        one, other = [(await asking.world.patient())["id"] for _ in range(2)]
        named = {"name": "other", "valueReference": {"reference": f"Patient/{other}"}}
        joined = await client.post(f"Patient/{one}/$join", {"resourceType": "Parameters", "parameter": [named]})
        assert joined.status in (200, 403), (role, joined.json)
        return joined.status == 200
    if verb == "move":
        return await _moved(asking, client, role, patient)
    if verb in ("find", "lookup"):
        query = f"Encounter?patient={patient}" if verb == "find" else f"Patient?identifier={NATIONAL}|{_NUMBER}"
        answer = await client.get(query)
        assert answer.status in (200, 403), (role, verb, answer.json)
        return answer.status == 200 and bool(answer.json.get("entry"))
    made = {name: value for name, value in written(verb, patient).items() if name != "id"}
    answer = await client.post(made["resourceType"], made)
    assert answer.status in (201, 403), (role, verb, answer.json)
    return answer.status == 201


async def _moved(asking: Asking, client: Any, role: str, patient: str) -> bool:
    """An entry that the clinic wrote, moved to somebody whose record is open to all who work there."""
    clinic = actor("maintenance", Sort.MAINTENANCE, purpose="maintenance", organization="Organization/clinic",
                   reference="Device/clinic")  # fmt: skip
    entry = await asking.world.client(clinic).post("Observation", asking.world.observation(patient))
    assert entry.status == 201, entry.json
    await asking.stood("right", "lasting")
    asked = [{"name": "patient", "valueReference": {"reference": "Patient/right"}},
             {"name": "reason", "valueString": "Skrevet på feil person"}]  # fmt: skip
    target = f"Observation/{entry.json['id']}/$move"
    answer = await client.post(target, {"resourceType": "Parameters", "parameter": asked})
    assert answer.status in (201, 403, 404), (role, answer.json)
    return answer.status == 201


_NUMBER = "13116900216"


def looked_up() -> dict[str, Any]:
    """One whom nobody has a relation to, to look up."""
    return {"resourceType": "Patient", "id": "sought", "name": [{"family": "Søkt"}],
            "identifier": [{"system": NATIONAL, "value": _NUMBER}]}  # fmt: skip
