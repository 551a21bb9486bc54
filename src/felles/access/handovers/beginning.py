"""A Task that begins to carry a referral, an order or a message, which was a hand-over by itself until now.

It takes over whose that is, where it stands and how urgent it is (`hook`): so what `guard` asks of a change is asked of
it too, and one entry has one Task that carries it. Asked in the commit, where what others have written is known.

    whoever has it or sent it             nobody else lets a Task take it over (403)
    another Task carries it already       that one is written, there is no second (409)
    it declines or ends at once           as of a Task that is there: a reason, a person, and who sent it ends it

What is offered to another (`offers`) is offered by whoever has it (403): a yes moves it.

What nobody owes anything of any more (it has ended, or was none) anybody may begin anew. An order has others' own work
beside it, which says nothing of it (`following`). The jobs of those who run the record and an import are asked nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import guard
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.clock import Clock
from felles.record.decide import ASK, PARTED, ask_values
from felles.record.derive import Part
from felles.record.errors import Conflict, Forbidden
from felles.record.grants import Mode
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


async def check_offer(after: After, reference: str, said: Said) -> None:
    """Raise `Forbidden` for an offer (`reference`) of what the writer has not."""
    rows = [row for row in await _open(after, reference, said) if row["source"] == said.focus]
    if after.grant.mode is not Mode.ALL and not any(Part.HOLDS in Part(row["part"]) for row in rows):
        raise Forbidden("what is offered to another is offered by whoever has it")


async def _open(after: After, reference: str, said: Said) -> list[Any]:
    """The open hand-overs that the focus of a Task is or that carry it, with what the writer is to each."""
    columns = [[value] for value in ask_values(after.grant, Clock(after.clinical - after.real))]
    return list(await after.conn.fetch(_OPEN, *columns, *after.key, said.focus, reference))
