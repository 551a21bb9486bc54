"""Beginning anew: all that a demo's database holds is removed, its log too, and the schema made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import asyncpg

from felles.access.command import DEMO_RUN
from felles.record.errors import RecordError
from felles.record.migrate import SCHEMA, migrate

if TYPE_CHECKING:
    from felles.access.region import Place

_OTHERS: Final = """select count(*) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid() and usename is not null"""
_IS_DEMO: Final = (
    f"select exists (select 1 from {SCHEMA}.run where name = $1) or not exists (select 1 from {SCHEMA}.entry)"
)


class InTheWay(RecordError):
    """The database is no demo's, or somebody works in it."""

    status = 409
    code = "conflict"


async def reset(place: Place) -> None:
    """Empty a demo's database. Raises `InTheWay` when it is another's, or others are connected to it."""
    owner = await asyncpg.connect(place.owner)
    try:
        there = await owner.fetchval("select to_regclass($1) is not null", f"{SCHEMA}.run")
        if there and not await owner.fetchval(_IS_DEMO, DEMO_RUN):
            raise InTheWay("this record is not the synthetic region: it is left as it is")
        if await owner.fetchval(_OTHERS):
            raise InTheWay("somebody works in this database: stop the server first (Ctrl+C where it runs)")
        if there:
            await owner.execute(f"drop schema {SCHEMA} cascade")
        await migrate(owner, urlsplit(place.worker).username or "felles_worker")
    finally:
        await owner.close()
