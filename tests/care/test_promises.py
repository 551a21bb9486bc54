"""Wherever a citizen writes, the page says who answers, by when, and whom to ring with what cannot wait."""

import re
from html import unescape

import pytest
import pytest_asyncio
from browsing import gone, own, patient_named, words
from walked import gets, route_of

pytestmark = pytest.mark.slow

UNANSWERED = {
    "/meg/etter-meg": "a wish for when she is dead: the page says that nobody answers it",
    "/meld-feil": "a fault of the program, which is no care and has no day: the page says so",
}
"""Routes on which nobody answers by a day, with the reason."""
UNREACHED = {
    "/for/{id}/be": "only where something is kept from a parent: test_acting.py",
    "/for/{id}/live": "a stream",
    "/meg/live": "a stream",
    "/meg/personvern": "leads to /meg/meg",
}
"""Pages of hers that no link of the walk leads to, with the reason."""
WRITTEN = {
    "/meg/avdod", "/meg/e/{type}/{eid}/feil", "/meg/etter-meg", "/meg/innsyn/spor", "/meg/maling", "/meg/meldinger/ny",
    "/meg/meldinger/svar/{tid}", "/for/{id}/gjor", "/for/{id}/e/{type}/{eid}/feil", "/for/{id}/meldinger/svar/{tid}",
    "/meld-feil",
}  # fmt: skip
"""Routes where she writes in her own words; the walk must have stood at each."""


def promises(route, html):
    """What a page where a citizen writes must say; the names of what it lacks."""
    said = words(html)
    lacks = [number for number in ("113", "116 117") if number not in said]
    if route not in UNANSWERED and not re.search(r"\w,? svarer innen \d{1,2}\. \w+ \d{4}", said):
        lacks.append("who answers, and by when")
    return lacks


async def post(visitor, path, **form):
    return await gone(visitor, await visitor.post(path, headers=own(), data=form))


async def asked_back(staff, listed):
    """Ask something back about what stands on the worklist as `listed`."""
    page = unescape((await staff.get("/arbeid")).text)
    found = re.search(rf'href="(/arbeid/[^"]+)"[^>]*>[^<]*{listed}', page)
    assert found is not None
    assert (await post(staff, f"{found[1]}/spor", tekst="Siden når?")).status_code == 303


async def walked(visitor, starts):
    """Every route that the links of these pages lead to, each with one page of it: {route: html}."""
    pages, waiting = {}, list(starts)
    while waiting:
        address = waiting.pop(0)
        route = route_of(address)
        if route is None or route in pages or not route.startswith(("/meg", "/for", "/meld-feil")):
            continue
        answer = await visitor.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
            continue
        pages[route] = answer.text
        waiting += re.findall(r'href="(/[^"#]*)', unescape(answer.text))
    return pages


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(site):
    """All pages of a citizen that links lead to, with something asked back of her and of who acts."""
    ida, _ = await patient_named(site, "nordmarken")
    olav, _ = await patient_named(site, "saeterbo")
    async with (
        site.visitor("gravid") as pregnant,
        site.visitor("jordmor") as midwife,
        site.visitor("parorende") as marit,
        site.visitor("fastlege") as gp,
    ):
        assert (await gp.get(f"/p/{ida}")).status_code == 200
        form = unescape((await pregnant.get("/meg/meldinger/ny")).text)
        station = re.search(r'value="(Organization/[^"]+)" checked', form)
        assert station is not None
        await post(pregnant, "/meg/meldinger/ny", tekst="Jeg er kvalm om kvelden", til=station[1])
        await asked_back(midwife, "Jeg er kvalm om kvelden")
        await post(marit, f"/for/{olav}/gjor", hva="viktig", tekst="Far liker ikke torsk")
        await asked_back(gp, "Far liker ikke torsk")
        found = await walked(pregnant, ["/meg", "/meg/meg", "/meg/meldinger", "/meg/maling", "/meld-feil"])
        acting = await walked(marit, ["/for", f"/for/{olav}", f"/for/{olav}/meldinger", f"/for/{olav}/gjor"])
        return acting | found


def test_the_walk_stands_at_every_page_of_a_citizen(pages):
    """So that a page that is added, and writes, is asked what it says."""
    hers = {route for route in gets() if route.startswith(("/meg", "/for"))}
    assert hers - set(pages) == set(UNREACHED)


async def test_every_page_where_a_citizen_writes_says_who_answers_by_when_and_whom_to_ring(pages):
    writes = {route: html for route, html in pages.items() if "<textarea" in html}
    assert {route: lacks for route, html in writes.items() if (lacks := promises(route, html))} == {}
    assert set(writes) == WRITTEN


def test_what_a_page_lacks_is_found():
    whole = "<p>Legekontoret svarer innen 3. desember 2026.</p>113 116 117"
    assert promises("/meg/avdod", whole) == []
    assert promises("/meg/avdod", whole.replace("113", "")) == ["113"]
    assert promises("/meg/avdod", whole.replace("svarer innen", "svarer")) == ["who answers, and by when"]
    assert promises("/meg/etter-meg", "113") == ["116 117"]


async def test_the_pregnant_are_told_of_their_own_ward(pages):
    for route in ("/meg/e/{type}/{eid}/feil", "/meg/innsyn/spor", "/meg/meldinger/ny"):
        assert "Fødeavdelingen din, hele døgnet" in words(pages[route]), route
    assert "Fødeavdelingen din" not in words(pages["/for/{id}/gjor"])
