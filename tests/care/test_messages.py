"""What citizens write becomes somebody's to answer, and they see where it is: each allow with its deny twin."""

import re
from html import unescape

import pytest
from browsing import found_in, gone, lines_about, own, patient_named, words
from desks import case_at

from felles.record.errors import Busy, Conflict

pytestmark = pytest.mark.slow


async def post(visitor, path, **form):
    return await gone(visitor, await visitor.post(path, headers=own(), data=form))


async def test_a_question_is_the_midwifes_to_answer_and_the_woman_reads_the_answer(site):
    _, key = await patient_named(site, "nordmarken")
    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife, site.visitor("sykepleier") as other:
        form = await ida.get("/meg/meldinger/ny")
        shown = words(form.text)
        assert re.search(r"svarer innen \d+\. \w+ \d{4}", shown)
        for number in ("113", "116 117", "+47"):
            assert number in shown
        station = found_in(r'value="(Organization/[^"]+)" checked', form.text)
        assert (await post(ida, "/meg/meldinger/ny", tekst="", til=station)).status_code == 422
        for to in ("", "Organization/nowhere", "Practitioner/synne"):
            refused = await post(ida, "/meg/meldinger/ny", tekst="Kan jeg trene?", til=to)
            assert refused.status_code == 422
            assert "Kan jeg trene?" in refused.text  # what was typed is kept
        sent = await post(ida, "/meg/meldinger/ny", tekst="Kan jeg svømme nå?", til=station)
        assert sent.headers["location"] == "/meg/meldinger?sendt=1"
        mine = words((await ida.get("/meg/meldinger")).text)
        assert "Kan jeg svømme nå?" in mine
        assert re.search(r"Sendt til .+, ikke lest ennå Svar innen", mine)

        list_ = unescape((await midwife.get("/arbeid")).text)
        path = found_in(r'href="(/arbeid/Communication/[^"]+)"[^>]*>Melding: Kan jeg svømme nå\?', list_)
        assert path not in unescape((await other.get("/arbeid")).text)
        assert (await other.get(path)).status_code == 404
        assert (await post(other, f"{path}/svar", tekst="Ja, det kan du")).status_code in (403, 404)
        one = await midwife.get(path)
        assert "Virksomhetens egne ord" in words(one.text)
        ready = found_in(r'name="tekst" value="([^"]+)"', one.text)
        done = await post(
            midwife, f"{path}/svar", tekst=ready, versjon=found_in(r'name="versjon" value="(\d+)"', one.text)
        )
        assert done.status_code == 303
        assert path not in unescape((await midwife.get("/arbeid")).text)
        mine = words((await ida.get("/meg/meldinger")).text)
        assert ready in mine
        assert re.search(r"Synne Rønningen ?, .{5,40} Takk for at du skrev.* Besvart", mine)

        more = unescape((await ida.get("/meg/meldinger")).text)
        again = found_in(r'href="(/meg/meldinger/ny\?svar=Communication/[^"]+)"', more)
        reply = await ida.get(again)
        assert "Kan jeg svømme nå?" in words(reply.text)
        svar = found_in(r'name="svar" value="([^"]+)"', reply.text)
        assert (await post(ida, "/meg/meldinger/ny", tekst="Tusen takk", til=station, svar=svar)).status_code == 303
        threads = (await ida.get("/meg/meldinger")).text.count("<article")
        assert threads == 1
        assert (await midwife.get("/meg/meldinger")).status_code == 403
    assert any('"page:messages"' in line for line in await lines_about(site, key))


async def asks_back(staff, listed, question):
    """Ask something back about what stands on the worklist as `listed`; the address of it as it is from then on."""
    path = found_in(rf'href="(/arbeid/[^"]+)"[^>]*>[^<]*{listed}', unescape((await staff.get("/arbeid")).text))
    assert "kommer fram når hun svarer, eller om 3 virkedager" in words((await staff.get(path)).text)
    assert (await post(staff, f"{path}/spor", tekst=question)).status_code == 303
    return found_in(rf'href="(/arbeid/Task/[^"]+)"[^>]*>[^<]*{listed}', unescape((await staff.get("/arbeid")).text))


