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


_BEFORE_TIME = _TEXT.removesuffix(f'{PLACEHOLDER[1]}"')
_FIRST = _BEFORE_TIME.replace(f'"{PLACEHOLDER[0]}"', '"1"')


def first(body: str) -> tuple[str, int]:
    """`body` as a first version that waits for its time, and where that stands (in letters, from 1)."""
    before, _, after = body.partition(_BEFORE_TIME)
    return f"{before}{_FIRST}{after}", len(before) + len(_FIRST) + 1


def timed(body: str, place: int, updated: int) -> str:
    """`body` with its time at `place`, both as `first` gave them."""
    return f"{body[: place - 1]}{instant(updated)}{body[place - 1 + len(PLACEHOLDER[1]) :]}"
