"""The clinical clock of the synthetic region: where it stands, and moving it. Outside demo mode nobody can.

Ages, weeks, due dates, appointments and relations follow it; the log, sessions and tokens keep real time. It stands in
the row `demo` of `run`: `offset` is how far it lies from real time because the region was made for an earlier day,
`moved` how far a visitor has moved it on from there. Both are microseconds.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent, BadQuery, Busy
from felles.record.pulse import CLOCK, Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.record.store import Store

HOUR: Final = 3600 * MICROSECONDS
DAY: Final = 24 * HOUR
MOST: Final = 400 * DAY
"""How far it can be moved: further on there is nothing left in the region that was planned."""
EVERY: Final = 1.0
"""Seconds between two looks at it: another worker's move holds everywhere by then."""

_NOW: Final = """select coalesce((state ->> 'offset')::bigint, 0) as base,
           coalesce((state ->> 'moved')::bigint, 0) as moved
      from run where name = 'demo'"""
_MOVE: Final = """update run
      set state = jsonb_set(state, '{moved}', to_jsonb(case when $1::bigint = 0 then 0
                  else least(coalesce((state ->> 'moved')::bigint, 0) + $1::bigint, $2::bigint) end))
    where name = 'demo'
returning coalesce((state ->> 'offset')::bigint, 0) as base, (state ->> 'moved')::bigint as moved"""


async def read(store: Store) -> None:
    """Set the store's clock to where the region's stands. Raises `Busy`."""
    rows = await store.pool.fetch(_NOW)
    store.clock.offset = rows[0]["base"] + rows[0]["moved"] if rows else 0


async def move(store: Store, by: int) -> None:
    """Move the clock on by so many microseconds, never back; 0: as if it had never been moved.

    When it returns it holds in every worker. Raises `Absent` outside demo mode and where there is no region,
    `BadQuery`, `Busy`.
    """
    if not store.settings.demo:
        raise Absent("the clock is moved in demo mode alone")
    if not 0 <= by <= MOST:
        raise BadQuery("the clock goes on, not back")
    rows = await store.pool.fetch(_MOVE, by, MOST)
    if not rows:
        raise Absent("there is no synthetic region here")
    store.clock.offset = rows[0]["base"] + rows[0]["moved"]
    if store.settings.workers > 1:
        await asyncio.sleep(EVERY)


@asynccontextmanager
async def followed(store: Store, pulse: Pulse | None = None) -> AsyncGenerator[None]:
    """Keep the store's clock where the region's stands for as long as the block runs; in demo mode alone.

    `pulse` is told of each look.
    """
    if not store.settings.demo:
        yield
        return
    await read(store)
    following = asyncio.create_task(_follow(store, pulse or Pulse()), name="demo clock")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(store: Store, pulse: Pulse) -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await read(store)
            pulse.done(CLOCK)
        except Busy as error:  # away for a moment: the clock goes on as it stood
            pulse.failed(CLOCK, error)
