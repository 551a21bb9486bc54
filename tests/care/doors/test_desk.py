"""Whose a case is when its own organisation has nobody who answers cases."""

import re

from browsing import own, words
from desks import an_entry, books_for_herself, case_at, hired

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
    href = f"/admin/saker/{rows[0]['id']}"
    owner = (await site.store.names.organizations({rows[0]["owner"]}))[rows[0]["owner"]]
    key = next(key for key, each in ORGANISATIONS.items() if each.reference == owner)
    async with site.visitor("personvern") as region, site.visitor("administrator") as nils:
        page = words((await region.get(href)).text)
        assert words_of_his in page
        assert ORGANISATIONS[key].name in page
        assert (await nils.get(href)).status_code == 404  # there is a reviewer: it is not his
        assert (await nils.get("/admin/saker")).status_code == 200
        async with site.visitor(await hired(site, "Ny", key)) as theirs:
            assert (await theirs.get(href)).status_code == 200
        assert (await region.get(href)).status_code == 404
        answered = await region.post(href, data={"svar": "svar", "tekst": "Ikke vår lenger."}, headers=own())
        assert answered.status_code == 404


async def made_her_own_way(site, citizen):
    """(the case's address, the task's id, whose record it is)"""
    patient = (await site.store.pool.fetch("select actor from account where id = $1", citizen))[0]["actor"]
    task = await books_for_herself(site, patient)
    return f"/admin/saker/Task.{task}", task, await site.store.place(patient)


async def bases(site, task, key):
    rows = await site.store.pool.fetch(
        "select basis from relation where bucket = $1 and person = $2 and source = $3", *key, f"Task/{task}"
    )
    return [row["basis"] for row in rows]


async def test_a_way_in_of_her_own_making_is_looked_over_and_shut_where_it_was_a_breach(site):
    case_at_desk, task, key = await made_her_own_way(site, "eldre")
    async with site.visitor("personvern") as solveig, site.visitor("fastlege") as gp:
        assert (await gp.get(case_at_desk)).status_code == 403
        assert "Åpnet ved egen time, henvisning eller oppgave" in (await solveig.get("/admin/saker")).text
        page = words((await solveig.get(case_at_desk)).text)
        for told in ("Jorid Tangen", "Fjordlegevakten", "Oppgave"):
            assert told in page
        assert "Ring" not in page.split()  # the entry is named, not shown
        assert await bases(site, task, key) == [160]
        said = {"svar": "avslag", "tekst": "Ikke tjenstlig behov."}
        assert (await solveig.post(case_at_desk, data=said, headers=own())).status_code == 303
        assert await bases(site, task, key) == []
        assert "Ikke tjenstlig behov." in words((await solveig.get(case_at_desk)).text)
        assert (await solveig.post(case_at_desk, data=said, headers=own())).status_code == 409
    async with site.visitor("eldre") as olav:
        mine = (await olav.get("/meg/apninger")).text
        assert "Jorid Tangen" in mine
        assert "Gjennomgått av virksomheten." in mine
        late = await olav.post("/meg/apninger", data={"sak": f"Task.{task}"}, headers=own())
        assert late.status_code == 404


async def test_the_person_confirms_it_on_her_page(site):
    case_at_desk, task, key = await made_her_own_way(site, "eldre")
    async with site.visitor("eldre") as olav, site.visitor("gravid") as ida:
        assert f'value="Task.{task}"' in (await olav.get("/meg/apninger")).text
        assert f"Task.{task}" not in (await ida.get("/meg/apninger")).text
        said = {"sak": f"Task.{task}"}
        assert (await ida.post("/meg/apninger", data=said, headers=own())).status_code == 404
        assert await bases(site, task, key) == [160]
        assert (await olav.post("/meg/apninger", data=said, headers=own())).status_code == 303
        assert await bases(site, task, key) == [60]
        assert f"Task.{task}" not in (await olav.get("/meg/apninger")).text
    async with site.visitor("personvern") as solveig:
        assert (await solveig.get(case_at_desk)).status_code == 404
