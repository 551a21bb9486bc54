"""A view that is open hears of news: of what its reader sees, and of nothing else; each time with its line."""

import asyncio
import json
import re

import pytest
from browsing import lines_about, opened_at, own, patient_named, told
from desks import hired

from felles import access
from felles.access.actor import Actor, Sort
from felles.access.resources import struct
from felles.care.live import pages
from felles.care.route import rules
from felles.demo.places import HOME_CARE, ORGANISATIONS, STAFF, WARD
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.numbers import TYPES
from felles.ui.dates import local, moment

SYSTEM = access.maintenance("a test", until=FOREVER)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pages, "BEAT", 0.05)


async def chart_of(browser, name):
    return re.findall(rf'href="(/p/[^"]+)">{name}<', (await browser.get("/")).text.replace("&#x2f;", "/"))[0]


async def written(site, patient, resource):
    subject = {"subject": {"reference": f"Patient/{patient}"}}
    await site.store.commit(
        SYSTEM, [Change(op="create", type=resource["resourceType"], resource=struct(resource | subject))]
    )


PULSE = {"resourceType": "Observation", "status": "final", "code": {"text": "Puls"}, "valueString": "70"}
NOTE = {"resourceType": "ClinicalImpression", "status": "completed", "summary": "Notat"}


async def mark_of(browser, chart, last=""):
    """(event, mark) of one look."""
    answer = await browser.get(f"{chart}/live", params={"sist": last} if last else None)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return re.findall(r"^event: (\w+)\nid: ([a-p]{16})\ndata: -\n\n$", answer.text)[0]


async def lines(site, last=0):
    rows = await site.store.pool.fetch("select number, text from leaf where number > $1 order by number", last)
    return [(row["number"], json.loads(row["text"])["act"]) for row in rows]


async def test_a_look_tells_of_what_its_reader_sees_alone(site):
    async with site.visitor("fastlege") as doctor, site.visitor("sekretar") as secretary:
        chart = await chart_of(doctor, "Olav Sæterbø")
        patient = chart.split("/")[2]
        begun, desk = await mark_of(doctor, chart), await mark_of(secretary, chart)
        assert begun[0] == desk[0] == "her"
        assert begun[1] != desk[1]
        assert await mark_of(doctor, chart) == begun
        last = (await lines(site))[-1][0]
        await written(site, patient, PULSE)
        assert await mark_of(secretary, chart, desk[1]) == desk  # a secretary reaches no results
        news = await mark_of(doctor, chart, begun[1])
        assert news[0] == "ny"
        assert news[1] != begun[1]
        assert [act for _, act in await lines(site, last) if act.startswith("page:")] == ["page:live"]
        assert await mark_of(doctor, chart, news[1]) == ("her", news[1])


async def test_who_may_not_open_a_record_hears_nothing_and_the_try_is_logged(site):
    async with site.visitor("fastlege") as doctor, site.visitor("jordmor") as midwife, site.visitor("gravid") as ida:
        chart = await chart_of(doctor, "Olav Sæterbø")
        last = (await lines(site))[-1][0]
        assert (await midwife.get(f"{chart}/live")).status_code == 404
        assert (await midwife.get("/p/nobody/live")).status_code == 404
        assert [act for _, act in await lines(site, last)] == ["refused"]
        assert (await ida.get(f"{chart}/live")).status_code == 403
        assert (await doctor.get("/meg/live")).status_code == 403
        assert (await mark_of(ida, "/meg"))[0] == "her"
    async with site.visitor() as nobody:
        assert (await nobody.get(f"{chart}/live")).status_code == 303


class Stream:
    """One stream, asked for over ASGI as a browser does."""

    def __init__(self, site, browser, path, query=""):
        self.parts: asyncio.Queue[str] = asyncio.Queue()
        self.gone = asyncio.Event()
        cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
                 "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "scheme": "http",
                 "server": None, "client": None, "state": {},
                 "headers": [(b"host", b"felles.test"), (b"cookie", cookie.encode()),
                             (b"accept", b"text/event-stream")]}  # fmt: skip
        self.task = asyncio.create_task(site.app(scope, self.receive, self.send))

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.body" and message.get("body"):
            await self.parts.put(message["body"].decode())

    async def event(self):
        while True:
            part = await asyncio.wait_for(self.parts.get(), 5)
            if part.startswith("event"):
                return part.split()[1]

    def silent(self):
        waiting = [self.parts.get_nowait() for _ in range(self.parts.qsize())]
        return all(part.startswith(":") for part in waiting)


