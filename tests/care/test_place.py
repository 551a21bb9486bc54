"""Protected address on the pages: nowhere, until one with the permission says why."""

import pytest
from browsing import own

from felles import access
from felles.fhir import decode
from felles.fhir.r4 import Extension
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.codes import PROTECTED_ADDRESS

pytestmark = pytest.mark.slow

REASON = "Skal levere utstyr hjemme hos henne"


async def protect(site, family):
    """Give one whose names begin with `family` a protected address; her id, key and the words that tell it."""
    row = (await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %"))[0]
    grant = access.maintenance("test", until=FOREVER)
    patient = decode((await site.store.read(grant, "Patient", row["id"])).body.encode())
    patient.extension = [*(patient.extension or []), Extension(url=PROTECTED_ADDRESS, valueCode="strict")]
    await site.store.commit(grant, [Change(op="update", type="Patient", id=row["id"], resource=patient)])
    told = [line for a in patient.address for line in (*(a.line or []), a.city, a.postalCode) if line]
    assert told
    return row["id"], (row["bucket"], row["person"]), told


async def entries(site, key):
    rows = await site.store.pool.fetch(
        "select n.name, e.id from entry e join type_name n on n.type = e.type"
        " where e.bucket = $1 and e.person = $2 and e.form = 0 and e.state = 0 and not e.deleted",
        *key,
    )
    return [(row["name"], row["id"]) for row in rows]


async def lines_about(site, key):
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [row["text"] for row in rows]


@pytest.fixture(scope="module")
async def her(site):
    return await protect(site, "saeterbo")


async def test_no_page_of_hers_tells_where_she_is(site, her):
    patient, key, told = her
    async with site.visitor("fastlege") as browser:
        pages = ["/", f"/p/{patient}", f"/p/{patient}/tilgang", f"/p/{patient}/adresse"]
        pages += [f"/p/{patient}/e/{kind}/{entry}" for kind, entry in await entries(site, key)]
        for path in pages:
            answer = await browser.get(path)
            assert answer.status_code in (200, 404), path
            assert not [word for word in told if word in answer.text], path
        found = await browser.post("/finn", data={"navn": "Sæterbø", "fodt": "", "kommune": told[-1]}, headers=own())
        assert f"/p/{patient}" not in found.text


async def test_who_has_the_permission_sees_it_with_a_reason_that_she_can_read(site, her):
    patient, key, told = her
    async with site.visitor("fastlege") as browser:
        asked = await browser.get(f"/p/{patient}/adresse")
        assert "Strengt fortrolig adresse" in asked.text
        shown = await browser.post(f"/p/{patient}/adresse", data={"grunn": REASON}, headers=own())
    assert shown.status_code == 200
    assert all(word in shown.text for word in told)
    line = (await lines_about(site, key))[-1]
    assert '"act":"page:place"' in line
    assert REASON in line


async def test_too_short_a_reason_shows_nothing(site, her):
    patient, key, told = her
    async with site.visitor("fastlege") as browser:
        before = len(await lines_about(site, key))
        answer = await browser.post(f"/p/{patient}/adresse", data={"grunn": "fordi"}, headers=own())
    assert answer.status_code == 422
    assert not [word for word in told if word in answer.text]
    assert '"page:place"' not in "".join((await lines_about(site, key))[before:])


async def test_without_the_permission_there_is_no_such_page(site, her):
    patient, _, told = her
    async with site.visitor("sykehuslege") as browser:
        for answer in (
            await browser.get(f"/p/{patient}/adresse"),
            await browser.post(f"/p/{patient}/adresse", data={"grunn": REASON}, headers=own()),
        ):
            assert answer.status_code == 403
            assert not [word for word in told if word in answer.text]


async def test_an_address_that_is_not_protected_is_said_to_be_so(site):
    row = (await site.store.pool.fetch("select id from face where sort_key like 'nordmarken %'"))[0]
    async with site.visitor("fastlege") as browser:
        answer = await browser.get(f"/p/{row['id']}/adresse")
    assert answer.status_code == 200
    assert "Adressen er ikke fortrolig." in answer.text
