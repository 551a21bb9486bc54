"""The day's route: who is on whose, what it tells, that a visit is done once, and by nobody of another unit."""

import json
import re
from datetime import date, timedelta
from html import unescape

import msgspec
import pytest
from browsing import lines_about, own, patient_named, words
from desks import hired

from felles.access.codes import HOME_VISIT
from felles.care.plan.shapes import CarePlan
from felles.care.route import rules
from felles.care.route.rules import Own, State
from felles.care.writing import actions
from felles.care.writing.form import Known, Row
from felles.care.writing.forms.visit import VISIT
from felles.demo.places import HOME_CARE, OUT_OF_HOURS
from felles.ui.dates import local, moment

NURSE, VISITED = "hjemmesykepleier", "vikan"
DAY = 86_400_000_000


def stops(html):
    """The visits of a page, as HTML by the Appointment's id."""
    return dict(re.findall(r'(?s)<li id="b-([^"]+)"(.*?)</li>\s*(?=<li id="b-|</ol>)', unescape(html)))


async def route(visitor, query=""):
    answer = await visitor.get(f"/rute{query}")
    assert answer.status_code == 200, words(answer.text)
    return stops(answer.text)


def about(found, patient):
    """(the Appointment's id, its card) of somebody."""
    return next((name, card) for name, card in found.items() if f'href="/p/{patient}"' in card)


def form_of(card):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', card))


async def over(site):
    """Let the ten seconds of all that waits be over, and put it into the record."""
    await site.store.pool.fetch("update writing set due = 0 where state = 1")
    return await actions.settle(site.store)


async def contacts(site, name):
    """The contacts that kept an appointment."""
    rows = await site.store.pool.fetch(
        "select e.body from entry e where e.state = 0 and e.form = 0 and e.body like $1",
        f'%"resourceType":"Encounter"%Appointment/{name}"%',
    )
    return [json.loads(row["body"]) for row in rows]


async def test_the_route_tells_what_is_needed_before_the_door_and_each_look_has_a_line(site):
    asbjorn, key = await patient_named(site, VISITED)
    before = len([line for line in await lines_about(site, key) if '"page:route"' in line])
    async with site.visitor(NURSE) as nurse:
        start = unescape((await nurse.get("/")).text)
        assert 'href="/rute"' in start
        found = await route(nurse)
        assert len(found) >= 1
        name, card = about(found, asbjorn)
        said = words(card)
        assert re.search(r"\d\d\.\d\d–\d\d\.\d\d", said)
        for told in ("Skal gjøres", "Stell og tilsyn", "Hver morgen", "Nytt siden sist", "Furosemid", "→"):
            assert told in said, (told, said)
        assert "Kritisk informasjon" in said
        assert f'href="/p/{asbjorn}/skriv/avvik"' in card
        assert f'action="/rute/{name}/utfort"' in card
        assert "Fjellvegen 16, Trondheim" in said
        today = local(site.store.clock.clinical()).date()
        tomorrow = await route(nurse, f"?dag={today + timedelta(days=1)}")
        assert all("/utfort" not in card for card in tomorrow.values()), "nobody has been there yet"
        assert about(tomorrow, asbjorn)[0]
        none = await nurse.get(f"/rute?dag={today - timedelta(days=1)}")
        assert "Ingen hjemmebesøk er satt opp denne dagen." in words(none.text)
        assert (await nurse.get("/rute?dag=i+morgen")).status_code == 200
    after = [line for line in await lines_about(site, key) if '"page:route"' in line]
    assert len(after) == before + 3, "one for each day on which she stands"


async def test_the_route_is_for_staff_who_see_appointments_and_shows_nobody_of_others(site):
    _, key = await patient_named(site, VISITED)
    async with site.visitor("administrator") as keeper, site.visitor("gravid") as citizen, site.visitor() as nobody:
        assert (await keeper.get("/rute")).status_code == 403
        assert (await citizen.get("/rute")).status_code == 403
        assert (await nobody.get("/rute")).status_code == 303
    before = len(await lines_about(site, key))
    async with site.visitor("fastlege") as gp:
        answer = await gp.get("/rute?vis=enhet")
        assert stops(answer.text) == {}, "she sees the record, but the visits are another unit's"
        assert "Ingen hjemmebesøk er satt opp denne dagen." in words(answer.text)
    assert len(await lines_about(site, key)) == before


