"""Version and time in a resource's own bytes, set under the person's lock without encoding again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

PLACEHOLDER = ("0", "0001-01-01T00:00:00.000000Z")
"""What stands for versionId and lastUpdated until the lock tells them. `meta` comes before anything a
sender could have written, so the first occurrence is always ours."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT = f'"versionId":"{PLACEHOLDER[0]}","lastUpdated":"{PLACEHOLDER[1]}"'


def instant(micros: int) -> str:
    """Microseconds since 1970 UTC as a FHIR instant with six decimals."""
    second, fraction = divmod(micros, 1_000_000)
    return f"{_second(second)}.{fraction:06}Z"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")


def stamp(body: str, version: int, updated: int) -> str:
    """`body` with its version and time in place of the placeholder."""
    return body.replace(_TEXT, f'"versionId":"{version}","lastUpdated":"{instant(updated)}"', 1)
