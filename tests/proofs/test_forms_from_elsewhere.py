"""A form that was not sent from a page of ours is not taken, whatever it is: every form that is registered (CSRF)."""

from __future__ import annotations

import random

import httpx
import pytest
from browsing import ADDRESS, own
from routes import Pages, routes, writes
from twins import CLINIC, SEEN, SHARED, fill, life, staff
from worlds import actor

from felles.access.actor import Sort
from felles.access.sessions import COOKIE, digest_of
from felles.record.clock import FOREVER

ELSEWHERE = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a site beside ours": {"sec-fetch-site": "same-site", "origin": "http://other.felles.test"},
    "another origin": {"origin": "https://evil.example"},
    "an origin that is hidden": {"origin": "null"},
    "typed in": {"sec-fetch-site": "none"},
    "nothing said": {},
}


@pytest.fixture(scope="module")
async def people(world):
    await fill(world, SHARED, [r for r in life(SEEN, "hidden", CLINIC) if r["resourceType"] != "Provenance"])
    key = await world.store.place(f"Patient/{SEEN}")
    citizen = actor("citizen", Sort.CITIZEN, reference=f"Patient/{SEEN}", keys=(key,), purpose="PATRQT")
    admin = actor("administrator", Sort.STAFF, reference="Practitioner/nils", organization=CLINIC)
    reviewer = actor("reviewer", Sort.STAFF, reference="Practitioner/eva", organization=CLINIC)
    return {"gp": staff("gp"), "citizen": citizen, "administrator": admin, "reviewer": reviewer}


_MADE = {}
"""The pages of each world (its `id`), made once."""


def _app(world):
    if id(world) not in _MADE:
        _MADE[id(world)] = Pages.of(world).app
    return _MADE[id(world)]


async def _sent(world, who, asked, headers):
    value = f"session-{who.reference}-{who.role_code}"
    world.doorkeeper.sessions._known.put(digest_of(value), who, FOREVER)
    transport = httpx.ASGITransport(_app(world), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies={COOKIE: value}) as client:
        return await client.request(asked.method, asked.path, data=asked.form, headers=headers)


async def _written(world):
    counts = (f"(select count(*) from {name}) as {name}" for name in ("entry", "shared", "session", "application"))
    return tuple((await world.store.pool.fetch(f"select {', '.join(counts)}"))[0].values())


@pytest.mark.slow
@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
async def test_no_form_from_elsewhere_is_taken(world, people, headers):
    met = set()
    for name, who in people.items():
        for asked in writes(random.Random(name), 1):
            before = await _written(world)
            answer = await _sent(world, who, asked, headers)
            assert answer.status_code in (400, 403, 404), (name, asked, answer.status_code)
            assert "set-cookie" not in answer.headers
            if answer.status_code == 400:
                met.add(asked.path)
            assert await _written(world) == before, (name, asked)
    assert len(met) > len([1 for method, _ in routes() if method == "POST"]) // 2


async def test_the_same_forms_from_our_own_page_are_taken(world, people):
    taken = 0
    for name, who in people.items():
        for asked in writes(random.Random(name), 1):
            answer = await _sent(world, who, asked, own())
            taken += answer.status_code in (200, 303, 422)
    assert taken > 20


async def test_signing_out_clears_what_the_browser_kept(world, people):
    asked = next(each for each in writes(random.Random(1), 1) if each.path == "/logg-ut")
    answer = await _sent(world, people["gp"], asked, own())
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
