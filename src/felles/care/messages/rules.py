"""What hangs together, where it stands, who can answer, and what must be rung about. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Final

from felles.access.codes import PREGNANCY
from felles.access.handovers.asking import CITIZENS, RETURNED
from felles.access.handovers.states import BY_STATUS, ENDED, STOPPED, State, has_nobody, promised
from felles.care.messages.codes import SENT
from felles.care.plan.rules import is_case
from felles.ui.dates import born_on, local_day, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from felles.care.messages.shapes import Handed, Message
    from felles.care.overview.views import Read
    from felles.care.plan.shapes import Work
    from felles.care.shapes import Encounter, Episode, Reference

LEVELS: Final = 20
"""Answers to answers that are followed to the message a thread began with."""
_WARD: Final = "fødeplass"
"""How a referral to the place of birth begins, by the words of the Norwegian pregnancy record."""


class Stands(Enum):
    """Where a message is, to who sent it."""

    TOLD = "told"
    SENT = "sent"
    NOBODYS = "nobodys"
    READ = "read"
    TAKEN = "taken"
    ANSWERED = "answered"
    ASKED = "asked"
    ENDED = "ended"
    STOPPED = "stopped"

    @property
    def waits(self) -> bool:
        """Whether somebody owes an answer."""
        return self in (Stands.SENT, Stands.NOBODYS, Stands.READ, Stands.TAKEN, Stands.ASKED)


@dataclass(slots=True)
class Letter:
    """A message, the Task that carries it (None: none does yet), where it stands, and by which day it is answered."""

    read: Read[Message]
    task: Handed | None
    stands: Stands
    owner: str
    due: date | None


@dataclass(slots=True)
class Thread:
    """Messages that answer each other, the oldest first."""

    letters: list[Letter] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether one of them waits for an answer."""
        return any(letter.stands.waits for letter in self.letters)

    @property
    def asks(self) -> bool:
        """Whether one of them waits for her own answer."""
        return any(letter.stands is Stands.ASKED for letter in self.letters)


_WHOLE: Final = re.compile(r"([0-9]{1,4})(?:[.,]0+)?")
_BEGINS: Final = re.compile(r"[0-9]{1,4}(?![0-9])")


def alarming(upper: int | None, lower: int | None, symptoms: Sequence[str], bound: tuple[int, int]) -> bool:
    """Whether a pregnant woman must ring now: a pressure from `bound` (mmHg) in either number, or a symptom.

    Source: `codes`.
    """
    high = (upper is not None and upper >= bound[0]) or (lower is not None and lower >= bound[1])
    return high or bool(symptoms)


def threads(messages: Sequence[Read[Message]], tasks: Sequence[Read[Handed]]) -> list[Thread]:
    """Messages between her and those who follow her, by what they answer; what asks her first, then what waits."""
    kept = {f"Communication/{read.entry.id}": read for read in messages if _is_hers(read.entry)}
    # A demand about a message (that it is wrong) names it as well, and carries it no further.
    carried = {_key(read.entry.focus): read.entry for read in reversed(tasks) if not is_case(read.entry.code)}
    made: dict[str, Thread] = {}
    for key, read in sorted(kept.items(), key=lambda pair: (pair[1].at, pair[0])):
        made.setdefault(_first(key, kept), Thread()).letters.append(letter(read, carried.get(key)))
    return sorted(made.values(), key=lambda each: (not each.asks, not each.waits, -each.letters[-1].read.at))


def letter(read: Read[Message], task: Handed | None) -> Letter:
    """Where one message stands."""
    sender = _key(read.entry.sender)
    if task is None:
        owner = next((_key(each) for each in read.entry.recipient), "")
        stands = {"in-progress": Stands.SENT, "on-hold": Stands.TAKEN, "stopped": Stands.ENDED}.get(
            read.entry.status, Stands.TOLD
        )
        return Letter(
            read, None, stands, owner, _day(promised(sender, moment(read.entry.sent))) if stands.waits else None
        )
    stands = _stands(task)
    period = task.restriction.period if task.restriction else None
    agreed = _day(moment(period.end)) or born_on(period.end) if period and period.end else None
    due = agreed or _day(promised(sender, latest(task) or moment(task.authored_on)))
    return Letter(read, task, stands, _key(task.owner), due if stands.waits and stands is not Stands.ASKED else None)


