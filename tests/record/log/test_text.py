"""The leaf's text: made and read back without loss, also as SQL makes it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.record.log.text import Line, digest, parse, render

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9)
LINES = st.builds(
    Line,
    who=st.dictionaries(KEYS, TEXT, max_size=4),
    act=TEXT,
    what=TEXT,
    basis=st.none() | TEXT,
    outcome=TEXT,
    n=st.none() | st.integers(0, 2**40),
    more=st.dictionaries(KEYS.filter(lambda k: k not in {"who", "act", "what", "basis", "outcome"}), TEXT, max_size=2),
)


@given(LINES)
def test_what_is_made_is_read_back(line):
    assert parse(render(line)) == line


def test_a_text_as_the_reading_statements_make_it():
    text = (
        '{"who":{"name":"Kari"},"act":"read","what":"Observation/f1","basis":"gp-list:EpisodeOfCare/f2",'
        '"outcome":"released"}'
    )
    line = parse(text)
    assert (line.who["name"], line.act, line.basis, line.n) == ("Kari", "read", "gp-list:EpisodeOfCare/f2", None)
    assert render(line) == text


@pytest.mark.parametrize("text", ["", "[]", '{"act":"read"}', '{"who":1,"act":"a","what":"b","outcome":"c"}'])
def test_what_is_no_line_is_refused(text):
    with pytest.raises(msgspec.MsgspecError):
        parse(text)


def test_the_digest_is_sha_256_over_salt_and_text():
    assert digest(b"", "abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(b"ab", "c") == digest(b"", "abc")
