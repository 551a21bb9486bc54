"""Tests that a GP orders, their answers, and what is done with them, over a region (`handed`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from felles import access
from felles.care.handovers import actions
from felles.record.clock import MICROSECONDS

if TYPE_CHECKING:
    from handed import Region

    from felles.care.handovers.rules import Verb


async def ordered(region: Region, **more: Any) -> str:
    """The reference of a test that the GP ordered today."""
    day = datetime.fromtimestamp(region.world.store.clock.clinical() / MICROSECONDS, UTC).isoformat("T", "seconds")
    order = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "authoredOn": day,
             "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}],
             "code": {"text": "Hb"}, "subject": {"reference": f"Patient/{region.patient}"},
             "requester": {"reference": region.person("gp")}} | more  # fmt: skip
    answer = await region.client("gp").post("ServiceRequest", order)
    assert answer.status == 201, answer.json
    return f"ServiceRequest/{answer.json['id']}"


async def answered(region: Region, order: str, said: str = "N", **more: Any) -> dict[str, Any]:
    """The value that the laboratory gave out."""
    interpretation = {"coding": [{"code": said}]}
    value = region.world.observation(region.patient, basedOn=[{"reference": order}], interpretation=[interpretation])
    value |= {"issued": f"{value['effectiveDateTime'][:10]}T12:00:00Z"}
    now = datetime.fromtimestamp(region.world.store.clock.clinical() / MICROSECONDS, UTC)
    return await region.world.made(value | {"issued": now.isoformat("T", "seconds")} | more)


async def does(region: Region, name: str, source: str, verb: Verb, **said: str) -> str:
    who = region.who(name)
    row = await region.world.store.handover(access.everyone(who), source)
    return await actions.do(region.world.store, who, row, verb, **said)
