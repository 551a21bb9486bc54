"""Writing in an open record: who may, what is kept, what signing does, and that nothing is ever lost."""

import json
import re
from html import unescape

import pytest
from browsing import own, patient_named, words
from desks import hired

from felles.access.handovers import inboxes
from felles.care.writing import actions
from felles.demo.places import HOME_CARE, ORGANISATIONS, WARD
from felles.record.maintenance import connect
from felles.record.writings import KEPT, State, age
from felles.ui.dates import local

PART = {"x-felles-part": "1"}


def hidden(html):
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(html)))


async def opened(browser, patient, what, about=""):
    answer = await browser.get(f"/p/{patient}/skriv/{what}", params={"om": about} if about else None)
    assert answer.status_code == 200, words(answer.text)
    return hidden(answer.text) | {"om": about}


async def sent(browser, patient, what, form, **more):
    return await browser.post(f"/p/{patient}/skriv/{what}", data=form | more, headers=own(), follow_redirects=True)


async def over(site, monkeypatch=None):
    """Let the ten seconds of all that waits be over, and put it into the record."""
    await site.store.pool.fetch("update writing set due = 0 where state = 1")
    return await actions.settle(site.store)


async def rows(site, patient, form):
    return await site.store.pool.fetch(
        "select * from writing where patient = $1 and form = $2 order by made", f"Patient/{patient}", form
    )


async def entries(site, patient, type_name):
    found = await site.store.pool.fetch(
        """select e.id, e.version, e.body from entry e join type_name t on t.type = e.type where t.name = $1
           and e.state = 0 and e.form = 0 and e.body like $2""", type_name, f"%{patient}%"
    )  # fmt: skip
    return {row["id"]: json.loads(row["body"]) for row in found}


@pytest.fixture
async def olav(site):
    patient, _ = await patient_named(site, "saeterbo")
    await site.store.pool.fetch("delete from writing")
    return patient


async def test_a_note_is_drafted_signed_called_back_and_committed_once(site, olav):
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "notat")
        before = await entries(site, olav, "Composition")
        answer = await sent(
            doctor, olav, "notat", form, gjor="lagre", tittel="Telefon", tekst="Ringte <datteren>.\nAvtalt ny time."
        )
        assert "Utkast lagret" in words(answer.text)
        assert "Ringte &lt;datteren&gt;." in answer.text
        chart = await doctor.get(f"/p/{olav}")
        assert "Du har et utkast" in chart.text
        form = await opened(doctor, olav, "notat")
        form |= {"tittel": "Telefon", "tekst": "Ringte <datteren>.\nAvtalt ny time."}
        answer = await sent(doctor, olav, "notat", form, gjor="signer")
        assert "Signert." in words(answer.text)
        assert await actions.settle(site.store) == 0  # ten seconds are not over
        assert await entries(site, olav, "Composition") == before
        answer = await sent(doctor, olav, "notat", hidden(answer.text), gjor="angre")
        assert "Ringte &lt;datteren&gt;." in answer.text
        form = hidden(answer.text) | {"tittel": "Telefon", "tekst": "Ringte <datteren>.\nAvtalt ny time."}
        for _ in range(2):  # a doubled click
            answer = await sent(doctor, olav, "notat", form, gjor="signer")
            assert "Signert." in words(answer.text)
        await site.store.pool.fetch("update writing set due = 0 where state = 1")
        async with site.store.pool.acquire() as other, other.transaction():  # another process is just taking it
            await other.fetch("select 1 from writing where state = 1 for update")
            assert await actions.settle(site.store) == 0
        assert await over(site) == 1
        again = await sent(doctor, olav, "notat", form, gjor="signer")  # the same form resent by a browser
        assert "Ført inn i journalen." in words(again.text)
        assert await over(site) == 0
        new = {k: v for k, v in (await entries(site, olav, "Composition")).items() if k not in before}
        assert list(new) == [form["id"]]
        note = new[form["id"]]
        assert (note["status"], note["title"]) == ("final", "Telefon")
        assert note["section"][0]["text"]["div"].endswith("<p>Ringte &lt;datteren&gt;.</p><p>Avtalt ny time.</p></div>")
        assert "Du har et utkast" not in (await doctor.get(f"/p/{olav}")).text
        assert (await doctor.get(f"/p/{olav}/e/Composition/{form['id']}")).status_code == 200
        (row,) = await rows(site, olav, "notat")
        assert (row["state"], row["fields"]) == (State.DONE, "{}")


