"""How the record is, as plain facts: for `/health` and `felles doctor`, which judge and word them.

Each fact is cheap however large the record is: counts stop at a bound, and what lies between the last seal and
now is found by its transaction ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from felles.record.desks import CASES, staffed
from felles.record.kinds import Kind
from felles.record.log.proof import State
from felles.record.migrate import Behind, Drift, check

if TYPE_CHECKING:
    import asyncpg

MOST = 10_000
"""Counts go no further than this."""
_REAL = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

_FACTS = f"""
with last as materialized (select tick, at, era, snapshot from tick order by tick desc limit 1),
     fresh as materialized (
        (select l.at from leaf l, last t
          where l.era = t.era and l.xid >= pg_snapshot_xmin(t.snapshot)
            and not pg_visible_in_snapshot(l.xid, t.snapshot) limit {MOST})
        union all
        (select l.at from leaf l where l.era > coalesce((select era from last), 0) limit {MOST}))
select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now,
       current_setting('server_version') as version,
       (select max(era) from era) as era,
       (select tick from last) as ticks,
       (select at from last) as sealed,
       (select min(at) from tick where tick = 1) as first_seal,
       (select max(ended) from proof where whole and state = {State.WHOLE:d}) as proved,
       (select max(b.ended) from proof b where b.state = {State.BROKEN:d} and b.ended > coalesce(
           (select max(w.ended) from proof w where w.whole and w.state = {State.WHOLE:d}), 0)) as broken,
       (select count(*) from fresh) as unsealed,
       (select min(at) from fresh) as oldest_unsealed,
       (select max(extract(epoch from clock_timestamp() - a.xact_start))::float8 from pg_stat_activity a
         where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
       ) as oldest_transaction,
       (select count(*) from (select from entry e where e.person = 0 and e.state < 2 and not e.deleted
                                   and e.kind <> {Kind.CASE:d} limit {MOST}) n)
         as nobodys,
       (select count(*) from (select from outbox limit {MOST}) o) as outbox,
       (select count(*) from (select from handover h where h.kind > {CASES} and h.state < 7 and not {staffed(_REAL)}
          limit {MOST}) h) as deskless,
       pg_database_size(current_database()) as bytes"""


_BEATS = "select part, host, many, at, failed, error from pulse order by part, process limit 1000"


@dataclass(frozen=True, slots=True)
class Beat:
    """What one process told of a part: its last success and failure, and how many processes its host is to have."""

    part: str
    host: str
    many: int
    at: int | None
    failed: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says of itself. Moments are microseconds since 1970 UTC by its clock, None: never.

    `migration` is the newest applied, `drift` what is wrong with the schema (None: nothing). `unsealed` lines of
    the log wait for their seal, the oldest since `oldest_unsealed`; `oldest_transaction` seconds. `nobodys` counts
    the entries that belong to no person yet, `outbox` what is to be sent, `deskless` cases that nobody answers;
    these, and `unsealed`, stop at `MOST`. `first_seal` when sealing began; `proved` when the whole log was last proved,
    `broken` when it was found broken since; `beats` what the processes told (`pulse`).
    """

    now: int
    version: str
    migration: int | None
    drift: str | None
    era: int | None
    ticks: int
    sealed: int | None
    unsealed: int
    oldest_unsealed: int | None
    oldest_transaction: float
    nobodys: int
    outbox: int
    deskless: int
    bytes: int
    first_seal: int | None = None
    proved: int | None = None
    broken: int | None = None
    beats: tuple[Beat, ...] = ()

    @property
    def unsealed_for(self) -> float:
        """Seconds that the oldest unsealed line has waited; 0.0 when none does."""
        return max(0.0, (self.now - self.oldest_unsealed) / 1e6) if self.oldest_unsealed is not None else 0.0


async def facts(conn: asyncpg.Connection) -> Facts:
    """The facts over one connection with the record's search path. Raises what the driver raises when it is away.

    Without the record's tables (`Behind`) there is nothing to tell: raises it.
    """
    migration, drift = None, None
    try:
        migration = await check(conn)
    except Drift as error:
        drift = str(error)
    row = await conn.fetchrow(_FACTS)
    if row is None:
        raise Behind("the database says nothing of itself")
    beats = tuple(Beat(*beat.values()) for beat in await conn.fetch(_BEATS))
    return Facts(
        now=row["now"],
        version=row["version"],
        migration=migration,
        drift=drift,
        era=row["era"],
        ticks=row["ticks"] or 0,
        sealed=row["sealed"],
        unsealed=row["unsealed"],
        oldest_unsealed=row["oldest_unsealed"],
        oldest_transaction=row["oldest_transaction"] or 0.0,
        nobodys=row["nobodys"],
        outbox=row["outbox"],
        deskless=row["deskless"],
        bytes=row["bytes"],
        first_seal=row["first_seal"],
        proved=row["proved"],
        broken=row["broken"],
        beats=beats,
    )
