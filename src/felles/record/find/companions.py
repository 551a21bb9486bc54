"""`_include` and `_revinclude`: the entries that go with a page, decided by the same fragments.

One statement for all of a page: those the matches refer to, by place; those that refer to the matches, by
pointer and in the matches' own records. Each is decided anew; what the Grant does not see is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.fhir.search.marks import reference_mark
from felles.record.decide import ASK, BASIS_TEXT, IN_FORM, VISIBLE, basis_of, leaves, person_of
from felles.record.errors import TooCostly
from felles.record.find.compile import line, request_rows, sent, sent_columns
from felles.record.homes import SHARED_TYPES
from felles.record.ids import bucket_of
from felles.record.lane import Shape
from felles.record.numbers import TYPES
from felles.record.rows import Row

if TYPE_CHECKING:
    from felles.record.find.ast import Query
    from felles.record.find.places import Runner

_COLUMNS = (
    ("at", "smallint[]"),  # places of what the matches refer to: bucket (null: see the directory), type, id
    ("types", "smallint[]"),
    ("ids", "text[]"),
    ("marks", "bigint[]"),  # marks of what refers to the matches, with the type that holds them
    ("holders", "smallint[]"),
    ("buckets", "smallint[]"),  # the records of the matches
    ("persons", "bigint[]"),
    ("told", "bigint[]"),  # persons whose line the page has written
    ("what", "text"),
    ("many", "integer"),
    ("bound", "bigint[]"),
    *ASK,
)
_SHARED = ", ".join(str(TYPES[name]) for name in sorted(SHARED_TYPES))
_LIVE = "e.state = 0 and not e.deleted"
_ROW = "q.n, e.bucket, e.person, e.type, e.id, e.version, e.updated, e.body"

_SHAPE = Shape(
    f"""
    with q as materialized ({request_rows(_COLUMNS)}),
    wanted as materialized (
        select q.n, coalesce(k.bucket, y.bucket) as bucket, k.type, k.id, null::bigint as mark
          from q cross join lateral unnest(q.at, q.types, q.ids) k(bucket, type, id)
          left join directory y on k.bucket is null and y.type = k.type and y.id = k.id
        union
        select q.n, x.bucket, x.type, x.id, m.mark
          from q cross join lateral unnest(q.marks, q.holders) m(mark, type)
          join pointer x on x.mark = m.mark and x.type = m.type
        union
        select q.n, e.bucket, e.type, e.id, m.mark
          from q cross join lateral (
            select distinct u.bucket, u.person from unnest(q.buckets, q.persons) u(bucket, person)) r
         cross join lateral unnest(q.marks, q.holders) m(mark, type)
          join entry e on e.bucket = r.bucket and e.person = r.person and e.type = m.type and {_LIVE}
           and e.form = 0
           and m.mark = any(e.marks)
    ),
    found as materialized (
        select {_ROW}, {BASIS_TEXT} as basis
          from wanted w join q on q.n = w.n
          join entry e on e.bucket = w.bucket and e.type = w.type and e.id = w.id and {_LIVE}
           and (w.mark is null or w.mark = any(e.marks))
          {person_of()} {basis_of()}
         where {IN_FORM} and (q.bound is null or e.person = any(q.bound)) and {VISIBLE}
        union all
        select {_ROW}, 'shared'
          from wanted w join q on q.n = w.n
          join shared e on e.bucket = w.bucket and e.type = w.type and e.id = w.id and {_LIVE}
           and (w.mark is null or w.mark = any(e.marks))
         where w.type in ({_SHARED}) and e.form = 0
    ),
    page as materialized (
        select q.n, f.* from q cross join lateral (
            select distinct on (type, id) bucket, person, type, id, version, updated, body, basis
              from found f where f.n = q.n order by type, id limit q.many + 1) f
    ),
    said as materialized (
        select x.bucket, x.person, q.real, {line("q", "x.basis")} as text
          from (select distinct on (n, bucket, person) n, bucket, person, basis from page
                 where person <> 0 order by n, bucket, person) x
          join q on q.n = x.n
         where x.person <> all(q.told)
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}::smallint")})
    select * from page""",
    sent_columns(_COLUMNS),
)


async def companions(
    runner: Runner,
    query: Query,
    rows: list[Row],
    refs: list[list[str]],
    only: tuple[int, ...] | None,
    ask: tuple[Any, ...],
    most: int,
) -> list[Row]:
    """The included entries of a page whose matches are `rows`, with their references `refs` ('param=Type/id').

    Raises `TooCostly` when they are more than `most`.
    """
    at, types, ids = _referred(query, refs)
    marks, holders = _referring(query, rows)
    if not ids and not marks:
        return []
    values: list[tuple[str, Any]] = [
        ("smallint[]", at),
        ("smallint[]", types),
        ("text[]", ids),
        ("bigint[]", marks),
        ("smallint[]", holders),
        ("smallint[]", [row.bucket for row in rows if row.person]),
        ("bigint[]", [row.person for row in rows if row.person]),
        ("bigint[]", sorted({row.person for row in rows})),
    ]
    args = (*(sent(value) for value in values), query.said, most, sent(("bigint[]", only)), *ask)
    found = await runner.submit(_SHAPE, args)
    if len(found) > most:
        raise TooCostly(
            f"more than {most} entries would be included (FELLES_MAX_INCLUDES): ask for fewer matches with _count"
        )
    matched = {(row.type, row.id) for row in rows}
    return [
        Row(
            r["type"], r["id"], r["version"], r["updated"], False, r["body"], r["bucket"], r["person"], r["basis"] or ""
        )
        for r in found
        if (r["type"], r["id"]) not in matched
    ]


def _referred(query: Query, refs: list[list[str]]) -> tuple[list[int | None], list[int], list[str]]:
    wanted = {(include.param, include.target) for include in query.includes}
    places: dict[tuple[int, str], int | None] = {}
    for each in refs:
        for ref in each:
            param, _, target = ref.partition("=")
            kind, _, resource_id = target.partition("/")
            if kind in TYPES and ((param, None) in wanted or (param, kind) in wanted):
                places[TYPES[kind], resource_id] = -1 if kind in SHARED_TYPES else bucket_of(resource_id)
    return list(places.values()), [kind for kind, _ in places], [resource_id for _, resource_id in places]


def _referring(query: Query, rows: list[Row]) -> tuple[list[int], list[int]]:
    marks: list[int] = []
    holders: list[int] = []
    for include in query.revincludes:
        for row in rows:
            marks.append(reference_mark(include.param, row.reference))
            holders.append(TYPES[include.source])
    return marks, holders
