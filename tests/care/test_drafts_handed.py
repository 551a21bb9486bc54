"""What staff write about a hand-over and have not sent is kept, for who wrote it alone: each with its deny twin."""

import re
from html import unescape

import pytest
from browsing import found_in, gone, lines_about, own, patient_named, words
from desks import an_entry
from drafting import marks, opened, post, save, saved, unmarked

from felles.care.writing import actions as writing
from felles.demo.places import GP_OFFICE, ORGANISATIONS, WARD

pytestmark = pytest.mark.slow

ASK, DECLINE, POSTPONE = "arbeid-spor", "arbeid-avsla", "arbeid-utsett"


async def handed(site, gp, olav, tekst="Vurder blodfortynnende før utskrivning"):
    """A task of the GP for the ward, in the record; its address on the worklist."""
    page = await gp.get(f"/p/{olav}/skriv/oppgave")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(page.text)))
    said = form | {"til": ORGANISATIONS[WARD].reference, "tekst": tekst, "gjor": "signer"}
    answer = await gp.post(f"/p/{olav}/skriv/oppgave", headers=own(), data=said, follow_redirects=True)
    assert answer.status_code == 200, words(answer.text)
    await site.store.pool.fetch("update writing set due = 0 where state = 1")
    assert await writing.settle(site.store) == 1
    return f"/arbeid/Task/{form['id']}"


@pytest.fixture
async def olav(site):
    patient, _ = await patient_named(site, "saeterbo")
    await site.store.pool.fetch("delete from writing")
    return patient


async def test_what_is_said_in_a_hand_over_is_kept_until_it_is_sent(site, olav):
    _, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await handed(site, gp, olav)
        ask, decline = await opened(nurse, path, ASK), await opened(nurse, path, DECLINE)
        before = len(await lines_about(site, key))
        ask = await saved(nurse, f"{path}/spor", ask, tekst="Hvilken <dose>?")
        await saved(nurse, f"{path}/avsla", decline, tekst="Hører til poliklinikken")
        assert len(await lines_about(site, key)) == before, "a save shows nothing, and leaves no line"
        await nurse.post("/logg-ut", headers=own())
        assert (await save(nurse, f"{path}/spor", ask, 2, tekst="Ute")).status_code == 303
        await nurse.post("/logg-inn", data={"persona": "sykepleier"}, headers=own())
        page = await nurse.get(path)
        for text in ("Hvilken &lt;dose&gt;?</textarea>", "Hører til poliklinikken</textarea>"):
            assert text in page.text
        assert page.text.count("<details open>") == 2
        listed = words((await nurse.get("/arbeid")).text)
        assert "Ikke sendt: Spør tilbake" in listed
        assert "Hører til poliklinikken" in listed
        assert path in unescape((await nurse.get("/arbeid")).text).partition("<table")[0]
        # sent, it is a draft no more; the other stays
        page = await nurse.get(path)
        version = found_in(r'name="versjon" value="(\d+)"', page.text)
        refused = await post(nurse, f"{path}/spor", marks(page.text, ASK), tekst="?", versjon=version)
        assert refused.status_code == 422
        done = await post(nurse, f"{path}/spor", marks(refused.text, ASK), tekst="Hvilken dose?", versjon=version)
        await gone(nurse, done)
        assert "Hvilken" not in words((await nurse.get("/arbeid")).text)
        # it is the GP's again: her words stand on her list, and can be thrown away and fetched back
        listed = words((await nurse.get("/arbeid")).text)
        assert "Hører til poliklinikken" in listed
        assert "Hører til poliklinikken" not in (await gp.get(path)).text
        line = (await nurse.get("/arbeid")).text
        form = {"utkast-id": found_in(r'name="utkast-id" value="([^"]+)"', line)}
        thrown = await post(nurse, f"{path}/avsla", form, gjor="forkast")
        shown = await nurse.get(thrown.headers["location"])
        assert "Du kan hente det tilbake i ett døgn." in words(shown.text)
        assert "Hører til" not in shown.text
        action = found_in(r'action="([^"]+)"><input type="hidden" name="utkast-id"', unescape(shown.text))
        assert (await post(nurse, action, form, gjor="angre")).headers["location"] == "/arbeid"
        assert "Hører til poliklinikken" in words((await nurse.get("/arbeid")).text)