async def test_nobody_but_the_writer_sees_a_draft_and_it_survives_sign_out(site, olav):
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "notat")
        await sent(doctor, olav, "notat", form, gjor="lagre", tekst="Bare min")
        await doctor.post("/logg-ut", headers=own())
    async with site.visitor("hjemmesykepleier") as nurse:
        assert "Bare min" not in (await nurse.get(f"/p/{olav}/skriv/notat")).text
        assert "Bare min" not in (await nurse.get(f"/p/{olav}/skriv")).text
        assert "Du har et utkast" not in (await nurse.get(f"/p/{olav}")).text
        assert (await nurse.get(f"/p/{olav}/skriv/notat", params={"utkast": form["id"]})).status_code == 404
        mine = await opened(nurse, olav, "notat")
        answer = await sent(nurse, olav, "notat", mine | {"id": form["id"]}, gjor="lagre", tekst="Tatt over")
        assert answer.status_code == 404
    async with site.visitor("fastlege") as doctor:
        assert "Bare min" in (await doctor.get(f"/p/{olav}/skriv/notat")).text
        assert "Bare min" in (await doctor.get(f"/p/{olav}/skriv")).text
        assert "Du har et utkast" in (await doctor.get(f"/p/{olav}")).text


async def test_who_may_not_write_it_is_not_offered_it_and_is_refused(site, olav):
    form = {"tekst": "Prøver", "gjor": "signer"}
    async with site.visitor("sekretar") as secretary:  # signs nothing
        chart = (await secretary.get(f"/p/{olav}")).text
        assert "/skriv/notat" not in unescape(chart)
        assert (await secretary.get(f"/p/{olav}/skriv/notat")).status_code == 403
        assert (await sent(secretary, olav, "notat", form)).status_code == 403
        assert (await sent(secretary, olav, "notat", form | {"gjor": "lagre"})).status_code == 403
    ida, _ = await patient_named(site, "nordmarken")
    async with site.visitor("hjemmesykepleier") as nurse:  # has no relation to her
        for gjor in ("lagre", "signer", "forkast", "angre"):
            assert (await sent(nurse, ida, "notat", form | {"gjor": gjor})).status_code == 404, gjor
            nobody = await sent(nurse, "f00000000000000000000000a", "notat", form | {"gjor": gjor})
            assert nobody.status_code == 404, gjor
        saved = await nurse.post(
            f"/p/{ida}/skriv/notat", data=form | {"gjor": "lagre"}, headers=own() | {"x-felles-part": "lagre"}
        )
        assert saved.status_code == 404
        assert (await nurse.get(f"/p/{ida}/skriv/notat")).status_code == 404
    assert await rows(site, ida, "notat") == []
    async with site.visitor("gravid") as citizen:
        assert (await citizen.get(f"/p/{olav}/skriv")).status_code == 403
        assert (await sent(citizen, olav, "notat", form)).status_code == 403


