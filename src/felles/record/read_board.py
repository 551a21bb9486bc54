"""What the board counts: the table of hand-overs alone, of the region or of one organisation, and each count's rows.

No person and nothing of an entry is in it, so counting needs no decision and leaves no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.desks import CASES, staffed
from felles.record.read_handovers import OPEN, TOLD

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.pool import Pool

MOST: Final = 200
"""Rows of one count that are listed."""
_NOBODY: Final = f"not {staffed('$2')}"
_LAST: Final = """exists (select 1 from staffing s where s.party = h.holder and s.role = 'administrator'
                 and s.since <= $2 and s.until > $2)"""
# $1 clinical time, $2 real time, $3 the organisation's hash or null.
_COUNTS: Final = f"""
select h.org, h.holder, h.kind, h.state, h.urgent, h.next <= $1 as late, {_NOBODY} as nobody,
       h.owner not like 'Practitioner%' as inbox, count(*)::bigint as many, min(h.since) as oldest, min(h.next) as first
  from handover h where h.state < {OPEN} and ($3::bigint is null or h.org = $3)
 group by 1, 2, 3, 4, 5, 6, 7, 8"""
# $1 clinical time, $2 real time, $3 whose (a hash), $4 one of them or null, $5 how many, $6 after how many. No case:
# those have desks.
_NAMED: Final = f"""
select h.source, h.org, h.kind, h.state, h.urgent, h.owner, h.sender, h.receiver, h.made, h.since, h.next, h.rung,
       h.next <= $1 as late, {_NOBODY} as nobody, {_LAST} as last
  from handover h
 where h.state < {OPEN} and h.kind < {CASES} and h.holder = $3 and ($4::text is null or h.source = $4)
 order by h.urgent desc, h.next, h.source offset $6 limit $5"""
TELLINGS: Final = {"many": "true", **{name: sql.format(now="$1") for name, sql in TOLD.items()}, "nobody": _NOBODY}
"""What is counted, and which open hand-overs that is."""
# and $4 the kind or null, $5 whether urgent or null, $6 how many, $7 after how many.
_ROWS: Final = """
select h.org, h.kind, h.state, h.urgent, h.owner, h.sender, h.receiver, h.made, h.since, h.next, h.rung,
       h.next <= $1 as late, {nobody} as nobody, {last} as last
  from handover h
 where h.state < {open} and $2::bigint is not null and ($3::bigint is null or h.org = $3)
   and ($4::smallint is null or h.kind = $4) and ($5::boolean is null or h.urgent = $5) and {telling}
 order by h.urgent desc, h.next, h.source offset $7 limit $6"""


@dataclass(slots=True, frozen=True)
class Counted:
    """So many open hand-overs alike: hashes of organisation and owner, whether late, staffed by nobody, in an inbox.

    `org` may also be a reference: of whose list they are on. `oldest` is since when the one that waits longest is as
    it is, `first` the earliest next date.
    """

    org: int | str
    holder: int
    kind: int
    state: int
    urgent: bool
    late: bool
    nobody: bool
    inbox: bool
    many: int
    oldest: int
    first: int


@dataclass(slots=True, frozen=True)
class BoardRow:
    """One open hand-over as the board tells of it: references of owner, sender and receiver, clinical times.

    `last`: it is with who runs the record, and climbs no further.
    """

    org: int
    kind: int
    state: int
    urgent: bool
    owner: str
    sender: str
    receiver: str
    made: int
    since: int
    next: int
    rung: int
    late: bool
    nobody: bool
    source: str = ""
    last: bool = False


async def count_handovers(pool: Pool, clock: Clock, org: int | None = None) -> list[Counted]:
    """All open hand-overs of the region, or those of an organisation (its hash), counted. Raises `Busy`."""
    rows = await pool.fetch(_COUNTS, clock.clinical(), clock.real(), org)
    return [Counted(**{name: row[name] for name in Counted.__slots__}) for row in rows]


async def list_handovers(
    pool: Pool,
    clock: Clock,
    telling: str,
    *,
    org: int | None = None,
    kind: int | None = None,
    urgent: bool | None = None,
    many: int = MOST,
    skip: int = 0,
) -> list[BoardRow]:
    """The rows of one count (`TELLINGS`), what is urgent first, `many` after the first `skip`. Raises `Busy`."""
    sql = _ROWS.format(nobody=_NOBODY, last=_LAST, open=OPEN, telling=TELLINGS[telling])
    rows = await pool.fetch(sql, clock.clinical(), clock.real(), org, kind, urgent, many, skip)
    return [BoardRow(**{name: row[name] for name in _COLUMNS}) for row in rows]


async def list_named(
    pool: Pool, clock: Clock, holder: int, source: str | None = None, *, many: int = MOST, skip: int = 0
) -> list[BoardRow]:
    """What is with somebody by name (a hash), or that one (`source`), as the board tells of it. Raises `Busy`.

    At most `many` after the first `skip`, what is urgent first.
    """
    rows = await pool.fetch(_NAMED, clock.clinical(), clock.real(), holder, source, many, skip)
    return [BoardRow(**{name: row[name] for name in BoardRow.__slots__}) for row in rows]


_COLUMNS: Final = tuple(name for name in BoardRow.__slots__ if name != "source")
