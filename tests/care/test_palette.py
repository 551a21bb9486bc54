"""The palette: what it finds, for whom, and what the log says of it."""

import json
import re
from datetime import date

import pytest
from browsing import own, words

from felles.care.palette.rules import Wanted, cleaned, matching, record, wanted


def unescaped(html):
    return html.replace("&#x2f;", "/")


async def typed(browser, what, where="/palett", **more):
    return await browser.post(where, data={"ord": what} | more, headers=own())


async def chart_of(browser, name):
    html = unescaped((await browser.get("/")).text)
    return re.findall(rf'href="(/p/[^"]+)">{name}<', html)[0]


async def lines(site, last=0):
    rows = await site.store.pool.fetch("select number, person, text from leaf where number > $1 order by number", last)
    return [(row["number"], row["person"], json.loads(row["text"])) for row in rows]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("N", Wanted()),
        ("Nordmark", Wanted(name="Nordmark")),
        ("Ida Nordmark", Wanted(name="Ida Nordmark")),
        ("Nordmarken 14.03.1954", Wanted(name="Nordmarken", born=date(1954, 3, 14))),
        ("14.03.1954 Nordmarken", Wanted(name="Nordmarken", born=date(1954, 3, 14))),
        ("Nordmarken 14.03.", Wanted()),  # not whole yet: whoever is looked up has it in her log
        ("14816912", Wanted()),
        ("14816912345", Wanted()),
        ("15816912345", Wanted()),
        ("I10", Wanted()),
        ("", Wanted()),
    ],
)
def test_whom_it_asks_for(said, asked):
    assert wanted(said) == asked


def test_a_number_asks_for_her_whose_it_is_with_or_without_a_space():
    from felles.fhir.norway.identity import synthetic_number

    number = next(filter(None, (synthetic_number(date(1969, 11, 14), series) for series in range(101, 140, 2))))
    assert wanted(number) == wanted(f"{number[:6]} {number[6:]}") == Wanted(number=number)


def test_ways_answer_to_the_beginnings_of_words_those_that_begin_so_first():
    ways = ["Mine personer", "Finn person", "Søk i journalen", "Personvern"]
    assert matching("person", ways, str) == ["Personvern", "Mine personer", "Finn person"]
    assert matching("SOK", ways, str) == []  # ø is a letter of its own
    assert matching("søk jour", ways, str) == ["Søk i journalen"]
    assert matching("", ways, str) == ways
    assert matching("?", ways, str) == []


def test_what_is_sent_is_read_as_a_record_or_not_at_all():
    assert [record(sent) for sent in ("/p/x1", "/meg", "/for/a.b")] == ["/p/x1", "/meg", "/for/a.b"]
    assert {record(sent) for sent in ("/p/", "/p/x/y", "//evil", "/meg/sok", "/p/x?y", "javascript:x")} == {""}
    assert cleaned(" a\t\n b\u0000 ") == "a b"


async def test_a_doctor_finds_pages_acts_people_and_words_of_the_open_record(site):
    async with site.visitor("fastlege") as doctor:
        chart = await chart_of(doctor, "Olav Sæterbø")
        empty = unescaped((await typed(doctor, "", her=chart)).text)
        assert f'href="{chart}"' in empty
        assert f'href="{chart}/apne"' in empty
        assert "data-person" not in empty
        found = await typed(doctor, "sæter", her=chart)
        assert found.status_code == 200
        assert "<html" not in found.text
        assert f'href="{chart}" data-person' in unescaped(found.text)
        assert "Olav Sæterbø" in words(found.text)
        hits = await typed(doctor, "hofteprotese", f"{chart}/palett")
        assert "<mark>" in hits.text
        assert f'href="{chart}/e/' in unescaped(hits.text)
        assert "#:~:text=" in hits.text
        assert (await typed(doctor, "h", f"{chart}/palett")).text.strip() == ""
        assert (await typed(doctor, "hofteprotese", "/p/nobody/palett")).status_code == 404
        assert (await typed(doctor, "h", "/p/nobody/palett")).status_code == 200  # asks for no record, here or not
        assert (await typed(doctor, "x", "/meg/palett")).status_code == 403
        assert (await doctor.post("/palett", data={"ord": "sæter"}, headers={"origin": "http://evil.test"})
                ).status_code == 400  # fmt: skip


async def test_who_is_shown_has_her_line_and_what_was_typed_stands_nowhere(site):
    async with site.visitor("fastlege") as doctor:
        chart = await chart_of(doctor, "Olav Sæterbø")
        last = (await lines(site))[-1][0]
        await typed(doctor, "jour", her=chart)
        assert await lines(site, last) == []
        await typed(doctor, "sæterb", her=chart)
        said = await lines(site, last)
        assert [line["act"] for _, person, line in said if person] == ["search"]
        await typed(doctor, "smerter", f"{chart}/palett")
        said = await lines(site, last)
        assert said[-1][2]["act"] == "page:words"
        assert "sæterb" not in json.dumps(said, ensure_ascii=False).lower()
        assert "smerter" not in json.dumps(said)


async def test_whom_one_has_no_relation_to_is_found_as_the_search_finds_her(site):
    rows = await site.store.pool.fetch(
        """select f.id, f.born, f.sort_key, n.number
             from face f join national_number n using (bucket, person) order by f.id"""
    )
    async with site.visitor("jordmor") as midwife:
        mine = unescaped((await midwife.get("/")).text)
        other = next(row for row in rows if f"/p/{row['id']}" not in mine)
        family = other["sort_key"].split()[0]
        last = (await lines(site))[-1][0]
        assert "data-person" not in (await typed(midwife, family)).text
        for said in (other["number"], f"{family} {other['born']:%d.%m.%Y}"):
            answer = unescaped((await typed(midwife, said)).text)
            assert f'href="/p/{other["id"]}/apne" data-person' in answer
        assert [line["act"] for _, _, line in await lines(site, last)][-2:] == ["lookup", "lookup"]
    async with site.visitor("administrator") as nils:
        assert "data-person" not in (await typed(nils, other["number"])).text
        assert 'href="/admin/feil"' in unescaped((await typed(nils, "feil")).text)


async def test_a_citizen_finds_her_own_and_nobody(site):
    async with site.visitor("gravid") as ida:
        found = unescaped((await typed(ida, "sperr", her="/meg")).text)
        assert 'href="/meg/sperringer"' in found
        assert "data-person" not in (await typed(ida, "Nordmarken", her="/meg")).text
        hits = unescaped((await typed(ida, "blodtrykk", "/meg/palett")).text)
        assert 'href="/meg/e/' in hits
        assert (await typed(ida, "blodtrykk", "/p/nobody/palett")).status_code == 403
        assert 'href="/p/x' not in unescaped((await typed(ida, "", her="/p/x")).text)
    async with site.visitor() as nobody:
        assert (await typed(nobody, "a")).status_code == 303