async def test_nobody_but_who_wrote_it_sees_it_or_writes_in_it(site, olav):
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await handed(site, gp, olav)
        ask = await saved(nurse, f"{path}/spor", await opened(nurse, path, ASK), tekst="Hvilken <dose>?")
        # neither who sent it, nor a colleague, nor anybody else
        async with site.visitor("sykehuslege") as colleague, site.visitor("jordmor") as other:
            for visitor, pages in (
                (gp, (path, f"/p/{olav}", f"/p/{olav}/skriv", "/arbeid")),
                (colleague, ("/arbeid",)),
            ):
                for each in pages:
                    assert "Hvilken" not in (await visitor.get(each)).text, each
            theirs = unmarked(ask)
            assert (await save(other, f"{path}/spor", theirs, 3, tekst="Tatt over")).status_code == 404
            assert (await post(other, f"{path}/spor", theirs, gjor="forkast")).status_code == 404
            nowhere = "/arbeid/Task/f00000000000000000000000a/spor"
            assert (await save(other, nowhere, theirs, 3, tekst="Tatt over")).status_code == 404
            # who reaches it guesses the name of the draft
            mine = marks((await gp.get(path)).text, "arbeid-avslutt")
            for action in (f"{path}/avslutt", f"{path}/spor"):
                guessed = mine | {"utkast-id": ask["utkast-id"]}
                assert (await save(gp, action, guessed, 3, tekst="Tatt over")).status_code == 404
                assert (await post(gp, action, guessed, gjor="forkast")).status_code == 404
            assert (await save(gp, f"{path}/avslutt", mine, 3, tekst="Mitt eget")).status_code == 200
        async with site.visitor("eldre") as citizen:
            assert (await save(citizen, f"{path}/spor", theirs, 3, tekst="Tatt over")).status_code == 403
        for wrong in ("ta", "angre-alt"):
            assert (await save(nurse, f"{path}/{wrong}", ask, 3, tekst="x")).status_code in (400, 404)
        assert "Hvilken &lt;dose&gt;?</textarea>" in (await nurse.get(path)).text


async def test_a_window_left_open_says_nothing_in_the_name_of_who_signs_in_beside_it(site, olav):
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as staff:
        path = await handed(site, gp, olav)
        page = await staff.get(path)
        said = {"tekst": "Hvilken dose mener du?", "versjon": found_in(r'name="versjon" value="(\d+)"', page.text)}
        ask = marks(page.text, ASK)
        await staff.post("/logg-ut", headers=own())
        await staff.post("/logg-inn", data={"persona": "sykehuslege"}, headers=own())
        assert (await staff.get(path)).status_code == 200, "it is with her ward"
        assert (await save(staff, f"{path}/spor", ask, 1, **said)).status_code == 303
        sent = await post(staff, f"{path}/spor", ask, **said)
        assert (sent.status_code, sent.headers["location"]) == (303, "/")
        assert not await site.store.pool.fetch("select 1 from writing where fields like '%Hvilken dose%'")
        # who began it signs in again, and her window goes on
        await staff.post("/logg-ut", headers=own())
        await staff.post("/logg-inn", data={"persona": "sykepleier"}, headers=own())
        ask = await saved(staff, f"{path}/spor", ask, 2, **said)
        await gone(staff, await post(staff, f"{path}/spor", ask, **said))
        assert "Hvilken dose mener du?" in words((await gp.get(path)).text)


async def test_a_reason_a_day_and_a_receiver_are_kept_too(site, olav):
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await handed(site, gp, olav)
        taken = await nurse.post(f"{path}/ta", headers=own(), data={})
        assert taken.status_code == 303
        await saved(nurse, f"{path}/utsett", await opened(nurse, path, POSTPONE), tekst="Venter på", dag="2099-01-01")
        to = ORGANISATIONS[WARD].reference
        await saved(nurse, f"{path}/spor", await opened(nurse, path, ASK), tekst="Og dette?", til=to)
        page = await nurse.get(path)
        assert 'value="2099-01-01"' in page.text
        assert "Venter på</textarea>" in page.text
        # what she has begun stands with what else she writes in that record
        chart = (await nurse.get(f"/p/{olav}/skriv")).text
        assert "Venter på" in words(chart)
        assert path in unescape(chart)
        form = marks(page.text, POSTPONE)
        late = await post(nurse, f"{path}/utsett", form, tekst="Venter på røntgen", dag="2099-01-01")
        assert late.status_code == 422
        assert "Venter på røntgen</textarea>" in (await nurse.get(path)).text


