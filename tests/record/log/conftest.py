"""A database of its own for each test of the log, and a writer of leaves."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record.decide import leaves
from felles.record.era import open_era
from felles.record.log.keys import SigningKey
from felles.record.log.tick import Sealer
from felles.record.maintenance import connect

INSERT = f"""with said as materialized (select 7::smallint as bucket, 42::bigint as person,
                                                 $1::bigint as real, t as text
                                          from unnest($2::text[]) t)
{leaves("said", "$3")}"""


class Log:
    """An empty record with one worker's connection `conn`, the owner's `owner`, and a sealer."""

    def __init__(self, database, conn, owner, era, key):
        self.database = database
        self.conn = conn
        self.owner = owner
        self.era = era
        self.key = key
        self.sealer = Sealer(conn, era, key)
        self.public = {key.id: key.private.public_key()}
        self.written = 0

    async def write(self, many=1, conn=None):
        texts = [self.text(self.written + i) for i in range(many)]
        self.written += many
        await (conn or self.conn).execute(INSERT, 1_000_000 + self.written, texts, self.era)

    @staticmethod
    def text(number):
        said = f'"act":"read","what":"Observation/f{number}","basis":null,"outcome":"released"'
        return f'{{"who":{{"name":"Ærlig"}},{said}}}'


@pytest.fixture
async def log(pg_server, migrated):
    database = pg_server.fresh("record", migrated)
    owner, conn = await connect(database.owner_url), await connect(database.url)
    yield Log(database, conn, owner, await open_era(conn), SigningKey.of(Ed25519PrivateKey.generate()))
    await owner.close()
    await conn.close()
    pg_server.drop(database)
