"""A citizen's first page, and that of whom she acts for: what comes next, whom to ring, what is new, who looked."""

import json
import re

import msgspec
import pytest
import pytest_asyncio
import sample
from browsing import lines_about, patient_named, words
from doors import held_back, proxy
from households import settled

from felles.care.home import present, rules
from felles.care.overview.present import View
from felles.care.overview.views import Overview, Read
from felles.care.plan.present import Told
from felles.care.plan.shapes import Appointment, Work
from felles.care.plan.views import Planned
from felles.care.shapes import Encounter, Patient
from felles.record.clock import Clock
from felles.record.grants import ALL_KINDS
from felles.record.kinds import Kind
from felles.record.read_news import New, News
from felles.ui.i18n import language

NB = language("nb")
DAY = 86_400_000_000


def told(kinds=ALL_KINDS):
    names = {7: "Kvinneklinikken", "Organization/post": "Ortopedisk sengepost"}
    phones = {7: "73 00 00 07", "Organization/post": "73 00 00 08"}
    return Told(View(NB, "/meg", sample.NOW, names, citizen=True), phones, kinds)


def read(shape, when, **resource):
    return Read(sample.at(when), 7, "", msgspec.convert(resource, shape))


def planned(**parts):
    names = ("plans", "goals", "tasks", "requests", "episodes", "teams", "social", "ahead", "booked")
    return Planned(Patient(), **{name: list(parts.get(name, ())) for name in names})


def said(**parts):
    empty = {name: [] for name, each in Overview.__dataclass_fields__.items() if each.init and name != "patient"}
    return Overview(Patient(), **empty | parts)


def visit(day, text):
    when = f"{day}T10:00:00+01:00"
    return read(Appointment, when, id=text, status="booked", start=when, end=when, description=text)


def test_how_near_a_day_is_is_said_as_one_says_it():
    near = [present.near(NB, sample.NOW + days * DAY, sample.NOW) for days in (0, 1, 6, 20, 21, 70, 183)]
    assert near == ["i dag", "i morgen", "om 6 dager", "om 20 dager", "om 3 uker", "om 10 uker", ""]


def test_the_next_appointment_stands_whole_and_the_later_ones_in_a_line_each():
    rows = planned(ahead=[visit(f"2026-11-{day}", f"nr {day}") for day in range(25, 31)])
    made = present.coming(told(), rows) or {}
    assert (made["first"]["text"], made["first"]["near"]) == ("nr 25", "i morgen")
    assert [each["text"] for each in made["later"]] == ["nr 26", "nr 27", "nr 28"]
    assert present.coming(told(), planned()) == {"first": None, "later": []}
    assert present.coming(told(ALL_KINDS & ~(1 << Kind.APPOINTMENT)), rows) is None


def test_whom_to_ring_names_each_number_once_and_always_the_two_for_all():
    stay = {"id": "e", "status": "in-progress", "class": {"code": "IMP"},
            "serviceProvider": {"reference": "Organization/post"}}  # fmt: skip
    admitted = said(contacts=[read(Encounter, "2026-11-22", **stay)])
    rows = planned(ahead=[visit("2026-11-27", "a"), visit("2026-11-28", "b"), visit("2027-06-01", "c")])
    found = present.ring(told(), rows, admitted)
    assert [(each["text"], each["phone"]) for each in found] == [
        ("Ortopedisk sengepost", "73 00 00 08"), ("Kvinneklinikken", "73 00 00 07"), ("Legevakt", "116 117"),
        ("Medisinsk nødtelefon", "113"),
    ]  # fmt: skip
    assert [each["phone"] for each in present.ring(told(0), rows, said())] == ["116 117", "113"]
    assert "73 00 00 07" not in [
        each["phone"] for each in present.ring(told(), planned(ahead=[visit("2027-06-01", "c")]), said())
    ]


def test_tasks_of_others_are_told_in_plain_words():
    task = read(Work, "2026-11-20", id="t", resourceType="Task", status="requested", description="Bestille rullator",
                restriction={"period": {"end": "2026-11-26"}})  # fmt: skip
    (made,) = present.agreed(told(), planned(tasks=[task])) or []
    assert (made["when"], made["state"]) == ("innen 26.11.2026", "sendt, ikke bekreftet mottatt")
    assert present.agreed(told(0), planned(tasks=[task])) is None
    assert present.agreed(told(1 << Kind.PLAN), planned(tasks=[task])) == []


