"""What a page may say of its own request: an id and the route it took, nothing of what was asked for.

The id stands in the answer's header, on pages of errors, in the operations log and in a report of a fault, so that one
leads to the other. It is made of letters alone: no number that it could be taken for.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from starlette.requests import Request

HEADER: Final = b"x-request-id"
_KEY: Final = "felles.request"
# Twenty letters without vowels: no words come of it. Ten of them are 43 bits.
_LETTERS: Final = bytes(b"bcdfghjklmnpqrstvwxz"[value % 20] for value in range(256))


def mark(scope: Any) -> bytes:
    """Give a request (its ASGI scope) an id, once for all that handle it."""
    made = scope[_KEY] = secrets.token_bytes(10).translate(_LETTERS)
    return made


def request_id(request: Request) -> str:
    """The id of a request; "" when nobody gave it one."""
    return request.scope.get(_KEY, b"").decode()


def route_of(request: Request) -> str:
    """The route's pattern, which holds no id; "" where none was found."""
    return str(getattr(request.scope.get("route"), "path", ""))


def known_route(request: Request, pattern: str) -> str:
    """`pattern` if it is one of the program's own, else "": so that no address comes in its place."""
    return pattern if pattern in request.app.state.patterns else ""


def report(request: Request) -> str:
    """The way to report a fault of this page."""
    return f"/meld-feil?{urlencode({'side': route_of(request), 'ref': request_id(request)})}"
