"""A fault is reported from any page, answered by whoever runs Felles, and tells nothing of anybody's record."""

import re

import pytest
from browsing import own, words

from felles.access.faults import MINE, wrong


def unescaped(html):
    return html.replace("&#x2f;", "/").replace("&amp;", "&")


def way_of(html):
    """Where the link below a page leads."""
    return re.findall(r'href="(/meld-feil\?[^"]*)"', unescaped(html))[0]


async def reported(browser, said="Knappen virker ikke", **more):
    return await browser.post("/meld-feil", data={"ord": said} | more, headers=own())


async def stored(site):
    return await site.store.pool.fetch("select * from fault_report order by made")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Knappen virker ikke", ""),
        ("Ring meg på 73 50 50 50 eller 0047 735 05 050", ""),
        (" \n", "missing"),
        ("x" * 2001, "long"),
        ("Feil hos 14816912345", "number"),
        ("Feil hos 148169 12345", "number"),
        ("Feil hos 14.81.69 123-45", "number"),
    ],
)
def test_what_a_report_may_not_hold(said, rule):
    assert wrong(said) == rule


async def test_from_a_chart_to_its_answer(site):
    async with site.visitor("fastlege") as doctor:
        chart = re.findall(r'href="(/p/[^"]+)"', unescaped((await doctor.get("/")).text))[0]
        patient = chart.split("/")[2]
        opened = await doctor.get(chart)
        number = opened.headers["x-request-id"]
        way = way_of(opened.text)
        assert patient not in way
        assert way == f"/meld-feil?side=%2Fp%2F%7Bid%7D&ref={number}"
        form = await doctor.get(way)
        assert f'name="ref" value="{number}"' in form.text
        assert 'name="side" value="/p/{id}"' in unescaped(form.text)
        said = "Kurven tegnes ikke\n<b>ved</b> utskrift"
        assert (await reported(doctor, said, side="/p/{id}", ref=number)).headers["location"] == "/meld-feil?takk=1"
        mine = words((await doctor.get("/meld-feil?takk=1")).text)
        assert "Mottatt" in mine
        assert "Kurven tegnes ikke" in mine
        row = (await stored(site))[-1]
        assert (row["route"], row["request"], row["role"], row["state"]) == ("/p/{id}", number, "gp", 0)
        assert patient not in str(dict(row))
        assert "Ingrid" not in str(dict(row))
        fault = f"/admin/feil/{row['id']}"
        for refused in (fault, "/admin/feil"):
            assert (await doctor.get(refused)).status_code == 403
        assert (await doctor.post(fault, data={"slag": "ta"}, headers=own())).status_code == 403
        async with site.visitor("administrator") as nils:
            listed = (await nils.get("/admin/feil")).text
            assert fault in unescaped(listed)
            assert "Ingen ennå" in words(listed)
            assert (await nils.post(fault, data={"slag": "ta"}, headers=own())).status_code == 303
            assert (await nils.post(fault, data={"slag": "lukk", "tekst": " "}, headers=own())).status_code == 422
            number_in = await nils.post(fault, data={"slag": "lukk", "tekst": "Se 14816912345"}, headers=own())
            assert number_in.status_code == 422
            assert (await nils.post(fault, data={"slag": "x", "tekst": "x"}, headers=own())).status_code == 400
            assert "Tatt av Nils" in words((await nils.get(fault)).text)
            assert "Under arbeid" in words((await doctor.get("/meld-feil")).text)
            closed = await nils.post(fault, data={"slag": "lukk", "tekst": "Rettet i neste versjon"}, headers=own())
            assert closed.status_code == 303
            assert (await nils.post(fault, data={"slag": "svar", "tekst": "En gang til"}, headers=own())
                    ).status_code == 409  # fmt: skip
        mine = words((await doctor.get("/meld-feil")).text)
        assert "Lukket" in mine
        assert "Rettet i neste versjon" in mine
    async with site.visitor("eldre") as other:
        assert "Rettet i neste versjon" not in words((await other.get("/meld-feil")).text)
        assert (await other.get(fault)).status_code == 403
        assert (await other.get("/admin/feil/nothing")).status_code == 403


async def test_a_number_is_refused_and_the_rest_kept_to_be_mended(site):
    before = len(await stored(site))
    async with site.visitor("gravid") as ida:
        answer = await reported(ida, "Gjelder 14816912345")
        assert answer.status_code == 422
        assert "Gjelder" in answer.text
        assert "elleve siffer" in words(answer.text)
        assert (await ida.post("/meld-feil", data={"ord": "x"}, headers={"origin": "http://evil.test"})
                ).status_code == 400  # fmt: skip
    assert len(await stored(site)) == before


async def test_no_address_comes_in_place_of_a_route_and_a_visitor_is_nobody(site):
    async with site.visitor() as anybody:
        assert way_of((await anybody.get("/")).text).startswith("/meld-feil?side=%2F&")
        assert (await reported(anybody, "Uten innlogging", side="/p/f0000000000000000000000ab", ref="1 2")
                ).status_code == 303  # fmt: skip
        assert "Uten innlogging" not in (await anybody.get("/meld-feil?takk=1")).text
    row = (await stored(site))[-1]
    assert (row["route"], row["request"], row["role"], row["reporter"]) == ("", "", "", None)


async def test_one_persons_open_reports_have_an_end(site):
    async with site.visitor("jordmor") as kari:
        for number in range(MINE):
            assert (await reported(kari, f"Feil {number}")).status_code == 303
        assert (await reported(kari, "En til")).status_code == 409
    async with site.visitor("sekretar") as other:
        assert (await reported(other, "Den første")).status_code == 303


async def test_each_answer_has_an_id_of_its_own_and_a_fault_of_ours_shows_it(site):
    async with site.visitor("fastlege") as doctor:
        ids = [
            (await doctor.get(path)).headers["x-request-id"] for path in ("/", "/", "/p/nobody", "/nowhere", "/bytt")
        ]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch("[a-z]{10}", each) for each in ids)
        broken, site.store.unseal = site.store.unseal, None
        try:
            answer = await doctor.get("/?etter=x")
        finally:
            site.store.unseal = broken
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in words(answer.text)
    assert answer.headers["x-request-id"] in way_of(answer.text)
