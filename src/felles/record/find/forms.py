"""From the form of a condition to its SQL over a row `e`.

Each kind of condition has one function here or in the module of its parameter type; `render` finds it by the
form's first word. `take` gives the column of the request row for the next argument, in the order of `Test.args`.
`live` is the condition that a row counts at all (current, or visible in the snapshot of a paging link); in which form
it counts is said where the person's row is at hand (`decide.IN_FORM`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from felles.record.find.ast import Form


@dataclass(slots=True)
class Scope:
    """What rendering needs to know beside the form: the next argument's column, and when a row is live."""

    take: Callable[[], str]
    live: str


Renderer = Callable[["Form", Scope], str]
_RENDERERS: dict[str, Renderer] = {}


def renders(word: str) -> Callable[[Renderer], Renderer]:
    """Register the function that makes the SQL of forms beginning with `word`."""

    def register(function: Renderer) -> Renderer:
        _RENDERERS[word] = function
        return function

    return register


def render(form: Form, scope: Scope) -> str:
    """The SQL of one condition: a boolean expression over `e` and the request row `q`, never null."""
    return _RENDERERS[form[0]](form, scope)


def quoted(text: str) -> str:
    """`text` as an SQL string constant. Only names of parameters and types of the definitions come here."""
    return "'" + text.replace("'", "''") + "'"


def compare(  # noqa: PLR0911 - one return a prefix
    prefix: str, low: str, high: str, begin: str, end: str
) -> str:
    """R4's prefixes over ranges: the entry's [begin, end) against the query's [low, high).

    `ap` gets its query range widened by whoever parsed it. Source: https://hl7.org/fhir/R4/search.html#prefix.
    """
    match prefix:
        case "eq":
            return f"({begin} >= {low} and {end} <= {high})"
        case "ne":
            return f"not ({begin} >= {low} and {end} <= {high})"
        case "gt":
            return f"{end} > {high}"
        case "lt":
            return f"{begin} < {low}"
        case "ge":
            return f"({end} > {high} or ({begin} >= {low} and {end} <= {high}))"
        case "le":
            return f"({begin} < {low} or ({begin} >= {low} and {end} <= {high}))"
        case "sa":
            return f"{begin} >= {high}"
        case "eb":
            return f"{end} <= {low}"
        case _:
            return f"({begin} < {high} and {end} > {low})"


def joined(parts: list[str], word: str) -> str:
    """Conditions joined by `and` or `or`, in brackets when there are several."""
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(parts) + ")"


@renders("mark")
def _mark(form: Form, scope: Scope) -> str:
    column = scope.take()
    return f"{column} = any(e.marks)" if form[1] == 1 else f"e.marks && {column}"


@renders("not")
def _not(form: Form, scope: Scope) -> str:
    return f"not {render(form[1], scope)}"


@renders("or")
def _or(form: Form, scope: Scope) -> str:
    return joined([render(part, scope) for part in form[1:]], "or")


@renders("and")
def _and(form: Form, scope: Scope) -> str:
    return joined([render(part, scope) for part in form[1:]], "and")


@renders("never")
def _never(form: Form, scope: Scope) -> str:  # noqa: ARG001 - one signature for all
    return "false"


@renders("id")
def _id(form: Form, scope: Scope) -> str:
    column = scope.take()
    return f"e.id = {column}" if form[1] == 1 else f"e.id = any({column})"
