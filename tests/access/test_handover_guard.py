"""What may be made of a hand-over, and by whom. Pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import GP, MINE, MOTHER, NURSE, WARD, case_of, grant_of, task

from felles import access
from felles.access.actor import Actor, Sort
from felles.access.handovers import guard, postponing
from felles.access.handovers.kinds import Kind, coded
from felles.access.handovers.states import BY_STATUS, ENDED, RETURNED
from felles.access.resources import struct
from felles.access.scopes import EVERYTHING, verbs_of
from felles.record.codes import CASE_SYSTEM
from felles.record.derive import Part


@given(st.sampled_from(sorted(BY_STATUS)), st.sampled_from([None, ENDED, RETURNED]))
@settings(deadline=None)
def test_what_has_ended_stays_ended(status: str, business: str | None):
    staff = grant_of(actor=GP)
    over = task(status="cancelled", statusReason={"text": "moved away"})
    refused = guard.wrong(over, task(status=status, business=business), staff, MINE)
    assert (refused is None) == (status == "cancelled" and business is None)


@pytest.mark.parametrize(
    ("was", "new", "error"),
    [
        ({}, {"status": "rejected"}, "Unprocessable"),
        ({}, {"status": "rejected", "statusReason": {"text": "not ours"}}, None),
        ({}, {"status": "cancelled"}, "Unprocessable"),
        ({}, {"requester": {"reference": NURSE}}, "Unprocessable"),
        ({}, {"status": "draft"}, "Unprocessable"),
        ({}, None, "Conflict"),
        ({"status": "completed"}, {"status": "completed", "business": ENDED}, "Unprocessable"),
        ({"status": "completed"}, {"status": "completed", "business": ENDED, "statusReason": {"text": "read"}}, None),
    ],
)
def test_what_may_be_made_of_it(was: dict[str, Any], new: dict[str, Any] | None, error: str | None):
    found = guard.wrong(task(**was), None if new is None else task(**new), grant_of(actor=GP), MINE)
    assert (None if found is None else type(found).__name__) == error


@pytest.mark.parametrize(
    ("kind", "was", "new", "error"),
    [
        (Kind.DEMAND, {}, {"status": "completed"}, None),
        (Kind.DEMAND, {}, {"status": "rejected"}, "Unprocessable"),
        (Kind.DEMAND, {}, {"status": "rejected", "output": "Teksten er riktig."}, None),
        (Kind.DEMAND, {"status": "completed"}, {"status": "requested"}, "Conflict"),
        (Kind.DEMAND, {}, None, "Conflict"),
        (Kind.DEMAND, {}, {"kind": Kind.DELETION}, "Unprocessable"),
        (Kind.EMERGENCY, {}, {"status": "cancelled"}, None),  # it opens no more, and is looked over all the same
        (Kind.EMERGENCY, {"status": "cancelled"}, {"status": "completed"}, None),
        (Kind.EMERGENCY, {}, {"kind": Kind.CONSENT}, "Unprocessable"),
        (Kind.EMERGENCY, {}, None, "Conflict"),
    ],
)
def test_what_may_be_made_of_a_case(kind: Kind, was: dict[str, Any], new: dict[str, Any] | None, error: str | None):
    def version(**said: Any) -> Any:
        code = {"coding": [{"system": CASE_SYSTEM, "code": "answer"}]}
        if words := said.pop("output", ""):
            said["output"] = [{"type": code, "valueString": words}]
        return case_of(said.pop("kind", kind), **said)

    found = guard.wrong(version(**was), None if new is None else version(**new), grant_of(actor=GP), MINE)
    assert (None if found is None else type(found).__name__) == error


@pytest.mark.parametrize(
    ("was", "new", "holder", "sender", "third"),
    [
        ({}, {"status": "accepted"}, None, None, "Forbidden"),
        ({}, {"status": "completed"}, None, None, "Forbidden"),
        ({}, {"owner": {"reference": GP}}, None, None, "Forbidden"),
        ({}, {"status": "rejected", "statusReason": {"text": "not ours"}}, None, None, "Forbidden"),
        ({}, {"status": "cancelled", "statusReason": {"text": "no"}}, "Forbidden", None, "Forbidden"),
        ({}, {"status": "entered-in-error", "statusReason": {"text": "no"}}, "Forbidden", None, "Forbidden"),
        ({}, {"status": "completed", "business": ENDED, "statusReason": {"text": "x"}}, "Forbidden", None, "Forbidden"),
        ({"code": coded(Kind.REFERRAL)}, {"code": coded(Kind.TASK), "status": "completed"},
         "Unprocessable", "Unprocessable", "Unprocessable"),
        ({"status": "completed"}, {"status": "completed", "business": ENDED, "statusReason": {"text": "x"}},
         None, None, "Forbidden"),
        ({"code": coded(Kind.TASK)}, {"code": coded(Kind.TASK), "status": "completed"}, None, None, "Forbidden"),
        ({}, {"description": "another word"}, None, None, None),
    ],
)  # fmt: skip
def test_who_has_it_answers_and_who_sent_it_ends_it(
    was: dict[str, Any], new: dict[str, Any], holder: str | None, sender: str | None, third: str | None
):
    for part, error in ((Part.HOLDS, holder), (Part.SENT, sender), (Part(0), third)):
        for grant in (grant_of(actor=GP), grant_of(actor="Device/journal", behalf=GP)):
            found = guard.wrong(task(**was), task(**new), grant, Part.ITS | part)
            assert (None if found is None else type(found).__name__) == error, (part, grant.mode)


@pytest.mark.parametrize(
    ("more", "holder", "sender", "third"),
    [
        ({"status": "revoked", "note": [{"text": "sent twice"}]}, "Forbidden", None, "Forbidden"),
        ({"status": "revoked"}, "Unprocessable", "Unprocessable", "Forbidden"),
        ({"status": "completed"}, None, None, "Forbidden"),
        ({"status": "draft"}, "Unprocessable", "Unprocessable", "Unprocessable"),
        ({"performer": []}, "Unprocessable", "Unprocessable", "Unprocessable"),
        ({"requester": {"reference": NURSE}}, "Unprocessable", "Unprocessable", "Unprocessable"),
        ({"priority": "stat"}, None, None, "Forbidden"),
        (None, "Conflict", "Conflict", "Conflict"),
    ],
)
def test_a_referral_that_no_task_carries_is_kept_as_well(
    more: dict[str, Any] | None, holder: str | None, sender: str | None, third: str | None
):
    referral = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
                "subject": {"reference": MOTHER}, "requester": {"reference": GP},
                "performer": [{"reference": WARD}]}  # fmt: skip
    new = None if more is None else {name: value for name, value in (referral | more).items() if value != []}
    was, grant = struct(referral), grant_of(actor=GP)
    for part, error in ((Part.HOLDS, holder), (Part.SENT, sender), (Part(0), third)):
        found = guard.wrong(was, None if new is None else struct(new), grant, Part.ITS | part)
        assert (None if found is None else type(found).__name__) == error, part
    assert guard.wrong(was, None, grant, Part(0)) is None  # no hand-over here: it had ended when it came


def test_staff_send_nothing_in_anothers_name():
    grant = grant_of(actor=GP)
    for other in (NURSE, MOTHER):
        assert type(guard.wrong(None, task(requester={"reference": other}), grant, Part(0))).__name__ == "Forbidden"
    assert guard.wrong(None, task(requester={"reference": GP}), grant, Part(0)) is None
    system = grant_of(actor="Device/journal")
    assert guard.wrong(None, task(requester={"reference": NURSE}), system, Part(0)) is None


def test_a_client_sees_no_answer():
    was, seen = task(code=coded(Kind.ORDER)), task(code=coded(Kind.ORDER), status="completed")
    assert type(guard.wrong(was, seen, grant_of(actor="Device/client"), MINE)).__name__ == "Forbidden"
    assert guard.wrong(was, seen, grant_of(actor=GP), MINE) is None


def test_a_token_that_sees_everything_ends_nothing_and_a_job_is_asked_nothing():
    token, job = everything(verbs=verbs_of(EVERYTHING)), everything()
    ended = task(status="cancelled", statusReason={"text": "over"})
    for was, new, error in (
        (task(), ended, "Forbidden"),
        (task(code=coded(Kind.TASK)), task(code=coded(Kind.TASK), status="completed"), "Forbidden"),
        (case_of(Kind.DEMAND), case_of(Kind.DEMAND, status="completed"), "Forbidden"),
        (ended, task(), "Conflict"),
        (task(), None, "Conflict"),
        (task(), task(requester={"reference": NURSE}), "Unprocessable"),
        (task(), task(status="accepted", owner={"reference": NURSE}), None),
    ):
        found = guard.wrong(was, new, token, Part(0))
        assert (None if found is None else type(found).__name__) == error, new
        assert guard.wrong(was, new, job, Part(0)) is None
    for person in (everything(verbs=verbs_of(EVERYTHING), behalf=GP),):
        assert guard.wrong(task(), ended, person, Part(0)) is None
    calm = task(priority="routine"), task(priority="stat")
    assert type(postponing.wrong(*calm, token, Part(0), 0)).__name__ == "Forbidden"
    assert postponing.wrong(*calm, job, Part(0), 0) is None


def everything(*, verbs: frozenset[str] | None = None, behalf: str | None = None) -> Any:
    """The Grant of who sees everything: of a job of ours, or with `verbs` of a token."""
    asked = Actor(sort=Sort.MAINTENANCE, reference="Device/x", name="x", role_code="maintenance", until=1 << 60,
                  purpose="maintenance", verbs=verbs, behalf=behalf)  # fmt: skip
    return access.everyone(asked)


def test_a_client_ends_nothing():
    ended = task(status="cancelled", statusReason={"text": "over"})
    refused = guard.wrong(task(), ended, grant_of(actor="Device/client"), MINE)
    assert type(refused).__name__ == "Forbidden"
    assert guard.wrong(task(), ended, grant_of(actor="Device/client", behalf=GP), MINE) is None
