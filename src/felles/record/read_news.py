"""What is new in one person's record since its reader was last there, and who else was: for the citizen's first page.

When she was there before is what the log says: her own lines, without those of the visit that goes on. Who has no
visit behind her is shown what is dated in the last weeks. Rows are decided as everywhere. The statement leaves no line
of its own: it is asked for only behind a page that was decided and logged in the same request (`read_person.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import (
    ASK,
    DOOR_BITS,
    IN_FORM,
    ORG,
    PERSON_OPEN,
    REPRESENTED,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
)
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.standing import marks
from felles.record.want_journal import LARGE

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

GAP: Final = 1_800_000_000
"""Microseconds without a look after which the next one is another visit: half an hour."""
SPAN: Final = 14 * 86_400_000_000
"""Microseconds of clinical time that are new to who has never been there before."""
LINES: Final = 1000
"""Lines of the log that are gone through; whoever has had more since her last visit is taken for new."""
MOST: Final = 60
"""At most so many entries, the newest."""
_OTHERS: Final = 12
_TYPES: Final = (
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "Communication",
    "Composition",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Flag",
    "Goal",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
    "ServiceRequest",
)
"""What a citizen would call news: no contacts, which their notes stand for, and no work of others."""
_NOT_FIRST: Final = ("Appointment", "Flag")
"""Left out for who was never there: visits that are over, and warnings that stand on the page anyway."""
_NEVER: Final = (("status", "entered-in-error"), ("verification-status", "entered-in-error"))
_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("me", "text"), WHOLE, *ASK)


def _sql(*, proxy: bool) -> str:
    types, first = (", ".join(str(TYPES[name]) for name in names) for names in (_TYPES, _NOT_FIRST))
    body = f"""case when octet_length(e.body) > {LARGE}
                  then regexp_replace(e.body, '"data":"[^"]*"', '"data":""', 'g') else e.body end"""
    return f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {DOOR_BITS}
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=proxy)}
         where {PERSON_OPEN} and {ALONE} and ${len(_COLUMNS) + 1}::smallint is not null
    ),
    line as materialized (
        select d.n, d.real, d.mode, l.number, l.at, l.text,
               starts_with(l.text, '{{"who":{{"actor":"' || d.me || '",') and l.text not like '%"client":"%' as mine
          from door d
         cross join lateral (select l.number, l.at, l.text from leaf l
                              where l.bucket = d.bucket and l.person = d.person and l.text is not null
                              order by l.number desc limit {LINES}) l
    ),
    before as materialized (
        select m.n, max(m.at) as at
          from (select n, at, lag(at, 1, real) over (partition by n order by number desc) as newer
                  from line where mine) m
         where m.newer - m.at > {GAP}
         group by m.n
    )
    select d.n, 0 as sort, b.at as at, null::text as text, null::text as type, null::text as id, null::bigint as low,
           null::bigint as org, null::smallint as kind
      from door d left join before b on b.n = d.n
    union all
    select o.n, 1, o.at, o.text, null, null, null, null, null
      from (select l.*, row_number() over (partition by l.n order by l.number desc) as place from line l
             where not l.mine and l.mode = {Mode.SELF:d}
               and l.text like any (array['%"outcome":"released"%', '%"outcome":"written"%'])
               and l.text not like '%"client":"%' and l.text not like '%"act":"page:list"%') o
     where o.place <= {_OTHERS}
    union all
    select q.n, 2, v.updated, v.body, n.name, v.id, v.low, v.org, v.kind
      from door q
      left join before b on b.n = q.n
     cross join lateral {bits_of("q")}
     cross join lateral (
        select e.type, e.id, e.low, e.updated, e.kind, {ORG} as org, {body} as body from entry e
         where e.bucket = q.bucket and e.person = q.person and e.state < 2 and e.state = 0 and e.type in ({types})
           and case when b.at is null
                    then e.low > q.clinical - {SPAN} and e.low <= q.clinical and e.type not in ({first})
                    else e.updated > b.at end
           and {IN_FORM} and not e.deleted and not coalesce(e.marks && {marks(_NEVER)}, false)
           and coalesce(e.behalf, e.author) <> q.me
           and {REPRESENTED if proxy else ROW_OPEN}
         order by case when b.at is null then e.low else e.updated end desc, e.id limit {MOST}) v
      join type_name n on n.type = v.type"""


_OWN: Final = Shape(_sql(proxy=False), _COLUMNS)
_PROXY: Final = Shape(_sql(proxy=True), _COLUMNS)


@dataclass(slots=True, frozen=True)
class New:
    """One entry: `low` clinical micros, `org` its organisation's hash, its JSON (of a long one without attachments)."""

    type: str
    id: str
    low: int
    org: int
    kind: int
    body: str


@dataclass(slots=True)
class News:
    """`before`: when the reader was last there (real microseconds, 0: no visit is known).

    `others`: (moment, text) of the newest lines of the log that are not the reader's own, for her own record alone.
    `entries`: what is new, newest first, at most `MOST`.
    """

    before: int = 0
    others: list[tuple[int, str]] = field(default_factory=list)
    entries: list[New] = field(default_factory=list)


async def read_news(lane: Lane, clock: Clock, grant: PersonGrant) -> News:
    """What is new to the reader of `grant`, a citizen in her own record or acting for another. Raises `Busy`.

    Nothing where the record is not open to her; the page before it says so.
    """
    asked, shape = ask_values(grant, clock), _PROXY if grant.mode is Mode.PROXY else _OWN

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(shape, (*key, grant.actor, whole, *asked))

    found = News()
    for rows in await over_keys(lane, grant.keys, ask):
        for row in rows:
            if row["sort"] == 0:
                found.before = max(found.before, row["at"] or 0)
            elif row["sort"] == 1:
                found.others.append((row["at"], row["text"]))
            else:
                found.entries.append(New(row["type"], row["id"], row["low"], row["org"], row["kind"], row["text"]))
    found.others.sort(key=lambda line: -line[0])
    del found.entries[MOST:]
    return found
