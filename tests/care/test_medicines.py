"""The list of medicines as pages: what each finds at once, and who is refused."""

import re
from html import unescape

import pytest
from browsing import words

from felles.demo.people import OLD_MAN, TODDLER
from felles.demo.world import id_of

pytestmark = pytest.mark.slow


def chart_of(key):
    return f"/p/{id_of('Patient', key)}"


def part(html, heading):
    """What is read under a heading, until the next one."""
    found = re.search(rf'<h2 id="{heading}">.*?(?=<h2 id=|<footer)', html, re.DOTALL)
    return words(found[0]) if found else ""


async def test_the_ward_doctor_finds_what_was_taken_before_the_stay_in_one_click(site):
    async with site.visitor("sykehuslege") as doctor:
        chart = chart_of(OLD_MAN)
        now = (await doctor.get(f"{chart}/legemidler")).text
        (link,) = re.findall(r'href="(/p/[^"]+\?dato=\d{4}-\d\d-\d\d)"', unescape(now))
        before = (await doctor.get(link)).text
    assert "Utslett og tungpust" in part(now, "ikke")
    assert "Apiksaban" in part(now, "tynner")
    assert "Dalteparin" in part(now, "tynner")
    assert re.search(r"Kreatinin 131 µmol/L .*eGFR \d+ mL/min/1,73 m²", part(now, "nyrer"))
    changed = part(now, "opphold")
    assert re.search(r"Ny Oksykodon tabletter 5 mg .*Gjennombruddssmerter", changed)
    assert re.search(r"Endret Paracetamol .*Byttet til fast dosering", changed)
    assert re.search(r"Pauset Apiksaban .*Pause ved operasjon", changed)
    assert "Oksykodon" in part(now, "behov")
    assert "Dalteparin" in part(now, "kur")
    odd = part(now, "avvik")
    assert re.search(r"Ramipril kapsler 5 mg.* Ramipril kapsler 2,5 mg, 1 kapsel om morgenen, halvert", odd)
    assert re.search(r"Ibuprofen tabletter 400 mg Tas, men er ikke forskrevet her .*Pasienten selv", odd)
    assert re.search(r"Metoprolol .*Forskrevet Hentet på apotek \d\d", part(now, "fast"))
    steady = part(before, "fast")
    assert "Apiksaban tabletter 5 mg" in steady
    assert "Metformin" in steady
    for begun_in_hospital in ("Dalteparin", "Laktulose", "Oksykodon"):
        assert begun_in_hospital not in steady + part(before, "behov")
        assert begun_in_hospital in part(before, "dagen")


async def test_over_time_there_is_a_drawing_and_the_same_as_a_table(site):
    async with site.visitor("farmasoyt") as pharmacist:
        chart = chart_of(OLD_MAN)
        html = (await pharmacist.get(f"{chart}/legemidler?vis=tid&aar=5")).text
    (drawing,) = re.findall(r'<svg class="gantt".*?</svg>', html, re.DOTALL)
    assert "<title>Legemidler over tid</title>" in drawing
    assert len(drawing) < 12_000
    names = set(re.findall(r"<title>([^:<]+): fra", drawing))
    assert "Apiksaban tabletter 5 mg" in names
    assert all(name in part(html, "tabell") for name in names)
    assert 'aria-current="true">5 år' in html


@pytest.mark.parametrize(
    ("query", "said"),
    [("dato=i-morgen", "kunne ikke leses"), ("dato=2999-01-01", "ikke kommet"), ("dato=1001-01-01", "langt tilbake")],
)
async def test_a_day_that_cannot_be_shown_is_said_and_the_list_stands_as_it_is(site, query, said):
    async with site.visitor("sykehuslege") as doctor:
        answer = await doctor.get(f"{chart_of(OLD_MAN)}/legemidler?{query}")
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert "Oksykodon" in part(answer.text, "behov")


async def test_who_does_not_reach_medicines_is_told_so_and_who_has_no_way_in_sees_nothing(site):
    async with (
        site.visitor("fastlege") as doctor,
        site.visitor("sekretar") as clerk,
        site.visitor("jordmor") as midwife,
    ):
        chart = chart_of(OLD_MAN)
        refused = await clerk.get(f"{chart}/legemidler")
        strange = await midwife.get(f"{chart}/legemidler")
        own = await doctor.get(f"{chart}/legemidler")
    assert "Apiksaban" in own.text
    assert "Apiksaban" not in refused.text
    assert "Rollen din gir ikke tilgang til dette." in words(refused.text)
    assert strange.status_code == 404
    assert "Apiksaban" not in strange.text


async def test_the_citizen_reads_what_she_takes_when_and_what_waits(site):
    async with site.visitor("eldre") as olav:
        answer = await olav.get("/meg/medisiner")
        vaccines = await olav.get("/meg/vaksiner")
    html = answer.text
    assert "Metoprolol" in part(html, "morning")
    assert "Hvorfor: " in part(html, "morning")
    assert "Dalteparin" in part(html, "evening")
    assert "Oksykodon" in part(html, "needed")
    assert "Pause ved operasjon" in part(html, "pause")
    assert "Apiksaban" not in part(html, "evening")
    assert "Penicilliner" in part(html, "kritisk")
    assert vaccines.status_code == 200
    assert part(vaccines.text, "tur") == ""


async def test_for_whom_one_acts_and_for_nobody_else(site):
    async with site.visitor("forelder") as sara, site.visitor("parorende") as marit:
        listed = (await sara.get("/for")).text
        (child,) = re.findall(r'href="(/for/\w+)"', unescape(listed))
        (father,) = re.findall(r'href="(/for/\w+)"', unescape((await marit.get("/for")).text))
        vaccines = await sara.get(f"{child}/vaksiner")
        medicines = await sara.get(f"{child}/medisiner")
        others = [await marit.get(f"{child}/{page}") for page in ("vaksiner", "medisiner")]
        olavs = await marit.get(f"{father}/medisiner")
    assert "Rotavirus" in part(vaccines.text, "gitt")
    assert "Neste i programmet" in part(vaccines.text, "tur")
    assert "Du handler for Elias" in words(medicines.text)
    assert [answer.status_code for answer in others] == [404, 404]
    assert "Rotavirus" not in others[0].text
    assert "Metoprolol" in olavs.text


async def test_the_health_nurse_sees_which_vaccine_is_next(site):
    async with site.visitor("helsesykepleier") as nurse, site.visitor("sykehuslege") as doctor:
        chart = chart_of(TODDLER)
        html = (await nurse.get(f"{chart}/vaksiner")).text
        strange = await doctor.get(f"{chart}/vaksiner")
    assert "Meslinger, kusma og røde hunder" in part(html, "tur")
    assert "15 måneder, med vaksine" in part(html, "tur")
    assert "Rotavirus" in part(html, "gitt")
    assert strange.status_code == 404
