"""Tasks as they are stored, and who writes them: for the pure rules of hand-overs."""

from __future__ import annotations

from typing import Any

import msgspec

from felles import access, fhir
from felles.access.actor import Actor, Sort
from felles.access.handovers.kinds import Kind
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM
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
