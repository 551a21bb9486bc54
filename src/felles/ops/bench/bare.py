"""A server that answers reads by id without decision and log line: `felles bench decision` holds ours against it.

Everything else is the product's own, in the same place: granian's interface, the FHIR door, the token, the lane in
which reads go together, the row. It lies here and not in the record, which has no such switch; it listens on this
machine alone and opens no database but one that a benchmark made.

    python -m felles.ops.bench.bare        # FELLES_HOME and FELLES_PORT say where
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer

from felles.access.doorkeeper import Doorkeeper
from felles.access.region import start
from felles.exchange.rest.app import FhirApp, Head
from felles.ops import rsgi
from felles.record.errors import Absent
from felles.record.ids import bucket_of
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.rows import Row
from felles.record.store import Store
from felles.settings import Settings, load

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

    from felles.record.embedded import Embedded
    from felles.record.grants import Grant

_COLUMNS: Final = (("bucket", "smallint"), ("type", "smallint"), ("id", "text"))
_ENTRY: Final = """cross join lateral (select e.* from entry e
                     where e.bucket = {bucket} and e.type = q.type and e.id = q.id and e.form = 0
                     order by e.version desc limit 1) e"""


def _shape(located: str) -> Shape:
    """The product's own statement (`record.read`), less the joins that decide and the insert that logs."""
    return Shape(
        f"""select q.n, e.bucket, e.person, e.version, e.updated, e.deleted, true as open, e.body
              from {unnest(_COLUMNS)} q {located}
             where ${len(_COLUMNS) + 1}::smallint is not null""",
        _COLUMNS,
    )


_READ: Final = _shape(_ENTRY.format(bucket="q.bucket"))
_READ_DIRECTORY: Final = _shape(
    "join directory y on y.type = q.type and y.id = q.id " + _ENTRY.format(bucket="y.bucket")
)
_MADE_TO_MEASURE: Final = "select to_regnamespace('bench') is not null as yes"


class Bare(Store):
    """The store, its `read` replaced; everything else is there and decides, and nobody asks it."""

    async def read(self, grant: Grant, type_name: str, resource_id: str) -> Row:  # noqa: ARG002 - as the store's
        """The current version of an entry, whoever asks. Raises `Absent`, `Busy`."""
        number, bucket = TYPES[type_name], bucket_of(resource_id)
        shape = _READ_DIRECTORY if bucket is None else _READ
        rows = await self._reads.submit(shape, (bucket or 0, number, resource_id))
        if not rows or not rows[0]["open"]:
            raise Absent(f"{type_name}/{resource_id} is not here")
        record = rows[0]
        return Row(
            number,
            resource_id,
            record["version"],
            record["updated"],
            record["deleted"],
            record["body"] or "",
            record["bucket"],
            record["person"],
            "",
        )

    async def made_to_measure(self) -> bool:
        """Whether this database is one that a benchmark made: no other goes out by this door."""
        return (await self.pool.fetch(_MADE_TO_MEASURE))[0]["yes"]


class BareApp:
    """What the one worker serves: /fhir, and that it is ready."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedded: Embedded | None = None
        self._store: Bare | None = None
        self._fhir: FhirApp | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._open())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._close())

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request of the load generator."""
        if scope.path == "/health" or self._fhir is None:
            protocol.response_bytes(200, [("content-type", "application/json")], b"{}")
            return
        headers = dict(scope.headers.items())
        body = rsgi.Body(protocol, headers.get("content-length"))
        head = Head(scope.method, scope.scheme, scope.path, scope.query_string, headers, body)
        protocol.response_bytes(*await self._fhir.answer(head))

    async def _open(self) -> None:
        self._embedded, place = await asyncio.to_thread(start, self._settings)
        self._store = store = await Bare.open(self._settings, place.worker)
        if not await store.made_to_measure():
            raise RuntimeError("this database was not made by felles bench")
        self._fhir = FhirApp(store, Doorkeeper(store), self._settings)

    async def _close(self) -> None:
        if self._store is not None:
            await self._store.close()
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.stop)


def load_bare(settings: Settings) -> Any:  # granian's types know callables alone
    """The `BareApp` that the worker runs; it ends when the main process is gone."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    return BareApp(settings)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> None:
    """Serve until SIGTERM, as `felles serve` does: the same server with the same settings."""
    settings = load()
    server = MPServer(
        "felles.ops.bench.bare:load_bare",
        address="127.0.0.1",
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=1,
        websockets=False,
        runtime_mode=RuntimeModes.st,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        backpressure=1024,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(load_bare, settings), wrap_loader=False)


if __name__ == "__main__":
    main()
