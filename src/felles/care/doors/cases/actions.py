"""What citizens ask for and what is answered: each a Task with a code of CASE_SYSTEM, in the record like all else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.cases import MONTH, Sort
from felles.access.resources import moment
from felles.access.verbs import REMARK
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM
from felles.record.ids import SHARED_BUCKET
from felles.record.numbers import TYPES

if TYPE_CHECKING:
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

_OWNER: Final = f"""
with recursive up(id, part_of, step) as (
    select s.id, s.body::json #>> '{{partOf,reference}}', 0 from shared s
     where s.bucket = {SHARED_BUCKET} and s.type = {TYPES["Organization"]} and s.form = 0 and s.state = 0
       and not s.deleted and s.self = $1
    union all
    select s.id, s.body::json #>> '{{partOf,reference}}', up.step + 1 from up
      join shared s on s.bucket = {SHARED_BUCKET} and s.type = {TYPES["Organization"]} and s.form = 0 and s.state = 0
       and not s.deleted and s.id = substr(up.part_of, 14)
     where up.step < 8
)
select id from up order by step desc limit 1"""


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry a demand is about: `Type/id`, and the hash of the organisation that answers for it."""

    reference: str
    org: int


def too_short(words: str) -> bool:
    """Whether what was written says too little, or too much, to be a demand or a reason."""
    return not SHORTEST <= len(words.strip()) <= LONGEST


async def ask_about(store: Store, grant: PersonGrant, patient: str, at: int, line: Line, words: str) -> str:
    """Ask the organisation of a line of one's own log about it; the id of the case. Raises what `commit` raises."""
    said = [_said(LINE, str(line.number)), _said(ACTOR, line.who.actor), _said("log-time", moment(at))]
    task = _task(store, patient, Sort.LOG_QUESTION, words, line.who.org)
    return await _create(store, grant, task | {"input": said})


async def demand(
    store: Store, grant: PersonGrant, patient: str, entry: Entry, sort: Sort, words: str, name: str = ""
) -> str:
    """Demand that an entry is corrected or deleted; the id of the case. Raises what `commit` raises.

    `name` is that of who demands it for the person: the case is then hers, so that she sees what becomes of it.
    """
    task = _task(store, patient, sort, words, await owner_of(store, entry.org))
    if name:
        task["requester"] = {"reference": grant.actor, "display": name}
    return await _create(store, grant, task | {"focus": {"reference": entry.reference}})


async def remark(store: Store, grant: PersonGrant, patient: str, entry: Entry, words: str) -> str:
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
    return await _create(store, grant, made)


async def owner_of(store: Store, org: int) -> str:
    """`Organization/x` that answers for what the organisation or unit with this hash wrote; "" when it is not here."""
    rows = await store.pool.fetch(_OWNER, org)
    return f"Organization/{rows[0]['id']}" if rows else ""


async def answer(store: Store, grant: SetGrant, row: CaseRow, words: str, *, refused: bool) -> None:
    """Answer a case, or refuse what it asks for, with the reason. Raises what `commit` raises."""
    task = msgspec.json.decode(row.body)
    task["status"] = "rejected" if refused else "completed"
    task["output"] = [*task.get("output", []), _said(ANSWER, words.strip())]
    await _update(store, grant, row, task)


async def review(store: Store, grant: SetGrant, row: CaseRow, entry: str, words: str, *, refused: bool) -> None:
    """Say what was found of a way in by `entry` (Type/id) that its reader made herself. Raises what `commit` raises."""
    now = moment(store.clock.clinical())
    made = {
        "resourceType": "Task",
        "status": "rejected" if refused else "completed",
        "intent": "order",
        "code": _coded(Sort.SELF_MADE.code),
        "for": {"reference": f"Patient/{row.patient}"},
        "focus": {"reference": entry},
        "authoredOn": now,
        "output": [_said(ANSWER, words.strip())],
    }
    await _create(store, grant, made)


async def approve_deletion(store: Store, grant: SetGrant, actor: Actor, row: CaseRow) -> None:
    """Approve that the entry of a demand is deleted: one of two approvals. Raises what `commit` raises."""
    task = msgspec.json.decode(row.body)
    approval = {"type": _coded(APPROVAL), "valueReference": {"reference": actor.reference}}
    task["output"] = [*task.get("output", []), approval]
    task["status"] = "in-progress"
    await _update(store, grant, row, task)


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


def _task(store: Store, patient: str, sort: Sort, words: str, owner: str) -> dict[str, Any]:
    now = store.clock.clinical()
    due = datetime.fromtimestamp((now + MONTH) / MICROSECONDS, UTC).date().isoformat()
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": _coded(sort.code),
        "for": {"reference": patient},
        "requester": {"reference": patient},
        "authoredOn": moment(now),
        "description": words.strip(),
        "restriction": {"period": {"end": due}},
    }
    if owner:
        made["owner"] = {"reference": owner}
    return made


async def _create(store: Store, grant: PersonGrant | SetGrant, resource: dict[str, Any]) -> str:
    change = Change(op="create", type=resource["resourceType"], resource=fhir.decode(msgspec.json.encode(resource)))
    return (await store.commit(grant, [change], act="create"))[0].id


async def _update(store: Store, grant: SetGrant, row: CaseRow, task: dict[str, Any]) -> None:
    changed = fhir.decode(msgspec.json.encode(task))
    change = Change(op="update", type="Task", id=row.id, resource=changed, expected=row.version)
    await store.commit(grant, [change], act="update")


def _coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CASE_SYSTEM, "code": code}]}


def _code(concept: dict[str, Any]) -> str:
    found = (c.get("code", "") for c in concept.get("coding", []) if c.get("system") == CASE_SYSTEM)
    return next(found, "")


def _said(code: str, words: str) -> dict[str, Any]:
    return {"type": _coded(code), "valueString": words}
