"""The book of a house by the pages: each allow with its deny twin, and what the other side sees."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import pytest
from browsing import lines_about, own, patient_named, words

from felles.care.shapes import Patient
from felles.care.timebook import present
from felles.care.timebook.rules import Time
from felles.care.timebook.views import Book, Seen
from felles.demo.calendar import coming
from felles.record.read_slots import Free
from felles.ui.dates import local
from felles.ui.i18n import language

pytestmark = pytest.mark.slow
OWNER = "Ingrid Haugan"


def met(pattern, text):
    """What the first group of `pattern` meets in `text`."""
    found = re.search(pattern, unescape(text), re.DOTALL)
    assert found is not None, pattern
    return found[1]


def ahead(site, days):
    """The `days`-th day after today on which the office is open."""
    return coming(local(site.store.clock.clinical()).date(), days)[-1]


async def book_at(visitor, day):
    answer = await visitor.get(f"/timebok?dag={day}")
    assert answer.status_code == 200, words(answer.text)
    return unescape(answer.text)


def slots(page, owner=OWNER):
    """The Slots that are free in somebody's column."""
    column = met(rf"<h3[^>]*>{owner}(.*?)</section>", page)
    return re.findall(r'href="/timebok/ny\?tid=([^"]+)"', column)


def line(page, name):
    """The line of somebody in the book."""
    return met(rf"(<li data-seen=(?:(?!</li>).)*?{name}(?:(?!</li>).)*</li>)", page)


def seen(page, name):
    """(the Appointment's id, what a form says of it)."""
    at = met(r"at(?:\"\s*value=\"|=)(\d+)", line(page, name))
    version = re.search(r'name="versjon" value="(\d+)"', line(page, name))
    return met(r'data-seen="([^"]+)"', line(page, name)), {"at": at, "versjon": version[1] if version else ""}


async def booked(site, desk, family, day):
    """Books the first free time of the day for somebody; the answer."""
    patient, _ = await patient_named(site, family)
    free = slots(await book_at(desk, day))[0]
    return await desk.post(
        "/timebok/ny", headers=own(), data={"tid": free, "pasient": patient, "tekst": "Kontroll av sår"}
    )


async def test_who_rings_gets_a_time_and_sees_it_at_once(site):
    day = ahead(site, 1)
    ida, key = await patient_named(site, "nordmarken")
    async with site.visitor("sekretar") as desk, site.visitor("gravid") as herself, site.visitor("fastlege") as gp:
        page = await book_at(desk, day)
        slot = slots(page)[0]
        found = await desk.post("/timebok/ny", headers=own(), data={"tid": slot, "hvem": "ida nord", "finn": "1"})
        assert f'name="pasient" value="{ida}"' in found.text
        nobody = await desk.post("/timebok/ny", headers=own(), data={"tid": slot, "hvem": "12", "finn": "1"})
        assert nobody.status_code == 422
        answer = await desk.post(
            "/timebok/ny", headers=own(), data={"tid": slot, "pasient": ida, "tekst": "Blodprøver"}
        )
        assert answer.status_code == 303, words(answer.text)
        page = await book_at(desk, day)
        assert "Blodprøver" in line(page, "Ida Nordmarken")
        assert slot not in slots(page)
        assert "Blodprøver" in words((await herself.get("/meg/timer")).text)
        assert "Ida Nordmarken" in await book_at(gp, day)
        again = await desk.post("/timebok/ny", headers=own(), data={"tid": slot, "pasient": ida, "tekst": "To ganger"})
        assert again.status_code == 409
        assert "nettopp tatt" in words(again.text)
    assert any('"page:list"' in line_ for line_ in await lines_about(site, key))


async def test_the_book_is_for_those_who_give_times(site):
    day = ahead(site, 1)
    async with site.visitor("administrator") as keeper, site.visitor("gravid") as citizen, site.visitor() as nobody:
        assert (await keeper.get("/timebok")).status_code == 403
        assert (await citizen.get("/timebok")).status_code == 403
        assert (await nobody.get("/timebok")).status_code == 303
    async with site.visitor("farmasoyt") as pharmacist:
        assert (await pharmacist.get("/timebok")).status_code == 403
    async with site.visitor("sekretar") as desk, site.visitor("avtalespesialist") as other:
        free = slots(await book_at(desk, day))[0]
        ida, _ = await patient_named(site, "nordmarken")
        elsewhere = await other.post("/timebok/ny", headers=own(), data={"tid": free, "pasient": ida})
        assert elsewhere.status_code == 409  # no time of hers
        assert OWNER not in await book_at(other, day)
        olav, _ = await patient_named(site, "saeterbo")
        hers = slots(await book_at(other, day), "Vibeke Stormo")[0]
        closed = await other.post("/timebok/ny", headers=own(), data={"tid": hers, "pasient": olav})
        absent = await other.post("/timebok/ny", headers=own(), data={"tid": hers, "pasient": "nowhere"})
        assert closed.status_code == absent.status_code == 404