async def test_the_midwife_asks_back_and_the_answer_brings_it_up_again(site):
    _, key = await patient_named(site, "nordmarken")
    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife, site.visitor("eldre") as olav:
        form = await ida.get("/meg/meldinger/ny")
        station = found_in(r'value="(Organization/[^"]+)" checked', form.text)
        assert (await post(ida, "/meg/meldinger/ny", tekst="Jeg er kvalm", til=station)).status_code == 303
        path = await asks_back(midwife, "Jeg er kvalm", "Siden når er du det?")
        assert "Venter på svar fra pasienten" in words((await midwife.get(path)).text)
        task = path.rpartition("/")[2]
        row = await site.store.pool.fetch(
            "select state, owner from handover where bucket = $1 and person = $2 and source = $3", *key, f"Task/{task}"
        )
        assert (row[0]["state"], row[0]["owner"]) == (2, station)  # in progress, and theirs
        home = await ida.get("/meg")
        assert re.search(r"spør om noe Siden når er du det\? Svar på spørsmålet", words(home.text))
        answer = found_in(r'href="(/meg/meldinger/svar/[^"]+)"', home.text)
        assert answer.endswith(task)
        mine = await ida.get("/meg/meldinger")
        assert re.search(r"Siden når er du det\? .+ venter på svar fra deg Svar på spørsmålet", words(mine.text))
        assert answer in unescape(mine.text)
        shown = words((await ida.get(answer)).text)
        for text in ("Siden når er du det?", "113", "116 117", "+47"):
            assert text in shown
        for other in (olav, midwife):
            assert (await other.get(answer)).status_code in (403, 404)
            assert (await post(other, answer, tekst="Siden i går")).status_code in (403, 404)
        assert (await post(ida, answer, tekst="")).status_code == 422
        assert (await post(ida, answer, tekst="Siden i går")).headers["location"] == "/meg/meldinger?sendt=1"
        assert (await post(ida, answer, tekst="Og i dag")).status_code == 404  # it is asked no more
        assert "spør om noe" not in words((await ida.get("/meg")).text)
        mine = words((await ida.get("/meg/meldinger")).text)
        assert re.search(
            r"Siden når er du det\? Du ?, .{5,40} Siden i går Sendt til .+, ikke lest ennå Svar innen", mine
        )
        assert "Pasienten har svart" in words((await midwife.get("/arbeid")).text)
        assert re.search(r"Pasienten, .{5,40} Siden i går", words((await midwife.get(path)).text))
        assert (await post(midwife, f"{path}/svar", tekst="Da venter vi litt")).status_code == 303
        assert "Da venter vi litt Besvart" in words((await ida.get("/meg/meldinger")).text)
        assert (await ida.get(answer)).status_code == 404


async def test_who_acts_for_him_answers_what_is_asked_and_who_may_not_is_refused(site):
    olav, key = await patient_named(site, "saeterbo")
    async with (
        site.visitor("parorende") as marit,
        site.visitor("eldre") as himself,
        site.visitor("fastlege") as gp,
        site.visitor("gravid") as other,
    ):
        sent = await post(marit, f"/for/{olav}/gjor", hva="viktig", tekst="Far liker ikke fisk")
        assert sent.status_code == 303
        path = await asks_back(gp, "Far liker ikke fisk", "Heller ikke reker?")
        name = path.rpartition("/")[2]
        assert "Heller ikke reker?" in words((await marit.get(f"/for/{olav}")).text)
        page = unescape((await marit.get(f"/for/{olav}/meldinger")).text)
        assert f'href="/for/{olav}/meldinger/svar/{name}"' in page
        assert "venter på svar fra deg" in words(page)
        answer = f"/for/{olav}/meldinger/svar/{name}"
        assert "116 117" in words((await marit.get(answer)).text)
        assert (await other.get(answer)).status_code == 404
        assert (await post(other, answer, tekst="Han elsker reker")).status_code == 404
        may = "update representation set verbs = verbs # 16 where bucket = $1 and person = $2 and verbs & 1 = 1"
        await site.store.pool.fetch(may, *key)  # she may not speak for him any more
        try:
            assert "svar/" not in (await marit.get(f"/for/{olav}/meldinger")).text
            assert (await marit.get(answer)).status_code == 403
            assert (await post(marit, answer, tekst="Reker går bra")).status_code == 403
        finally:
            await site.store.pool.fetch(may, *key)
        assert (await post(marit, answer, tekst="Reker går bra")).status_code == 303
        assert re.search(r"Marit Lian, på vegne av pasienten, .{5,40} Reker går bra", words((await gp.get(path)).text))
        for visitor, page, who in (
            (marit, f"/for/{olav}/meldinger", "Du, for Olav Sæterbø"),
            (himself, "/meg/meldinger", "Marit Lian, på vegne av personen"),
        ):
            assert re.search(rf"{who} ?, .{{5,40}} Reker går bra", words((await visitor.get(page)).text))
        assert (await post(gp, f"{path}/svar", tekst="Det er notert")).status_code == 303


