"""What is written on a page of its own and not sent yet is kept, for its writer alone: each with its deny twin."""

import re
from html import unescape

import pytest
from browsing import found_in, lines_about, own, patient_named, words
from desks import an_entry
from drafting import marks, opened, post, save, saved, unmarked

from felles.record.ids import bucket_of, new_id
from felles.record.writings import KEPT, State, age

pytestmark = pytest.mark.slow

NEW = "/meg/meldinger/ny"
MESSAGE = "meg-melding"


async def rows(site, form):
    return await site.store.pool.fetch("select * from writing where form = $1 order by made, id", form)


@pytest.fixture
async def ida(site):
    """The pregnant woman, signed in, with nothing begun; whom she writes to."""
    await site.store.pool.fetch("delete from writing")
    async with site.visitor("gravid") as visitor:
        visitor.to = found_in(r'value="(Organization/[^"]+)" checked', (await visitor.get(NEW)).text)
        yield visitor


async def test_a_message_is_kept_while_it_is_written_and_gone_when_it_is_sent(site, ida):
    _, key = await patient_named(site, "nordmarken")
    form = await opened(ida, NEW, MESSAGE)
    before = len(await lines_about(site, key))
    form = await saved(ida, NEW, form, 1, tekst="Kan jeg", til=ida.to)
    form = await saved(ida, NEW, form, 2, tekst="Kan jeg fly <nå>?", til=ida.to)
    assert len(await lines_about(site, key)) == before, "a save shows nothing, and leaves no line"
    await ida.post("/logg-ut", headers=own())
    assert (await save(ida, NEW, form, 3, tekst="Ute", til=ida.to)).status_code == 303
    await ida.post("/logg-inn", data={"persona": "gravid"}, headers=own())
    page = await ida.get(NEW)
    assert ">Kan jeg fly &lt;nå&gt;?</textarea>" in page.text
    assert "Utkast lagret" in words(page.text)
    assert len(await lines_about(site, key)) > before, "a look at the page leaves one, as ever"
    shown = words((await ida.get("/meg/meldinger")).text)
    assert "Ikke sendt: Melding" in shown
    assert "Kan jeg fly <nå>?" in shown
    refused = await post(ida, NEW, marks(page.text, MESSAGE), tekst="Ja", til=ida.to)
    assert refused.status_code == 422
    assert ">Ja</textarea>" in (await ida.get(NEW)).text, "what was refused is kept"
    form, drawn = marks(refused.text, MESSAGE), found_in(r'name="id" value="([^"]+)"', refused.text)
    for _ in range(2):  # a doubled click
        sent = await post(ida, NEW, form, tekst="Kan jeg fly nå?", til=ida.to, id=drawn)
        assert sent.headers["location"] == "/meg/meldinger?sendt=1"
    assert "Kan jeg fly nå?</textarea>" not in (await ida.get(NEW)).text
    assert "Ikke sendt" not in words((await ida.get("/meg/meldinger")).text)
    assert {(row["state"], row["fields"]) for row in await rows(site, MESSAGE)} == {(State.DONE, "{}")}


async def test_a_save_that_comes_late_is_none_and_what_is_written_after_is_another(site, ida):
    form = await opened(ida, NEW, MESSAGE)
    page = await ida.get(NEW)
    drawn = found_in(r'name="id" value="([^"]+)"', page.text)
    for words_ in ("Er det farlig?", "Er det farlig?", "Er det vondt?"):  # the second is the first, sent again
        answer = await post(ida, NEW, form, tekst=words_, til=ida.to, id=drawn)
        assert answer.status_code == 303
    mine = (await ida.get("/meg/meldinger")).text
    assert [mine.count(f'"text-as-sent">{each}<') for each in ("Er det farlig?", "Er det vondt?")] == [1, 1]
    late = await save(ida, NEW, form, 5, tekst="Er det far", til=ida.to)
    assert late.status_code == 200
    assert "Ikke sendt" not in words((await ida.get("/meg/meldinger")).text)
    back = await saved(ida, NEW, form, 100, tekst="Og en ting til", til=ida.to)  # gone back to, and written on
    assert back["utkast-id"] != form["utkast-id"]
    assert "Og en ting til</textarea>" in (await ida.get(NEW)).text


