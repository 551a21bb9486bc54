"""Hand-overs that owners leave, come back to, lend or offer: they stay with one. Pure, by made-up events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import (
    GP,
    HOUR,
    NOON,
    NURSE,
    OFFICE_OF_GP,
    VERSIONS,
    WARD,
    coded_as,
    held,
    task,
)

from felles import fhir
from felles.access.handovers import offers
from felles.access.handovers.away import given_back, lent
from felles.access.handovers.keeper import GIVEN, kept
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import (
    ESCALATED,
    MOVED,
    STOPPED,
    UNTAKEN,
    Held,
    State,
    climb,
    follow,
    said_by,
)
from felles.care.handovers.rules import Verb, act, verbs
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM

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


@pytest.mark.parametrize(
    ("said", "priority", "heir", "why", "state"),
    [
        ({"status": "rejected"}, None, WARD, GIVEN, State.DECLINED),
        ({"status": "rejected"}, "stat", WARD, GIVEN, State.SENT),  # no unit has it by name
        ({"status": "rejected"}, "stat", WARD, MOVED, State.SENT),
        ({"status": "rejected"}, "stat", NURSE, MOVED, State.DECLINED),
        ({"status": "rejected"}, "stat", NURSE, ESCALATED, State.SENT),
        ({"status": "requested", "business": UNTAKEN}, None, WARD, GIVEN, State.UNTAKEN),
        ({"status": "requested", "business": UNTAKEN}, None, WARD, MOVED, State.UNTAKEN),
        ({"status": "requested", "business": UNTAKEN}, "stat", NURSE, ESCALATED, State.SENT),
        ({"status": "accepted", "owner": {"reference": GP}}, None, WARD, GIVEN, State.ACCEPTED),
        ({"status": "accepted", "owner": {"reference": GP}}, "stat", WARD, GIVEN, State.SENT),
        ({"status": "accepted", "owner": {"reference": GP}}, None, NURSE, GIVEN, State.UNTAKEN),
    ],
)
def test_what_is_with_its_sender_and_cannot_stay_there_is_anothers(
    said: dict[str, Any], priority: str | None, heir: str, why: str, state: State
):
    """`GIVEN`: closed to who sent it too, or nobody looked; `MOVED`: she has left; `ESCALATED`: she did not look."""
    referral, urgent = {"code": coded_as(Kind.REFERRAL)}, {"priority": priority} if priority else {}
    last = task(**referral, **urgent, **said)
    was = held(task(**referral, **urgent), last)
    assert was is not None
    assert was.owner == was.sender == GP
    body = kept(told(last), was, heir, why)
    assert body is not None
    found = follow(was, said_by(fhir.decode(msgspec.json.encode(body))), writer="Device/keeper", org=WARD, now=NOON)  # type: ignore[arg-type]
    assert found is not None
    assert (found.state, found.owner) == (state, heir)
    assert found.sender == (GP if why == ESCALATED else heir)
    assert found.next is not None
    assert found.next > NOON
    if priority:
        assert found.next <= NOON + HOUR
    if why == GIVEN:
        assert kept(body, found, heir, why) is None  # it is there: nothing is written twice


_VERB_OF = {"take": Verb.TAKE, "receive": Verb.RECEIVE, "ask": Verb.ASK, "answer": Verb.ANSWER, "reply": Verb.REPLY,
            "forward": Verb.FORWARD, "end": Verb.END, "done": Verb.DONE, "decline": Verb.DECLINE,
            "postpone": Verb.POSTPONE}  # fmt: skip
_EVENT = st.sampled_from(["away", "back", "late", "gone", "blocked", "shut", "unseen", "case answered", *_VERB_OF])
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
        assert after_.sender == was.sender or event in ("gone", "shut", "away", "back"), "who sent it stays who sent it"
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
    may = {
        "away": here,
        "back": True,
        "late": was.state is State.SENT,
        "gone": here,
        "case answered": was.kind.case,
        "blocked": not (was.kind.case or was.state.back or was.owner == was.sender),
        "shut": not was.kind.case and was.owner == was.sender,
        "unseen": was.urgent and was.owner == was.sender and was.state.back and was.state is not State.ANSWERED,
    }
    ways: dict[str, Callable[[], Any]] = {
        "away": lambda: lent(body, was, other(who)),
        "back": lambda: given_back(body, {who}, {b["owner"]["reference"]: b for b in bodies if "owner" in b}),
        "late": lambda: kept(body, was, *onward),
        "gone": lambda: kept(body, was, other(who), MOVED),
        "blocked": lambda: kept(body, was, was.sender, STOPPED),
        "shut": lambda: kept(body, was, WARD if was.owner != WARD else other(who), GIVEN),
        "unseen": lambda: kept(body, was, other(who), ESCALATED),
        "case answered": lambda: body | {"status": "completed"},
    }
    return ways[event]() if may[event] else None


_WORK = [kind for kind in Kind if not kind.case]
"""What is offered to another GP or municipality: cases are their desk's."""


@given(VERSIONS, st.sampled_from(["owner", "requester", "owner,requester"]), st.sampled_from(_WORK))
@settings(max_examples=150, deadline=None)
def test_what_is_offered_has_one_owner_before_and_after_a_yes(version: dict[str, Any], sides: str, kind: Kind):
    code = coded_as(kind)
    was = held(task(code=code), task(**version, code=code))
    assert was is not None
    if was.state.ended:
        return
    work, new = told(task(**version, code=code)), "PractitionerRole/new"
    first = offers.first_of(work, was, f"{sides} {new}")
    made = offers.offered(work, "Task/w", was, f"{sides} {new}", "2026-11-26T12:00:00Z", first=first)
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
