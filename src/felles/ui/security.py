"""Headers that every page carries, and the check that a form was sent from our own pages.

Pages are never kept by browsers or proxies, never framed, and run no script or style but our own files.
Session cookies are SameSite; the check of `Sec-Fetch-Site` and `Origin` is the second lock on what changes
something (OWASP, Cross-Site Request Forgery Prevention).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.requests import Request

POLICY: Final = "; ".join(  # noqa: FLY002 - one line for each directive
    (
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",  # data: because the design system draws its marks so
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
))  # fmt: skip
PAGE_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "vary": "accept-language, accept-encoding, cookie",
}
"""Sent with every page and every redirect between pages."""


def sent_from_here(request: Request) -> bool:
    """Whether a POST comes from a page of ours: by Sec-Fetch-Site, else by Origin, else not.

    Browsers send one of the two with every form; what sends neither is no browser with a session.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
