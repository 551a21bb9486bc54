"""The page that moves an entry to the right person: who may, what it says first, and what became of it."""

import re

import pytest
from browsing import own, patient_named, words
from desks import answered_at, case_at, hired, links
from msgspec.json import encode

from felles import access, fhir
from felles.access.actor import Actor, Sort
from felles.demo.places import GP_OFFICE, HOSPITAL, ORGANISATIONS, STAFF
from felles.record.changes import Change
from felles.record.clock import FOREVER

pytestmark = pytest.mark.slow

NOBODYS = "13116900216"
WHY = "Valgte feil navn i listen"


def doctor():
    staff = STAFF["ingrid"]
    org = ORGANISATIONS[staff.organisation]
    return Actor(
        sort=Sort.STAFF, reference=staff.practitioner, name=staff.full_name, role_code=staff.role, until=FOREVER,
        organization=org.reference, organization_name=org.name,
    )  # fmt: skip


async def wrote(site, key, told, **more):
    """What the general practitioner writes of that person; its reference."""
    resource = fhir.decode(encode(told | more))
    change = Change(op="create", type=told["resourceType"], resource=resource)
    return (await site.store.commit(access.person(doctor(), (key,)), [change]))[0].reference


@pytest.fixture(scope="module")
async def two(site):
    """Olav (the wrong person) and Ida (the right one): (id, national number) of each; and Olav's key."""
    found = []
    for family in ("saeterbo", "nordmarken"):
        patient, key = await patient_named(site, family)
        rows = await site.store.pool.fetch(
            "select number from national_number where bucket = $1 and person = $2", *key)  # fmt: skip
        found.append((patient, rows[0]["number"], key))
    return found


async def problem(site, two):
    patient, _, key = two[0]
    about = {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient}"}}
    return await wrote(site, key, about, code={"text": "Kløe på hendene"})


async def state(site, entry):
    newest = "select deleted from entry where id = $1 and form = 0 order by version desc limit 1"
    rows = await site.store.pool.fetch(newest, entry.partition("/")[2])
    return "gone" if rows[0]["deleted"] else "here"


def confirming(html):
    """The hidden fields of the step that confirms."""
    return dict(re.findall(r'type="hidden" name="(til|versjon|grunn)" value="([^"]*)"', html)) | {"slag": "flytt"}


async def test_it_shows_what_stays_behind_and_moves_it_when_confirmed(site, two):
    (wrong, _, key), (right, number, _) = two
    entry = await problem(site, two)
    about = {"resourceType": "Communication", "status": "completed", "subject": {"reference": f"Patient/{wrong}"}}
    told = await wrote(site, key, about, about=[{"reference": entry}])
    at = f"/p/{wrong}/e/{entry}/flytt"
    async with site.visitor("fastlege") as gp:
        assert at in links((await gp.get(f"/p/{wrong}/e/{entry}")).text, '/p/[^"]+/flytt')
        form = await gp.get(at)
        assert form.status_code == 200
        assert "tas ut av denne journalen" in words(form.text)
        typed = {"slag": "se", "nummer": number, "grunn": WHY}
        asked = await gp.post(at, data=typed, headers=own())
        assert asked.status_code == 200, words(asked.text)
        said = words(asked.text)
        assert "Olav Sæterbø" in said.partition("Flyttes til")[0]
        assert "Ida Nordmarken" in said.partition("Flyttes til")[2]
        assert "Blir igjen, og viser ikke lenger til noe" in said
        assert f"/p/{wrong}/e/{told}" in links(asked.text, '/p/[^"]+/e/[^"]+')
        assert number not in asked.text
        assert await state(site, entry) == "here", "nothing is moved before she confirms"
        sent = confirming(asked.text)
        stale = await gp.post(at, data=sent | {"versjon": "9"}, headers=own())
        assert stale.status_code == 412
        assert "Noen har endret den" in words(stale.text)
        unsaid = await gp.post(at, data={k: v for k, v in sent.items() if k != "versjon"}, headers=own())
        assert unsaid.status_code == 412
        same = await gp.post(at, data=sent | {"til": wrong}, headers=own())
        assert same.status_code == 409
        assert await state(site, entry) == "here"
        done = await gp.post(at, data=sent, headers=own())
        assert done.status_code == 303
        new = done.headers["location"]
        assert new.startswith(f"/p/{right}/e/Condition/")
        assert "Kløe på hendene" in words((await gp.get(new)).text)
        assert await state(site, entry) == "gone"
        for answer in (await gp.get(at), await gp.post(at, data=sent, headers=own())):
            assert answer.status_code == 410


