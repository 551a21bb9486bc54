"""What nobody came for in time, in the region of a served site."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from browsing import opened

from felles.access.handovers.keeper import Keeper
from felles.record.maintenance import connect

_OVERDUE = "update handover set next = next - 30::bigint * 86400000000 where source = $1"


def keeps(region: Any, home: Any, source: str) -> None:
    """The time of a hand-over is long up, and the keeper makes its round."""

    async def work() -> None:
        async with opened(region, home) as site:
            await site.store.pool.fetch(_OVERDUE, source)
            conn = await connect(region.url)
            try:
                await Keeper(site.store, conn).round()
            finally:
                await conn.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work()).result(60)
