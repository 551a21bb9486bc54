"""Kinds of hiding that hide a hand-over: closed to the reader's organisation, closed to her by name, ended.

What is in another's inbox comes with the kind `relation` of `hidings`.
"""

from __future__ import annotations

from doors import block, item
from handed_over import MORE, changed, ended, more, on_the_list
from hiding import Hiding, nothing, seen
from twins import CHILD, CLINIC, ELSEWHERE, HIDDEN, SEEN, fill, life
from worlds import World

from felles.access.codes import KIND_SYSTEM
from felles.record.kinds import Kind

_HANDED = ("task", "order", "referral", "message")
"""The kinds of entries that are handed over, as a block names them."""


async def _work_closed(world: World) -> None:
    """All that is handed over about her is closed to the clinic; of another person something is with it."""
    assert all(each.upper() in Kind.__members__ for each in _HANDED)
    await seen(world)
    kinds = {"class": [{"system": KIND_SYSTEM, "code": each} for each in _HANDED]}
    await fill(world, [block(SEEN, against=CLINIC, **kinds) | {"id": "closed"}], on_the_list(CHILD))


async def _more_work(world: World) -> None:
    await fill(world, more(SEEN))


async def _task_closed(world: World) -> None:
    """One task is closed to the doctor by name, and to nobody else of her inbox."""
    await seen(world)
    data = [item(f"Task/{SEEN}-task")]
    await fill(world, [block(SEEN, against="Practitioner/doc", data=data) | {"id": "closed-one"}], on_the_list(CHILD))


async def _task_changed(world: World) -> None:
    await changed(world, f"Task/{SEEN}-task")


async def _task_over(world: World) -> None:
    """A person to whom nobody here has a relation any more: what was sent to the clinic was taken back."""
    await fill(world, life(HIDDEN, SEEN, ELSEWHERE))
    await ended(world, HIDDEN)


_SELDOM = 15
"""Of kinds that only hand-overs tell of: the pages and parameters of these are all asked for, the others seldom."""

HANDED_OVER = (
    Hiding(
        "work-closed",
        _work_closed,
        _more_work,
        frozenset({"gp", "secretary", "system", "for-doctor"}),
        sees=("gp", f"/arbeid/Task/{CHILD}-task"),
        hides="/arbeid/Task/more-task",
        share=_SELDOM,
        handed=tuple(f"{type_name}/{name}" for type_name, name in MORE if name.startswith("more-")),
    ),
    Hiding(
        "task-closed",
        _task_closed,
        _task_changed,
        frozenset({"gp"}),
        again=(nothing, _task_changed),
        share=_SELDOM,
        handed=(f"Task/{SEEN}-task",),
    ),
    Hiding(
        "work-ended",
        seen,
        _task_over,
        look_up=True,
        sees=("gp", f"/arbeid/Task/{SEEN}-task"),
        hides="/arbeid/Task/over",
        share=_SELDOM,
        handed=("Task/over",),
    ),
)
