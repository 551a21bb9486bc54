"""The row of each hand-over, in the commit that writes its entry.

A referral, an order or a message that a Task carries has no row of its own: it is the Task's. When the person closes
something, what its owner may not see any more is its sender's again in the same commit; the entry is then written anew
by the keeper. Whatever was taken over from another system begins to wait when it arrives.

Of a case, whose it is and where it stands is said by who answers it, and of a way in by nobody else: it is at the desk
of the organisation that the Grant was given for, or the nearest above that has one, whatever the Task says. Where that
is not whom the Task names the keeper writes it into it (`stopped`).
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.cases import OPENINGS
from felles.access.handovers import beginning, carrying, following, guard, moved, orders, postponing, showing, telling
from felles.access.handovers.hours import ALWAYS, OFFICE, Hours, after, hours_of
from felles.access.handovers.kinds import MONTH, NOBODYS, Kind, desk_roles, rule_of
from felles.access.handovers.states import Held, State, follow, is_over, said_by
from felles.record.decide import BLOCKED
from felles.record.desks import CASES, staffs, works
from felles.record.elements import listed, reference_of
from felles.record.errors import Conflict, PreconditionFailed, Unprocessable
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.numbers import type_in

if TYPE_CHECKING:
    from felles.access.handovers.states import Said
    from felles.record.aftermath import After
    from felles.record.derive import Part, Registry
    from felles.record.errors import RecordError
    from felles.record.grants import Grant, PersonKey
    from felles.record.pool import Conn

TYPES_HANDED: Final = ("Task", "ServiceRequest", "Communication")
_FIELDS: Final = tuple(field.name for field in fields(Held))
_READ: Final = f"select org, {', '.join(_FIELDS)} from handover where bucket = $1 and person = $2 and source = $3"
_CARRIED: Final = f"""
select state from handover
 where bucket = $1 and person = $2 and focus = $3 and source <> $3 and kind <> {Kind.OFFER:d}"""
_REFERRED: Final = f"""
select 1 from handover
 where bucket = $1 and person = $2 and focus = $3 and source <> $3 and kind = {Kind.REFERRAL:d}
   and state < {State.DONE:d}"""
_ORDERS: Final = f"""
select source, {", ".join(_FIELDS)} from handover
 where bucket = $1 and person = $2 and kind = {Kind.ORDER:d} and ($3::text is null or source = $3 or focus = $3)
 order by state, since desc"""
# Tasks about a result that were written before it, or before the order it answers: taken over, any may come first.
_EARLY: Final = f"""
select source from handover
 where bucket = $1 and person = $2 and kind = {Kind.TASK:d} and state < {State.DONE:d}
   and (focus like 'DiagnosticReport/%' or focus like 'Observation/%')"""
_END: Final = "delete from handover where bucket = $1 and person = $2 and source = $3"
_PUT: Final = f"""
insert into handover (bucket, person, source, self, kind, state, urgent, owner, sender, receiver, focus, made, since,
                      next, rung, stopped, instead, offer, came, answer, outside, holder, origin, given, org)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       $26::bigint, coalesce(case when $5::smallint > {CASES} and $8 like 'Organization/%' then $22::bigint end,
                (select s.org from staffing s where s.party = $22 and s.since <= $24 and s.until > $24
                    and {staffs("$5::smallint", "s.role")} order by s.org = $25 desc, s.org limit 1),
                case when $8 like 'Organization/%' then $22 end, $25)
