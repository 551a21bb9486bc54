"""Printing leaves a line of its own, decided like a look."""

import re

from browsing import lines_about, own, patient_named, words


async def test_a_print_is_decided_and_logged_as_one(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        chart = await browser.get(f"/p/{patient}")
        assert f'action="/p/{patient}/utskrift"' in chart.text.replace("&#x2f;", "/")
        found = re.search(rf"/p/{patient}(/e/\w+/[\w.-]+)", chart.text.replace("&#x2f;", "/"))
        assert found
        entry = found[1]
        for side, act in ((f"/p/{patient}", "print-oversikt"), (f"/p/{patient}{entry}", "print-entry")):
            before = len(await lines_about(site, key))
            answer = await browser.post(f"/p/{patient}/utskrift", data={"side": side}, headers=own())
            assert (answer.status_code, answer.headers["location"]) == (303, f"{side}?utskrift=1")
            (line,) = (await lines_about(site, key))[before:]
            assert f'"act":"page:{act}"' in line
        assert " data-print" in (await browser.get(f"/p/{patient}?utskrift=1")).text.partition(">")[2][:200]
        assert (
            "utskrift" not in (await browser.get(f"/p/{patient}/sok")).text.replace("&#x2f;", "/").partition("<main")[0]
        )
    async with site.visitor("eldre") as citizen:
        assert "Skrev ut «Oversikt»" in words((await citizen.get("/meg/innsyn")).text)


async def test_only_a_page_of_a_record_that_is_open_is_printed(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("jordmor") as stranger:
        before = len(await lines_about(site, key))
        sent = {"data": {"side": f"/p/{patient}"}, "headers": own()}
        assert (await stranger.post(f"/p/{patient}/utskrift", **sent)).status_code == 404
        (line,) = (await lines_about(site, key))[before:]
        assert '"outcome":"refused"' in line
    async with site.visitor("fastlege") as browser:
        before = len(await lines_about(site, key))
        for side in ("", "/meg", "/p/other", f"/p/{patient}/sok", f"//elsewhere/p/{patient}", f"/p/{patient}/../x"):
            answer = await browser.post(f"/p/{patient}/utskrift", data={"side": side}, headers=own())
            assert answer.status_code == 400, side
        assert (await browser.post(f"/p/{patient}/utskrift", data={"side": f"/p/{patient}"})).status_code == 400
        assert len(await lines_about(site, key)) == before
