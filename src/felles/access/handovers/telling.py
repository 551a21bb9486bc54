"""A message that says of itself that it is over as it is sent. Pure.

FHIR's "completed" of a Communication says that it was sent, and "sent" ends nothing: what asks somebody who works here
is on its way ("in-progress") until she has answered, or it would be on nobody's list. So none begins as completed, but

    an answer           `inResponseTo`: it ends what it answers. What a citizen writes again is somebody's to answer
    a remark            the person's own word beside an entry, which asks nobody
    what is history     sent three months ago or more, or imported: it is nobody's work (as `orders.HISTORY`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.orders import HISTORY
from felles.access.handovers.states import said_by
from felles.access.times import span
from felles.access.verbs import REMARK
from felles.record.codes import CASE_SYSTEM
from felles.record.elements import codes_of, listed
from felles.record.errors import Unprocessable
from felles.record.grants import Mode

if TYPE_CHECKING:
    from felles.record.errors import RecordError
    from felles.record.grants import Grant

_OWN: Final = frozenset({Mode.SELF, Mode.PROXY})


def wrong(was: Any, new: Any, grant: Grant, now: int) -> RecordError | None:
    """`Unprocessable` where `new` sends, at `now` (clinical microseconds), a message that is over by its own word."""
    if grant.job or new is None or not _is_over(new, grant, now):
        return None
    before = None if was is None else said_by(was)
    if before is not None and (not before.state.ended or _is_over(was, grant, now)):
        return None  # it was on its way: who may end it `guard` has asked
    return Unprocessable(
        "a message to those who work here is on its way until they have answered: send it as in-progress",
        "Communication.status",
    )


def _is_over(message: Any, grant: Grant, now: int) -> bool:
    if type(message).__name__ != "Communication" or message.status != "completed" or said_by(message) is None:
        return False
    if any(REMARK in codes_of(each, CASE_SYSTEM) for each in listed(message.category)):
        return False
    if listed(message.inResponseTo) and grant.mode not in _OWN:
        return False
    sent = span(message.sent, 0)[0]
    return not sent or sent > now - HISTORY