async def test_a_high_value_shows_the_number_first_is_saved_once_and_is_marked_as_hers(site):
    patient, key = await patient_named(site, "nordmarken")

    async def stored():
        return await site.store.pool.fetch(
            "select body from entry where bucket = $1 and person = $2 and state = 0 and body like '%Egen måling%'", *key
        )

    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife, site.visitor("eldre") as olav:
        home = await ida.get("/meg")
        assert 'action="/meg/maling"' in home.text
        drawn = found_in(r'name="id" value="([^"]+)"', home.text)
        before = len(await stored())
        for wrong in ({"overtrykk": "130"}, {}, {"overtrykk": "60", "undertrykk": "80"}, {"overtrykk": "9999"}):
            assert (await post(ida, "/meg/maling", id=drawn, **wrong)).status_code == 422
        half = await post(ida, "/meg/maling", id=drawn, overtrykk="148")  # she rings, whatever else she typed
        assert words(half.text).index("113") < words(half.text).index("Målingen er ikke lagret")
        assert len(await stored()) == before
        typed = {"id": drawn, "overtrykk": "151", "undertrykk": "97", "symptom-hodepine": "1"}
        for _ in range(2):  # sent twice, it is one measurement
            answer = await post(ida, "/meg/maling", **typed)
            assert answer.status_code == 200
            shown = words(answer.text)
            assert shown.index("Ring nå") < shown.index("113") < shown.index("Målingen er lagret")
            assert re.search(r'href="tel:\+47\d+"', answer.text)
            assert "151/97" in shown
            assert "Vond hodepine" in shown
        assert len(await stored()) == before + 2  # the value, and the message that tells of it
        calm = await post(ida, "/meg/maling", overtrykk="118", undertrykk="72", tekst="Er dette fint?")
        assert calm.headers["location"] == "/meg/meldinger?malt=1"
        mine = words((await ida.get("/meg/meldinger")).text)
        assert "Egen måling hjemme: blodtrykk 118/72 mmHg. Er dette fint?" in mine

        list_ = words((await midwife.get("/arbeid")).text)
        assert "Haster Melding: Egen måling hjemme: blodtrykk 151/97 mmHg. Hodepine" in list_
        for page in (f"/p/{patient}/prover", f"/p/{patient}", f"/p/{patient}/nytt"):
            seen = words((await midwife.get(page)).text)
            if "118/72" in seen:
                assert re.search(r"118/72.{0,80}[Hh]jemme|[Hh]jemme.{0,80}118/72", seen), page
        assert "hjemme" in words((await midwife.get(f"/p/{patient}/prover")).text)

        assert (await olav.get("/meg/maling")).status_code == 404  # for who expects a child
        assert (await post(olav, "/meg/maling", overtrykk="150", undertrykk="90")).status_code == 404
        assert (await post(midwife, "/meg/maling", overtrykk="150", undertrykk="90")).status_code == 403


async def test_another_value_from_the_same_form_is_another_measurement_and_the_same_one_is_not(site):
    _, key = await patient_named(site, "nordmarken")

    async def stored(upper, lower):
        """What there is of a value: itself, and the message that tells of it."""
        rows = await site.store.pool.fetch(
            """select t.name from entry e join type_name t on t.type = e.type where e.bucket = $1 and e.person = $2
                and e.state = 0 and e.form = 0 and (e.body like $3 or e.body like $4)""",
            *key, f'%"value":{upper},%"value":{lower},%', f"%hjemme: blodtrykk {upper}/{lower} mmHg%",
        )  # fmt: skip
        return sorted(row["name"] for row in rows)

    calm, high = {"overtrykk": "117", "undertrykk": "73"}, {"overtrykk": "153", "undertrykk": "98"}
    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife, site.visitor("eldre") as olav:
        drawn = found_in(r'name="id" value="([^"]+)"', (await ida.get("/meg/maling")).text)
        for _ in range(2):
            sent = await post(ida, "/meg/maling", id=drawn, **calm)
            assert sent.headers["location"] == "/meg/meldinger?malt=1"
        assert "153/98" not in words((await midwife.get("/arbeid")).text)
        for _ in range(2):  # she goes back, and the form is the one she had
            rung = await post(ida, "/meg/maling", id=drawn, **high)
            assert words(rung.text).index("113") < words(rung.text).index("Målingen er lagret")
        list_ = words((await midwife.get("/arbeid")).text)
        assert "Haster Melding: Egen måling hjemme: blodtrykk 153/98 mmHg" in list_
        assert (await post(olav, "/meg/maling", id=drawn, **high)).status_code == 404
    for value in ((117, 73), (153, 98)):
        assert await stored(*value) == ["Communication", "Observation"], "each once, with the message that tells of it"


