"""The plainest of commits, in one round trip: one new entry of one person, from which nothing else follows.

A measurement, a note, a dose given: nearly all that is ever written. The statement locks the person, decides, numbers
the version, stamps the time and writes entry, pointers and log line, as `Session` does it in four trips. It writes
for those alone who may, and of whom no bit says that more must follow (protected address, joined Patients, blocks that
might pass on to this entry); for all others it writes nothing and gives no row, and they go the whole way, which
tells them why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.record.changes import Result
from felles.record.decide import ASK, BASIS_TEXT, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.drafts import INDEXER
from felles.record.homes import SHARED_TYPES
from felles.record.lane import Shape, unnest
from felles.record.passing import may_receive
from felles.record.stamps import PLACEHOLDER, first, timed
from felles.record.writes import insert_rows

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.derive import Registry
    from felles.record.plan import Plan

_FIRST: Final = 1
"""The version of what is new."""
_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    *ASK,
    ("type", "smallint"),
    ("id", "text"),
    ("kind", "smallint"),
    ("author", "text"),
    ("behalf", "text"),
    ("self", "bigint"),
    ("code", "bigint"),
    ("many", "boolean"),
    ("low", "bigint"),
    ("high", "bigint"),
    ("commit", "bigint"),
    ("marks", "text"),
    ("terms", "text"),
    ("refs", "text"),
    ("body", "text"),
    ("stamped", "integer"),
    ("done", "text"),
    ("pointers", "text"),
    ("alone", "boolean"),
)
_BODY: Final = [name for name, _ in _COLUMNS].index("body")
_ERA: Final = f"${len(_COLUMNS) + 1}::smallint"

_STATEMENT: Final = f"""
with q as materialized {unnest(_COLUMNS)},
locked as materialized (
    select p.* from person p
     where (p.bucket, p.person) in (select distinct q.bucket, q.person from q)
       and not (p.protected or p.joined)
     order by p.bucket, p.person for no key update),
now as materialized (  -- once all are locked, and the same for all
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now from (select count(*) from locked) c),
opened as materialized (
    select q.n, p.bucket, p.person, {BASIS_TEXT} as basis, p.version, p.touched,
           row_number() over (partition by p.bucket, p.person order by q.n) as turn
      from q join locked p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where {PERSON_OPEN} and (q.alone or not p.blocked)),
made as materialized (
    select o.n, o.bucket, o.person, o.basis, o.version + o.turn as raised,
           greatest(now.now, o.touched + 1) + o.turn - 1 as updated
      from opened o cross join now),
w_person as (
    update person p set version = m.raised, touched = m.updated
      from (select m.bucket, m.person, max(m.raised) as raised, max(m.updated) as updated
              from made m group by m.bucket, m.person) m
     where p.bucket = m.bucket and p.person = m.person),
entered as materialized (
    select q.bucket, q.person, q.type, q.id, 0 as form, {_FIRST} as version, false as deleted, q.kind, q.org, q.author,
           q.behalf, q.self, q.code, q.many, coalesce(q.low, m.updated) as low,
           coalesce(q.high, coalesce(q.low, m.updated) + 1) as high, m.updated, null::bigint as known, q.commit,
           {INDEXER} as indexer,
           q.marks, q.terms, q.refs,
           overlay(q.body placing to_char((timestamptz 'epoch' + m.updated * interval '1 microsecond')
                       at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                   from q.stamped for {len(PLACEHOLDER[1])}) as body
      from made m join q on q.n = m.n),
w_entry as ({insert_rows("entry", "entered", _ERA)}),
w_pointer as (
    insert into pointer (mark, type, bucket, person, id)
    select k.mark, q.type, q.bucket, q.person, q.id
      from made m join q on q.n = m.n cross join lateral unnest(q.pointers::bigint[]) k(mark)
     where q.pointers is not null
    on conflict do nothing),
said as materialized (
    select m.bucket, m.person, q.real,
           '{{"who":' || q.who || q.done || m.basis || '","outcome":"written","n":1}}' as text
      from made m join q on q.n = m.n),
logged as ({leaves("said", _ERA)})
select m.n, m.updated from made m"""

PLAIN: Final = Shape(_STATEMENT, _COLUMNS)


def is_plain(plan: Plan, registry: Registry) -> bool:
    """Whether a planned commit is one new entry of one person, from which nothing else follows by its type or words."""
    if len(plan.steps) != 1 or plan.fresh or plan.reserved:
        return False
    step = plan.steps[0]
    made, name, bare = step.made, step.change.type, step.wrong is None and step.found is None
    if not (bare and step.new and made is not None and step.key[1] > 0) or step.claims or step.change.source:
        return False
    if name in SHARED_TYPES or made.names or len(made.forms) > 1 or registry.of(name) is not None:
        return False
    if any(key != step.key for _, key in step.leads) or registry.takes.looks_under_lock(name):
        return False
    return not registry.hooks.called_by(name, made.resource)


def values(plan: Plan, clock: Clock, commit: int) -> tuple[Any, ...]:
    """The request row of a plain commit, for `PLAIN`."""
    (step,) = plan.steps
    made, grant = step.made, plan.grant
    assert made is not None  # noqa: S101 - `is_plain` saw it
    form = made.forms[0]
    body, stamped = first(form.body)
    return (
        *made.key,
        *ask_values(grant, clock),
        made.number,
        made.id,
        made.kind,
        grant.actor,
        grant.behalf,
        made.self_mark,
        made.code,
        made.many,
        made.low,
        made.high,
        commit,
        form.marks,
        form.terms,
        form.refs,
        body,
        stamped,
        f',"act":"{plan.act}","what":"{made.reference}","basis":"',
        "{" + ",".join(map(str, made.pointers)) + "}" if made.pointers else None,
        not may_receive(made.referred),
    )


def result(plan: Plan, row: tuple[Any, ...], updated: int) -> Result:
    """What became of a plain commit with that request row, written at `updated`."""
    step = plan.steps[0]
    body = timed(row[_BODY], row[_BODY + 1], updated)
    return Result(outcome="created", type=step.change.type, id=step.id, version=_FIRST, updated=updated, body=body)
