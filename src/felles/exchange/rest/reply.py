"""What an interaction answers, before it is put on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache

FHIR_JSON = "application/fhir+json; charset=utf-8"


@dataclass(slots=True)
class Reply:
    """Status, body and headers of one answer.

    `version` and `updated` (microseconds since 1970 UTC) become ETag and Last-Modified; `location` is
    relative to the base. `headers` holds anything else.
    """

    status: int
    body: bytes = b""
    version: int | None = None
    updated: int | None = None
    location: str | None = None
    content_type: str = FHIR_JSON
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def etag(self) -> str | None:
        """The weak ETag of the version, as FHIR writes it."""
        return None if self.version is None else f'W/"{self.version}"'


@lru_cache(maxsize=4096)
def _date_of_second(second: int) -> str:
    return formatdate(second, usegmt=True)


def http_date(microseconds: int) -> str:
    """A time as HTTP headers write it (RFC 9110, 5.6.7): whole seconds, GMT."""
    return _date_of_second(microseconds // 1_000_000)
