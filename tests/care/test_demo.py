"""What exists in demo mode alone: a host for each persona, changing person, the clock that is moved."""

from html import unescape

import pytest
from browsing import ADDRESS, own, words
from browsing import opened as opened_region

from felles.access import demo_clock
from felles.record.clock import Clock

MIDWIFE = {"host": "jordmor.localhost:8000"}


@pytest.fixture
async def still(site):
    """The clock where it stood before, afterwards."""
    yield site
    await demo_clock.move(site.store, 0)


def sent_from(host):
    return {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}


async def test_a_personas_own_host_signs_her_in_and_leads_on(site):
    async with site.visitor() as browser:
        first = await browser.get("/p/nobody/tilgang", headers=MIDWIFE)
        second = await browser.get(first.headers["location"], headers=MIDWIFE)
        third = await browser.get(second.headers["location"], headers=MIDWIFE)
        home = await browser.get("/", headers=MIDWIFE)
    assert "set-cookie" in second.headers
    assert third.headers["location"] == "/p/nobody/tilgang"
    assert "Synne" in words(home.text)


async def test_no_other_host_signs_anybody_in(site):
    for host in ("felles.test", "nobody.localhost:8000", "jordmor.example.org"):
        async with site.visitor() as browser:
            answer = await browser.get("/", headers={"host": host})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers


async def test_outside_demo_mode_there_are_no_hosts_no_cast_and_no_clock(region, pages_home):
    async with opened_region(region, pages_home, demo=False) as site, site.visitor() as browser:
        front = await browser.get("/", headers=MIDWIFE)
        assert "set-cookie" not in front.headers
        assert "+1 dag" not in front.text
        assert (await browser.get("/bytt")).status_code == 404
        assert (await browser.get("/omvisning")).status_code == 404
        assert "/omvisning" not in front.text
        before = site.store.clock.offset
        assert (await browser.post("/klokke", data={"flytt": "dag"}, headers=own())).status_code == 404
        assert site.store.clock.offset == before


async def test_a_browser_without_cookies_meets_the_front_page_and_no_circle(site):
    async with site.visitor() as browser:
        first = await browser.get("/", headers=MIDWIFE)
        browser.cookies.clear()
        second = await browser.get(first.headers["location"], headers=MIDWIFE)
    assert second.status_code == 200


async def test_who_signs_out_at_her_own_host_stays_out(site):
    async with site.visitor() as browser:
        await browser.get("/", headers=MIDWIFE)
        left = await browser.post("/logg-ut", headers=sent_from(MIDWIFE["host"]))
        out = await browser.get(left.headers["location"], headers=MIDWIFE)
    assert "Velg hvem du vil være" in words(out.text)


async def test_from_her_own_host_one_leads_to_the_others(site):
    async with site.visitor() as browser:
        await browser.get("/", headers=MIDWIFE)
        page = await browser.get("/bytt", headers=MIDWIFE)
    assert 'href="http://gravid.localhost:8000/"' in unescape(page.text)
    assert 'name="persona"' not in page.text
    assert "Deg nå" in page.text


async def test_the_tour_leads_to_six_windows_of_the_cast_by_name(site):
    async with site.visitor() as browser:
        at_host = await browser.get("/omvisning", headers=MIDWIFE)
        without = await browser.get("/omvisning")
        front = await browser.get("/")
    assert unescape(at_host.text).count('.localhost:8000/" target') + unescape(at_host.text).count("?videre=/") == 6
    assert 'href="http://administrator.localhost:8000/?videre=/drift/logg"' in unescape(at_host.text)
    assert without.text.count('name="persona"') == 6
    assert "Ida Nordmarken" in words(without.text)
    assert "{" not in words(without.text)
    assert 'href="/omvisning"' in unescape(front.text)


async def test_each_card_signs_in_here_where_there_are_no_hosts(site):
    async with site.visitor("fastlege") as browser:
        page = await browser.get("/bytt")
        home = await browser.get("/")
    assert 'value="gravid"' in page.text
    assert ".localhost" not in page.text
    assert "Prøv:" in words(home.text)


async def test_the_clock_goes_on_by_an_hour_or_a_day_and_back_and_real_time_stays(still):
    site = still
    real, before = site.store.clock.real(), site.store.clock.clinical()
    async with site.visitor("fastlege") as browser:
        for step in ("time", "dag"):
            answer = await browser.post("/klokke", data={"flytt": step, "tilbake": "/finn"}, headers=own())
            assert (answer.status_code, answer.headers["location"]) == (303, "/finn")
        moved = site.store.clock.clinical() - before
        assert demo_clock.DAY + demo_clock.HOUR <= moved < demo_clock.DAY + 2 * demo_clock.HOUR
        assert site.store.clock.real() - real < demo_clock.HOUR
        assert "Still tilbake" in (await browser.get("/finn")).text
        await browser.post("/klokke", data={"flytt": "na"}, headers=own())
    assert site.store.clock.clinical() - before < demo_clock.HOUR


@pytest.mark.parametrize("step", ["", "x", "-1"])
async def test_the_clock_takes_no_other_step(site, step):
    before = site.store.clock.offset
    async with site.visitor("fastlege") as browser:
        answer = await browser.post("/klokke", data={"flytt": step}, headers=own())
        foreign = await browser.post("/klokke", data={"flytt": "dag"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == foreign.status_code == 400
    assert site.store.clock.offset == before


async def test_another_worker_takes_up_where_the_clock_stands(still):
    site = still
    await demo_clock.move(site.store, demo_clock.DAY)
    ours, site.store.clock = site.store.clock, Clock()
    try:
        await demo_clock.read(site.store)
        assert site.store.clock.offset == ours.offset
    finally:
        site.store.clock = ours


async def test_ages_and_appointments_follow_the_clock(still):
    site = still
    async with site.visitor("gravid") as browser:
        before = await browser.get("/meg")
        await browser.post("/klokke", data={"flytt": "dag"}, headers=own())
        for _ in range(60):
            await demo_clock.move(site.store, demo_clock.DAY)
        after = await browser.get("/meg")
    assert words(before.text) != words(after.text)
    coming = after.text.split('id="neste"')[1].split("</section>")[0]
    assert coming != before.text.split('id="neste"')[1].split("</section>")[0]


def test_the_address_of_these_tests_has_no_hosts():
    assert "localhost" not in ADDRESS