async def test_a_deviation_is_the_gps_until_she_answers_and_then_the_nurses(site, olav):
    said = {"tekst": "Dosetten var tom da vi kom.", "gjor": "signer"}
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("fastlege") as doctor:
        async with site.visitor("helsesykepleier") as other:  # has no relation to him
            assert (await sent(other, olav, "avvik", said)).status_code == 404
        assert "/skriv/avvik" in unescape((await nurse.get(f"/p/{olav}")).text)
        assert "/skriv/avvik" not in unescape((await doctor.get(f"/p/{olav}")).text)  # hers stands behind "more"
        page = unescape((await nurse.get(f"/p/{olav}/skriv/avvik")).text)
        gp = re.search(r'value="(PractitionerRole/\w+)" selected>Fastlege Ingrid Haugan', page)
        assert gp is not None
        form = hidden(page) | said | {"til": gp[1]}
        assert (await sent(nurse, olav, "avvik", form | {"til": "Practitioner/other"})).status_code == 422
        assert "Signert." in words((await sent(nurse, olav, "avvik", form)).text)
        assert await over(site) == 1
        path = f"/arbeid/Task/{form['id']}"
        assert path in unescape((await doctor.get("/arbeid")).text)
        assert path not in unescape((await nurse.get("/arbeid")).text)
        assert "Dosetten var tom" in words((await doctor.get(path)).text)
        answered = await doctor.post(f"{path}/svar", data={"tekst": "Fyll den etter listen i dag."}, headers=own())
        assert answered.status_code == 303
        assert await over(site) == 1
        assert path not in unescape((await doctor.get("/arbeid")).text)
        assert path in unescape((await nurse.get("/")).text)
        assert "Fyll den etter listen i dag." in words((await nurse.get(path)).text)


async def test_a_deviation_to_ones_own_unit_is_with_those_who_work_there(site, olav):
    async with site.visitor("sykepleier") as nurse, site.visitor("sykehuslege") as doctor:
        page = unescape((await nurse.get(f"/p/{olav}/skriv/avvik")).text)
        ((unit, name),) = re.findall(r'value="(Organization/\w+)"[^>]*>Egen enhet, ([^<]+)<', page)
        assert "Ortopedi" in name
        assert inboxes.at_work(await inboxes.staff(site.store, unit)), "where nobody works it would come back to her"
        form = hidden(page) | {"tekst": "Sengebandet manglet i natt.", "til": unit, "gjor": "signer"}
        assert "Signert." in words((await sent(nurse, olav, "avvik", form)).text)
        assert await over(site) == 1
        assert f"/arbeid/Task/{form['id']}" in unescape((await doctor.get("/arbeid")).text)
    sql = "select owner from handover where source = $1"
    assert [row["owner"] for row in await site.store.pool.fetch(sql, f"Task/{form['id']}")] == [unit]


async def test_what_was_signed_and_did_not_go_in_stands_on_her_worklist_also_when_the_record_is_closed(site, olav):
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("fastlege") as other:
        said = {"tittel": "Hjemmebesøk", "tekst": "Hoven legg, ringte fastlegen.", "gjor": "signer"}
        form = await opened(nurse, olav, "notat")
        assert "Signert." in words((await sent(nurse, olav, "notat", form | said)).text)
        await site.store.pool.fetch("update writing set state = 3, said = 'closed' where id = $1", form["id"])
        shown = words((await nurse.get("/arbeid")).text)
        for text in ("Ble ikke ført inn.", "ikke lenger åpen for deg", "Hjemmebesøk", "Hoven legg, ringte fastlegen."):
            assert text in shown
        assert f'href="/p/{olav}/skriv/notat"' in unescape((await nurse.get("/arbeid")).text)
        assert "Hoven legg" not in (await other.get("/arbeid")).text
        await sent(nurse, olav, "notat", form | {"gjor": "forkast"})
        assert "Hoven legg" not in (await nurse.get("/arbeid")).text
        form = await opened(nurse, olav, "notat")
        await sent(nurse, olav, "notat", form | {"tekst": "Bare et utkast.", "gjor": "lagre"})
        assert "Bare et utkast." not in (await nurse.get("/arbeid")).text, "what is only begun stands in its record"