async def test_two_at_one_time_and_the_second_is_told(site):
    day = ahead(site, 2)
    people = [(await patient_named(site, family))[0] for family in ("nordmarken", "haile")]
    async with site.visitor("sekretar") as desk, site.visitor("fastlege") as gp:
        free = slots(await book_at(desk, day))[0]
        before = await site.store.pool.fetch("select count(*) as many from entry where type = 5 and state = 0")
        answers = await asyncio.gather(
            *(
                visitor.post("/timebok/ny", headers=own(), data={"tid": free, "pasient": person})
                for visitor, person in zip((desk, gp), people, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        after = await site.store.pool.fetch("select count(*) as many from entry where type = 5 and state = 0")
        assert after[0]["many"] == before[0]["many"] + 1


async def test_come_moved_and_called_off(site):
    day, later = ahead(site, 3), ahead(site, 4)
    async with site.visitor("sekretar") as desk, site.visitor("gravid") as herself:
        assert (await booked(site, desk, "nordmarken", day)).status_code == 303
        name, form = seen(await book_at(desk, day), "Ida Nordmarken")
        asked = await desk.get(f"/timebok/{name}/flytt?at={form['at']}")
        free = slots(await book_at(desk, later))[0]
        assert f'value="{free}"' in asked.text
        moved = await desk.post(f"/timebok/{name}/flytt", headers=own(), data=form | {"tid": free})
        assert moved.headers["location"] == f"/timebok?dag={later}&gjort=1"
        assert "Ida Nordmarken" not in await book_at(desk, day)
        assert len(slots(await book_at(desk, day))) == 2
        late = await desk.post(f"/timebok/{name}/kommet", headers=own(), data=form)
        assert late.status_code == 409
        assert "Noen var raskere" in words(late.text)

        name, form = seen(await book_at(desk, later), "Ida Nordmarken")
        come = await desk.post(f"/timebok/{name}/kommet", headers=own(), data=form)
        assert come.status_code == 303
        assert "Kommet" in line(await book_at(desk, later), "Ida Nordmarken")
        _, form = seen(await book_at(desk, later), "Ida Nordmarken")
        assert (await desk.post(f"/timebok/{name}/ventes", headers=own(), data=form)).status_code == 303
        _, form = seen(await book_at(desk, later), "Ida Nordmarken")
        off = await desk.post(f"/timebok/{name}/avlys", headers=own(), data=form | {"grunn": "Legen er syk"})
        assert off.status_code == 303
        assert "Ida Nordmarken" not in await book_at(desk, later)
        assert len(slots(await book_at(desk, later))) == 2
        entry = await herself.get(f"/meg/timer/{name}")
        assert "Denne timen kan du ikke endre her" in words(entry.text)


async def offered(site, desk, day):
    """Books Ida, calls it off and offers the time to who waits; the Appointment of Sara, who does."""
    assert (await booked(site, desk, "nordmarken", day)).status_code == 303
    name, form = seen(await book_at(desk, day), "Ida Nordmarken")
    asked = await desk.get(f"/timebok/{name}/avlys?at={form['at']}")
    assert "Avlys og tilby timen til Sara Haile" in words(asked.text)
    answer = await desk.post(f"/timebok/{name}/avlys", headers=own(), data=form | {"tilby": "1"})
    assert answer.status_code == 303, words(answer.text)
    page = await book_at(desk, day)
    assert "Ida Nordmarken" not in page
    assert "Tilbudt, venter på svar" in line(page, "Sara Haile")
    return seen(page, "Sara Haile")


async def test_a_time_called_off_is_offered_and_answered(site):
    day = ahead(site, 5)
    async with site.visitor("sekretar") as desk, site.visitor("forelder") as sara, site.visitor("eldre") as other:
        name, form = await offered(site, desk, day)
        work = words((await desk.get("/arbeid")).text)
        assert "Tilbud om time" in work
        assert "Svar på tilbudet" in words((await sara.get("/meg/timer")).text)
        assert (await other.get(f"/meg/timer/{name}")).status_code == 404
        no = await sara.post(f"/meg/timer/{name}", headers=own(), data={"svar": "nei"})
        assert no.status_code == 303, words(no.text)
        page = await book_at(desk, day)
        assert len(slots(page)) == 2
        column = met(rf"<h3[^>]*>{OWNER}(.*?)</section>", page)
        assert column.count("Tilby ventelisten") == 1  # she said no to the one, and nobody else waits
        back = await desk.get("/arbeid")
        assert re.search("Tilbud om time.*Avslått", words(back.text)), words(back.text)
        assert "Sara Haile" in page  # she waits on
        assert "Du venter på time" in words((await sara.get("/meg/timer")).text)

        name, form = await offered(site, desk, ahead(site, 6))
        stale = await sara.post(f"/meg/timer/{name}", headers=own(), data={"svar": "ja", "versjon": "1"})
        assert stale.status_code == 409
        yes = await sara.post(f"/meg/timer/{name}", headers=own(), data={"svar": "ja", "versjon": form["versjon"]})
        assert yes.status_code == 303
        page = await book_at(desk, ahead(site, 6))
        assert "Tilbudt" not in line(page, "Sara Haile")
        assert "Avbestill" in words((await sara.get("/meg/timer")).text)
        gone = await sara.post(f"/meg/timer/{name}", headers=own(), data={"svar": "avlys", "grunn": "Reist bort"})
        assert gone.status_code == 303
        assert "Sara Haile" not in met(r'class="columns">(.*?)id="venteliste"', await book_at(desk, ahead(site, 6)))


async def test_the_time_of_a_referral_is_about_what_it_asks(site):
    ida, _ = await patient_named(site, "nordmarken")
    olav, _ = await patient_named(site, "saeterbo")
    async with site.visitor("avtalespesialist") as specialist, site.visitor("gravid") as herself:
        work = unescape((await specialist.get("/arbeid")).text)
        one = unescape((await specialist.get(met(r'href="(/arbeid/[^"]+)"[^>]*>[^<]*Kolposkopi', work))).text)
        way = met(rf'href="(/p/{ida}/skriv/time\?om=ServiceRequest/[^"]+)"', one)
        asked = unescape((await specialist.get(way)).text)
        assert met(r'name="tekst" value="([^"]*)"', asked) == "Kolposkopi"
        assert "Timen gjelder henvisningen." in words(asked)
        about = way.partition("om=")[2]
        assert (await specialist.get(f"/p/{ida}/skriv/time?om=Observation/x")).status_code == 400
        assert (await specialist.get(f"/p/{ida}/skriv/time?om=ServiceRequest/nowhere")).status_code == 404
        assert (await specialist.get(f"/p/{olav}/skriv/time?om={about}")).status_code == 404
        assert (await herself.get(way)).status_code == 403


def test_a_free_time_that_has_begun_is_given_to_nobody():
    now = 1_790_000_000_000_000
    times = [Free(now, "Kari", "gone"), Free(now + 1, "Kari", "ahead"), Free(now - 9, "Kari", "had", taken=True)]
    nb, book = language("nb"), Book([], times)
    column = present.day(nb, book, now)[0]
    assert [(each["sort"], each.get("id")) for each in column["lines"]] == [("taken", None), ("free", "ahead")]
    assert column["count"] == "1 time, 1 ledig"
    monday = local(now).date() - timedelta(days=local(now).weekday())
    cells = present.week(nb, book, monday, now)["rows"][0]["cells"]
    assert [free["id"] for cell in cells for free in cell["free"]] == ["ahead"]
    assert present.day(nb, Book([], [Free(now, "Kari", "gone")]), now)[0]["lines"] == []


def test_free_times_stand_by_day_the_first_day_first_and_those_of_whose_time_it_is_before_others():
    now, day, minute = 1_790_000_000_000_000, 86_400_000_000, 60_000_000

    def time(name, at, whose="Practitioner/k"):
        return Time(f"Slot/{name}", whose, "Kari" if whose.endswith("k") else "Ola", at, at + 20 * minute)

    nb = language("nb")
    today = [time(f"i{n}", now + n * minute) for n in range(present.LISTED - 1)]
    far, tomorrow = time("c", now + 40 * day), [time("b", now + day), time("a", now + day - minute)]
    other = time("o", now, "Practitioner/o")
    made = present.choices(nb, [far, *tomorrow, *today, other], now, "Practitioner/k")
    assert [group["day"] for group in made["near"]] == ["I dag", "I morgen"], "a day is whole"
    assert [each["slot"] for each in made["near"][1]["times"]] == ["a", "b"]
    assert [[each["slot"] for each in group["times"]] for group in made["later"]] == [["c"]]
    assert [[each["owner"] for each in group["times"]] for group in made["others"]] == [["Ola"]]
    made = present.choices(nb, [far, other], now)
    assert [group["times"][0]["slot"] for group in made["near"]] == ["o", "c"], "whoever's, where nobody is asked for"
    assert (made["later"], made["others"], present.choices(nb, [], now)) == ([], [], present.NOTHING)


def test_who_waits_is_said_with_whose_time_it_is_and_is_taken_off_the_list():
    entry = {"id": "a", "status": "waitlist", "description": "Migrene", "created": "2026-11-23",
             "meta": {"versionId": "1"},
             "participant": [{"actor": {"reference": "Practitioner/k", "display": "Kari"}}]}  # fmt: skip
    made = present.waiting(language("nb"), Seen(0, "p1", Patient(), entry), 1_790_000_000_000_000)
    assert (made["what"], made["time"]) == ("Migrene, hos Kari", "23.11.2026")
    assert [each["text"] for each in made["acts"]] == ["Gi time", "Ta av listen"]
    booked_ = present.line(language("nb"), Seen(2, "p1", Patient(), entry | {"status": "booked"}), 1)
    assert [each["text"] for each in booked_["acts"]] == ["Kommet", "Flytt", "Avlys"]


async def appointments(site, patient, said):
    """The states of the appointments of somebody about `said`."""
    rows = await site.store.pool.fetch(
        """select e.body::json ->> 'status' as status from entry e join type_name t on t.type = e.type
            where t.name = 'Appointment' and e.state = 0 and e.form = 0 and e.body like $1
              and e.body::json ->> 'description' = $2""",
        f"%Patient/{patient}%",
        said,
    )
    return sorted(row["status"] for row in rows)


async def test_a_doubled_click_gives_one_time_and_says_that_it_was_given(site):
    (ida, _), (sara, _) = [await patient_named(site, family) for family in ("nordmarken", "haile")]
    said = "Kontroll av puls"
    async with site.visitor("sekretar") as desk, site.visitor("gravid") as herself:
        path = f"/p/{ida}/skriv/time"
        slot = re.findall(r'name="tid" value="([^"]+)"', unescape((await desk.get(path)).text))[-1]
        form = {"tid": slot, "tekst": said, "gjor": "sett-opp"}
        for answer in await asyncio.gather(*(desk.post(path, headers=own(), data=form) for _ in range(2))):
            assert answer.status_code == 200, words(answer.text)
            assert "Timen er satt opp." in words(answer.text)
        assert "Timen er satt opp." in words((await desk.post(path, headers=own(), data=form)).text)
        booking = {"tid": slot, "tekst": said, "pasient": ida}
        again = await desk.post("/timebok/ny", headers=own(), data=booking)
        assert again.headers["location"].endswith("&gjort=1"), "and so from the book"
        assert await appointments(site, ida, said) == ["booked"]
        for where, other in (
            (f"/p/{sara}/skriv/time", form),
            (path, form | {"tekst": "Noe annet"}),
            ("/timebok/ny", booking | {"pasient": sara}),
            ("/timebok/ny", booking | {"tekst": "Noe annet"}),
        ):
            taken = await desk.post(where, headers=own(), data=other)
            assert taken.status_code == 409, where
            assert "nettopp tatt av noen andre" in words(taken.text)
        assert (await herself.post(path, headers=own(), data=form)).status_code == 403
    assert await appointments(site, ida, said) == ["booked"]
    assert await appointments(site, sara, said) == []


async def test_a_doubled_click_is_one_place_on_the_waiting_list_for_as_long_as_it_is_hers(site):
    ida, _ = await patient_named(site, "nordmarken")
    said, path = "Se på føflekk", f"/p/{ida}/skriv/time"

    async def taken_off(desk):
        name, form = seen(unescape((await desk.get("/timebok")).text), "Ida Nordmarken")
        assert (await desk.post(f"/timebok/{name}/avlys", headers=own(), data=form)).status_code == 303

    async with site.visitor("sekretar") as desk, site.visitor("gravid") as herself:
        drawn = met(r'name="id" value="([^"]+)"', (await desk.get(path)).text)
        form = {"id": drawn, "tekst": said, "gjor": "vent"}
        for answer in await asyncio.gather(*(desk.post(path, headers=own(), data=form) for _ in range(2))):
            assert "Satt på venteliste." in words(answer.text)
        assert await appointments(site, ida, said) == ["waitlist"]
        assert (await herself.post(path, headers=own(), data=form)).status_code == 403
        await taken_off(desk)
        assert "Satt på venteliste." in words((await desk.post(path, headers=own(), data=form)).text)
        assert await appointments(site, ida, said) == ["cancelled", "waitlist"], "she waits anew"
        await taken_off(desk)
        other = form | {"tekst": "Se på øret"}
        assert "Satt på venteliste." in words((await desk.post(path, headers=own(), data=other)).text)
        assert await appointments(site, ida, "Se på øret") == ["waitlist"]
        await taken_off(desk)