on conflict (bucket, person, source) do update set kind = excluded.kind, state = excluded.state,
   urgent = excluded.urgent, owner = excluded.owner, sender = excluded.sender, receiver = excluded.receiver,
   focus = excluded.focus, since = excluded.since, next = excluded.next, rung = excluded.rung,
   stopped = excluded.stopped, instead = excluded.instead, offer = excluded.offer, came = excluded.came,
   answer = excluded.answer, outside = excluded.outside,
   holder = excluded.holder, origin = excluded.origin, given = excluded.given,
   org = case when excluded.holder = 0 then handover.org else excluded.org end"""
_HOURS: Final = "select body from shared where self = $1 and state = 0 and form = 0 and not deleted"
NOWHERE: Final = "Organization/unknown"
"""Whose a case is that names nobody, in a record that nobody runs: the keeper finds somebody when there is."""
# $1 the organisation's hash, $2 roles, $3 real time.
DESK: Final = """select 'Organization/' || s.id as desk from shared s
    where s.self = desk_of($1, $2, $3) and s.bucket = -1 and s.state = 0 and s.form = 0 and not s.deleted"""


def closed_to_all(gives: str, what: str, where: str, real: str = "$3") -> str:
    """SQL for those of the open ones (`h`, of person `p`) whose owner has staff, none of whom may see the entry `what`.

    Also where it came back to who sent it. `real` is the real time.
    """
    return f"""