async def test_a_stream_tells_of_news_and_is_silent_of_what_is_hidden_and_ends_with_the_session(site):
    async with site.visitor("fastlege") as doctor, site.visitor("sekretar") as secretary:
        chart = await chart_of(doctor, "Olav Sæterbø")
        patient = chart.split("/")[2]
        reads, desk = Stream(site, doctor, f"{chart}/live"), Stream(site, secretary, f"{chart}/live")
        assert await reads.event() == await desk.event() == "her"
        last = (await lines(site))[-1][0]
        await written(site, patient, NOTE)
        assert await reads.event() == "ny"
        await asyncio.sleep(0.2)
        assert desk.silent()
        assert [act for _, act in await lines(site, last)].count("page:live") == 1
        await secretary.post("/logg-ut", headers=own())
        assert await desk.event() == "slutt"
        await asyncio.wait_for(desk.task, 5)
        reads.gone.set()
        await asyncio.wait_for(reads.task, 5)


async def test_what_was_written_while_the_page_was_on_its_way_is_news_to_who_sees_it(site):
    async with site.visitor("fastlege") as doctor, site.visitor("sekretar") as secretary:
        chart = await chart_of(doctor, "Olav Sæterbø")
        patient = chart.split("/")[2]
        await asyncio.sleep(1.2)  # past the margin of what others wrote before
        reads, desk = await opened_at(doctor, f"{chart}/plan"), await opened_at(secretary, f"{chart}/plan")
        assert await told(doctor, reads) == "her"
        await written(site, patient, PULSE)
        last = (await lines(site))[-1][0]
        assert await told(secretary, desk) == "her"  # a secretary reaches no results
        assert await told(doctor, f"{chart}/live") == "her"
        assert await told(doctor, f"{chart}/live?lest=x") == "her"
        assert [act for _, act in await lines(site, last)] == []
        assert await told(doctor, reads) == "ny"
        assert [act for _, act in await lines(site, last)] == ["page:live"]


async def test_what_is_new_is_a_view_that_follows_its_record(site):
    async with site.visitor("fastlege") as doctor:
        chart = await chart_of(doctor, "Olav Sæterbø")
        assert (await opened_at(doctor, f"{chart}/siden")).startswith(f"{chart}/live?lest=")
        assert f'href="{chart}/siden"' in (await doctor.get(chart)).text.replace("&#x2f;", "/")


async def test_following_keeps_no_session_open(site):
    async with site.visitor("fastlege") as doctor:
        chart = await chart_of(doctor, "Olav Sæterbø")
        await site.store.pool.fetch("update session set seen = seen - 1800000000 where ended is null")
        site.app.state.doorkeeper.sessions._known._values.clear()
        seen = "select max(seen) as seen from session where ended is null"
        before = (await site.store.pool.fetch(seen))[0]["seen"]
        await mark_of(doctor, chart)
        assert (await site.store.pool.fetch(seen))[0]["seen"] == before
        await doctor.get(chart)
        assert (await site.store.pool.fetch(seen))[0]["seen"] > before


async def visit_of(site, patient):
    """The visits of today and later at a person's home, the first first, as they stand."""
    rows = await site.store.pool.fetch(
        """select body from entry where state = 0 and form = 0 and type = $1 and low >= $2 order by low""",
        TYPES["Appointment"],
        rules.bounds(local(site.store.clock.clinical()).date())[0],
    )
    visits = [json.loads(row["body"]) for row in rows if f"Patient/{patient}" in row["body"]]
    return next(each for each in visits if '"HH"' in json.dumps(each.get("serviceCategory")))


async def put(site, resource):
    change = Change(op="update", type=resource["resourceType"], id=resource["id"], resource=struct(resource))
    await site.store.commit(SYSTEM, [change])


async def route_lines(site, last):
    return [act for _, act in await lines(site, last) if act.startswith(("page:route-live", "refused"))]


async def test_an_open_route_hears_of_the_visits_on_it_and_of_no_others(site):
    asbjorn, key = await patient_named(site, "vikan")
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("fastlege") as doctor:
        visit = await visit_of(site, asbjorn)
        day = f"/rute?dag={local(moment(visit['start']) or 0).date()}&vis=enhet"
        reads, others = await opened_at(nurse, day), await opened_at(doctor, day)
        assert await told(nurse, reads) == await told(doctor, others) == "her"
        last = (await lines(site))[-1][0]
        await put(site, visit | {"description": "Stell og tilsyn, sårskift"})
        assert await told(doctor, others) == "her", "she sees the record, and it is not her route"
        assert await route_lines(site, last) == []
        assert await told(nurse, reads) == "ny"
        assert await route_lines(site, last) == ["page:route-live"]
        assert [json.loads(line)["act"] for line in await lines_about(site, key)][-1] == "page:route-live"
        assert await told(nurse, await opened_at(nurse, day)) == "her", "she has seen it"

        hears = Stream(site, nurse, "/rute/live", f"dag={day[10:20]}&vis=enhet")
        assert await hears.event() == "her"
        await put(site, visit | {"comment": "Nøkkelboks"})
        assert await hears.event() == "ny"
        await site.store.pool.fetch("update person set reserved = true where bucket = $1 and person = $2", *key)
        try:
            last = (await lines(site))[-1][0]
            assert await hears.event() == "ny", "it is there no more"
            await put(site, visit | {"comment": "Nøkkelen ligger hos naboen"})
            await asyncio.sleep(0.2)
            assert hears.silent(), "what is hidden changes nothing"
            assert await route_lines(site, last) == [], "nobody was seen"
        finally:
            await site.store.pool.fetch("update person set reserved = false where bucket = $1 and person = $2", *key)
        assert await hears.event() == "ny", "it is there again"
        hears.gone.set()
        await asyncio.wait_for(hears.task, 5)