def entry(number, type_name="Composition", kind=Kind.NOTE, **more):
    body = {"resourceType": type_name, "id": f"n{number}", "title": f"Notat {number}", "status": "final"} | more
    return New(type_name, f"n{number}", sample.NOW, 7, kind, json.dumps(body))


def measured(name):
    return entry(0, "Observation", Kind.RESULT, code={"text": name}, valueQuantity={"value": 1, "unit": "g"})


def test_what_is_new_is_counted_whole_and_measured_values_stand_in_one_line():
    news = News(sample.NOW - DAY, [], [measured("Hb"), *(entry(n) for n in range(7)), measured("Hb"), measured("CRP")])
    made = present.new(told().view, news)
    assert [each["text"] for each in made["items"]][:2] == ["3 prøvesvar og målinger", "Notat 0"]
    assert made["items"][0]["more"] == "Hb, CRP"
    assert made["left"] == "og 2 til i journalen"
    assert made["since"].startswith("Siden du så her sist, mandag 23. november 2026")
    nothing = present.new(told().view, News())
    assert (nothing["items"], nothing["since"], nothing["none"]) == ([], "", "Ikke noe er skrevet de siste 14 dagene.")
    assert present.new(told().view, News(0, [], [entry(1)]))["since"] == "Dette kom de siste 14 dagene."


def test_who_looked_last_is_a_person_other_than_the_reader():
    def line(actor, act="page:overview", outcome="released", **who):
        return json.dumps({"who": {"actor": actor, "name": actor, **who}, "act": act, "what": "x", "outcome": outcome})

    others = [
        (5, line("Practitioner/r", outcome="refused")),
        (4, line("Device/d")),
        (3, line("Practitioner/a", client="app")),
        (2, line("Practitioner/b", role="midwife", organization="Helsestasjonen")),
        (1, line("Practitioner/c")),
    ]
    look = rules.last_look(others, "Patient/me")
    assert look
    assert (look.line.who.actor, look.last) == ("Practitioner/b", 2)
    assert (present.seen(NB, News(0, others, []), "Patient/me") or {})["place"] == "Jordmor, Helsestasjonen"
    assert rules.last_look(others[:3], "Patient/me") is None


def box(html, name):
    return words(html.split(f'id="{name}"')[1].split("</section>")[0])


@pytest.mark.slow
async def test_the_woman_sees_her_next_control_whom_to_ring_and_who_looked_without_a_click(site):
    patient, key = await patient_named(site, "nordmarken")
    async with site.visitor("jordmor") as midwife, site.visitor("gravid") as woman:
        assert "Ingen andre enn du" in box((await woman.get("/meg")).text, "innsyn")
        await midwife.get(f"/p/{patient}")
        html = (await woman.get("/meg")).text
    assert "Vurdering av blodtrykk i svangerskapet" in box(html, "neste")
    assert "Ta med morgenurin" in box(html, "neste")
    assert "Passer ikke timen? Avbestill" in box(html, "neste")
    assert "Barn og andre du handler for" in words(html)
    assert re.search(r"Kvinneklinikken, Fjordsykehuset Time [\d.]+ \+47", box(html, "ring"))
    assert re.search(r"Synne Rønningen Svangerskapsomsorg, Bjørkelia helsestasjon \+47", box(html, "ring"))
    assert "Ved hodepine" in box(html, "avtalt")
    assert "Synne Rønningen , Jordmor, Bjørkelia helsestasjon" in box(html, "innsyn")
    assert '"act":"page:overview"' in (await lines_about(site, key))[-1]


@pytest_asyncio.fixture(scope="module")
async def town(pg_server, migrated, tmp_path_factory):
    database = pg_server.fresh("record", migrated)
    async with settled(database.url, tmp_path_factory.mktemp("home")) as made:
        yield made
    pg_server.drop(database)


def problem(patient, text):
    return {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient['id']}"}, "code": {"text": text}}


