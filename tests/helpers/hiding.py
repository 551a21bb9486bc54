"""What a kind of hiding is (`hidings`): two regions that differ only in what some readers may not see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twins import CLINIC, HIDDEN, READERS, SEEN, SHARED, fill, life
from worlds import World

Step = Callable[[World], Awaitable[None]]


async def nothing(world: World) -> None:
    """What stays as it is when the life that both hold is put back."""


@dataclass(frozen=True)
class Hiding:
    """One kind. `look_up`: the hidden person may be looked up, and then shows the look-up form.

    `again`: what is done in the first and in the second region when the life that both hold was put back.
    `share`: of what is asked of others one question in so many, for a kind that is made of those.
    `pages`: its readers meet it on pages alone (who acts for another has no way in by FHIR). `sees`: a reader and what
    she does see (a page's path, or what to read by FHIR); `hides` what is there in the second region, and not for her.
    `handed`: what is hidden and handed over (Type/id), of which everything is asked that is asked of a hand-over.
    """

    name: str
    both: Step
    having: Step
    readers: frozenset[str] = frozenset(READERS) - {"for-doctor"}
    look_up: bool = False
    again: tuple[Step, Step] = (nothing, nothing)
    pages: bool = False
    share: int = 1
    sees: tuple[str, str] = ("", "")
    hides: str = ""
    handed: tuple[str, ...] = ()


async def seen(world: World) -> None:
    """The one whom all readers see, and what all share."""
    await fill(world, SHARED, life(SEEN, HIDDEN, CLINIC))
