"""What a search may cost. Each is a setting; past one the answer is a clear error, never a part of the truth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one search.

    `count` entries a page when `_count` says nothing, `count_max` at most; `budget` rows that a search which
    names no person may look at; `chain` persons or targets that a chain may lead to; `included` entries that
    `_include` and `_revinclude` may add to a page; `alternatives` values in one parameter (`a,b,c`); `clauses`
    parameters in one search; `life` seconds that a paging link holds.
    """

    count: int = 20
    count_max: int = 1000
    budget: int = 20_000
    chain: int = 2_000
    included: int = 1_000
    alternatives: int = 200
    clauses: int = 40
    life: int = 3_600


DEFAULT = Limits()
"""The documented defaults."""
