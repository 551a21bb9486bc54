"""Whose a case is when its own organisation has nobody who answers cases."""

import re
from datetime import timedelta

import pytest
from browsing import gone, own, words
from desks import an_entry, answered_at, books_for_herself, case_at, hired, links
from worlds import actor

from felles import access
from felles.access.actor import Sort
from felles.care.doors.cases import actions
from felles.demo.places import OPERATOR, ORGANISATIONS, STAFF
from felles.record.errors import Conflict
from felles.ui.dates import local


async def test_the_region_has_cases_to_review_from_its_first_day(site):
    async with site.visitor("personvern") as solveig:
        listed = (await solveig.get("/arbeid")).text
        titles = re.findall(r'class="open"[^>]*>([^<:]+)', listed)
        assert {"Åpnet med nødrett", "Oppgitt tjenstlig behov", "Krav om retting"} <= set(titles)
        href = (await case_at(solveig, "Åpnet med nødrett"))[0]
        assert "Aksel Bjørnvik" in words((await solveig.get(href)).text)
        assert (await solveig.get("/finn")).status_code == 403


async def demanded(site, words_of_his):
    """Olav demands that a medicine is corrected: the source of the hand-over, and who has it (a reference)."""
    async with site.visitor("eldre") as olav:
        href = await an_entry(olav)
        sent = await olav.post(f"{href}/feil", data={"hva": "retting", "tekst": words_of_his}, headers=own())
        assert sent.status_code == 303
    rows = "select source, owner from handover where kind = 25 order by made desc, source desc limit 1"
    return (await site.store.pool.fetch(rows))[0]


async def owner_of(site, source):
    rows = await site.store.pool.fetch("select state, owner, next from handover where source = $1", source)
    return rows[0]["owner"]


async def test_what_no_reviewer_answers_is_the_regions_and_given_on_when_one_comes(site):
    his = "Denne medisinen har jeg aldri brukt, det må rettes."
    made = await demanded(site, his)
    at, answer = f"/arbeid/{made['source']}", answered_at(made["source"])
    assert made["owner"] == ORGANISATIONS[OPERATOR].reference
    to = {"til": ORGANISATIONS["solhogda"].reference}
    async with site.visitor("personvern") as region, site.visitor("administrator") as nils:
        assert his in words((await region.get(answer)).text)
        for href in (at, answer):
            assert (await nils.get(href)).status_code == 404  # there is a reviewer: it is not his
        refused = await region.post(f"{at}/videre", data=to, headers=own())
        assert refused.status_code == 422  # nobody answers cases there
        async with site.visitor(await hired(site, "Ny", "solhogda")) as theirs:
            assert (await theirs.get(at)).status_code == 404
            assert (await theirs.post(f"{at}/ta", headers=own())).status_code == 404
            given = await gone(region, await region.post(f"{at}/videre", data=to, headers=own()))
            assert given.status_code == 303
            assert (await theirs.get(at)).status_code == 200
            assert (await theirs.get(answer)).status_code == 200
        assert await owner_of(site, made["source"]) == to["til"]
        for href in (at, answer):
            assert (await region.get(href)).status_code == 404
        answered = await region.post(answer, data={"svar": "svar", "tekst": "Ikke vår lenger."}, headers=own())
        assert answered.status_code == 404
    async with site.visitor("eldre") as olav:
        assert ORGANISATIONS["solhogda"].name in words((await olav.get("/meg/saker")).text)


