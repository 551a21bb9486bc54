"""Of the fifteen, eleven of staff: start page, one click, the answer each came for, the look in the person's log."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from felles.demo.people import OLD_MAN, PARTNER, PREGNANT, TODDLER
from felles.demo.world import id_of
from felles.record.maintenance import connect
from felles.ui.dates import local

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_BODIES = """select e.body from entry e join type_name n on n.type = e.type and n.name = $3
    where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted"""


class Record:
    """What lies in the database, told beside the pages: the entries of one person, and her log."""

    def __init__(self, url, person):
        self.url, self.id = url, id_of("Patient", person)
        self.key = tuple(self._rows("select bucket, person from face where id = $1", self.id)[0])

    def _rows(self, sql, *args):
        async def fetch():
            conn = await connect(self.url)
            try:
                return await conn.fetch(sql, *args)
            finally:
                await conn.close()

        with ThreadPoolExecutor(1) as thread:  # this thread has the browser's loop
            return thread.submit(asyncio.run, fetch()).result(20)

    def of(self, type_name):
        return [json.loads(row["body"]) for row in self._rows(_BODIES, *self.key, type_name)]

    def looks(self):
        """(act, who) of each line that is no list, oldest first."""
        rows = self._rows("select text from leaf where bucket = $1 and person = $2 order by number", *self.key)
        lines = [json.loads(row["text"]) for row in rows]
        return [(line["act"], line["who"]["name"]) for line in lines if line["act"] != "page:list"]


def said(locator):
    return re.sub(r"\s+", " ", locator.inner_text())


def pressures(record):
    """Each blood pressure as it is read, the newest first."""
    found = [m for m in record.of("Observation") if m["code"]["text"] == "Blodtrykk"]
    found.sort(key=lambda made: made["effectiveDateTime"], reverse=True)
    values = [[part["valueQuantity"]["value"] for part in made["component"]] for made in found]
    return [f"{upper}/{lower}" for upper, lower in values]


def newest(record, name):
    found = [m for m in record.of("Observation") if m["code"]["text"].startswith(name)]
    return max(found, key=lambda made: made["effectiveDateTime"])["valueQuantity"]["value"]


def question(record, text):
    """What stands in the referral for `text`."""
    asked = [m for m in record.of("ServiceRequest") if m["code"]["text"] == text]
    return [reason["text"] for made in asked for reason in made["reasonCode"]]


def open_tasks(record):
    """What somebody still owes about the stay."""
    return [m["description"] for m in record.of("Task") if m["status"] == "requested" and m.get("focus")]


def paused(record):
    return [m["medicationCodeableConcept"]["text"] for m in record.of("MedicationRequest") if m["status"] == "on-hold"]


def written_by(record, name):
    """Titles of what somebody wrote."""
    return [m["title"] for m in record.of("Composition") if m["author"][0]["display"] == name]


def harm(record):
    """What can harm her: allergies and flags."""
    return [made["code"]["text"] for kind in ("AllergyIntolerance", "Flag") for made in record.of(kind)]


def procedures(record):
    return [made["code"]["text"] for made in record.of("Procedure")]


def booked(record):
    return [made["description"] for made in record.of("Appointment") if made["status"] == "booked"]


def kidneys(record):
    return [f"{name} {newest(record, name)}" for name in ("eGFR", "Kreatinin")]


def always(*texts):
    """What the region always says of somebody (`demo.stories`)."""
    return lambda _: list(texts)


MEASLES = "Meslinger, kusma og røde hunder"


def due(record):
    """What is read of her vaccines: another story of the same region may have given her what was due."""
    given = json.dumps([made["vaccineCode"] for made in record.of("Immunization")], ensure_ascii=False)
    return ["Ingen vaksine nå"] if re.search("mmr|esling|J07BD52", given, re.IGNORECASE) else [MEASLES, "Står for tur"]


CASES = {
    # persona: whose record, the part, what her line says, where the click leads, what is read there (of the record)
    "fastlege": (OLD_MAN, "kommet", procedures, "/e/Procedure/", procedures),
    "sekretar": (PARTNER, "i-dag", booked, "/plan", booked),
    "jordmor": (PREGNANT, "gravide", lambda r: [*pressures(r)[:1], "Uke 32+4"], "/prover/", pressures),
    "fodselslege": (PREGNANT, "henvist", lambda r: question(r, "Vurdering av blodtrykk i svangerskapet"), "/prover",
                    lambda r: pressures(r)[:1]),
    "avtalespesialist": (PREGNANT, "henvist", lambda r: question(r, "Kolposkopi"), "/journal",
                         lambda r: written_by(r, "Vibeke Stormo")),
    "sykehuslege": (OLD_MAN, "innlagt", always("Dag 5"), "/legemidler?dato=", paused),
    "sykepleier": (OLD_MAN, "innlagt", lambda r: [f"{len(open_tasks(r))} ting gjenstår"], "/plan", open_tasks),
    "farmasoyt": (OLD_MAN, "gjennomgang", kidneys, "/legemidler", lambda r: [*kidneys(r), *paused(r)]),
    "hjemmesykepleier": (OLD_MAN, "brukere", always("Innlagt siden"), "", always("Lårhalsbrudd høyre side")),
    "legevaktlege": (PREGNANT, "kommet-inn", harm, "", harm),
    "helsesykepleier": (TODDLER, "barn", due, "/vaksiner", always(MEASLES)),
}  # fmt: skip


@pytest.mark.parametrize("persona", CASES)
def test_one_click_from_the_start_page_to_what_she_came_for(window, region, persona):
    person, part, told, place, answer = CASES[persona]
    page = window(persona=persona, by_card=True)
    record = Record(region.url, person)
    line = page.locator(f"section[aria-labelledby={part}] li", has=page.locator(f"a[href='/p/{record.id}']")).first
    expected = told(record)
    assert expected
    assert all(text in said(line) for text in expected), said(line)
    me, before = page.locator(".me .strong").first.inner_text(), len(record.looks())
    line.locator(".fact a").click()
    page.wait_for_url(re.compile(rf"/p/{record.id}{re.escape(place)}"), wait_until="load")
    shown, answers = said(page.locator("body")), answer(record)
    assert answers
    assert [text for text in answers if text not in shown] == []
    new = record.looks()[before:]
    assert {who for _, who in new} == {me}
    assert all(act.startswith("page:") for act, _ in new)
    assert page.troubles == []


def first_free(page, doctor):
    """The free times of the first day of the book that has any, at most the six that a start page names."""
    today = local(time.time_ns() // 1000).date()
    for day in range(14):
        page.goto(f"/timebok?dag={(today + timedelta(days=day)).isoformat()}")
        column = page.locator(".columns section", has=page.get_by_role("heading", name=doctor))
        if times := column.locator("li.free .at").all_inner_texts():
            return times[:6]
    raise AssertionError(f"{doctor} has no time")


def test_what_is_free_is_read_without_a_click(window):
    page = window(persona="sekretar")
    free = said(page.locator("section[aria-labelledby=ledig]"))
    for doctor in ("Ingrid Haugan", "Per Arne Moxnes"):
        assert f"{doctor} {', '.join(first_free(page, doctor))}" in free
    assert "ledige de neste to ukene" in free


def test_start_pages_are_clean(window, faults):
    for persona in ("sekretar", "sykepleier"):
        page = window(320, dark=True, persona=persona)
        assert faults(page) == [], persona
    page.goto("/?del=innlagt")
    assert "Til startsiden" in said(page.locator("main"))
