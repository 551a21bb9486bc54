"""Journal, results, medicines, vaccinations: what cannot be read or made says so in its place, and all else stands."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace

import pytest
import structlog
from browsing import words

from felles.care.courses import answers
from felles.care.courses import present as courses
from felles.care.journal import lanes
from felles.care.journal import present as journal
from felles.care.medicines import gantt, plain, views
from felles.care.medicines import present as medicines
from felles.care.vaccines import present as vaccines
from felles.demo.people import OLD_MAN, TODDLER
from felles.demo.world import id_of
from felles.record.store import Store
from felles.record.wants import Journal

pytestmark = pytest.mark.slow

FAILED = "Kunne ikke vises nå"
CRITICAL = "Penicillin"
SECRET = "Hemmelig ord"
OLAV, CHILD = id_of("Patient", OLD_MAN), id_of("Patient", TODDLER)
STAFF = {"/p": "sykehuslege", "/meg": "eldre", "/for": "parorende"}


def under(html, heading):
    """What is read under a heading, until the next one; "" where there is none."""
    found = re.search(rf'<h2 id="{heading}"[^>]*>.*?(?=<h2 |<footer)', html, re.DOTALL)
    return words(found[0]) if found else ""


@contextmanager
def odd(type_name):
    """All entries of a type have a shape that nobody foresaw, wherever a page reads them."""
    real = Store.page
    row = json.dumps([[0, 7, "", {"id": "x", "status": 7, "code": SECRET}]]).encode()

    async def page(store, grant, wants, *args, **more):
        read = await real(store, grant, wants, *args, **more)
        found = zip(wants, read.found, strict=True)
        return replace(read, found=tuple(row if _of(want, type_name) else rows for want, rows in found))

    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs() as logs:
        patch.setattr(Store, "page", page)
        yield logs


def _of(want, type_name):
    return isinstance(want, Journal) if type_name == "Journal" else getattr(want, "type", "") == type_name


@contextmanager
def broken(module, name):
    """A function of a page's has a fault."""

    def fails(*_, **__):
        raise KeyError(SECRET)

    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs() as logs:
        patch.setattr(module, name, fails)
        yield logs


MEDICINES, RESULTS, BESIDE = f"/p/{OLAV}/legemidler", f"/p/{OLAV}/prover", f"/p/{OLAV}/prover?vis=forlop"
JOURNAL, MINE, FOR = f"/p/{OLAV}/journal", "/meg/medisiner", f"/for/{OLAV}/medisiner"
VACCINES = f"/p/{CHILD}/vaksiner"
# What is wrong, with which page, what says that it failed (its heading), and what stands (its heading, words in it).
CASES = [
    (odd("MedicationRequest"), MEDICINES, ["liste", "tynner"], ("ikke", "Penicillin")),
    (odd("MedicationStatement"), MINE, ["liste"], ("kritisk", "Penicillin")),
    (odd("MedicationDispense"), MEDICINES, ["hentet"], ("fast", "Metoprolol")),
    (odd("MedicationAdministration"), MEDICINES, ["hentet"], ("fast", "Metoprolol")),
    (odd("Observation"), MEDICINES, ["nyrer"], ("fast", "Metoprolol")),
    (odd("Encounter"), MEDICINES, ["opphold"], ("fast", "Metoprolol")),
    (broken(medicines, "disagreements"), MEDICINES, ["avvik"], ("fast", "Metoprolol")),
    (broken(medicines, "thinners"), MEDICINES, ["tynner"], ("fast", "Metoprolol")),
    (broken(medicines, "sections"), MEDICINES, ["liste"], ("tynner", "Apiksaban")),
    (broken(medicines, "ended"), MEDICINES, ["avsluttet"], ("tynner", "Apiksaban")),
    (broken(gantt, "gantt"), f"{MEDICINES}?vis=tid", ["tid"], None),
    (broken(medicines, "disagreements"), MINE, ["avvik"], ("morning", "Metoprolol")),
    (broken(plain, "row"), FOR, ["liste"], ("avvik", "Ramipril")),
    (odd("Immunization"), VACCINES, ["gitt", "tur"], None),
    (broken(vaccines, "_programme"), VACCINES, ["tur"], ("gitt", "Rotavirus")),
    (broken(vaccines, "_planned"), "/meg/vaksiner", ["avtalt"], ("gitt", "")),
    (odd("DiagnosticReport"), RESULTS, ["svar-h"], ("bestilt-h", "bestilte prøver")),
    (broken(answers, "lines"), RESULTS, ["bestilt-h"], ("svar-h", "Svar fra")),
    (odd("Encounter"), BESIDE, ["kontakter"], None),
    (broken(courses, "drawing"), BESIDE, [], None),
    (broken(courses, "reports"), "/meg/prover", ["rapporter"], None),
    (odd("Condition"), JOURNAL, ["problem"], ("opphold", "")),
    (broken(journal, "stay"), JOURNAL, ["opphold"], ("liste", "oppføringer")),
    (broken(journal, "reading"), JOURNAL, [], ("liste", "oppføringer")),
    (broken(lanes, "timeline"), f"{JOURNAL}?vis=tidslinje", ["tl"], ("liste", "oppføringer")),
    (broken(journal, "facets"), "/meg/journal", [], None),
]


