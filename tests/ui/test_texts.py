"""Every text of the pages stands in the catalogue, in every language, and templates hold none beside it."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

import felles
from felles.care.glossary.words import entries
from felles.ui.i18n import NAMES, catalogue, choose, language

ROOT = Path(felles.__file__).parent
CODE = sorted([*(ROOT / "ui").rglob("*.py"), *(ROOT / "care").rglob("*.py")])
TEMPLATES = sorted([*(ROOT / "ui").rglob("*.html"), *(ROOT / "care").rglob("*.html")])
MARKED = re.compile(r'\b_\(\s*"((?:[^"\\]|\\.)*)"\s*\)')
OTHERS = [code for code in NAMES if code != "nb"]


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def texts_of_code(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and called(node) in ("t", "many"):
            for argument in node.args[: 2 if called(node) == "many" else 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def texts_of_template(path: Path) -> set[str]:
    return {json.loads(f'"{text}"') for text in MARKED.findall(path.read_text("utf-8"))}


@cache
def all_texts() -> set[str]:
    explained = {entry.text for entry in entries()}
    return explained.union(*map(texts_of_code, CODE), *map(texts_of_template, TEMPLATES))


def test_there_are_texts_to_look_at():
    assert len(all_texts()) > 300


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_untranslated_and_none_is_left_over(code):
    assert set(catalogue(code)) == all_texts()


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_fills_in_the_same_places(code):
    places = re.compile(r"\{\w+\}|%d")
    for text, other in catalogue(code).items():
        assert sorted(places.findall(text)) == sorted(places.findall(other)), text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_no_template_says_anything_outside_the_catalogue(path):
    # A block that gives a class is no text; neither is what stands between the brackets of a template's own words.
    written = re.sub(r"\{% block width %\}[a-z]*\{% endblock %\}", "", path.read_text("utf-8"))
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", written, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', text)
    between = re.sub(r"<(?:[^<>\"]|\"[^\"]*\")*>", " ", text)
    assert [word for word in re.findall(r"[^\W\d_]{2,}", between) if word != "Felles"] == []
    assert [label for label in spoken if re.search(r"[^\W\d_]{2,}", label)] == []


@pytest.mark.parametrize(
    ("accept", "saved", "expected"),
    [
        ("", None, "nb"),
        ("nn-NO,nn;q=0.9,en;q=0.5", None, "nn"),
        ("no", None, "nb"),
        ("en-GB,en;q=0.9,nb;q=0.8", None, "en"),
        ("de,fr;q=0.7", None, "nb"),
        ("fr;q=1,en;q=0.3,nn;q=0.2", None, "en"),
        ("en;q=bad,nn", None, "nn"),
        ("en", "nn", "nn"),
        ("en", "xx", "en"),
    ],
)
def test_the_language_follows_the_choice_then_the_browser_then_bokmal(accept, saved, expected):
    assert choose(accept, saved) == expected


def test_plurals():
    assert language("nb").many("%d dag", "%d dager", 1) == "1 dag"
    assert language("en").many("%d dag", "%d dager", 3) == "3 days"


@pytest.mark.parametrize(
    ("code", "text", "long", "brief"),
    [
        ("nb", "2026-11-24", "24. november 2026", "24.11.2026"),
        ("nn", "2026-11", "november 2026", "11.2026"),
        ("nb", "1954", "1954", "1954"),
        ("en", "2026-05-03", "3 May 2026", "3 May 2026"),
        # Half past eleven in the evening in London is the next day in Norway.
        ("nb", "2026-11-23T23:30:00Z", "24. november 2026", "24.11.2026"),
        ("nb", "2026-02-30", "2026-02-30", "2026-02-30"),
        ("nb", "ukjent", "ukjent", "ukjent"),
    ],
)
def test_dates_are_said_at_the_precision_they_have(code, text, long, brief):
    assert language(code).fhir(text) == long
    assert language(code).fhir(text, brief=True) == brief


def test_times_are_norwegian_and_numbers_have_a_comma():
    assert language("nb").fhir_moment("2026-07-01T08:15:00Z") == "1. juli 2026 kl. 10.15"
    assert language("nb").number("5.40") == "5,40"
    assert language("en").number("5.40") == "5.40"
