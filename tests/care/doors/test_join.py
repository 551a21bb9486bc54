"""The page that joins and parts Patients: an administrator's, and nobody else's."""

import pytest
from browsing import own, words
from desks import links
from msgspec.json import encode

from felles import access
from felles.fhir import decode
from felles.record.changes import Change
from felles.record.clock import FOREVER

PAGE = "/admin/koblinger"


async def patients(site):
    rows = await site.store.pool.fetch("select id, bucket, person, sort_key from face order by sort_key limit 2")
    return [row["id"] for row in rows]


async def acts(site, patient):
    key = await site.store.place(f"Patient/{patient}")
    rows = await site.store.pool.fetch(
        "select text::json ->> 'act' as act from leaf where bucket = $1 and person = $2 order by number", *key
    )
    return [row["act"] for row in rows]


async def written(site, patient):
    """An entry of that Patient, written now; its reference."""
    told = {"resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient}"}}
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
    change = Change(op="create", type="Observation", resource=decode(encode(told | {"code": code})))
    return (await site.store.commit(access.maintenance("a test", until=FOREVER), [change]))[0].reference


async def test_an_administrator_sees_both_joins_and_parts_them(site):
    lead, other = await patients(site)
    async with site.visitor("administrator") as admin:
        assert PAGE in links((await admin.get("/admin")).text, '/admin/[^"]+')
        assert "Ingen pasienter er koblet." in words((await admin.get(PAGE)).text)
        both = {"leder": lead, "annen": other}
        asked = await admin.post(PAGE, data=both | {"slag": "se"}, headers=own())
        assert asked.status_code == 200
        assert "Er dette samme person?" in words(asked.text)
        assert (await acts(site, other))[-1] == "page:joining"
        done = await admin.post(PAGE, data=both | {"slag": "koble"}, headers=own())
        assert (done.status_code, done.headers["location"]) == (303, PAGE)
        assert "join" in await acts(site, lead)
        assert "Ingen pasienter er koblet." not in words((await admin.get(PAGE)).text)
        again = await admin.post(PAGE, data=both | {"slag": "koble"}, headers=own())
        assert again.status_code == 422
        assert "koblet allerede" in words(again.text)
        meanwhile = await written(site, other)
        parted = await admin.post(PAGE, data={"annen": other, "slag": "los"}, headers=own())
        assert parted.status_code == 200
        told = words(parted.text)
        assert told.index("Koblingen er løst") < told.index(f"Blir hos {other}") < told.index(meanwhile)
        assert f"Blir hos {lead}" not in told, "nothing was written with the other"
        assert meanwhile in told
        assert "718-7" not in told, "what it says is not told"
        assert "Ingen pasienter er koblet." in words((await admin.get(PAGE)).text)


@pytest.mark.parametrize("named", ["nowhere", "", "01010112345", "../x"])
async def test_what_is_not_here_is_said_plainly(site, named):
    lead, _ = await patients(site)
    async with site.visitor("administrator") as admin:
        for what in ("se", "koble"):
            answer = await admin.post(PAGE, data={"leder": lead, "annen": named, "slag": what}, headers=own())
            assert answer.status_code == 422
            assert "finnes ikke her" in words(answer.text)


@pytest.mark.parametrize("persona", ["fastlege", "sekretar", "gravid"])
async def test_nobody_else_joins_or_parts(site, persona):
    lead, other = await patients(site)
    async with site.visitor(persona) as visitor:
        assert (await visitor.get(PAGE)).status_code == 403
        for what in ("se", "koble", "los"):
            sent = await visitor.post(PAGE, data={"leder": lead, "annen": other, "slag": what}, headers=own())
            assert sent.status_code == 403
    assert not await site.store.pool.fetch("select 1 from person where joined")