async def test_two_windows_meet_and_no_text_is_lost(site, olav):
    async with site.visitor("fastlege") as doctor:
        one, other = await opened(doctor, olav, "notat"), await opened(doctor, olav, "notat")
        await sent(doctor, olav, "notat", one, gjor="lagre", tekst="Fra det ene")
        quick = own() | {"x-felles-part": "lagre"}
        address = f"/p/{olav}/skriv/notat"
        for step, said in enumerate(("Fra det", "Fra det andre"), start=1):
            later = await doctor.post(
                address, data=other | {"gjor": "lagre", "tekst": said, "steg": step}, headers=quick
            )
            assert later.status_code == 409
        html = (await doctor.get(address)).text
        assert "Fra det ene" in html
        assert html.count("Fra det andre") == 1
        answer = await sent(doctor, olav, "notat", hidden(html), gjor="signer", tekst="x")
        assert answer.status_code == 409
        answer = await sent(doctor, olav, "notat", hidden(answer.text), gjor="flett", velg="begge")
        assert "Fra det ene\n\nFra det andre\n\nx" in answer.text
        # a window does not meet itself, and an older save that comes late does not undo a newer one
        mine = hidden(answer.text)
        for step, said, kept in ((5, "Nyest", "Nyest"), (4, "Eldre", "Nyest")):
            answer = await doctor.post(
                address, data=mine | {"gjor": "lagre", "tekst": said, "steg": step}, headers=quick
            )
            assert answer.status_code == 200
            assert json.loads((await rows(site, olav, "notat"))[-1]["fields"])["tekst"] == kept


async def test_what_cannot_be_committed_comes_back_to_its_writer(site, olav, monkeypatch):
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "notat")
        await sent(doctor, olav, "notat", form, gjor="signer", tekst="Kommer tilbake")

        async def ended(_store, _text):
            return None

        with monkeypatch.context() as patched:
            patched.setattr(actions.signatures, "again", ended)
            assert await over(site) == 1
        assert form["id"] not in await entries(site, olav, "Composition")
        html = (await doctor.get(f"/p/{olav}/skriv/notat")).text
        assert "Rollen du signerte i, gjelder ikke lenger." in words(html)
        assert "Kommer tilbake" in html
        await sent(doctor, olav, "notat", hidden(html), gjor="signer", tekst="Kommer tilbake")
        # the process dies after the entry was written, before anybody heard: the next one finds it there
        real = site.store.writings.done

        async def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(site.store.writings, "done", killed)
            with pytest.raises(KeyboardInterrupt):
                await over(site)
        assert real
        await site.store.pool.fetch("update writing set lease = 0 where lease is not null")
        assert await over(site) == 1
        assert form["id"] in await entries(site, olav, "Composition")
        assert [row["state"] for row in await rows(site, olav, "notat")] == [State.DONE]


async def test_a_draft_is_thrown_away_and_fetched_back_and_goes_after_thirty_days(site, olav):
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "notat")
        await sent(doctor, olav, "notat", form, gjor="lagre", tekst="Kastes")
        answer = await sent(doctor, olav, "notat", form, gjor="forkast")
        assert "forkastet" in words(answer.text)
        assert "Kastes" not in (await doctor.get(f"/p/{olav}/skriv/notat")).text
        answer = await sent(doctor, olav, "notat", hidden(answer.text), gjor="angre")
        assert "Kastes" in answer.text

        now = site.store.clock.real()
        conn = await connect(site.store.pool.url)
        await age(conn, now + KEPT - 10_000_000)
        assert "Kastes" in (await doctor.get(f"/p/{olav}/skriv")).text
        await age(conn, now + KEPT + 60_000_000)
        await conn.close()
        told = words((await doctor.get(f"/p/{olav}/skriv")).text)
        assert "ingen rørte det på 30 dager" in told
        assert "Kastes" not in told
        assert "Kastes" not in (await rows(site, olav, "notat"))[0]["fields"]


