"""The tree of a search: what `parse` makes of a query and what the compiler takes.

A condition is kept in two halves: its `form`, which is all that its SQL depends on, and its `args`, the values
with their SQL types. Searches of one form share one statement, whoever asks and whatever they ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Form = tuple[Any, ...]
"""A nested tuple of constants: what the SQL of a condition is made from, and the key under which it is kept."""

Arg = tuple[str, Any]
"""(SQL type, value). A type that ends in `[]` is sent as text and cast once for each request."""

Span = tuple[str, int, int]
"""(prefix, low, high): a date of the query, [low, high) in microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a row `e`."""

    form: Form
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One parameter of a search; its alternatives (`a,b`) are joined by *or*.

    Beside the `test` stand the facts that can serve as a place to begin: `marks` (any of them), `codes` (marks
    of bare codes, when every alternative has a code), `targets` (`Type/id`, when every alternative is a literal
    reference), `words` (folded beginnings), `spans` (dates). `said` is how the access log names it.
    """

    name: str
    kind: str
    modifier: str | None
    test: Test
    said: str
    marks: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    targets: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    inner: tuple[Inner, ...] = ()
    home: bool = False
    """Whether what refers to a Patient here must lie in that Patient's own record."""


@dataclass(frozen=True, slots=True)
class Inner:
    """The far side of a chain or a `_has`: a clause over another type."""

    type: str
    param: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Include:
    """`_include` (from the matches to what they refer to) or `_revinclude` (to what refers to them)."""

    source: str
    param: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One key of `_sort`. `kind` is the parameter's type, or `low`, `updated`, `id` for the row's own columns."""

    name: str
    kind: str
    down: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A search over `type`. `used` are the parameters that took part, as the self link repeats them."""

    type: str
    clauses: tuple[Clause, ...] = ()
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    sort: tuple[Order, ...] = ()
    count: int = 20
    total: str = "none"
    count_only: bool = False
    used: tuple[tuple[str, str], ...] = ()
    base_url: str = ""
    now: int | None = None

    @property
    def said(self) -> str:
        """The search as the access log carries it: names of parameters, and coded values only."""
        told = [c.said for c in self.clauses]
        told += ["_summary=count"] if self.count_only else []
        return self.type + ("?" + "&".join(told) if told else "")

    @property
    def named(self) -> Clause | None:
        """The clause that names a person: its targets are Patients in whose own records the matches must lie."""
        return next((c for c in self.clauses if c.home), None)

    def normalised(self) -> str:
        """The criteria alone, in one order: equal text means equal criteria (for the locks of writers)."""
        criteria = sorted((name, value) for name, value in self.used if name not in RESULT_PARAMETERS)
        return self.type + "?" + "&".join(f"{name}={value}" for name, value in criteria)


RESULT_PARAMETERS = frozenset(
    {"_sort", "_count", "_total", "_summary", "_include", "_revinclude", "_format", "_pretty"}
)
"""Parameters about the answer, not about what matches."""
