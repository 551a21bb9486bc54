"""A log of a million lines: whole, at a rate that is told; and whatever is done to one line of it is found.

FELLES_LINES says how many (1 000 000), FELLES_DAMAGES how often each sort of harm is done, at random places (3).
"""

from __future__ import annotations

import os
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record.decide import leaves
from felles.record.era import open_era
from felles.record.log.keys import SigningKey
from felles.record.log.tick import Sealer
from felles.record.log.verify import Broken, verify
from felles.record.maintenance import connect
from felles.record.migrate import migrate

pytestmark = pytest.mark.soak
LINES = int(os.environ.get("FELLES_LINES", "1000000"))
DAMAGES = int(os.environ.get("FELLES_DAMAGES", "3"))
TOGETHER = 2_000
_INSERT = f"""with said as materialized (select (g % 4096)::smallint as bucket, g::bigint as person, g::bigint as real,
        '{{"who":{{"name":"Ærlig"}},"act":"read","what":"Observation/f' || g
        || '","basis":null,"outcome":"released"}}' as text
   from generate_series($1::bigint, $2::bigint) g)
{leaves("said", "$3")}"""
_COLUMNS = "era, xid, number, bucket, person, at, digest, salt, text"


@pytest.fixture
async def log(pg18):
    """A million lines in ticks of two thousand; gives (owner's connection, keys that may sign)."""
    database = pg18.fresh()
    owner = await connect(database.owner_url)
    await migrate(owner)
    conn = await connect(database.url)
    era, key = await open_era(conn), SigningKey.of(Ed25519PrivateKey.generate())
    sealer = Sealer(conn, era, key)
    for first in range(1, LINES + 1, TOGETHER):
        await conn.execute(_INSERT, first, min(LINES, first + TOGETHER - 1), era)
        await sealer.seal()
    await owner.execute("alter table leaf alter column number drop identity")
    await owner.execute("vacuum analyze leaf")
    yield owner, {key.id: key.private.public_key()}
    await owner.close()
    await conn.close()
    pg18.drop(database)


async def _found(owner, public, harm, undo, *arguments):
    """Do harm, see it found, undo it; what `verify` said."""
    await owner.execute(harm, *arguments)
    with pytest.raises(Broken) as told:
        await verify(owner, public)
    await owner.execute(undo, *arguments)
    return str(told.value)


async def _flipped(owner, public, number):
    """Any bit of salt, digest or text: one that text and digest no longer agree on names the line."""
    column = random.choice(["salt", "digest", "text"])
    if column == "text":
        size = await owner.fetchval("select octet_length(text) from leaf where number = $1", number)
        bit = random.randrange(size * 8 - 8) // 8 * 8  # the lowest bit of a letter: what stays is text
        turned = f"""update leaf set text = convert_from(set_bit(convert_to(text, 'UTF8'), {bit},
            1 - get_bit(convert_to(text, 'UTF8'), {bit})), 'UTF8') where number = $1"""
    else:
        bit = random.randrange(128)
        turned = f"update leaf set {column} = set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) where number = $1"
    said = await _found(owner, public, turned, turned, number)
    assert f"line {number} " in said, (column, bit, said)


async def _removed(owner, public, number):
    row = await owner.fetchrow(f"select {_COLUMNS} from leaf where number = $1", number)
    await owner.execute("delete from leaf where number = $1", number)
    with pytest.raises(Broken, match="some were removed"):
        await verify(owner, public)
    places = ", ".join(f"${place}" for place in range(1, 10))
    await owner.execute(f"insert into leaf ({_COLUMNS}) values ({places})", *row.values())


async def _added(owner, public, number):
    put = f"""insert into leaf ({_COLUMNS}) select era, xid, {LINES + 1}, bucket, person, at, digest, salt, text
                from leaf where number = $1"""
    said = await _found(owner, public, put, f"delete from leaf where number = {LINES + 1} and $1 > 0", number)
    assert "some were added" in said


async def _reordered(owner, public, number):
    """Two lines of one tick change places."""
    other = number - 1 if number % TOGETHER == 0 else number + 1
    park = "update leaf set number = case number when $1 then -$2::bigint else -$1::bigint end where number in ($1, $2)"
    back = "update leaf set number = -number where number < 0"
    for step in (park, back):
        await owner.execute(step, *((number, other) if step == park else ()))
    with pytest.raises(Broken, match="or in another order"):
        await verify(owner, public)
    for step in (park, back):
        await owner.execute(step, *((number, other) if step == park else ()))


async def test_a_million_lines_are_proved_and_any_harm_to_one_is_found(log):
    owner, public = log
    report = await verify(owner, public)
    assert (report.sealed, report.unsealed) == (LINES, 0)
    print(f"{report.sealed} lines in {report.ticks} ticks proved in {report.seconds:.1f} s: {report.rate:.0f}/s")
    for harm in (_flipped, _removed, _added, _reordered):
        for _ in range(DAMAGES):
            await harm(owner, public, random.randint(1, LINES))
    assert (await verify(owner, public)).sealed == LINES
