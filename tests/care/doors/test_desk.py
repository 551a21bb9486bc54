"""Whose a case is when its own organisation has nobody who answers cases."""

import re

from browsing import own, words
from desks import an_entry, case_at, hired

from felles.demo.places import ORGANISATIONS


async def test_the_region_has_cases_to_review_from_its_first_day(site):
    async with site.visitor("personvern") as solveig:
        listed = (await solveig.get("/admin/saker")).text
        titles = re.findall(r'class="open"[^>]*>([^<]+)<', listed)
        assert {"Åpnet med nødrett", "Oppgitt tjenstlig behov", "Krav om retting"} <= set(titles)
        href = (await case_at(solveig, "Åpnet med nødrett"))[0]
        assert "Aksel Bjørnvik" in words((await solveig.get(href)).text)
        assert (await solveig.get("/finn")).status_code == 403


async def test_what_no_reviewer_answers_falls_to_the_regions_and_goes_back_when_one_comes(site):
    async with site.visitor("eldre") as olav:
        href = await an_entry(olav)
        words_of_his = "Denne medisinen har jeg aldri brukt, det må rettes."
        sent = await olav.post(f"{href}/feil", data={"hva": "retting", "tekst": words_of_his}, headers=own())
        assert sent.status_code == 303
    rows = await site.store.pool.fetch("select id, owner from matter where sort = 5 order by made desc limit 1")
    case = f"/admin/saker/{rows[0]['id']}"
    owner = (await site.store.names.organizations({rows[0]["owner"]}))[rows[0]["owner"]]
    key = next(key for key, each in ORGANISATIONS.items() if each.reference == owner)
    async with site.visitor("personvern") as region, site.visitor("administrator") as nils:
        page = words((await region.get(case)).text)
        assert words_of_his in page
        assert ORGANISATIONS[key].name in page
        assert (await nils.get(case)).status_code == 404  # there is a reviewer: it is not his
        assert (await nils.get("/admin/saker")).status_code == 200
        async with site.visitor(await hired(site, "Ny", key)) as theirs:
            assert (await theirs.get(case)).status_code == 200
        assert (await region.get(case)).status_code == 404
        answered = await region.post(case, data={"svar": "svar", "tekst": "Ikke vår lenger."}, headers=own())
        assert answered.status_code == 404