async def test_what_could_not_be_saved_is_sent_again_from_the_page_of_whom_to_ring_once(site, monkeypatch):
    _, key = await patient_named(site, "nordmarken")
    high = {"overtrykk": "162", "undertrykk": "104", "tekst": "Kjenner ikke noe"}

    async def fails(*_, **__):
        raise Busy("away")

    async with site.visitor("gravid") as ida:
        form = {"id": found_in(r'name="id" value="([^"]+)"', (await ida.get("/meg/maling")).text)} | high
        monkeypatch.setattr(type(site.store), "commit", fails)
        rung = await post(ida, "/meg/maling", **form)
        monkeypatch.undo()
        assert "Målingen er ikke lagret" in words(rung.text)
        again = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', unescape(rung.text)))
        assert {name: again[name] for name in form} == form
        for said in (again, form):
            assert "Målingen er lagret" in words((await post(ida, "/meg/maling", **said)).text)
    rows = await site.store.pool.fetch(
        "select body from entry where bucket = $1 and person = $2 and state = 0 and body like '%162/104%'", *key
    )
    assert len(rows) == 1


@pytest.mark.parametrize("error", [Busy("away"), Conflict("three times")])
async def test_whom_to_ring_is_shown_though_the_record_can_be_neither_read_nor_written(site, monkeypatch, error):
    async def fails(*_, **__):
        raise error

    alarming, calm = {"overtrykk": "171", "undertrykk": "112"}, {"overtrykk": "118", "undertrykk": "72"}
    async with site.visitor("gravid") as ida:
        for name in ("commit", "page"):
            monkeypatch.setattr(type(site.store), name, fails)
            for typed in (alarming, {"symptom-hodepine": "1"}):
                answer = await post(ida, "/meg/maling", **typed)
                assert answer.status_code == 200, (name, typed)
                shown = words(answer.text)
                assert shown.index("Ring nå") < shown.index("113") < shown.index("Målingen er ikke lagret")
                assert "116 117" in shown
            assert (await post(ida, "/meg/maling", **calm)).status_code == error.status, name
            monkeypatch.undo()
        assert "Målingen er lagret" in words((await post(ida, "/meg/maling", **alarming)).text)


async def test_a_daughter_tells_what_matters_and_both_see_where_it_is_and_the_answer(site):
    olav, _ = await patient_named(site, "saeterbo")
    told = "Far vil hjem til hunden sin"
    async with (
        site.visitor("parorende") as marit,
        site.visitor("eldre") as himself,
        site.visitor("fastlege") as gp,
        site.visitor("gravid") as other,
    ):
        form = words((await marit.get(f"/for/{olav}/gjor")).text)
        assert re.search(r"svarer innen \d+\. \w+ \d{4}", form)
        assert "116 117" in form
        sent = await post(marit, f"/for/{olav}/gjor", hva="viktig", tekst=told)
        assert sent.headers["location"] == f"/for/{olav}/meldinger?sendt=1"
        hers, his = (
            words((await marit.get(f"/for/{olav}/meldinger")).text),
            words((await himself.get("/meg/meldinger")).text),
        )
        assert re.search(r"Du, for Olav Sæterbø, .{5,40} Far vil hjem", hers)
        assert re.search(r"Marit Lian, på vegne av personen, .{5,40} Far vil hjem", his)
        for page in (hers, his):
            assert re.search(r"Sendt til .+, ikke lest ennå Svar innen", page)
        assert (await other.get(f"/for/{olav}/meldinger")).status_code == 404
        list_ = unescape((await gp.get("/arbeid")).text)
        path = found_in(r'href="(/arbeid/Communication/[^"]+)"[^>]*>Melding: Far vil hjem', list_)
        one = words((await gp.get(path)).text)
        assert "Marit Lian, på vegne av pasienten" in one
        assert "Vi har lest det" in one
        assert (await post(gp, f"{path}/ta", versjon="1")).status_code == 303
        hers = unescape((await marit.get(f"/for/{olav}/meldinger")).text)
        assert "ser på den" in words(hers)
        taken = found_in(
            r'href="(/arbeid/Task/[^"]+)"[^>]*>[^<]*Far vil hjem', unescape((await gp.get("/arbeid")).text)
        )
        assert "Marit Lian, på vegne av pasienten" in words((await gp.get(taken)).text)
        assert (await post(gp, f"{taken}/svar", tekst="Vi ordner det med hunden")).status_code == 303
        for visitor, page in ((marit, f"/for/{olav}/meldinger"), (himself, "/meg/meldinger")):
            assert re.search(r"Vi ordner det med hunden Besvart", words((await visitor.get(page)).text))
        # one that is answered before anybody took it says the same
        told = "Han vil ha nattlys"
        assert (await post(marit, f"/for/{olav}/gjor", hva="viktig", tekst=told)).status_code == 303
        path = found_in(
            r'href="(/arbeid/Communication/[^"]+)"[^>]*>Melding: Han vil ha', unescape((await gp.get("/arbeid")).text)
        )
        assert (await post(gp, f"{path}/svar", tekst="Det skal han få")).status_code == 303
        # a demand about the message itself hides no answer to it
        letter = path.rpartition("/")[2]
        wrong = {"hva": "retting", "tekst": "Det var Marit som skrev det"}
        assert (await post(himself, f"/meg/e/Communication/{letter}/feil", **wrong)).status_code == 303
        for visitor, page in ((marit, f"/for/{olav}/meldinger"), (himself, "/meg/meldinger")):
            assert re.search(r"Det skal han få Besvart", words((await visitor.get(page)).text)), page


