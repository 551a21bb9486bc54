"""Questions, demands and reviews at their pages: who asks, who answers, who sees neither."""

import json
from html import unescape

import msgspec
import pytest
from browsing import found_in, own, words
from desks import an_entry, case_at, hired, links

from felles import access, fhir
from felles.demo.places import GP_OFFICE, HOSPITAL, ORGANISATIONS, STAFF
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.codes import CASE_SYSTEM

WORDS = "Jeg har aldri vært hos dere, hvorfor åpnet dere journalen min?"


async def patient(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def lines(site, key):
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [json.loads(row["text"]) for row in rows]


@pytest.fixture(scope="module")
async def asked(site):
    """Her GP looks, the citizen does not know it again, and asks. The account of who answers comes last."""
    ours = await hired(site, "Vik", GP_OFFICE)
    ida, key = await patient(site, "nordmarken")
    async with site.visitor("fastlege") as gp, site.visitor("gravid") as citizen:
        assert (await gp.get(f"/p/{ida}")).status_code == 200
        log = (await citizen.get("/meg/innsyn")).text
        look = next(part for part in log.split('<li class="look"') if "Ingrid Haugan" in part)
        href = links(look, r"/meg/innsyn/spor\?linje=[^\"]+")[0]
        assert "Ingrid Haugan" in words((await citizen.get(href)).text)
        token = href.partition("linje=")[2]
        sent = await citizen.post("/meg/innsyn/spor", data={"linje": token, "tekst": WORDS}, headers=own())
        assert (sent.status_code, sent.headers["location"]) == (303, "/meg/saker?sendt=1")
        mine = words((await citizen.get("/meg/saker")).text)
        assert "Spørsmål om innsynsloggen" in mine
        assert "Venter på svar" in mine
        assert ORGANISATIONS[GP_OFFICE].name in mine
    return ida, key, ours


async def test_a_question_has_an_owner_who_answers_and_nobody_else_sees_it(site, asked):
    _, key, ours = asked
    theirs = await hired(site, "Lund", HOSPITAL)
    async with site.visitor(theirs) as stranger, site.visitor(ours) as reviewer:
        href = (await case_at(reviewer, "Spørsmål om innsynsloggen"))[0]
        assert await case_at(stranger, "Spørsmål om innsynsloggen") == []
        for answer in (
            await stranger.get(href),
            await stranger.post(href, data={"svar": "svar", "tekst": WORDS}, headers=own()),
        ):
            assert answer.status_code == 404
        before = len(await lines(site, key))
        case = words((await reviewer.get(href)).text)
        assert {"page:cases", "page:case-log"} == {line["act"] for line in (await lines(site, key))[before:]}
        assert WORDS in case
        assert "Ida Nordmarken" in case
        assert "Så oversikten over journalen" in case
        assert (await reviewer.post(href, data={"svar": "svar", "tekst": "kort"}, headers=own())).status_code == 422
        done = await reviewer.post(href, data={"svar": "svar", "tekst": "Det var en kontroll."}, headers=own())
        assert done.status_code == 303
        again = await reviewer.post(href, data={"svar": "avslag", "tekst": "En gang til."}, headers=own())
        assert again.status_code == 409
        assert await case_at(reviewer, "Spørsmål om innsynsloggen") == []
        assert "Spørsmål om innsynsloggen" in words((await reviewer.get("/arbeid?besvart=1")).text)
    async with site.visitor("gravid") as citizen:
        mine = words((await citizen.get("/meg/saker")).text)
    assert "Det var en kontroll." in mine
    assert "Besvart" in mine


async def test_a_reviewer_opens_no_record(site, asked):
    ida, *_ = asked
    reviewer = await hired(site, "Moe", GP_OFFICE)
    async with site.visitor(reviewer) as eva:
        assert (await eva.get(f"/p/{ida}")).status_code in (403, 404)
        assert (await eva.get("/finn")).status_code == 403


@pytest.mark.parametrize("persona", ["fastlege", "gravid"])
async def test_nobody_else_handles_cases(site, persona):
    async with site.visitor(persona) as browser:
        for path in ("/admin/saker", "/admin/saker/x"):
            assert (await browser.get(path)).status_code == 403, path
        assert (await browser.post("/admin/saker/x", data={"svar": "svar"}, headers=own())).status_code == 403


async def test_a_line_of_anothers_log_is_asked_about_by_nobody(site):
    async with site.visitor("gravid") as ida, site.visitor("eldre") as olav:
        log = (await ida.get("/meg/innsyn")).text
        href = links(log, r"/meg/innsyn/spor\?linje=[^\"]+")[0]
        assert (await olav.get(href)).status_code == 400
        token = href.partition("linje=")[2]
        sent = await olav.post("/meg/innsyn/spor", data={"linje": token, "tekst": WORDS}, headers=own())
        assert sent.status_code == 400


async def test_a_demand_goes_to_who_answers_for_the_text_and_a_refusal_tells_how_to_complain(site):
    async with site.visitor("eldre") as olav:
        href = await an_entry(olav)
        assert f"{href}/feil" in unescape((await olav.get(href)).text).replace("&#x2f;", "/")
        short = await olav.post(f"{href}/feil", data={"hva": "retting", "tekst": "Feil"}, headers=own())
        none = await olav.post(f"{href}/feil", data={"tekst": WORDS}, headers=own())
        assert (short.status_code, none.status_code) == (422, 422)
        sent = await olav.post(f"{href}/feil", data={"hva": "retting", "tekst": WORDS}, headers=own())
        assert sent.status_code == 303
        rows = await site.store.pool.fetch("select owner from handover where kind = 25 order by made desc, source desc")
        owner = next(o for o in ORGANISATIONS.values() if o.reference == rows[0]["owner"])
        assert owner.part_of is None
        async with site.visitor(await hired(site, "Dal", owner.key)) as eva:
            case = (await case_at(eva, "Krav om retting"))[0]
            assert (await eva.post(case, data={"svar": "godkjenn"}, headers=own())).status_code == 422
            answer = {"svar": "avslag", "tekst": "Teksten er riktig slik den står."}
            assert (await eva.post(case, data=answer, headers=own())).status_code == 303
        mine = words((await olav.get("/meg/saker")).text)
    assert "Avslått" in mine
    assert "Teksten er riktig slik den står." in mine
    assert "klage til Statsforvalteren" in mine


async def test_a_remark_stands_beside_the_text_for_all_who_read_it(site):
    olav_id, _ = await patient(site, "saeterbo")
    async with site.visitor("eldre") as olav, site.visitor("fastlege") as gp:
        href = await an_entry(olav)
        sent = await olav.post(f"{href}/feil", data={"hva": "merknad", "tekst": "Dette stemmer ikke."}, headers=own())
        assert (sent.status_code, sent.headers["location"]) == (303, href)
        assert "Dette stemmer ikke." in words((await olav.get(href)).text)
        staff = href.replace("/meg/", f"/p/{olav_id}/")
        assert "Dette stemmer ikke." in words((await gp.get(staff)).text)
        other = links((await gp.get(f"/p/{olav_id}")).text, f'/p/{olav_id}/e/Observation/[^"]+')[0]
        assert "Dette stemmer ikke." not in words((await gp.get(other)).text)


async def test_nobody_demands_anything_about_anothers_entry(site):
    async with site.visitor("eldre") as olav, site.visitor("gravid") as ida, site.visitor("fastlege") as gp:
        href = await an_entry(olav)
        for browser, status in ((ida, 404), (gp, 403)):
            answers = [
                await browser.get(f"{href}/feil"),
                await browser.post(f"{href}/feil", data={"hva": "sletting", "tekst": WORDS}, headers=own()),
            ]
            assert [a.status_code for a in answers] == [status, status]


async def test_an_emergency_opening_stands_in_the_queue_with_what_was_opened(site):
    ida, key = await patient(site, "nordmarken")
    actor = await signed_in(site, "ingrid")
    task = {
        "resourceType": "Task", "status": "completed", "intent": "order",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": "emergency"}]},
        "for": {"reference": f"Patient/{ida}"}, "reasonCode": {"text": "Bevisstløs, må se allergier"},
    }  # fmt: skip
    made = fhir.decode(msgspec.json.encode(task | {"status": "requested"}))
    await site.store.commit(access.person(actor, (key,)), [Change(op="create", type="Task", resource=made)])
    reviewer = await hired(site, "Ness", GP_OFFICE)
    async with site.visitor("fastlege") as gp, site.visitor(reviewer) as eva:
        assert (await gp.get(f"/p/{ida}")).status_code == 200
        href = (await case_at(eva, "Åpnet med nødrett"))[0]
        case = words((await eva.get(href)).text)
        assert "Bevisstløs, må se allergier" in case
        assert "Så oversikten over journalen" in case
        done = await eva.post(href, data={"svar": "svar", "tekst": "Sett over, i orden."}, headers=own())
        assert done.status_code == 303


async def signed_in(site, key):
    from felles.access.actor import Actor, Sort

    staff = STAFF[key]
    org = ORGANISATIONS[staff.organisation]
    return Actor(
        sort=Sort.STAFF, reference=staff.practitioner, name=staff.full_name, role_code=staff.role, until=FOREVER,
        organization=org.reference, organization_name=org.name,
    )  # fmt: skip


async def test_what_is_sent_twice_is_one_and_other_words_are_another(site):
    _, key = await patient(site, "saeterbo")

    async def many():
        rows = await site.store.pool.fetch(
            """select 1 from entry e join type_name t on t.type = e.type where e.bucket = $1 and e.person = $2
                and e.state = 0 and e.form = 0 and t.name in ('Task', 'Communication')""", *key
        )  # fmt: skip
        return len(rows)

    async with site.visitor("eldre") as olav, site.visitor("gravid") as other:
        entry = await an_entry(olav)
        line = links((await olav.get("/meg/innsyn")).text, r"/meg/innsyn/spor\?linje=[^\"]+")[0]
        question = {"linje": line.partition("linje=")[2]}
        ways = ((line, question), (f"{entry}/feil", {"hva": "retting"}), (f"{entry}/feil", {"hva": "merknad"}))
        for page, said in ways:
            form = said | {"id": found_in(r'name="id" value="([^"]+)"', (await olav.get(page)).text)}
            action, before = page.partition("?")[0], await many()
            for tekst, more in ((WORDS, 1), (WORDS, 1), (f"{WORDS} Svar meg.", 2)):
                sent = await olav.post(action, data=form | {"tekst": tekst}, headers=own())
                assert sent.status_code == 303, words(sent.text)
                assert await many() == before + more, page
            refused = await other.post(action, data=form | {"tekst": WORDS}, headers=own())
            assert refused.status_code in (400, 404), "another's line, another's entry"
            assert await many() == before + 2
