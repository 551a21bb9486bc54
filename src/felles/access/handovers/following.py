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
from felles.access.handovers.states import AT_ONCE, State, said_by
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.decide import BLOCKED
from felles.record.elements import codes_of, listed, reference_of
from felles.record.grants import Mode
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
# $3 the order, $4 hash of who answers for it, $5 real time, $6 buckets, $7 persons: all keys. What answers it as far as
# she may see, and what that names; `fresh`: it was written after somebody had last seen what was there.
_ANSWERS: Final = f"""
with seen as materialized (
    select coalesce(max(t.updated), 0) as at from handover h
      join entry t on t.bucket = h.bucket and t.type = {TYPES["Task"]} and t.id = split_part(h.source, '/', 2)
       and t.state = 0 and t.form = 0
     where h.bucket = $1 and h.person = $2 and h.focus = $3::text and h.kind = {Kind.ORDER:d}
       and h.state = {State.DONE:d}),
mine as materialized (
    select e.type, e.id, e.body, e.refs, e.updated > (select s.at from seen s) as fresh
      from unnest($6::smallint[], $7::bigint[]) k(bucket, person)
      join entry e on e.bucket = k.bucket and e.person = k.person
      join person p on p.bucket = e.bucket and p.person = e.person
     where e.type in ({TYPES["DiagnosticReport"]}, {TYPES["Observation"]})
       and e.state = 0 and e.form = 0 and not e.deleted and 'based-on=' || $3::text = any(e.refs)
       and (not exists (select 1 from staffing s where s.party = $4 and s.since <= $5 and s.until > $5)
            or exists (select 1 from (select s.actor, s.org, s.role_mark as role, $5::bigint as real from staffing s
                                       where s.party = $4 and s.since <= $5 and s.until > $5) q
                        where not {BLOCKED}))
)
select n.name || '/' || m.id as ref, m.body, true as answers, m.fresh
  from mine m join type_name n on n.type = m.type
union all
select 'Observation/' || e.id, e.body, false, false
  from unnest($6::smallint[], $7::bigint[]) k(bucket, person)
  join entry e on e.bucket = k.bucket and e.person = k.person
 where e.type = {TYPES["Observation"]} and e.state = 0 and e.form = 0
   and not e.deleted and e.id in (select split_part(x.ref, '/', 2) from mine m cross join lateral unnest(m.refs) x(ref)
                                   where starts_with(x.ref, 'result=Observation/'))"""
_BEFORE: Final = """
select v.body from type_name n
  join entry v on v.bucket = $1 and v.type = n.type and v.id = split_part($2::text, '/', 2) and v.form = 0
   and v.commit <> $3
 where n.name = split_part($2::text, '/', 1) order by v.version desc limit 1"""
_WRITERS: Final = "Practitioner/"
_PARTIES: Final = f"""
select owner, sender, receiver from handover
 where bucket = $1 and person = $2 and kind = {Kind.ORDER:d} and (source = $3 or focus = $3)"""
_STAFFS: Final = """
select 1 from staffing s where s.party = any($1::bigint[]) and s.org = $2 and ($3::bigint is null or s.actor = $3)
   and s.since <= $4 and s.until > $4 limit 1"""


async def of_order(after: After, said: Said, entry: Any, was: Held | None) -> Said | None:
    """What is said of a hand-over, with the answer where it is an order's. None: it is no hand-over at all.

    That is an order which was closed before anybody saw it here, without an answer that has just come. What came to one
    that was taken back is somebody's until it was seen.
    """
    if said.kind is Kind.ORDER and not said.focus:
        return await _bare(after, said, entry, was)
    if type(entry).__name__ != "Task" or said.kind not in (Kind.ORDER, Kind.REFERRAL, Kind.TASK):
        return said
    named = any(codes_of(entry.code, HANDOVER_SYSTEM))
    order, reference = await _ordered(after, said.focus, named=named)
    if order is None:
        return said
    if (said.kind is not Kind.ORDER and reference == said.focus) or await _is_by_itself(after, said, order, was):
        return replace(said, focus="", kind=Kind.TASK)  # a laboratory's own work, or of somebody whose it is not
    answer, how, _ = await answer_of(after, reference, was.owner if was else said.receiver or said.sender)
    return orders.told(replace(said, focus=reference), order, answer, how, bare=False)