async def test_a_correction_the_daughter_asks_for_is_answered_and_seen_by_both_and_by_nobody_else(site):
    olav, _ = await patient_named(site, "saeterbo")
    wrong = "Far bruker ikke rullator, han bruker stokk"
    async with (
        site.visitor("parorende") as marit,
        site.visitor("eldre") as himself,
        site.visitor("personvern") as reviewer,
        site.visitor("fastlege") as gp,
    ):
        journal = unescape((await marit.get(f"/for/{olav}/journal")).text)
        entry = found_in(rf'href="/for/{olav}/(?:journal|e)/((?:Composition|Encounter)/[^"?#]+)"', journal)
        path = f"/for/{olav}/e/{entry}/feil"
        assert 'value="retting" aria-describedby="hva-retting-h" checked' in (await marit.get(path)).text
        assert (await post(marit, path, hva="retting", tekst=wrong)).headers["location"].endswith("/meldinger?sendt=1")
        for visitor, page in ((marit, f"/for/{olav}/meldinger"), (himself, "/meg/meldinger")):
            seen = words((await visitor.get(page)).text)
            assert re.search(r"Krav om retting Marit Lian, på vegne av personen .*rullator.*Venter på svar", seen)
        own_case = await post(himself, f"/meg/e/{entry}/feil", hva="retting", tekst="Det er min egen sak, ikke hennes")
        assert own_case.status_code == 303
        assert "min egen sak" not in words((await marit.get(f"/for/{olav}/meldinger")).text)
        for case in await case_at(reviewer, "Krav om retting"):
            if wrong in words((await reviewer.get(case)).text):
                break
        else:
            raise AssertionError("the demand is on nobody's desk")
        assert (await gp.get(case)).status_code == 403
        hand, name = f"/arbeid/Task/{case.rpartition('/')[2]}", case.rpartition("/")[2]
        assert (await post(reviewer, f"{hand}/spor", tekst="Hva slags stokk?")).status_code == 303
        assert "Venter på svar fra pasienten" in words((await reviewer.get(hand)).text)
        for visitor, page in ((marit, f"/for/{olav}/meldinger"), (himself, "/meg/meldinger")):
            seen = await visitor.get(page)
            assert "De spør Hva slags stokk?" in words(seen.text)
            assert f"{page}/svar/{name}" in unescape(seen.text)
        assert (await post(marit, f"/for/{olav}/meldinger/svar/{name}", tekst="En av tre")).status_code == 303
        assert (await post(himself, f"/meg/meldinger/svar/{name}", tekst="Av tre")).status_code == 404
        assert "Pasienten har svart" in words((await reviewer.get(hand)).text)
        for page in (hand, case):
            seen = await reviewer.get(page)
            assert re.search(r"Marit Lian, på vegne av pasienten, .{5,40} En av tre", words(seen.text))
        assert entry not in words(seen.text)  # nobody reads an id
        told = "Vi har rettet det til stokk i dag"
        assert (await post(reviewer, case, svar="svar", tekst=told)).status_code == 303
        for visitor, page in ((marit, f"/for/{olav}/meldinger"), (himself, "/meg/meldinger")):
            assert re.search(rf"De svarte {told} Besvart", words((await visitor.get(page)).text))


