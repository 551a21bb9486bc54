"""Rows of a record written without the doors, for tests of what lies beneath them."""

from __future__ import annotations

from felles.record.clock import FOREVER
from felles.record.ids import mark_of

ENTRY = """insert into {table} (bucket, person, type, id, version, state, deleted, kind, org, author, self, low, high,
    updated, commit, era, xid, indexer, marks, body)
  values ($1, $2, $3, $4, $5, 0, $6, 3, $7, 'Practitioner/x', 0, 0, 1, 0, 1, $8, pg_current_xact_id(), 1, '{{}}', $9)"""
END = """update entry set state = 1, end_era = $1, end_xid = pg_current_xact_id()
          where bucket = $2 and type = $3 and id = $4 and state = 0"""
ORGANIZATION = "Organization/o1"


class Rows:
    """Writes rows of `entry` and `shared` over one connection of the workers' role."""

    def __init__(self, database, conn, era):
        self.database = database
        self.conn = conn
        self.era = era

    async def entry(self, name, *, key=(7, 42), version=1, kind=96, deleted=False, conn=None):
        if version > 1:
            await (conn or self.conn).execute(END, self.era, key[0], kind, name)
        body = "" if deleted else f'{{"id":"{name}"}}'
        await (conn or self.conn).execute(
            ENTRY.format(table="shared" if key[0] < 0 else "entry"),
            *key, kind, name, version, deleted, mark_of(ORGANIZATION), self.era, body,
        )  # fmt: skip

    async def person(self, key=(7, 42)):
        await self.conn.execute("insert into person (bucket, person) values ($1, $2)", *key)

    async def relation(self, key=(7, 42), party=ORGANIZATION):
        await self.conn.execute(
            """insert into relation (bucket, person, party, basis, source, writer, since, until)
               values ($1, $2, $3, 1, 'EpisodeOfCare/e', 'Practitioner/x', 0, $4)""",
            *key,
            mark_of(party),
            FOREVER,
        )
