"""Moments in parameters: FHIR's instant and dateTime as microseconds since 1970 UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from felles.exchange.rest.outcomes import refuse

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)"  # a date with time always has a zone
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def since_of(text: str) -> int:
    """The moment `_since` names, in microseconds since 1970 UTC. A `+` that nobody escaped is read as one.

    Raises a Refusal (400) for anything but an instant: date, time and zone.
    """
    found = _INSTANT.fullmatch(text.strip().replace(" ", "+"))
    if found is not None:
        day, hours, zone = found.groups()
        whole, _, fraction = hours.partition(".")
        try:
            moment = datetime.fromisoformat(f"{day}T{whole}{'+00:00' if zone == 'Z' else zone}")
            return (moment - _EPOCH) // timedelta(microseconds=1) + int(fraction[:6].ljust(6, "0"))
        except (ValueError, OverflowError):
            pass
    raise refuse(400, "value", "_since takes an instant such as 2026-05-03T10:00:00Z")
