"""What somebody says about a result is held back as long as the result is: rows of `held` that pass on to Tasks.

A Task about a result, or about the order that it answers (`handovers.orders`), says what it says: what was done, and
what the person is told about it. She reads that when she may read the result, and so does whoever acts for her. A case
is hers, and is never held back with what it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.elements import codes_of, listed, reference_of
from felles.record.kinds import Kind
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.aftermath import After

RESULTS: Final = ("Observation", "DiagnosticReport")
ORDER: Final = "order"
"""Code of HANDOVER_SYSTEM of a Task that follows an order to its result (`handovers.kinds`)."""

_KEYS: Final = "unnest($1::smallint[], $2::bigint[]) k(bucket, person)"
# Of what is held back the results, each with the Tasks about it or about what it answers; and that any was passed on.
_TASKS: Final = f"""
with kept as materialized (
    select h.bucket, h.person, h.item, h.id from {_KEYS}
      join held h on h.bucket = k.bucket and h.person = k.person and not h.mirror and not h.passed),
results as materialized (
    select h.bucket, h.person, h.item, h.id, n.name || '/' || e.id as ref, e.refs from kept h
     cross join {_KEYS}
      join entry e on e.bucket = k.bucket and e.person = k.person and e.self = h.item and e.state = 0 and e.form = 0
       and e.type in ({TYPES["Observation"]}, {TYPES["DiagnosticReport"]})
      join type_name n on n.name in ('Observation', 'DiagnosticReport') and n.type = e.type)
select r.bucket, r.person, r.item, r.id, t.self, t.body
  from results r
 cross join {_KEYS}
  join entry t on t.bucket = k.bucket and t.person = k.person and t.type = {TYPES["Task"]} and t.kind <> {Kind.CASE:d}
   and t.state = 0 and t.form = 0 and not t.deleted
   and (('focus=' || r.ref) = any(t.refs)
        or t.refs && (select array_agg('focus=' || split_part(x.ref, '=', 2)) from unnest(r.refs) x(ref)
                       where starts_with(x.ref, 'based-on=ServiceRequest/')))
union all
select h.bucket, h.person, h.item, h.id, null, null from {_KEYS}
  join held h on h.bucket = k.bucket and h.person = k.person and h.passed and not h.mirror"""
_FORGET: Final = f"""
delete from held h using {_KEYS} where h.bucket = k.bucket and h.person = k.person and h.passed and not h.mirror"""
_FOLLOW: Final = """
insert into held (bucket, person, item, id, source, from_whom, reason, since, until, review, passed)
select h.bucket, h.person, u.task, h.id, h.source, h.from_whom, h.reason, h.since, h.until, h.review, true
  from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) u(bucket, person, item, id, task)
  join held h on h.bucket = u.bucket and h.person = u.person and h.item = u.item and h.id = u.id
on conflict do nothing"""


def speaks(task: Any) -> bool:
    """Whether a Task (a struct of `felles.fhir.r4`) is about a result, or follows an order to it."""
    focus = reference_of(task.focus)
    if focus.partition("/")[0] in RESULTS:
        return True
    return focus.startswith("ServiceRequest/") and ORDER in codes_of(task.code, HANDOVER_SYSTEM)


def concerns(resource: Any) -> bool:
    """Whether a version of an entry can change what is passed on: a Task that speaks, a result that answers."""
    if type(resource).__name__ == "Task":
        return speaks(resource)
    return any(reference_of(each).startswith("ServiceRequest/") for each in listed(resource.basedOn))


async def pass_on(after: After) -> bool:
    """Make the rows of the Tasks anew, over all keys of the person; whether there are or were any."""
    found = await after.conn.fetch(_TASKS, *after.columns())
    if not found:
        return False
    await after.conn.fetch(_FORGET, *after.columns())
    rows = [
        (row["bucket"], row["person"], row["item"], row["id"], row["self"])
        for row in found
        if row["body"] is not None and speaks(fhir.decode(row["body"].encode()))
    ]
    if rows:
        await after.conn.fetch(_FOLLOW, *(list(column) for column in zip(*rows, strict=True)))
    return True