async def test_two_windows_hold_two_texts_and_both_are_shown(site, ida):
    one, other = await opened(ida, NEW, MESSAGE), await opened(ida, NEW, MESSAGE)
    one = await saved(ida, NEW, one, tekst="Fra det ene", til=ida.to)
    met = await save(ida, NEW, other, tekst="Fra det andre", til=ida.to)
    assert met.status_code == 409
    page = await ida.get(NEW)
    for text in ("Du har skrevet i to vinduer.", "Fra det ene", "Fra det andre"):
        assert text in words(page.text)
    form = marks(page.text, MESSAGE)
    assert (await post(ida, NEW, form, gjor="flett", velg="noe annet")).status_code == 400
    third = await opened(ida, NEW, MESSAGE)  # a text that she has not seen is not thrown away by her choice
    assert (
        await save(ida, NEW, third | {"utkast-versjon": "0"}, tekst="Fra det tredje", til=ida.to)
    ).status_code == 409
    await post(ida, NEW, form, gjor="flett", velg="lagret")
    page = await ida.get(NEW)
    assert "Fra det tredje" in words(page.text)
    form = marks(page.text, MESSAGE)
    both = await post(ida, NEW, form, gjor="flett", velg="begge")
    assert both.headers["location"] == NEW
    page = await ida.get(NEW)
    for text in ("Fra det ene\n\nFra det", "Fra det andre", "Fra det tredje"):
        assert text in page.text
    # chosen by a page that did not show what was written since: shown anew, nothing lost
    await saved(ida, NEW, marks(page.text, MESSAGE), 2, tekst="Skrevet videre", til=ida.to)
    await post(ida, NEW, form, gjor="flett", velg="lagret")
    assert "Skrevet videre" in (await ida.get(NEW)).text


async def test_what_another_window_wrote_stays_when_one_is_sent(site, ida):
    one, other = await opened(ida, NEW, MESSAGE), await opened(ida, NEW, MESSAGE)
    one = await saved(ida, NEW, one, tekst="Blir liggende", til=ida.to)
    assert (await post(ida, NEW, other, tekst="Sendes først", til=ida.to)).status_code == 303
    page = await ida.get(NEW)
    assert "Blir liggende</textarea>" in page.text
    assert "Sendes først" not in page.text
    other = await opened(ida, NEW, MESSAGE)
    await saved(ida, NEW, one, 2, tekst="Den første", til=ida.to)
    await save(ida, NEW, other | {"utkast-versjon": "0"}, tekst="Den andre", til=ida.to)
    assert (await post(ida, NEW, one, tekst="Den første", til=ida.to)).status_code == 303
    page = await ida.get(NEW)
    assert "Den andre</textarea>" in page.text
    assert "Den første" not in page.text


async def test_an_empty_form_is_no_draft(site, ida):
    form = await opened(ida, NEW, MESSAGE)
    await saved(ida, NEW, form, tekst="  ", til=ida.to)
    assert await rows(site, MESSAGE) == []
    form = await saved(ida, NEW, form, 2, tekst="Noe", til=ida.to)
    empty = await opened(ida, "/meg/meldinger/ny?svar=Communication/x", MESSAGE)
    await saved(ida, NEW, empty | {"utkast-versjon": "0"}, tekst="", til=ida.to)
    assert "Noe</textarea>" in (await ida.get(NEW)).text, "another window's empty form takes nothing with it"
    await saved(ida, NEW, form, 3, tekst="", til=ida.to)
    assert await rows(site, MESSAGE) == []