def asks(task: Handed | Work) -> bool:
    """Whether a Task asks the citizen who sent it something back, by its last note."""
    business = task.business_status.code if task.business_status else ""
    hers = _key(task.requester).startswith(CITIZENS)
    return hers and (task.status, business) == ("on-hold", RETURNED) and bool(task.note)


def question(task: Handed | Work) -> str:
    """What a Task asks the citizen, in words."""
    return task.note[-1].text if task.note else ""


def latest(task: Handed) -> int | None:
    """When a citizen last answered what a Task asked, clinical microseconds; None where she has not."""
    hers = [each.time for each in task.note if _key(each.author_reference).startswith(CITIZENS)]
    return moment(hers[-1]) if hers else None


def _stands(task: Handed) -> Stands:
    business = task.business_status.code if task.business_status else ""
    state = BY_STATUS.get(task.status, State.SENT)
    if asks(task):
        return Stands.ASKED
    if business == STOPPED:
        return Stands.STOPPED
    if state is State.ANSWERED:
        return Stands.ANSWERED
    if business == ENDED or state in (State.ENDED, State.DECLINED):
        return Stands.ENDED
    if has_nobody(task.priority, task.status, _key(task.owner)):
        return Stands.NOBODYS
    return {State.SENT: Stands.SENT, State.RECEIVED: Stands.READ}.get(state, Stands.TAKEN)


def _is_hers(message: Message) -> bool:
    """Whether it went between her, or who acts for her, and those who follow her."""
    if message.status in ("entered-in-error", "preparation", "not-done"):
        return False
    to_her = any(_key(each).startswith("Patient/") for each in message.recipient)
    return to_her or any(concept.has(*SENT) for concept in message.category)


def _first(key: str, kept: dict[str, Read[Message]]) -> str:
    for _ in range(LEVELS):
        before = next((_key(each) for each in kept[key].entry.in_response_to if _key(each) in kept), "")
        if not before or before == key:
            break
        key = before
    return key


def answering(episodes: Iterable[Read[Episode]], contacts: Iterable[Read[Encounter]]) -> list[str]:
    """The organisations that may answer her, each once: who follows the pregnancy, the stay, the GP, then others."""
    found: list[tuple[int, str]] = []
    for read in episodes:
        rank = 0 if any(kind.has(PREGNANCY) for kind in read.entry.type) else 2
        found.append((rank, _key(read.entry.managing_organization)))
    found += [(1, _key(read.entry.service_provider)) for read in contacts]
    return list(dict.fromkeys(key for _, key in sorted(found, key=lambda pair: pair[0]) if key))


def ward(requests: Iterable[Read[Work]]) -> str:
    """Where she is to give birth, by the newest referral that asks for it; "" where none does."""
    for read in requests:
        words = (read.entry.code.words if read.entry.code else "").casefold()
        if words.startswith(_WARD) and read.entry.status not in ("revoked", "entered-in-error"):
            return next((_key(each) for each in read.entry.performer), "")
    return ""


def _day(micros: int | None) -> date | None:
    return date.fromordinal(local_day(micros)) if micros is not None else None


def number(text: str) -> int | None:
    """A whole number as it is typed, also with a fraction of nothing (150,0); None for anything else."""
    found = _WHOLE.fullmatch(text.strip())
    return int(found[1]) if found else None


def heard(text: str) -> int | None:
    """The whole part of the number that something typed begins with ("150 mmHg", "140,5"), None for none.

    For what must not be overheard because it was typed otherwise than it is kept.
    """
    found = _BEGINS.match(text.strip())
    return int(found[0]) if found else None


def _key(reference: Reference | None) -> str:
    return (reference.reference or "").partition("/_history/")[0] if reference else ""
