"""Ways in that are open now to one reader: for telling her until when. Nothing of the person's record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.decide import ASK, OPENED, ask_values
from felles.record.desks import ENTRY, OPENINGS, SELF_MADE
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest
from felles.record.read_handovers import OPEN as ENDED

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant
    from felles.record.lane import Lane

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), *ASK)
_SHAPE: Final = Shape(
    f"""select q.n, o.basis, o.kinds, o.until
          from {unnest(_COLUMNS)} q
          join opening o on o.bucket = q.bucket and o.person = q.person and {OPENED}
         where q.mode = {Mode.STAFF:d} and ${len(_COLUMNS) + 1}::smallint is not null
         order by o.until desc""",
    _COLUMNS,
)


_TOLD: Final = Shape(
    f"""select q.n, max(m.known) as made
          from {unnest(_COLUMNS)} q
          join person p on p.bucket = q.bucket and p.person = q.person and coalesce(p.lead, p.person) = q.own
          join handover h on h.bucket = q.bucket and h.person = q.person and h.kind in {(*OPENINGS, SELF_MADE)}
         cross join lateral (
            select o.updated as known from type_name n
              join entry o on o.bucket = h.bucket and o.type = n.type and o.form = 0
               and o.id = split_part({ENTRY}, '/', 2)
             where n.name = split_part({ENTRY}, '/', 1) order by o.version limit 1) m
         where q.mode = {Mode.SELF:d} and ${len(_COLUMNS) + 1}::smallint is not null
         group by q.n""",
    _COLUMNS,
)


async def last_opening(lane: Lane, clock: Clock, grant: PersonGrant) -> int:
    """When (real microseconds) somebody last went into the reader's own record by such a way; 0: never."""
    asked = ask_values(grant, clock)
    found = [await lane.submit(_TOLD, (*key, *asked)) for key in grant.keys]
    return max((row["made"] for rows in found for row in rows), default=0)


async def read_openings(lane: Lane, clock: Clock, grant: PersonGrant) -> list[tuple[int, int, int]]:
    """(basis, mask of kinds whose blocks it lifts, until in real microseconds) of each, the longest first."""
    asked = ask_values(grant, clock)
    found = [await lane.submit(_SHAPE, (*key, *asked)) for key in grant.keys]
    return list(dict.fromkeys(tuple(row)[1:] for rows in found for row in rows))  # each key of hers has them all


@dataclass(slots=True, frozen=True)
class SelfMade:
    """One way in that its reader made herself: the case's name, its entry's type, who and where (a hash), when (real).

    `waits` until somebody has said what was found.
    """

    id: str
    type: str
    author: str
    org: int
    made: int
    waits: bool


_SELF_MADE: Final = Shape(
    f"""select q.n, replace({ENTRY}, '/', '.') as id, n.name as type, o.author, o.org, e.updated as made, h.state
          from {unnest(_COLUMNS)} q
          join person p on p.bucket = q.bucket and p.person = q.person and coalesce(p.lead, p.person) = q.own
          join handover h on h.bucket = q.bucket and h.person = q.person and h.kind = {SELF_MADE}
          join type_name n on n.name = split_part({ENTRY}, '/', 1)
          left join lateral (select e.author, e.org from entry e
                              where e.bucket = h.bucket and e.type = n.type and e.id = split_part({ENTRY}, '/', 2)
                                and e.form = 0 order by e.version limit 1) o on true
          left join entry e on e.bucket = h.bucket and e.type = n.type and e.id = split_part({ENTRY}, '/', 2)
               and e.form = 0 and e.state = 0
         where q.mode = {Mode.SELF:d} and ${len(_COLUMNS) + 1}::smallint is not null
         order by h.made desc limit 100""",
    _COLUMNS,
)


async def read_self_made(lane: Lane, clock: Clock, grant: PersonGrant) -> list[SelfMade]:
    """Those into the reader's own record that nobody but their makers has confirmed, the newest first."""
    asked = ask_values(grant, clock)
    found = [await lane.submit(_SELF_MADE, (*key, *asked)) for key in grant.keys]
    rows = [row for each in found for row in each]
    return [
        SelfMade(r["id"], r["type"], r["author"] or "", r["org"] or 0, r["made"] or 0, r["state"] < ENDED) for r in rows
    ]
