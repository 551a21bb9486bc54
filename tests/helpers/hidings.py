"""Kinds of hiding, each as two regions that differ only in what the readers may not see.

`both` writes what is the same in both (where something hidden is announced, both hold something of that sort),
`having` what only the second has. The readers are those of `twins.READERS`; each kind names the ones it hides from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twins import CLINIC, ELSEWHERE, HIDDEN, READERS, SEEN, SHARED, fill, life
from worlds import World

Step = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Hiding:
    """One kind. `look_up`: the hidden person may be looked up, and then shows the look-up form."""

    name: str
    both: Step
    having: Step
    readers: frozenset[str] = frozenset(READERS)
    look_up: bool = False


async def _seen(world: World) -> None:
    await fill(world, SHARED, life(SEEN, HIDDEN, CLINIC))


async def _stranger(world: World) -> None:
    await fill(world, life(HIDDEN, SEEN, ELSEWHERE))


HIDINGS = {
    each.name: each
    for each in (
        # A person to whom none of the readers has a relation.
        Hiding("relation", _seen, _stranger, look_up=True),
    )
}
