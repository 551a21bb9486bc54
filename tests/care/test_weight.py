"""Every page weighs what it may: counted, so that a slow machine says the same as a fast one.

A chart of twenty years is read by its GP and by the person herself; those who run the record, and who acts for another,
walk on from their first pages. What a page costs must follow what it shows, never how much there is behind it.
"""

from __future__ import annotations

import re
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from weighing import Scales, Weight, packed, posted

from felles.access import sessions
from felles.care.domains import DOMAINS
from felles.care.writing.form import From
from felles.care.writing.forms import FORMS
from felles.demo import long
from felles.demo.fill import state_of, write
from felles.demo.region import Region
from felles.record.clock import MICROSECONDS
from felles.ui.assets import assets
from felles.ui.sources import Known, New

MOST = Weight(sent=12 * 1024, elements=1_200, statements=8, rows=2_200)
"""What a page may weigh."""
HEAVIER = {
    # Whoever decides on what a person shows also looks for what she is asked to decide.
    "/": Weight(12 * 1024, 1_200, 9, 2_200),
    # The table of all tests, with eight days of each; and one test's whole course with its table.
    "/p/{id}/prover": Weight(30 * 1024, 2_600, 8, 2_600),
    "/p/{id}/prover/{kode}": Weight(18 * 1024, 1_700, 8, 2_200),
    "/meg/prover/{kode}": Weight(16 * 1024, 1_300, 8, 2_200),
    # Who is on duty where, one inbox after the other.
    "/p/{id}/ring": Weight(12 * 1024, 1_200, 16, 2_200),
    # What a block would do is foreseen by letting it pass on: each reference of the record leads to its target, once.
    "/meg/sperringer/ny": Weight(12 * 1024, 1_200, 12, 6_000),
}
"""Pages that may weigh more, and why."""
FIRST_VIEW = 150 * 1024
"""Bytes of a citizen's first view, with all that the browser keeps afterwards (ux.md, G4)."""
WALKERS = {
    "fastlege": ["/", "/bytt", "/finn", "/meld-feil", "/tilstander"],
    "parorende": ["/meg", "/for"],
    "gravid": ["/meg", "/for"],
    "administrator": ["/", "/admin", "/drift"],
    "personvern": ["/", "/admin", "/arbeid"],
    "hjemmesykepleier": ["/rute"],
}
"""Persona → where she begins."""
NOT_HERE = {
    "/admin/feil/{fid}",
    "/admin/saker/{cid}/flytt",
    "/admin/soknader/{aid}",
    "/for/{id}/be",
    "/for/{id}/meldinger/svar/{tid}",
    "/meg/meldinger/svar/{tid}",
    "/meg/personvern",
    "/p/{id}/onsker/{cid}",
    "/p/{id}/verge/{cid}",
}
"""Pages of what the made-up region holds none of: a report, a demand, an application, a request, a mandate, a question
asked back; and a way that leads on to another page."""


UNSEEN = 3
"""Registered pages that may be beyond those: what nobody leads to from where these begin, weighed by nobody."""


ELSEWHERE = {
    ("/meg/etter-meg", "valg"),  # tests/care/test_requests.py
    ("/meg/etter-meg", "ord"),
    ("/p/{id}/ring", "til"),  # tests/care/test_handovers.py
    ("/p/{id}/ring", "tekst"),
    ("/p/{id}/skriv/time", "tekst"),  # tests/care/test_timebook.py
}
"""Fields that the record fills, of which the walked charts hold nothing: the tests that show them filled in."""


async def _long_chart(site: Any) -> str:
    """A chart of twenty years with a control every six weeks, in the region; the id of its Patient."""
    state = await state_of(site.store)
    assert state is not None
    made = Region(state.seed, date.fromisoformat(state.day), state.people, state.years)
    made.places.block(0)
    life = long.life(made)
    await write(site.store, made, [life])
    return life.person.id


@pytest_asyncio.fixture(scope="module")
async def walked(site, region):
    """Every page that these walkers are led to, weighed."""
    patch = pytest.MonkeyPatch()
    patch.setattr(long, "_EVERY", 45)
    # Where a page takes a second, the next would look up its session: a slow machine must not count more.
    patch.setattr(sessions, "RECHECK", 3600 * MICROSECONDS)
    patient = await _long_chart(site)
    owner = await asyncpg.connect(region.owner_url, server_settings={"search_path": "felles, public"})
    await owner.execute("analyze")
    scales = Scales(site, owner)
    try:
        async with site.visitor() as stranger:
            await scales.walk(stranger, ["/", "/bli-med"])
        async with site.visitor("fastlege") as doctor:
            await scales.walk(doctor, [f"/p/{patient}", f"/p/{patient}/siden"])
        async with site.visitor(f"Patient/{patient}") as citizen:
            await scales.walk(citizen, ["/meg"])
        for persona, begins in WALKERS.items():
            async with site.visitor(persona) as browser:
                await scales.walk(browser, begins)
    finally:
        await owner.close()
        patch.undo()
    return scales


@pytest.mark.slow
async def test_every_page_keeps_its_weight_over_a_chart_of_twenty_years(walked):
    missed = walked.missing() - NOT_HERE
    assert len(missed) <= UNSEEN, f"pages are registered that nobody was shown: lead to them, or say why not: {missed}"
    over = {route: (weight, HEAVIER.get(route, MOST)) for route, weight in walked.found.items()}
    assert {route: both for route, both in over.items() if not both[0].within(both[1])} == {}
    kept = sum(packed(assets().asset(name).body) for name in ("felles.css", "felles.js", "icons.svg"))
    kept += len(assets().asset("inter-latin.woff2").body)
    heaviest = max(weight.sent for route, weight in walked.found.items() if route.startswith(("/meg", "/for")))
    assert kept + heaviest <= FIRST_VIEW


def _declared() -> dict[tuple[str, str], New | Known | From]:
    """(path of a POST, name of a field) → its source, of every form there is."""
    said = {
        (path, name): source for domain in DOMAINS for path, of in domain.fields.items() for name, source in of.items()
    }
    panel = "/p/{id}/skriv/{hva}"
    return said | {(panel, each.name): each.source for form in FORMS.values() for each in form.fields}


@pytest.mark.slow
async def test_every_field_of_every_form_declares_its_source_and_shows_what_the_record_has(walked):
    forms = {path: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in posted()}
    declared, shown, undeclared = _declared(), set[tuple[str, str]](), set[tuple[str, str]]()
    for field in walked.fields:
        path = min((p for p, form in forms.items() if form.fullmatch(field.action)), key=lambda p: p.count("{"))
        names = [name for of, name in declared if of == path and fnmatchcase(field.name, name)]
        undeclared |= set() if names else {(path, field.name)}
        shown |= {(path, name) for name in names if field.value}
    assert undeclared == set()
    known = {key for key, source in declared.items() if isinstance(source, Known)}
    assert known - shown - ELSEWHERE == set(), "nobody was shown these filled in"
