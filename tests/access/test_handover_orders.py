"""Orders as rules: what is awaited until when, who answers for it, and how an answer lies. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from said import GP, MOTHER, NOON, OFFICE_OF_GP, VERSIONS, WARD, held, micros, task

from felles import fhir
from felles.access.handovers import orders
from felles.access.handovers.hours import ALWAYS, after
from felles.access.handovers.kinds import ANSWERED, Kind
from felles.access.handovers.states import (
    State,
    follow,
    said_by,
)
from felles.record.codes import HANDOVER_SYSTEM


@given(
    st.lists(
        st.tuples(VERSIONS, st.integers(0, 40 * 86_400_000_000), st.booleans(), st.integers(0, 2), st.booleans()),
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
