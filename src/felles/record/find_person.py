"""Looking a person up: by national number, or by name with birth date or municipality.

Answers with the look-up form (`look_up.py`), at most `LookupGrant.limit` persons, and says of each whether
her record is open to the asker. Every person named in the answer gets a line in her log; a search that finds
nobody leaves one about nobody. What is searched for is in no line and in no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.fhir.search.fold import fold
from felles.record.decide import ASK, BASIS_TEXT, PERSON_OPEN, ask_values, basis_of, leaves, shown_basis
from felles.record.drafts import WORD
from felles.record.errors import BadQuery, TooCostly
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from datetime import date

    from felles.record.clock import Clock
    from felles.record.grants import LookupGrant
    from felles.record.lane import Lane

_BUDGET: Final = 5_000
"""Names looked at in one search; a name that begins more of them is narrowed by its owner's birth date."""
_PATIENT: Final = TYPES["Patient"]
_COLUMNS: Final = (
    ("number", "text"),
    ("words", "text"),
    ("first", "text"),
    ("born", "date"),
    ("place", "text"),
    ("what", "text"),
    ("many", "integer"),
    *ASK,
)

# Each start gives (bucket, person, id). A word of the name is met by the beginning of a folded word of hers.
_BY_NUMBER: Final = "select x.bucket, x.person, x.id from national_number x where x.number = q.number"
_WORDS: Final = """not exists (select 1 from unnest(string_to_array(q.words, ' ')) w(word)
                             where not starts_with(f.sort_key, w.word)
                               and strpos(f.sort_key, ' ' || w.word) = 0)"""
_BY_BIRTH: Final = f"""select f.bucket, f.person, f.id from face f where f.born = q.born and {_WORDS}
                        and (q.place is null or lower(f.municipality) = q.place)"""
_BY_PLACE: Final = f"""select f.bucket, f.person, f.id
      from (select distinct x.bucket, x.person, x.id
              from (select x.bucket, x.person, x.id from name x
                     where x.type = {_PATIENT} and x.word >= q.first and x.word < q.first || chr(1114111)
                     limit {_BUDGET}) x) x
      join face f on f.bucket = x.bucket and f.person = x.person and f.id = x.id
     where lower(f.municipality) = q.place and {_WORDS}"""


def _statement(start: str) -> str:
    return f"""
with q as materialized {unnest(_COLUMNS)},
hit as materialized (
    select q.n, c.* from q cross join lateral ({start} limit q.many) c
),
found as materialized (
    select q.n, q.real, q.who, q.what, p.bucket, p.person, p.protected, h.id, e.body,
           {PERSON_OPEN} as open, {BASIS_TEXT} as basis, {shown_basis(BASIS_TEXT, "p")} as told
      from hit h
      join q on q.n = h.n
      join person p on p.bucket = h.bucket and p.person = h.person
      {basis_of("p")}
     cross join lateral (select d.basis, d.source) g
     cross join lateral (select e.body from entry e
                          where e.bucket = p.bucket and e.type = {_PATIENT} and e.id = h.id and e.form = 1
                            and e.state = 0 and not e.deleted limit 1) e
     -- A place may not be tried out to learn where somebody with a protected address lives.
     where q.place is null or not p.protected or {PERSON_OPEN}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"lookup","what":"' || f.what || '","basis":'
           || coalesce('"' || case when f.open then f.basis end || '"', 'null') || ',"outcome":"released"}}' as text
      from found f
    union all
    select 0::smallint, 0::bigint, q.real,
           '{{"who":' || q.who || ',"act":"lookup","what":"' || q.what || '","basis":null,"outcome":"released","n":0}}'
      from q where not exists (select 1 from found f where f.n = q.n)
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select n, id, body, open, protected, coalesce(case when open then told end, '') as basis from found"""


_NUMBER: Final = Shape(_statement(_BY_NUMBER), _COLUMNS)
_BIRTH: Final = Shape(_statement(_BY_BIRTH), _COLUMNS)
_PLACE: Final = Shape(_statement(_BY_PLACE), _COLUMNS)


@dataclass(slots=True, frozen=True)
class Hit:
    """One person: the look-up form as JSON. `open` says whether her record is open to the asker, and by what."""

    id: str
    body: str
    open: bool
    protected: bool
    basis: str


async def by_number(lane: Lane, clock: Clock, grant: LookupGrant, number: str) -> list[Hit]:
    """The person with this national number, if there is one. Raises `Busy`."""
    args = (number, "", "", None, None, "Patient?identifier", grant.limit)
    return _hits(await lane.submit(_NUMBER, (*args, *ask_values(grant, clock))))


async def by_name(
    lane: Lane, clock: Clock, grant: LookupGrant, name: str, born: date | None, municipality: str | None
) -> list[Hit]:
    """Those whose name has words that begin like each word of `name`, born that day or living there.

    Raises `BadQuery` without a name or without both of the others, `TooCostly` when more than the limit are met.
    """
    words = fold(name).split()
    place = municipality.strip().lower() if municipality and municipality.strip() else None
    if not words or (born is None and place is None):
        raise BadQuery("a person is looked up by name with birth date or municipality")
    what = "Patient?name&birthdate" if born else "Patient?name&address"
    first = max(words, key=len)[:WORD]
    args = (None, " ".join(words), first, born, place, what, grant.limit + 1)
    shape = _BIRTH if born else _PLACE
    found = _hits(await lane.submit(shape, (*args, *ask_values(grant, clock))))
    if len(found) > grant.limit:
        raise TooCostly(f"more than {grant.limit} persons: write more of the name, or the birth date")
    return found


def _hits(records: list[Any]) -> list[Hit]:
    return [Hit(r["id"], r["body"], r["open"], r["protected"], r["basis"]) for r in records]