async def test_what_one_writes_oneself_is_no_news_on_ones_own_route_and_is_on_a_colleagues(site):
    asbjorn, key = await patient_named(site, "vikan")
    colleague = await hired(site, "Fos", HOME_CARE, "care-worker")
    visit = await visit_of(site, asbjorn)
    asked = f"dag={local(moment(visit['start']) or 0).date()}&vis=enhet"
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor(colleague) as other:
        streams = [Stream(site, each, "/rute/live", asked) for each in (nurse, other)]
        assert [await each.event() for each in streams] == ["her", "her"]
        lise = STAFF["lise"]
        writer = Actor(
            sort=Sort.STAFF, reference=lise.practitioner, name=lise.full_name, role_code=lise.role, until=FOREVER,
            organization=ORGANISATIONS[HOME_CARE].reference, organization_name=ORGANISATIONS[HOME_CARE].name,
        )  # fmt: skip
        change = Change(
            op="update", type="Appointment", id=visit["id"], resource=struct(visit | {"comment": "Ring på"})
        )
        await site.store.commit(access.person(writer, (key,)), [change])
        assert [await each.event() for each in streams] == ["her", "ny"]
        for each in streams:
            each.gone.set()
            await asyncio.wait_for(each.task, 5)


async def test_a_route_is_followed_by_who_may_see_it(site):
    async with site.visitor("administrator") as keeper, site.visitor("gravid") as citizen, site.visitor() as nobody:
        assert (await keeper.get("/rute/live")).status_code == 403
        assert (await citizen.get("/rute/live")).status_code == 403
        assert (await nobody.get("/rute/live")).status_code == 303


async def test_an_open_worklist_hears_of_what_is_sent_to_its_reader_and_of_nothing_else(site):
    olav, key = await patient_named(site, "saeterbo")
    task = {"resourceType": "Task", "status": "requested", "intent": "order", "priority": "stat",
            "for": {"reference": f"Patient/{olav}"}, "requester": {"reference": STAFF["ingrid"].practitioner},
            "owner": {"reference": ORGANISATIONS[WARD].reference}, "description": "Faller om"}  # fmt: skip

    async def sends():
        done = await site.store.commit(SYSTEM, [Change(op="create", type="Task", resource=struct(task))])
        return done[0].id

    async with site.visitor("sykepleier") as nurse, site.visitor("jordmor") as midwife:
        mine, others = await opened_at(nurse, "/arbeid"), await opened_at(midwife, "/arbeid")
        assert await told(nurse, mine) == await told(midwife, others) == "her"
        last = (await lines(site))[-1][0]
        await sends()
        assert await told(midwife, others) == "her"
        assert [act for _, act in await lines(site, last) if "work" in act] == []
        assert await told(nurse, mine) == "ny"
        assert [act for _, act in await lines(site, last) if "work" in act] == ["page:work-live"]
        assert [json.loads(line)["act"] for line in await lines_about(site, key)][-1] == "page:work-live"
        assert await told(nurse, await opened_at(nurse, "/arbeid")) == "her", "she has seen it"
        assert await opened_at(nurse, "/") == "/arbeid/live?"
        hears, hears_not = Stream(site, nurse, "/arbeid/live"), Stream(site, midwife, "/arbeid/live")
        assert [await hears.event(), await hears_not.event()] == ["her", "her"]
        await sends()
        assert await hears.event() == "ny"
        assert hears_not.silent()
        for each in (hears, hears_not):
            each.gone.set()
            await asyncio.wait_for(each.task, 5)
    async with site.visitor("administrator") as keeper, site.visitor("gravid") as citizen, site.visitor() as nobody:
        assert (await keeper.get("/arbeid/live")).status_code == 403
        assert (await citizen.get("/arbeid/live")).status_code == 403
        assert (await nobody.get("/arbeid/live")).status_code == 303


async def test_a_stream_ends_with_its_server_so_that_the_next_one_takes_it_over(site, monkeypatch):
    async with site.visitor("fastlege") as doctor:
        reads = Stream(site, doctor, f"{await chart_of(doctor, 'Olav Sæterbø')}/live")
        assert await reads.event() == "her"
        monkeypatch.setattr(site.app.state, "ending", lambda: True)
        await asyncio.wait_for(reads.task, 5)
        assert reads.silent()
