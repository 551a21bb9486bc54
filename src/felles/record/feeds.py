"""Feeds follow commit order: what is visible now and was not in the last tick at or before a moment.

`lastUpdated` is given before a commit and becomes visible after it, so asking for what is later than the last
time loses what was under way meanwhile. A feed asks the ticks instead: it may repeat, never misses, and waits
for nobody. The pages of one feed show one snapshot; `now` of the first is the moment to ask from next time.

Newest first, as FHIR has histories. What the reader may not see is not there; each person whose entries go
out gets a line in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from felles.record.decide import ASK, BASIS_TEXT, IN_FORM, VISIBLE, WITHDRAWN, ask_values, basis_of, leaves, person_of
from felles.record.era import alive_at, visible
from felles.record.errors import Expired
from felles.record.lane import Shape, unnest
from felles.record.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.record.lane import Lane

_COLUMNS = (
    ("since", "bigint"),
    ("types", "text"),
    ("alive", "boolean"),
    ("many", "integer"),
    ("what", "text"),
    ("base_era", "smallint"),
    ("base", "text"),
    ("snap_era", "smallint"),
    ("snap", "text"),
    ("a_era", "smallint"),
    ("a_xid", "text"),
    ("a_bucket", "smallint"),
    ("a_type", "smallint"),
    ("a_id", "text"),
    ("a_version", "integer"),
    *ASK,
)
_ERA = f"${len(_COLUMNS) + 1}"
_ORDER = ", ".join(f"{{e}}.{name} desc" for name in ("era", "xid", "bucket", "type", "id", "version"))
_FIELDS = """e.era, e.xid, e.bucket, e.person, e.type, e.id, e.version, e.updated, e.deleted, e.body"""

# The first two lines are what the index on (era, xid) is entered with; the rest says exactly which.
_NEW = f"""(e.era, e.xid) >= (q.from_era, pg_snapshot_xmin(q.from_snap))
       and (e.era, e.xid) <= (coalesce(q.a_era, q.to_era), coalesce(q.a_xid::xid8, pg_snapshot_xmax(q.to_snap)))
       and {visible("e.era", "e.xid", "q.to_era", "q.to_snap")}
       and not {visible("e.era", "e.xid", "q.from_era", "q.from_snap")}
       and (q.a_era is null or (e.era, e.xid, e.bucket, e.type, e.id, e.version)
            < (q.a_era, q.a_xid::xid8, q.a_bucket, q.a_type, q.a_id, q.a_version))
       and (q.types is null or e.type = any (q.types::smallint[]))
       and (not q.alive or (not e.deleted and {alive_at("e", "q.to_era", "q.to_snap")}))"""

_CHANGED = Shape(
    f"""
    with asked as materialized {unnest(_COLUMNS)},
    spans as materialized (
        select a.*, coalesce(a.base_era, t.era, 0::smallint) as from_era,
               coalesce(a.base, t.snapshot::text, '1:1:')::pg_snapshot as from_snap,
               {_ERA}::smallint as to_era, coalesce(a.snap, pg_current_snapshot()::text)::pg_snapshot as to_snap,
               a.snap_era is not null and a.snap_era <> {_ERA}::smallint as expired,
               (extract(epoch from transaction_timestamp()) * 1000000)::bigint as now
          from asked a
          left join lateral (select era, snapshot from tick where tick.at <= a.since
                              order by tick.at desc, tick.tick desc limit 1) t on a.base is null
    ),
    found as materialized (
        select q.n, q.real, q.who, q.what, q.many, x.*
          from spans q
         cross join lateral (
            select * from (
                (select {_FIELDS}, {BASIS_TEXT} as basis from entry e {person_of()} {basis_of()}
                  where {_NEW} and {IN_FORM} and e.state < {WITHDRAWN} and {VISIBLE}
                  order by {_ORDER.format(e="e")} limit q.many + 1)
                union all
                (select {_FIELDS}, 'shared' as basis from shared e
                  where {_NEW} and e.form = 0 and q.mode >= 0 order by {_ORDER.format(e="e")} limit q.many + 1)
            ) u order by {_ORDER.format(e="u")} limit q.many + 1) x
         where not q.expired
    ),
    shown as materialized (
        select * from (select f.*, row_number() over (partition by n order by {_ORDER.format(e="f")}) as place
                         from found f) f
    ),
    said as materialized (
        select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"history","what":"' || f.what || '","basis":'
               || coalesce('"' || f.basis || '"', 'null') || ',"outcome":"released","n":'
               || count(*) over (partition by f.n, f.bucket, f.person) || '}}' as text
          from shown f where f.place <= f.many and f.bucket >= 0
         order by f.n, f.bucket, f.person
    ),
    logged as ({leaves("said", _ERA)})
    select q.n, q.expired, q.from_era, q.from_snap::text as from_snap, q.to_era, q.to_snap::text as to_snap, q.now,
           f.era, f.xid::text as xid, f.bucket, f.person, f.type, f.id, f.version, f.updated, f.deleted, f.basis,
           f.place, case when f.place <= f.many then f.body end as body
      from spans q left join shown f on f.n = q.n
     order by q.n, f.place""",
    _COLUMNS,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: the feed's two snapshots with their eras, and the last row that was shown.

    For an opaque, encrypted link; it says nothing that a reader should see.
    """

    base_era: int
    base: str
    era: int
    snapshot: str
    after: tuple[int, str, int, int, str, int]
    now: int


@dataclass(frozen=True, slots=True)
class Feed:
    """A page: `rows` newest first, `next` None on the last; `now` (micros) is what to ask `since` next time."""

    rows: list[Row]
    next: Place | None
    now: int


async def changed(  # noqa: PLR0913 - what a feed is asked for
    lane: Lane,
    clock: Clock,
    grant: Grant,
    *,
    since: int | None,
    types: Sequence[int] | None = None,
    alive: bool = False,
    place: Place | None = None,
    many: int,
    what: str = "history",
) -> Feed:
    """What changed since the moment `since` (database time in microseconds; None: all there is).

    `types` are numbers (None: all); `alive` leaves out versions that ended and deletions; `place` continues a
    feed, whose other arguments must be the same; `what` goes to the log. Raises `Expired` for a place of
    another era, `Busy`.
    """
    wanted = None if types is None else "{" + ",".join(map(str, types)) + "}"
    begin = -1 if since is None else since
    span = (place.base_era, place.base, place.era, place.snapshot) if place else (None,) * 4
    after = place.after if place else (None,) * 6
    args = (begin, wanted, alive, many, what, *span, *after, *ask_values(grant, clock))
    rows = await lane.submit(_CHANGED, args)
    head = rows[0]
    if head["expired"]:
        raise Expired("the database was restored since this link was made: ask again")
    now = place.now if place else head["now"]
    shown = [row for row in rows if row["place"] is not None and row["place"] <= many]
    following = None
    if len(rows) > many:
        last = shown[-1]
        key = (last["era"], last["xid"], last["bucket"], last["type"], last["id"], last["version"])
        following = Place(head["from_era"], head["from_snap"], head["to_era"], head["to_snap"], key, now)
    return Feed([_row(row) for row in shown], following, now)


def _row(found: Any) -> Row:
    return Row(
        found["type"],
        found["id"],
        found["version"],
        found["updated"],
        found["deleted"],
        found["body"],
        found["bucket"],
        found["person"],
        found["basis"] or "",
    )
