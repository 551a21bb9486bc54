"""Who reaches whom: all who could open one person's record now, and all whom one member of staff could open.

Both ask the decision's own predicates (`decide.grounds_of`, `decide.RELATED`) with the readers in question in place of
the one who asks, so that a list can say nothing else than what would be decided. Neither holds anything clinical.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import (
    ASK,
    BLOCKS_AGAINST,
    DOOR_BITS,
    IN_FORM,
    OPENED,
    PERSON_OPEN,
    RELATED,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    grounds_of,
    leaves,
)
from felles.record.errors import Absent, Forbidden
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey, SetGrant
    from felles.record.lane import Lane

MOST: Final = 5_000
"""Members of staff that are gone through for one person's list: a page says when there are more."""
MANY: Final = 20_000
"""Persons (each once for a basis) counted for one unit."""

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), WHOLE, *ASK)
# `q` inside the lateral is each reader as she would ask: signed in as staff, in that role, for that organisation.
_AS_STAFF: Final = f"""(select {Mode.STAFF:d}::smallint as mode, c.actor, c.org, c.role_mark as role,
                               a.clinical, a.real) q"""
_SEEN: Final = f"""exists (select 1 from type_name n
             join entry e on e.bucket = q.bucket and e.type = n.type and e.id = split_part(f.source, '/', 2)
            where n.name = split_part(f.source, '/', 1) and e.person = q.person and e.state = 0 and {IN_FORM}
              and not e.deleted and {ROW_OPEN})"""
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {DOOR_BITS} from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where q.mode = {Mode.SELF:d} and {PERSON_OPEN} and {ALONE}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:reach","what":"Patient","basis":"own","outcome":"released"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")}),
readers as materialized (
    select a.n, c.* from door a
     cross join lateral (
        select distinct s.actor, s.org, s.role_mark, s.role
          from (select r.party from relation r where r.bucket = a.bucket and r.person = a.person
                union all
                select s.party from opening o join staffing s on s.actor = o.actor and s.org = o.org
                 where o.bucket = a.bucket and o.person = a.person) r
          join staffing s on s.party = r.party and s.since <= a.real and s.until > a.real
         limit {MOST + 1}) c
),
found as materialized (
    select a.n, c.actor, c.org, c.role, g.basis, g.source, g.since, g.until,
           p.blocked and exists (select 1 from block b where b.bucket = a.bucket and b.person = a.person
                                    and {BLOCKS_AGAINST}) as closed
      from readers c
      join door a on a.n = c.n
     cross join lateral {bits_of("a")}
     cross join lateral {_AS_STAFF}
     cross join lateral ({grounds_of("a")}) g
)
select q.n, f.org, f.role, f.basis, f.source, min(f.since) as since, max(f.until) as until,
       count(distinct f.actor) as people, bool_or(f.closed) as closed
  from found f
  join door q on q.n = f.n
 cross join lateral {bits_of("q")}
 where {_SEEN}
 group by q.n, f.org, f.role, f.basis, f.source
union all
select q.n, null, null, null, null, null, null, (select count(*) from readers c where c.n = q.n), null from door q"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)

_STAFF_COLUMNS: Final = (("held", "text"), *ASK)
_STAFF_SQL: Final = f"""
with q as materialized {unnest(_STAFF_COLUMNS)},
c as materialized (
    select distinct q.n, q.clinical, q.real, s.actor, s.org, s.role_mark, s.party
      from q join staffing s on s.source = q.held and s.org = q.org
     where s.since <= q.real and s.until > q.real and ${len(_STAFF_COLUMNS) + 1}::smallint is not null
)
select c.n, c.party, g.basis, count(*) as people
  from c
 cross join lateral (select {Mode.STAFF:d}::smallint as mode, c.actor, c.org, c.role_mark as role, c.clinical, c.real) q
 cross join lateral (
        select distinct r.basis, coalesce(p.lead_bucket, p.bucket), coalesce(p.lead, p.person)
          from (select distinct r.basis, r.bucket, r.person from relation r
                 where r.party = c.party and {RELATED} limit {MANY}) r
          join person p on p.bucket = r.bucket and p.person = r.person) g
 group by c.n, c.party, g.basis
union all
select c.n, 0, o.basis, count(distinct (coalesce(p.lead_bucket, p.bucket), coalesce(p.lead, p.person)))
  from (select distinct n, actor, org, role_mark, clinical, real from c) c
 cross join lateral (select c.actor, c.org, c.role_mark as role, c.real) q
  join opening o on {OPENED}
  join person p on p.bucket = o.bucket and p.person = o.person
 group by c.n, o.basis
union all
select distinct c.n, c.party, 0, 0 from c"""
_STAFF_SHAPE: Final = Shape(_STAFF_SQL, _STAFF_COLUMNS)


_PARTIES: Final = Shape(
    f"""select distinct q.n, s.party
          from {unnest(ASK)} q
          join staffing s on s.actor = q.actor and s.org = q.org and s.role_mark = q.role
         where q.mode = {Mode.STAFF:d} and s.since <= q.real and s.until > q.real
           and ${len(ASK) + 1}::smallint is not null""",
    ASK,
)


@dataclass(slots=True, frozen=True)
class Reader:
    """Those of one organisation (hash) in one role who could open the record on one ground.

    `people` is how many; `since` and `until` micros of the ground; `closed` that the person has closed something for
    some of them.
    """

    org: int
    role: str
    basis: int
    source: str
    since: int
    until: int
    people: int
    closed: bool


@dataclass(slots=True, frozen=True)
class Reached:
    """How many persons a role reaches through `party` (hash; 0: ways in that she opened) on `basis`; 0, 0: no one."""

    party: int
    basis: int
    people: int


async def readers(lane: Lane, clock: Clock, grant: PersonGrant) -> tuple[list[Reader], bool]:
    """All staff who could open the citizen's own record now, and whether there are more than were gone through.

    A ground whose entry is held back from her is left out, as all that follows from it. Logged as `page:reach`.
    Raises `Absent`, `Busy`.
    """
    asked = ask_values(grant, clock)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(_SHAPE, (*key, whole, *asked))

    rows = [row for rows in await over_keys(lane, grant.keys, ask) for row in rows]
    if not rows:
        raise Absent("there is no record here that you may see")
    # With each key of hers the same grounds hold; each is seen where its entry lies, and so stands here once.
    found = [Reader(*list(row)[1:]) for row in rows if row["org"] is not None]
    more = any(row["org"] is None and row["people"] > MOST for row in rows)
    return sorted(found, key=lambda each: (each.basis, each.org, each.role, each.source)), more


async def reached(lane: Lane, clock: Clock, grant: SetGrant, held: str) -> list[Reached]:
    """How many the holder of the role `held` (`PractitionerRole/x`) of the grant's own organisation reaches now.

    By unit and basis, counted; nobody is named. A row for each unit, also where it reaches no one (basis 0). Raises
    `Forbidden`, `Busy`.
    """
    if not grant.may("maintain"):
        raise Forbidden("this is for who keeps an organisation's roles")
    rows = await lane.submit(_STAFF_SHAPE, (held, *ask_values(grant, clock)))
    return [Reached(row["party"], row["basis"], row["people"]) for row in rows]


async def parties(lane: Lane, clock: Clock, grant: SetGrant) -> list[int]:
    """What the reader herself acts for, signed in as she is: hashes of units, roles and herself. Raises `Busy`."""
    return [row["party"] for row in await lane.submit(_PARTIES, ask_values(grant, clock))]
