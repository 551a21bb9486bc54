"""Cases about no person: organisations that apply, and the yearly look at an organisation's roles.

    application     its words stand in `application` (`access.applications`), its Task says who has it and by when. The
                    keeper writes the Task when it comes and, where a crash came between, when it is decided
    access-review   one for each organisation with roles that nobody has confirmed for `REVIEW_DAYS`, however many they
                    are: they are gone through together. It is over when none is left

The Tasks belong to nobody. No client opens or ends one (`guard`): only those at the desk take it, put it off with the
reason, and decide. Source of the yearly look: pasientjournalloven § 22 (access follows need and is followed up);
Normen, factsheet 14. The year is practice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.handovers.kinds import NAMES, Kind
from felles.access.handovers.states import State
from felles.access.open import maintenance
from felles.access.resources import REVIEWED, moment
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM
from felles.record.find import parse
from felles.record.ids import SHARED_BUCKET
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.grants import SystemGrant
    from felles.record.read_handovers import HandedRow
    from felles.record.store import Store

APPLICATIONS: Final = "http://felles.example/fhir/sid/application"
"""System of the identifier that a Task has from its application."""
REVIEW_DAYS: Final = 365
"""A role must be confirmed anew after so many days."""
EVERY: Final = 3600 * MICROSECONDS
"""Between two looks at all roles of the region, in real time."""
MANY: Final = 200
"""Tasks written in one round."""
_YEAR: Final = REVIEW_DAYS * 86_400 * MICROSECONDS
_MINUTE: Final = 60 * MICROSECONDS
ANSWER: Final = "answer"
"""`Task.output`: why an application was refused."""
_STATUS: Final = ("requested", "completed", "rejected")
"""`application.state` → status of its Task."""

_UNTOLD: Final = """
select id, state, name, number, task, org, by, reason from application where told is distinct from state
   and (state <> 1 or org is not null) order by made limit $1"""
_ONE: Final = "select id, state, name, number, task, org, by, reason from application where id = $1"
_TOLD: Final = "update application set task = $2, told = $3 where id = $1"
# $1 real time, $2 how many; $3 the organisation's hash or null for all.
_DUE: Final = f"""
with held as (
    select t.org, t.source, min(t.since) as since from staffing t
     where ($3::bigint is null or t.org = $3)
     group by t.org, t.source having max(t.until) > $1 and min(t.since) < $1 - {_YEAR}
)
select held.org, 'Organization/' || o.id as reference, o.body::json ->> 'name' as name, count(*) as many
  from held
  join shared r on r.bucket = {SHARED_BUCKET} and r.type = {TYPES["PractitionerRole"]}
       and r.id = substr(held.source, 18) and r.form = 0 and r.state = 0 and not r.deleted
  join shared o on o.self = held.org and o.bucket = {SHARED_BUCKET} and o.type = {TYPES["Organization"]} and o.form = 0
       and o.state = 0 and not o.deleted
  left join lateral (
        select extract(epoch from max(e ->> 'valueDate')::date)::bigint * {MICROSECONDS} as at
          from json_array_elements(r.body::json -> 'extension') e where e ->> 'url' = '{REVIEWED}') said on true
 where coalesce(said.at, held.since) < $1 - {_YEAR}
 group by held.org, o.id, o.body order by o.id limit $2"""
_OPEN: Final = f"""
select h.focus, h.source from handover h
 where h.person = 0 and h.kind = {Kind.ACCESS_REVIEW:d} and h.state < {State.DONE:d}"""
OWED: Final = f"{_OPEN} and h.focus = $1"


def application_of(row: HandedRow) -> str:
    """The application (its id) that a hand-over is of, "" for none. Pure."""
    identifiers = msgspec.json.decode(row.body).get("identifier", [])
    return next((each["value"] for each in identifiers if each.get("system") == APPLICATIONS), "")


async def tell(store: Store) -> int:
    """Let each application's Task say what became of it; how many were written. To be called by the keeper alone.

    Raises what `commit` raises.
    """
    rows = await store.pool.fetch(_UNTOLD, MANY)
    for row in rows:
        await _tell(store, row)
    return len(rows)


async def told(store: Store, application: str) -> None:
    """Say of one that is carried already that it is decided. Raises what `commit` raises."""
    (row,) = await store.pool.fetch(_ONE, application)
    if row["task"] is not None and (row["state"] != 1 or row["org"] is not None):
        await _tell(store, row)


async def _tell(store: Store, row: Any) -> None:
    grant = _grant(store, row["by"])
    if row["task"] is None:
        task = _applied(row, moment(store.clock.clinical()))
        # Killed before it is noted, the next round meets the one that is there.
        once = parse("Task", [("identifier", f"{APPLICATIONS}|{row['id']}")], now=store.clock.clinical())
        change = Change(op="create", type="Task", resource=_struct(task), condition=once)
        name = (await store.commit(grant, [change], act="keep"))[0].id
        told_state = State.SENT
    else:
        name, told_state = row["task"], row["state"]
        read = await store.read(grant, "Task", name)
        task = msgspec.json.decode(read.body) | {"status": _STATUS[row["state"]]}
        task.pop("businessStatus", None)
        if row["reason"]:
            task["output"] = [{"type": _coded(ANSWER), "valueString": row["reason"]}]
        if row["org"]:
            task["focus"] = {"reference": row["org"]}
        change = Change(op="update", type="Task", id=name, resource=_struct(task), expected=read.version)
        await store.commit(grant, [change], act="keep")
    await store.pool.fetch(_TOLD, row["id"], name, int(told_state))


async def review(store: Store) -> int:
    """Open a look at the roles of each organisation that owes one, and end those that owe none; how many were written.

    To be called by the keeper alone. Raises what `commit` raises.
    """
    due = {r["reference"]: r for r in await store.pool.fetch(_DUE, store.clock.real(), MANY, None)}
    open_ = {r["focus"]: r["source"] for r in await store.pool.fetch(_OPEN)}
    grant = _grant(store)
    fresh = [reference for reference in due if reference not in open_]
    for reference in fresh:
        task = _looked(due[reference], moment(store.clock.clinical()))
        await store.commit(grant, [Change(op="create", type="Task", resource=_struct(task))], act="keep")
    over = [source for reference, source in open_.items() if reference not in due] if len(due) < MANY else []
    for source in over:
        await _end(store, source)
    return len(fresh) + len(over)


async def reviewed(store: Store, organization: str, mark: int) -> None:
    """End the look at the roles of one organisation (its reference and hash) when none is left to confirm.

    Raises what `commit` raises.
    """
    for row in await store.pool.fetch(OWED, organization):
        if not await store.pool.fetch(_DUE, store.clock.real(), 1, mark):
            await _end(store, row["source"])


async def _end(store: Store, source: str) -> None:
    name, grant = source.removeprefix("Task/"), _grant(store)
    read = await store.read(grant, "Task", name)
    task = msgspec.json.decode(read.body) | {"status": "completed"}
    task.pop("businessStatus", None)
    change = Change(op="update", type="Task", id=name, resource=_struct(task), expected=read.version)
    await store.commit(grant, [change], act="keep")


def _applied(row: Any, now: str) -> dict[str, Any]:
    said = f"{row['name']} ({row['number']})"
    return _task(Kind.APPLICATION, said, now) | {"identifier": [{"system": APPLICATIONS, "value": row["id"]}]}


def _looked(due: Any, now: str) -> dict[str, Any]:
    many, organization = due["many"], due["reference"]
    said = f"{many} roller er ikke bekreftet på et år" if many > 1 else "en rolle er ikke bekreftet på et år"
    said = f"{due['name'] or organization}: {said}"
    owner = {"focus": {"reference": organization}, "owner": {"reference": organization}}
    return _task(Kind.ACCESS_REVIEW, said, now) | owner


def _task(kind: Kind, said: str, now: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": _coded(kind.case, NAMES[kind]),
        "description": said,
        "authoredOn": now,
    }


def _coded(code: str, display: str = "") -> dict[str, Any]:
    coding = {"system": CASE_SYSTEM, "code": code}
    return {"coding": [coding | {"display": display} if display else coding]}


def _struct(task: dict[str, Any]) -> Any:
    return fhir.decode(msgspec.json.encode(task))


def _grant(store: Store, behalf: str | None = None) -> SystemGrant:
    return maintenance("hand-over keeper", until=store.clock.real() + _MINUTE, behalf=behalf)
