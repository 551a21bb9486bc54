"""Cases, and what a citizen asks or is asked back: whose it is, and how she answers. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from said import GP, MINE, MOTHER, NOON, NURSE, WARD, case_of, grant_of, held, micros, task

from felles.access.cases import OPENINGS
from felles.access.handovers import asking, guard
from felles.access.handovers.hours import OFFICE, after
from felles.access.handovers.kinds import MONTH, RULES, Kind
from felles.access.handovers.states import (
    ESCALATED,
    REPLIED,
    RETURNED,
    UNTAKEN,
    State,
    climb,
    follow,
    said_by,
)
from felles.access.roles import ROLES
from felles.access.verbs import VERBS, step_verb
from felles.care.handovers.rules import Verb, act, verbs
from felles.care.handovers.rules import asking as asking_her
from felles.record import desks
from felles.record.codes import CASE_SYSTEM
from felles.record.desks import DECIDERS, REVIEWERS
from felles.record.errors import Unprocessable


def test_a_citizen_owns_no_work():
    asked = {"requester": {"reference": MOTHER}, "focus": {"reference": "Communication/c"}}
    for status, business, state, owner in (
        ("completed", None, State.DONE, ""),
        ("rejected", None, State.ENDED, ""),
        ("on-hold", RETURNED, State.ACCEPTED, WARD),  # she is asked back
        ("requested", UNTAKEN, State.UNTAKEN, WARD),
    ):
        found = held(task(**asked), task(status=status, business=business, **asked))
        assert found is not None
        assert (found.state, found.owner) == (state, owner)


ASKED_HER = {
    "requester": {"reference": MOTHER},
    "focus": {"reference": "Communication/c"},
    "owner": {"reference": NURSE},
}
QUESTION = {"authorReference": {"reference": NURSE}, "time": "2026-11-26T11:00:00Z", "text": "Siden når?"}
ANSWER = {"authorReference": {"reference": MOTHER}, "time": "2026-11-27T11:00:00Z", "text": "Siden i går"}


@pytest.mark.parametrize("kind", [None, Kind.DEMAND], ids=str)
def test_what_a_citizen_is_asked_back_comes_up_by_itself_or_at_once_when_she_answers(kind: Kind | None):
    case = {"code": {"coding": [{"system": CASE_SYSTEM, "code": kind.case}]}} if kind else {}
    sent = {**ASKED_HER, **case, "authoredOn": "2026-11-26T11:00:00Z"}
    mine = task(status="accepted", **sent)
    asked = task(status="on-hold", business=RETURNED, note=[QUESTION], **sent)
    took = held(task(**sent), mine)
    waits = held(task(**sent), mine, asked)
    assert took is not None
    assert waits is not None
    assert (waits.state, waits.owner) == (State.ACCEPTED, NURSE)
    rule = RULES[kind or Kind.QUESTION]
    assert waits.next == after(OFFICE, NOON, rule.asked) < took.next  # type: ignore[operator]
    later = held(task(**sent), mine, asked, asked, now=NOON)
    assert later == waits  # written again, it is not put off
    put_off = {**sent, "restriction": {"period": {"end": "2026-12-24"}}}
    off = held(mine, task(status="on-hold", business=RETURNED, note=[QUESTION], **put_off))
    assert off is not None
    assert off.next == (waits.next if kind else micros(2026, 12, 24, 23))  # a case keeps its day
    said = task(business=REPLIED, note=[QUESTION, ANSWER], **sent)
    again = follow(waits, said_by(said), writer=MOTHER, org=WARD, now=NOON + 86_400_000_000)  # type: ignore[arg-type]
    assert again is not None
    assert (again.state, again.owner, again.sender) == (State.SENT, NURSE, MOTHER)
    urgent = held(task(**sent, priority="asap"), task(status="on-hold", business=RETURNED, priority="asap", **sent))
    if kind is None:
        assert urgent is not None
        assert urgent.next == NOON + 60 * 60_000_000


def test_a_citizen_answers_by_one_note_of_her_own_and_changes_nothing_else():
    asked = task(status="on-hold", business=RETURNED, note=[QUESTION], **ASKED_HER)
    right: dict[str, Any] = {"business": REPLIED, "note": [QUESTION, ANSWER], **ASKED_HER}
    assert asking.is_reply(asked, task(**right))
    other: dict[str, dict[str, Any]] = {
        "her words are in the question": {"note": [QUESTION | {"text": "Intet"}, ANSWER]},
        "nothing said": {"note": [QUESTION]},
        "too long": {"note": [QUESTION, ANSWER | {"text": "x" * 4001}]},
        "two": {"note": [QUESTION, ANSWER, ANSWER]},
        "staff's name": {"note": [QUESTION, ANSWER | {"authorReference": {"reference": NURSE}}]},
        "to another": {"owner": {"reference": GP}},
        "urgent": {"priority": "stat"},
        "done": {"status": "completed"},
        "not said to be answered": {"business": None},
        "a day": {"restriction": {"period": {"end": "2026-12-24"}}},
    }
    for what, said in other.items():
        assert not asking.is_reply(asked, task(**right | said)), what
        assert step_verb(asked, task(**right | said)) == "", what
    assert step_verb(asked, task(**right)) == "ask"
    assert not asking.is_reply(task(status="accepted", note=[QUESTION], **ASKED_HER), task(**right))
    by_staff = {**ASKED_HER, "requester": {"reference": GP}}  # what colleagues ask each other is none of hers
    returned = task(status="on-hold", business=RETURNED, note=[QUESTION], **by_staff)
    assert not asking.is_reply(returned, task(business=REPLIED, note=[QUESTION, ANSWER], **by_staff))
    refused = guard.wrong(asked, task(**right), grant_of(actor=NURSE), MINE)  # nobody answers in her name
    assert isinstance(refused, Unprocessable)


def test_who_is_asked_is_still_asked_when_a_colleague_takes_it_or_puts_it_off():
    body = msgspec.json.decode(msgspec.json.encode(ASKED_HER | {"resourceType": "Task", "status": "accepted"}))
    asked = act(
        body | {"restriction": {"period": {"end": "2026-12-24"}}}, Verb.ASK, who=NURSE, now="n", words="Siden når?"
    )
    assert "restriction" not in asked
    for verb, said in ((Verb.TAKE, {}), (Verb.POSTPONE, {"until": "2026-12-01"})):
        assert asking_her(act(asked, verb, who=GP, now="n", **said)), verb
    for verb in (Verb.FORWARD, Verb.ANSWER, Verb.DECLINE, Verb.END):
        assert not asking_her(act(asked, verb, who=GP, now="n", words="Nei", to=WARD)), verb
    assert Verb.ASK in verbs(Kind.DEMAND, State.ACCEPTED, holds=True, sent=False)
    assert Verb.ASK not in verbs(Kind.DEMAND, State.ACCEPTED, holds=False, sent=True)
    assert Verb.ASK not in verbs(Kind.EMERGENCY, State.ACCEPTED, holds=True, sent=False)  # nobody's question


CASES = [kind for kind in Kind if kind.case]


@pytest.mark.parametrize("kind", CASES, ids=str)
@pytest.mark.parametrize("sender", [MOTHER, GP])
def test_a_case_is_its_desks_until_it_is_answered(kind: Kind, sender: str):
    def stands(**said: Any) -> tuple[State, str]:
        asked = {"requester": {"reference": sender}, "code": {"coding": [{"system": CASE_SYSTEM, "code": kind.case}]}}
        found = held(task(**asked), task(**asked, **said))
        assert found is not None
        return found.state, found.owner

    assert said_by(case_of(kind, status="draft")).state is State.SENT  # type: ignore[union-attr]
    assert stands(status="received") == (State.RECEIVED, WARD)
    assert stands(status="accepted", owner={"reference": NURSE}) == (State.ACCEPTED, NURSE)
    for status, business in (("on-hold", RETURNED), ("requested", UNTAKEN)):  # never who asked, or who is looked over
        assert stands(status=status, business=business)[1] == WARD
    assert stands(status="completed") == (State.DONE, "")
    assert stands(status="rejected") == (State.ENDED, "")


def test_a_case_keeps_its_day_whoever_has_it_and_goes_to_who_runs_the_record():
    asked = {"authoredOn": "2026-11-26T11:00:00Z"}
    sent = held(case_of(Kind.DEMAND, **asked))
    assert sent is not None
    assert sent.next is not None
    assert NOON < sent.next < NOON + MONTH
    mine = case_of(Kind.DEMAND, **asked, status="accepted", owner={"reference": NURSE})
    taken = held(case_of(Kind.DEMAND, **asked), mine)
    assert taken is not None
    assert taken.next == NOON + MONTH
    late = follow(sent, said_by(mine), writer=NURSE, org=WARD, now=NOON + 2 * MONTH)  # type: ignore[arg-type]
    assert late is not None
    assert late.next == NOON + MONTH  # taking it does not make it less late
    assert climb(sent, duty=(NURSE,), above="Organization/above", operator="Organization/region") == (
        "Organization/above",
        ESCALATED,
    )
    higher = replace(sent, rung=1)
    assert climb(higher, duty=(), above="", operator="Organization/region") == ("Organization/region", ESCALATED)
    assert climb(higher, duty=(), above="", operator="") == (WARD, UNTAKEN)


def test_the_desks_are_those_whose_roles_answer():
    assert set(DECIDERS) == VERBS["decide"].roles - {"maintenance"}
    assert set(REVIEWERS) < VERBS["handle"].roles
    assert {int(kind) for kind in OPENINGS} == set(desks.OPENINGS)
    known = {Kind.DEMAND: desks.DEMAND, Kind.DELETION: desks.DELETION, Kind.REQUEST: desks.REQUEST,
             Kind.SELF_MADE: desks.SELF_MADE}  # fmt: skip
    assert all(int(kind) == number for kind, number in known.items())
    assert {kind for kind in Kind if kind > desks.CASES} == set(CASES)
    assert {role.code for role in ROLES.values() if not role.kinds} == set(desks.OFFICES)
