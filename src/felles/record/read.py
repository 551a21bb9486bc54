"""Reading one entry by its id: located, decided, logged and returned by one statement.

Reads of many requests go as one (`lane.py`). A hidden entry and one that does not exist answer alike;
the hidden one leaves a line in the person's log that says a look was refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from felles.record.decide import ASK, BASIS_TEXT, FORM, STRIP, VISIBLE, ask_values, basis_of, leaves, person_of
from felles.record.errors import Absent, Gone
from felles.record.homes import SHARED_TYPES
from felles.record.ids import bucket_of
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.rows import Row

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.record.lane import Lane

_WHERE = (
    ("bucket", "smallint"),
    ("type", "smallint"),
    ("id", "text"),
    ("act", "text"),
    ("what", "text"),
)
_COLUMNS = _WHERE + ASK

# The current version is the highest there is.
_ENTRY = """select e.* from entry e
             where e.bucket = {bucket} and e.type = q.type and e.id = q.id and e.form = 0
             order by e.version desc limit 1"""

_LOCATED = f"cross join lateral ({_ENTRY.format(bucket='q.bucket')}) e"
_BY_DIRECTORY = f"""join directory y on y.type = q.type and y.id = q.id
    cross join lateral ({_ENTRY.format(bucket="y.bucket")}) e"""

_FORM = f"(case when {STRIP} then 1 else {FORM} end)"
"""The form that is seen: whole, without place, or of a Patient the look-up form alone."""


def _statement(located: str) -> str:
    return f"""
    with q as materialized {unnest(_COLUMNS)},
    found as materialized (
        select q.n, q.real, q.who, q.act, q.what, e.bucket, e.person, coalesce(f.version, e.version) as version,
               coalesce(f.updated, e.updated) as updated, coalesce(f.deleted, e.deleted) as deleted,
               coalesce(f.body, e.body) as body, ({VISIBLE} or {STRIP}) and ({_FORM} = 0 or f.version is not null)
                   as open,
               {BASIS_TEXT} as basis
          from q {located}
          {person_of()}
          {basis_of()}
          -- Another form stands in for the whole one, where that is what is seen and there is one (`_FORM`).
          left join lateral (select f.version, f.updated, f.deleted, f.body from entry f
                              where {_FORM} > 0 and f.bucket = e.bucket and f.type = e.type and f.id = e.id
                                and f.form = {_FORM} and f.state = 0
                              limit 1) f on true
    ),
    said as materialized (
        select f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then f.act else 'refused' end
               || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from found f
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select n, bucket, person, version, updated, deleted, basis, open, case when open then body end as body
      from found"""


_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")  # FHIR's id; what else is asked for cannot be here
_READ = Shape(_statement(_LOCATED), _COLUMNS)
_READ_DIRECTORY = Shape(_statement(_BY_DIRECTORY), _COLUMNS)

# Shared entries have no person in them: no decision beyond being signed in, and no line in anybody's log.
_SHARED_COLUMNS = (("type", "smallint"), ("id", "text"), ("version", "integer"))
_SHARED = Shape(
    f"""select q.n, e.bucket, e.person, e.version, e.updated, e.deleted, e.body, 'shared' as basis, true as open
          from {unnest(_SHARED_COLUMNS)} q
         cross join lateral (select s.* from shared s
                              where s.bucket = -1 and s.type = q.type and s.id = q.id and s.form = 0
                                and (q.version = 0 or s.version = q.version)
                              order by s.version desc limit 1) e
         where ${len(_SHARED_COLUMNS) + 1}::smallint is not null""",
    _SHARED_COLUMNS,
)


async def read(
    lane: Lane,
    clock: Clock,
    grant: Grant,
    type_name: str,
    resource_id: str,
    version: int = 0,
) -> Row:
    """The entry `type_name/resource_id` as it is now; of a shared one, `version` (0: the current one).

    Logged before it returns. Raises `Absent` (not here or not for this reader), `Gone` (deleted), `Busy`.
    """
    number = TYPES.get(type_name)
    if number is None or not _ID.fullmatch(resource_id):
        raise Absent(f"{type_name}/{resource_id[:64]} is not here")
    if type_name in SHARED_TYPES:
        rows = await lane.submit(_SHARED, (number, resource_id, version)) if grant.until > clock.real() else []
    else:
        bucket = bucket_of(resource_id)
        shape = _READ_DIRECTORY if bucket is None else _READ
        args = (
            bucket or 0,
            number,
            resource_id,
            "read",
            f"{type_name}/{resource_id}",
            *ask_values(grant, clock),
        )
        rows = await lane.submit(shape, args)
    if not rows or not rows[0]["open"]:
        raise Absent(f"{type_name}/{resource_id} is not here")
    row = _row(number, resource_id, rows[0])
    if row.deleted:
        raise Gone(f"{row.reference} was deleted")
    return row


def _row(number: int, resource_id: str, record: Any) -> Row:
    return Row(
        number,
        resource_id,
        record["version"],
        record["updated"],
        record["deleted"],
        record["body"] or "",
        record["bucket"],
        record["person"],
        record["basis"] or "",
    )
