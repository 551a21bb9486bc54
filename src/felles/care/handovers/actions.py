"""Sending, and what a person does with what she has: each is one commit over the version she saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from felles import access, fhir
from felles.access.handovers.carrying import carrying, looked
from felles.access.handovers.kinds import Kind
from felles.access.resources import moment
from felles.care.handovers import rules
from felles.record.changes import Change
from felles.record.errors import Absent

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.care.handovers.rules import Verb
    from felles.record.grants import PersonGrant
    from felles.record.read_handovers import HandedRow
    from felles.record.store import Store


async def call(store: Store, grant: PersonGrant, patient_id: str, to: str, words: str, name: str) -> str:
    """Hand over to `to` what somebody must look at within minutes; the id of the Task. Raises what `commit` raises.

    `name` is the id that is drawn of the form, of `to` and of the words: one that is sent twice is one call.
    """
    now, patient = moment(store.clock.clinical()), f"Patient/{patient_id}"
    task = rules.sending(
        Kind.CALL, patient=patient, sender=grant.actor, to=to, words=words, now=now, urgent=True, focus=""
    )
    change = Change(op="create", type="Task", resource=_struct(task), drawn=name)
    return await store.create_once(grant, [change])


async def do(
    store: Store, actor: Actor, row: HandedRow, verb: Verb, *, words: str = "", to: str = "", until: str = "",
    told: str = "",
) -> str:  # fmt: skip
    """Do `verb` with a hand-over as it stood in `row`; the reference of its Task.

    What no Task carried until now is carried by one from here on. Raises `Absent`, and what `commit` raises:
    `PreconditionFailed` where somebody was faster.
    """
    key = await store.place(row.source)
    if key is None:
        raise Absent("there is no such hand-over here")
    now = moment(store.clock.clinical())
    body: dict[str, Any] = msgspec.json.decode(row.body)
    carried = row.source.startswith("Task/")
    if not carried:
        body = carrying(row.source, body, row, now, f"Patient/{row.patient}")
    body = rules.act(body, verb, who=actor.reference, now=now, words=words, to=to, until=until, told=told)
    if row.came is not None and (verb in rules.SAID or verb is rules.Verb.END):
        body["identifier"] = [*body.get("identifier", []), looked(row.came)]
    task = _struct(body)
    if carried:
        name = row.source.partition("/")[2]
        change = Change(op="update", type="Task", id=name, resource=task, expected=row.version)
    else:
        change = Change(op="create", type="Task", resource=task)
    done = await store.commit(access.person(actor, (key,)), [change], act=change.op)
    return f"Task/{done[0].id}"


def _struct(resource: dict[str, Any]) -> Any:
    return fhir.decode(msgspec.json.encode(resource))
