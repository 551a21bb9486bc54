"""What answers an order, looked up in the commit that writes either; what `orders` says of it goes into the hand-over.

An answer that the person has closed to whoever answers for the order is none for her: she is told that it is missing,
as she would be if it had not come.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.handovers import orders
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.decide import BLOCKED
from felles.record.elements import codes_of, listed, reference_of
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.access.handovers.states import Held, Said
    from felles.record.aftermath import After

_BODY: Final = """
select e.body from type_name n
  join entry e on e.bucket = $1 and e.person = $2 and e.type = n.type and e.id = split_part($3::text, '/', 2)
   and e.state = 0 and e.form = 0 and not e.deleted
 where n.name = split_part($3::text, '/', 1)"""
# $3 the order, $4 hash of who answers for it, $5 real time. What answers it as far as she may see, and what that names.
_ANSWERS: Final = f"""
with mine as materialized (
    select e.type, e.id, e.body, e.refs from entry e
      join person p on p.bucket = e.bucket and p.person = e.person
     where e.bucket = $1 and e.person = $2 and e.type in ({TYPES["DiagnosticReport"]}, {TYPES["Observation"]})
       and e.state = 0 and e.form = 0 and not e.deleted and 'based-on=' || $3::text = any(e.refs)
       and (not exists (select 1 from staffing s where s.party = $4 and s.since <= $5 and s.until > $5)
            or exists (select 1 from (select s.actor, s.org, s.role_mark as role, $5::bigint as real from staffing s
                                       where s.party = $4 and s.since <= $5 and s.until > $5) q
                        where not {BLOCKED}))
)
select n.name || '/' || m.id as ref, m.body, true as answers from mine m join type_name n on n.type = m.type
union all
select 'Observation/' || e.id, e.body, false from entry e
 where e.bucket = $1 and e.person = $2 and e.type = {TYPES["Observation"]} and e.state = 0 and e.form = 0
   and not e.deleted and e.id in (select split_part(x.ref, '/', 2) from mine m cross join lateral unnest(m.refs) x(ref)
                                   where starts_with(x.ref, 'result=Observation/'))"""
_BEFORE: Final = """
select v.body from type_name n
  join entry v on v.bucket = $1 and v.type = n.type and v.id = split_part($2::text, '/', 2) and v.form = 0
   and v.commit <> $3
 where n.name = split_part($2::text, '/', 1) order by v.version desc limit 1"""
_WRITERS: Final = "Practitioner/"


async def of_order(after: After, said: Said, entry: Any, was: Held | None) -> Said | None:
    """What is said of a hand-over, with the answer where it is an order's. None: it is no hand-over at all.

    That is an order which was closed before anybody saw it here, without an answer that has just come.
    """
    if said.kind is Kind.ORDER and not said.focus:
        return await _bare(after, said, entry, was)
    if type(entry).__name__ != "Task" or said.kind not in (Kind.ORDER, Kind.REFERRAL, Kind.TASK):
        return said
    named = any(codes_of(entry.code, HANDOVER_SYSTEM))
    order, reference = await _ordered(after, said.focus, named=named)
    if order is None:
        return said
    writer = after.grant.behalf or after.grant.actor
    alone = was is None and said.state is State.ANSWERED and not writer.startswith(_WRITERS)
    if (said.kind is not Kind.ORDER and reference == said.focus) or alone:
        return replace(said, focus="", kind=Kind.TASK)  # a laboratory's own work, or a system that says it was seen
    answer, how, _ = await answer_of(after, reference, was.owner if was else said.receiver or said.sender)
    return orders.told(replace(said, focus=reference), order, answer, how, bare=False)


async def _bare(after: After, said: Said, order: Any, was: Held | None) -> Said | None:
    answer, how, came = await answer_of(after, f"ServiceRequest/{order.id}", was.owner if was else said.sender)
    if was is None and not said.state.ended:
        closed, old = order.status == "completed", came < after.clinical - orders.HISTORY
        if (closed and (not answer or old or after.historic)) or (answer and old and after.historic):
            return None
    if was is not None and was.receiver != was.sender:  # another answers for it
        said = replace(said, receiver=was.receiver)
    return orders.told(said, order, answer, how, bare=True)


async def _ordered(after: After, focus: str, *, named: bool) -> tuple[Any, str]:
    """The order that a Task is about, by itself or by its answer, and its reference; (None, "") when it is none."""
    sort = focus.partition("/")[0]
    if sort in orders.RESULTS and not named:
        result = await read(after, focus)
        based = [] if result is None else [reference_of(each) for each in listed(result.basedOn)]
        focus = next((each for each in based if each.startswith("ServiceRequest/")), "")
    if not focus.startswith("ServiceRequest/"):
        return None, ""
    order = await read(after, focus)
    return (order, focus) if order is not None and orders.is_order(order) else (None, "")


async def read(after: After, reference: str) -> Any:
    """The current version of an entry of the person; None when it is not here."""
    rows = await after.conn.fetch(_BODY, *after.key, reference)
    return fhir.decode(rows[0]["body"].encode()) if rows else None


async def answer_of(after: After, order: str, holder: str) -> tuple[str, int, int]:
    """(the report, else the first value that answers an order, as far as `holder` may see it; how it lies; when).

    ("", 0, 0) while there is none.
    """
    rows = await after.conn.fetch(_ANSWERS, *after.key, order, mark_of(holder) if holder else 0, after.real)
    found = [(row["ref"], fhir.decode(row["body"].encode()), row["answers"]) for row in rows]
    answers = sorted(ref for ref, result, own in found if own and orders.answered_by(result))
    if not answers:
        return "", 0, 0
    values = [result for _, result, _ in found if type(result).__name__ == "Observation"]
    came = max(orders.came(result) for _, result, own in found if own)
    return answers[0], orders.outside(values), came or after.clinical


async def says_anew(after: After, reference: str, result: Any) -> bool:
    """Whether a version of a result says something that the one before did not say."""
    if not orders.answered_by(result) or after.historic:
        return False
    if reference in after.created or result.status in orders.CHANGED:
        return True
    rows = await after.conn.fetch(_BEFORE, after.key[0], reference, after.commit)
    return not (rows and rows[0]["body"] and orders.answered_by(fhir.decode(rows[0]["body"].encode())))
