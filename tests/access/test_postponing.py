"""How far something sent can be put off, and by whom its urgency is said. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import GP, NURSE, WARD, grant_of, task

from felles.access.handovers import postponing
from felles.access.handovers.kinds import RULES, Kind, coded
from felles.access.open import maintenance
from felles.record.derive import Part

NOON = int(datetime(2026, 11, 26, 11, tzinfo=UTC).timestamp()) * 1_000_000
TODAY = date(2026, 11, 26)
HERS, SENT = Part.ITS | Part.HOLDS, Part.ITS | Part.SENT
NOTE: dict[str, Any] = {"note": [{"text": "Venter på svar fra røntgen"}]}
KINDS = [kind for kind in Kind if not kind.case]


def version(*, days: int | None = None, **said: Any) -> Any:
    """A Task that the nurse has taken, put off so many days."""
    until = {} if days is None else {"restriction": {"period": {"end": (TODAY + timedelta(days)).isoformat()}}}
    return task(**({"status": "accepted", "owner": {"reference": NURSE}} | until | said))


def refused(was: Any, new: Any, part: Part = HERS, actor: str = NURSE) -> tuple[str, str | None] | None:
    """What refuses it: the error and where."""
    found = postponing.wrong(was, new, grant_of(actor=actor), part, NOON)
    return None if found is None else (type(found).__name__, found.expression)


@given(st.sampled_from(KINDS), st.integers(-5, 4000), st.none() | st.integers(-5, 4000), st.booleans(), st.booleans())
@settings(deadline=None)
def test_only_what_can_wait_is_put_off_so_far_as_its_kind_says_and_with_the_reason(
    kind: Kind, days: int, before: int | None, urgent: bool, noted: bool
):
    more: dict[str, Any] = {"code": coded(kind), "priority": "stat" if urgent else "routine"}
    if kind is Kind.OFFER:
        more["focus"] = {"reference": "Task/work"}
    said = refused(version(days=before, **more), version(days=days, **more, **(NOTE if noted else {})))
    if before is not None and days <= before:
        assert said is None  # sooner, or as it was
    elif urgent or days > RULES[kind].put_off:
        assert said == ("Unprocessable", "Task.restriction")
    else:
        assert said == (None if noted else ("Unprocessable", "Task.note"))


def test_a_reason_may_be_a_status_reason_and_an_old_one_is_none():
    reason: dict[str, Any] = {"statusReason": {"text": "Venter på prøvesvar"}}
    assert refused(version(), version(days=20, **reason)) is None
    assert refused(version(**reason), version(days=20, **reason)) == ("Unprocessable", "Task.note")
    assert refused(version(**NOTE), version(days=20, **NOTE)) == ("Unprocessable", "Task.note")
    assert postponing.wrong(None, version(days=20), grant_of(actor=NURSE), HERS, NOON) is None
    assert postponing.wrong(version(), None, grant_of(actor=NURSE), HERS, NOON) is None
    keeper = maintenance("keeper", until=1 << 60)
    assert postponing.wrong(version(), version(days=4000), keeper, Part(0), NOON) is None


@pytest.mark.parametrize(("was", "new"), [("stat", "routine"), ("routine", "stat"), ("asap", None), (None, "urgent")])
def test_who_sent_it_says_how_urgent_it_is(was: str | None, new: str | None):
    before, after = version(priority=was), version(priority=new)
    assert refused(before, after) == ("Forbidden", "Task.priority")
    assert refused(before, after, part=SENT, actor=GP) is None
    assert refused(before, after, part=Part.HOLDS, actor=WARD) is None  # it is no hand-over here
    assert refused(version(priority=None), version(priority="routine")) is None
    calm = version(priority="routine", days=20, **NOTE)
    assert refused(version(priority="stat"), calm, part=SENT, actor=GP) is None
