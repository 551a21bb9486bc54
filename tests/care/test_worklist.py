"""A worklist longer than a page: what hurries first, each on one page of it, and a board that counts all of them."""

import re
from html import unescape

import pytest
from browsing import lines_about, opened_at, patient_named, told, words
from desks import grant
from doors import case

from felles.access.resources import struct
from felles.demo.places import OPERATOR, ORGANISATIONS, STAFF, WARD
from felles.record.changes import Change
from felles.record.numbers import TYPES
from felles.record.read_cases import MANY as CASES
from felles.record.read_handovers import MANY

pytestmark = pytest.mark.slow
LONG = MANY + 30


def task(olav, number, *, priority="routine"):
    """A task to the ward; its owner reads it by its number."""
    return {
        "resourceType": "Task", "status": "requested", "intent": "order", "priority": priority,
        "description": f"Lang liste {number:04}.", "for": {"reference": f"Patient/{olav}"},
        "code": {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover", "code": "task"}]},
        "requester": {"reference": STAFF["ingrid"].practitioner}, "owner": {"reference": ORGANISATIONS[WARD].reference},
    }  # fmt: skip


async def sent(site, tasks):
    """The references of those tasks, sent."""
    made = [Change(op="create", type="Task", resource=struct(each)) for each in tasks]
    return [each.reference for each in await site.store.commit(grant(), made)]


async def deleted(site, references):
    made = [Change(op="delete", type="Task", id=each.partition("/")[2]) for each in references]
    await site.store.commit(grant(), made)


def numbers(html):
    return [int(each) for each in re.findall(r"Lang liste (\d{4})\.", words(html))]


def next_page(html):
    found = re.search(r'href="([^"]*fra=[^"]*)">De neste', unescape(html))
    return found and found[1]


def counted(html, *said):
    """What a board counts of all open ones that are not urgent, by the words of its addresses."""
    found = re.findall(r'<a href="([^"]*hva=many[^"]*)">(\d+)</a>', unescape(html))
    return sum(int(many) for href, many in found if all(each in href for each in said) and "haster" not in href)


async def test_a_list_longer_than_a_page_says_so_and_the_board_counts_it_whole(site):
    olav, key = await patient_named(site, "saeterbo")
    async with (
        site.visitor("sykepleier") as nurse,
        site.visitor("jordmor") as other,
        site.visitor("administrator") as operator,
    ):
        before = [counted((await visitor.get("/tavle")).text, "slag=task") for visitor in (nurse, operator)]
        last = LONG - 1
        done = await sent(site, [task(olav, n, priority="urgent" if n == last else "routine") for n in range(LONG)])
        try:
            first = await nurse.get("/arbeid")
            assert last in numbers(first.text), "what hurries is not left for the next page"
            assert last in numbers((await nurse.get("/")).text), "nor is it left out of the start page"
            seen, page = numbers(first.text), first
            while (href := next_page(page.text)) is not None:
                page = await nurse.get(href)
                seen += numbers(page.text)
                assert "De forrige" in words(page.text)
            assert sorted(seen) == list(range(LONG))
            assert await told(nurse, await opened_at(nurse, "/arbeid")) == "her", "it shows what it follows"
            for part in ("hva=late", "fra=200", "tavle=1"):
                assert 'data-live="/arbeid' not in unescape((await nurse.get(f"/arbeid?{part}")).text)
            assert "Ingen flere her" in words((await nurse.get("/arbeid?fra=100000")).text)
            for wrong in ("-1", "x", "1e3", "²", "99999999999999999999"):
                assert (await nurse.get("/arbeid", params={"fra": wrong})).status_code == 400

            lines = len(await lines_about(site, key))
            boards = [(await visitor.get("/tavle")).text for visitor in (nurse, operator)]
            assert len(await lines_about(site, key)) == lines, "a count shows nobody"
            now = [counted(each, "slag=task") for each in boards]
            assert [many - was for many, was in zip(now, before, strict=True)] == [LONG, LONG]
            assert not counted((await other.get("/tavle")).text, "slag=task")
            assert not numbers((await other.get("/arbeid?tavle=1&hva=many&slag=task")).text)

            # a count opens what it counts, however many that is, and nothing beside it
            opened = "/arbeid?tavle=1&hva=many&slag=task&hos=" + ORGANISATIONS[WARD].reference
            page, seen = await nurse.get(opened), []
            while True:
                seen += numbers(page.text)
                assert set(re.findall(r'class="open" href="[^"]+">(?:<span[^>]*>[^<]*</span> )?(\w+)', page.text)) <= {
                    "Oppgave"
                }
                if (href := next_page(page.text)) is None:
                    break
                page = await nurse.get(href)
            assert sorted(seen) == list(range(LONG))
            page, rows = await operator.get("/tavle?hva=many&slag=task"), 0
            while True:
                rows += len(re.findall("<tr[ >]", page.text)) - 1
                assert not numbers(page.text)
                if (href := next_page(page.text)) is None:
                    break
                page = await operator.get(href)
            assert rows == now[1]
        finally:
            await deleted(site, done)


async def test_all_that_fell_to_who_runs_the_record_is_on_her_list(site):
    olav, _ = await patient_named(site, "saeterbo")
    nils = {"reference": STAFF["nils"].practitioner}
    async with site.visitor("administrator") as operator, site.visitor("personvern") as other:
        done = await sent(site, [task(olav, n) | {"owner": nils} for n in range(LONG)])
        try:
            page, rows = await operator.get("/arbeid"), []
            while True:
                rows += re.findall(r'class="open" href="/arbeid/(Task/[^"]+)"', unescape(page.text))
                assert not numbers(page.text), "nothing of the entry"
                if (href := next_page(page.text)) is None:
                    break
                page = await operator.get(href)
            assert set(done) <= set(rows)
            assert len(rows) == len(set(rows))
            assert not set(done) & set(re.findall(r"Task/\w+", (await other.get("/arbeid")).text))
        finally:
            await deleted(site, done)


async def test_of_a_list_what_is_late_stands_first_then_what_hurries(site):
    olav, _ = await patient_named(site, "saeterbo")
    done = await sent(site, [task(olav, 1), task(olav, 2, priority="urgent"), task(olav, 3)])
    await site.store.pool.fetch("update handover set next = 0 where source = $1", done[2])
    try:
        async with site.visitor("sykepleier") as nurse:
            assert numbers((await nurse.get("/arbeid")).text) == [3, 2, 1]
            assert numbers((await nurse.get("/arbeid?tavle=1&hva=late")).text) == [3]
            assert (await nurse.get("/arbeid?hva=late&slag=ukjent")).status_code == 400
    finally:
        await deleted(site, done)


async def test_a_desk_with_more_cases_than_a_page_has_all_of_them_and_counts_them(site):
    olav, key = await patient_named(site, "saeterbo")
    his = {"reference": f"Patient/{olav}"}
    office = {"reference": ORGANISATIONS[OPERATOR].reference}
    many = range(CASES + 7)
    entry = (
        "select 'MedicationRequest/' || id as ref from entry where bucket = $1 and person = $2 and type = $3 limit 1"
    )
    (about,) = await site.store.pool.fetch(entry, *key, TYPES["MedicationRequest"])
    async with site.visitor("personvern") as reviewer, site.visitor("sykepleier") as nurse:
        before = counted((await reviewer.get("/tavle")).text, "slag=demand")
        said = {"requester": his, "owner": office, "focus": {"reference": about["ref"]}}
        done = await sent(site, [case(olav, "correction", description=f"Lang liste {n:04}.", **said) for n in many])
        try:
            lines = len(await lines_about(site, key))
            board = (await reviewer.get("/tavle")).text
            assert len(await lines_about(site, key)) == lines, "a count shows nobody"
            assert counted(board, "slag=demand") == before + len(many)
            assert not counted((await nurse.get("/tavle")).text, "slag=demand")
            page = await reviewer.get("/arbeid?tavle=1&hva=many&slag=demand")
            rows = []
            while True:
                rows += re.findall(r'class="open" href="([^"]+)"', page.text)
                if (href := next_page(page.text)) is None:
                    break
                page = await reviewer.get(href)
            assert len(rows) == len(set(rows)) == before + len(many)
        finally:
            await deleted(site, done)
