"""Every bad input of the table gets what the table says, and nothing of it is kept."""

import runpy
from pathlib import Path

import pytest
from bad_input import GROUPS

CASES = [(heading, case) for heading, cases in GROUPS for case in cases]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def there(world):
    """A Patient with an Observation, and another Patient: their ids by the table's names."""
    patient, other = await world.patient(), await world.patient()
    observation = await world.made(world.observation(patient["id"]))
    return {"{patient}": patient["id"], "{observation}": observation["id"], "{other}": other["id"]}


def filled(text, there):
    if isinstance(text, str):
        for name, value in there.items():
            text = text.replace(name, value)
    return text.encode() if isinstance(text, str) else text


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{h}: {c.what}" for h, c in CASES])
async def test_bad_input_gets_what_the_table_says(world, there, case):
    method, _, target = case.request.partition(" ")
    before = await _count(world)
    client = world.system if case.signed_in else world.nobody
    headers = {name.replace("-", "_"): value for name, value in case.headers.items()}
    body = None if case.body is None else filled(case.body, there)
    answer = await client(method, filled(target, there).decode(), body, **headers)
    assert answer.status == case.status, answer.body
    if case.code:
        assert answer.issues == [(case.code, case.expression), *case.more], answer.body
        assert answer.headers["x-request-id"]
    assert await _count(world) == before


async def _count(world):
    (row,) = await world.store.pool.fetch("select count(*) as n from entry")
    return row["n"]


def test_the_page_in_docs_is_the_table():
    """docs/bad-input.md is made by scripts/bad_input_docs.py; it must say what is tested."""
    made = runpy.run_path(str(ROOT / "scripts" / "bad_input_docs.py"))["page"]()
    assert (ROOT / "docs" / "bad-input.md").read_text() == made
