"""What may be handed over: how long each kind waits, and to whom it goes when nobody comes. Data.

A kind is a code of HANDOVER_SYSTEM in `Task.code`; a Task without one is known by what it is about (`states`). The
waits are practice, not law, and a site's to set, but for two: a referral to specialist care is assessed within ten
working days of its arrival (pasient- og brukerrettighetsloven § 2-2 first paragraph), and what a person demands or asks
of who answers for her record within a month (GDPR article 12(3), `MONTH`).

Kinds above `CASES` are cases: what somebody must answer for, by a code of CASE_SYSTEM. They are sent to a desk, which
is those whose role answers cases (`record.desks`) in one organisation; whoever they are about or came from never owns
them; and answering ends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal

from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.desks import CASES, DECIDERS, KEEPERS, OPERATORS, REVIEWERS

MINUTE: Final = 60_000_000
"""Microseconds."""
MONTH: Final = 30 * 86_400 * MICROSECONDS
"""Until a case is answered, where it names no day: GDPR article 12(3)."""
LOOKED: Final = 366 * 86_400 * MICROSECONDS
"""Whatever day is agreed, what is no case is looked at again within so long."""
LONGEST: Final = 3 * MONTH
"""Until a case is answered at the latest: the month may be extended by two, with the reason told (the same article)."""


class Kind(IntEnum):
    """`handover.kind`; the numbers stand in the database for ever."""

    REFERRAL = 1
    TASK = 2
    MESSAGE = 3
    QUESTION = 4
    ORDER = 5
    PLAN = 6
    CORRECTION = 7
    CALL = 8
    DEVIATION = 9
    NOTE = 10
    PROPOSAL = 11
    DISCHARGE = 12
    OFFER = 13
    NEED = 21
    EMERGENCY = 22
    CONSENT = 23
    LOG_QUESTION = 24
    DEMAND = 25
    DELETION = 26
    REQUEST = 27
    SELF_MADE = 28
    APPLICATION = 29
    ACCESS_REVIEW = 30

    @property
    def code(self) -> str:
        """The code of HANDOVER_SYSTEM; of a case what it is called in addresses."""
        return self.name.lower().replace("_", "-")

    @property
    def case(self) -> str:
        """The code of CASE_SYSTEM; "" for what is no case."""
        return "" if self < CASES else "correction" if self is Kind.DEMAND else self.code


NAMES: Final = {
    Kind.REFERRAL: "Henvisning",
    Kind.TASK: "Oppgave",
    Kind.MESSAGE: "Melding",
    Kind.QUESTION: "Spørsmål",
    Kind.ORDER: "Rekvisisjon",
    Kind.PLAN: "Plan delt",
    Kind.CORRECTION: "Krav om retting",
    Kind.DEVIATION: "Avviksmelding",
    Kind.CALL: "Tilkalling",
    Kind.NOTE: "Notat til oppfølging",
    Kind.PROPOSAL: "Forslag om legemiddel",
    Kind.DISCHARGE: "Utskrivningsklar pasient",
    Kind.OFFER: "Tilbud om å overta",
    Kind.NEED: "Oppgitt tjenstlig behov",
    Kind.EMERGENCY: "Åpnet med nødrett",
    Kind.CONSENT: "Åpnet med pasientens samtykke",
    Kind.LOG_QUESTION: "Spørsmål om innsynsloggen",
    Kind.DEMAND: "Krav om retting",
    Kind.DELETION: "Krav om sletting",
    Kind.REQUEST: "Ønske om innsyn for en annen",
    Kind.SELF_MADE: "Åpnet ved egen time, henvisning eller oppgave",
    Kind.APPLICATION: "Søknad om å bli med",
    Kind.ACCESS_REVIEW: "Gjennomgang av tilganger",
}
"""How the code is shown where it stands in the record, in the record's language."""


def coded(kind: Kind) -> dict[str, Any]:
    """`Task.code` of a kind."""
    return {"coding": [{"system": HANDOVER_SYSTEM, "code": kind.code, "display": NAMES[kind]}]}


