"""A Task that begins to carry a referral, an order or a message, which was a hand-over by itself until now.

It takes over whose that is, where it stands and how urgent it is (`hook`): so what `guard` asks of a change is asked of
it too, and one entry has one Task that carries it. Asked in the commit, where what others have written is known.

    whoever has it or sent it             nobody else lets a Task take it over (403)
    another Task carries it already       that one is written, there is no second (409)
    it declines or ends at once           as of a Task that is there: a reason, a person, and who sent it ends it

What is offered to another (`offers`) is offered by whoever has it (403): a yes moves it. What carries nothing is sent
by whoever writes it, or what she works for: in nobody else's name (403), also where it was a draft.

What nobody owes anything of any more (it has ended, or was none) anybody may begin anew. An order has others' own work
beside it, which says nothing of it (`following`). The jobs of those who run the record and an import are asked nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import guard
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State, is_over
from felles.record.clock import Clock
from felles.record.decide import ASK, PARTED, ask_values
from felles.record.derive import Part
from felles.record.errors import Conflict, Forbidden
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.lane import unnest

if TYPE_CHECKING:
    from felles.access.handovers.states import Said
    from felles.record.aftermath import After

_N: Final = len(ASK)
# After the columns of ASK: bucket, person, what is carried, the Task that begins to.
_OPEN: Final = f"""
with q as materialized {unnest(ASK)}
select h.source, h.kind, {PARTED} as part
  from q
  join handover h on h.bucket = ${_N + 1} and h.person = ${_N + 2} and (h.source = ${_N + 3} or h.focus = ${_N + 3})
 where h.source <> ${_N + 4} and h.state < {State.DONE:d} and h.kind <> {Kind.OFFER:d}"""

# $1 hash of a party, $2-$4 hashes of who writes, for which organisation, in which role, $5 real time.
WORKS_FOR: Final = """
select 1 from staffing s
 where s.party = $1 and s.actor = $2 and s.org = $3 and s.role_mark = $4 and s.since <= $5 and s.until > $5 limit 1"""


async def check(after: After, reference: str, said: Said, task: Any) -> None:
    """Refuse a Task (`reference`) that says `said` where it may not begin to carry its focus.

    Raises `Forbidden`, `Conflict` or `Unprocessable`; then nothing is written.
    """
    grant = after.grant
    if grant.job or after.historic or said.kind.case or not said.focus.startswith(guard.ALONE):
        return
    rows = await _open(after, reference, said)
    if not rows:
        return
    part = Part(0)
    for row in rows:
        part |= Part(row["part"])
    if (refused := guard.begins(task, said, Kind(rows[0]["kind"]), grant, part)) is not None:
        raise refused
    if any(row["source"] != said.focus for row in rows):
        raise Conflict("another Task carries this already: write that one")


async def check_first(after: After, reference: str, said: Said) -> None:
    """Raise `Forbidden` for a Task (`reference`) that becomes a hand-over, where it is not the writer's to say.

    An offer of what she has not, or anything in the name of what she does not work for.
    """
    if is_over(said.state):
        return
    if said.kind is Kind.OFFER:
        await _check_offer(after, reference, said)
    grant = after.grant
    if grant.mode is not Mode.STAFF or said.sender in ("", grant.actor, grant.behalf):
        return
    place = (mark_of(said.sender), grant.actor_mark, grant.org_mark, grant.role_mark, after.real)
    if not await after.conn.fetch(WORKS_FOR, *place):
        raise Forbidden("a hand-over is sent in nobody else's name", "Task.requester")


async def _check_offer(after: After, reference: str, said: Said) -> None:
    rows = [row for row in await _open(after, reference, said) if row["source"] == said.focus]
    if after.grant.mode is not Mode.ALL and not any(Part.HOLDS in Part(row["part"]) for row in rows):
        raise Forbidden("what is offered to another is offered by whoever has it")


async def _open(after: After, reference: str, said: Said) -> list[Any]:
    """The open hand-overs that the focus of a Task is or that carry it, with what the writer is to each."""
    columns = [[value] for value in ask_values(after.grant, Clock(after.clinical - after.real))]
    return list(await after.conn.fetch(_OPEN, *columns, *after.key, said.focus, reference))
