"""Looking a person up: by national number, or by name with birth date or address, under a LookupGrant.

Those to whom the asker has a relation come whole; the others as the look-up form, which has bytes and index
rows of its own, so that a criterion which that form does not carry never finds anybody through it. Only a
national number is compared with the whole Patient: who asks by it knows it already. At most ten, else
"narrow it"; each person found has a line in the log, and so has a look-up that found nobody.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.decide import ASK, BASIS_TEXT, FORM, VISIBLE, basis_of, leaves, person_of
from felles.record.errors import TooCostly
from felles.record.find.begin import birth_start, identifier_start, name_start
from felles.record.find.compile import line, request_rows, sent, sent_columns
from felles.record.find.forms import Scope, render
from felles.record.find.starts import candidates
from felles.record.lane import Shape
from felles.record.numbers import TYPES
from felles.record.rows import Row

if TYPE_CHECKING:
    from felles.record.find.ast import Form, Query
    from felles.record.find.places import Runner

_NAMES = frozenset({"name", "family", "given"})
_PLACES = frozenset({"birthdate", "address", "address-city"})
_OTHERS = frozenset({"gender", "deceased", "active"})
_FIXED = (("what", "text"), ("many", "integer"), ("budget", "integer"), *ASK)
_LIVE = "e.state = 0 and not e.deleted"


def is_lookup(query: Query) -> bool:
    """Whether the search is one that a look-up serves; any other is answered from the asker's relations alone."""
    names = {clause.name for clause in query.clauses}
    plain = all(clause.kind in {"token", "string", "date"} and not clause.inner for clause in query.clauses)
    if not plain or query.sort or query.includes or query.revincludes or query.count_only:
        return False
    if "identifier" in names:
        return _by_number(query) and names <= {"identifier"} | _NAMES | _PLACES | _OTHERS
    known = any(c.name in _NAMES and c.words for c in query.clauses)
    return known and bool(names & _PLACES) and names <= _NAMES | _PLACES | _OTHERS


def _by_number(query: Query) -> bool:
    values = [value for name, text in query.used if name == "identifier" for value in text.split(",")]
    systems = [value.partition("|") for value in values]
    return bool(values) and all(system in NATIONAL_NUMBER_SYSTEMS and code for system, _, code in systems)


async def look_up(runner: Runner, query: Query, ask: tuple[Any, ...], limit: int, budget: int) -> list[Row]:
    """Those found. Raises `TooCostly` when they are more than `limit`."""
    begin = identifier_start(query) or birth_start(query) or name_start(query)
    assert begin is not None  # noqa: S101 - `is_lookup` saw that there is one
    numbers = [c for c in query.clauses if c.name == "identifier"]
    others = [c for c in query.clauses if c.name != "identifier"]
    args = [*begin.args, *(arg for c in (*numbers, *others) for arg in c.test.args)]
    shape = _shape(
        begin.form,
        tuple(c.test.form for c in numbers),
        tuple(c.test.form for c in others),
        tuple(sql for sql, _ in args),
    )
    found = await runner.submit(shape, (*(sent(arg) for arg in args), query.said, limit, budget, *ask))
    if len(found) > limit or any(record["past"] for record in found):
        raise TooCostly(f"more than {limit} persons match: narrow it by birth date, more of the name or a number")
    return [_row(record) for record in found if record["id"] is not None]


def _row(r: Any) -> Row:
    basis = r["basis"] if r["open"] else "look-up"
    return Row(TYPES["Patient"], r["id"], r["version"], r["updated"], False, r["body"], r["bucket"], r["person"], basis)


@lru_cache(maxsize=256)
def _shape(start: Form, numbers: tuple[Form, ...], others: tuple[Form, ...], types: tuple[str, ...]) -> Shape:
    taken = count()
    scope = Scope(lambda: f"q.c{next(taken)}", _LIVE)
    begin = candidates("Patient", start, scope)
    asked = " and ".join(["true", *(render(form, scope) for form in numbers)])
    tests = " and ".join(["true", *(render(form, scope) for form in others)])
    columns = (*((f"c{i}", sql) for i, sql in enumerate(types)), *_FIXED)
    place = f"e.bucket = c.bucket and e.type = {TYPES['Patient']} and e.id = c.id and {_LIVE}"
    told = f"case when x.open then {line('q', 'x.basis')} else {line('q', 'null::text', act='lookup')} end"
    era = f"${len(columns) + 1}::smallint"
    return Shape(
        f"""
        with q as materialized ({request_rows(columns)}),
        page as materialized (
            select q.n, q.many, f.* from q cross join lateral (
                select w.bucket, w.person, w.open, w.basis, f.id, f.version, f.updated, f.body,
                       row_number() over (order by f.id) as rn
                  from (select distinct x.bucket, x.id from ({begin} limit q.budget) x) c
                 cross join lateral (
                    select e.bucket, e.person, {VISIBLE} as open, {FORM} as form, {BASIS_TEXT} as basis
                      from entry e {person_of()} {basis_of()}
                     where {place} and e.form = 0 and {asked}) w
                 cross join lateral (
                    select e.id, e.version, e.updated, e.body from entry e
                     where {place} and e.form = case when w.open then w.form else 1 end and {tests}) f
                 where q.mode >= 0
                 order by f.id limit q.many + 1) f
        ),
        past as (select q.n from q where exists (select 1 from ({begin}) x offset q.budget)),
        said as materialized (
            select x.bucket, x.person, q.real, {told} as text from page x join q on q.n = x.n where x.rn <= q.many
            union all
            select 0::smallint, 0, q.real, {line("q", "null::text", act="lookup")}
              from q where not exists (select 1 from page x where x.n = q.n)
        ),
        logged as ({leaves("said", era)})
        select x.n, x.bucket, x.person, x.id, x.version, x.updated, x.open, x.basis, false as past,
               case when x.rn <= x.many then x.body end as body from page x
        union all
        select p.n, null, null, null, null, null, null, null, true, null from past p""",
        sent_columns(columns),
    )
