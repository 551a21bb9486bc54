"""What somebody means by a word: forms of bokmål and nynorsk, abbreviations, codes, compounds."""

from pathlib import Path

import pytest

from felles.care.search.lexicon import fold, groups, stem, terms
from felles.care.search.rules import hit
from felles.record.read_words import _likes

PAIRS = [
    tuple(line.split("/"))
    for line in (Path(__file__).parent / "pairs.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def note(text):
    return {"resourceType": "Composition", "section": [{"text": {"div": f"<div><p>{text}</p></div>"}}]}


def finds(typed, text):
    return hit(note(text), terms(typed))


def test_there_are_more_than_a_hundred_pairs():
    assert len(set(PAIRS)) > 100


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_both_words_of_a_pair_find_each_other(one, other):
    for typed, written in ((one, other), (other, one)):
        found = finds(typed, f"Pasienten: {written.capitalize() if written.islower() else written}, i dag.")
        assert found, f"{typed} does not find {written}"
        assert fold(found.word) in fold(f"{written}, ") or fold(written).startswith(fold(found.word)), found


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_database_meets_every_form_that_the_rules_find(one, other):
    """Whatever form stands in the text, one of the patterns sent to the database holds it."""
    for typed, written in ((one, other), (other, one)):
        patterns = [p[1:-1] for form in terms(typed)[0].forms for p in _likes(form.split()[:1])]
        for text in (written, written.capitalize(), written.upper()):
            if finds(typed, text):
                assert any(pattern in text for pattern in patterns), (typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("BT", "Ubrukelig, obtained"),
        ("AF", "Pafyll av kaffe"),
        ("I10", "AI100"),
        ("blodtrykk", "Blodsukker 5,4"),
        ("hofte", "Kneet er hovent"),
        ("hypertensjon", "Hypotensjon"),
        ("finnesikke", "Alt annet"),
    ],
)
def test_what_is_another_word_is_not_found(typed, text):
    assert finds(typed, text) is None


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("protesen", "Hofteprotese innsatt"),
        ("protese", "Hofteprotesen sitter fint"),
        ("BLODTRYKKET", "bt 140/90"),
        ("trykk", "Blodtrykk"),
        ("blodtrykk svimmel", "BT 100/60, vertigo"),
    ],
)
def test_endings_compounds_and_several_words(typed, text):
    assert finds(typed, text)


def test_every_word_must_be_there():
    assert finds("blodtrykk katarakt", "BT 140/90") is None


def test_a_hit_shows_the_word_as_it_is_written_with_what_stands_around():
    found = finds("hypertensjon", "Kjent med Høyt blodtrykk siden 2018.")
    assert found
    assert (found.before, found.word, found.after, found.typed) == (
        "Kjent med ", "Høyt blodtrykk", " siden 2018.", False,
    )  # fmt: skip
    exact = finds("blodtrykk", "Blodtrykk målt")
    assert exact
    assert exact.typed


def test_attached_text_is_read_and_what_tells_how_it_is_kept_is_not():
    attached = {"content": [{"attachment": {"contentType": "text/plain", "data": "SHlwZXJ0ZW5zam9u"}}]}
    assert hit(attached, terms("I10"))
    assert not hit({"id": "hypertensjon", "status": "hypertensjon"}, terms("hypertensjon"))
    assert not hit({"content": [{"attachment": {"contentType": "image/png", "data": "SHlw"}}]}, terms("Hyp"))
    assert not hit({"content": [{"attachment": {"contentType": "text/plain", "data": "%%%"}}]}, terms("Hyp"))


def test_folding_keeps_the_length_and_the_norwegian_letters():
    assert fold("Diaré ÆØÅ") == "diare æøå"
    assert stem("protesen") == stem("protese")
    assert stem("bt") == "bt"


def test_no_group_is_alone_or_told_twice():
    assert all(len(group) > 1 for group in groups())
    assert len(set(map(frozenset, groups()))) == len(groups())


def test_what_is_typed_cannot_be_a_pattern():
    assert _likes(["%"]) == set()
    assert _likes(['_a\\"b']) == {"%ab%", "%AB%", "%Ab%"}
