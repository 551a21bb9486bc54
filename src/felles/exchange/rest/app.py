"""The FHIR door as one ASGI callable: limits, negotiation, who asks, the interaction, the answer.

Plain ASGI, no framework: on the hot path each layer would cost more than the read itself. The order is
fixed: what can be refused by looking at the head alone is refused before a byte of the body is read.
"""

from __future__ import annotations

import re
import secrets
from itertools import count
from typing import TYPE_CHECKING, Any

import structlog

from felles.exchange.rest import bodies, cors
from felles.exchange.rest.call import Call, Door, pairs
from felles.exchange.rest.headers import accepts_json, body_is_form, body_is_json, format_is_json, takes_gzip
from felles.exchange.rest.interactions import ANSWERS
from felles.exchange.rest.limits import Limits
from felles.exchange.rest.outcomes import refusal_of, refuse, reply_of, unforeseen
from felles.exchange.rest.reply import Reply, http_date
from felles.exchange.rest.routing import route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from felles.access.doorkeeper import Doorkeeper
    from felles.record.store import Store
    from felles.settings import Settings

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOUNT = "/fhir"
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OPEN = frozenset({"metadata"})
"""What is answered without a sign-in."""
_ALWAYS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept, accept-encoding, authorization"),
]

_log = structlog.get_logger(__name__)


class FhirApp:
    """`FhirApp(store, doorkeeper, settings)` serves what is below /fhir."""

    def __init__(self, store: Store, doorkeeper: Doorkeeper, settings: Settings) -> None:
        self._door = Door(store, Limits.of(settings), store.search_limits, ANSWERS)
        self._doorkeeper = doorkeeper
        self._base = None if settings.public_url is None else f"{settings.public_url}{MOUNT}/"
        self._seed = secrets.token_hex(4)
        self._numbers = count(1)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        asked = headers.get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else f"{self._seed}-{next(self._numbers):x}"
        try:
            reply = await self._reply(scope, headers, receive)
        except Exception as error:  # noqa: BLE001 - every error has its answer
            refusal = refusal_of(error)
            if refusal is None:
                _log.exception("a request failed", request=request_id, method=scope["method"])
                refusal = unforeseen(request_id)
            reply = reply_of(refusal)
        await _send(scope, headers, reply, request_id, send)

    async def _reply(self, scope: MutableMapping[str, Any], headers: dict[str, str], receive: Receive) -> Reply:
        method: str = scope["method"]
        _check_head(scope, self._door.limits)
        if method == "OPTIONS":
            return cors.preflight(headers)
        target = route(method, _below(scope["path"]))
        base = self._base or _base_of(scope, headers)
        call = Call(self._door, target, base, scope["query_string"].decode("latin-1"), headers)
        if target.interaction not in _OPEN:
            token = _token(headers)
            call.actor = self._doorkeeper.known(token) or await self._doorkeeper.bearer(token)
        if method in _WITH_BODY:
            await self._take_body(call, receive)
        indented = _check_wishes(call)
        reply = await ANSWERS[target.interaction](call)
        if reply.location is not None:
            reply.location = base + reply.location
        if indented and reply.body:
            reply.body = bodies.pretty(reply.body)
        return reply

    async def _take_body(self, call: Call, receive: Receive) -> None:
        """Read the body, and the parameters of a form."""
        headers, limits = call.headers, self._door.limits
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limits.body:
            raise bodies.too_large(limits.body)
        raw = await bodies.read(receive, limits.body)  # pyright: ignore[reportArgumentType]
        body = bodies.unpack(raw, headers.get("content-encoding", "").strip().lower(), limits.unpacked)
        content_type = headers.get("content-type", "")
        if call.route.interaction == "search":
            if body and not body_is_form(content_type):
                raise refuse(415, "not-supported", "_search takes application/x-www-form-urlencoded")
            call.query = "&".join(part for part in (call.query, body.decode("latin-1")) if part)
        elif body:
            if not body_is_json(content_type):
                raise refuse(415, "not-supported", "Content-Type must be application/fhir+json, in UTF-8")
            call.body = body


def _below(path: str) -> str:
    return path[len(MOUNT) :].removeprefix("/")


def _check_head(scope: MutableMapping[str, Any], limits: Limits) -> None:
    """Raise a Refusal (414, 431) for a request target or headers above the limits."""
    if len(scope["path"]) + len(scope["query_string"]) > limits.url:
        raise refuse(414, "too-long", f"the URL is longer than {limits.url} bytes; search by POST _search")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.header:
        raise refuse(431, "too-long", f"the headers are larger than {limits.header} bytes")


def _base_of(scope: MutableMapping[str, Any], headers: Mapping[str, str]) -> str:
    """The base as the client sees it, from its own Host header, which is checked: it ends up inside answers."""
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise refuse(400, "value", "the Host header is missing or no host name")
    return f"{scope['scheme']}://{host}{MOUNT}/"


def _token(headers: Mapping[str, str]) -> str:
    """The bearer token. Raises a Refusal (401) where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        challenge = ("www-authenticate", 'Bearer realm="felles"')
        raise refuse(401, "login", "this needs an Authorization: Bearer header", headers=[challenge])
    return token.strip()


def _check_wishes(call: Call) -> bool:
    """Whether the answer is to be indented.

    Raises a Refusal: 406 when the client takes no JSON, 400 for a preference that means nothing. Before anything is
    done: what was written cannot be refused afterwards.
    """
    _ = call.prefer
    asked, indented = "", False
    if "_format" in call.query or "_pretty" in call.query:
        wishes = dict(pairs(call.query))
        asked, indented = wishes.get("_format", ""), wishes.get("_pretty", "") == "true"
    accept = call.headers.get("accept", "")
    if not (format_is_json(asked) if asked else not accept or accepts_json(accept)):
        raise refuse(406, "not-supported", "only JSON is served: application/fhir+json; fhirVersion=4.0")
    return indented


async def _send(
    scope: MutableMapping[str, Any], asked: Mapping[str, str], reply: Reply, request_id: str, send: Send
) -> None:
    body = reply.body
    headers = [*_ALWAYS, (b"x-request-id", request_id.encode())]
    if "origin" in asked:
        headers += [cors.ORIGIN, cors.EXPOSED]
    if reply.version is not None:
        headers.append((b"etag", f'W/"{reply.version}"'.encode()))
    if reply.updated is not None:
        headers.append((b"last-modified", http_date(reply.updated).encode()))
    if reply.location is not None:
        headers.append((b"location", reply.location.encode()))
    headers += [(name.encode(), value.encode("latin-1", "replace")) for name, value in reply.headers]
    if body:
        headers.append((b"content-type", reply.content_type.encode()))
        if len(body) >= bodies.WORTH_PACKING and takes_gzip(asked.get("accept-encoding", "")):
            body = await bodies.pack(body)
            headers.append((b"content-encoding", b"gzip"))
    if reply.status not in (204, 304):
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
