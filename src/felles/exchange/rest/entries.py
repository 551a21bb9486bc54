"""The entries of a Bundle that is sent, each as a call of its own; what batch and transaction share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from felles.exchange.rest.outcomes import Issue, Refusal, refusal_of, refuse
from felles.exchange.rest.routing import Route, route
from felles.fhir import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.exchange.rest.call import Call

_CONDITIONS = (
    ("ifNoneMatch", "if-none-match"),
    ("ifModifiedSince", "if-modified-since"),
    ("ifMatch", "if-match"),
    ("ifNoneExist", "if-none-exist"),
)
_KEPT = ("prefer", "x-request-id")
"""Headers of the whole request that hold for each of its entries."""
_SEPARATE = frozenset({"batch", "metadata"})
"""What is answered at the base itself and has no place inside a Bundle."""


class _Request(msgspec.Struct):
    method: str = ""
    url: str = ""
    ifNoneMatch: str | None = None  # noqa: N815 - FHIR's names
    ifModifiedSince: str | None = None  # noqa: N815
    ifMatch: str | None = None  # noqa: N815
    ifNoneExist: str | None = None  # noqa: N815


class Entry(msgspec.Struct):
    """One entry as it was sent; the resource is still text."""

    fullUrl: str | None = None  # noqa: N815 - FHIR's name
    resource: msgspec.Raw = msgspec.Raw()
    request: _Request | None = None


class Envelope(msgspec.Struct):
    """A Bundle of which only the outside was read."""

    resourceType: str = ""  # noqa: N815 - FHIR's name
    type: str = ""
    entry: list[Entry] = []


_IN_RESOURCE = re.compile(r"Bundle\.entry\[\d+\]\.resource\b")
_ENVELOPE = msgspec.json.Decoder(Envelope)


@dataclass(slots=True)
class Asked:
    """One entry, ready to be answered: its place in the Bundle, its call, and how others refer to it."""

    position: int
    call: Call
    full_url: str | None


def opened(call: Call) -> Envelope:
    """The Bundle that was sent, its outside read and checked.

    Raises a Refusal: 400 for what is no Bundle or of another type than batch and transaction, 413 for too many entries.
    """
    if not call.body:
        raise refuse(400, "required", "a Bundle is missing: the body is empty")
    try:
        envelope = _ENVELOPE.decode(call.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        call.decoded()  # says what is wrong, and where
        raise refuse(400, "structure", "the body is no Bundle") from None
    if envelope.resourceType != "Bundle":
        raise refuse(400, "invalid", "only a Bundle is posted to the base", "Bundle.resourceType")
    if envelope.type not in ("batch", "transaction"):
        raise refuse(400, "value", "a Bundle posted to the base is a batch or a transaction", "Bundle.type")
    most = call.door.limits.entries
    if len(envelope.entry) > most:
        said = f"the Bundle has {len(envelope.entry)} entries, at most {most} are taken (FELLES_MAX_BUNDLE_ENTRIES)"
        raise refuse(413, "too-long", said, "Bundle.entry")
    return envelope


def asked(call: Call, position: int, entry: Entry, resource: Any = None) -> Asked:
    """The call that an entry stands for. Raises a Refusal that names the entry's element."""
    where = f"Bundle.entry[{position}]"
    request = entry.request
    if request is None or not request.method or not request.url:
        raise refuse(400, "required", "an entry needs request.method and request.url", f"{where}.request")
    try:
        target, query = _target(call, request.method, request.url)
    except Refusal as error:
        raise _placed(error, f"{where}.request.url") from None
    sent = bytes(entry.resource)
    if not sent and request.method in ("POST", "PUT") and target.interaction in ("create", "update"):
        raise refuse(400, "required", f"a {request.method} needs a resource", f"{where}.resource")
    body = sent if resource is None else b""
    return Asked(
        position,
        call.elsewhere(target, query=query, headers=_headers(call, request), body=body, resource=resource, inside=True),
        entry.fullUrl,
    )


def resources(call: Call) -> list[Any] | Refusal:
    """The resources of all entries (None where there is none), decoded in one pass with the whole Bundle.

    Raises a Refusal when the Bundle itself is wrong; gives it back when only entries' resources are.
    """
    try:
        bundle = call.elsewhere(call.route._replace(type="Bundle")).decoded()
    except Invalid as error:
        refusal = refusal_of(error)
        if refusal is not None and all(_IN_RESOURCE.match(i.expression or "") for i in refusal.issues):
            return refusal
        raise
    return [entry.resource or None for entry in bundle.entry or []]


def _target(call: Call, method: str, url: str) -> tuple[Route, str]:
    path, _, query = url.removeprefix(call.base).lstrip("/").partition("?")
    if "://" in path:
        raise refuse(400, "value", "request.url is relative to the base of this server")
    target = route(method, unquote(path))
    if target.interaction in _SEPARATE:
        raise refuse(400, "not-supported", f"{method} of the base has no place inside a Bundle")
    return target, query


def _headers(call: Call, request: _Request) -> Mapping[str, str]:
    headers = {name: call.headers[name] for name in _KEPT if name in call.headers}
    for field, header in _CONDITIONS:
        value = getattr(request, field)
        if value is not None:
            headers[header] = value
    return headers


def _placed(error: Refusal, expression: str) -> Refusal:
    return Refusal(error.status, [Issue(i.code, i.diagnostics, expression) for i in error.issues])