async def test_whatever_is_sent_as_a_draft_is_kept_or_refused_whole(site, ida):
    form = await opened(ida, NEW, MESSAGE)
    form = await saved(ida, NEW, form, tekst="a\x00\x1b\r\nb\U0001f600", til="x" * 9_000)
    assert "a\nb\U0001f600</textarea>" in (await ida.get(NEW)).text
    body = "&".join(f"{name}={value}" for name, value in (form | {"utkast-steg": "2", "gjor": "lagre"}).items())
    answer = await ida.post(
        NEW,
        content=f"{body}&tekst=%ff%fe%ed%a0%80&til=".encode(),
        headers=own() | {"x-felles-part": "lagre", "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert "\ufffd" in (await ida.get(NEW)).text
    long = await saved(ida, NEW, form, 3, tekst="x" * 30_000, til="")
    assert ("x" * 4_001) in (await ida.get(NEW)).text, "what is too long to be sent is kept, and can be made shorter"
    assert (await post(ida, NEW, long, tekst="x" * 4_001, til=ida.to)).status_code == 422
    for name, value in (("utkast-versjon", "9" * 40), ("utkast-versjon", "-1"), ("utkast-id", "../x")):
        assert (await save(ida, NEW, form | {name: value}, 4, tekst="y")).status_code in (200, 409), name
    huge = await save(ida, NEW, form, 5, tekst="x" * 3_000_000)
    assert huge.status_code in (400, 413)
    assert (await ida.post(NEW, data=form | {"gjor": "lagre", "tekst": "z"})).status_code == 400, "from elsewhere"


async def test_a_message_that_was_sent_by_a_server_that_died_is_no_draft(site, ida):
    page = await ida.get(NEW)
    form, drawn = marks(page.text, MESSAGE), found_in(r'name="id" value="([^"]+)"', page.text)
    assert (await post(ida, NEW, form, tekst="Gikk den fram?", til=ida.to, id=drawn)).status_code == 303
    (row,) = await rows(site, MESSAGE)
    assert row["entry"].startswith("Communication/")
    said = '{"tekst":"Gikk den fram?","til":""}'
    await site.store.pool.fetch("update writing set state = 0, fields = $1 where id = $2", said, row["id"])
    assert "Gikk den fram?" not in (await ida.get(NEW)).text
    assert (await rows(site, MESSAGE))[0]["state"] == State.DONE
    # and its twin, which never went
    await site.store.pool.fetch(
        "update writing set state = 0, fields = $1, entry = 'Communication/' || id where id = $2", said, row["id"]
    )
    assert "Gikk den fram?</textarea>" in (await ida.get(NEW)).text


async def test_it_is_deleted_after_thirty_days_and_what_is_thrown_away_after_one(site, ida):
    form = await opened(ida, NEW, MESSAGE)
    form = await saved(ida, NEW, form, tekst="Glemt", til=ida.to)
    thrown = await post(ida, NEW, form, gjor="forkast")
    told = await ida.get(thrown.headers["location"])
    assert "Du kan hente det tilbake i ett døgn." in words(told.text)
    assert "Glemt" not in words(told.text)
    assert (await post(ida, NEW, form, gjor="angre")).headers["location"] == "/meg/meldinger"
    assert "Glemt" in words((await ida.get("/meg/meldinger")).text)
    nobody = form | {"utkast-id": form["utkast-id"][:-1] + ("b" if form["utkast-id"][-1] == "a" else "a")}
    for verb in ("forkast", "angre"):
        assert (await post(ida, NEW, nobody, gjor=verb)).status_code == 404
    now = site.store.clock.real()
    async with site.store.pool.acquire() as conn:
        await conn.fetch("update writing set changed = $1", now - KEPT - 1)
        await age(conn.raw, now)
    assert "Glemt" not in (await ida.get("/meg/meldinger")).text
    assert "Glemt" not in (await ida.get(NEW)).text


async def test_nobody_but_the_writer_sees_it_or_writes_in_it(site, ida):
    olav, _ = await patient_named(site, "saeterbo")
    ways = f"/for/{olav}/gjor"
    form = await opened(ida, NEW, MESSAGE)
    form = await saved(ida, NEW, form, tekst="Bare min", til=ida.to)
    async with site.visitor("jordmor") as midwife, site.visitor("parorende") as marit, site.visitor("eldre") as he:
        ida_id, _ = await patient_named(site, "nordmarken")
        for page in (f"/p/{ida_id}", f"/p/{ida_id}/skriv", "/arbeid", "/"):
            answer = (await midwife.get(page)).text
            assert "Bare min" not in answer
            assert "Du har et utkast" not in answer
        assert (await save(midwife, NEW, unmarked(form), 2, tekst="Tatt over")).status_code == 403
        # who acts for him sees none of his, and he none of hers
        his = await saved(he, NEW, await opened(he, NEW, MESSAGE), tekst="Olavs eget utkast")
        hers = await saved(marit, ways, await opened(marit, ways, "for-gjor"), tekst="Marits utkast", hva="viktig")
        assert "Marits utkast</textarea>" in (await marit.get(ways)).text
        assert "Marits utkast" in words((await marit.get(f"/for/{olav}/meldinger")).text)
        for page in (ways, f"/for/{olav}/meldinger", f"/for/{olav}", "/meg/meldinger", NEW):
            assert "Olavs eget utkast" not in (await marit.get(page)).text, page
        for page in ("/meg/meldinger", NEW, "/meg"):
            assert "Marits utkast" not in (await he.get(page)).text, page
        # by a guessed name of the draft, in the very record where it lies
        for visitor, action, own_form, theirs in ((marit, ways, hers, his), (he, NEW, his, hers)):
            guessed = own_form | {"utkast-id": theirs["utkast-id"]}
            assert (await save(visitor, action, guessed, 3, tekst="Tatt over")).status_code == 404
            assert (await post(visitor, action, guessed, gjor="forkast")).status_code == 404
            assert (await post(visitor, action, guessed, gjor="flett", velg="lagret")).status_code == 404
            assert (await post(visitor, action, guessed, tekst="Tatt over og sendt nå", hva="viktig")).status_code in (
                404,
                422,
            )
            assert (await save(visitor, action, own_form, 4, tekst="Mitt eget, skrevet videre")).status_code == 200
        # whoever acts for nobody there
        assert (await save(ida, ways, form, 5, tekst="Prøver")).status_code == 404
        nowhere = "/for/f00000000000000000000000a/gjor"
        assert (await save(ida, nowhere, form, 5, tekst="Prøver")).status_code == 404
        assert "Olavs eget utkast" not in str([dict(row) for row in await rows(site, "for-gjor")])
    async with site.visitor() as stranger:
        assert (await save(stranger, NEW, form, 6, tekst="Uten å logge inn")).status_code == 303


async def test_a_window_left_open_writes_nothing_in_the_name_of_who_signs_in_beside_it(site, ida):
    page = await ida.get(NEW)
    drawn = found_in(r'name="id" value="([^"]+)"', page.text)
    form = await saved(ida, NEW, marks(page.text, MESSAGE), tekst="Kan jeg fly", til=ida.to)
    await ida.post("/logg-ut", headers=own())
    await ida.post("/logg-inn", data={"persona": "eldre"}, headers=own())
    to = found_in(r'value="(Organization/[^"]+)" checked', (await ida.get(NEW)).text)
    assert (await save(ida, NEW, form, 2, tekst="Bare min", til=to)).status_code == 303
    for each, answered in ((form, (303, "/")), (unmarked(form), (404, ""))):
        for said in ({"gjor": "lagre"}, {"gjor": "flett", "velg": "lagret"}, {"id": drawn}):
            answer = await post(ida, NEW, each, tekst="Bare min", til=to, **said)
            assert (answer.status_code, answer.headers.get("location", "")) == answered, said
    assert "Bare min" not in (await ida.get("/meg/meldinger")).text
    assert "Bare min" not in (await ida.get(NEW)).text
    assert not await site.store.pool.fetch("select 1 from entry where body like '%Bare min%'")
    assert [row["fields"].count("Kan jeg fly") for row in await rows(site, MESSAGE)] == [1]
    # she signs in again, and her window goes on
    await ida.post("/logg-ut", headers=own())
    await ida.post("/logg-inn", data={"persona": "gravid"}, headers=own())
    form = await saved(ida, NEW, form, 4, tekst="Bare min", til=ida.to)
    assert "Bare min</textarea>" in (await ida.get(NEW)).text
    elsewhere = form | {"utkast-id": new_id(((bucket_of(form["utkast-id"]) or 0) + 1) % 4096)}
    assert (await save(ida, NEW, elsewhere, 5, tekst="Et annet sted", til=ida.to)).status_code == 404
    sent = await post(ida, NEW, form, tekst="Bare min", til=ida.to, id=drawn)
    assert sent.headers["location"] == "/meg/meldinger?sendt=1"
    assert "Bare min" in words((await ida.get("/meg/meldinger")).text)


async def test_a_value_or_a_call_in_a_window_left_open_is_nobody_elses(site, ida):
    """The short form of the first page, and "Ring vakthavende": they keep no draft, and say whose they are."""
    whose = r'action="/meg/maling"[^>]*><input type="hidden" name="utkast-hvem" value="([^"]+)"'
    typed = {"utkast-hvem": found_in(whose, (await ida.get("/meg")).text), "overtrykk": "118", "undertrykk": "72"}
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sykehuslege") as other:
        ring = f"/p/{olav}/ring"
        page = (await gp.get(ring)).text
        call = {name: found_in(rf'name="{name}" value="([^"]+)"', page) for name in ("utkast-hvem", "id", "til")}
        said = call | {"tekst": "Faller om"}
        answers = [await other.post(ring, data=said, headers=own()), await gp.post(ring, data=said, headers=own())]
        assert [each.headers["location"].partition("?")[0][:13] for each in answers] == ["/", "/arbeid/Task/"]
        await other.post("/logg-inn", data={"persona": "gravid"}, headers=own())
        assert (await other.post("/meg/maling", data=typed, headers=own())).headers["location"] != "/"
        await other.post("/logg-inn", data={"persona": "eldre"}, headers=own())
        assert (await other.post("/meg/maling", data=typed, headers=own())).headers["location"] == "/"


@pytest.mark.parametrize("page", ["/meg/avdod", "/meg/etter-meg", "/meg/maling", "/meld-feil"])
async def test_every_page_where_she_writes_keeps_it(site, ida, page):
    field, name = {
        "/meg/avdod": ("hva", "meg-avdod"),
        "/meg/etter-meg": ("ord", "meg-etter-meg"),
        "/meg/maling": ("tekst", "meg-maling"),
        "/meld-feil": ("ord", "meg-meld-feil"),
    }[page]
    await saved(ida, page, await opened(ida, page, name), 1, **{field: "Begynt på"})
    assert "Begynt på</textarea>" in (await ida.get(page)).text
    assert "Begynt på" in words((await ida.get("/meg/meldinger")).text)


async def test_a_measurement_and_its_ticks_are_kept_and_end_when_it_is_saved(site, ida):
    page = await ida.get("/meg/maling")
    form, drawn = marks(page.text, "meg-maling"), found_in(r'name="id" value="([^"]+)"', page.text)
    said = {"overtrykk": "150", "undertrykk": "95", "symptom-syn": "1"}
    form = await saved(ida, "/meg/maling", form, 1, **said)
    page = (await ida.get("/meg/maling")).text
    assert 'value="150"' in page
    assert re.search(r'name="symptom-syn" value="1" checked', page)
    rung = await post(ida, "/meg/maling", form, id=drawn, **said)
    assert "Ring nå" in words(rung.text)
    assert "150" not in words((await ida.get("/meg/meldinger")).text.partition("<article")[0])
    assert 'value="150"' not in (await ida.get("/meg/maling")).text


async def test_an_entry_that_is_wrong_and_a_line_that_is_wondered_at(site, ida):
    log = unescape((await ida.get("/meg/innsyn")).text)
    ask = found_in(r'href="(/meg/innsyn/spor\?linje=[^"]+)"', log)
    page = await ida.get(ask)
    form, line = marks(page.text, "meg-spor"), found_in(r'name="linje" value="([^"]+)"', page.text)
    await saved(ida, "/meg/innsyn/spor", form, linje=line, tekst="Hvorfor så du dette?")
    assert "Hvorfor så du dette?</textarea>" in (await ida.get(ask)).text
    others = [each for each in re.findall(r'href="(/meg/innsyn/spor\?linje=[^"]+)"', log) if each != ask]
    for each in others[:1]:
        assert "Hvorfor så du dette?" not in (await ida.get(each)).text, "it is of that line alone"
    assert "Hvorfor så du dette?" in words((await ida.get("/meg/meldinger")).text)
    form = await opened(ida, ask, "meg-spor")
    sent = await post(ida, "/meg/innsyn/spor", form, linje=line, tekst="Hvorfor så du dette?")
    assert sent.headers["location"] == "/meg/saker?sendt=1"
    assert "Ikke sendt" not in words((await ida.get("/meg/meldinger")).text)

    entry = await an_entry(ida)
    wrong = f"{entry}/feil"
    form = await opened(ida, wrong, "meg-feil")
    await saved(ida, wrong, form, hva="merknad", tekst="Det var den andre armen")
    page = (await ida.get(wrong)).text
    assert "Det var den andre armen</textarea>" in page
    assert re.search(r'value="merknad" checked', page)
    form = marks(page, "meg-feil")
    assert (await post(ida, wrong, form, hva="merknad", tekst="Det var den andre armen")).status_code == 303
    assert "Ikke sendt" not in words((await ida.get("/meg/meldinger")).text)