async def test_ones_own_note_is_added_to_and_nothing_of_it_goes(site, olav):
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "notat")
        await sent(doctor, olav, "notat", form, gjor="signer", tittel="Konsultasjon", tekst="Tar 100 mg.")
        await over(site)
        about = f"Composition/{form['id']}"
        page = unescape((await doctor.get(f"/p/{olav}/e/{about}")).text)
        assert f'/p/{olav}/skriv/tillegg?om={about}"' in page
        more = await opened(doctor, olav, "tillegg", about)
        await sent(doctor, olav, "tillegg", more, gjor="signer", tekst="Det skal stå 50 mg.")
        # somebody else changes the same text before it is there
        from felles import access
        from felles.access.resources import struct
        from felles.record.changes import Change
        from felles.record.clock import FOREVER

        stands = (await entries(site, olav, "Composition"))[form["id"]]
        change = Change(
            op="update", type="Composition", id=form["id"], resource=struct(stands | {"title": "Konsultasjon I"})
        )
        await site.store.commit(access.maintenance("a test", until=FOREVER), [change])
        await over(site)
        html = (await doctor.get(f"/p/{olav}/skriv/tillegg", params={"om": about})).text
        assert "Andre endret det samme mens du skrev." in words(html)
        assert "Det skal stå 50 mg." in html
        assert "Tar 100 mg." in html
        await sent(doctor, olav, "tillegg", hidden(html) | {"om": about}, gjor="signer", tekst="Det skal stå 50 mg.")
        await over(site)
        note = (await entries(site, olav, "Composition"))[form["id"]]
        assert (note["status"], note["title"]) == ("amended", "Konsultasjon I")
        assert [len(s["text"]["div"]) > 20 for s in note["section"]] == [True, True]
        shown = words((await doctor.get(f"/p/{olav}/e/{about}")).text)
        assert "Tar 100 mg." in shown
        assert "Det skal stå 50 mg." in shown
    async with site.visitor("hjemmesykepleier") as nurse:  # sees it; it is not hers
        assert "/skriv/tillegg" not in (await nurse.get(f"/p/{olav}/e/{about}")).text
        assert (await nurse.get(f"/p/{olav}/skriv/tillegg", params={"om": about})).status_code == 404
        answer = await sent(nurse, olav, "tillegg", {"om": about, "tekst": "Ikke min", "grunnlag": 3}, gjor="signer")
        assert answer.status_code == 404


async def test_a_value_is_of_the_moment_it_was_measured_and_of_none_that_is_to_come(site, olav):
    now = site.store.clock.clinical()
    hour = 3_600_000_000
    async with site.visitor("fastlege") as doctor:
        form = await opened(doctor, olav, "maling")
        ahead, before = (local(at).strftime("%Y-%m-%dT%H:%M") for at in (now + hour, now - 30 * hour))
        refused = await sent(doctor, olav, "maling", form, gjor="signer", vekt="71,3", tid=ahead)
        assert refused.status_code == 422
        assert "tidspunktet er ikke kommet ennå" in words(refused.text)
        signed = await sent(doctor, olav, "maling", hidden(refused.text), gjor="signer", vekt="71,3", tid=before)
        assert "Signert." in words(signed.text)
        assert await over(site) == 1
    weights = [
        each
        for each in (await entries(site, olav, "Observation")).values()
        if each.get("valueQuantity", {}).get("value") == 71.3
    ]
    assert [each["effectiveDateTime"][:16] for each in weights] == [before]


async def test_what_a_unit_writes_of_one_who_is_admitted_stands_in_the_stay_at_its_hospital(site, olav):
    at_ward = await hired(site, "Moe", WARD, "doctor")
    stays = [
        name for name, each in (await entries(site, olav, "Encounter")).items()
        if each["class"]["code"] == "IMP" and each["status"] == "in-progress"
    ]  # fmt: skip
    for who, linked in ((at_ward, True), ("sykehuslege", True), ("fastlege", False)):
        before = await entries(site, olav, "Composition")
        async with site.visitor(who) as writer:
            form = await opened(writer, olav, "notat")
            answer = await sent(writer, olav, "notat", form, gjor="signer", tekst=f"Tilsyn av {who}.")
            assert "Signert." in words(answer.text)
        await over(site)
        (made,) = [each for name, each in (await entries(site, olav, "Composition")).items() if name not in before]
        assert made.get("encounter", {}).get("reference") == (f"Encounter/{stays[0]}" if linked else None), who


