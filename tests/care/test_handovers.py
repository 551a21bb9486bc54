"""Sending, taking, returning and ending by the pages: each allow with its deny twin on the same hand-over."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from browsing import found_in, gone, lines_about, own, patient_named, words
from desks import change, grant, hired

from felles.access.handovers.kinds import RULES, Kind
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.care.handovers import rules
from felles.care.handovers.rules import Verb
from felles.care.writing import actions as writing
from felles.demo.places import GP_OFFICE, HOME_CARE, ORGANISATIONS, STAFF
from felles.demo.world import id_of
from felles.ui.dates import local

pytestmark = pytest.mark.slow
TOLD = r"Avslå ?: Ikke sendt\. Noen var raskere.* Hører til poliklinikken"


async def ward_of(gp, olav):
    """The reference of the ward that the GP finds by its name."""
    page = await gp.get(f"/p/{olav}/skriv/oppgave")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(page.text)))
    said = form | {"mottaker": "ortopedisk sengepost", "gjor": "finn"}
    found = await gp.post(f"/p/{olav}/skriv/oppgave", headers=own(), data=said, follow_redirects=True)
    assert found.status_code == 200
    return found_in(
        r'name="til"[^>]* value="(Organization/[^"]+)"[^>]*>(?=<label[^>]*>.{0,40}Ortopedisk sengepost)', found.text
    )


async def sent(site, gp, olav, to, tekst="Vurder blodfortynnende før utskrivning"):
    """A task from the work panel, its ten seconds over; its address on the worklist."""
    page = await gp.get(f"/p/{olav}/skriv/oppgave")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(page.text)))
    said = form | {"til": to, "tekst": tekst, "gjor": "signer"}
    for _ in range(2):  # sent twice, it is one
        answer = await gp.post(f"/p/{olav}/skriv/oppgave", headers=own(), data=said, follow_redirects=True)
        assert answer.status_code == 200, words(answer.text)
    assert f"/arbeid/Task/{form['id']}" not in unescape((await gp.get("/arbeid?sendt=1")).text)  # ten seconds to undo
    await site.store.pool.fetch("update writing set due = 0 where state = 1")
    assert await writing.settle(site.store) == 1
    return f"/arbeid/Task/{form['id']}"


async def rung(gp, olav, to, **more):
    answer = await gp.post(f"/p/{olav}/ring", headers=own(), data={"til": to, "tekst": "Faller om"} | more)
    assert answer.status_code == 303, words(answer.text)
    return answer.headers["location"].partition("?")[0]


async def acts(visitor, path, verb, **form):
    return await gone(visitor, await visitor.post(f"{path}/{verb}", headers=own(), data=form))


async def test_from_the_gp_to_the_ward_and_back(site):
    olav, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse, site.visitor("jordmor") as other:
        path = await sent(site, gp, olav, await ward_of(gp, olav))
        assert "Ikke mottatt ennå" in words((await gp.get(path)).text)
        assert path in unescape((await gp.get("/arbeid?sendt=1")).text)
        assert path not in unescape((await gp.get("/arbeid")).text)
        for address in ("/", "/arbeid"):
            assert path in unescape((await nurse.get(address)).text)
            assert path not in unescape((await other.get(address)).text)
        assert (await other.get(path)).status_code == 404
        assert (await acts(other, path, "ta")).status_code == 404

        assert (await acts(gp, path, "ta")).status_code == 409  # it is not hers to take
        seen = found_in(r'name="versjon" value="(\d+)"', (await nurse.get(path)).text)
        assert (await acts(nurse, path, "ta", versjon=seen)).status_code == 303
        late = await acts(nurse, path, "ta", versjon=seen)
        assert late.status_code == 409
        assert "Noen var raskere" in words(late.text)
        assert "Tatt av Amir Karimi" in words((await gp.get(path)).text)

        late = await acts(nurse, path, "utsett", tekst="Venter på røntgen", dag="2099-01-01")
        assert late.status_code == 422
        assert re.search(r"Den kan utsettes til .+, ikke lenger\.", words(late.text))
        assert (await acts(nurse, path, "spor", tekst="")).status_code == 422
        assert (await acts(nurse, path, "spor", tekst="Hvilken dose nå?")).status_code == 303
        assert path in unescape((await gp.get("/arbeid")).text)
        assert "Hvilken dose nå?" in words((await gp.get(path)).text)
        assert (await acts(gp, path, "svar-pa", tekst="5 mg to ganger daglig")).status_code == 303
        assert path not in unescape((await gp.get("/arbeid")).text)
        assert path in unescape((await nurse.get("/arbeid")).text)
        assert (await acts(nurse, path, "ferdig")).status_code == 303
        assert path not in unescape((await nurse.get("/arbeid")).text)
        over = await gp.get(path)
        assert "Gjort" in words(over.text)
        assert not re.search(r'action="/arbeid', over.text)
    assert any(
        f'"page:handover","what":"{path.removeprefix("/arbeid/")}"' in line for line in await lines_about(site, key)
    )


async def test_what_is_said_can_be_called_back_for_ten_seconds_and_goes_once(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse, site.visitor("jordmor") as other:
        path = await sent(site, gp, olav, await ward_of(gp, olav), tekst="Hvor lenge skal han ligge?")
        source, asks = path.removeprefix("/arbeid/"), {"tekst": "Hvilken dose nå?", "versjon": "1"}

        async def says(visitor=nurse, verb="spor", **form):
            return await visitor.post(f"{path}/{verb}", headers=own(), data=form)

        async def state():
            (row,) = await site.store.pool.fetch("select state from handover where source = $1", source)
            return row["state"]

        first, again = await says(**asks), await says(**asks)
        waits = first.headers["location"]
        assert waits == again.headers["location"]  # sent twice it is one
        assert await state() == State.SENT
        shown = (await nurse.get(waits)).text
        assert re.search(r'id="sendes" data-again="\d+"', shown)  # it is fetched again by itself when it has gone
        page = words(shown)
        assert re.search(r"Spør tilbake ?: sendes om \d+ sekunder\.", page)
        assert "Hvilken dose nå?" in page
        which = waits.rpartition("=")[2]
        for visitor in (other, gp):  # it is the nurse's alone
            assert "Hvilken dose nå?" not in (await visitor.get(waits)).text
            stays = await visitor.post(f"{path}/angre", headers=own(), data={"id": which})
            assert stays.headers["location"] == waits
        back = await says(verb="angre", id=which)
        form = await nurse.get(back.headers["location"])
        assert "Hvilken dose nå?</textarea>" in form.text  # to write on
        shown = (await nurse.get(waits)).text
        assert "Ikke sendt: du angret." in words(shown)
        assert "data-again" not in shown
        assert await writing.settle(site.store) == 0
        assert await state() == State.SENT

        assert (await acts(nurse, path, "ta")).status_code == 303

        # Declined it is hers no more; sent once more it is said that it was sent, and nothing is done twice.
        version = found_in(r'name="versjon" value="(\d+)"', (await nurse.get(path)).text)
        said = {"verb": "avsla", "tekst": "Han ligger hos oss", "versjon": version}
        done = await gone(nurse, await says(**said))
        assert await state() == State.DECLINED
        assert "Sendt." in words((await nurse.get(done.headers["location"])).text)
        assert (await says(**said)).headers["location"] == done.headers["location"]
        assert (await nurse.post(f"{path}/angre", headers=own(), data={"id": which})).status_code == 303
        assert await state() == State.DECLINED
        # A process that was killed when it was carried out, before it was noted: the next does it no more.
        await site.store.pool.fetch("update writing set state = 1, due = 0 where id = $1", waits_id(done))
        words_ = '{"verb":"avsla","tekst":"Han ligger hos oss","til":""}'
        await site.store.pool.fetch("update writing set fields = $2 where id = $1", waits_id(done), words_)
        assert await writing.settle(site.store) == 1
        assert "Han ligger hos oss" in words((await gp.get(path)).text)
        rows = await site.store.pool.fetch("select state from writing where id = $1", waits_id(done))
        assert rows[0]["state"] == 2
        assert (await acts(gp, path, "avslutt", tekst="Ringte i stedet")).status_code == 303


async def test_what_did_not_go_is_told_until_its_writer_answers_for_it(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse, site.visitor("jordmor") as other:
        path = await sent(site, gp, olav, await ward_of(gp, olav), tekst="Kan dere ta ham imot?")

        async def listed(address="/arbeid"):
            return unescape((await nurse.get(address)).text)

        async def says(visitor, verb, **form):
            return await visitor.post(f"{path}/{verb}", headers=own(), data=form)

        late = await says(nurse, "avsla", tekst="Hører til poliklinikken", versjon="1")
        assert (await acts(nurse, path, "ta")).status_code == 303  # somebody was faster
        await gone(nurse, late)
        source = path.removeprefix("/arbeid/")
        (row,) = await site.store.pool.fetch("select state from handover where source = $1", source)
        assert row["state"] == State.ACCEPTED
        assert re.search(TOLD, words(await listed()))
        lost = waits_id(late)
        many = """insert into writing select (x).* from (select jsonb_populate_record(w, jsonb_build_object(
            'id', w.id || n, 'about', 'Task/other' || n, 'state', 2, 'changed', w.changed + 1)) as x
            from writing w cross join generate_series(1, 70) n where w.id = $1) f"""
        await site.store.pool.fetch(many, lost)  # a busy day
        await site.store.pool.fetch("update writing set changed = changed - 3 * 86400000000 where id = $1", lost)
        await says(other, "ta-bort", id=lost)
        await says(gp, "ta-bort", id=lost)
        assert re.search(TOLD, words(await listed()))
        away = (await says(nurse, "ta-bort", id=lost)).headers["location"]
        assert "Hører til poliklinikken" not in await listed()
        way = found_in(r'href="([^"]+)">Skriv videre', await listed(away))
        assert "Hører til poliklinikken</textarea>" in await listed(way)  # for a day it can be had back

        # She says something else of it instead.
        await site.store.pool.fetch("update writing set state = 5 where id = $1", lost)
        assert re.search(TOLD, words(await listed()))
        version = found_in(r'name="versjon" value="(\d+)"', await listed(path))
        await gone(nurse, await says(nurse, "avsla", tekst="Han ligger hos oss", versjon=version))
        assert not re.search(TOLD, words(await listed()))
        await acts(gp, path, "avslutt", tekst="Ringte i stedet")


def waits_id(answer):
    """Of what waits, or went, as its answer names it."""
    return answer.headers["location"].rpartition("=")[2]


async def test_nothing_is_sent_to_where_nobody_is(site):
    olav, _ = await patient_named(site, "saeterbo")
    said = {"tekst": "Ring henne", "gjor": "signer"}
    async with site.visitor("fastlege") as gp:
        page = await gp.get(f"/p/{olav}/skriv/oppgave")
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(page.text)))
        for to in ("", "Organization/nowhere", "Practitioner/x"):
            answer = await gp.post(f"/p/{olav}/skriv/oppgave", headers=own(), data=form | said | {"til": to})
            assert answer.status_code == 422, to
    async with site.visitor("jordmor") as midwife:  # has no relation to him
        answer = await midwife.post(f"/p/{olav}/skriv/oppgave", headers=own(), data=form | said | {"til": "x"})
        assert answer.status_code in (403, 404)


async def test_one_call_that_is_sent_twice_is_one(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp:
        ward = await ward_of(gp, olav)
        drawn = found_in(r'name="id" value="([^"]+)"', (await gp.get(f"/p/{olav}/ring")).text)
        first = await rung(gp, olav, ward, id=drawn)
        assert await rung(gp, olav, ward, id=drawn) == first
        other = await rung(gp, olav, ward, tekst="Faller\x00 om igjen")
        assert "Faller om igjen" in words((await gp.get(other)).text)
        changed = await rung(gp, olav, ward, id=drawn, tekst="Faller om, og blør")  # back, and sent with other words
        assert "Faller om, og blør" in words((await gp.get(changed)).text)
        assert len({first, other, changed}) == 3
        for path in (first, other, changed):
            assert (await acts(gp, path, "avslutt", tekst="Ringte i stedet")).status_code == 303


async def test_the_same_form_sent_to_another_unit_is_another_call(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse, site.visitor("jordmor") as other:
        drawn = found_in(r'name="id" value="([^"]+)"', (await gp.get(f"/p/{olav}/ring")).text)
        ward, second = await ward_of(gp, olav), f"Organization/{id_of('Organization', HOME_CARE)}"
        calls = [await rung(gp, olav, to, id=drawn) for to in (second, ward, ward, second)]
        assert calls[0] != calls[1] == calls[2]
        assert calls[3] == calls[0]
        assert calls[1] in unescape((await nurse.get("/arbeid")).text)
        for path in (calls[0], calls[1]):
            assert (await other.get(path)).status_code == 404
        refused = await other.post(
            f"/p/{olav}/ring", headers=own(), data={"til": ward, "tekst": "Faller om", "id": drawn}
        )
        assert refused.status_code == 404
        for path in (calls[0], calls[1]):
            assert (await acts(gp, path, "avslutt", tekst="Ringte i stedet")).status_code == 303


async def test_what_is_urgent_shows_whom_to_ring(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await rung(gp, olav, await ward_of(gp, olav))
        shown = await gp.get(path)
        assert re.search(r"Ring: dette skal ses av noen innen minutter\. \+47 [\d ]+", words(shown.text))
        assert 'href="tel:+47' in shown.text
        first = unescape((await nurse.get("/arbeid")).text).partition("<table")[2]
        assert first.index(path) == first.index("/arbeid/Task")
        assert (await acts(nurse, path, "haster-ikke")).status_code == 409  # who sent it says so
        assert (await acts(gp, path, "haster-ikke")).status_code == 303
        calm = words((await gp.get(path)).text)
        assert "Ikke mottatt ennå" in calm
        assert "innen minutter" not in calm
        assert (await acts(gp, path, "avslutt", tekst="Ringte i stedet")).status_code == 303
        assert path not in unescape((await nurse.get("/arbeid")).text)


async def test_whom_to_ring_is_there_at_once_and_what_is_sent_is_urgent(site):
    ida, _ = await patient_named(site, "nordmarken")
    rung = {"tekst": "BT 148/96", "til": ""}
    async with site.visitor("jordmor") as midwife, site.visitor("fodselslege") as doctor:
        shown = await midwife.get(f"/p/{ida}/ring")
        assert "Kristin Ytterhus (Lege)" in words(shown.text)
        assert 'href="tel:+47' in shown.text
        measured = re.search(r"Blodtrykk: 146/92 mmHg \(i går kl\. \d\d\.\d\d\)", words(shown.text))
        if (
            hour := local(site.store.clock.clinical()).hour
        ) != 20:  # it was before nine in the evening, and is told for a day
            assert bool(measured) is (hour < 20)
        to = found_in(r'name="til" value="(Organization/[^"]+)" checked', shown.text)
        beside = await midwife.get(f"/p/{ida}/ring", headers={"x-felles-part": "1"})
        assert "<html" not in beside.text
        for wrong, said in (({}, "Velg hvem du ringer"), ({"tekst": "x", "til": to}, "Skriv hva det gjelder")):
            answer = await midwife.post(f"/p/{ida}/ring", headers=own(), data=rung | wrong)
            assert answer.status_code == 422
            assert said in words(answer.text)
        answer = await midwife.post(f"/p/{ida}/ring", headers=own(), data=rung | {"til": to})
        path = answer.headers["location"].partition("?")[0]
        assert "Ingen har tatt den ennå. Den er hos Kvinneklinikken" in words((await midwife.get(path)).text)
        assert "svar-plan" not in (await doctor.get(path)).text
        assert 'action="' + path + '/motta"' not in (await doctor.get(path)).text  # it is taken, by name
        assert (await acts(doctor, path, "motta")).status_code == 409
        assert (await acts(doctor, path, "utsett", tekst="Etter helgen", dag="2099-01-01")).status_code == 409
        await acts(doctor, path, "ta")
        assert (await acts(doctor, path, "utsett", tekst="Etter helgen", dag="2099-01-01")).status_code == 409
        assert "Kristin Ytterhus har den." in words((await midwife.get(path)).text)
        assert f"/p/{ida}/skriv/svar-plan?om=" in unescape((await doctor.get(path)).text)
        assert "svar-plan" not in (await midwife.get(path)).text
    async with site.visitor("personvern") as reviewer, site.visitor("sykehuslege") as other:
        assert (await reviewer.get(f"/p/{ida}/ring")).status_code == 403
        assert (await other.get(f"/p/{ida}/ring")).status_code == 404
        assert (await other.post(f"/p/{ida}/ring", headers=own(), data=rung | {"til": to})).status_code == 404


async def test_before_she_closes_anything_the_person_sees_what_it_stops(site):
    olav, _ = await patient_named(site, "saeterbo")
    form = {"hva": "alt", "mot": "alle"}
    async with site.visitor("fastlege") as gp, site.visitor("eldre") as himself:
        path = await sent(site, gp, olav, await ward_of(gp, olav), tekst="Se på såret")
        asked = await himself.post("/meg/sperringer/ny", headers=own(), data=form)
        shown = words(asked.text)
        assert "Dette stopper" in shown
        assert "Se på såret" in shown
        harmless = await himself.post(
            "/meg/sperringer/ny", headers=own(), data={"hva": "alt", "mot": "rolle", "motrolle": "midwife"}
        )
        assert "Dette stopper" not in words(harmless.text)
        assert path not in unescape((await gp.get("/arbeid")).text)  # looked at, not done


async def test_the_board_counts_and_names_nobody(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("administrator") as operator, site.visitor("fastlege") as gp:
        before = int(found_in(r"Åpne (\d+)", words((await operator.get("/tavle")).text)))
        await sent(site, gp, olav, await ward_of(gp, olav))
        board = await operator.get("/tavle")
        assert int(found_in(r"Åpne (\d+)", words(board.text))) == before + 1
        assert "Sæterbø" not in board.text
        assert olav not in board.text
        async with site.visitor("eldre") as citizen:
            assert (await citizen.get("/tavle")).status_code == 403


async def test_what_falls_to_who_runs_the_record_is_on_her_list_without_its_content(site):
    olav, _ = await patient_named(site, "saeterbo")
    keeps = await hired(site, "Lista", GP_OFFICE, role="local-administrator")
    hers, paths = {"reference": STAFF["nils"].practitioner}, []
    for words_ in ("Faller til Nils", "Faller også til Nils"):
        task = rules.sending(
            Kind.REFERRAL, patient=f"Patient/{olav}", sender=hers["reference"], to=hers["reference"], words=words_,
            now=moment(site.store.clock.clinical()), urgent=False,
        )  # fmt: skip
        done = await site.store.commit(grant(), [change(task)])
        paths.append(f"/arbeid/{done[0].reference}")
    first, second = paths
    async with (
        site.visitor("administrator") as nils, site.visitor(keeps) as manager, site.visitor("fastlege") as gp,
        site.visitor("sykepleier") as nurse,
    ):  # fmt: skip
        listed = unescape((await nils.get("/arbeid")).text)
        assert first in listed
        assert second in listed
        for visitor in (manager, gp, nurse):
            assert first not in unescape((await visitor.get("/arbeid")).text)
            assert (await visitor.get(first)).status_code == 404
            assert (await acts(visitor, first, "avslutt", tekst="Ikke min")).status_code == 404
        shown = await nils.get(f"{first}?mottaker=ortopedisk sengepost")
        assert shown.status_code == 200
        for page in (listed, shown.text):
            assert "Faller" not in page
            assert "Sæterbø" not in page
            assert olav not in page
        ward = found_in(r'value="(Organization/[^"]+)"[^>]*>(?=<label[^>]*>.{0,40}Ortopedisk sengepost)', shown.text)
        assert (await acts(nils, first, "videre", til="Organization/nowhere")).status_code == 422
        assert (await acts(nils, first, "ta")).status_code == 409  # she cannot do it
        assert (await acts(nils, first, "videre", til=ward, versjon="99")).status_code == 409
        assert (await acts(nils, first, "videre", til=ward, versjon="1")).status_code == 303
        assert "Faller til Nils" in words((await nurse.get(first)).text)
        assert (await acts(nils, second, "avslutt", tekst="")).status_code == 422
        assert (await acts(nils, second, "avslutt", tekst="Sendt på nytt av legekontoret")).status_code == 303
        left = unescape((await nils.get("/arbeid")).text)
        assert first not in left
        assert second not in left
        (row,) = await site.store.pool.fetch("select state from handover where source = $1", second[8:])
        assert row["state"] == State.ENDED


def counts_of(html):
    """(address, how many) of each count of a board."""
    return [(href, int(many)) for href, many in re.findall(r'<a href="([^"]*hva=[^"]+)">(\d+)</a>', unescape(html))]


async def test_each_count_opens_what_it_counts_and_whoever_sees_less_counts_less(site):
    olav, _ = await patient_named(site, "saeterbo")
    keeps = await hired(site, "Tavlen", GP_OFFICE, role="local-administrator")
    async with site.visitor("fastlege") as gp, site.visitor(keeps) as manager, site.visitor("jordmor") as other:
        await sent(site, gp, olav, await ward_of(gp, olav), tekst="Til tavlen")
        async with site.visitor("administrator") as operator, site.visitor("sykepleier") as nurse:
            boards = {}
            for name, visitor in (("all", operator), ("gp", manager), ("ward", nurse), ("other", other)):
                answer = await visitor.get("/tavle")
                assert answer.status_code == 200
                assert "Til tavlen" not in answer.text
                boards[name] = counts_of(answer.text)
                for href, many in boards[name][:8]:
                    opened = await visitor.get(href)
                    assert len(re.findall("<tr[ >]", opened.text)) - 1 == many, href
                    assert name in ("ward", "other") or "Sæterbø" not in opened.text
            every = {
                name: next((many for href, many in board if "hva=many" in href), 0) for name, board in boards.items()
            }
            assert every["all"] > every["gp"]
            assert every["all"] > every["ward"] > 0
            shown = words((await nurse.get(next(href for href, _ in boards["ward"] if "hva=unread" in href))).text)
            assert "Til tavlen" in shown
            assert "Til tavlen" not in words((await other.get("/arbeid?hva=unread")).text)
            refused = await operator.get("/tavle?hva=noe")
            assert refused.status_code == 400
        # whoever keeps one organisation is answered with that one, whichever she asks for
        for href in [href for href, _ in boards["all"] if "hos=" in href][:6]:
            listed = unescape((await manager.get(href)).text)
            places = re.findall(r'<span class="subtle small">([^<]+)</span></td><td data-label="Tilstand"', listed)
            assert set(places) <= {ORGANISATIONS[GP_OFFICE].name}


async def test_a_unit_sees_what_its_colleagues_have_by_name_as_far_as_it_may(site):
    olav, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        path = await sent(site, gp, olav, await ward_of(gp, olav), tekst="Hos Amir ved navn")
        assert (await acts(nurse, path, "ta")).status_code == 303
        async with site.visitor("sykehuslege") as colleague, site.visitor("jordmor") as other:
            before = counts_of((await colleague.get("/tavle")).text)
            line = next(
                href for href, _ in before if "hva=many" in href and quote(STAFF["amir"].practitioner, "") in href
            )
            opened = unescape((await colleague.get(line)).text)
            assert path in opened
            assert "Amir Karimi" in words(opened)
            for href, many in before[:6]:
                assert len(re.findall("<tr[ >]", (await colleague.get(href)).text)) - 1 == many, href
            assert path in unescape((await colleague.get("/arbeid?kolleger=1")).text)
            assert path not in unescape((await colleague.get("/arbeid")).text)
            shown = await colleague.get(path)
            assert "Hos Amir ved navn" in words(shown.text)
            assert 'action="/arbeid' not in shown.text  # it is not his
            assert (await acts(colleague, path, "ferdig")).status_code == 409
            for address in ("/tavle", "/arbeid?kolleger=1", "/arbeid?tavle=1"):
                assert path not in unescape((await other.get(address)).text)
            assert (await other.get(path)).status_code == 404
        lines = await lines_about(site, key)
        assert any('"act":"page:work"' in line and STAFF["jonas"].practitioner in line for line in lines)
        # what he may not see counts nowhere
        async with site.visitor("eldre") as himself, site.visitor("sykehuslege") as colleague:
            form = {"hva": "alt", "mot": "person", "motperson": STAFF["jonas"].practitioner, "ja": "1"}
            assert (await himself.post("/meg/sperringer/ny", headers=own(), data=form)).status_code == 303
            listed = unescape((await himself.get("/meg/sperringer")).text)
            (end,) = re.findall(r'action="(/meg/sperringer/[^"]+)"', listed)
            assert path not in unescape((await colleague.get("/arbeid?kolleger=1")).text)
            assert (await colleague.get(path)).status_code == 404
            assert path not in unescape((await colleague.get("/arbeid?tavle=1")).text)
            assert (await himself.post(end, headers=own())).status_code == 303
        assert (await acts(nurse, path, "ferdig")).status_code == 303


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("kind", list(Kind))
def test_whoever_has_it_can_do_something_and_nobody_else_can(kind, state):
    mine = rules.verbs(kind, state, holds=True, sent=False)
    assert bool(mine) != state.ended
    if state is State.UNTAKEN and not kind.case and kind is not Kind.ORDER:  # whoever finds it late takes and answers
        answers = set() if kind is Kind.OFFER else {Verb.DONE if RULES[kind].done_ends else Verb.ANSWER}
        assert set(mine) == {Verb.TAKE, Verb.ASK, Verb.FORWARD, Verb.DECLINE} | answers
        for urgent in (False, True):  # and who sent it has it back
            own = rules.verbs(kind, state, holds=True, sent=True, urgent=urgent)
            assert set(own) - {Verb.CALM} == {Verb.FORWARD, Verb.END}
    at_once = rules.verbs(kind, state, holds=True, sent=False, urgent=True)
    assert kind.case or set(mine) - set(at_once) <= {Verb.RECEIVE, Verb.POSTPONE}
    assert kind.case or not {Verb.RECEIVE, Verb.POSTPONE} & set(at_once)
    assert bool(at_once) != state.ended
    assert Verb.CALM not in at_once
    hers = rules.verbs(kind, state, holds=False, sent=True, urgent=True)
    assert (Verb.CALM in hers) == (not state.ended and not kind.case)
    assert rules.verbs(kind, state, holds=False, sent=False) == ()
    assert rules.verbs(kind, state, holds=False, sent=True) == (() if state.ended or kind.case else (Verb.END,))
