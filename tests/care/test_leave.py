"""Being away at the pages: set by herself or her administrator and nobody else, told wherever she would be chosen."""

import re
from datetime import timedelta
from html import unescape

import pytest
from browsing import own, patient_named, words
from desks import hired

from felles.access.leave import today_of
from felles.demo.places import GP_OFFICE, HOSPITAL, STAFF
from felles.ui.i18n import language

pytestmark = pytest.mark.slow
INGRID, PER_ARNE = STAFF["ingrid"], STAFF["per-arne"]


def days(site, first, last):
    today = today_of(site.store.clock.clinical())
    return {"fra": (today + timedelta(days=first)).isoformat(), "til": (today + timedelta(days=last)).isoformat()}


async def away(visitor, **form):
    return await visitor.post("/fravaer", headers=own(), data=form)


async def test_she_sets_her_leave_and_whoever_would_send_to_her_is_told(site):
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp, site.visitor("hjemmesykepleier") as home:
        page = unescape((await gp.get("/fravaer")).text)
        offered = re.findall(r'<option value="(Practitioner/[^"]+)"', page)
        assert offered == [PER_ARNE.practitioner]  # not the secretary, nor a doctor from elsewhere
        before = words((await home.get(f"/p/{olav}/skriv/avvik")).text)
        assert "Ingrid Haugan" in before
        assert "borte til" not in before
        stranger = STAFF["jonas"].practitioner
        for wrong, said in (
            ({"fra": "", "til": "i morgen"}, "Velg første dag."),
            (days(site, -3, -1), "Siste dag har vært."),
            (days(site, 3, 1), "Siste dag kan ikke være før første dag."),
            (days(site, 0, 500), "Et fravær kan vare litt over et år."),
            (days(site, 0, 3) | {"stedfortreder": stranger}, "Velg en kollega fra listen."),
        ):
            answer = await away(gp, **wrong)
            assert answer.status_code == 422
            assert said in words(answer.text)
        answer = await away(gp, **days(site, 0, 3), stedfortreder=PER_ARNE.practitioner)
        assert answer.status_code == 303
        assert (await away(gp, **days(site, 2, 5))).status_code == 422  # these days are taken
        told = f"borte til og med {language('nb').brief(site.store.clock.clinical() + 3 * 86_400_000_000)}"
        for visitor, path in ((gp, "/arbeid"), (home, f"/p/{olav}/skriv/avvik")):
            assert f"{told}, stedfortreder Per Arne Moxnes" in words((await visitor.get(path)).text)
        stored = await site.store.pool.fetch("select distinct stand_in from away")
        assert [row["stand_in"] for row in stored] == [PER_ARNE.practitioner]
        listed = unescape((await gp.get("/fravaer")).text)
        assert "borte nå" in words(listed)
        since = re.findall(r'name="slutt" value="(\d+)"', listed)[0]
        assert (await away(gp, slutt="x")).status_code == 400
        assert (await away(gp, slutt="1")).status_code == 404
        assert (await away(gp, slutt=since)).status_code == 303
        assert "borte til" not in words((await gp.get("/arbeid")).text)


async def test_her_administrator_sets_it_for_her_and_nobody_elses_does(site):
    keeps = await hired(site, "Fravær", GP_OFFICE, role="local-administrator")
    elsewhere = await hired(site, "Annet", HOSPITAL, role="local-administrator")
    role = INGRID.reference.partition("/")[2]
    form = {"rolle": role} | days(site, 10, 12)
    async with site.visitor(keeps) as manager, site.visitor(elsewhere) as other:
        assert f"/fravaer?rolle={role}" in unescape((await manager.get("/admin/ansatte")).text)
        assert "Fravær for Ingrid Haugan" in words((await manager.get(f"/fravaer?rolle={role}")).text)
        assert (await away(other, **form)).status_code == 404
        assert (await away(manager, **form)).status_code == 303
        since = re.findall(r'name="slutt" value="(\d+)"', (await manager.get(f"/fravaer?rolle={role}")).text)[0]
        assert (await away(manager, rolle=role, slutt=since)).status_code == 303
    async with site.visitor("sykepleier") as nurse, site.visitor("eldre") as citizen:
        assert (await away(nurse, **form)).status_code == 403
        assert (await nurse.get(f"/fravaer?rolle={role}")).status_code == 403
        assert (await citizen.get("/fravaer")).status_code == 403
    assert not await site.store.pool.fetch("select 1 from away where until > $1", site.store.clock.clinical())
