"""CORS: browsers of any origin may call; what opens the door is the bearer token, never a cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS = [
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        "content-location, etag, last-modified, location, retry-after, www-authenticate, x-request-id",
    ),
]
"""What goes out with every answer to a browser on another origin."""
_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_HEADERS = (
    "accept, authorization, content-encoding, content-type, if-match, if-modified-since, if-none-exist,"
    " if-none-match, prefer, x-request-id"
)


def preflight(headers: Mapping[str, str]) -> Reply:
    """The answer to OPTIONS. One that is no preflight is told the methods all the same."""
    allowed = [("allow", _METHODS)]
    if "access-control-request-method" in headers:
        allowed += [
            ("access-control-allow-methods", _METHODS),
            ("access-control-allow-headers", _HEADERS),
            ("access-control-max-age", "86400"),
        ]
    return Reply(204, headers=allowed)
