"""Administration at its pages: a GP office from its application to the first patient it opens."""

import re

import pytest
from browsing import own, words

from felles import access
from felles.access import accounts
from felles.access.codes import EPISODE_SYSTEM, GP_LIST
from felles.access.handovers.keeper import Keeper
from felles.access.resources import struct
from felles.fhir.norway.identity import organisation_number
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.maintenance import connect

FORM = {"name": "Havna legekontor", "kind": "gp-office", "units": "Legekontoret\nSkiftestua", "email": "post@havna.no",
        "given": "Kari", "family": "Nes", "hpr": "569900999", "phone": "70000000"}  # fmt: skip
OPERATOR_PAGES = ["/admin/soknader"]
DESK_PAGES = ["/admin/enheter", "/admin/ansatte", "/admin/tilganger"]


def unescaped(html):
    return html.replace("&#x2f;", "/")


async def applied(site, stem, **more):
    number = organisation_number(stem)
    async with site.visitor() as anybody:
        return await anybody.post("/bli-med", data=FORM | {"number": number} | more, headers=own())


@pytest.fixture
async def keeper(site, region):
    conn = await connect(region.url)
    yield Keeper(site.store, conn)
    await conn.close()


async def approved(site, stem, name):
    """Let in as whoever runs the record; the account of the first administrator."""
    assert (await applied(site, stem, name=name)).status_code == 303
    async with site.visitor("administrator") as nils:
        listed = unescaped((await nils.get("/admin/soknader")).text)
        href = re.findall(rf'href="(/admin/soknader/[^"]+)">{name}<', listed)[0]
        assert (await nils.post(href, data={"svar": "godkjenn"}, headers=own())).status_code == 303
    rows = await site.store.pool.fetch("select id from account where card #>> '{where,nb}' = $1", name)
    return rows[0]["id"]


async def test_a_gp_office_goes_from_application_to_its_first_patient(site):
    head = await approved(site, 33000001, "Havna legekontor")
    async with site.visitor(head) as kari:
        assert (await kari.post("/admin/enheter", data={"slag": "tjeneste", "navn": "Timebestilling"}, headers=own())
                ).status_code == 303  # fmt: skip
        units = unescaped((await kari.get("/admin/enheter")).text)
        assert "Timebestilling" in words(units)
        form = unescaped((await kari.get("/admin/ansatte")).text)
        unit = re.findall(r'name="(unit-Organization/[^"]+)"', form)[0]
        wish = {"given": "Ola", "family": "Li", "role": "gp", "profession": "LE", "until": "30.6.2099", unit: "1"}
        assert (await kari.post("/admin/ansatte", data=wish, headers=own())).status_code == 303
        staffed = words((await kari.get("/admin/enheter")).text)
        assert "Ola Li (Fastlege)" in staffed
    rows = await site.store.pool.fetch("select id, actor from account where name = 'Ola Li'")
    held = (await accounts.roles_held(site.store, rows[0]["actor"]))[0]
    faces = await site.store.pool.fetch("select id from face where sort_key like 'nordmarken %'")
    patient = faces[0]["id"]
    async with site.visitor(rows[0]["id"]) as ola:
        assert (await ola.get(f"/p/{patient}")).status_code == 404
        await on_list(site, patient, held.organization, f"PractitionerRole/{rows[0]['id']}")
        opened = await ola.get(f"/p/{patient}")
    assert opened.status_code == 200
    assert "Ida Nordmarken" in words(opened.text)


async def on_list(site, patient, organization, role):
    """What the GP register says: this patient has chosen that list."""
    listed = struct({
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{patient}"},
        "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": GP_LIST}]}], "period": {"start": "2020-01-01"},
        "managingOrganization": {"reference": organization}, "careManager": {"reference": role},
    })  # fmt: skip
    grant = access.maintenance("a test", until=FOREVER)
    await site.store.commit(grant, [Change(op="create", type="EpisodeOfCare", resource=listed)])


async def test_the_form_says_what_is_wrong_and_keeps_what_was_written(site):
    answer = await applied(site, 33000010, number="123456789", email="")
    said = words(answer.text)
    assert answer.status_code == 422
    assert "Organisasjonsnummeret har ni siffer" in said
    assert "Skriv en e-postadresse" in said
    assert 'value="Havna legekontor"' in answer.text
    async with site.visitor("administrator") as nils:
        assert "123456789" not in (await nils.get("/admin/soknader")).text


async def test_an_application_from_another_page_than_ours_is_refused(site):
    async with site.visitor() as anybody:
        answer = await anybody.post("/bli-med", data=FORM, headers={"origin": "http://evil.test"})
    assert answer.status_code == 400


async def test_a_refusal_needs_its_reason(site):
    await applied(site, 33000028, name="Bakkens klinikk")
    async with site.visitor("administrator") as nils:
        listed = unescaped((await nils.get("/admin/soknader")).text)
        href = re.findall(r'href="(/admin/soknader/[^"]+)">Bakkens klinikk<', listed)[0]
        assert (await nils.post(href, data={"svar": "avslag", "grunn": " "}, headers=own())).status_code == 422
        sent = await nils.post(href, data={"svar": "avslag", "grunn": "Ikke i regionen"}, headers=own())
        assert sent.status_code == 303
        assert "Ikke i regionen" in words((await nils.get(href)).text)
        assert (await nils.post(href, data={"svar": "godkjenn"}, headers=own())).status_code == 409


