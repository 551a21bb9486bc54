"""Whether a list that stands on a screen has changed since it was read: one bit, logged like any look.

As `read_live` does it for one record: asked for on a beat, not woken by commits; what the reader does not see on the
list takes no part. What changed is a line that is there now and was not, or stands in another version: each such person
has her line in the log, in the same statement. That a line is gone tells of nobody who is seen. What the reader herself
wrote is no news to her. See docs/decisions/0007-live-signal.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from felles.record.clock import FOREVER
from felles.record.decide import ask_values, bits_of, leaves, shown_basis
from felles.record.lane import Shape, unnest
from felles.record.read_lists import COLUMNS, PARTIES, candidates
from felles.record.read_live import LETTERS

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import SetGrant
    from felles.record.lane import Lane
    from felles.record.read_lists import Listing, Span

_COLUMNS: Final = (("kept", "text"), ("silent", "boolean"), ("herself", "boolean"), *COLUMNS)
_OWN: Final = """starts_with(q.who, '{"actor":"' || q.writer || '",')"""


@dataclass(slots=True)
class Followed:
    """A list that is followed: which entries were on it at the last look, in which version."""

    lines: dict[str, int] = field(default_factory=dict[str, int])

    def told(self, actor: str, what: str) -> str:
        """What was seen as sixteen letters, others for each reader (`actor`) and list (`what`)."""
        seen = ",".join(f"{item}/{version}" for item, version in sorted(self.lines.items()))
        return blake2b(f"{actor}\n{what}\n{seen}".encode(), digest_size=8).hexdigest().translate(LETTERS)

    def kept(self) -> str:
        """The lines as the statement looks for them."""
        return "".join(f",{item}/{version}," for item, version in self.lines.items()) or ","


@lru_cache(maxsize=16)
def shape_of(listing: Listing) -> Shape:
    """The statement: the lines of the list with their versions, and a line in the log for each that is news."""
    sql = f"""
with q as materialized {unnest(_COLUMNS)},
mine as materialized ({PARTIES[listing.whose]}),
line as materialized (
    select q.*, x.* from q cross join lateral ({candidates(listing)}) x
),
fresh as materialized (
    select q.n, q.bucket, q.person, q.item, q.real, q.who, {shown_basis("q.basis")} as told
      from line q
     cross join lateral {bits_of("q")}
     cross join lateral (select q.ground as basis, q.named_source as source) g
     where not q.silent and strpos(q.kept, ',' || q.item || '/' || q.version || ',') = 0
       and (q.herself or not {_OWN})
),
said as materialized (
    select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:{listing.page}-live","what":"Patient","basis":"' || f.told
           || '","outcome":"released"}}' as text
      from fresh f order by f.n, f.bucket, f.person
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, q.item, q.version, f.item is not null as fresh
  from line q left join fresh f on f.n = q.n and f.item = q.item"""
    return Shape(sql, _COLUMNS)


async def read_followed(
    lane: Lane,
    clock: Clock,
    grant: SetGrant,
    listing: Listing,
    span: Span,
    seen: Followed,
    *,
    first: bool,
    missed: bool,
) -> bool:
    """Whether the list is another than at the last look (`seen`, which is brought up to date). Raises `Busy`.

    The `first` look tells nothing. `missed`: that it is another is known, and which lines is not: then all are told of.
    """
    kept = "," if missed else seen.kept()
    asked = (kept, first, missed, span.low, span.high, span.many, -FOREVER, "", FOREVER, *ask_values(grant, clock))
    rows = await lane.submit(shape_of(listing), asked)
    lines = {row["item"]: row["version"] for row in rows}
    gone = seen.lines.keys() - lines.keys()
    seen.lines = lines
    return missed or (not first and (bool(gone) or any(row["fresh"] for row in rows)))
