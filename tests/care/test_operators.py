"""The pages of whoever runs Felles: what is silent, who takes part, the log's proof; and for nobody else."""

import asyncio
import re

import pytest
from browsing import own, words

from felles.record import pulse
from felles.record.log import keys
from felles.record.log.tick import Sealer
from felles.record.maintenance import connect

DRIFT = ["/drift", "/drift/logg", "/drift/virksomheter", "/drift/opprydding"]
OLD = 3 * 3600 * 1_000_000


def unescaped(html):
    return html.replace("&#x2f;", "/")


async def tell(site, **behind):
    """Let one process tell of all its parts, those of `behind` so many microseconds ago."""
    told = pulse.Pulse(1, host="vert")
    parts = (pulse.SEALING, pulse.CLEANING, pulse.CLOCK)
    for part in parts:
        told.done(part)
    conn = await connect(site.store.pool.url)
    try:
        await conn.execute("delete from pulse")
        await told.tell(conn)
        for part, span in behind.items():
            await conn.execute("update pulse set at = at - $1 where part = $2", span, part)
    finally:
        await conn.close()


async def test_a_part_that_is_silent_is_told_first_with_when_and_what_to_do(site):
    async with site.visitor("administrator") as nils:
        await tell(site)
        await sealed(site)  # nobody else does here, and lines that wait are late
        well = await nils.get("/")
        assert "Ingen del er stille" in words(well.text), words(well.text)
        assert 'data-state="silent"' not in well.text
        assert "Stille" not in words((await nils.get("/drift/opprydding")).text)
        await tell(site, cleaning=OLD)
        board = await nils.get("/")
        said = words(board.text)
        assert "1 del er stille" in said
        silent = unescaped(board.text.split('data-state="silent"')[1].split("</section>")[0])
        assert 'href="/drift/opprydding">Opprydding<' in silent
        assert re.search(r"for 3 timer siden\. Skulle ha lyktes innen (\d\d\.\d\d\.\d{4} )?kl\.", words(silent))
        assert "Forsegling" not in silent
        part = words((await nils.get("/drift/opprydding")).text)
    assert re.search(r"Lyktes sist .*for 3 timer siden", part)
    assert "gikk ut for 2 timer siden" in part
    assert "Hva det betyr, og hva du gjør" in part
    assert "Start felles serve på nytt" in part


async def test_what_waits_is_counted_and_leads_to_where_it_is_seen_to(site):
    await tell(site)
    async with site.visitor("administrator") as nils, site.visitor() as anybody:
        await anybody.post("/meld-feil", data={"ord": "Knappen virker ikke"}, headers=own())
        board = unescaped((await nils.get("/drift")).text)
        assert re.search(r'href="/admin/feil">1 melding om feil som ingen har tatt<', board)
        (row,) = await site.store.pool.fetch("select id from fault_report where state = 0")
        await nils.post(f"/admin/feil/{row['id']}", data={"slag": "ta"}, headers=own())
        assert "1 melding om feil under arbeid" in words((await nils.get("/drift")).text)


async def test_every_organisation_is_listed_with_its_roles_and_who_administers(site):
    async with site.visitor("administrator") as nils:
        answer = await nils.get("/drift/virksomheter")
        rows = {words(row).strip() for row in re.findall(r"<tr>(.*?)</tr>", answer.text, re.DOTALL)}
        operator = next(row for row in rows if row.startswith("Midtregionens journaldrift"))
        assert "2 roller" in operator
        assert "Nils Bergslien" in operator
        hospital = next(row for row in rows if row.startswith("Fjordsykehuset"))
        assert not hospital.endswith("Ingen")
        alone = next(row for row in rows if row.startswith("Gynekolog"))
        assert alone.endswith("Ingen")
        assert not any("sengepost" in row for row in rows), "a unit is part of one"
        assert "Det er ikke flere virksomheter" in words((await nils.get("/drift/virksomheter?side=99")).text)
        for side in ("0", "x", "-1", "99999"):
            assert (await nils.get(f"/drift/virksomheter?side={side}")).status_code == 400


async def sealed(site):
    """Seal what was written, as the server does each second."""
    key = await asyncio.to_thread(keys.load, site.store.settings.home)
    conn = await connect(site.store.pool.url)
    try:
        async with site.store.pool.acquire() as ours:
            return await Sealer(conn, ours.era, key).seal()
    finally:
        await conn.close()


async def test_the_log_is_proved_from_its_page_and_broken_lines_are_named(site, region):
    tick = await sealed(site)
    assert tick is not None
    async with site.visitor("administrator") as nils:
        page = (await nils.get("/drift/logg")).text
        shown = re.sub(r"\s", "", re.findall(r'<code class="print">(.*?)</code>', page)[0])
        assert shown == tick.hash.hex()
        assert "Ingen har regnet gjennom loggen ennå" in words(page)
        older = words((await nils.get(f"/drift/logg?segl={tick.tick}")).text)
        assert older.count(f"Segl nummer {tick.tick}") == 2
        assert "noe segl med det nummeret" in words((await nils.get("/drift/logg?segl=999")).text)
        for sort in ("prov", "alt"):
            assert (await nils.post("/drift/logg", data={"slag": sort}, headers=own())).status_code == 303
            await asyncio.gather(*site.app.state.tasks)
        page = words((await nils.get("/drift/logg")).text)
        assert re.search(r"Hele loggen Hel .*Nils Bergslien", page)
        assert re.search(r"Stikkprøver Hel .*Nils Bergslien", page)
        assert (await nils.post("/drift/logg", data={"slag": "x"}, headers=own())).status_code == 400
        owner = await connect(region.owner_url)
        try:
            number = await owner.fetchval(
                "update leaf set text = text || ' ' where number = (select min(number) from leaf) returning number"
            )
            await nils.post("/drift/logg", data={"slag": "alt"}, headers=own())
            await asyncio.gather(*site.app.state.tasks)
            page = words((await nils.get("/drift/logg")).text)
            assert f"Brutt line {number}" in page
            assert "Loggens bevis Ikke i orden" in words((await nils.get("/drift")).text)
        finally:
            await owner.execute("update leaf set text = rtrim(text, ' ') where number = (select min(number) from leaf)")
            await owner.close()


@pytest.mark.parametrize("persona", ["fastlege", "personvern", "gravid"])
async def test_it_is_for_nobody_else(site, persona):
    async with site.visitor(persona) as browser:
        for path in DRIFT:
            assert (await browser.get(path)).status_code == 403, path
        for sort in ("alt", "x"):
            assert (await browser.post("/drift/logg", data={"slag": sort}, headers=own())).status_code == 403
        assert 'href="/drift"' not in unescaped((await browser.get("/admin")).text)
    async with site.visitor("administrator") as nils:
        assert (await nils.get("/drift/finnesikke")).status_code == 404
