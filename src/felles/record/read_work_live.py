"""Whether a worklist that stands on a screen has changed since it was read: one bit, logged like any look.

As `read_followed` does it for the lists of persons, over the hand-overs that are with the reader or what she staffs
(`read_handovers`): what came, and what stands otherwise, has its line in the log of its person, in the same statement;
that something is gone tells of nobody who is seen, and what the reader herself wrote is no news to her, but for an
order of hers that has its answer, or should have had it. See docs/decisions/0007-live-signal.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.record.decide import ASK, HANDED, IN_FORM, STAFFED, ask_values, leaves
from felles.record.lane import Shape, unnest
from felles.record.read_handovers import OF_HAND, OPEN, ORDER, WITH_HER

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import SetGrant
    from felles.record.lane import Lane
    from felles.record.read_followed import Followed

_COLUMNS: Final = (("kept", "text"), ("silent", "boolean"), ("herself", "boolean"), ("many", "integer"), *ASK)
_OWN: Final = """starts_with(q.who, '{"actor":"' || coalesce(q.behalf, q.author) || '",')"""
_SHAPE: Final = Shape(
    f"""
with q as materialized {unnest(_COLUMNS)},
line as materialized (
    select q.*, x.*
      from q
     cross join lateral (
        select h.bucket, h.person, h.source as item, e.version, e.author, e.behalf, h.kind
          from (select distinct s.party from staffing s where {STAFFED}) s
          join handover h on h.state < {OPEN} and {WITH_HER}
          join person p on p.bucket = h.bucket and p.person = h.person
          join entry e on {OF_HAND} and e.state = 0 and not e.deleted and {IN_FORM}
         where {HANDED}
         order by {ORDER} limit q.many) x
),
fresh as materialized (
    select q.n, q.bucket, q.person, q.item, q.real, q.who from line q
     where not q.silent and strpos(q.kept, ',' || q.item || '/' || q.version || ',') = 0
       and (q.herself or (q.kind = 5 and starts_with(q.item, 'ServiceRequest/')) or not {_OWN})
),
said as materialized (
    select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:work-live","what":"' || f.item || '","basis":"60:' || f.item
           || '","outcome":"released"}}' as text
      from fresh f order by f.n, f.bucket, f.person, f.item
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, q.item, q.version, f.item is not null as fresh
  from line q left join fresh f on f.n = q.n and f.item = q.item""",
    _COLUMNS,
)


async def read_work_live(
    lane: Lane, clock: Clock, grant: SetGrant, seen: Followed, many: int, *, first: bool, missed: bool
) -> bool:
    """Whether the list is another than at the last look (`seen`, which is brought up to date). Raises `Busy`.

    The `first` look tells nothing. `missed`: that it is another is known, and which lines is not: then all are told of.
    """
    asked = ("," if missed else seen.kept(), first, missed, many, *ask_values(grant, clock))
    rows = await lane.submit(_SHAPE, asked)
    lines = {row["item"]: row["version"] for row in rows}
    gone = seen.lines.keys() - lines.keys()
    seen.lines = lines
    return missed or (not first and (bool(gone) or any(row["fresh"] for row in rows)))