async def test_an_organisation_has_ready_answers_of_its_own_and_no_other_ones(site):
    new = {"navn": "Svømming", "tekst": "Ja, svøm gjerne.", "sort-question": "1"}
    changed = {"navn": "Vi ringer", "tekst": "Vi ringer i morgen.", "sort-question": "1", "versjon": "0"}
    async with (
        site.visitor("gravid") as ida,
        site.visitor("jordmor") as midwife,
        site.visitor("jordmor") as colleague,
        site.visitor("fastlege") as gp,
        site.visitor("administrator") as operator,
    ):
        assert "Følger med Felles" in words((await midwife.get("/ferdige-svar")).text)
        for wrong in ({"tekst": ""}, {"tekst": "x" * 1001}, {"navn": "x" * 61}, {"tekst": "Ring 13097248022"}):
            refused = await post(midwife, "/ferdige-svar/ny", **new | wrong)
            assert refused.status_code == 422
            assert "Svømming" in refused.text or "navn" in wrong  # what was typed is kept
        assert (await post(midwife, "/ferdige-svar/ny", navn="Uten", tekst="Hva det er svar på")).status_code == 422
        assert (await post(midwife, "/ferdige-svar/ny", **new)).status_code == 303
        assert (await post(midwife, "/ferdige-svar/call", **changed)).status_code == 303
        met = await post(colleague, "/ferdige-svar/call", **changed | {"tekst": "Vi ringer i kveld."})
        assert met.status_code == 409
        assert "Vi ringer i morgen." in words(met.text)
        assert "Vi ringer i kveld." in met.text  # both are shown, none is lost
        version = found_in(r'name="versjon" value="(\d+)"', met.text)
        evening = changed | {"tekst": "Vi ringer i kveld.", "versjon": version}
        assert (await post(colleague, "/ferdige-svar/call", **evening)).status_code == 303
        assert (await post(midwife, "/ferdige-svar/book", gjor="fjern", versjon="0")).status_code == 303

        form = await ida.get("/meg/meldinger/ny")
        station = found_in(r'value="(Organization/[^"]+)" checked', form.text)
        assert (await post(ida, "/meg/meldinger/ny", tekst="Får jeg svømme?", til=station)).status_code == 303
        path = found_in(
            r'href="(/arbeid/Communication/[^"]+)"[^>]*>Melding: Får jeg', unescape((await midwife.get("/arbeid")).text)
        )
        one = words((await midwife.get(path)).text)
        assert re.search(r"Svømming Ja, svøm gjerne\. .*Vi ringer i kveld\.", one)
        assert "Du får time hos oss" not in one
        assert (await post(midwife, f"{path}/svar", tekst="Ja, svøm gjerne.")).status_code == 303

        mine = unescape((await midwife.get("/ferdige-svar")).text)
        name = found_in(r'href="/ferdige-svar/([^"]+)">Svømming', mine)
        for other in (gp, operator):  # another organisation's
            assert "Svømming" not in (await other.get("/ferdige-svar")).text
            assert (await other.get(f"/ferdige-svar/{name}")).status_code == 404
            for act in ("lagre", "fjern", "tilbake"):
                refused = await post(
                    other, f"/ferdige-svar/{name}", **new | {"gjor": act, "versjon": "1", "navn": "Nei"}
                )
                assert refused.status_code == 409
                assert "Svømming" not in refused.text
        assert (await ida.get("/ferdige-svar")).status_code == 403
        assert (await post(ida, "/ferdige-svar/ny", **new)).status_code == 403
        assert "Ja, svøm gjerne." in words((await midwife.get("/ferdige-svar")).text)

        gone = await post(midwife, f"/ferdige-svar/{name}", gjor="fjern", versjon="1")
        assert gone.status_code == 303
        for each in (name, "call", "book"):  # as they were shipped
            page = await midwife.get(f"/ferdige-svar/{each}")
            version = found_in(r'name="versjon" value="(\d+)"', page.text)
            assert (await post(midwife, f"/ferdige-svar/{each}", gjor="tilbake", versjon=version)).status_code == 303
        shown = words((await midwife.get("/ferdige-svar")).text)
        assert "Svømming" not in shown
        assert "Du får time hos oss" in shown