Rung = Literal["duty", "above", "sender", "operator"]
"""To whom it goes on: the next person on duty in the same inbox, the unit above it (of a case the desk above), who sent
it, who runs the record."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long something may wait: `minutes`, or until the `days`-th working day after. One of them is set."""

    minutes: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table.

    `receive`: until somebody has it. `act`: from then until it is answered. `asked`: while a citizen is asked something
    back, until it comes up by itself. `again`: until the sender has looked at what came back. `ladder`: where it goes
    when nobody received it, each with how long it waits there; after the last it stays with the sender. `put_off`: so
    many days from now it can be put off at a time (`postponing`; of a case the law says). `done_ends`: doing it ends
    it; otherwise what was done is the sender's to end. `roles`: of those on duty in an inbox these come first.
    """

    receive: Wait
    act: Wait
    again: Wait
    ladder: tuple[tuple[Rung, Wait], ...]
    asked: Wait = Wait(days=3)
    put_off: int = 92
    done_ends: bool = False
    roles: tuple[str, ...] = ()


_DAY: Final = Wait(days=1)
_ROUTINE: Final[tuple[tuple[Rung, Wait], ...]] = (("above", _DAY), ("sender", _DAY))
_DESK: Final[tuple[tuple[Rung, Wait], ...]] = (("above", Wait(days=5)), ("operator", Wait(days=5)))
_CASE: Final = Rule(receive=Wait(days=10), act=Wait(days=20), again=Wait(days=5), ladder=_DESK, done_ends=True)
"""Of what is asked by somebody it is about: received in time to be answered within the month."""
_REVIEW: Final = Rule(receive=Wait(days=5), act=Wait(days=20), again=Wait(days=5), ladder=_DESK, done_ends=True)
"""Of a way in that somebody took: while those who know of it still remember."""
_NOBODYS: Final = Rule(receive=Wait(days=5), act=Wait(days=10), again=Wait(days=5), ladder=_DESK, done_ends=True)
"""Of what is about no person: no law says a day."""
URGENT: Final = Rule(
    receive=Wait(minutes=10),
    act=Wait(minutes=60),
    again=Wait(minutes=60),
    asked=Wait(minutes=60),
    ladder=(("duty", Wait(minutes=10)), ("duty", Wait(minutes=10)), ("sender", Wait(minutes=10))),
    put_off=0,
    roles=("doctor", "specialist", "gp"),
)
"""Of every kind, when a person said that it is urgent. That doing it ends it stays as the kind has it."""
RULES: Final[dict[Kind, Rule]] = {
    Kind.REFERRAL: Rule(receive=Wait(days=2), act=Wait(days=10), again=Wait(days=5), ladder=_ROUTINE),
    Kind.TASK: Rule(receive=Wait(days=2), act=Wait(days=5), again=Wait(days=5), ladder=_ROUTINE, done_ends=True),
    Kind.MESSAGE: Rule(receive=Wait(days=2), act=Wait(days=5), again=Wait(days=5), ladder=_ROUTINE),
    Kind.QUESTION: Rule(receive=Wait(days=2), act=Wait(days=5), again=Wait(days=5), ladder=_ROUTINE),
    Kind.ORDER: Rule(
        receive=Wait(days=1), act=Wait(days=2), again=Wait(days=1), ladder=(("sender", _DAY),), done_ends=True
    ),
    Kind.PLAN: Rule(receive=Wait(days=2), act=Wait(days=5), again=Wait(days=5), ladder=_ROUTINE),
    Kind.CORRECTION: Rule(receive=Wait(days=5), act=Wait(days=20), again=Wait(days=5), ladder=_ROUTINE),
    Kind.DEVIATION: Rule(receive=Wait(days=1), act=Wait(days=3), again=Wait(days=5), ladder=_ROUTINE, put_off=31),
    Kind.PROPOSAL: Rule(receive=Wait(days=1), act=Wait(days=2), again=Wait(days=5), ladder=_ROUTINE, put_off=14),
    Kind.DISCHARGE: Rule(receive=Wait(days=1), act=Wait(days=1), again=Wait(days=1), ladder=_ROUTINE, put_off=7),
    Kind.CALL: Rule(receive=Wait(days=1), act=Wait(days=1), again=Wait(days=1), ladder=_ROUTINE, put_off=7),
    Kind.OFFER: Rule(
        receive=Wait(days=2), act=Wait(days=2), again=Wait(days=5), ladder=_ROUTINE, put_off=14, done_ends=True
    ),
    Kind.NOTE: Rule(receive=Wait(days=2), act=Wait(days=5), again=Wait(days=5), ladder=_ROUTINE, done_ends=True),
    Kind.NEED: _REVIEW,
    Kind.EMERGENCY: _REVIEW,
    Kind.CONSENT: _REVIEW,
    Kind.LOG_QUESTION: _CASE,
    Kind.DEMAND: _CASE,
    Kind.DELETION: _CASE,
    Kind.REQUEST: _CASE,
    Kind.SELF_MADE: _REVIEW,
    Kind.APPLICATION: _NOBODYS,
    Kind.ACCESS_REVIEW: _NOBODYS,
}

NOBODYS: Final = frozenset({Kind.APPLICATION, Kind.ACCESS_REVIEW})
"""Cases that are about no person."""

AWAITED: Final = {"urgent": Wait(days=2), "laboratory": Wait(days=7), "imaging": Wait(days=20)}
"""Until an order has its answer, from the day it is to be taken or was ordered: practice, and a site's to set. What
takes longer is ordered with its day (`ServiceRequest.occurrence[x]`)."""
ANSWERED: Final = (Wait(days=5), Wait(days=2), Wait(minutes=60))
"""Until an answer is seen and acted on: as usual, outside the usual, gravely outside. Practice, and a site's to set; a
laboratory rings about what is grave besides."""

PROMISED: Final = Wait(days=5)
"""Until a citizen who writes has an answer, as her page says it: five working days is the practice of the national
portal's written dialogue, and a site's to set. What is agreed with her later (`Task.restriction`) stands in its
place."""


def rule_of(kind: Kind, *, urgent: bool) -> Rule:
    """The waits and the ladder of a hand-over."""
    return URGENT if urgent and kind < CASES else RULES[kind]


def desk_roles(kind: Kind) -> tuple[str, ...]:
    """The roles whose staff answers a case of this kind."""
    own = {Kind.REQUEST: (*REVIEWERS, *DECIDERS), Kind.APPLICATION: OPERATORS, Kind.ACCESS_REVIEW: KEEPERS}
    return own.get(kind, REVIEWERS)
