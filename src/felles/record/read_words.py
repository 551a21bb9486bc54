"""Words inside one person's record: her entries that may hold one of them, decided and logged by one statement.

The text of an entry is its body: nothing is kept beside it, so nothing can tell of what a reader does not see, and what
is written is found at once. PostgreSQL looks through the bodies of one person for the letters of the words; whether a
word is truly there, and in what is read, the caller says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
    ORG,
    PERSON_OPEN,
    REPRESENTED,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
)
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

MOST: Final = 1000
"""At most so many entries are looked at more closely, the newest."""
_ATTACHED: Final = '%"data":"%'
"""What is attached stands encoded in the body: whoever asks looks into all of it."""
_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("what", "text"), ("likes", "text"), WHOLE, *ASK)


def _sql(*, proxy: bool) -> str:
    """`proxy`: for who acts for the person, whose rows are decided otherwise."""
    return f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {DOOR_BITS}, {BASIS_TEXT} as basis, {PERSON_OPEN} as open
      from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p", proxy=proxy)}
     where {ALONE}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || case when f.open then 'page:words' else 'refused' end
           || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
           || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, null as name, null as id, null::bigint as low, null::bigint as org, null as body from door q where q.open
union all
select q.n, n.name, v.id, v.low, v.org, v.body
  from (select * from door where open) q
 cross join lateral {bits_of("q")}
 cross join lateral (
    select e.type, e.id, e.low, {ORG} as org, e.body from entry e
     where e.bucket = q.bucket and e.person = q.person and e.state < 2 and e.state = 0 and {IN_FORM} and not e.deleted
       and e.type <> {TYPES["Patient"]} and e.body like any (q.likes::text[])
       and {REPRESENTED if proxy else ROW_OPEN}
     order by e.low desc, e.id limit {MOST}) v
  join type_name n on n.type = v.type"""


_OWN: Final = Shape(_sql(proxy=False), _COLUMNS)
_PROXY: Final = Shape(_sql(proxy=True), _COLUMNS)


@dataclass(slots=True, frozen=True)
class Candidate:
    """One entry that may hold a word: `low` clinical micros, `org` the hash of its organisation."""

    type: str
    id: str
    low: int
    org: int
    body: str


async def read_words(lane: Lane, clock: Clock, grant: PersonGrant, what: str, words: Iterable[str]) -> list[Candidate]:
    """The entries of this person that may hold one of `words`, the newest first; at most `MOST`.

    `what` (`Patient/x`) stands in the log, the words do not. Raises `Absent` where the record is not open, `Busy`.
    """
    likes = "{" + ",".join(f'"{like}"' for like in [_ATTACHED.replace('"', '\\"'), *sorted(_likes(words))]) + "}"
    asked, shape = ask_values(grant, clock), _PROXY if grant.mode is Mode.PROXY else _OWN

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(shape, (*key, what, likes, whole, *asked))

    records = [record for rows in await over_keys(lane, grant.keys, ask) for record in rows]
    if not records:
        raise Absent("there is no record here that you may see")
    found = [Candidate(*tuple(record)[1:]) for record in records if record["name"] is not None]
    found.sort(key=lambda held: (-held.low, held.id))
    return found[:MOST]


def _likes(words: Iterable[str]) -> set[str]:
    """Patterns that every entry with one of the words meets, in whatever case the word is written there.

    A longer word is looked for without its first letter, which alone changes at the start of a sentence; a short one,
    and one with digits, in each way it is written.
    """
    likes: set[str] = set()
    for word in words:
        plain = word.replace("\\", "").replace('"', "").replace("%", "").replace("_", "")
        if len(plain) >= 5 and plain.isalpha():
            likes |= {f"%{plain[1:].lower()}%", f"%{plain.upper()}%"}
        elif plain:
            likes |= {f"%{form}%" for form in (plain, plain.lower(), plain.upper(), plain.capitalize())}
    return likes
