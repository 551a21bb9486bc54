"""Eras: the stretches of transaction ids that can be compared with each other.

An xid8 means something in one database only. When a connection is opened, system identifier and timeline are
compared with the last row of `era`; if they differ (the data was restored into another cluster, recovered to
a point in time, or a standby took over) a new era is opened, and every row says to which era its xid belongs.

A row is visible in a snapshot when its era is older than the snapshot's, or when it is the same and
`pg_visible_in_snapshot` says so; rows of a newer era are not.
"""

from __future__ import annotations

import asyncpg

_LOCK = 0x657261  # "era": one connection at a time opens an era

# The timeline comes from the name of the WAL file being written: the one in pg_control lags behind after a
# standby took over, until the first checkpoint.
_HERE = """
select c.system_identifier::text as system,
       ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer as timeline
  from pg_control_system() c"""

_COMPARE = f"""
select h.system, h.timeline, e.era, e.system = h.system and e.timeline = h.timeline as same
  from ({_HERE}) h
  left join (select era, system, timeline from felles.era order by era desc limit 1) e on true"""

_OPEN = """
insert into felles.era (era, system, timeline, opened)
select coalesce(max(era), 0) + 1, $1, $2, clock_timestamp() from felles.era
returning era"""


async def open_era(conn: asyncpg.Connection) -> int:
    """The era of what this connection writes; opened now if it is a new one. Once for each connection.

    The record's migrations must have been applied. Raises what the database raises.
    """
    here = await conn.fetchrow(_COMPARE)
    if here is not None and here["same"]:
        return int(here["era"])
    async with conn.transaction():
        await conn.execute("select pg_advisory_xact_lock($1)", _LOCK)
        here = await conn.fetchrow(_COMPARE)
        if here is None:
            raise RuntimeError("the database does not say which cluster it is")
        if here["same"]:
            return int(here["era"])
        return int(await conn.fetchval(_OPEN, here["system"], here["timeline"]) or 0)


def visible(era: str, xid: str, in_era: str, snapshot: str) -> str:
    """SQL: whether what transaction `xid` of `era` did is visible in `snapshot`, taken in era `in_era`.

    All four are SQL expressions (columns, placeholders with their casts).
    """
    return f"({era} < {in_era} or ({era} = {in_era} and pg_visible_in_snapshot({xid}, {snapshot})))"


def alive_at(row: str, in_era: str, snapshot: str) -> str:
    """SQL: whether version `row` (an alias of `entry` or `shared`) was the current one in a snapshot.

    Begun in sight of the snapshot, and not ended in sight of it.
    """
    begun = visible(f"{row}.era", f"{row}.xid", in_era, snapshot)
    ended = visible(f"{row}.end_era", f"{row}.end_xid", in_era, snapshot)
    return f"({begun} and ({row}.end_xid is null or not {ended}))"