async def test_who_does_not_sign_writes_a_note_that_waits_for_who_does(site):
    asbjorn, _ = await patient_named(site, "vikan")
    await site.store.pool.fetch("delete from writing")
    worker = await hired(site, "Fos", HOME_CARE, "care-worker")
    async with site.visitor(worker) as her, site.visitor("hjemmesykepleier") as nurse, site.visitor("fastlege") as gp:
        chart = (await her.get(f"/p/{asbjorn}")).text
        assert "/skriv/notat-til-signering" in unescape(chart)
        assert (await her.get(f"/p/{asbjorn}/skriv/notat")).status_code == 403
        assert (await nurse.get(f"/p/{asbjorn}/skriv/notat-til-signering")).status_code == 403, "she signs her own"
        before = await entries(site, asbjorn, "Composition")
        form = await opened(her, asbjorn, "notat-til-signering")
        answer = await sent(
            her, asbjorn, "notat-til-signering", form, gjor="signer", tittel="Fall", tekst="Falt i natt."
        )
        assert "Sendt" in words(answer.text) or "Signert" in words(answer.text)
        await over(site)
        ((name, made),) = [
            each for each in (await entries(site, asbjorn, "Composition")).items() if each[0] not in before
        ]
        assert (made["status"], made["author"][0]["display"]) == ("preliminary", "Eva Fos")
        tasks = await entries(site, asbjorn, "Task")
        ((task, waits),) = [
            each for each in tasks.items() if each[1].get("focus", {}).get("reference") == f"Composition/{name}"
        ]
        assert (waits["status"], waits["owner"]["reference"]) == ("requested", ORGANISATIONS[HOME_CARE].reference)
        assert "Til signering: Fall" in words((await nurse.get("/arbeid")).text)
        for page in (f"/p/{asbjorn}/e/Composition/{name}", f"/p/{asbjorn}/journal", f"/p/{asbjorn}"):
            assert "ikke signert" in words((await gp.get(page)).text).casefold(), page
        assert "Fall ikke signert" in words((await gp.get(f"/p/{asbjorn}/siden?fra=besok")).text)
        found = words((await gp.post(f"/p/{asbjorn}/sok", data={"ord": "Falt i natt"}, headers=own())).text)
        assert "Journalnotat, ikke signert" in found

        sign = f"/p/{asbjorn}/skriv/signer-notat?om=Composition/{name}"
        assert (await her.get(sign)).status_code == 403
        assert (await gp.get(sign)).status_code == 404, "another house's"
        assert sign in unescape((await nurse.get(f"/p/{asbjorn}/e/Composition/{name}")).text)
        form = await opened(nurse, asbjorn, "signer-notat", f"Composition/{name}")
        answer = await sent(nurse, asbjorn, "signer-notat", form, gjor="signer", tekst="Uten skade.")
        assert "Signert." in words(answer.text)
        await over(site)
        signed = (await entries(site, asbjorn, "Composition"))[name]
        assert (signed["status"], signed["author"]) == ("final", made["author"])
        assert signed["attester"][0]["party"]["display"].startswith("Lise")
        assert signed["section"][0] == made["section"][0], "nothing of what was written goes"
        assert "Uten skade." in signed["section"][1]["text"]["div"]
        assert (await entries(site, asbjorn, "Task"))[task]["status"] == "completed"
        assert "Til signering: Fall" not in words((await nurse.get("/arbeid")).text)
        assert "Ikke signert" not in words((await gp.get(f"/p/{asbjorn}/e/Composition/{name}")).text)
        news = words((await gp.get(f"/p/{asbjorn}/siden?fra=besok")).text)
        assert "Fall" in news
        assert "Fall ikke signert" not in news
        found = words((await gp.post(f"/p/{asbjorn}/sok", data={"ord": "Falt i natt"}, headers=own())).text)
        assert "Falt i natt" in found
        assert "ikke signert" not in found
        assert (await nurse.get(sign)).status_code == 404, "it is signed"


async def test_what_nobody_there_could_read_is_not_sent_there(site, olav):
    """A pharmacist's role reaches no referrals: it would be on nobody's list."""
    async with site.visitor("fastlege") as gp:
        for what, name, offered in (
            ("henvisning", "Fjordapoteket", False),
            ("oppgave", "Fjordapoteket", True),
            ("henvisning", "Ortopedisk", True),
        ):
            form = await opened(gp, olav, what)
            found = await sent(gp, olav, what, form, mottaker=name, gjor="finn")
            label = rf'name="til"[^>]* value="Organization/[^"]+"[^>]*>(?=<label[^>]*>.{{0,40}}{name})'
            assert bool(re.search(label, unescape(found.text))) is offered, what
