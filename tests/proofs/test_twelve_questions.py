"""What a chart is opened for is found on the overview and at most one more page (tests/helpers/questions.py).

A few persons here; thirty of the region and five imported ones by `make soak`, which writes docs/questions.md when
FELLES_QUESTIONS says where.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import pytest_asyncio
from asking import ask_all, asking, page_of_answers, write_whole
from questions import QUESTIONS
from shown import page_of

PERSONS = ("olav", "ida", "live")


def test_what_is_not_seen_is_not_read():
    html = (
        "<main><section><h2>Boks</h2><ul><li>synlig</li><li hidden>gjemt</li></ul>"
        "<details><summary>Mer</summary><p>lukket</p></details><span class='sr'>lest opp</span></section></main>"
    )
    page = page_of("/", html)
    assert page.box("Boks") == "Boks synlig Mer"
    assert page.lines("Boks") == ["synlig"]


@pytest_asyncio.fixture(scope="module")
async def small(pg_server, tmp_path_factory):
    """The pages over the cast."""
    database = pg_server.fresh()
    async with asking(database, tmp_path_factory.mktemp("home"), people=7) as made:
        yield made
    pg_server.drop(database)


@pytest.mark.slow
async def test_the_questions_are_answered_for_the_cast(small):
    answers = await ask_all(small, [small.of_region(key) for key in PERSONS])
    wrong = {(who, key): answer.missing for (who, key), answer in answers.items() if answer.missing}
    assert wrong == {}
    assert all(len(answer.path) <= 2 and answer.path[0] == "overview" for answer in answers.values())
    assert sum(answer.real for (who, _), answer in answers.items() if who == "olav") >= len(QUESTIONS) - 1


@pytest.mark.soak
async def test_the_questions_are_answered_for_thirty_and_five(pg_server, tmp_path_factory, test_data):
    database = pg_server.fresh()
    async with asking(database, tmp_path_factory.mktemp("home"), imported=test_data / "synthea") as made:
        persons = [*made.thirty(), *await made.outsiders()]
        answers = await ask_all(made, persons)
        assert {pair: answer.missing for pair, answer in answers.items() if answer.missing} == {}
        real = Counter(key for (who, key), answer in answers.items() if answer.real and not who.startswith("import"))
        assert all(real[question.key] >= 10 for question in QUESTIONS), real
        if place := os.environ.get("FELLES_QUESTIONS"):
            write_whole(Path(place), page_of_answers(persons, answers, made.today))
    pg_server.drop(database)
