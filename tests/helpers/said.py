"""Tasks as they are stored, and who writes them: for the pure rules of hand-overs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from felles import access, fhir
from felles.access.actor import Actor, Sort
from felles.access.codes import STANDS_IN_FOR
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import (
    BY_STATUS,
    ENDED,
    ESCALATED,
    REPLIED,
    RETURNED,
    STOPPED,
    UNTAKEN,
    Held,
    follow,
    said_by,
)
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM, HANDOVER_SYSTEM
from felles.record.derive import Part

MINE = Part.ITS | Part.HOLDS | Part.SENT
WARD, OFFICE_OF_GP, MOTHER = "Organization/ward", "Organization/gp", "Patient/mother"
GP, NURSE = "Practitioner/gp", "Practitioner/nurse"


def grant_of(*, actor: str, behalf: str | None = None) -> Any:
    """The Grant of a doctor, or of a system client."""
    person = actor.startswith("Practitioner/")
    asked = Actor(
        sort=Sort.STAFF if person else Sort.SYSTEM,
        reference=actor,
        name=actor,
        role_code="doctor" if person else "system",
        organization=OFFICE_OF_GP,
        organization_name="",
        purpose="TREAT",
        behalf=behalf,
        until=1 << 60,
    )
    return access.person(asked, ((1, 1),))


def task(**said: Any) -> Any:
    """A Task as it is stored."""
    business = said.pop("business", None)
    made = {"resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": MOTHER},
            "requester": {"reference": GP}, "owner": {"reference": WARD}} | said  # fmt: skip
    if business:
        made["businessStatus"] = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": business}]}
    return fhir.decode(msgspec.json.encode({name: value for name, value in made.items() if value is not None}))


def case_of(kind: Kind, **said: Any) -> Any:
    """A case as it is stored."""
    return task(code={"coding": [{"system": CASE_SYSTEM, "code": kind.case}]}, requester={"reference": MOTHER}, **said)


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


VERSIONS = st.fixed_dictionaries(
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
"""What a Task may say of itself, in any combination."""
