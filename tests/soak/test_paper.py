"""A long record downloaded to read: what it takes, and that the worker answers others meanwhile.

    make soak ARGS='-k paper -s'

Twenty years of 5 000 observations of forty tests and 800 notes of some 250 words.
"""

from __future__ import annotations

import asyncio
import io
import random
import resource
import time

import psutil
import pypdf
import pytest
from households import settled

pytestmark = pytest.mark.soak
OBSERVATIONS, NOTES, TOGETHER = 5000, 800, 400
WORDS = ("pasienten", "kommer", "til", "kontroll", "og", "har", "det", "bra", "uten", "nye", "funn", "i", "dag")


def _observation(patient, number, dice):
    unit = {"unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": patient},
        "code": {"text": f"Prøve {number % 40}", "coding": [{"system": "urn:example:test", "code": f"t{number % 40}"}]},
        "effectiveDateTime": f"{2006 + number % 20}-0{1 + number % 9}-1{number % 10}T08:00:00Z",
        "valueQuantity": {"value": dice.randint(10, 90) / 10, **unit},
        "referenceRange": [{"low": {"value": 3.5, **unit}, "high": {"value": 6.5, **unit}}],
    }  # fmt: skip


def _note(patient, number, dice):
    parts = ["".join(f"<p>{' '.join(dice.choices(WORDS, k=50))}</p>" for _ in range(5))]
    return {
        "resourceType": "Composition", "status": "final", "title": f"Notat {number}", "type": {"text": "Notat"},
        "date": f"{2006 + number % 20}-0{1 + number % 9}-1{number % 10}", "subject": {"reference": patient},
        "author": [{"display": "Anna Lege"}],
        "section": [{"title": "Vurdering", "text": {"status": "generated", "div": _div(parts)}}],
    }  # fmt: skip


def _div(parts):
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'


async def _pauses(over):
    """The longest that this process worked without letting anything else in, until `over`: seconds of its own time."""
    longest = 0.0
    while not over.is_set():
        began = time.thread_time()
        await asyncio.sleep(0.005)
        longest = max(longest, time.thread_time() - began)
    return longest


def _titles(outline):
    for each in outline:
        yield from _titles(each) if isinstance(each, list) else [each.title]


async def test_a_record_of_twenty_years_is_printed_within_bounds(record_database, tmp_path):
    dice = random.Random(1)
    async with settled(record_database.url, tmp_path) as town:
        woman = await town.person("Lang", "1950-01-01")
        reference = f"Patient/{woman['id']}"
        made = [_observation(reference, n, dice) for n in range(OBSERVATIONS)]
        made += [_note(reference, n, dice) for n in range(NOTES)]
        for place in range(0, len(made), TOGETHER):
            part = [{"resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
                    for r in made[place : place + TOGETHER]]  # fmt: skip
            answer = await town.world.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": part})
            assert answer.status == 200, answer.body[:500]
        over = asyncio.Event()
        async with town.visit(await town.citizen(woman)) as browser:
            before, began = psutil.Process().memory_info().rss, time.perf_counter()
            watching = asyncio.create_task(_pauses(over))
            answer = await browser.post("/meg/last-ned", data={"form": "pdf"})
            took, grown = time.perf_counter() - began, psutil.Process().memory_info().rss - before
            over.set()
            pause = await watching
        assert answer.status_code == 200, answer.text
        file = pypdf.PdfReader(io.BytesIO(answer.content))
        titles = set(_titles(file.outline))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{len(file.pages)} pages, {len(answer.content) / 1e6:.1f} MB in {took:.1f} s; press {peak:.0f} MB, "
              f"worker {grown / 1e6:+.0f} MB; longest pause {pause * 1000:.0f} ms")  # fmt: skip
        assert titles > {f"Notat {n}" for n in range(NOTES)} | {f"Prøve {n}" for n in range(40)}
        assert peak < 1500
        assert grown < 100e6
        assert pause < 0.25
