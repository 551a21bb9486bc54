from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.fhir.search.fold import exact, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Øyvind", "oyvind"),
        ("ØYVIND", "oyvind"),
        ("oyvind", "oyvind"),
        ("Åse Sæther", "ase saether"),
        ("A\u030ase", "ase"),
        ("Strauß", "strauss"),
        ("Máret Ánne Sárá", "maret anne sara"),
        ("Đuro Ŋolla Ŧ", "duro nolla t"),
        ("Þór Łukasz", "thor lukasz"),
        ("  Anne \t Marie\n", "anne marie"),
        ("Anne-Marie", "anne-marie"),
        ("D’Arcy", "d'arcy"),
        ("ﬁnn", "finn"),
        ("李 明", "李 明"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("one", "other"), [("Hansen", "Hanson"), ("Bø", "Be"), ("Anne Marie", "Annemarie")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_the_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=["L", "Nd"], max_codepoint=0x24F)))
def test_case_does_not_count(text: str) -> None:
    assert fold(text.lower()) == fold(text.upper()) == fold(text)


@given(st.text(st.characters(categories=["L", "Nd", "Zs"], max_codepoint=0x24F)), st.integers(0, 20))
def test_a_prefix_stays_a_prefix(text: str, length: int) -> None:
    assert fold(text).startswith(fold(text[:length]))


def test_exact_keeps_case_and_accents_but_not_how_they_are_written() -> None:
    assert exact("A\u030ase") == exact("Åse")
    assert exact("Åse") != exact("åse")
    assert exact("Åse") != exact("Ase")
