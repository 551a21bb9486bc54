"""The FHIR door as one callable: limits, negotiation, who asks, the interaction, the answer.

No framework: on the hot path each layer would cost more than the read itself. The order is
fixed: what can be refused by looking at the head alone is refused before a byte of the body is read.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
    from collections.abc import Mapping, MutableMapping

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
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("vary", "accept, accept-encoding, authorization"),
]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Head:
    """The head of a request, as text, and how to read its body.

    `headers` has lower-case names.
    """

    method: str
    scheme: str
    path: str
    query: str
    headers: dict[str, str]
    body: bodies.Incoming


class FhirApp:
    """`FhirApp(store, doorkeeper, settings)` serves what is below /fhir, as an ASGI callable."""

    def __init__(self, store: Store, doorkeeper: Doorkeeper, settings: Settings) -> None:
        self._door = Door(store, Limits.of(settings), store.search_limits, ANSWERS)
        self._doorkeeper = doorkeeper
        self._base = None if settings.public_url is None else f"{settings.public_url}{MOUNT}/"
        self._seed = secrets.token_hex(4)
        self._numbers = count(1)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        status, answered, body = await self.answer(
            Head(scope["method"], scope["scheme"], scope["path"], query, headers, bodies.Incoming(receive))
        )
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answered]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, head: Head) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body that answer a request; never raises."""
        headers = head.headers
        asked = headers.get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else f"{self._seed}-{next(self._numbers):x}"
        try:
            reply = await self._reply(head)
        except Exception as error:  # noqa: BLE001 - every error has its answer
            refusal = refusal_of(error)
            if refusal is None:
                _log.exception("a request failed", request=request_id, method=head.method)
                refusal = unforeseen(request_id)
            reply = reply_of(refusal)
            if head.method in _WITH_BODY:
                await head.body.drain()
        body = reply.body
        answered = _headers(reply, request_id)
        if "origin" in headers:
            answered += cors.HEADERS
        if len(body) >= bodies.WORTH_PACKING and takes_gzip(headers.get("accept-encoding", "")):
            body = await bodies.pack(body)
            answered.append(("content-encoding", "gzip"))
        if reply.status not in (204, 304):
            answered.append(("content-length", str(len(body))))
        return reply.status, answered, b"" if head.method == "HEAD" else body

    async def _reply(self, head: Head) -> Reply:
        method, headers = head.method, head.headers
        _check_size(head, self._door.limits)
        if method == "OPTIONS":
            return cors.preflight(headers)
        target = route(method, _below(head.path))
        base = self._base or _base_of(head)
        call = Call(self._door, target, base, head.query, headers)
        if target.interaction not in _OPEN:
            token = _token(headers)
            call.actor = self._doorkeeper.known(token) or await self._doorkeeper.bearer(token)
        if method in _WITH_BODY:
            await _take_body(call, head, self._door.limits)
        indented = _check_wishes(call)
        reply = await ANSWERS[target.interaction](call)
        if reply.location is not None:
            reply.location = base + reply.location
        if indented and reply.body:
            reply.body = bodies.pretty(reply.body)
        return reply


async def _take_body(call: Call, head: Head, limits: Limits) -> None:
    """Read the body, and the parameters of a form."""
    headers = call.headers
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > limits.body:
        raise bodies.too_large(limits.body)
    body = bodies.unpack(
        await head.body.read(limits.body), headers.get("content-encoding", "").strip().lower(), limits.unpacked
    )
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


def _check_size(head: Head, limits: Limits) -> None:
    """Raise a Refusal (414, 431) for a request target or headers above the limits."""
    if len(head.path) + len(head.query) > limits.url:
        raise refuse(
            414, "too-long", f"the URL is longer than {limits.url} bytes (FELLES_MAX_URL_BYTES); search by POST _search"
        )
    if sum(map(len, head.headers.values())) + sum(map(len, head.headers)) > limits.header:
        raise refuse(431, "too-long", f"the headers are larger than {limits.header} bytes (FELLES_MAX_HEADER_BYTES)")


def _base_of(head: Head) -> str:
    """The base as the client sees it, from its own Host header, which is checked: it ends up inside answers."""
    host = head.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise refuse(400, "value", "the Host header is missing or no host name")
    return f"{head.scheme}://{host}{MOUNT}/"


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


def _headers(reply: Reply, request_id: str) -> list[tuple[str, str]]:
    headers = [*_ALWAYS, ("x-request-id", request_id), *reply.headers]
    if reply.version is not None:
        headers.append(("etag", f'W/"{reply.version}"'))
    if reply.updated is not None:
        headers.append(("last-modified", http_date(reply.updated)))
    if reply.location is not None:
        headers.append(("location", reply.location))
    if reply.body:
        headers.append(("content-type", reply.content_type))
    return headers
