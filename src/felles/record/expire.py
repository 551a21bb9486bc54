"""What has run out goes: rows of `held` whose time is over, and the bit of a person who has no other.

The decision compares times itself, so nothing is seen earlier or later for this; it only spares those whose bit would
stay for ever. In small batches, under the person's lock, so that a commit which holds something back keeps its bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

BATCH = 500

_OVER = """
select p.bucket, p.person from person p
 where (p.bucket, p.person) in (select h.bucket, h.person from held h where h.until <= $1)
 limit $2 for no key update of p skip locked"""
_FORGET = """
delete from held h using unnest($2::smallint[], $3::bigint[]) q(bucket, person)
 where h.bucket = q.bucket and h.person = q.person and h.until <= $1"""
_CLEAR = """
update person p set held = false from unnest($1::smallint[], $2::bigint[]) q(bucket, person)
 where p.bucket = q.bucket and p.person = q.person
   and not exists (select 1 from held h where h.bucket = p.bucket and h.person = p.person)"""


async def expire(conn: asyncpg.Connection, real: int, *, many: int = BATCH) -> int:
    """Remove what ran out before `real` (microseconds) of one batch of persons; how many they were."""
    async with conn.transaction():
        over = await conn.fetch(_OVER, real, many)
        keys = [row["bucket"] for row in over], [row["person"] for row in over]
        if over:
            await conn.execute(_FORGET, real, *keys)
            await conn.execute(_CLEAR, *keys)
    return len(over)
