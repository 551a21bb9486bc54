"""A hand-over as a member of the staff reaches it, and what she may do with it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from felles import access
from felles.access.handovers import showing
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.care.handovers import desk, rules
from felles.record.errors import Absent, BadQuery
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.care.handovers.rules import Verb
    from felles.record.read_cases import CaseRow
    from felles.record.read_handovers import HandedRow
    from felles.record.store import Store

_HANDED: Final = frozenset({"Task", "ServiceRequest", "Communication", "Review"})


async def read(store: Store, actor: Actor, source: str) -> tuple[HandedRow, CaseRow | None]:
    """A hand-over, and the case that it is at her desk. Raises `Absent`, `BadQuery`, `Busy`."""
    if source.partition("/")[0] not in _HANDED:
        raise BadQuery("this is nothing that is handed over")
    if not actor.may("handle"):
        with suppress(Absent):
            return await store.handover(access.everyone(actor), source), None
    case = await desk.case_of(store, actor, source)
    if case is None:
        raise Absent("there is no such hand-over here")
    return case.hand, case


async def is_hers(store: Store, actor: Actor, source: str) -> bool:
    """Whether she reaches it, for what she writes about it. Shows nothing of it, and leaves no line. Raises `Busy`."""
    if source.partition("/")[0] not in _HANDED:
        raise BadQuery("this is nothing that is handed over")
    if not actor.may("handle") and await store.is_handed(access.everyone(actor), source):
        return True
    return await desk.is_there(store, actor, source)


async def verbs(store: Store, actor: Actor, row: HandedRow) -> tuple[Verb, ...]:
    """What she may do with it. Raises `Busy`."""
    if Kind(row.kind).case:
        return desk.verbs(actor, row)
    parties = set(await store.parties(access.everyone(actor)))
    holds, sent = bool(row.owner) and mark_of(row.owner) in parties, mark_of(row.sender) in parties
    own, came = row.owner == actor.reference, row.came is not None
    given = showing.given(row) and mark_of(row.receiver) in parties
    return rules.verbs(
        Kind(row.kind), State(row.state), holds=holds, sent=sent, own=own, came=came, urgent=row.urgent, given=given
    )
