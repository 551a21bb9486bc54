"""The pages from door to door: who gets in, who does not, and what stands in the log afterwards."""

import re

import pytest
from browsing import lines_about, opened, own, patient_named, same, words

from felles.access.cache import Remembered
from felles.care.municipalities import name_of
from felles.record.clock import FOREVER
from felles.record.errors import Busy
from felles.record.pool import Pool

NUMBER = re.compile(r"\b\d{11}\b")


async def test_the_front_page_says_what_it_is_and_who_can_be_tried(site):
    async with site.visitor() as browser:
        answer = await browser.get("/")
    said = words(answer.text)
    assert answer.status_code == 200
    assert "Én journal for hele regionen" in said
    assert "Fastlege" in said
    assert "Innbyggere" in said


async def test_outside_demo_mode_there_is_no_persona(region, pages_home):
    async with opened(region, pages_home, demo=False) as site, site.visitor() as browser:
        front = await browser.get("/")
        refused = await browser.post("/logg-inn", data={"persona": "fastlege"}, headers=own())
    assert "persona" not in front.text
    assert "set-cookie" not in refused.headers
    assert refused.status_code == 404


@pytest.mark.parametrize("path", ["/p/x", "/p/x/e/Patient/y", "/finn", "/meg", "/meg/innsyn", "/meg/e/Patient/x"])
async def test_without_a_session_every_page_leads_to_the_front(site, path):
    async with site.visitor() as browser:
        answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/?videre={path}"


