"""How far something sent can be put off, and who says how urgent it is; asked of whoever writes it. Pure.

    what is urgent is not put off         it is answered or given on, or who sent it takes the urgency back
    the rest has a bound                  days from now, of its kind (`kinds.Rule.put_off`); of a case the law's day
    putting off names the reason          a note more, or another `Task.statusReason`, which the other side reads
    its sender says how urgent it is      nobody else makes days of minutes, nor minutes of days

Putting off is giving a later `Task.restriction.period.end` than stood there, or one where none stood. The day that a
first version names is its sender's own. Asked after `guard`, which knows what has ended and who may change it at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import LONGEST, RULES
from felles.access.handovers.states import said_by
from felles.access.times import span
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.derive import Part
from felles.record.elements import listed
from felles.record.errors import Forbidden, Unprocessable
from felles.record.grants import Mode

if TYPE_CHECKING:
    from felles.access.handovers.kinds import Kind
    from felles.access.handovers.states import Said
    from felles.record.errors import RecordError
    from felles.record.grants import Grant

_DAY: Final = 86_400 * MICROSECONDS
_WHOLE: Final = 25 * 3_600 * MICROSECONDS
"""The longest day: a day that begins before the last moment is not too late."""
_ROUTINE: Final = "routine"
"""What nothing said means."""


def wrong(was: Any, new: Any, grant: Grant, part: Part, now: int) -> RecordError | None:
    """What is wrong with how `new` puts off the hand-over `was`, or how urgent it calls it; None: nothing.

    `part` is what the writer is to it, `now` clinical microseconds. `Unprocessable`, or `Forbidden` where it is another
    one's to say. Nothing is wrong with a first version, with what is deleted, nor for the jobs of who runs the record.
    """
    if was is None or new is None or grant.job:
        return None
    before, after = said_by(was), said_by(new)
    if before is None or after is None or after.state.ended:
        return None
    return _priority(was, new, before, grant, part) or _day(was, new, after, now)


def _priority(was: Any, new: Any, before: Said, grant: Grant, part: Part) -> RecordError | None:
    asked = Part.ITS in part or grant.mode is Mode.ALL  # of whom nobody asks what is hers: of nobody
    if before.kind.case or not asked or _said(was) == _said(new):
        return None
    if Part.SENT in part or before.sender in (grant.actor, grant.behalf):
        return None
    return Forbidden("who sent a hand-over says how urgent it is", f"{type(new).__name__}.priority")


def _day(was: Any, new: Any, after: Said, now: int) -> RecordError | None:
    if type(new).__name__ != "Task" or type(was).__name__ != "Task":
        return None
    old, day = _end(was), _end(new)
    if day is None or (old is not None and day <= old):
        return None
    if after.urgent:
        return Unprocessable("what is urgent is not put off", "Task.restriction")
    if day > latest(after.kind, after.asked, now) + _WHOLE:
        return Unprocessable("a hand-over is not put off as far as that", "Task.restriction")
    return None if _reason(was, new) else Unprocessable("putting off a hand-over names the reason", "Task.note")


def latest(kind: Kind, made: int | None, now: int) -> int:
    """The last moment to which it may be put off at `now`; `made`: when it was sent, None when not said."""
    if kind.case:  # GDPR article 12(3): counted from when it was asked
        return (now if made is None else made) + LONGEST
    return now + RULES[kind].put_off * _DAY


def _end(task: Any) -> int | None:
    """The end of the agreed day, None where there is none."""
    period = getattr(task.restriction, "period", None)
    end = span(period, 0)[1] if period else FOREVER
    return None if end == FOREVER else end


def _reason(was: Any, new: Any) -> bool:
    notes = listed(new.note)
    noted = len(notes) > len(listed(was.note)) and _told(notes[-1])
    return noted or (new.statusReason != was.statusReason and _told(new.statusReason))


def _told(said: Any) -> bool:
    text, codings = getattr(said, "text", None), getattr(said, "coding", None)
    return (isinstance(text, str) and bool(text.strip())) or (isinstance(codings, list) and bool(codings))


def _said(resource: Any) -> str:
    return resource.priority if isinstance(resource.priority, str) else _ROUTINE