async def test_what_is_wrong_stands_at_its_field_with_what_was_typed(site, two):
    (wrong, number, _), (_, other, _) = two
    at = f"/p/{wrong}/e/{await problem(site, two)}/flytt"
    async with site.visitor("fastlege") as gp:
        for typed, field, said in (
            ({"nummer": "", "grunn": WHY}, "nummer", "Skriv fødselsnummeret"),
            ({"nummer": "12345678901", "grunn": WHY}, "nummer", "ikke et gyldig nummer"),
            ({"nummer": NOBODYS, "grunn": WHY}, "nummer", "Vi finner ingen"),
            ({"nummer": number, "grunn": WHY}, "nummer", "den samme personen"),
            ({"nummer": other, "grunn": "  kort    "}, "grunn", "minst ti tegn"),
        ):
            answer = await gp.post(at, data=typed | {"slag": "se"}, headers=own())
            assert answer.status_code == 422, typed
            assert f'id="{field}-w"' in answer.text
            assert said in words(answer.text)
            assert f'value="{typed["nummer"]}"' in answer.text
            assert typed["grunn"] in answer.text


async def test_one_who_is_not_open_is_neither_offered_nor_moved_to(site, two):
    (wrong, _, _), _ = two
    entry = await problem(site, two)
    at = f"/p/{wrong}/e/{entry}/flytt"
    async with site.visitor("fastlege") as gp:
        rows = await site.store.pool.fetch(
            "select f.id, n.number from face f join national_number n using (bucket, person, id)"
        )
        closed = [row for row in rows if (await gp.get(f"/p/{row['id']}")).status_code == 404]
        assert closed, "somebody is open to others alone"
        stranger = closed[0]
        asked = await gp.post(at, data={"slag": "se", "nummer": stranger["number"], "grunn": WHY}, headers=own())
        assert asked.status_code == 422
        assert "ikke åpen for deg" in words(asked.text)
        for to in (stranger["id"], "nowhere"):
            sent = {"slag": "flytt", "til": to, "versjon": "1", "grunn": WHY}
            answer = await gp.post(at, data=sent, headers=own())
            assert answer.status_code == 403, to
            assert "begge journalene må være åpne" in words(answer.text)
        hers = f"/p/{stranger['id']}/e/{entry}/flytt"
        for answer in (await gp.get(hers), await gp.post(hers, data=sent | {"til": wrong}, headers=own())):
            assert answer.status_code == 404
    assert await state(site, entry) == "here"


@pytest.mark.parametrize("persona", ["eldre", "administrator", "hjemmesykepleier"])
async def test_who_lacks_the_verb_has_no_such_page(site, two, persona):
    (wrong, _, _), (right, _, _) = two
    entry = await problem(site, two)
    at = f"/p/{wrong}/e/{entry}/flytt"
    async with site.visitor(persona) as other:
        sent = {"slag": "flytt", "til": right, "versjon": "1", "grunn": WHY}
        for answer in (await other.get(at), await other.post(at, data=sent, headers=own())):
            assert answer.status_code == 403
    assert await state(site, entry) == "here"


async def test_a_doctor_for_whom_the_record_is_closed_finds_nothing(site, two):
    (wrong, _, _), (right, _, _) = two
    entry = await problem(site, two)
    at = f"/p/{wrong}/e/{entry}/flytt"
    async with site.visitor("jordmor") as stranger:
        assert (await stranger.get(f"/p/{wrong}")).status_code == 404
        sent = {"slag": "flytt", "til": right, "versjon": "1", "grunn": WHY}
        for answer in (await stranger.get(at), await stranger.post(at, data=sent, headers=own())):
            assert answer.status_code == 404
    assert await state(site, entry) == "here"


