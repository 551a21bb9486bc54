"""What citizens ask for and what is answered: each a Task with a code of CASE_SYSTEM, in the record like all else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.handovers.carrying import review_id, reviewing
from felles.access.handovers.hook import DESK
from felles.access.handovers.kinds import MONTH, Kind
from felles.access.resources import moment
from felles.access.verbs import REMARK
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM
from felles.record.desks import REVIEWERS
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.access.actor import Actor
    from felles.care.doors.rules import Line
    from felles.record.grants import PersonGrant, SetGrant
    from felles.record.read_cases import CaseRow
    from felles.record.store import Store

SHORTEST: Final = 10
"""Letters that a demand or a reason must have at least."""
LONGEST: Final = 4000
LINE: Final = "log-line"
"""`Task.input` of a question: the number of the line, and who left it."""
ACTOR: Final = "log-actor"
ANSWER: Final = "answer"
APPROVAL: Final = "approval"
"""`Task.output`: somebody approves that the entry is deleted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry a demand is about: `Type/id`, and the hash of the organisation that answers for it."""

    reference: str
    org: int


def too_short(words: str) -> bool:
    """Whether what was written says too little, or too much, to be a demand or a reason."""
    return not SHORTEST <= len(words.strip()) <= LONGEST


async def ask_about(
    store: Store, grant: PersonGrant, patient: str, at: int, line: Line, words: str, drawn: str = ""
) -> str:
    """Ask the organisation of a line of one's own log about it; the id of the case. Raises what `commit` raises.

    `drawn`, here as for the others: the id drawn of the form that was sent (`named_id`), so that it is one sent twice.
    """
    said = [_said(LINE, str(line.number)), _said(ACTOR, line.who.actor), _said("log-time", moment(at))]
    task = _task(store, patient, Kind.LOG_QUESTION, words, await desk_of(store, mark_of(line.who.org)))
    return await _create(store, grant, task | {"input": said}, drawn)


async def demand(
    store: Store, grant: PersonGrant, patient: str, entry: Entry, sort: Kind, words: str, name: str = "",
    drawn: str = "",
) -> str:  # fmt: skip
    """Demand that an entry is corrected or deleted; the id of the case. Raises what `commit` raises.

    `name` is that of who demands it for the person: the case is then hers, so that she sees what becomes of it.
    """
    task = _task(store, patient, sort, words, await desk_of(store, entry.org))
    if name:
        task["requester"] = {"reference": grant.actor, "display": name}
    return await _create(store, grant, task | {"focus": {"reference": entry.reference}}, drawn)


async def remark(store: Store, grant: PersonGrant, patient: str, entry: Entry, words: str, drawn: str = "") -> str:
    """Put one's own view beside an entry (hpl § 42); its id. Raises what `commit` raises."""
    made = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [_coded(REMARK)],
        "subject": {"reference": patient},
        "sender": {"reference": patient},
        "about": [{"reference": entry.reference}],
        "sent": moment(store.clock.clinical()),
        "payload": [{"contentString": words.strip()}],
    }
    return await _create(store, grant, made, drawn)


async def desk_of(store: Store, org: int) -> str:
    """`Organization/x` that answers for what the organisation or unit with this hash wrote; "" when there is none."""
    rows = await store.pool.fetch(DESK, org, list(REVIEWERS), store.clock.real())
    return rows[0]["desk"] if rows else ""


async def answer(store: Store, grant: SetGrant, row: CaseRow, words: str, *, refused: bool) -> None:
    """Answer a case, or refuse what it asks for, with the reason. Raises what `commit` raises.

    Of a way in that its reader made herself it says what was found; refused, the way in is shut.
    """
    task = _of(store, row)
    task["status"] = "rejected" if refused else "completed"
    task.pop("businessStatus", None)
    task["output"] = [*task.get("output", []), _said(ANSWER, words.strip())]
    await _save(store, grant, row, task)


async def approve_deletion(store: Store, grant: SetGrant, actor: Actor, row: CaseRow) -> None:
    """Approve that the entry of a demand is deleted: one of two approvals. Raises what `commit` raises."""
    task = _of(store, row)
    approval = {"type": _coded(APPROVAL), "valueReference": {"reference": actor.reference}}
    task["output"] = [*task.get("output", []), approval]
    task["status"] = "in-progress"
    await _save(store, grant, row, task)


async def act(store: Store, grant: SetGrant, row: CaseRow, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """Do something with a case as it stood in `row`; the reference of its Task. Raises what `commit` raises.

    What no Task carried until now is carried by one from here on.
    """
    return await _save(store, grant, row, change(_of(store, row)))


def approvals(task: dict[str, Any]) -> list[str]:
    """Who the Task says has approved, in order."""
    return [
        output.get("valueReference", {}).get("reference", "")
        for output in task.get("output", [])
        if _code(output.get("type", {})) == APPROVAL
    ]


def said_in(task: dict[str, Any], code: str, part: str = "output") -> str:
    """What an input or output of a Task says in words; "" when there is none."""
    found = [each.get("valueString", "") for each in task.get(part, []) if _code(each.get("type", {})) == code]
    return found[-1] if found else ""


def _task(store: Store, patient: str, sort: Kind, words: str, owner: str) -> dict[str, Any]:
    now = store.clock.clinical()
    due = datetime.fromtimestamp((now + MONTH) / MICROSECONDS, UTC).date().isoformat()
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": _coded(sort.case),
        "for": {"reference": patient},
        "requester": {"reference": patient},
        "authoredOn": moment(now),
        "description": words.strip(),
        "restriction": {"period": {"end": due}},
    }
    if owner:
        made["owner"] = {"reference": owner}
    return made


async def _create(store: Store, grant: PersonGrant, resource: dict[str, Any], drawn: str) -> str:
    change = Change(op="create", type=resource["resourceType"], resource=fhir.decode(msgspec.json.encode(resource)))
    change.drawn = drawn or None
    return await store.create_once(grant, [change])


def _of(store: Store, row: CaseRow) -> dict[str, Any]:
    if row.hand.version:
        return msgspec.json.decode(row.hand.body)
    return reviewing(row.hand.source, row.hand, f"Patient/{row.hand.patient}", moment(store.clock.clinical()))


async def _save(store: Store, grant: SetGrant, row: CaseRow, task: dict[str, Any]) -> str:
    made = fhir.decode(msgspec.json.encode(task))
    if row.hand.version:
        change = Change(op="update", type="Task", id=row.name, resource=made, expected=row.hand.version)
    else:
        change = Change(op="create", type="Task", resource=made)  # whoever else answers it makes the same Task
        change.drawn = review_id(row.bucket, row.hand.source, row.hand.made)
    done = (await store.commit(grant, [change], act=change.op))[0]
    return f"Task/{done.id}"


def _coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CASE_SYSTEM, "code": code}]}


def _code(concept: dict[str, Any]) -> str:
    found = (c.get("code", "") for c in concept.get("coding", []) if c.get("system") == CASE_SYSTEM)
    return next(found, "")


def _said(code: str, words: str) -> dict[str, Any]:
    return {"type": _coded(code), "valueString": words}
