"""Style sheet, script, icons and font: under names that carry their hash, kept by the browser for a year.

One style sheet goes out: the design system, its theme and our own, joined; and one script. Everything that
compresses is compressed once, at start.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

BASE: Final = "/static/"
_STYLES: Final = (
    "vendor/designsystemet.css",
    "vendor/theme.css",
    "base.css",
    "shell.css",
    "chart.css",
    "entry.css",
    "journal.css",
    "citizen.css",
    "courses.css",
    "glossary.css",
    "palette.css",
    "medicines.css",
    "news.css",
    "plan.css",
    "home.css",
    "handovers.css",
    "start.css",
    "operators.css",
    "writing.css",
    "tour.css",
    "timebook.css",
    "route.css",
    "print.css",
)
_FILES: Final = {
    "inter-latin.woff2": "vendor/inter-latin.woff2",
    "inter-latin-ext.woff2": "vendor/inter-latin-ext.woff2",
    "icons.svg": "vendor/icons.svg",
    "mark.svg": "mark.svg",
}
_SCRIPTS: Final = ("felles.js", "palette.js", "live.js", "writing.js")
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
_URL = re.compile(r"url\(file:([a-z0-9.-]+)\)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One served file: its address with the hash, its bytes and their gzip (None where it gains nothing)."""

    url: str
    media_type: str
    body: bytes
    packed: bytes | None


class Assets:
    """All static files, read and packed once."""

    def __init__(self) -> None:
        self._by_name: dict[str, Asset] = {}
        for name, path in _FILES.items():
            self._add(name, (files("felles.ui") / "static" / path).read_bytes())
        sheet = "\n".join((files("felles.ui") / "static" / path).read_text("utf-8") for path in _STYLES)
        self._add("felles.css", _URL.sub(lambda found: f"url({self.url(found[1])})", sheet).encode())
        script = "\n".join((files("felles.ui") / "static" / path).read_text("utf-8") for path in _SCRIPTS)
        self._add("felles.js", script.encode())
        self._by_url = {asset.url.removeprefix(BASE): asset for asset in self._by_name.values()}

    def _add(self, name: str, body: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        url = f"{BASE}{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
        packed = None if ending == "woff2" else gzip.compress(body, 9, mtime=0)
        self._by_name[name] = Asset(url, _TYPES[ending], body, packed)

    def url(self, name: str) -> str:
        """The address of `name` with its hash. Raises `KeyError` for a file that is not served."""
        return self._by_name[name].url

    def asset(self, name: str) -> Asset:
        """The file itself (for the weight budget's test)."""
        return self._by_name[name]

    def respond(self, request: Request) -> Response:
        """`GET /static/{name}`."""
        asset = self._by_url.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("404", 404)
        headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(asset.packed, headers=headers, media_type=asset.media_type)
        return Response(asset.body, headers=headers, media_type=asset.media_type)


@cache
def assets() -> Assets:
    """The one set of static files of this process."""
    return Assets()
