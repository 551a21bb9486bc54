"""Kinds of hiding, each as two regions that differ only in what the readers may not see.

`both` writes what is the same in both (where something hidden is announced, both hold something of that sort),
`having` what only the second has. The readers are those of `twins.READERS`; each kind names the ones it hides from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from doors import block, coded, held_back, item
from twins import CLINIC, ELSEWHERE, HIDDEN, ICD, READERS, SEEN, SHARED, SNOMED, code, fill, life, who
from worlds import World

from felles.access.codes import KIND_SYSTEM
from felles.record.codes import PROTECTED_ADDRESS

Step = Callable[[World], Awaitable[None]]


async def _nothing(world: World) -> None:
    """What stays as it is when the life that both hold is put back."""


@dataclass(frozen=True)
class Hiding:
    """One kind. `look_up`: the hidden person may be looked up, and then shows the look-up form.

    `again`: what is done in the first and in the second region when the life that both hold was put back.
    """

    name: str
    both: Step
    having: Step
    readers: frozenset[str] = frozenset(READERS)
    look_up: bool = False
    again: tuple[Step, Step] = (_nothing, _nothing)


async def _seen(world: World) -> None:
    await fill(world, SHARED, life(SEEN, HIDDEN, CLINIC))


async def _stranger(world: World) -> None:
    await fill(world, life(HIDDEN, SEEN, ELSEWHERE))


def _result(name: str, test: str) -> dict[str, Any]:
    """A result of the person whom all readers see."""
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": coded("http://loinc.org", test),
        "subject": {"reference": f"Patient/{SEEN}"},
        "effectiveDateTime": "2026-05-04",
        "valueQuantity": {"value": 4.5, "unit": "g"},
    }


def _kept(name: str) -> list[dict[str, Any]]:
    return [_result(name, "718-7"), held_back(SEEN, f"Observation/{name}") | {"id": f"{name}-why"}]


async def _one_kept(world: World) -> None:
    await _seen(world)
    await fill(world, _kept("kept"))


async def _another_kept(world: World) -> None:
    await fill(world, _kept("more"))


async def _one_waits(world: World) -> None:
    await _seen(world)
    await fill(world, [_result("waits", "2857-1")])


async def _another_waits(world: World) -> None:
    await fill(world, [_result("longer", "2857-1")])


async def _lives_at(world: World, line: str) -> None:
    """The one whom the readers see lives at `line`, and her address is protected."""
    patient = (await world.system.get(f"Patient/{SEEN}")).json
    patient["address"] = [{"line": [line], "city": line.partition(" ")[0]}]
    patient["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    answer = await world.system.put(f"Patient/{SEEN}", patient)
    assert answer.status == 200, answer.json


async def _at_first(world: World) -> None:
    await _lives_at(world, "Fjellgata 1")


async def _protected(world: World) -> None:
    await _seen(world)
    await _at_first(world)


async def _moved(world: World) -> None:
    await _lives_at(world, "Skjærgårdsveien 2")


async def _closed(world: World) -> None:
    """Both announce that something is closed: social history, and what refers to it, for all but herself."""
    await _seen(world)
    kind = {"class": [{"system": KIND_SYSTEM, "code": "social"}]}
    await fill(world, [block(SEEN, **kind) | {"id": "closed"}, social("habit-1")])


async def _more_closed(world: World) -> None:
    about = {"result": [{"reference": "Observation/habit-2"}], "id": "report-2", "subject": who(SEEN)}
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": code("11502-2"), **about}
    await fill(world, [social("habit-2"), report])


def social(name: str) -> dict[str, Any]:
    """An entry of social history of the person who is seen."""
    category = code("social-history", "http://terminology.hl7.org/CodeSystem/observation-category")
    return {
        "resourceType": "Observation", "id": name, "status": "final", "category": [category],
        "code": code("72166-2"), "subject": who(SEEN), "effectiveDateTime": "2026-05-05",
    }  # fmt: skip


async def _problem_closed(world: World) -> None:
    """One entry of hers is closed to the readers' organisation."""
    await _seen(world)
    await fill(world, [block(SEEN, against=CLINIC, data=[item(f"Condition/{SEEN}-5")]) | {"id": "closed-one"}])


async def _problem_changed(world: World) -> None:
    """It is told of once more, by an entry that refers to it, and is then changed."""
    problem = next(r for r in life(SEEN, HIDDEN, CLINIC) if r["id"] == f"{SEEN}-5")
    told = {
        "resourceType": "Procedure",
        "id": "told",
        "status": "completed",
        "code": code("80146003", SNOMED),
        "subject": who(SEEN),
        "performedDateTime": "2025-12-25",
        "reasonReference": [{"reference": f"Condition/{SEEN}-5"}],
    }
    await fill(world, [told])
    changed = problem | {"code": code("C50", ICD), "note": [{"text": "Nordmann"}]}
    assert (await world.system.put(f"Condition/{SEEN}-5", changed)).status == 200


HIDINGS = {
    each.name: each
    for each in (
        # A person to whom none of the readers has a relation.
        Hiding("relation", _seen, _stranger, look_up=True),
        # What is held back from the person herself (pbrl § 5-1), and a result that waits for a look: that there
        # is one of each is announced, so both hold one.
        Hiding("held", _one_kept, _another_kept, frozenset({"citizen"})),
        Hiding("release", _one_waits, _another_waits, frozenset({"citizen"})),
        # Where one with protected address lives: she herself sees it, and nobody else that she moved.
        Hiding("place", _protected, _moved, frozenset(READERS) - {"citizen"}, again=(_at_first, _moved)),
        # What a person has closed, and what refers to it.
        Hiding("block", _closed, _more_closed, frozenset({"gp", "secretary", "system"})),
        # One entry that is closed: what it says, how often it changed, and what refers to it.
        Hiding("block-item", _problem_closed, _problem_changed, frozenset({"gp", "secretary"})),
    )
}
