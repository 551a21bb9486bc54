"""Requests that arrive while a round trip is under way go together as the next one.

A `Shape` is one fixed statement over `q`, a set of request rows: the same text serves one request and
sixty-four. Its first placeholders are the columns of `q` as arrays, the last the connection's era. Each
row that comes back names its request by `n` (from 1). A joint statement that fails is run again, each
member alone, so that nobody pays for another's mistake.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg

from felles.record.company import Company
from felles.record.errors import Busy, RecordError

if TYPE_CHECKING:
    from felles.record.pool import Conn, Pool

JOINT = 64
"""At most this many requests in one statement."""


def unnest(columns: tuple[tuple[str, str], ...]) -> str:
    """The request rows of a shape: one array for each column, numbered from 1 as `n`."""
    arrays = ", ".join(f"${i}::{sql}[]" for i, (_, sql) in enumerate(columns, start=1))
    names = ", ".join(name for name, _ in columns)
    return f"(select * from unnest({arrays}) with ordinality as q({names}, n))"


@dataclass(frozen=True, eq=False)
class Shape:
    """A fixed statement. `columns` are (name, SQL type) of `q`; `sql` the text over unnest($1::type[], …).

    The text may use `$(len(columns)+1)` for the era and must return `n` as its first column. `joint`: at most so many
    requests in one statement. Where making the answers costs this process more than reading them costs the database,
    small groups let it read the next while the last are made; large ones leave each waiting for the other.
    """

    sql: str
    columns: tuple[tuple[str, str], ...]
    joint: int = JOINT


@dataclass(slots=True)
class _Waiting:
    args: tuple[Any, ...]
    answer: asyncio.Future[list[Any]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Lane:
    """Runs shapes over at most `width` connections of a pool."""

    def __init__(self, pool: Pool, *, width: int) -> None:
        self._pool = pool
        self._width = width
        self._running = 0
        self._count = 0
        self._company = Company()
        self._queues: OrderedDict[Shape, list[_Waiting]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, shape: Shape, args: tuple[Any, ...]) -> list[Any]:
        """The rows of this request alone. Raises what the statement raises, `Busy` when the server is away."""
        waiting = _Waiting(args)
        queue = self._queues.get(shape)
        if queue is None:
            queue = self._queues[shape] = []
        queue.append(waiting)
        self._count += 1
        self._company.arrived(self._count)
        if self._running < self._width:
            self._running += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.answer

    def _next(self) -> tuple[Shape, list[_Waiting]] | None:
        while self._queues:
            shape, queue = next(iter(self._queues.items()))
            batch, rest = queue[: shape.joint], queue[shape.joint :]
            if rest:
                self._queues[shape] = rest
                self._queues.move_to_end(shape)
            else:
                del self._queues[shape]
            self._count -= len(batch)
            batch = [w for w in batch if not w.answer.done()]
            if batch:
                return shape, batch
        return None

    async def _work(self) -> None:
        conn: Conn | None = None
        job: tuple[Shape, list[_Waiting]] | None = None
        try:
            while self._queues:
                if not await self._company.gathered(self._count) or (job := self._next()) is None:
                    break
                self._company.went(len(job[1]))
                if conn is None or conn.raw.is_closed():
                    if conn is not None:
                        self._pool.give(conn)
                        conn = None
                    conn = await self._pool.take()
                await self._run(conn, *job)
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it was
            self._fail(job, error)
        finally:
            self._running -= 1
            if conn is not None:
                self._pool.give(conn)

    def _fail(self, job: tuple[Shape, list[_Waiting]] | None, error: BaseException) -> None:
        reason = error if isinstance(error, RecordError) else Busy("the request was broken off; nothing was written")
        for waiting in job[1] if job else []:
            if not waiting.answer.done():
                waiting.answer.set_exception(reason)
        while (left := self._next()) is not None:
            for waiting in left[1]:
                waiting.answer.set_exception(reason)

    async def _run(self, conn: Conn, shape: Shape, batch: list[_Waiting]) -> None:
        try:
            rows = await conn.fetch(shape.sql, *zip(*(w.args for w in batch), strict=True), conn.era)
        except (RecordError, asyncpg.PostgresError) as error:
            if len(batch) > 1 and not conn.raw.is_closed():
                for waiting in batch:
                    await self._run(conn, shape, [waiting])
                return
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            return
        answers: list[list[Any]] = [[] for _ in batch]
        for row in rows:
            answers[row[0] - 1].append(row)
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)
