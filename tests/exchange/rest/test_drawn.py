"""What is made under an id that was drawn before meets itself, and stands over nothing that is there."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from felles import fhir
from felles.access.open import maintenance
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.errors import Conflict, PreconditionFailed
from felles.record.ids import drawn_id, new_id

pytestmark = [pytest.mark.store, pytest.mark.slow]


async def test_beside_a_refused_change_of_the_same_entry_it_is_refused_too(world: Any):
    patient = (await world.patient())["id"]
    bucket, _ = await world.store.place(f"Patient/{patient}")
    grant = maintenance("tests", until=FOREVER)

    def said(words: str, **more: Any) -> Change:
        task = {"resourceType": "Task", "status": "draft", "intent": "order", "description": words}
        task |= {"for": {"reference": f"Patient/{patient}"}, **more}
        return Change(op="create", type="Task", resource=fhir.decode(msgspec.json.encode(task)))

    def made(name: str, words: str) -> Change:
        change = said(words)
        change.drawn = name
        return change

    def changed(name: str, words: str, expected: int) -> Change:
        change = said(words, id=name)
        change.op, change.id, change.expected = "update", name, expected
        return change

    async def commit(change: Change) -> Any:
        return (await world.store.commit(grant, [change], act=change.op))[0]

    for turn in range(5):
        name = drawn_id(bucket, f"{patient} {turn}")
        assert (await commit(made(name, "the first"))).version == 1
        assert (await commit(changed(name, "the second", 1))).version == 2
        # Those before them keep the writers busy, so that the last two are taken together.
        others = [commit(made(new_id(bucket), "another")) for _ in range(6)]
        *_, late, again = await asyncio.gather(
            *others, commit(changed(name, "too late", 1)), commit(made(name, "made again")), return_exceptions=True
        )
        assert isinstance(late, PreconditionFailed), late
        assert isinstance(again, Conflict), again
        stands = (await world.system.get(f"Task/{name}")).json
        assert (stands["meta"]["versionId"], stands["description"]) == ("2", "the second")
