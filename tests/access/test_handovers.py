"""Hand-overs as rules: whatever is written in whatever order, one state, one owner, one next date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import GP, MINE, MOTHER, NURSE, OFFICE_OF_GP, WARD, case_of, grant_of, task

from felles import fhir
from felles.access.cases import OPENINGS
from felles.access.codes import STANDS_IN_FOR
from felles.access.handovers import asking, guard, offers, orders
from felles.access.handovers.away import given_back, lent
from felles.access.handovers.hours import ALWAYS, OFFICE, Hours, after, hours_of, is_open
from felles.access.handovers.keeper import kept
from felles.access.handovers.kinds import ANSWERED, LOOKED, MONTH, RULES, Kind, Wait
from felles.access.handovers.states import (
    BY_STATUS,
    ENDED,
    ESCALATED,
    MOVED,
    REPLIED,
    RETURNED,
    STOPPED,
    UNTAKEN,
    Held,
    State,
    climb,
    follow,
    is_person,
    said_by,
)
from felles.access.roles import ROLES
from felles.access.verbs import VERBS, step_verb
from felles.care.handovers.rules import Verb, act, verbs
from felles.care.handovers.rules import asking as asking_her
from felles.record import desks
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM
from felles.record.desks import DECIDERS, REVIEWERS
from felles.record.errors import Unprocessable

FOR_NURSE = [{"url": STANDS_IN_FOR, "valueReference": {"reference": "Practitioner/nurse"}}]


def micros(*when: int) -> int:
    """Microseconds of a moment in UTC."""
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # pyright: ignore[reportArgumentType]


HOUR = 3_600_000_000
NOON = micros(2026, 11, 26, 11)
"""A Thursday, twelve o'clock in Oslo."""


def coded_as(kind: Kind) -> dict[str, Any]:
    """`Task.code` of a kind, also of a case."""
    system = CASE_SYSTEM if kind.case else HANDOVER_SYSTEM
    return {"coding": [{"system": system, "code": kind.case or kind.code}]}


def held(*versions: Any, now: int = NOON, org: str = OFFICE_OF_GP) -> Held | None:
    """The hand-over after these versions."""
    found = None
    for version in versions:
        said = said_by(version)
        assert said is not None
        found = follow(found, said, writer=GP, org=org, now=now)
    return found


def test_what_is_sent_is_the_receivers_until_it_comes_back():
    sent = held(task())
    assert sent is not None
    assert (sent.state, sent.owner, sent.sender) == (State.SENT, WARD, GP)
    mine = task(status="accepted", owner={"reference": NURSE})
    for status, business, state, owner in (
        ("received", None, State.RECEIVED, WARD),
        ("on-hold", RETURNED, State.ASKED, GP),
        ("rejected", None, State.DECLINED, GP),
        ("requested", UNTAKEN, State.UNTAKEN, GP),
        ("requested", STOPPED, State.UNTAKEN, GP),
        ("cancelled", None, State.ENDED, ""),
        ("rejected", ENDED, State.ENDED, ""),
    ):
        found = held(task(), task(status=status, business=business))
        assert found is not None
        assert (found.state, found.owner) == (state, owner), status
        assert (found.next is None) is state.ended
    taken = held(task(), mine)
    assert taken is not None
    assert (taken.state, taken.owner) == (State.ACCEPTED, NURSE)


def test_doing_ends_a_task_and_answering_does_not_end_a_referral():
    referral = {"code": {"coding": [{"system": HANDOVER_SYSTEM, "code": "referral"}]}}
    done, answered = (
        held(task(), task(status="completed")),
        held(task(**referral), task(status="completed", **referral)),
    )
    assert done is not None
    assert answered is not None
    assert (done.state, answered.state, answered.owner) == (State.DONE, State.ANSWERED, GP)


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


def test_drafts_what_is_only_noted_and_what_had_ended_are_no_hand_overs():
    assert said_by(task(status="draft")) is None
    for code in ("looked", "confirmed"):
        assert said_by(task(code={"coding": [{"system": CASE_SYSTEM, "code": code}]})) is None
    assert held(task(status="completed")) is None
    assert held(task(status="cancelled")) is None


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