async def look(town, who, path):
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.slow
async def test_what_came_since_the_last_visit_is_new_and_what_is_held_back_is_not(town, monkeypatch):
    woman, friend = await town.person("Ny", "1980-01-01"), await town.person("Venn", "1970-01-01")
    timer = await town.person("Timer", "1971-01-01")
    await town.world.made(proxy(woman["id"], friend["id"]))
    await town.world.made(proxy(woman["id"], timer["id"], "book"))
    await town.world.made(problem(woman, "Gammelt"))
    own, other = "/meg", f"/for/{woman['id']}"
    assert "Dette kom de siste 14 dagene" in box(await look(town, woman, own), "nytt")
    await look(town, friend, other)
    await look(town, timer, other)
    await town.world.made(problem(woman, "Nyoppdaget"))
    kept = await town.world.made(problem(woman, "Holdt tilbake"))
    await town.world.made(held_back(woman["id"], f"Condition/{kept['id']}"))
    real = Clock.real
    monkeypatch.setattr(Clock, "real", lambda self: real(self) + 40 * 60_000_000)
    for who, path in ((woman, own), (friend, other)):
        html = await look(town, who, path)
        assert "Siden du så her sist" in box(html, "nytt")
        assert "Nyoppdaget" in box(html, "nytt")
        assert "Gammelt" not in box(html, "nytt")
        assert "Holdt tilbake" not in html
    booking = await look(town, timer, other)
    assert "Ikke noe nytt" in box(booking, "nytt")
    assert "Nyoppdaget" not in booking
    assert 'id="problemer"' not in booking
    monkeypatch.setattr(Clock, "real", lambda self: real(self) + 45 * 60_000_000)
    assert "Nyoppdaget" in box(await look(town, woman, own), "nytt"), "the same visit goes on"
    monkeypatch.setattr(Clock, "real", lambda self: real(self) + 90 * 60_000_000)
    assert "Ikke noe nytt" in box(await look(town, woman, own), "nytt")


@pytest.mark.slow
async def test_who_may_book_for_another_calls_off_from_the_first_page_and_who_may_only_read_does_not(town):
    woman, reads, books = [await town.person("Booking", f"19{year}-01-01") for year in (60, 61, 62)]
    await town.world.made(proxy(woman["id"], reads["id"]))
    await town.world.made(proxy(woman["id"], books["id"], "book"))
    who = {"actor": {"reference": f"Patient/{woman['id']}"}, "status": "accepted"}
    made = {"resourceType": "Appointment", "status": "booked", "description": "Kontroll", "participant": [who]}
    made = await town.world.made(made | {"start": "2090-05-06T10:00:00+02:00", "end": "2090-05-06T10:20:00+02:00"})
    for reader, may in ((reads, False), (books, True)):
        html = (await look(town, reader, f"/for/{woman['id']}")).replace("&#x2f;", "/")
        assert "Kontroll" in box(html, "neste")
        assert ("Avbestill" in box(html, "neste")) is may
        assert (f'href="/for/{woman["id"]}/timer/{made["id"]}"' in html) is may


@pytest.mark.slow
async def test_the_page_of_herself_says_how_she_is_known_and_leads_to_what_she_decides(site):
    _, key = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as man:
        html = (await man.get("/meg/meg")).text
        assert (await man.get("/meg/personvern")).headers["location"] == "/meg/meg#personvern"
    assert "Olav Sæterbø" in box(html, "hvem")
    assert "Ingrid Haugan Fastlege, Fjordgløtt legekontor +47" in box(html, "fastlege")
    assert "Marit Lian" in box(html, "parorende")
    assert box(html, "viktig").index("naustet") < box(html, "viktig").index("Bor alene")
    for way in ("/meg/innsyn", "/meg/sperringer", "/meg/fullmakter", "/for", "/meg/saker"):
        assert html.count(f'href="{way}"'.replace("/", "&#x2f;")) + html.count(f'href="{way}"') >= 1, way
    assert '"act":"page:me"' in (await lines_about(site, key))[-1]
    async with site.visitor("fastlege") as doctor:
        for path in ("/meg/meg", "/meg/personvern"):
            assert (await doctor.get(path)).status_code == 403