async def test_pages_carry_their_headers_and_no_number(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        for path in ("/", f"/p/{patient}", "/finn", "/nowhere"):
            answer = await browser.get(path)
            assert answer.headers["cache-control"] == "no-store"
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["referrer-policy"] == "same-origin"
            assert not NUMBER.search(answer.text), path


async def test_a_gp_opens_her_patient_and_the_line_is_there(site):
    patient, key = await patient_named(site, "saeterbo")
    before = len(await lines_about(site, key))
    async with site.visitor("fastlege") as browser:
        answer = await browser.get(f"/p/{patient}")
    assert answer.status_code == 200
    assert "Olav Sæterbø" in words(answer.text)
    title = re.findall(r"<title>(.*?)</title>", answer.text)[0]
    assert "Sæterbø" not in title
    new = (await lines_about(site, key))[before:]
    assert len(new) == 1
    assert '"act":"page:overview"' in new[0]
    assert '"outcome":"released"' in new[0]
    assert "Ingrid Haugan" in new[0]


async def test_after_a_look_one_can_see_it_as_the_person_does(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        chart = await browser.get(f"/p/{patient}")
        assert "Se innsynet som Olav Sæterbø" in words(chart.text)
        form = {"persona": f"Patient/{patient}", "videre": "/meg/innsyn"}
        await browser.post("/logg-inn", data=form, headers=own())
        seen = await browser.get("/meg/innsyn")
    assert seen.status_code == 200
    told = words(seen.text)
    assert "Ingrid Haugan" in told
    assert "Fjordgløtt legekontor" in told
    assert "Du står på fastlegelisten deres." in told


async def test_a_chart_opened_again_is_decided_and_logged_again(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        first = await browser.get(f"/p/{patient}")
        before = len(await lines_about(site, key))
        second = await browser.get(f"/p/{patient}")
    assert same(second.text) == same(first.text)
    assert len(await lines_about(site, key)) == before + 1


async def test_a_stranger_gets_what_one_gets_for_nobody_and_the_try_is_logged(site):
    patient, key = await patient_named(site, "saeterbo")
    before = len(await lines_about(site, key))
    async with site.visitor("jordmor") as browser:
        hidden = await browser.get(f"/p/{patient}")
        absent = await browser.get("/p/x00000000000000000000000000")
    assert hidden.status_code == absent.status_code == 404
    nobody = same(absent.text).replace("x00000000000000000000000000", "")
    assert same(hidden.text).replace(patient, "") == nobody
    new = (await lines_about(site, key))[before:]
    assert [('"outcome":"refused"' in line) for line in new] == [True]


async def test_a_stranger_is_refused_also_after_the_chart_was_kept_for_another(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("jordmor") as midwife:
        assert (await gp.get(f"/p/{patient}")).status_code == 200
        assert (await midwife.get(f"/p/{patient}")).status_code == 404


async def test_a_role_sees_its_kinds_and_is_told_about_the_rest(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("sekretar") as secretary:
        whole = words((await gp.get(f"/p/{patient}")).text)
        part = words((await secretary.get(f"/p/{patient}")).text)
    assert "Rollen din gir ikke tilgang" not in whole
    assert "Rollen din gir ikke tilgang" in part
    medicines = whole[whole.index("Legemidler i bruk") :][:200]
    assert "mg" in medicines
    assert "mg" not in part[part.index("Legemidler i bruk") :][:80]


async def test_a_change_is_seen_at_once(site):
    from felles import access
    from felles.record.changes import Change

    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        assert "Nyoppdaget gikt" not in (await browser.get(f"/p/{patient}")).text
        grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
        problem = {
            "resourceType": "Condition",
            "code": {"text": "Nyoppdaget gikt"},
            "subject": {"reference": f"Patient/{patient}"},
        }
        await site.store.commit(grant, [Change(op="create", type="Condition", resource=_decoded(problem))])
        assert "Nyoppdaget gikt" in (await browser.get(f"/p/{patient}")).text


def _decoded(resource):
    import msgspec

    from felles import fhir

    return fhir.decode(msgspec.json.encode(resource))


async def test_an_entry_opens_under_its_person_and_nowhere_else(site):
    patient, _ = await patient_named(site, "saeterbo")
    other, _ = await patient_named(site, "nordmarken")
    async with site.visitor("fastlege") as browser:
        chart = (await browser.get(f"/p/{patient}")).text
        href = re.findall(rf'href="(/p/{patient}/e/MedicationRequest/[^"]+)"', unescaped(chart))[0]
        entry = await browser.get(href)
        moved = await browser.get(href.replace(patient, other))
        unknown = await browser.get(f"/p/{patient}/e/Nonsense/x")
    assert entry.status_code == 200
    assert "Hvem skrev dette" in words(entry.text)
    assert moved.status_code == 404
    assert unknown.status_code == 404


def unescaped(html):
    return html.replace("&#x2f;", "/")


async def test_a_citizen_reads_her_own_record_and_who_has_looked(site):
    patient, _ = await patient_named(site, "nordmarken")
    async with site.visitor("jordmor") as midwife, site.visitor("gravid") as citizen:
        assert (await midwife.get(f"/p/{patient}")).status_code == 200
        home = await citizen.get("/meg")
        log = words((await citizen.get("/meg/innsyn")).text)
    assert "Hei, Ida Nordmarken" in words(home.text)
    assert "Synne Rønningen åpnet journalen din" in log
    assert "Jordmor, Bjørkelia helsestasjon" in log
    assert "Så oversikten over journalen" in log
    assert "Du åpnet journalen din" in log


async def test_staff_have_no_citizens_pages_and_citizens_no_charts(site):
    patient, _ = await patient_named(site, "nordmarken")
    async with site.visitor("jordmor") as midwife, site.visitor("gravid") as citizen:
        assert (await midwife.get("/meg")).status_code == 403
        assert (await midwife.get("/meg/innsyn")).status_code == 403
        assert (await citizen.get(f"/p/{patient}")).status_code == 403
        assert (await citizen.get("/finn")).status_code == 403
        assert (await citizen.get("/")).headers["location"] == "/meg"


async def test_my_people_are_listed_with_their_basis_and_each_in_her_log(site):
    _, key = await patient_named(site, "nordmarken")
    before = len(await lines_about(site, key))
    async with site.visitor("jordmor") as browser:
        said = words((await browser.get("/")).text)
    assert "Ida Nordmarken" in said
    assert "Olav Sæterbø" not in said
    assert "Svangerskapsomsorg" in said
    assert [line for line in (await lines_about(site, key))[before:] if '"page:list"' in line]


async def test_the_list_goes_on_page_by_page_and_repeats_nobody(site, monkeypatch):
    from felles.care.start import views

    monkeypatch.setattr(views, "PAGE", 2)
    seen, path = [], "/"
    async with site.visitor("fastlege") as browser:
        while path:
            html = unescaped((await browser.get(path)).text)
            found = re.findall(r'class="open" href="(/p/[^"]+)"', html)
            assert len(found) <= 2
            seen += found
            more = re.search(r'href="(/\?etter=[^"]+)"', html)
            path = more[1] if more else ""
        assert (await browser.get("/?etter=%%%")).status_code == 400
    assert len(seen) == len(set(seen)) > 4


async def test_a_link_into_a_list_works_for_its_reader_alone(site, monkeypatch):
    from felles.care.start import views

    monkeypatch.setattr(views, "PAGE", 2)
    async with site.visitor("fastlege") as gp, site.visitor("sykehuslege") as doctor:
        html = unescaped((await gp.get("/")).text)
        more = re.findall(r'href="(/\?etter=[^"]+)"', html)[0]
        assert (await gp.get(more)).status_code == 200
        assert (await doctor.get(more)).status_code == 400


async def test_the_log_goes_on_page_by_page(site, monkeypatch):
    from felles.care.doors import views

    async with site.visitor("gravid") as citizen:
        for _ in range(3):
            await citizen.get("/meg")
        monkeypatch.setattr(views, "PAGE", 2)
        html = unescaped((await citizen.get("/meg/innsyn")).text)
        more = re.findall(r'href="(/meg/innsyn\?etter=[^"]+)"', html)[0]
        assert not re.search(r"etter=\d+$", more)
        assert (await citizen.get(more)).status_code == 200
        assert (await citizen.get("/meg/innsyn?etter=1")).status_code == 400


async def test_an_administrator_opens_no_record(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("administrator") as browser:
        assert "Alle deler" in words((await browser.get("/")).text), "how it runs, and nobody's name"
        assert (await browser.get(f"/p/{patient}")).status_code in (403, 404)


async def number_of(site, key):
    rows = await site.store.pool.fetch("select number from national_number where bucket = $1 and person = $2", *key)
    return rows[0]["number"]


async def test_looking_up_by_number_shows_the_person_and_never_the_number(site):
    patient, key = await patient_named(site, "saeterbo")
    number = await number_of(site, key)
    before = len(await lines_about(site, key))
    async with site.visitor("fastlege") as gp, site.visitor("jordmor") as midwife:
        known = await gp.post("/finn", data={"slag": "nummer", "nummer": number}, headers=own())
        stranger = await midwife.post("/finn", data={"slag": "nummer", "nummer": number}, headers=own())
    assert f'href="/p/{patient}"' in unescaped(known.text)
    assert "Åpen for deg" in words(known.text)
    assert "Olav Sæterbø" in words(stranger.text)
    assert "Ikke åpen for deg" in words(stranger.text)
    assert f'href="/p/{patient}"' not in unescaped(stranger.text)
    assert f'href="/p/{patient}/apne"' in unescaped(stranger.text), "the way for who has a need"
    for answer in (known, stranger):
        assert number not in answer.text
        assert number not in str(answer.url)
    new = (await lines_about(site, key))[before:]
    assert len(new) == 2
    assert all('"act":"lookup"' in line and number not in line for line in new)


async def test_looking_up_by_name_needs_a_birth_date_or_a_municipality(site):
    rows = await site.store.pool.fetch("select born, municipality from face where sort_key like 'saeterbo %'")
    born, place = rows[0]["born"].strftime("%d.%m.%Y"), rows[0]["municipality"]
    async with site.visitor("jordmor") as browser:
        by_date = await browser.post("/finn", data={"slag": "navn", "navn": "sæter olav", "fodt": born}, headers=own())
        other = await browser.post("/finn", data={"slag": "navn", "navn": "sæter kari", "fodt": born}, headers=own())
        alone = await browser.post("/finn", data={"slag": "navn", "navn": "sæterbø"}, headers=own())
        asked = {"slag": "navn", "navn": "Sæterbø"}
        by_place = [
            await browser.post("/finn", data=asked | {"kommune": named}, headers=own())
            for named in (place, name_of(place), name_of(place).upper())
        ]
        elsewhere = await browser.post("/finn", data=asked | {"kommune": "Tydal"}, headers=own())
    assert "Olav Sæterbø" in words(by_date.text)
    assert place != name_of(place)
    for answer in by_place:
        assert "Olav Sæterbø" in words(answer.text)
        assert name_of(place) in words(answer.text)
        assert f">{place}<" not in answer.text
    assert "Ingen treff" in words(other.text)
    assert "Ingen treff" in words(elsewhere.text)
    assert alone.status_code == 422
    assert "Skriv fødselsdato eller kommune" in words(alone.text)


async def test_more_than_ten_are_nobody_and_the_search_is_to_be_narrowed(site):
    from felles import access
    from felles.record.changes import Change

    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    same = {"resourceType": "Patient", "name": [{"family": "Mange", "given": ["Kari"]}], "birthDate": "1970-01-01"}
    changes = [Change(op="create", type="Patient", resource=_decoded(same)) for _ in range(11)]
    for change in changes[:10]:
        await site.store.commit(grant, [change])
    asked = {"slag": "navn", "navn": "mange", "fodt": "01.01.1970"}
    async with site.visitor("fastlege") as browser:
        ten = await browser.post("/finn", data=asked, headers=own())
        await site.store.commit(grant, changes[10:])
        eleven = await browser.post("/finn", data=asked, headers=own())
    assert "10 personer funnet" in words(ten.text)
    assert "For mange treff" in words(eleven.text)
    assert "Kari Mange" not in words(eleven.text)


async def test_where_somebody_with_a_protected_address_lives_is_not_shown(site):
    _, key = await patient_named(site, "saeterbo")
    rows = await site.store.pool.fetch("select municipality from face where bucket = $1 and person = $2", *key)
    asked = {"slag": "nummer", "nummer": await number_of(site, key)}
    async with site.visitor("jordmor") as browser:
        before = await browser.post("/finn", data=asked, headers=own())
        await site.store.pool.fetch("update person set protected = true where bucket = $1 and person = $2", *key)
        after = await browser.post("/finn", data=asked, headers=own())
        tried = {"slag": "navn", "navn": "sæterbø olav", "kommune": rows[0]["municipality"]}
        guessed = await browser.post("/finn", data=tried, headers=own())
        async with site.visitor("fastlege") as gp:
            known = await gp.post("/finn", data=tried, headers=own())
        await site.store.pool.fetch("update person set protected = false where bucket = $1 and person = $2", *key)
    place = name_of(rows[0]["municipality"])
    assert place in words(before.text)
    assert place not in words(after.text)
    assert "Ingen treff" in words(guessed.text)
    assert "Olav Sæterbø" in words(known.text)
    assert "Olav Sæterbø" in words(after.text)


@pytest.mark.parametrize("number", ["", "12345678901", "1234", "abc"])
async def test_a_number_that_is_none_is_refused_before_it_is_looked_up(site, number):
    async with site.visitor("fastlege") as browser:
        before = await site.store.pool.fetch("select count(*) as n from leaf")
        answer = await browser.post("/finn", data={"slag": "nummer", "nummer": number}, headers=own())
        after = await site.store.pool.fetch("select count(*) as n from leaf")
    assert answer.status_code == 422
    assert before[0]["n"] == after[0]["n"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site", "origin": "http://felles.test"}],
)
async def test_a_form_from_elsewhere_changes_nothing(site, headers):
    async with site.visitor("fastlege") as browser:
        answer = await browser.post("/logg-ut", headers=headers)
        assert answer.status_code == 400
        assert (await browser.get("/")).status_code == 200


async def test_signing_out_ends_the_session(site):
    async with site.visitor("fastlege") as browser:
        kept = dict(browser.cookies)
        assert (await browser.post("/logg-ut", data={}, headers=own())).status_code == 303
        browser.cookies.update(kept)
        patient, _ = await patient_named(site, "saeterbo")
        assert (await browser.get(f"/p/{patient}")).status_code == 303


async def test_the_language_is_chosen_and_kept_and_leads_back_to_us_alone(site):
    async with site.visitor() as browser:
        answer = await browser.post("/sprak", data={"sprak": "en", "tilbake": "//evil.example"}, headers=own())
        assert answer.headers["location"] == "/"
        page = await browser.get("/")
    assert page.headers["content-language"] == "en"
    assert "One record for the whole region" in words(page.text)
    async with site.visitor(**{"accept-language": "nn"}) as browser:
        assert "Éin journal" in words((await browser.get("/")).text)


@pytest.mark.slow
async def test_a_fault_of_ours_says_nothing_of_the_record(site, monkeypatch):
    from felles.care.overview import views

    async def fail(*_, **__):
        raise RuntimeError("Olav har gikt")

    patient, _ = await patient_named(site, "saeterbo")
    monkeypatch.setattr(views, "overview", fail)
    async with site.visitor("fastlege") as browser:
        answer = await browser.get(f"/p/{patient}")
    assert answer.status_code == 500
    assert "Noe gikk galt hos oss" in words(answer.text)
    assert "gikt" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_static_files_are_kept_and_packed(site):
    from felles.ui.assets import assets

    async with site.visitor() as browser:
        answer = await browser.get(assets().url("felles.css"), headers={"accept-encoding": "gzip"})
        plain = await browser.get(assets().url("felles.css"), headers={"accept-encoding": "identity"})
        missing = await browser.get("/static/felles.000000000000.css")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text == plain.text
    assert missing.status_code == 404


async def test_a_database_that_is_away_is_said_plainly_with_how_to_go_on(site, monkeypatch):
    async def away(_):
        raise Busy("the database is away; nothing was written")

    async with site.visitor("fastlege", **{"accept-language": "en"}) as browser:
        monkeypatch.setattr(site.app.state.doorkeeper.sessions, "_known", Remembered(site.store.clock.real))
        monkeypatch.setattr(Pool, "take", away)
        answer = await browser.get("/finn")
    said = words(answer.text)
    assert answer.status_code == 503
    assert 'data-state="unreachable"' in answer.text
    assert "If life is in danger, ring 113." in said
    assert answer.headers["x-request-id"] in said
