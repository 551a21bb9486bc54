"""Committing: plan without a lock, then write with the others who are writing now.

Commits that arrive while one is being written go together as the next transaction, each with its own
commit number; if the joint transaction fails, each is carried out alone. Conditional changes take
advisory locks on their criteria first, and so go alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from copy import copy
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from felles.fhir import encode
from felles.record.company import Company
from felles.record.conditions import Conditions
from felles.record.errors import MET, Busy, Conflict, RecordError, Stale
from felles.record.grants import Mode
from felles.record.jobs import Apart, Job, Session
from felles.record.lane import Lane
from felles.record.plain import PLAIN, is_plain, result, values
from felles.record.plan import Plan, Planner
from felles.record.pool import FULL, FULL_SAID, GONE

if TYPE_CHECKING:
    from felles.record.changes import Change, Result
    from felles.record.clock import Clock
    from felles.record.derive import Registry
    from felles.record.grants import Grant, PersonKey
    from felles.record.keys import Keys
    from felles.record.locate import Locator
    from felles.record.pool import Conn, Pool

JOINT = 32
"""At most this many commits in one transaction."""
BROKEN_OFF = "the commit was broken off; look before you repeat it"
TRIES = 3
"""How often a commit that met another one on the way is carried out again."""

_MET = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class Committer:
    """Carries out commits over at most `width` connections."""

    def __init__(
        self, pool: Pool, clock: Clock, locator: Locator, keys: Keys, registry: Registry, *, width: int = 2
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._locator = locator
        self._keys = keys
        self._registry = registry
        self._width = width
        self._running = 0
        self._company = Company()
        self._plain = Lane(pool, width=width)
        self._queue: deque[tuple[Job, asyncio.Future[list[Result]]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def commit(self, grant: Grant, changes: list[Change], *, act: str, historic: bool = False) -> list[Result]:
        """Carry out all of `changes` or none. Durable when it returns; logged in the same transaction.

        Raises any of `felles.record.errors`; then nothing was written.
        """
        conditions = Conditions(grant, self._clock, changes)
        if conditions:
            return await self._commit_alone(grant, changes, conditions, act=act, historic=historic)
        asked = _Asked(changes) if grant.mode is Mode.ALL and any(change.full_url for change in changes) else None
        for attempt in range(TRIES):
            planner = Planner(self._locator, self._keys, self._pool, grant, self._registry.takes)
            plan = await planner.plan(changes, {}, act)
            plan.historic = historic
            if is_plain(plan, self._registry) and (result := await self._write_plain(plan)) is not None:
                return [result]
            try:
                return await self._submit(plan)
            except Stale:  # only who sees everything claims ids, and only full URLs were made other references
                if attempt == TRIES - 1:
                    raise
                if asked is not None:
                    asked.restore()
        raise AssertionError

    async def _write_plain(self, plan: Plan) -> Result | None:
        """Carry out a plain commit in one trip; None when it was not written and must go the whole way."""
        row = values(plan, self._clock, await self._keys.commit(self._pool))
        try:
            found = await self._plain.submit(PLAIN, row)
        except _MET:
            return None
        except Busy as error:  # it may have been cut off after the database had written
            raise Busy(BROKEN_OFF) from error
        except (RecordError, asyncpg.PostgresError) as error:
            raise _named(error) from error
        if not found:
            return None
        step = plan.steps[0]
        self._locator.keep(f"{step.change.type}/{step.id}", step.key)
        return result(plan, row, found[0][1])

    async def _submit(self, plan: Plan) -> list[Result]:
        answer: asyncio.Future[list[Result]] = asyncio.get_running_loop().create_future()
        self._queue.append((Job(plan, self._clock), answer))
        self._company.arrived(len(self._queue))
        if self._running < self._width:
            self._running += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self) -> None:
        batch: list[tuple[Job, asyncio.Future[list[Result]]]] = []
        try:
            while self._queue:
                if not await self._company.gathered(len(self._queue)):
                    break
                batch = self._next()
                self._company.went(len(batch))
                await self._carry_out(batch)
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it was
            reason = error if isinstance(error, RecordError) else Busy(BROKEN_OFF)
            for _, answer in [*batch, *self._queue]:
                if not answer.done():
                    answer.set_exception(reason)
            self._queue.clear()
        finally:
            self._running -= 1

    def _next(self) -> list[tuple[Job, asyncio.Future[list[Result]]]]:
        """The next commits to go together: no two of them change the same entry."""
        batch: list[tuple[Job, asyncio.Future[list[Result]]]] = []
        touched: set[str] = set()
        while self._queue and len(batch) < JOINT:
            changed = self._queue[0][0].plan.changed()
            if not touched.isdisjoint(changed):
                break
            touched |= changed
            batch.append(self._queue.popleft())
        return batch

    async def _carry_out(self, batch: list[tuple[Job, asyncio.Future[list[Result]]]]) -> None:
        jobs = [job for job, _ in batch]
        try:
            errors = await self._transaction(jobs)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is one commit's and none of the others'
            if len(batch) > 1 and not isinstance(error, Busy):
                for one in batch:
                    await self._carry_out([one])
            else:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(_named(error))
            return
        for (job, answer), error in zip(batch, errors, strict=True):
            if answer.done():
                continue
            if error is not None:
                answer.set_exception(error)
            else:
                self._keep(job)
                answer.set_result(job.results)

    async def _transaction(self, jobs: list[Job]) -> list[RecordError | None]:
        for attempt in range(TRIES):
            for job in jobs:
                job.results, job.bases, job.single = [], {}, set()
            async with self._pool.acquire() as conn:
                try:
                    async with conn.transaction():
                        return await Session(conn, self._keys, self._registry).run(jobs)
                except (*_MET, Apart) as error:
                    if len(jobs) > 1 or attempt == TRIES - 1:
                        raise
                    if isinstance(error, asyncpg.UniqueViolationError) and jobs[0].plan.claims():
                        raise Stale(MET) from error  # another made the same meanwhile: planned again, it is changed
                    if isinstance(error, Apart):
                        jobs[0].also |= error.keys
        raise AssertionError

    async def _commit_alone(
        self, grant: Grant, changes: list[Change], conditions: Conditions, *, act: str, historic: bool
    ) -> list[Result]:
        asked = _Asked(changes)
        also: frozenset[PersonKey] = frozenset()
        for attempt in range(TRIES):
            if attempt:
                asked.restore()
            async with self._pool.acquire() as conn:
                try:
                    async with conn.transaction():
                        job, refused = await self._conditional(
                            conn, grant, changes, conditions, act, also, historic=historic
                        )
                except (*_MET, Apart, Stale) as error:
                    if attempt == TRIES - 1:
                        raise _named(error) from error
                    if isinstance(error, Apart):
                        also |= error.keys
                except asyncpg.PostgresError as error:
                    raise _named(error) from error
                else:  # outside the transaction: what it says of a refusal stays
                    if refused is not None:
                        raise refused
                    self._keep(job)
                    return job.results
        raise AssertionError

    async def _conditional(
        self,
        conn: Conn,
        grant: Grant,
        changes: list[Change],
        conditions: Conditions,
        act: str,
        also: frozenset[PersonKey],
        *,
        historic: bool,
    ) -> tuple[Job, RecordError | None]:
        found = await conditions.resolve(conn)
        plan = await Planner(self._locator, self._keys, conn, grant, self._registry.takes).plan(changes, found, act)
        plan.historic = historic
        job = Job(plan, self._clock, also)
        (refused,) = await Session(conn, self._keys, self._registry).run([job])
        return job, refused

    def _keep(self, job: Job) -> None:
        for step in job.plan.steps:
            if step.new and step.found is None:
                self._locator.keep(f"{step.change.type}/{step.id}", step.key)


class _Asked:
    """Changes as they were asked for. An attempt to carry them out gives them ids and rewrites their references."""

    def __init__(self, changes: list[Change]) -> None:
        self._kept = [(c, copy(c), None if c.resource is None else encode(c.resource)) for c in changes]

    def restore(self) -> None:
        """Make them what they were."""
        for change, was, raw in self._kept:
            change.op, change.id = was.op, was.id
            if raw is not None:
                change.resource = msgspec.json.decode(raw, type=type(change.resource))


def _named(error: Exception) -> Exception:
    """What whoever asked is told: a fault of ours as it is, for the door to log and answer."""
    if isinstance(error, RecordError):
        return error
    if isinstance(error, (*_MET, Apart)):
        return Conflict(MET)
    if isinstance(error, (*GONE, asyncpg.QueryCanceledError)):
        return Busy("the database was away or too slow; nothing was written")
    if isinstance(error, FULL):
        return Busy(FULL_SAID)
    if isinstance(error, asyncpg.PostgresError):
        return RecordError(f"the database refused the commit ({type(error).__name__})")
    return error
