"""Giving a proxy, ending one, and asking for a part of a child's record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from felles import access, fhir
from felles.care.doors.proxies import rules, views
from felles.record.changes import Change
from felles.record.codes import CASE_SYSTEM
from felles.record.errors import Absent

if TYPE_CHECKING:
    from felles.access import Actor
    from felles.care.doors.proxies.rules import Wished
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.store import Store

ANSWERED_WITHIN = 30
"""Days in which a request is answered: one month (GDPR 12)."""


async def give(store: Store, grant: PersonGrant, receiver: str, name: str, wished: Wished) -> None:
    """Let `receiver` (Patient/y) act for the person of `grant`. Raises what `Store.commit` raises."""
    made = rules.consent(grant.actor, receiver, name, wished, instant(store.clock.clinical()))
    change = Change(op="create", type="Consent", resource=fhir.decode(msgspec.json.encode(made)))
    await store.commit(grant, [change], act="create")


async def end(store: Store, grant: PersonGrant, resource_id: str) -> None:
    """End a proxy given before, at once. Raises `Absent` for anything else, and what `Store.commit` raises."""
    body, version = await views.consent_body(store, grant, resource_id)
    shown = msgspec.json.decode(body, type=views.Consent)
    if shown.mandate != rules.PROXY:
        raise Absent("there is no such proxy")
    resource: Any = fhir.decode(body)
    if resource.status == "active":
        resource.status = "inactive"
        change = Change(op="update", type="Consent", id=resource_id, resource=resource, expected=version)
        await store.commit(grant, [change], act="update")


async def ask(store: Store, actor: Actor, key: PersonKey, patient: str, owner: str, words: str) -> None:
    """Ask `owner` (Organization/x) for a part of the record of `patient` (Patient/x). Raises what `commit` raises."""
    now = store.clock.clinical()
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": "request"}]},
        "for": {"reference": patient},
        "requester": {"reference": actor.reference, "display": actor.name},
        "owner": {"reference": owner},
        "authoredOn": instant(now),
        "description": words,
        "restriction": {"period": {"end": instant(now + ANSWERED_WITHIN * 86_400_000_000)}},
    }
    change = Change(op="create", type="Task", resource=fhir.decode(msgspec.json.encode(task)))
    await store.commit(access.case(actor, (key,)), [change], act="create")


def instant(micros: int) -> str:
    """A FHIR instant for microseconds since 1970 UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.isoformat(timespec="seconds")