async def _is_by_itself(after: After, said: Said, order: Any, was: Held | None) -> bool:
    """Whether a Task about an order says nothing of that: a system says that it was seen, or whose it is not says more.

    That the person's record is open to her does not make it hers: whoever ordered it, has it or was given it says what
    becomes of it (as `guard` has it of what a Task carries already).
    """
    if was is not None:
        return was.kind is Kind.TASK and not was.focus
    grant = after.grant
    if said.state is State.ANSWERED and not (grant.behalf or grant.actor).startswith(_WRITERS):
        return True
    if grant.mode not in (Mode.STAFF, Mode.ORG_SYSTEM):
        return False
    rows = await after.conn.fetch(_PARTIES, *after.key, f"ServiceRequest/{order.id}")
    parties = {reference_of(order.requester), *(row[name] for row in rows for name in ("owner", "sender", "receiver"))}
    marks = [mark_of(each) for each in parties if each]
    alone = grant.mode is Mode.STAFF
    staffed = await after.conn.fetch(_STAFFS, marks, grant.org_mark, grant.actor_mark if alone else None, after.real)
    return not staffed


async def _bare(after: After, said: Said, order: Any, was: Held | None) -> Said | None:
    answer, how, came = await answer_of(after, f"ServiceRequest/{order.id}", was.owner if was else said.sender)
    closed, old = order.status == "completed" or said.state.ended, came < after.clinical - orders.HISTORY
    if was is None and ((closed and (not answer or old or after.historic)) or (answer and old and after.historic)):
        return None
    if said.state.ended and answer:
        said = replace(said, state=State.ACCEPTED)
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
    """(the newest report, else value, that answers an order, as far as `holder` may see it; how it lies; when).

    ("", 0, 0) while there is none. Where somebody has seen an answer and another came, it is of that.
    """
    whose = mark_of(holder) if holder else 0
    rows = await after.conn.fetch(_ANSWERS, *after.key, order, whose, after.real, *after.columns())
    found = {row["ref"]: fhir.decode(row["body"].encode()) for row in rows}
    own = {row["ref"]: row["fresh"] for row in rows if row["answers"] and orders.answered_by(found[row["ref"]])}
    if not own:
        return "", 0, 0
    new = [ref for ref, fresh in own.items() if fresh] or list(own)
    answer = max(new, key=lambda ref: (ref.startswith("DiagnosticReport/"), orders.came(found[ref]), ref))
    named = {reference_of(each) for ref in new for each in listed(getattr(found[ref], "result", None))}
    values = [found[ref] for ref in {*new, *named} if ref.startswith("Observation/") and ref in found]
    came = max(orders.came(found[row["ref"]]) for row in rows if row["answers"])
    return answer, orders.outside(values), came or after.clinical


async def before(after: After, reference: str) -> Any:
    """The version of an entry before this commit's (a struct), None where there is none."""
    rows = await after.conn.fetch(_BEFORE, after.key[0], reference, after.commit)
    return fhir.decode(rows[0]["body"].encode()) if rows and rows[0]["body"] else None


async def names_as_before(after: After, task: str, said: Said) -> bool:
    """Whether a version of a Task that says `said` names the same as who sent it as the version before."""
    was = await before(after, task)
    first = None if was is None else said_by(was)
    return first is not None and first.sender == said.sender


async def said_urgent(after: After, task: str) -> bool:
    """Whether the version before this commit's of a Task says that it is urgent."""
    was = await before(after, task)
    return was is not None and was.priority in AT_ONCE


async def says_anew(after: After, reference: str, result: Any) -> bool:
    """Whether a version of a result says something that the one before did not say."""
    if not orders.answered_by(result) or after.historic:
        return False
    if reference in after.created or result.status in orders.CHANGED:
        return True
    was = await before(after, reference)
    return was is None or not orders.answered_by(was)
