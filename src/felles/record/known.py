"""Since when an entry counts as known: what the question "what is new since …" is asked of.

Whatever is written becomes known when it is written (`entry.updated`), whatever day it is about: a result of last week
that comes today is new today. A whole life that is taken in at once is another matter: nothing of it is new to anybody
by being moved here, so its entries count from when they themselves say that they were written or ended
(`entry.known`). The page that asks reads the newest known through an index of its own (`want_news.py`, migration 0020).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.fhir.search.dates import date_range

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN: Final = "coalesce({e}known, {e}updated)"
"""Since when row `e` is known, in real micros (SQL; `{e}` is `e.` or nothing)."""

_SAID: Final = (
    "abatementDateTime",
    "authoredOn",
    "created",
    "date",
    "dateAsserted",
    "effectiveDateTime",
    "issued",
    "lastModified",
    "occurrenceDateTime",
    "performedDateTime",
    "recorded",
    "recordedDate",
    "sent",
)
"""Elements of R4 that say when an entry was written, or happened."""
_LASTED: Final = ("abatementPeriod", "effectivePeriod", "performedPeriod", "period")
"""Elements that say from when until when it lasted."""
_MADE_AHEAD: Final = frozenset({"Appointment"})
"""Types whose main date lies ahead when they are written: without a date of writing they count from their load."""


def own_time(resource: Any, low: int | None, updated: int) -> int:
    """The latest moment up to `updated` at which `resource` says that it was written or ended, else its `low`.

    All in microseconds since 1970 UTC; a date counts from its beginning in Norway. `updated` where it says nothing.
    """
    found = max((at for at in _moments(resource) if at <= updated), default=None)
    if found is None and low is not None and low <= updated and resource.__class__.__name__ not in _MADE_AHEAD:
        return low
    return updated if found is None else found


def _moments(resource: Any) -> Iterator[int]:
    texts = [getattr(resource, name, None) for name in _SAID]
    for name in _LASTED:
        period = getattr(resource, name, None)
        if period:
            texts += (period.start, period.end)
    dispense = getattr(resource, "dispenseRequest", None)
    if dispense and dispense.validityPeriod and resource.status in ("completed", "stopped"):
        texts.append(dispense.validityPeriod.end)  # of an order that is over: when it ended
    for text in texts:
        if text and isinstance(text, str):
            try:
                yield date_range(text)[0]
            except ValueError:
                continue
