"""Orders of tests by the pages: what came back, what is missing, who answers for it, and what was done about it."""

import re
from html import unescape

import pytest
from browsing import own, patient_named, words

pytestmark = pytest.mark.slow


def line_of(page, text):
    """The address and the words of the worklist's line about `text`."""
    found = next((row for row in page.split("<tr") if text in words(row)), "")
    assert found, words(page)
    return re.search(r'href="(/arbeid/[^"]+)"', found)[1], words(found)  # type: ignore[index]


async def test_what_came_back_and_what_is_missing_until_she_has_said_what_she_did(site):
    randi, _ = await patient_named(site, "solem")
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        work = unescape((await gp.get("/arbeid")).text)
        path, line = line_of(work, "Svar kommet: Blodprøver: Hb, ferritin")
        assert "Utenfor det vanlige" in line
        missing, line = line_of(work, "Prøvesvar mangler: Blodprøver: TSH")
        assert "over fristen" in line
        front = words((await gp.get("/")).text)
        assert "Svar kommet: Blodprøver: Hb, ferritin" in front
        assert "Prøvesvar mangler: Blodprøver: TSH" in front
        chart = (await gp.get(f"/p/{randi}/prover")).text
        assert "Ingen har vurdert svaret. Ingrid" in words(chart)
        assert f'href="{path}"' in unescape(chart)
        assert "svarer for den" in words(chart)
        assert (await nurse.get(path)).status_code == 404
        assert (await nurse.post(f"{path}/sett", headers=own())).status_code == 404

        shown = (await gp.get(path)).text
        assert re.search(rf'href="/p/{randi}/e/DiagnosticReport/[^"]+">Åpne svaret', unescape(shown))
        empty = await gp.post(f"{path}/fulgt-opp", headers=own(), data={"tekst": "", "beskjed": "Lav blodprosent"})
        assert empty.status_code == 422
        assert "Lav blodprosent" in words(empty.text)
        said = {"tekst": "Jern i tre måneder, ny prøve", "beskjed": "Du har lite jern og skal ta jerntabletter"}
        done = await gp.post(f"{path}/fulgt-opp", headers=own(), data=said)
        assert done.status_code == 303, words(done.text)
        assert path not in unescape((await gp.get("/arbeid")).text)
        chart = words((await gp.get(f"/p/{randi}/prover")).text)
        assert "Jern i tre måneder, ny prøve" in chart
        assert "Beskjed til pasienten: Du har lite jern og skal ta jerntabletter" in chart
        assert (await gp.post(f"{path}/sett", headers=own())).status_code == 409
        assert "har ingen vurdert" not in chart

        assert 'action="' in (page := unescape((await gp.get(missing)).text))
        assert "/sett" not in page  # there is nothing to see
        assert (await gp.post(f"{missing}/sett", headers=own())).status_code == 409
        over = await gp.post(f"{missing}/avslutt", headers=own(), data={"tekst": "Prøven ble aldri tatt"})
        assert over.status_code == 303
        assert missing not in unescape((await gp.get("/arbeid")).text)


async def test_the_ward_doctor_has_hers(site):
    async with site.visitor("sykehuslege") as doctor:
        _, line = line_of(unescape((await doctor.get("/arbeid")).text), "Svar kommet: Blodprøver: CRP, Hb")
        assert "Utenfor det vanlige" in line
        waits = words((await doctor.get("/arbeid?sendt=1")).text)
        assert "Venter på svar: Blodprøver: vitamin D, B12" in waits
