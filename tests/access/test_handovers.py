"""Hand-overs as rules: whatever is written in whatever order, one state, one owner, one next date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import (
    GP,
    HOUR,
    MOTHER,
    NOON,
    NURSE,
    OFFICE_OF_GP,
    VERSIONS,
    WARD,
    coded_as,
    held,
    micros,
    task,
)

from felles.access.handovers.kinds import LOOKED, Kind
from felles.access.handovers.states import (
    ENDED,
    ESCALATED,
    RETURNED,
    STOPPED,
    UNTAKEN,
    State,
    climb,
    follow,
    is_person,
    said_by,
)
from felles.record.codes import CASE_SYSTEM, HANDOVER_SYSTEM


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


def test_drafts_what_is_only_noted_and_what_had_ended_are_no_hand_overs():
    assert said_by(task(status="draft")) is None
    for code in ("looked", "confirmed"):
        assert said_by(task(code={"coding": [{"system": CASE_SYSTEM, "code": code}]})) is None
    assert held(task(status="completed")) is None
    assert held(task(status="cancelled")) is None


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


@given(
    st.lists(st.tuples(VERSIONS, st.integers(0, 40 * 86_400_000_000)), min_size=1, max_size=8),
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