async def demand(site, entry):
    """Olav demands it corrected; its case goes to who answers for the text. The way to it, for a reviewer there."""
    sent = {"hva": "retting", "tekst": "Dette er skrevet om en annen enn meg."}
    async with site.visitor("eldre") as olav:
        done = await olav.post(f"/meg/e/{entry}/feil", data=sent, headers=own())
        assert done.status_code == 303
    newest = "select source from handover where kind = 25 order by made desc, source desc limit 1"
    made = await site.store.pool.fetch(newest)
    return answered_at(made[0]["source"])


async def test_who_answers_the_demand_moves_what_it_is_about_and_opens_no_record(site, two):
    (_, number, _), (right, other, _) = two
    entry = await problem(site, two)
    ours, theirs = await hired(site, "Vik", GP_OFFICE), await hired(site, "Lund", HOSPITAL)
    case = await demand(site, entry)
    at = f"{case}/flytt"
    sent = {"slag": "flytt", "til": right, "grunn": WHY}
    async with site.visitor(theirs) as stranger, site.visitor("fastlege") as gp:
        for browser, status in ((stranger, 404), (gp, 403)):
            for answer in (await browser.get(at), await browser.post(at, data=sent, headers=own())):
                assert answer.status_code == status
    rows = await site.store.pool.fetch("select number from national_number")
    async with site.visitor(ours) as eva, site.visitor("fastlege") as gp:
        assert at in links((await eva.get(case)).text, '/admin/[^"]+/flytt')
        assert "Olav Sæterbø" in words((await eva.get(at)).text)
        short = await eva.post(at, data={"slag": "se", "nummer": other, "grunn": "kort"}, headers=own())
        assert (short.status_code, f'value="{other}"' in short.text) == (422, True)
        asked = {
            row["number"]: await eva.post(at, data={"slag": "se", "nummer": row["number"], "grunn": WHY}, headers=own())
            for row in [*rows, {"number": NOBODYS}]
        }
        closed = {number for number, answer in asked.items() if answer.status_code == 422}
        assert {number, other} & closed == set()
        assert len(closed) > 1
        said = {re.sub(r"\d{11}|ref=[a-z]+", "", asked[each].text) for each in closed}
        assert len(said) == 1, "one without a relation here answers as nobody does"
        assert "Ida Nordmarken" in words(asked[other].text)
        assert (await eva.post(at, data=sent | {"til": "nowhere"}, headers=own())).status_code == 403
        assert await state(site, entry) == "here"
        done = await eva.post(at, data=sent, headers=own())
        assert (done.status_code, done.headers["location"]) == (303, f"{case}?flyttet=1")
        assert "Oppføringen er flyttet" in words((await eva.get(done.headers["location"])).text)
        assert await state(site, entry) == "gone"
        again = await eva.post(at, data=sent, headers=own())
        assert again.status_code in (404, 410)
        assert "flyttet eller slettet alt" in words(again.text)
        answered = {"svar": "svar", "tekst": "Den gjaldt en annen og er flyttet."}
        assert (await eva.post(case, data=answered, headers=own())).status_code == 303
        assert (await eva.get(at)).status_code == 404, "answered"
        assert "Kløe på hendene" in words((await gp.get(f"/p/{right}")).text)


async def test_a_deletion_that_two_have_approved_is_not_closed_at_its_page(site, two):
    entry = await problem(site, two)
    async with site.visitor("eldre") as olav:
        sent = {"hva": "sletting", "tekst": "Dette er skrevet om en annen enn meg."}
        assert (await olav.post(f"/meg/e/{entry}/feil", data=sent, headers=own())).status_code == 303
    one, other = await hired(site, "Sund", GP_OFFICE), await hired(site, "Rike", GP_OFFICE)
    closing = {"svar": "avslag", "tekst": "Vi har ombestemt oss etterpå."}
    async with site.visitor(one) as eva, site.visitor(other) as liv:
        case = (await case_at(eva, "Krav om sletting"))[0]
        assert (await eva.get(f"{case}/flytt")).status_code == 404, "a deletion moves nothing"
        for browser in (eva, liv):
            assert (await browser.post(case, data={"svar": "godkjenn"}, headers=own())).status_code == 303
        answer = await eva.post(case, data=closing, headers=own())
        assert answer.status_code == 409
        assert "Saken lukkes når den er utført" in words(answer.text)
