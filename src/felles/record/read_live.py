"""Whether what a reader sees of one person's record has changed: one bit, decided and logged like any look.

The digest is over type, id and version of every entry that this Grant sees, and over nothing else: what is hidden from
the reader moves it neither up nor down. It is asked for on a fixed beat, not woken by commits, so that the moment of an
answer tells nothing either. That the rows are not gone through while the record's version stands is left out of no
answer: without blocks or other bits the same version gives the same digest (docs/decisions/0007-live-signal.md).

A line is written when something is told, and with it: that there is news, or that a first look is refused. A look that
tells nothing leaves none; else the log would tell its owner when something she may not see was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from felles.record.clock import FOREVER
from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
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

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("what", "text"),
    ("first", "boolean"),
    ("kept", "bigint"),
    ("last", "text"),
    ("since", "bigint"),
    WHOLE,
    *ASK,
)


def _sql(*, proxy: bool) -> str:
    """`proxy`: for who acts for the person, whose rows are decided otherwise, and by what hour it is."""
    special = "true" if proxy else "p.blocked or p.opened or p.held or p.protected"
    return f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {DOOR_BITS}, p.version as record, {special} as special,
           {BASIS_TEXT} as basis, {PERSON_OPEN} as open
      from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p", proxy=proxy)}
     where {ALONE}
),
counted as materialized (
    select q.n, x.digest, x.newer
      from (select * from door where open and (kept <> record or special)) q
     cross join lateral {bits_of("q")}
     cross join lateral (
        select count(*) || ':' || coalesce(sum(hashtextextended(e.id || '/' || e.version, e.type)), 0) as digest,
               bool_or(e.updated >= q.since
                       and not starts_with(q.who, '{{"actor":"' || coalesce(e.behalf, e.author) || '",')) as newer
          from entry e
         where e.bucket = q.bucket and e.person = q.person and e.state < 2 and e.state = 0 and {IN_FORM}
           and not e.deleted and {REPRESENTED if proxy else ROW_OPEN}) x
),
seen as materialized (
    select d.n, d.bucket, d.person, d.real, d.who, d.what, d.basis, d.open, d.first, d.last, d.record,
           coalesce(c.digest, d.last) as digest, coalesce(d.first and c.newer, false) as newer
      from door d left join counted c on c.n = d.n
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || case when f.open then 'page:live' else 'refused' end
           || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
           || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
      from seen f
     where case when f.open then f.newer or (not f.first and f.digest <> f.last) else f.first end
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select n, record, digest, newer from seen where open"""


_OWN: Final = Shape(_sql(proxy=False), _COLUMNS)
_PROXY: Final = Shape(_sql(proxy=True), _COLUMNS)
LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
_NONE: Final = "-"
"""A digest that no record has."""


@dataclass(slots=True)
class Watch:
    """One page that follows a record: for each key the record's version and the digest of its last look.

    The version never leaves the server.
    """

    _held: dict[PersonKey, tuple[int, str]] = field(default_factory=dict)

    def of(self, key: PersonKey) -> tuple[int, str]:
        """(version, digest) of the last look at this key."""
        return self._held.get(key, (-1, _NONE))

    def keep(self, key: PersonKey, version: int, digest: str) -> None:
        """Remember a look."""
        self._held[key] = version, digest

    def forget(self) -> None:
        """Forget what was seen, so that the next look finds news and tells of it."""
        self._held = dict.fromkeys(self._held, (-1, _NONE))

    def told(self, grant: PersonGrant, what: str) -> str:
        """What was last seen as sixteen letters, others for each reader; it tells only whether it is the same."""
        seen = ",".join(digest for _, digest in self._held.values())
        return blake2b(f"{grant.actor}\n{what}\n{seen}".encode(), digest_size=8).hexdigest().translate(LETTERS)


async def read_live(
    lane: Lane, clock: Clock, grant: PersonGrant, what: str, watch: Watch, *, first: bool, since: int = FOREVER
) -> bool:
    """Whether the reader sees something other than at the last look; it is logged when she does.

    `what` is `Patient/x`. The `first` look tells of what others wrote since (real micros), such as while her page was
    on its way, and is logged when it tells or is refused. Raises `Absent` when the record is not here or not open to
    her, `Busy`.
    """
    asked, shape = ask_values(grant, clock), _PROXY if grant.mode is Mode.PROXY else _OWN
    met: list[PersonKey] = []

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        met.append(key)
        return await lane.submit(shape, (*key, what, first, *watch.of(key), since, whole, *asked))

    found = await over_keys(lane, grant.keys, ask)
    if not any(found):
        raise Absent("there is no record here that you may see")
    news = False
    for key, rows in zip(met[-len(found) :], found, strict=True):
        for row in rows:
            news = news or (row["newer"] if first else row["digest"] != watch.of(key)[1])
            watch.keep(key, row["record"], row["digest"])
    return news
