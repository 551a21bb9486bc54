"""What one request may cost. Each is a setting with a default, and each has one clear refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from felles.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of the FHIR door. Sizes are bytes.

    `body` as it comes, `unpacked` after gzip, `depth` of nested JSON, `entries` of one Bundle that is
    sent, `page` the most entries of a page, `page_default` where none is asked, `header` all headers
    together, `url` the longest request target. What a search, its includes and a statement may cost the
    store keeps to itself.
    """

    body: int
    unpacked: int
    depth: int
    entries: int
    page: int
    page_default: int
    header: int
    url: int

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings give."""
        return cls(
            body=settings.max_body_bytes,
            unpacked=settings.max_unpacked_bytes,
            depth=settings.max_json_depth,
            entries=settings.max_bundle_entries,
            page=settings.max_page,
            page_default=settings.default_page,
            header=settings.max_header_bytes,
            url=settings.max_url_bytes,
        )