select {gives}
  from handover h
  join person p on p.bucket = h.bucket and p.person = h.person
  join entry e on e.bucket = h.bucket and e.id = split_part({what}, '/', 2) and e.form = 0 and e.state = 0
   and e.type = {type_in(what)}
 where {where} and h.state < {State.DONE:d} and not h.stopped and h.kind < {CASES}
   and exists (select 1 from staffing s where s.party = h.holder and s.since <= {real} and s.until > {real}
                  and {works("s.role")})
   and not exists (
        select 1 from (select s.actor, s.org, s.role_mark as role, {real}::bigint as real from staffing s
                        where s.party = h.holder and s.since <= {real} and s.until > {real} and {works("s.role")}) q
         where not {BLOCKED})"""


_HERS: Final = "h.bucket = $1 and h.person = $2"
_CLOSED: Final = closed_to_all(", ".join(("h.source, e.self", *(f"h.{name}" for name in _FIELDS))), "h.source", _HERS)
_CLOSED_ANSWERS: Final = closed_to_all("e.self", "h.answer", _HERS)


def register(registry: Registry) -> None:
    """Let hand-overs follow every commit of what may be one, and every commit of a person who has closed something."""
    for type_name in TYPES_HANDED:
        registry.guards.setdefault(type_name, []).append(_wrong)
    registry.hooks.after(TYPES_HANDED, keep, wants=_wants, nobodys=True)
    registry.hooks.after((*orders.RESULTS, "Consent"), follow_results, wants=_wants_result)
    registry.hooks.after(("Patient",), follow_joined)
    registry.hooks.always("blocked", give_back)
    moved.register(registry)


def _wrong(was: Any, new: Any, grant: Grant, part: Part, now: int) -> RecordError | None:
    return (
        guard.wrong(was, new, grant, part)
        or postponing.wrong(was, new, grant, part, now)
        or telling.wrong(was, new, grant, now)
    )


def _wants(resource: Any) -> bool:
    return type(resource).__name__ != "ServiceRequest" or said_by(resource) is not None


def _wants_result(resource: Any) -> bool:
    return type(resource).__name__ == "Consent" or bool(resource.basedOn)


async def keep(after_: After) -> bool:
    """Make the rows of the hand-overs of this commit anew."""
    for reference, resource in after_.of(*TYPES_HANDED).items():
        await _check(after_, reference, resource)
        await _keep(after_, reference, resource)
    if any(each.startswith("ServiceRequest/") for each in after_.created):
        await _tell_early(after_)
    return False


async def _check(after_: After, reference: str, resource: Any) -> None:
    """Raise `Unprocessable` for what is begun about nobody who is known here: it would be on nobody's list.

    `Conflict` for a referral that a Task carries and that says otherwise where it stands or whose it is, which whoever
    has the Task would not know.
    """
    if resource is None or after_.grant.job or after_.historic:
        return
    if reference.startswith("ServiceRequest/") and await _moves(after_, reference, resource):
        raise Conflict("a Task carries this referral: say it there")
    said = said_by(resource)
    if said is None or said.kind in NOBODYS or is_over(said.state):
        return
    if not after_.key[1]:
        at = "Task.for" if reference.startswith("Task/") else f"{type(resource).__name__}.subject"
        raise Unprocessable("nobody would have this: refer to the Patient it is about", at)


async def _moves(after_: After, reference: str, request: Any) -> bool:
    """Whether a referral that an open Task carries has another status or other performers than before."""
    if reference in after_.created or not await after_.conn.fetch(_REFERRED, *after_.key, reference):
        return False
    was = await following.before(after_, reference)
    return was is not None and _stands(was) != _stands(request)


def _stands(request: Any) -> tuple[str, list[str]]:
    return request.status, [reference_of(each) for each in listed(request.performer)]


async def _keep(after_: After, reference: str, resource: Any) -> None:
    conn, key = after_.conn, after_.key
    said = None if resource is None else said_by(resource)
    if said is not None and (said.kind in NOBODYS) is bool(key[1]):
        return  # what belongs to nobody is handed over only where it is about no person at all
    new = reference in after_.created
    rows = [] if new else await conn.fetch(_READ, *key, reference)
    was = held_of(rows[0]) if rows else None
    if said is not None:
        said = await following.of_order(after_, said, resource, was)
    begins = said is not None and _carries(said) and (new or (was is None and not said.kind.case))
    if begins and said is not None:
        rows = await _by_itself(after_, reference, said, resource)
        was = held_of(rows[0]) if rows else None
    astray = False
    if said is not None and said.kind.case:
        if not _may_say(after_, said, new, was, rows):
            return
        said, astray = await _of_case(after_, said, was)
    if was is None and said is not None and _is_past(after_, reference, said):
        return
    if said is None or (not reference.startswith("Task/") and await _carried(after_, reference, was)):
        if was is not None:
            await _end(after_, reference, was)
        return
    grant = after_.grant
    writer = grant.behalf or grant.actor
    said = await _from_whom(after_, reference, said, was, begins=begins)
    said = replace(said, urgent=said.urgent or await _hurries(after_, reference, said, was, new=begins or new))
    hours = await _hours(after_, said.receiver)
    known = reference in after_.moved
    held = follow(was, said, writer=writer, org=grant.org, now=after_.clinical, hours=hours, known=known)
    if held is None:
        _check_somebody(after_, said, resource)
    else:
        _check_seen(after_, resource, said, was, held)
        held = replace(held, stopped=astray and not held.state.ended)
        await _put(after_, reference, _begun(after_, held, said, hours) if was is None else held)
        if _carries(held):
            await _end(after_, held.focus, held)


def _check_seen(after_: After, resource: Any, said: Said, was: Held | None, held: Held) -> None:
    """Raise `PreconditionFailed` for a Task that ends an order whose answer came after its writer had looked."""
    ends = was is not None and said.kind is Kind.ORDER and held.state.ended and type(resource).__name__ == "Task"
    if not ends or was is None or was.came is None or after_.grant.job or after_.historic:
        return
    if carrying.is_unseen(resource, was.came, said.written):
        text = "an answer came meanwhile: look at it, and say when in Task.lastModified"
        raise PreconditionFailed(text, "Task.lastModified")


def _check_somebody(after_: After, said: Said, resource: Any) -> None:
    """Raise `Unprocessable` for what is begun and would be nobody's: it names none, and no person or unit writes it."""
    if not (after_.grant.job or after_.historic or is_over(said.state)):
        at = f"{type(resource).__name__}.requester"
        raise Unprocessable("nobody would have this: name who asks, or who is asked", at)


