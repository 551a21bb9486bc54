"""FHIR dates and periods as clinical microseconds."""

from __future__ import annotations

from typing import Any

from felles.fhir.search.dates import date_range
from felles.record.clock import BEGINNING, FOREVER


def span(value: Any, start: int | None) -> tuple[int, int]:
    """[since, until) of a Period, date, dateTime or instant that may be absent.

    A start that is not given is `start` (None: the beginning of time), an end that is not given FOREVER. A plain
    date or time gives its own range. Values are those of a checked resource; others raise `ValueError`.
    """
    default = BEGINNING if start is None else start
    if isinstance(value, str):
        return date_range(value)
    since = getattr(value, "start", None)
    until = getattr(value, "end", None)
    return (
        date_range(since)[0] if isinstance(since, str) else default,
        date_range(until)[1] if isinstance(until, str) else FOREVER,
    )