async def test_an_application_is_on_the_worklist_of_whoever_runs_the_record(site, keeper):
    await applied(site, 33000053, name="Bukta legekontor")
    await keeper.round()
    async with site.visitor("administrator") as nils:
        listed = unescaped((await nils.get("/arbeid")).text)
        [source] = re.findall(r'href="/arbeid/(Task/[^"]+)">Søknad om å bli med: Bukta', listed)
        assert 'href="/arbeid"' in unescaped((await nils.get("/")).text)
        taken = await nils.post(f"/arbeid/{source}/ta", data={"versjon": ""}, headers=own())
        assert taken.status_code == 303
        shown = unescaped((await nils.get(f"/arbeid/{source}")).text)
        assert "Under arbeid" in words(shown)
        assert "Pasient" not in words(shown).partition("Hva som har hendt")[0].partition("Bukta")[2]
        assert f"/arbeid/{source}/videre" not in shown  # there is one desk for it
        [href] = re.findall(r'href="(/admin/soknader/[^"]+)"', shown)
        assert (await nils.get(f"/admin/saker/{source.removeprefix('Task/')}")).status_code == 404
        assert f'href="/arbeid/{source}"' in unescaped((await nils.get(href)).text)
        assert "Søknad om å bli med" in words((await nils.get("/tavle")).text)
        assert (await nils.post(href, data={"svar": "avslag", "grunn": "Feil sted"}, headers=own())).status_code == 303
        assert "Bukta" not in words((await nils.get("/arbeid")).text)
        assert "Bukta" in words((await nils.get("/arbeid?besvart=1")).text)
    for persona in ("personvern", "fastlege"):
        async with site.visitor(persona) as other:
            assert "Bukta" not in words((await other.get("/arbeid")).text)
            assert (await other.get(f"/arbeid/{source}")).status_code == 404
            assert (await other.post(f"/arbeid/{source}/ta", data={"versjon": ""}, headers=own())).status_code == 404


@pytest.mark.parametrize("persona", ["fastlege", "sekretar", "eldre"])
async def test_nobody_else_administers(site, persona):
    async with site.visitor(persona) as browser:
        for path in [*OPERATOR_PAGES, *DESK_PAGES, "/admin/soknader/x"]:
            assert (await browser.get(path)).status_code == 403, path
        for path in ["/admin/enheter", "/admin/soknader/x", "/admin/ansatte"]:
            data = {"svar": "godkjenn", "navn": "x", "slag": "enhet"}
            assert (await browser.post(path, data=data, headers=own())).status_code == 403, path


async def test_an_organisations_administrator_decides_on_no_other(site):
    head = await approved(site, 33000036, "Sundet legekontor")
    async with site.visitor(head) as kari:
        for path in DESK_PAGES:
            assert (await kari.get(path)).status_code == 200
        assert (await kari.get("/admin/soknader")).status_code == 403
        staff = words((await kari.get("/admin/ansatte")).text)
        assert "Kari Nes" in staff
        assert "Ingrid Haugan" not in staff
        theirs = await site.store.pool.fetch("select source from staffing where role = 'gp' limit 1")
        role = theirs[0]["source"].removeprefix("PractitionerRole/")
        for answer in ("behold", "avslutt"):
            data = {"svar": answer, "rolle": role}
            assert (await kari.post("/admin/tilganger", data=data, headers=own())).status_code == 404


async def test_roles_are_reviewed_and_ended_at_a_page(site):
    head = await approved(site, 33000044, "Odden legekontor")
    async with site.visitor(head) as kari:
        wish = {"given": "Per", "family": "Vik", "role": "nurse", "profession": "SP"}
        assert (await kari.post("/admin/ansatte", data=wish, headers=own())).status_code == 303
        rows = await site.store.pool.fetch("select id from account where name = 'Per Vik'")
        async with site.visitor(rows[0]["id"]) as per:
            assert "Per Vik" in words((await per.get("/")).text)
            assert "aldri" in words((await kari.get("/admin/tilganger")).text)
            keep = {"svar": "behold", "rolle": rows[0]["id"]}
            assert (await kari.post("/admin/tilganger", data=keep, headers=own())).status_code == 303
            end = {"svar": "avslutt", "rolle": rows[0]["id"]}
            assert (await kari.post("/admin/tilganger", data=end, headers=own())).status_code == 303
        assert "Per Vik" not in words((await kari.get("/admin/tilganger")).text)
        assert "avsluttet" in words((await kari.get("/admin/ansatte")).text)


async def test_a_role_that_cannot_be_given_is_told_at_its_field(site):
    head = await approved(site, 33000060, "Neset legekontor")
    async with site.visitor(head) as kari:
        wish = {"given": "Per", "family": "Vik", "role": "gp", "profession": "SP", "until": "2001-01-01"}
        answer = await kari.post("/admin/ansatte", data=wish, headers=own())
    assert answer.status_code == 422
    assert "Denne rollen krever en annen profesjon" in words(answer.text)
    assert "Sluttdatoen har vært" in words(answer.text)