async def _from_whom(after_: After, reference: str, said: Said, was: Held | None, *, begins: bool) -> Said:
    """What is said, with whose it is: a Task's that is a hand-over already, or carries one, whoever that names.

    It was sent before. The keeper alone names another, by a version that does. Raises as `beginning.check_first` does.
    """
    grant = after_.grant
    if not reference.startswith("Task/") or said.kind.case or after_.historic:
        return said
    if was is not None:
        named = grant.job and (begins or not await following.names_as_before(after_, reference, said))
        return said if named else replace(said, sender=was.sender)
    if not (begins or grant.job or reference in after_.moved):
        await beginning.check_first(after_, reference, said)
    writer = (grant.behalf or grant.actor) if begins and grant.mode is Mode.STAFF and not grant.job else ""
    return replace(said, sender=writer or said.sender)


async def _by_itself(after_: After, reference: str, said: Said, task: Any) -> list[Any]:
    """The row of what this Task begins to carry, which was a hand-over by itself.

    None where a referral or message is over: what comes then is its writer's, but for the keeper's word that it is.
    Raises `PreconditionFailed`, and what `beginning.check` raises.
    """
    rows = await after_.conn.fetch(_READ, *after_.key, said.focus)
    looked = (reference in after_.created or said.kind is Kind.ORDER) and not after_.historic
    if looked and carrying.is_late(task, said.focus, rows[0]["since"] if rows else None):
        raise PreconditionFailed("what this carries stands otherwise by now: look again")
    await beginning.check(after_, reference, said, task)
    over = bool(rows) and rows[0]["kind"] in (Kind.REFERRAL, Kind.MESSAGE) and rows[0]["state"] >= State.DONE
    told = over and rows[0]["stopped"] and after_.grant.job  # the keeper says in the entry that a block has ended it
    return [] if over and not told else rows


async def _hurries(after_: After, reference: str, said: Said, was: Held | None, *, new: bool) -> bool:
    """Whether what was urgent still is, though a version does not say so: unless who sent it says otherwise.

    A Task that begins to carry it is no such word of another's; of later versions `postponing` has asked whose it is.
    """
    work = not said.kind.case and said.kind not in (Kind.ORDER, Kind.OFFER) and reference.startswith("Task/")
    if was is None or not was.urgent or not work:
        return False
    grant = after_.grant
    if was.sender in (grant.actor, grant.behalf):
        return False
    place = (mark_of(was.sender), grant.actor_mark, grant.org_mark, grant.role_mark, after_.real)
    if await after_.conn.fetch(beginning.WORKS_FOR, *place):
        return False
    return new or not await following.said_urgent(after_, reference)


def _carries(one: Said | Held) -> bool:
    """Whether its focus has no row of its own: another Task has, which it offers or is about."""
    return bool(one.focus) and not one.focus.startswith("Task/") and one.kind not in NOBODYS


def _is_past(after_: After, reference: str, said: Said) -> bool:
    """Whether what was no hand-over yet is none now: it is over, or asked of nobody by another system's history."""
    nowhere = reference.startswith("ServiceRequest/") and not said.receiver
    return said.state.ended or (nowhere and after_.historic)


def _answers(grant: Grant) -> bool:
    return grant.mode is Mode.ALL or grant.may("handle")


def _may_say(after_: After, said: Said, new: bool, was: Held | None, rows: list[Any]) -> bool:
    """Whether a version of a case's Task says anything of it.

    Not of what is over, and of a way in that its reader made herself by nobody but the desk that has it.
    """
    if said.kind is Kind.SELF_MADE and new:
        grant = after_.grant
        return was is not None and (grant.mode is Mode.ALL or (_answers(grant) and rows[0]["org"] == grant.org_mark))
    return was is None or not was.state.ended