async def test_a_part_that_fails_says_so_and_the_others_stand(site):
    for wrong, path, headings, stands in CASES:
        case = f"{path} {headings}"
        async with site.visitor(_who(path)) as reader:
            whole = await reader.get(path)
            with wrong as logs:
                answer = await reader.get(path)
        assert whole.status_code == answer.status_code == 200, case
        assert FAILED not in words(whole.text), case
        assert FAILED in words(answer.text), case
        for heading in headings:
            said = under(answer.text, heading)
            assert FAILED in said, (case, heading, said)
            assert "registrert" not in said.replace("ikke at det er tomt", ""), (case, said)
        if stands:
            assert stands[1] in under(whole.text, stands[0]), case
            assert stands[1] in under(answer.text, stands[0]), case
            assert FAILED not in under(answer.text, stands[0]), case
        if path.startswith("/p/"):
            assert 'data-state="broken"' not in answer.text.split("</section>")[0], case
        assert SECRET not in answer.text + str(logs), case
        assert {line["event"] for line in logs} == {"part failed"}, case


def _who(path):
    if path == VACCINES:
        return "helsesykepleier"
    return STAFF["/" + path.split("/")[1]]


async def test_a_list_that_fails_whole_says_so_below_who_it_is_and_what_is_critical(site):
    entries = await _of_the_journal(site)
    lists = [
        (odd("Journal"), JOURNAL, 200), (odd("Journal"), f"{JOURNAL}/{entries[0]}", 200),
        (odd("Observation"), RESULTS, 200), (odd("Observation"), f"{RESULTS}/{entries[1]}", 500),
        (broken(views, "decoded"), MEDICINES, 500),
        (broken(vaccines, "context"), f"/p/{OLAV}/vaksiner", 500), (broken(views, "decoded"), MINE, 500),
        (broken(plain, "listed"), FOR, 500),
    ]  # fmt: skip
    for wrong, path, status in lists:
        async with site.visitor(_who(path)) as reader:
            with wrong as logs:
                answer = await reader.get(path)
        said = words(answer.text)
        assert answer.status_code == status, path
        assert "Prøv igjen" in said, path
        assert SECRET not in answer.text, path
        assert logs, path
        if path.startswith("/p/"):
            strip = words(re.findall(r'<section class="strip".*?</section>', answer.text, re.DOTALL)[0])
            assert CRITICAL in strip, path
            assert "Sæterbø" in strip, path
        if path.startswith("/for/"):
            assert "Du handler for" in said, path
        if not path.startswith("/meg"):
            assert re.search(r'<nav class="tabs".*?Oversikt|<nav class="tabs".*?Hjem', answer.text, re.DOTALL), path


async def test_whoever_runs_felles_sees_which_part_of_which_page_failed_and_how_often(site):
    async with site.visitor("sykehuslege") as doctor, site.visitor("administrator") as nils:
        await _told(site)
        await site.store.pool.fetch("delete from broken_part")
        assert "Alle sider kunne vises hele." in words((await nils.get("/drift")).text)
        with broken(medicines, "thinners"):
            answers = [await doctor.get(MEDICINES) for _ in range(2)]
        with broken(views, "decoded"):
            answers.append(await doctor.get(MEDICINES))
        await _told(site)
        with broken(medicines, "thinners"):
            answers.append(await doctor.get(MEDICINES))
        await _told(site)
        board = (await nils.get("/drift")).text
        assert (await doctor.get("/drift")).status_code == 403
    shown = re.findall(r"<tr><td><code>(.*?)</tr>", board.replace("&#x2f;", "/"), re.DOTALL)
    part, page = (words(row).strip() for row in shown)
    last = [answer.headers["x-request-id"] for answer in answers]
    assert part.startswith("/p/{id}/legemidler thinners 3 ganger kl.")
    assert part.endswith(f"KeyError {last[3]}")
    assert page.startswith("/p/{id}/legemidler hele siden 1 gang kl.")
    assert page.endswith(f"KeyError {last[2]}")
    assert SECRET not in board
    assert OLAV not in board


async def _told(site):
    """Let the process tell what it has met, as the server does every few seconds."""
    async with site.store.pool.acquire() as conn:
        await site.app.state.pulse.breakage.tell(conn.raw)


async def _of_the_journal(site):
    """The end of the addresses of an entry of the journal and of a course."""
    async with site.visitor("sykehuslege") as doctor:
        listed, table = (await doctor.get(JOURNAL)).text, (await doctor.get(RESULTS)).text
    listed, table = listed.replace("&#x2f;", "/"), table.replace("&#x2f;", "/")
    entry = re.findall(rf'href="{JOURNAL}/([A-Za-z]+/[a-z0-9]+)#valgt"', listed)[0]
    return entry, re.findall(rf'href="{RESULTS}/([0-9a-f]{{16}})"', table)[0]


async def test_allergies_that_cannot_be_read_are_loud_and_mark_nothing(site):
    async with site.visitor("sykehuslege") as doctor, site.visitor("eldre") as olav:
        with odd("AllergyIntolerance"):
            answer, mine = (await doctor.get(MEDICINES)).text, (await olav.get(MINE)).text
    for said in (under(answer, "ikke"), words(answer.split("</section>")[0])):
        assert "spør pasienten, og se etter allergier" in said
    assert "Metoprolol" in under(answer, "fast")
    assert "si selv fra til den som gir helsehjelp" in under(mine, "kritisk")
    assert "Metoprolol" in under(mine, "morning")
