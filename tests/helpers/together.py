"""Requests that are carried out in one transaction, as those are that wait for each other (`record.commit`)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from worlds import World


async def as_one(world: World, *asked: Coroutine[Any, Any, Any]) -> list[Any]:
    """What these say, each of one commit: none begins before all wait, and all are written together, in their order."""
    committer: Any = world.store._committer
    alone, carried = committer._transaction, list[int]()

    async def together(jobs: list[Any]) -> Any:
        carried.append(len(jobs))
        return await alone(jobs)

    committer._running, committer._transaction = committer._width, together
    waiting: list[asyncio.Task[Any]] = []
    async with asyncio.timeout(10):
        for each in asked:
            waiting.append(asyncio.create_task(each))
            while len(committer._queue) < len(waiting):  # noqa: ASYNC110 - the queue tells nobody
                await asyncio.sleep(0.001)
    committer._running = 1
    await committer._work()
    del committer._transaction
    answers = await asyncio.gather(*waiting)
    assert carried == [len(asked)]
    return answers
