"""Blocks of one person in ten: set when the lives are loaded, and shown to be weighed before anything is measured.

Each is against the GP's own organisation and closes one document. So whatever the GP reads of such a person is
held against it in all its columns, and all but that document is answered.
"""

from __future__ import annotations

import asyncpg
import httpx

from felles.demo.places import GP_OFFICE, ORGANISATIONS
from felles.ops.bench import lives
from felles.record.clock import FOREVER
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

_PATIENT, _DOCUMENT = TYPES["Patient"], TYPES["DocumentReference"]
_EARLY, _LATE = -(2**62), 2**62
_OF_ONE_IN_TEN = f"""
with people as (
    select e.bucket, e.person, row_number() over (partition by strpos(e.body, $6) > 0 order by e.person) as n
      from felles.entry e
     where e.type = {_PATIENT} and e.form = 0 and e.state = 0 and strpos(e.body, $1) > 0)
insert into felles.block (bucket, person, id, against, party, kind, org, item, low, high, since, until)
select p.bucket, p.person, 'bench', 1, $2, null, null, d.self, $3, $4, 0, $5
  from people p
 cross join lateral (select d.self from felles.entry d
                      where d.bucket = p.bucket and d.person = p.person and d.type = {_DOCUMENT} and d.state = 0
                      order by d.low limit 1) d
 where p.n % 10 = 0
    on conflict do nothing"""
_MARKED = """update felles.person p set blocked = true from felles.block b
 where b.bucket = p.bucket and b.person = p.person and b.id = 'bench'"""
_ONE = f"""select e.id as patient, d.id as closed from felles.block b
  join felles.entry d on d.bucket = b.bucket and d.person = b.person and d.self = b.item and d.state = 0
  join felles.entry e on e.bucket = b.bucket and e.person = b.person and e.type = {_PATIENT} and e.state = 0
   and e.form = 0
 where b.id = 'bench' and d.type = {_DOCUMENT} order by e.id limit 1"""
_BIG = f"""select e.id, p.blocked from felles.entry e
  join felles.person p on p.bucket = e.bucket and p.person = e.person
 where e.type = {_PATIENT} and e.form = 0 and e.state = 0 and strpos(e.body, $1) > 0"""
_COUNT = "select count(distinct (bucket, person)) from felles.block where id = 'bench'"


async def set_blocks(owner: asyncpg.Connection) -> None:
    """Give every tenth of the loaded people a block."""
    party = mark_of(ORGANISATIONS[GP_OFFICE].reference)
    await owner.execute(_OF_ONE_IN_TEN, lives.SYSTEM, party, _EARLY, _LATE, FOREVER, f'"{lives.BIG_SEED}-')
    await owner.execute(_MARKED)


async def long_records(owner: asyncpg.Connection) -> tuple[list[str], list[str]]:
    """The patients with long records, and those among them with a block."""
    rows = await owner.fetch(_BIG, f'"{lives.BIG_SEED}-')
    return [row["id"] for row in rows], [row["id"] for row in rows if row["blocked"]]


async def weighed(owner: asyncpg.Connection, base: str, tokens: dict[str, str]) -> str:
    """Show on one person that her block is weighed for staff, and say how many have one.

    `tokens`: those of `staff` and of `system`, which sees everything. Raises `RuntimeError` when the closed
    document is shown to the GP, or anything else of the person is not.
    """
    row = await owner.fetchrow(_ONE)
    if row is None:
        raise RuntimeError("nobody in this region has a block")
    seen: dict[str, tuple[int, int]] = {}
    async with httpx.AsyncClient(timeout=60) as client:
        for who in ("staff", "system"):
            headers = {"Authorization": f"Bearer {tokens[who]}"}
            document = await client.get(f"{base}/DocumentReference/{row['closed']}", headers=headers)
            whole = await client.get(f"{base}/Patient/{row['patient']}/$everything", headers=headers)
            seen[who] = (document.status_code, len(whole.json().get("entry", [])))
    if seen["staff"][0] != 404 or seen["system"][0] != 200 or seen["staff"][1] != seen["system"][1] - 1:
        raise RuntimeError(f"the blocks are not weighed as they should be: {seen}")
    return f"{await owner.fetchval(_COUNT)} people, one in ten: one document each, hidden from the GP's organisation"
