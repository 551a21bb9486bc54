"""All whom one reader can open now, found by asking the decision about every person there is.

Other than a list made from relations (`read_people`, `reach`), this begins with nobody left out: whatever opens a
record, whether it was thought of or not, shows. For the proof that nobody opens more than she should
(docs/proofs.md); it costs what asking about everybody costs, and no page does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of
from felles.record.errors import Forbidden
from felles.record.grants import Mode
from felles.record.lane import unnest
from felles.record.numbers import TYPES, type_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.record.clock import Clock
    from felles.record.grants import Grant, SystemGrant
    from felles.record.pool import Pool

BUCKETS: Final = 4096
STEP: Final = 16
"""Buckets asked about in one statement."""
_REAL: Final = "not p.reserved and p.lead is null and p.person <> 0"
"""One row for each person who is here: not for references to one who is not, nor for joined doubles."""
_SQL: Final = f"""
with found as materialized (
    select p.bucket, p.person, coalesce(d.basis, 0) as basis, coalesce(d.source, '') as source
      from {unnest(ASK)} q
     cross join person p
      {basis_of("p", single="true")}
     where p.bucket >= ${len(ASK) + 1}::smallint and p.bucket < ${len(ASK) + 2}::smallint and {_REAL} and {PERSON_OPEN}
)
select f.*, e.id, e.body, e.updated, e.deleted
  from found f
  left join lateral (
       select e.id, e.body, e.updated, e.deleted from entry e
        where e.bucket = f.bucket and e.id = split_part(f.source, '/', 2) and e.person = f.person
          and e.type = {type_in("f.source")}
          and e.form = 0 and e.state = 0 offset 0) e on true"""
_COUNT: Final = f"""select count(*) as people from person p
 where {_REAL} and exists (select 1 from entry e where e.bucket = p.bucket and e.person = p.person
                              and e.type = {TYPES["Patient"]} and e.form = 0 and e.state = 0 and not e.deleted)"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One person (bucket, key) whom the reader can open, on the ground that the decision names.

    `source` is the entry it follows from; `body` and `updated` (micros) are that entry's, of this very person, as it
    is now: None where there is none any more.
    """

    bucket: int
    person: int
    basis: int
    source: str
    body: str | None
    updated: int


async def opens(pool: Pool, clock: Clock, operator: SystemGrant, reader: Grant) -> AsyncGenerator[Opened]:
    """Everybody whom `reader`'s Grant opens now, asked of each person in turn.

    Only who sees everything may ask for another; that she did is hers to log. Raises `Forbidden`, `Busy`.
    """
    if operator.mode is not Mode.ALL or operator.until <= clock.real():
        raise Forbidden("whom others can open is for who keeps the record")
    asked = [[value] for value in ask_values(reader, clock)]
    for low in range(0, BUCKETS, STEP):
        for row in await pool.fetch(_SQL, *asked, low, low + STEP):
            here = row["id"] is not None and not row["deleted"]
            yield Opened(
                row["bucket"], row["person"], row["basis"], row["source"], row["body"] if here else None,
                row["updated"] or 0,
            )  # fmt: skip


async def how_many(pool: Pool) -> int:
    """How many people have a record here. Raises `Busy`."""
    return int((await pool.fetch(_COUNT))[0]["people"])
