"""String parameters in `terms`: begins with, or contains; folded on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.find.ast import Form, Test
from felles.record.find.forms import Scope, joined, quoted, renders

if TYPE_CHECKING:
    from felles.fhir.search import Text


def test(name: str, texts: list[Text]) -> Test:
    """The condition that a value of the parameter begins with, or holds, one of the texts."""
    return Test(("text", name, *(text.how for text in texts)), tuple(("text", text.text) for text in texts))


@renders("text")
def _text(form: Form, scope: Scope) -> str:
    tests: list[str] = []
    for how in form[2:]:
        column = scope.take()
        tests.append(f"starts_with(t.v, {column})" if how == "starts" else f"strpos(t.v, {column}) > 0")
    return f"""exists (select 1 from jsonb_array_elements_text(e.terms->{quoted(form[1])}) t(v)
        where {joined(tests, "or")})"""