@pytest.mark.slow
async def test_done_as_planned_is_written_once_can_be_called_back_and_is_told_to_a_colleague(site):
    asbjorn, _ = await patient_named(site, VISITED)
    async with site.visitor(NURSE) as nurse, site.visitor("fastlege") as gp:
        name, card = about(await route(nurse), asbjorn)
        form = form_of(card)
        twin = await gp.post(f"/rute/{name}/utfort", headers=own(), data=form)
        assert twin.status_code == 409, "not of her unit"
        assert "Besøket står ikke lenger på ruten din." in words(twin.text)
        assert (await gp.get(f"/p/{asbjorn}/skriv/utfort?om=Appointment/{name}")).status_code == 404
        answers = [await nurse.post(f"/rute/{name}/utfort", headers=own(), data=form) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
        waits = (await route(nurse))[name]
        assert "Utført som planlagt. Føres inn i journalen om" in words(waits)
        assert await contacts(site, name) == [], "nothing yet"
        again = await nurse.post(f"/rute/{name}/angre", headers=own(), data=form_of(waits))
        assert again.status_code == 303
        assert await over(site) == 0, "called back"
        assert f'action="/rute/{name}/utfort"' in (await route(nurse))[name]
        assert "Du har et utkast" not in (await nurse.get(f"/p/{asbjorn}")).text

        await nurse.post(f"/rute/{name}/utfort", headers=own(), data=form)
        late = form_of((await route(nurse))[name])
        assert await over(site) == 1
        done = (await route(nurse))[name]
        assert re.search(r"Utført \d\d\.\d\d av Lise", words(done)), words(done)
        assert "Skal gjøres" not in words(done)
        kept = await contacts(site, name)
        assert len(kept) == 1
        assert (kept[0]["status"], kept[0]["class"]["code"]) == ("finished", "HH")
        assert kept[0]["participant"][0]["individual"]["display"].startswith("Lise")
        period = kept[0]["period"]
        begun, ended = (moment(period[each]) or 0 for each in ("start", "end"))
        assert 0 < begun <= ended <= site.store.clock.clinical()
        assert "Hjemmebesøk" in words((await gp.get(f"/p/{asbjorn}/journal")).text)

        stale = await nurse.post(f"/rute/{name}/utfort", headers=own(), data=form)
        assert stale.status_code == 409
        assert "ført av en annen" in words(stale.text)
        undone = await nurse.post(f"/rute/{name}/angre", headers=own(), data=late)
        assert undone.status_code == 409
        assert "For sent å angre" in words(undone.text)
        assert len(await contacts(site, name)) == 1


@pytest.mark.slow
async def test_what_two_of_a_unit_say_is_written_once_and_who_works_elsewhere_says_nothing(site):
    """A colleague who gives no times says it in the same ten seconds: hers comes back, and she puts it away."""
    asbjorn, _ = await patient_named(site, VISITED)
    here, there = [
        await hired(site, key, place, "care-worker") for key, place in (("Fos", HOME_CARE), ("Li", OUT_OF_HOURS))
    ]
    async with site.visitor(NURSE) as nurse, site.visitor(here) as colleague, site.visitor(there) as stranger:
        tomorrow = f"?dag={local(site.store.clock.clinical()).date() + timedelta(days=1)}"
        name, _ = about(await route(nurse, tomorrow), asbjorn)
        rows = await site.store.pool.fetch("select low from entry where id = $1 and form = 0", name)
        form = {"at": rows[0]["low"], "versjon": "1"}
        early = await nurse.post(f"/rute/{name}/utfort", headers=own(), data=form)
        assert early.status_code == 409, "its day has not come"
        site.store.clock.offset += DAY
        try:
            refused = await stranger.post(f"/rute/{name}/utfort", headers=own(), data=form)
            assert refused.status_code == 409
            assert asbjorn not in refused.text
            assert asbjorn not in (await stranger.get("/rute?vis=enhet")).text
            unit = (await colleague.get("/rute")).text
            assert "Dette er besøkene til enheten din." in words(unit)
            assert "Satt opp til Lise Moan" in words(stops(unit)[name])
            assert f'href="/p/{asbjorn}/skriv/avvik"' in stops(unit)[name]
            assert (await colleague.get("/timebok")).status_code == 403, "she gives no times"
            for each in (nurse, colleague):
                assert (await each.post(f"/rute/{name}/utfort", headers=own(), data=form)).status_code == 303
            await over(site)
            pages = [stops((await each.get("/rute?vis=enhet")).text)[name] for each in (nurse, colleague)]
            assert len(await contacts(site, name)) == 1
            told = [page for page in pages if "En annen hadde alt ført besøket. Det er ført én gang." in words(page)]
            assert len(told) == 1
            loser = (nurse, colleague)[pages.index(told[0])]
            away = await loser.post(f"/rute/{name}/angre", headers=own(), data=form_of(told[0]))
            assert away.status_code == 303
            assert "Utført" in words(stops((await loser.get("/rute?vis=enhet")).text)[name])
        finally:
            site.store.clock.offset -= DAY


@pytest.mark.slow
async def test_who_is_closed_to_home_care_is_on_its_route_no_more(site):
    asbjorn, key = await patient_named(site, VISITED)
    async with site.visitor(NURSE) as nurse:
        name, _ = about(await route(nurse), asbjorn)
        rows = await site.store.pool.fetch("select low from entry where id = $1 and form = 0", name)
        form = {"at": rows[0]["low"], "versjon": "1"}
        reserve = "update person set reserved = $3 where bucket = $1 and person = $2"
        await site.store.pool.fetch(reserve, *key, True)
        try:
            answers = [await nurse.get("/rute"), await nurse.post(f"/rute/{name}/utfort", headers=own(), data=form)]
            assert [each.status_code for each in answers] == [200, 409]
            assert all("Asbjørn" not in each.text and asbjorn not in each.text for each in answers)
        finally:
            await site.store.pool.fetch(reserve, *key, False)


def planned(**more):
    code = {"coding": [{"system": HOME_VISIT[0], "code": HOME_VISIT[1]}]}
    return {"id": "a", "status": "booked", "start": "2026-01-15T10:15:00+01:00", "serviceCategory": [code]} | more


NOON = 1_768_474_800_000_000
"""2026-01-15T12:00:00+01:00"""


@pytest.mark.parametrize(
    ("entry", "mine", "expected"),
    [
        (planned(), None, State.OPEN),
        (planned(start="2026-01-15T23:15:00+01:00"), None, State.OPEN),
        (planned(start="2026-01-16T00:15:00+01:00"), None, State.LATER),
        (planned(status="fulfilled"), None, State.DONE),
        (planned(status="noshow"), None, State.MISSED),
        (planned(), Own("x", True, 1, ""), State.WAITS),
        (planned(), Own("x", False, 0, "met"), State.CAME_BACK),
    ],
    ids=["open", "this-evening", "tomorrow", "done", "missed", "waits", "came-back"],
)
def test_how_a_visit_stands(entry, mine, expected):
    assert rules.state(entry, mine, NOON) is expected


def test_only_ones_own_units_visits_at_home_are_done_and_none_before_its_day():
    def fits(entry, org=1):
        known = Known("Patient/p", NOON, {"reference": "Practitioner/n"}, {"reference": "Organization/o"}, 1)
        known.one = Row(entry, org, "", 0)
        return VISIT.fits(known)

    assert fits(planned())
    assert not fits(planned(), org=2)
    assert fits(planned(participant=[{"actor": {"reference": "Practitioner/n"}}]), org=2)
    assert not fits(planned(serviceCategory=[]))
    assert not fits(planned(status="fulfilled"))
    assert not fits(planned(start="2026-01-16T08:00:00+01:00"))


def test_what_is_to_be_done_is_what_the_plans_that_hold_give_to_this_unit():
    def plan(status, *activities):
        details = [
            {"detail": {"description": what, "status": done, "performer": [{"reference": who}] if who else []}}
            for what, done, who in activities
        ]
        return msgspec.convert({"status": status, "activity": details}, CarePlan)

    plans = [
        plan("active", ("Stell", "in-progress", "O/1"), ("Middag", "in-progress", "O/2"), ("Over", "completed", "O/1")),
        plan("active", ("stell", "in-progress", ""), ("Veie", "scheduled", "")),
        plan("revoked", ("Dosett", "in-progress", "O/1")),
    ]
    assert [each.description for each in rules.measures(plans, "O/1")] == ["Stell", "Veie"]


def test_a_day_that_is_none_or_far_away_is_today():
    today = date(2026, 1, 15)
    assert rules.day("2026-01-16", today) == date(2026, 1, 16)
    for text in ("", "i morgen", "2027-01-15", "2026-13-01"):
        assert rules.day(text, today) == today
