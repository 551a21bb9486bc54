"""Connections: few, lean, each with its statements prepared and its era known.

The driver's own pool resets a connection at each release, which costs a third of the read rate; ours
hands connections out as they are. Nothing of ours leaves session state behind: what must not outlive a
request is set with `set local` in a transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import asyncpg

from felles.record.errors import Busy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from asyncpg.prepared_stmt import PreparedStatement

SESSION = {
    "application_name": "felles",
    "search_path": "felles, public",
    "jit": "off",
    "timezone": "UTC",
    "extra_float_digits": "1",
    # One plan for a shape, whoever asks: the costs of our statements do not hang on the arguments.
    "plan_cache_mode": "force_generic_plan",
    # A statement over unnest() has no statistics; these keep it on the index it was written for.
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "enable_material": "off",
}
"""Session settings of every connection that runs requests."""

GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of an idle connection that the server ended
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
    OSError,
)
"""What the driver raises when the server is away."""
FULL = (
    asyncpg.InsufficientResourcesError,  # class 53: disk, memory, connections
    asyncpg.PostgresSystemError,  # class 58: reading and writing files
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a server put aside
)
"""What the server raises when it is there and cannot write."""
FULL_SAID = "the database cannot write now (is its disk full?); nothing was written"


class Conn:
    """One connection with its prepared statements. `era` is the era its transactions belong to."""

    __slots__ = ("_named", "_prepared", "era", "raw")

    def __init__(self, raw: asyncpg.Connection, era: int) -> None:
        self.raw = raw
        self.era = era
        self._prepared: dict[str, PreparedStatement] = {}
        self._named = 0

    async def prepare(self, sql: str) -> PreparedStatement:
        """The statement for `sql`, prepared once for each connection."""
        statement = self._prepared.get(sql)
        if statement is None:
            # By name: the driver parses and plans what has none anew at each use, which costs more than running it.
            # A name is never used twice: whoever is cancelled while it is prepared may leave it to the server.
            self._named += 1
            statement = self._prepared[sql] = await self.raw.prepare(sql, name=f"felles_{self._named}")
        return statement

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """All rows of `sql`. Raises `Busy` when the server is away or too slow."""
        try:
            statement = self._prepared.get(sql) or await self.prepare(sql)
            return await statement.fetch(*args)
        except GONE as error:
            raise Busy("the database is away; nothing was written") from error
        except FULL as error:
            raise Busy(FULL_SAID) from error
        except asyncpg.QueryCanceledError as error:
            raise Busy(
                "the statement took longer than it may (FELLES_STATEMENT_TIMEOUT); narrow the request"
            ) from error

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """The first row of `sql`, or None."""
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    async def execute(self, sql: str) -> None:
        """Run `sql` by the simple protocol (begin, commit, set local)."""
        try:
            await self.raw.execute(sql)
        except GONE as error:
            raise Busy("the database is away; nothing was written") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        """READ COMMITTED; commits at the end, rolls back on any exception.

        Raises `Busy` when the server goes away; at the commit itself nobody knows whether it was carried out.
        """
        await self.execute("begin")
        try:
            yield
        except BaseException:
            with suppress(*GONE, asyncpg.PostgresError):  # what went wrong first is what is told
                if not self.raw.is_closed():
                    await self.raw.execute("rollback")
            raise
        try:
            await self.raw.execute("commit")
        except GONE as error:
            raise Busy("the database went away during the commit; look whether it was written, then repeat") from error
        except FULL as error:
            raise Busy(FULL_SAID) from error


class Pool:
    """At most `size` connections, opened when first needed, replaced when broken."""

    def __init__(
        self,
        url: str,
        *,
        size: int,
        statement_timeout_ms: int,
        era_of: Callable[[asyncpg.Connection], Awaitable[int]],
        session: dict[str, str] | None = None,
    ) -> None:
        self.url = url
        self._session = (SESSION if session is None else session) | {"statement_timeout": str(statement_timeout_ms)}
        self._era_of = era_of
        self._free: deque[Conn] = deque()
        self._places = asyncio.Semaphore(size)
        self.size = size

    async def _open(self) -> Conn:
        try:
            raw = await asyncpg.connect(self.url, server_settings=self._session, statement_cache_size=0, timeout=10)
        except (*GONE, *FULL, TimeoutError) as error:
            raise Busy("the database is away; nothing was written") from error
        try:
            return Conn(raw, await self._era_of(raw))
        except BaseException as error:
            raw.terminate()
            if isinstance(error, (*GONE, *FULL)):
                raise Busy("the database is away; nothing was written") from error
            raise

    async def take(self) -> Conn:
        """A connection for the caller alone. To be given back with `give`. Raises `Busy`."""
        await self._places.acquire()
        try:
            while self._free:
                conn = self._free.pop()
                if not conn.raw.is_closed():
                    return conn
            return await self._open()
        except BaseException:
            self._places.release()
            raise

    def give(self, conn: Conn) -> None:
        """Give a connection back; one that is closed or inside a transaction is dropped."""
        if not conn.raw.is_closed():
            if conn.raw.is_in_transaction():
                conn.raw.terminate()
            else:
                self._free.append(conn)
        self._places.release()

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Conn]:
        """`take` and `give` as a context."""
        conn = await self.take()
        try:
            yield conn
        finally:
            self.give(conn)

    async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
        """All rows of one statement on any connection."""
        async with self.acquire() as conn:
            return await conn.fetch(sql, *args)

    async def close(self) -> None:
        """Close what is free; what is out is closed by its holder's end."""
        while self._free:
            await self._free.pop().raw.close()