async def _of_case(after_: After, said: Said, was: Held | None) -> tuple[Said, bool]:
    """What is said of a case by this writer, and whether it is at another desk than its Task names."""
    grant, way_in = after_.grant, said.kind in OPENINGS
    until = said.until
    if until is None and said.kind not in NOBODYS:
        until = (was.made if was else after_.clinical) + MONTH
    if was is not None and not _answers(grant):  # the person herself may end what she asked, and moves it nowhere
        says = not way_in and (said.state.ended or said.replied)
        state = said.state if says else was.state
        return replace(said, state=state, receiver=was.receiver, sender=was.sender, until=until), was.stopped
    if was is not None:
        sender = was.sender
    else:
        sender = grant.actor if (way_in and grant.mode is not Mode.ALL) or not said.sender else said.sender
    named = said.receiver if (was is not None or not way_in or grant.mode is Mode.ALL) else ""
    receiver = await _desk(after_, named or grant.org, said.kind)
    state = State.SENT if was is None and way_in and grant.mode is not Mode.ALL else said.state
    said = replace(said, state=state, sender=sender, receiver=receiver, until=until)
    return said, bool(named) and receiver != named


async def _desk(after_: After, named: str, kind: Kind) -> str:
    """The desk that has what is sent to `named`: itself where there is none at all, or a person is named."""
    if named and not named.startswith("Organization/"):
        return named
    found = await after_.conn.fetch(DESK, mark_of(named or NOWHERE), list(desk_roles(kind)), after_.real)
    return found[0]["desk"] if found else named or NOWHERE


async def _carried(after_: After, reference: str, was: Held | None) -> bool:
    """Whether a Task carries it: one that is open, or has ended and nothing came of it since."""
    states = [row["state"] for row in await after_.conn.fetch(_CARRIED, *after_.key, reference)]
    again = was is not None and was.kind is Kind.ORDER
    return any(state < State.DONE or not again for state in states)


async def follow_results(after_: After) -> bool:
    """Let the orders follow what answers them, and what the person closes or opens again to whoever answers for them.

    What somebody has seen is seen; an answer that says something else than it said is work again.
    """
    found, anew = dict[str, None](), set[str]()
    for reference, result in after_.of(*orders.RESULTS, "Consent").items():
        if result is None or reference.startswith("Consent/"):
            rows = await after_.conn.fetch(_ORDERS, *after_.key, None)
            found |= {row["focus"] or row["source"]: None for row in rows if row["state"] < State.DONE}
            continue
        based = [each for each in map(reference_of, listed(result.basedOn)) if each.startswith("ServiceRequest/")]
        found |= dict.fromkeys(based)
        if based and await following.says_anew(after_, reference, result):
            anew.update(based)
    if after_.of(*orders.RESULTS).keys() & after_.created:
        await _tell_early(after_)
    for order in found:
        for key in after_.all_keys():  # an order and its answer may lie with two Patients of one person
            await _follow(after_.with_key(key), order, anew=order in anew)
    return False


async def follow_joined(after_: After) -> bool:
    """Let the orders of one whose Patients were joined or parted follow what answers them now."""
    for key in after_.all_keys() if after_.regrouped else ():
        each = after_.with_key(key)
        rows = await each.conn.fetch(_ORDERS, *key, None)
        for order in dict.fromkeys(row["focus"] or row["source"] for row in rows if row["state"] < State.DONE):
            await _follow(each, order, anew=False)
    return False


async def _tell_early(after_: After) -> None:
    for row in await after_.conn.fetch(_EARLY, *after_.key):
        entry = await following.read(after_, row["source"])
        if entry is not None and row["source"] not in after_.created:
            await _keep(after_, row["source"], entry)


async def _follow(after_: After, order: str, *, anew: bool) -> None:
    rows = await after_.conn.fetch(_ORDERS, *after_.key, order)
    open_ = [row for row in rows if row["state"] < State.DONE]
    if not open_ and (not anew or order in after_.created):
        return
    source = open_[0]["source"] if open_ else order
    was = held_of(open_[0]) if open_ else None
    entry = await following.read(after_, source)
    said = None if entry is None else said_by(entry)
    if said is None or said.kind is Kind.REFERRAL or (said.state.ended and source != order):
        return
    if was is None and rows:  # who saw it answers for what comes now
        said = replace(said, receiver=rows[0]["receiver"])
    said = await following.of_order(after_, said, entry, was)
    if said is None:
        return
    said = replace(said, anew=anew)
    hours = await _hours(after_, said.receiver)
    held = follow(was, said, writer=said.sender, org=after_.grant.org, now=after_.clinical, hours=hours)
    if held is not None and held != was:
        await _put(after_, source, _begun(after_, held, said, hours) if was is None else held)
    elif held is not None:
        await showing.show(after_, source, held)  # another answer, which changes nothing else