def test_somebody_owns_what_names_nobody():
    found = held(task(owner=None, requester=None))
    assert found is not None
    assert (found.owner, found.sender, found.state) == (GP, GP, State.ACCEPTED)
    client = follow(None, said_by(task(owner=None, requester=None)), writer="Device/x", org=OFFICE_OF_GP, now=NOON)  # type: ignore[arg-type]
    assert client is not None
    assert client.owner == OFFICE_OF_GP


def test_the_next_date_is_not_put_off_by_writing_again():
    first = held(task())
    assert first is not None
    again = follow(first, said_by(task()), writer=NURSE, org=WARD, now=NOON + 60_000_000)  # type: ignore[arg-type]
    assert again is not None
    assert again.next == first.next
    agreed = task(status="accepted", restriction={"period": {"end": "2026-12-24"}})
    taken = held(task(), agreed)
    assert taken is not None
    assert taken.next == micros(2026, 12, 24, 23)


@pytest.mark.parametrize("status", ["received", "accepted", "in-progress"])
def test_what_is_urgent_climbs_until_a_person_has_it(status: str):
    sent = held(task(priority="stat"))
    for owner in (WARD, "CareTeam/c", None):
        found = held(task(priority="stat"), task(priority="stat", status=status, owner=owner and {"reference": owner}))
        assert found is not None
        assert sent is not None
        assert (found.state, found.next) == (State.SENT, NOON + HOUR // 6)
        routine = held(task(), task(status=status, owner=owner and {"reference": owner}))
        assert routine is not None
        assert routine.state in (State.RECEIVED, State.ACCEPTED)
    named = held(task(priority="stat"), task(priority="stat", status=status, owner={"reference": NURSE}))
    assert named is not None
    assert named.state is (State.SENT if status == "received" else State.ACCEPTED)


def test_no_day_that_is_agreed_puts_off_what_is_urgent():
    agreed = {"restriction": {"period": {"end": "2099"}}, "status": "accepted", "owner": {"reference": NURSE}}
    found = held(task(priority="stat"), task(priority="stat", **agreed))
    assert found is not None
    assert found.next == NOON + HOUR


@given(
    st.sampled_from([kind for kind in Kind if not kind.case]), st.integers(1, 4000), st.integers(0, 300), st.booleans()
)
@settings(deadline=None)
def test_whatever_day_is_written_somebody_looks_within_the_year(kind: Kind, days: int, later: int, waits: bool):
    end = (datetime(2026, 11, 26, 11, tzinfo=UTC) + timedelta(days)).isoformat()
    asked = {"status": "on-hold", "business": RETURNED, "requester": {"reference": MOTHER}} if waits else {}
    code = {"coding": [{"system": HANDOVER_SYSTEM, "code": kind.code}]}
    made = {"status": "accepted", "owner": {"reference": NURSE}, "code": code} | asked
    said = task(**made, restriction={"period": {"end": end}})
    first = held(task(**made), said)
    assert first is not None
    assert first.next is not None
    assert NOON < first.next <= NOON + LOOKED
    now = NOON + later * 24 * HOUR
    again = follow(first, said_by(said), writer=NURSE, org=WARD, now=now)  # type: ignore[arg-type]
    assert again is not None
    assert again.next is not None
    assert again.next <= now + LOOKED
    if not waits and (days <= 366 or days > 367 + later):  # writing it again puts it off no further
        assert days <= later or again.next == first.next


_MOVES = st.sampled_from(["accepted", "in-progress", "received", "requested"])


@given(_MOVES, st.sampled_from([None, "stat"]), st.sampled_from([WARD, GP, NURSE]), st.sampled_from(list(Kind)))
@settings(deadline=None)
def test_whoever_gets_what_has_lost_its_owner_has_not_taken_it(
    status: str, priority: str | None, heir: str, kind: Kind
):
    """Sent anew, with the wait of what is sent; what falls to its sender nobody has taken; a case stays as it was."""
    system = CASE_SYSTEM if kind.case else HANDOVER_SYSTEM
    code = {"coding": [{"system": system, "code": kind.case or kind.code}]}
    first = task(code=code, priority=priority, owner={"reference": "Practitioner/gone"}, status=status)
    was = held(first)
    assert was is not None
    body = kept(told(first), was, heir, MOVED)
    assert body is not None
    said = said_by(fhir.decode(msgspec.json.encode(body)))
    assert said is not None
    later = NOON + 50 * 24 * HOUR
    found = follow(was, said, writer="Device/keeper", org=WARD, now=later)
    assert found is not None
    assert found.owner == heir
    assert body["businessStatus"]["text"]
    if kind.case:
        assert (found.state, body["status"]) == (was.state, status)
        return
    assert found.state is (State.UNTAKEN if heir == GP else State.SENT)
    assert found.rung == 0
    assert found.next is not None
    assert found.next > later
    assert not found.urgent or found.next <= later + HOUR


def test_it_climbs_to_its_sender_and_no_further():
    sent = held(task(priority="stat"))
    assert sent is not None
    assert sent.next == NOON + 10 * 60_000_000
    assert climb(sent, duty=(NURSE,), above="") == (NURSE, ESCALATED)
    assert climb(sent, duty=(), above=OFFICE_OF_GP) == (GP, UNTAKEN)
    routine = held(task())
    assert routine is not None
    assert climb(routine, duty=(NURSE,), above="Organization/hospital") == ("Organization/hospital", ESCALATED)
    escalated = task(owner={"reference": "Organization/hospital"}, business=ESCALATED)
    higher = held(task(), escalated)
    assert higher is not None
    assert (higher.rung, higher.state) == (1, State.SENT)
    assert climb(higher, duty=(), above="Organization/region") == (GP, UNTAKEN)


_VERSION = st.fixed_dictionaries(
    {
        "status": st.sampled_from(sorted(BY_STATUS)),
        "business": st.sampled_from([None, RETURNED, REPLIED, UNTAKEN, STOPPED, ESCALATED, ENDED]),
        "owner": st.sampled_from(
            [
                None,
                *({"reference": each} for each in (WARD, NURSE, GP, "Patient/x", "Device/d")),
                {"reference": WARD, "extension": FOR_NURSE},
            ]
        ),
        "priority": st.sampled_from([None, "routine", "stat"]),
        "restriction": st.sampled_from([None, {"period": {"end": "2026-12-01"}}, {"period": {"end": "2020"}}]),
    }
)


@given(
    st.lists(st.tuples(_VERSION, st.integers(0, 40 * 86_400_000_000)), min_size=1, max_size=8),
    st.sampled_from([None, GP, MOTHER, WARD]),
    st.sampled_from([GP, MOTHER, "Device/system"]),
    st.sampled_from(list(Kind)),
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_it_has_one_state_one_owner_and_one_date(
    versions: list[tuple[dict[str, Any], int]], sender: str | None, writer: str, kind: Kind
):
    now, was = NOON, None
    code = coded_as(kind)
    for version, later in versions:
        now += later
        said = said_by(task(**version, requester=sender and {"reference": sender}, code=code))
        assert said is not None
        new = follow(was, said, writer=writer, org=OFFICE_OF_GP, now=now)
        if new is None:
            assert was is None
            continue
        assert new.state.ended == (new.next is None) == (new.owner == "")
        assert new.state.ended or not new.owner.startswith("Patient/")
        assert was is None or new.sender == was.sender
        assert new.made <= new.since <= now
        assert new.next is None or was is not None or new.next > now or kind.case  # a case's day is the law's
        assert new.rung <= len(versions)
        assert not new.instead or (version["owner"] or {}).get("extension")
        assert not new.instead or said.state in (State.SENT, State.RECEIVED, State.UNTAKEN)
        if new.urgent and new.state < State.ASKED:  # somebody has it by name, or it climbs within the minutes
            assert new.state is State.SENT or is_person(new.owner) or kind in (Kind.ORDER, Kind.OFFER)
            assert new.state is not State.RECEIVED or kind in (Kind.ORDER, Kind.OFFER)
            assert new.next is not None
            assert new.next <= now + HOUR
        was = new


_VERB_OF = {"take": Verb.TAKE, "receive": Verb.RECEIVE, "ask": Verb.ASK, "answer": Verb.ANSWER, "reply": Verb.REPLY,
            "forward": Verb.FORWARD, "end": Verb.END, "done": Verb.DONE, "decline": Verb.DECLINE,
            "postpone": Verb.POSTPONE}  # fmt: skip
_EVENT = st.sampled_from(["away", "back", "late", "gone", "blocked", "case answered", *_VERB_OF])
_STAFF = (GP, NURSE, "Practitioner/second")


@given(st.lists(st.tuples(_EVENT, st.sampled_from(_STAFF)), max_size=12), st.sampled_from(list(Kind)))
@settings(max_examples=200, deadline=None)
def test_whoever_goes_away_and_comes_back_it_stays_with_one(events: list[tuple[str, str]], kind: Kind):
    """What is lent is with the one it is lent to, and given back it stands as it was left."""
    made = {"code": coded_as(kind), "owner": {"reference": NURSE}}
    body, was, now = told(task(**made)), held(task(**made)), NOON
    bodies = [body]
    for event, who in events:
        assert was is not None
        if was.state.ended:
            break
        new = _after(event, who, body, was, bodies)
        if new is None:
            continue
        now += 3_600_000_000
        said = said_by(fhir.decode(msgspec.json.encode(new)))
        assert said is not None
        after_ = follow(was, said, writer=who, org=OFFICE_OF_GP, now=now)
        assert after_ is not None
        if event == "away":
            assert (was.owner, after_.owner, after_.instead != 0) == (who, other(who), True)
            falls = after_.sender == after_.owner and not kind.case  # nobody took it who could; a case is its desk's
            hers = State.UNTAKEN if falls else State.SENT
            assert after_.state == (was.state if was.state.back else hers)
        if event == "back" and after_.owner != was.owner:
            assert after_.instead == 0
            mine = [each for each in bodies if each.get("owner", {}).get("reference") == after_.owner]
            assert after_.state.back or not mine or new["status"] == mine[-1]["status"]
        assert after_.state.ended == (after_.next is None) == (after_.owner == "")
        assert after_.kind is was.kind
        assert after_.sender == was.sender or event in ("gone", "away", "back"), "who sent it stays who sent it"
        assert after_.next is None or after_.next > now or after_.next == was.next or kind.case
        if event in ("late", "gone"):
            assert after_.owner != was.owner or after_.state is State.UNTAKEN, "it goes on, and is with somebody"
        body, was = new, after_
        bodies.append(body)


def other(who: str) -> str:
    return _STAFF[(_STAFF.index(who) + 1) % len(_STAFF)]


def told(struct: Any) -> dict[str, Any]:
    return msgspec.json.decode(fhir.encode(struct))


def _after(event: str, who: str, body: dict[str, Any], was: Held, bodies: list[dict[str, Any]]) -> Any:
    """The Task after an event, None where it cannot happen now."""
    if event in _VERB_OF:
        verb = _VERB_OF[event]
        able = verbs(was.kind, was.state, holds=was.owner == who, sent=was.sender == who, own=True)
        said = {"now": "2026-11-26T12:00:00Z", "words": "Slik", "to": WARD, "until": "2027-01-15"}
        return act(body, verb, who=who, **said) if verb in able else None
    here = was.owner == who
    onward = climb(was, duty=(other(who),), above=WARD if was.owner != WARD else "", operator="Organization/region")
    may = {"away": here, "back": True, "late": was.state is State.SENT, "gone": here, "case answered": was.kind.case,
           "blocked": not (was.kind.case or was.state.back or was.owner == was.sender)}  # fmt: skip
    ways: dict[str, Callable[[], Any]] = {
        "away": lambda: lent(body, was, other(who)),
        "back": lambda: given_back(body, {who}, {b["owner"]["reference"]: b for b in bodies if "owner" in b}),
        "late": lambda: kept(body, was, *onward),
        "gone": lambda: kept(body, was, other(who), MOVED),
        "blocked": lambda: kept(body, was, was.sender, STOPPED),
        "case answered": lambda: body | {"status": "completed"},
    }
    return ways[event]() if may[event] else None


_WORK = [kind for kind in Kind if not kind.case]
"""What is offered to another GP or municipality: cases are their desk's."""


@given(_VERSION, st.sampled_from(["owner", "requester", "owner,requester"]), st.sampled_from(_WORK))
@settings(max_examples=150, deadline=None)
def test_what_is_offered_has_one_owner_before_and_after_a_yes(version: dict[str, Any], sides: str, kind: Kind):
    code = coded_as(kind)
    was = held(task(code=code), task(**version, code=code))
    assert was is not None
    if was.state.ended:
        return
    work, new = told(task(**version, code=code)), "PractitionerRole/new"
    made = offers.offered(work, "Task/w", was, f"{sides} {new}", "2026-11-26T12:00:00Z")
    offer = held(fhir.decode(msgspec.json.encode(made)))
    assert offer is not None
    assert (offer.kind, offer.state, offer.owner) == (Kind.OFFER, State.SENT, new)
    still = said_by(fhir.decode(msgspec.json.encode(offers.marked_as(work, new))))
    assert still is not None
    same = follow(replace(was, offer=f"{sides} {new}"), still, writer=GP, org=OFFICE_OF_GP, now=NOON + 1)
    assert same is not None
    assert (same.state, same.owner, same.sender, same.offer) == (was.state, was.owner, was.sender, "")
    taken = offers.taken(work, offers.sides_of(made), new)
    assert taken is not None
    after_ = said_by(fhir.decode(msgspec.json.encode(taken)))
    assert after_ is not None
    found = follow(same, after_, writer=GP, org=OFFICE_OF_GP, now=NOON + 2)
    assert found is not None
    assert found.owner
    assert found.next is not None
    assert new in (found.receiver, found.sender)
    over = said_by(fhir.decode(msgspec.json.encode(offers.closed(made, yes=True))))
    assert over is not None
    ended = follow(offer, over, writer=GP, org=OFFICE_OF_GP, now=NOON + 3)
    assert ended is not None
    assert (ended.state, ended.owner, ended.next) == (State.DONE, "", None)


@given(
    st.lists(
        st.tuples(_VERSION, st.integers(0, 40 * 86_400_000_000), st.booleans(), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_of_an_order_somebody_answers_for_it_until_it_is_seen(
    steps: list[tuple[dict[str, Any], int, bool, int, bool]],
):
    now, was = NOON, held(order())
    code = {"coding": [{"system": HANDOVER_SYSTEM, "code": "order"}]}
    assert was is not None
    for version, later, came, how, touched in steps:
        now += later
        written = {"lastModified": datetime.fromtimestamp(now / 1e6, UTC).isoformat()} if touched else {}
        said = said_by(task(**version, **written, focus={"reference": "ServiceRequest/o"}, code=code))
        assert said is not None
        said = orders.told(said, order(), "Observation/a" if came else "", how if came else 0, bare=False)
        new = follow(was, said, writer=GP, org=OFFICE_OF_GP, now=now)
        assert new is not None
        assert new.state.ended == (new.next is None) == (new.owner == "")
        assert new.state is not State.ANSWERED  # who has seen it has ended it
        assert (new.came is None) == (not came)
        if new.state is State.ACCEPTED and came and was.came is None:
            assert new.next is not None
            assert now < new.next <= after(ALWAYS, now, ANSWERED[0]), "what came is looked at soon, whatever was agreed"
        if new.state is State.SENT and came and was.came is None:
            assert touched, "what came before another said yes is for who ordered it"
        was = new


def order(**more: Any) -> Any:
    """A test that the GP ordered at noon."""
    said = {"resourceType": "ServiceRequest", "id": "o", "status": "active", "intent": "order",
            "category": [{"coding": [{"code": "108252007"}]}], "subject": {"reference": MOTHER},
            "requester": {"reference": GP}, "authoredOn": "2026-11-26T11:00:00Z"} | more  # fmt: skip
    return fhir.decode(msgspec.json.encode(said))


def test_an_order_is_awaited_by_what_it_is_and_when_it_is_taken():
    waits = held(order())
    assert waits is not None
    assert (waits.kind, waits.state, waits.owner, waits.sender) == (Kind.ORDER, State.ACCEPTED, GP, GP)
    assert waits.next == micros(2026, 12, 7, 14, 30)  # seven working days
    image = {"category": [{"coding": [{"system": "http://snomed.info/sct", "code": "363679005"}]}]}
    for more, day in (
        ({"priority": "stat"}, micros(2026, 11, 30, 14, 30)),
        (image, micros(2026, 12, 24, 14, 30)),
        ({"occurrenceDateTime": "2027-02-01"}, micros(2027, 2, 10, 14, 30)),
        ({"occurrencePeriod": {"start": "2027-01-01", "end": "2027-02-01"}}, micros(2027, 2, 10, 14, 30)),
    ):
        assert orders.awaited(order(**more)) == day, more
    assert held(order(status="revoked")) is None
    referral = order(category=[{"coding": [{"code": "3457005"}]}], performer=[{"reference": WARD}])
    assert said_by(referral).kind is Kind.REFERRAL  # type: ignore[union-attr]


def test_how_an_answer_lies_is_what_it_says_of_itself():
    def value(*codes: str, part: str = "") -> Any:
        said: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": "Hb"},
                                "interpretation": [{"coding": [{"code": code}]} for code in codes]}  # fmt: skip
        if part:
            said["component"] = [{"code": {"text": "x"}, "interpretation": [{"coding": [{"code": part}]}]}]
        return fhir.decode(msgspec.json.encode({name: each for name, each in said.items() if each}))

    for found, how in (((), 0), (("N",), 0), (("POS",), 0), (("H",), 1), (("N", "LL"), 2)):
        assert orders.outside([value(*found), value("N")]) == how, found
    assert orders.outside([value(part="AA")]) == 2
    assert orders.answered_by(fhir.decode(b'{"resourceType":"Observation","status":"registered","code":{"text":"Hb"},'
                                          b'"basedOn":[{"reference":"ServiceRequest/o"}]}')) == []  # fmt: skip


# -- hours ------------------------------------------------------------------------------------------------------


def test_days_are_working_days_and_holidays_are_none():
    assert after(OFFICE, NOON, Wait(days=1)) == micros(2026, 11, 27, 14, 30)
    assert after(OFFICE, NOON, Wait(days=2)) == micros(2026, 11, 30, 14, 30)
    eve = micros(2026, 12, 23, 11)
    assert after(OFFICE, eve, Wait(days=2)) == micros(2026, 12, 28, 14, 30)


def test_minutes_are_counted_while_it_is_open():
    late = micros(2026, 11, 27, 14, 25)
    assert after(OFFICE, late, Wait(minutes=10)) == micros(2026, 11, 30, 7, 5)
    assert after(ALWAYS, late, Wait(minutes=10)) == late + 600_000_000
    summer = micros(2026, 3, 28, 23, 30)
    assert after(ALWAYS, summer, Wait(minutes=180)) == summer + 180 * 60_000_000


@given(st.integers(micros(2024, 1, 1), micros(2030, 1, 1)), st.integers(1, 900), st.sampled_from([OFFICE, ALWAYS]))
@settings(deadline=None)
def test_a_wait_ends_later_and_while_it_is_open(moment: int, minutes: int, hours: Hours):
    end = after(hours, moment, Wait(minutes=minutes))
    assert end >= moment + minutes * 60_000_000
    assert is_open(hours, end - 1)
    assert after(hours, moment, Wait(days=2)) > moment


def test_hours_are_read_from_the_service():
    said = {"resourceType": "HealthcareService", "availableTime": [
        {"daysOfWeek": ["mon", "thu"], "availableStartTime": "16:00:00", "availableEndTime": "23:00:00"}]}  # fmt: skip
    hours = hours_of(fhir.decode(msgspec.json.encode(said)))
    assert hours.week[3] == ((time(16), time(23)),)
    assert not is_open(hours, NOON)
    assert hours_of(fhir.decode(b'{"resourceType":"HealthcareService"}')) == OFFICE


def test_every_kind_has_its_waits():
    assert set(RULES) == set(Kind)
    assert len({kind.code for kind in Kind}) == len(Kind)
