"""What an interaction gets: one request, who asks, and the rooms behind the door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from felles.access import everyone, lookup, person
from felles.access.errors import NotSignedIn
from felles.exchange.rest.headers import Prefer, if_match, prefer
from felles.exchange.rest.outcomes import refuse
from felles.fhir import decode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from felles.access import Actor
    from felles.exchange.rest.limits import Limits
    from felles.exchange.rest.reply import Reply
    from felles.exchange.rest.routing import Route
    from felles.record.find.limits import Limits as SearchLimits
    from felles.record.grants import Grant
    from felles.record.store import Store

DOOR_PARAMETERS = frozenset({"_format", "_pretty"})
"""Parameters that say how to answer, not what: the door itself obeys them."""
MOST_PARAMETERS = 200


@dataclass(slots=True, frozen=True)
class Operation:
    """An operation on a `type` (`Resource`: on all of a record), as the capability statement lists it."""

    name: str
    type: str
    definition: str


@dataclass(slots=True, frozen=True)
class Interaction:
    """What an interaction module is, for the capability statement, which is made from these alone.

    `on_type` and `on_system` are the codes under which FHIR lists it there; `doc` a sentence for whoever
    reads the statement.
    """

    doc: str
    on_type: tuple[str, ...] = ()
    on_system: tuple[str, ...] = ()
    operation: Operation | None = None


@dataclass(slots=True, frozen=True)
class Door:
    """The rooms and limits that every call shares."""

    store: Store
    limits: Limits
    search_limits: SearchLimits
    answers: Mapping[str, Callable[[Call], Awaitable[Reply]]]
    """Every interaction's `answer`, by its name in the routes."""


@dataclass(slots=True)
class Call:
    """One request. `base` ends in a slash; `query` is the raw query string; `headers` has lower-case names.

    `resource` is the body when it was decoded already; `inside` says that this is an entry of a Bundle.
    """

    door: Door
    route: Route
    base: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    actor: Actor | None = None
    resource: Any = None
    inside: bool = False

    async def answered(self) -> Reply:
        """What the interaction that this call goes to answers. Raises what it raises."""
        return await self.door.answers[self.route.interaction](self)

    def grant(self) -> Grant:
        """The Grant under which this interaction reads or writes. Raises `NotSignedIn`, `Forbidden`."""
        if self.actor is None:
            raise NotSignedIn("sign in first: this needs an Authorization: Bearer header")
        looks = self.route.interaction == "search" and self.route.type == "Patient"
        return grant_of(self.actor, looks=looks)

    @property
    def prefer(self) -> Prefer:
        """What the Prefer header asks for."""
        text = self.headers.get("prefer")
        return prefer(text) if text else Prefer()

    @property
    def expected(self) -> int | None:
        """The version that If-Match names, if it is there."""
        text = self.headers.get("if-match")
        return None if text is None else if_match(text)

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query string, in order, without those that the door itself obeys."""
        return [(name, value) for name, value in pairs(self.query) if name not in DOOR_PARAMETERS]

    def decoded(self) -> Any:
        """The body as a checked resource of the type the URL names.

        Raises `Invalid` with all its errors, a Refusal (400) for no body or another type.
        """
        resource = self.resource
        if resource is None:
            if not self.body:
                raise refuse(400, "required", "a resource is missing: the body is empty")
            resource = self.resource = decode(self.body, max_depth=self.door.limits.depth)
        name = type(resource).__name__
        if self.route.type and name != self.route.type:
            raise refuse(
                400, "invalid", f"the body is a {name}, the URL says {self.route.type}", f"{name}.resourceType"
            )
        return resource

    def elsewhere(self, route: Route, **changes: Any) -> Call:
        """The same call, going to another route."""
        return replace(self, route=route, **changes)


@lru_cache(maxsize=8192)
def grant_of(actor: Actor, *, looks: bool) -> Grant:
    """The Grant of an actor for requests of FHIR: all to whom she has a relation, decided row by row.

    `looks`: she searches for a person, and those she has no relation to come in the form a look-up shows,
    where her role may look up. A citizen's Grant names her own record: what she asks for begins there, however
    much of the same lies in the region. Made once for an actor; it ends when the actor does. Raises `Forbidden`.
    """
    if actor.keys and (actor.may("find") or actor.may("read")):
        return person(actor, actor.keys)
    return lookup(actor) if looks and actor.may("lookup") else everyone(actor)


def pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query string or form. Raises a Refusal (400) for what is no UTF-8, or too many."""
    if not query:
        return []
    if not query.isascii():
        query = _utf8(query)
    parts = query.split("&")
    if len(parts) > MOST_PARAMETERS:
        raise refuse(400, "too-costly", f"more than {MOST_PARAMETERS} parameters")
    found: list[tuple[str, str]] = []
    for part in parts:
        if part:
            name, _, value = part.partition("=")
            found.append((_plain(name), _plain(value)))
    return found


def _utf8(query: str) -> str:
    """A query with letters that nobody escaped; headers come as Latin-1, and browsers send UTF-8."""
    try:
        return query.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise refuse(400, "invalid", "a parameter is not UTF-8") from None


def _plain(text: str) -> str:
    """Text of a query string, unescaped. `parse_qsl` of the library does the same in three times the time."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise refuse(400, "invalid", "a parameter is not UTF-8") from None
