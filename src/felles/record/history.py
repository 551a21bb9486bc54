"""Versions of an entry, and what changed of a type or of everything since a moment.

The history of an entry shows each version to whoever may see that version. The history of a type or of
the whole system is a feed for system clients; with `_since` it follows commit order (`feeds.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from felles.record.decide import ASK, BASIS_TEXT, VISIBLE, WITHDRAWN, ask_values, basis_of, form_at, leaves, person_of
from felles.record.errors import Absent
from felles.record.homes import SHARED_TYPES
from felles.record.ids import bucket_of
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.rows import Row

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.record.lane import Lane

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_COLUMNS = (
    ("bucket", "smallint"),
    ("type", "smallint"),
    ("id", "text"),
    ("below", "integer"),
    ("above", "integer"),
    ("since", "bigint"),
    ("many", "integer"),
    ("act", "text"),
    ("what", "text"),
    *ASK,
)


def _entry_history(bucket: str, extra: str) -> str:
    return f"""
    with q as materialized {unnest(_COLUMNS)},
    found as materialized (
        select q.n, q.real, q.who, q.act, q.what, e.bucket, e.person, e.version, e.updated, e.deleted, e.body, e.author,
               {VISIBLE} as open, {BASIS_TEXT} as basis
          from q {extra}
          {form_at(bucket)}
          cross join lateral (select e.* from entry e
                               where e.bucket = {bucket} and e.type = q.type and e.id = q.id and e.form = h.form
                                 and e.version < q.below and e.version >= q.above and e.updated >= q.since
                                 and e.state < {WITHDRAWN}
                               order by e.version desc limit q.many) e
          {person_of()}
          {basis_of()}
    ),
    said as materialized (
        select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then f.act else 'refused' end
               || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from found f
         order by f.n, f.bucket, f.person, f.open desc
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select n, bucket, person, version, updated, deleted, body, basis from found where open order by n, version desc"""


_OURS = Shape(_entry_history("q.bucket", ""), _COLUMNS)
_OTHERS = Shape(_entry_history("y.bucket", "join directory y on y.type = q.type and y.id = q.id"), _COLUMNS)
_SHARED_COLUMNS = (
    ("type", "smallint"),
    ("id", "text"),
    ("below", "integer"),
    ("since", "bigint"),
    ("many", "integer"),
)
_SHARED = Shape(
    f"""select q.n, e.bucket, e.person, e.version, e.updated, e.deleted, e.body, 'shared' as basis
          from {unnest(_SHARED_COLUMNS)} q
         cross join lateral (select s.* from shared s
                              where s.bucket = -1 and s.type = q.type and s.id = q.id and s.form = 0
                                and s.version < q.below and s.updated >= q.since
                              order by s.version desc limit q.many) e
         where ${len(_SHARED_COLUMNS) + 1}::smallint is not null
         order by q.n, e.version desc""",
    _SHARED_COLUMNS,
)


async def of_entry(  # noqa: PLR0913 - what a history is asked for
    lane: Lane,
    clock: Clock,
    grant: Grant,
    type_name: str,
    resource_id: str,
    *,
    below: int,
    since: int,
    many: int,
    above: int = 0,
    act: str = "history",
) -> list[Row]:
    """Versions of one entry, newest first, that this reader may see.

    At most `many`, below version `below` and from `above`, written at or after `since` (microseconds). Of a person
    with protected address they are the versions of the form that the reader sees. `act` is the log's. Raises
    `Absent` for what cannot be an entry; the answer is empty where nothing is here for this reader.
    """
    number = TYPES.get(type_name)
    if number is None or not _ID.fullmatch(resource_id):
        raise Absent(f"{type_name}/{resource_id[:64]} is not here")
    rows: list[Any]
    if type_name in SHARED_TYPES:
        opened = grant.until > clock.real()
        rows = await lane.submit(_SHARED, (number, resource_id, below, since, many)) if opened else []
    else:
        bucket = bucket_of(resource_id)
        what = f"{type_name}/{resource_id}"
        args = (bucket or 0, number, resource_id, below, above, since, many, act, what, *ask_values(grant, clock))
        rows = await lane.submit(_OTHERS if bucket is None else _OURS, args)
    return [
        Row(
            number,
            resource_id,
            r["version"],
            r["updated"],
            r["deleted"],
            r["body"],
            r["bucket"],
            r["person"],
            r["basis"] or "",
        )
        for r in rows
    ]