async def test_a_case_is_taken_and_put_off_within_its_day_and_the_person_sees_where_it_is(site):
    his = "Denne andre medisinen har jeg heller aldri brukt."
    made = await demanded(site, his)
    at = f"/arbeid/{made['source']}"
    async with (
        site.visitor("personvern") as solveig,
        site.visitor("eldre") as olav,
        site.visitor("fastlege") as gp,
    ):
        page = words((await solveig.get(at)).text)
        assert his in page
        assert "Avgjør kravet" in page
        assert at in links((await solveig.get("/")).text, '/arbeid/[^"]+')
        for verb in ("svar", "avsla", "avslutt"):
            assert (await solveig.post(f"{at}/{verb}", data={"tekst": "Nei."}, headers=own())).status_code == 409
        for denied in (await gp.get(at), await gp.post(f"{at}/ta", headers=own())):
            assert denied.status_code == 404
        assert at not in links((await gp.get("/arbeid")).text, '/arbeid/[^"]+')
        assert (await olav.get(at)).status_code == 403
        assert (await solveig.post(f"{at}/ta", headers=own())).status_code == 303
        assert await owner_of(site, made["source"]) == STAFF["solveig"].practitioner
        now = local(site.store.clock.clinical()).date()
        for days, status in ((0, 422), (40, 303), (120, 422)):
            said = {"dag": str(now + timedelta(days=days)), "tekst": "Venter på legen som skrev det."}
            assert (await solveig.post(f"{at}/utsett", data=said, headers=own())).status_code == status, days
        mine = words((await olav.get("/meg/saker")).text)
        assert "Under arbeid" in mine
        assert "Venter på legen som skrev det." in mine
        assert STAFF["solveig"].full_name in mine
        done = {"svar": "avslag", "tekst": "Teksten er riktig slik den står."}
        assert (await solveig.post(answered_at(at), data=done, headers=own())).status_code == 303
        assert at in links((await solveig.get("/arbeid?besvart=1")).text, '/arbeid/[^"]+')
        assert at not in links((await solveig.get("/arbeid")).text, '/arbeid/[^"]+')
        assert (await solveig.post(f"{at}/ta", headers=own())).status_code == 409
    assert await owner_of(site, made["source"]) == ""


async def test_a_way_in_of_her_own_making_is_taken_before_it_is_looked_over(site):
    case_at_desk, task, key = await made_her_own_way(site, "eldre")
    at = f"/arbeid/Review/Task.{task}"
    at_desk = access.handle(actor("reviewer", Sort.STAFF, reference=STAFF["solveig"].practitioner,
                                  organization=ORGANISATIONS[OPERATOR].reference))  # fmt: skip
    seen = await site.store.case(at_desk, f"Task.{task}")
    async with site.visitor("personvern") as solveig:
        assert "Se over åpningen" in words((await solveig.get(at)).text)
        taken = await solveig.post(f"{at}/ta", headers=own())
        assert taken.status_code == 303
        carried = taken.headers["location"].partition("?")[0]
        assert "Se over åpningen" in words((await solveig.get(carried)).text)
        assert (await solveig.get(case_at_desk)).status_code == 200
        with pytest.raises(Conflict):  # she looks at it as it stood before: what she says is not lost, but refused
            await actions.answer(site.store, at_desk, seen, "Ikke tjenstlig behov.", refused=True)
        assert await bases(site, task, key) != []
        said = {"svar": "avslag", "tekst": "Ikke tjenstlig behov."}
        assert (await solveig.post(answered_at(carried), data=said, headers=own())).status_code == 303
        assert await bases(site, task, key) == []


async def test_the_board_counts_cases_without_their_content(site):
    his = "Denne tredje medisinen er ikke min."
    made = await demanded(site, his)
    async with site.visitor("administrator") as nils, site.visitor("personvern") as solveig:
        counted = (await nils.get("/tavle")).text
        assert "Krav om retting" in words(counted)
        listed = (await nils.get("/tavle?hva=many&slag=demand")).text
        assert "Krav om retting" in words(listed)
        for secret in (his, "Sæterbø", made["source"].removeprefix("Task/")):
            assert secret not in counted + listed
        assert "Krav om retting" in words((await solveig.get("/tavle")).text)
    async with site.visitor("personvern") as solveig:
        assert (await solveig.get("/admin/saker")).headers["location"] == "/arbeid"


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
        assert case_at_desk in await case_at(solveig, "Åpnet ved egen time, henvisning eller oppgave")
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
