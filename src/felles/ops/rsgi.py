"""ASGI applications behind granian's own interface, RSGI.

By RSGI a request costs fewer crossings between Python and the server's threads: the body comes in one await, the
answer goes out in one call. What is hot speaks it itself (`app.App.__rsgi__`); everything else stays ASGI and comes
through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.exchange.rest import bodies
from felles.exchange.rest.outcomes import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

    Asgi = Callable[
        [
            MutableMapping[str, Any],
            Callable[[], Awaitable[MutableMapping[str, Any]]],
            Callable[[MutableMapping[str, Any]], Awaitable[None]],
        ],
        Awaitable[None],
    ]


class Body(bodies.Incoming):
    """The body of one request, as RSGI gives it: whole where the client said how long it is, else in parts."""

    __slots__ = ("_length", "_parts", "_protocol")

    def __init__(self, protocol: HTTPProtocol, length: str | None) -> None:
        self._protocol = protocol
        self._length = int(length) if length is not None and length.isdigit() else None
        self._parts: Any = None
        self._over = False

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises as `Incoming.read`."""
        if self._length is None or self._length > limit:
            return await super().read(limit)
        self._over = True
        try:
            return await self._protocol()
        except RuntimeError:
            raise refuse(400, "incomplete", "the body was broken off") from None

    async def _part(self) -> bytes:
        if self._parts is None:
            self._parts = aiter(self._protocol)
        try:
            return await anext(self._parts)
        except StopAsyncIteration:
            self._over = True
            return b""
        except RuntimeError:
            self._over = True
            raise refuse(400, "incomplete", "the body was broken off") from None


async def serve(app: Asgi, scope: Scope, protocol: HTTPProtocol) -> int:
    """Answer one request by an ASGI application; the status it answered with."""
    exchange = _Exchange(protocol)
    await app(_asgi_scope(scope), exchange.receive, exchange.send)
    return exchange.status


def _asgi_scope(scope: Scope) -> dict[str, Any]:
    host, _, port = scope.client.rpartition(":")
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in scope.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": scope.path.encode(),
        "query_string": scope.query_string.encode("latin-1", "replace"),
        "root_path": "",
        "headers": headers,
        "client": (host, int(port)) if port.isdigit() else None,
        "server": None,
        "state": {},
    }


class _Exchange:
    """One request and its answer, as an ASGI application takes and gives them."""

    def __init__(self, protocol: HTTPProtocol) -> None:
        self._protocol = protocol
        self._parts: Any = None
        self._read = False
        self._headers: list[tuple[str, str]] = []
        self._stream: Any = None
        self.status = 500

    async def receive(self) -> dict[str, Any]:
        if self._read:
            await self._protocol.client_disconnect()
            return {"type": "http.disconnect"}
        if self._parts is None:
            self._parts = aiter(self._protocol)
        try:
            return {"type": "http.request", "body": await anext(self._parts), "more_body": True}
        except StopAsyncIteration:
            self._read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        except RuntimeError:
            self._read = True
            return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers", [])]
            return
        body = message.get("body", b"")
        if message.get("more_body", False) or self._stream is not None:
            if self._stream is None:
                self._stream = self._protocol.response_stream(self.status, self._headers)
            if body:
                await self._stream.send_bytes(bytes(body))
        elif body:
            self._protocol.response_bytes(self.status, self._headers, bytes(body))
        else:
            self._protocol.response_empty(self.status, self._headers)
