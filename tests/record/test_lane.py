"""Requests that travel together: no more than a shape takes, each with its own rows."""

import asyncio
from typing import Any

from felles.record.lane import Lane, Shape, unnest


class _Raw:
    def is_closed(self):
        return False


class _Conn:
    """Answers each request with what it asked for, and keeps how many came together."""

    era = 1

    def __init__(self):
        self.raw = _Raw()
        self.groups = []

    async def fetch(self, _sql, asked, _era):
        self.groups.append(len(asked))
        await asyncio.sleep(0)
        return [(n, value) for n, value in enumerate(asked, start=1)]


class _Pool:
    def __init__(self, conn):
        self._conn = conn

    async def take(self):
        return self._conn

    def give(self, _conn):
        pass


def _asked_of(width, joint, many):
    conn = _Conn()
    pool: Any = _Pool(conn)
    lane = Lane(pool, width=width)
    shape = Shape(f"select n from {unnest((('asked', 'text'),))}", (("asked", "text"),), joint)

    async def all_at_once():
        return await asyncio.gather(*(lane.submit(shape, (f"request {n}",)) for n in range(many)))

    return asyncio.run(all_at_once()), conn.groups


def test_no_statement_takes_more_than_its_shape_allows_and_everybody_gets_her_own_rows():
    for width in (1, 2):
        answers, groups = _asked_of(width, 8, 30)
        assert answers == [[(1 + n % 8, f"request {n}")] for n in range(30)]
        assert groups == [8, 8, 8, 6]
    assert _asked_of(1, 64, 30)[1] == [30]
