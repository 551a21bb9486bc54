"""The figures of the design: what is asked of whom, what must be reached, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass

from felles.ops.bench import lives

STAFF = "staff"
SYSTEM = "system"
CLIENT = "client"
COMMAND = "command"
BOTH = (STAFF, SYSTEM, CLIENT)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    `must` is the rate to report beside, `share` what must be reached of `limit`: the name of a pgbench script, or
    of another figure, whose rate by the same asker is then the limit. `counts` is how many of `unit` one answer
    stands for (a bundle holds a whole life). With `per_second` requests come at that rate instead of in a closed
    loop, and the figure is `p95`, in milliseconds. `page`: not FHIR, but a page, with a session's cookie.
    """

    name: str
    title: str
    unit: str
    must: float
    share: float | None = None
    limit: str | None = None
    connections: int = 32
    counts: int = 1
    asked_by: tuple[str, ...] = BOTH
    per_second: float | None = None
    p95: float | None = None
    page: bool = False

    @property
    def of_figure(self) -> bool:
        """Whether the limit is another figure's rate."""
        return self.limit in _BY_NAME


_OVERVIEW = f"chart overview, {lives.BIG} entries"
_ANEW = f"{_OVERVIEW}, nothing kept"
_SIXTEENTH = 1 / 16

FIGURES = (
    Figure("read", "read one resource by id", "/s", 8000, 0.17, "pg-read"),
    Figure("search", "search 20 newest by person and code", "/s", 5000, 0.18, "pg-search"),
    Figure("name", "person by name", "/s", 4000, 0.5, "read"),
    Figure("identifier", "person by identifier", "/s", 4000, 0.5, "read"),
    Figure("everything", "everything about a person", "/s", 800, 0.28, "pg-everything"),
    Figure("overview", _OVERVIEW, "/s", 500, _SIXTEENTH, "read", asked_by=(STAFF,), page=True),
    Figure("overview-anew", _ANEW, "/s", 500, _SIXTEENTH, "read", asked_by=(STAFF,), page=True),
    Figure("overview-rate", f"{_OVERVIEW}, 100/s", "/s", 100, asked_by=(STAFF,), page=True, per_second=100, p95=50),
    Figure("overview-anew-rate", f"{_ANEW}, 100/s", "/s", 100, asked_by=(STAFF,), page=True, per_second=100, p95=50),
    Figure("create", "create an Observation", "/s", 4000, 0.25, "pg-create", asked_by=(STAFF, SYSTEM)),
    Figure(
        "bundles",
        "whole lives by transaction, 4 at once",
        " resources/s",
        6000,
        0.09,
        "pg-rows",
        connections=4,
        counts=lives.PER_PERSON,
        asked_by=(SYSTEM,),
    ),
    Figure("import", "felles import", " resources/s", 8000, 0.12, "pg-rows", 4, asked_by=(COMMAND,)),
)
"""In the order they are measured; writes last, so that all reads meet the same data."""

_BY_NAME = {figure.name: figure for figure in FIGURES}
