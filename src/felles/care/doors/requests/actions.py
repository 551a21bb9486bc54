"""Writing what is asked, decided and wished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access, fhir
from felles.access.handovers.kinds import MONTH
from felles.care.doors.cases.actions import ANSWER
from felles.care.doors.proxies.actions import instant
from felles.care.doors.requests import rules
from felles.record.changes import Change
from felles.record.codes import CASE_SYSTEM

if TYPE_CHECKING:
    from felles.access import Actor
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.read_requests import Request
    from felles.record.store import Store

_OFFICES: Final = """select r.party from relation r where r.bucket = $1 and r.person = $2 and r.basis in (10, 20)
    order by r.basis, r.until desc"""


async def ask(store: Store, actor: Actor, key: PersonKey, patient: tuple[str, str], words: str) -> None:
    """Ask about `patient` (Patient/x, name). Her last GP's office answers, else her municipality's service.

    Where there is none it falls to whoever answers what nobody else does. Raises what `commit` raises.
    """
    rows = await store.pool.fetch(_OFFICES, *key)
    offices = await store.names.organizations({row["party"] for row in rows})
    owner = next((offices[row["party"]] for row in rows if row["party"] in offices), "")
    now = store.clock.clinical()
    task = rules.request((actor.reference, actor.name), patient, owner, words, instant(now), instant(now + MONTH))
    await _create(store, access.case(actor, (key,)), task)


async def decide(
    store: Store, actor: Actor, grant: PersonGrant, asked: Request, released: Any | None, words: str
) -> None:
    """Release what `released` (a Consent) says, or nothing, and answer. Raises what `commit` raises.

    What is released comes first: an answer that says yes is never there without it.
    """
    if released is not None:
        await _create(store, grant, released)
    task = msgspec.json.decode(asked.body)
    task["status"] = "rejected" if released is None else "completed"
    said = {"type": {"coding": [{"system": CASE_SYSTEM, "code": ANSWER}]}, "valueString": words}
    task["output"] = [*task.get("output", []), said]
    resource = fhir.decode(msgspec.json.encode(task))
    change = Change(op="update", type="Task", id=asked.id, resource=resource, expected=asked.version)
    await store.commit(access.decide(actor, grant.keys), [change], act="update")


async def give(store: Store, grant: PersonGrant, consent: Any) -> None:
    """Let next of kin see what a decision says. Raises what `commit` raises."""
    await _create(store, grant, consent)


async def wish(store: Store, grant: PersonGrant, before: list[tuple[str, Any, int]], consent: Any | None) -> None:
    """End the wishes of `before` (id, resource, version) and leave a new one, in one commit."""
    changes: list[Change] = []
    for name, resource, version in before:
        resource.status = "inactive"
        changes.append(Change(op="update", type="Consent", id=name, resource=resource, expected=version))
    if consent is not None:
        changes.append(Change(op="create", type="Consent", resource=_struct(consent)))
    if changes:
        await store.commit(grant, changes, act="update")


async def _create(store: Store, grant: PersonGrant, made: Any) -> None:
    change = Change(op="create", type=made["resourceType"], resource=_struct(made))
    await store.commit(grant, [change], act="create")


def _struct(made: Any) -> Any:
    return fhir.decode(msgspec.json.encode({name: value for name, value in made.items() if value != []}))