async def test_two_windows_and_what_is_called_back(site, olav):
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await handed(site, gp, olav)
        one, other = await opened(nurse, path, ASK), await opened(nurse, path, ASK)
        await saved(nurse, f"{path}/spor", one, tekst="Fra det ene")
        assert (await save(nurse, f"{path}/spor", other, tekst="Fra det andre")).status_code == 409
        page = await nurse.get(path)
        for text in ("Du har skrevet i to vinduer.", "Fra det ene", "Fra det andre"):
            assert text in words(page.text)
        both = await post(nurse, f"{path}/spor", marks(page.text, ASK), gjor="flett", velg="begge")
        assert both.headers["location"] == path
        page = await nurse.get(path)
        assert "Fra det ene\n\nFra det andre</textarea>" in page.text
        waits = await post(nurse, f"{path}/spor", marks(page.text, ASK), tekst="Fra begge", versjon="1")
        which = waits.headers["location"].rpartition("=")[2]
        assert "Fra begge</textarea>" not in (await nurse.get(path)).text
        back = await nurse.post(f"{path}/angre", headers=own(), data={"id": which})
        for address in (back.headers["location"], path):  # a draft again, wherever she comes from
            assert "Fra begge</textarea>" in (await nurse.get(address)).text
        page = await nurse.get(path)
        await gone(nurse, await post(nurse, f"{path}/spor", marks(page.text, ASK), tekst="Fra begge", versjon="1"))
        assert "Ikke sendt: Spør tilbake" not in words((await nurse.get("/arbeid")).text)
        assert "Fra begge" in words((await gp.get(path)).text)


async def test_what_was_begun_before_it_was_taken_is_written_on(site, olav):
    async with site.visitor("eldre") as he, site.visitor("fastlege") as gp:
        to = ORGANISATIONS[GP_OFFICE].reference
        sent = await he.post("/meg/meldinger/ny", headers=own(), data={"tekst": "Får jeg kjøre bil?", "til": to})
        assert sent.status_code == 303
        listed = unescape((await gp.get("/arbeid")).text)
        path = found_in(r'href="(/arbeid/Communication/[^"]+)"[^>]*>[^<]*Får jeg kjøre bil', listed)
        await saved(gp, f"{path}/svar", await opened(gp, path, "arbeid-svar"), tekst="Ikke før")
        taken = (await gp.post(f"{path}/ta", headers=own(), data={})).headers["location"].partition("?")[0]
        assert taken != path
        page = await gp.get(taken)
        assert "Ikke før</textarea>" in page.text
        form = await saved(gp, f"{taken}/svar", marks(page.text, "arbeid-svar"), 2, tekst="Ikke før kontrollen")
        assert "Ikke før kontrollen</textarea>" in (await gp.get(taken)).text
        assert "Ikke før" not in words((await he.get("/meg/meldinger")).text)
        done = await post(gp, f"{taken}/svar", form, tekst="Ikke før kontrollen")
        await gone(gp, done)
        assert "Ikke før kontrollen" in words((await he.get("/meg/meldinger")).text)
        assert "Ikke sendt" not in words((await gp.get("/arbeid")).text)


async def test_a_case_at_a_desk_keeps_why_it_is_put_off(site, olav):
    async with site.visitor("eldre") as he, site.visitor("personvern") as reviewer, site.visitor("fastlege") as gp:
        wrong = f"{await an_entry(he)}/feil"
        demand = {"hva": "retting", "tekst": "Dette stemmer ikke lenger"}
        assert (await he.post(wrong, headers=own(), data=demand)).status_code == 303
        listed = unescape((await reviewer.get("/arbeid")).text)
        path = found_in(r'href="(/arbeid/Task/[^"]+)"[^>]*>[^<]*Dette stemmer ikke lenger', listed)
        assert (await reviewer.post(f"{path}/ta", headers=own(), data={})).status_code == 303
        form = await opened(reviewer, path, POSTPONE)
        form = await saved(reviewer, f"{path}/utsett", form, tekst="Må spørre først")
        assert "Må spørre først</textarea>" in (await reviewer.get(path)).text
        assert "Må spørre først" in words((await reviewer.get("/arbeid")).text)
        assert (await save(gp, f"{path}/utsett", unmarked(form), 2, tekst="Tatt over")).status_code == 404
        answers = f"/admin/saker/{path.rpartition('/')[2]}"
        form = await saved(reviewer, answers, await opened(reviewer, answers, "sak-svar"), tekst="Vi har sett på det")
        assert "Vi har sett på det</textarea>" in (await reviewer.get(answers)).text
        assert answers in unescape((await reviewer.get("/arbeid")).text)
        for visitor in (gp, he):
            assert (await save(visitor, answers, unmarked(form), 2, tekst="Tatt over")).status_code == 403
        nowhere = "/admin/saker/f00000000000000000000000a"
        assert (await save(reviewer, nowhere, form, 2, tekst="Prøver")).status_code == 404
        assert (await post(reviewer, answers, form, svar="svar", tekst="Vi har sett på det nå")).status_code == 303
        assert "Vi har sett på det" not in words((await reviewer.get("/arbeid")).text)
        assert "Må spørre først" not in (await he.get("/meg/meldinger")).text
