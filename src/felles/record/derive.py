"""What follows from an entry in the commit that writes it: care relations, staffing, outgoing events.

The rules belong to rooms above this one; they register here, once, when the program is put together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

from felles.record.aftermath import Hooks
from felles.record.errors import RecordError
from felles.record.grants import Grant
from felles.record.guarded import Takes

DAY = 86_400_000_000
"""Microseconds."""
SELF_MADE = 100
"""What is added to the basis of a relation that was made by those for whom it opens."""
PART = 200
"""Bases from here on open single entries alone (table `pointed`), and are named after all that open the record."""
ORDERED = 210
"""Of these, that of whoever answers for an order: she also says what becomes of it (`single`)."""


def is_self_made(basis: int) -> bool:
    """Whether this number carries the mark SELF_MADE."""
    return basis // SELF_MADE % 2 == 1


def bare_of(basis: int) -> int:
    """The number without the mark SELF_MADE."""
    return basis - SELF_MADE if is_self_made(basis) else basis


def bare(basis: str) -> str:
    """SQL: the number `basis` without the mark SELF_MADE."""
    return f"({basis} - {SELF_MADE} * ({basis} / {SELF_MADE} % 2))"


def marked(basis: str) -> str:
    """SQL: whether the number `basis` carries the mark SELF_MADE."""
    return f"{basis} / {SELF_MADE} % 2 = 1"


@dataclass(slots=True, frozen=True)
class Relation:
    """A care relation to `party` (a reference), in clinical microseconds; `basis` from access' table.

    `asked`: its entry asks for care, so that where writer and party belong together it is no more than a stated need;
    whether they do, the statement that writes it sees in `staffing`.
    """

    party: str
    basis: int
    since: int
    until: int
    asked: bool = False


@dataclass(slots=True, frozen=True)
class Staffing:
    """`actor` staffs `party` in the name of `org` (references), in real microseconds."""

    actor: str
    org: str
    party: str
    role: str
    since: int
    until: int


@dataclass(slots=True, frozen=True)
class Leave:
    """`party` (a reference) is away from what she does for `org`, in clinical microseconds; `stand_in` a reference.

    `stand_in` is "" where nobody stands in by name.
    """

    party: str
    org: str
    since: int
    until: int
    stand_in: str


@dataclass(slots=True, frozen=True)
class Event:
    """Something that must reach `receiver` (a reference): one row of the outbox."""

    receiver: str
    event: str


@dataclass(slots=True)
class Derived:
    """All that follows from one version of one entry."""

    relations: list[Relation] = field(default_factory=list)
    staffing: list[Staffing] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


Rule = Callable[[Any, str, Grant, int], Derived]
"""(resource, its reference, the writer's Grant, its lastUpdated) → what follows. Pure."""


class Part(IntFlag):
    """What the writer is to the hand-over that an entry is, or that carries it."""

    ITS = 1
    """There is one."""
    HOLDS = 2
    """It is with her, or with what she staffs; of a system with its organisation."""
    SENT = 4
    """It came from her, or from what she staffs."""


Guard = Callable[[Any, Any, Grant, Part, int], RecordError | None]
"""(resource as it is or None, as it is to be or None, the writer's Grant, what she is to it, clinical time) → what
refuses that, or None. Pure."""


class Registry:
    """Which rule follows which resource type (one type has one rule), and which hooks follow a commit."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self.hooks = Hooks()
        self.guards: dict[str, list[Guard]] = {}
        """What may be made of an entry of a type, whoever writes it: asked under the lock, before it is written."""
        self.takes = Takes()
        """Which verb an entry takes."""
        self.need = DAY
        """How long a relation lasts that was made by those for whom it opens, in microseconds."""
        self.received = 7 * DAY
        """In how long somebody must have it who looks it over: five working days."""

    def register(self, type_name: str, rule: Rule) -> None:
        """Let `rule` follow every commit of `type_name`. Raises `ValueError` if one does already."""
        if type_name in self._rules:
            raise ValueError(f"{type_name} has its rule already")
        self._rules[type_name] = rule

    def of(self, type_name: str) -> Rule | None:
        """The rule of a type, or None."""
        return self._rules.get(type_name)
