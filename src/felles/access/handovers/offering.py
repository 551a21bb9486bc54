"""What the keeper writes of offers: each answer is the changes of one commit, over the versions that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.handovers import inboxes, offers
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State, is_person, said_by
from felles.access.resources import moment
from felles.record.changes import Change
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from felles.access.handovers.states import Held
    from felles.record.grants import Grant
    from felles.record.store import Store

# How many of each.
MARKED: Final = f"""
select h.*, 'offer' as why from handover h where h.offer <> '' and h.state < {State.DONE:d}
 order by h.urgent desc, h.next limit $1"""
YES: Final = f"""
select h.*, 'yes' as why from handover h
 where h.kind = {Kind.OFFER:d} and h.state < {State.DONE:d} and h.state = {State.ACCEPTED:d} and h.offer = ''
 limit $1"""
OVER: Final = f"""
select h.*, 'over' as why from handover h
 where h.kind = {Kind.OFFER:d} and h.state < {State.DONE:d} and not exists (
    select 1 from handover f where f.bucket = h.bucket and f.person = h.person and f.source = h.focus
       and f.state < {State.DONE:d}) limit $1"""
WHY: Final = frozenset({"offer", "yes", "over"})
_OURS: Final = """
select 1 from handover h join staffing s on s.org = h.org and s.party = $4
 where h.bucket = $1 and h.person = $2 and h.source = $3 limit 1"""
_HERE: Final = "select 1 from handover where bucket = $1 and person = $2 and source = $3"
_MADE_BY: Final = f"""
select author from entry where bucket = $1 and type = {TYPES["Task"]} and id = $2 and form = 0 and version = 1"""
_WORK: Final = "urn:uuid:5d3c1c5e-7d0f-4a59-8c55-0f6a3b1f8a02"


async def changes(
    store: Store, grant: Grant, row: Any, held: Held, task: dict[str, Any], version: int,
    *, asker: Callable[[str, int], Awaitable[str]],
) -> list[Change]:  # fmt: skip
    """What is written for a row of `MARKED`, `YES` or `OVER`, whose Task this is (version 0: one that carries it).

    `asker` gives whom R4 lets ask for a party, of which organisation (its hash). Raises what reading raises.
    """
    if row["why"] == "offer":
        if held.kind is Kind.OFFER:
            return [await _onward(store, row, held, task, version)]
        first = await asker(offers.first_of(task, held, row["offer"]), row["org"])
        return _offer(store, row, held, task, version, first)
    if row["why"] == "yes":
        return await _yes(store, grant, row, held, task, version)
    return [_update(row["source"], offers.closed(task), version)]


def _offer(store: Store, row: Any, held: Held, task: dict[str, Any], version: int, first: str) -> list[Change]:
    _, receiver = offers.split(row["offer"])
    work = offers.marked_as(task, receiver)
    if version:
        at, marked = row["source"], _update(row["source"], work, version)
    else:
        at, marked = _WORK, Change(op="create", type="Task", resource=_struct(work), full_url=_WORK)
    made = offers.offered(task, at, held, row["offer"], moment(store.clock.clinical()), first=first)
    return [marked, Change(op="create", type="Task", resource=_struct(made))]


async def _onward(store: Store, row: Any, held: Held, task: dict[str, Any], version: int) -> Change:
    """The person has moved on before anybody said yes: to the next one, or she is back where it is."""
    _, receiver = offers.split(row["offer"])
    post = await inboxes.post(store, receiver) if is_person(receiver) else inboxes.Post("", receiver)
    back = held.sender in (receiver, post.person, post.unit)
    return _update(
        row["source"], offers.closed(task, back=True) if back else offers.readdressed(task, receiver), version
    )


async def _yes(store: Store, grant: Grant, row: Any, held: Held, offer: dict[str, Any], version: int) -> list[Change]:
    place = (row["bucket"], row["person"])
    # What is offered is this person's, whatever a client names.
    here = await store.pool.fetch(_HERE, *place, held.focus)
    work, read_at = None, 0
    if here:
        read = await store.read(grant, "Task", held.focus.partition("/")[2])
        said, read_at = said_by(fhir.decode(read.body.encode())), read.version
        if said is not None and not said.state.ended:
            sides = offers.sides_of(offer)
            made = await store.pool.fetch(_MADE_BY, row["bucket"], row["source"].partition("/")[2])
            if not made or made[0]["author"] != grant.actor:  # who sent something stays who sent it
                sides.pop("requester", None)
            ours = bool(await store.pool.fetch(_OURS, *place, held.focus, mark_of(sides.get("owner", ""))))
            work = offers.taken(msgspec.json.decode(read.body), sides, held.owner, ours=ours)
    end = _update(row["source"], offers.closed(offer, yes=work is not None), version)
    return [end] if work is None else [_update(held.focus, work, read_at), end]


def _update(source: str, task: dict[str, Any], version: int) -> Change:
    name = source.partition("/")[2]
    return Change(op="update", type="Task", id=name, resource=_struct(task), expected=version)


def _struct(task: dict[str, Any]) -> Any:
    return fhir.decode(msgspec.json.encode(task))