def _begun(after_: After, held: Held, said: Said, hours: Hours) -> Held:
    """The same where it was taken over from another system: nobody is late before they have seen it here.

    An answer that should have come these days is missing, wherever it was ordered.
    """
    return replace(held, next=_anew(held, said, after_.clinical, hours)) if after_.historic else held


def _anew(held: Held, said: Said, now: int, hours: Hours) -> int:
    if held.kind is Kind.ORDER and not held.answer and said.until is not None and said.until > now - orders.OVERDUE:
        return said.until
    wait = after(ALWAYS if held.urgent else hours, now, rule_of(held.kind, urgent=held.urgent).receive)
    return wait if held.next is None else max(held.next, wait)


async def give_back(after_: After) -> None:
    """What its owner may not see any more is its sender's again; a citizen's own has ended, as she was told.

    What is closed to its sender too has nobody to go back to: the keeper finds who may have it (`keeper`).
    """
    for row in await after_.conn.fetch(_CLOSED, *after_.key, after_.real):
        was = held_of(row)
        if was.owner == was.sender:
            await _put(after_, row["source"], replace(was, stopped=True))
            continue
        own = was.sender.startswith(("Patient/", "RelatedPerson/"))
        wait = rule_of(was.kind, urgent=was.urgent).again
        held = replace(
            was,
            state=State.ENDED if own else State.UNTAKEN,
            owner="" if own else was.sender,
            since=after_.clinical,
            next=None if own else after(ALWAYS if was.urgent else OFFICE, after_.clinical, wait),
            rung=0,
            stopped=True,
            instead=0,
            offer="",
        )
        await _put(after_, row["source"], held)


async def stopped(conn: Conn, key: PersonKey, real: int) -> list[int]:
    """What whoever has it may not see as things stand in this transaction (hashes of entries).

    The open ones, and answers of orders that wait for somebody.
    """
    closed = [await conn.fetch(each, *key, real) for each in (_CLOSED, _CLOSED_ANSWERS)]
    return [row["self"] for rows in closed for row in rows]


def held_of(row: Any) -> Held:
    """The hand-over of a row that has its columns."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    values["kind"], values["state"] = Kind(row["kind"]), State(row["state"])
    return Held(**values)


async def _put(after_: After, reference: str, held: Held) -> None:
    marks = (mark_of(held.owner) if held.owner else 0, mark_of(held.sender))
    values = [int(value) if isinstance(value, Kind | State) else value for value in (getattr(held, n) for n in _FIELDS)]
    place = (*after_.key, reference, mark_of(reference))
    given = mark_of(held.receiver) if showing.given(held) else None
    await after_.conn.fetch(_PUT, *place, *values, *marks, after_.real, after_.grant.org_mark, given)
    if held.kind is Kind.ORDER:
        await showing.show(after_, reference, held)


async def _end(after_: After, reference: str, was: Held) -> None:
    """It is no hand-over by itself any more."""
    await after_.conn.fetch(_END, *after_.key, reference)
    if was.kind is Kind.ORDER:
        await showing.show(after_, reference, None)


async def _hours(after_: After, receiver: str) -> Hours:
    if not receiver.startswith("HealthcareService/"):
        return OFFICE
    rows = await after_.conn.fetch(_HOURS, mark_of(receiver))
    return hours_of(fhir.decode(rows[0]["body"].encode())) if rows else OFFICE
