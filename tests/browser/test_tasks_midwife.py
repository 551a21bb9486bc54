"""The midwife's first task, and its other sides: the obstetrician on duty, and the woman."""

import re

import pytest
from clicks import counted
from overdue import keeps
from steps import become, chart, follow, menu, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def measured(page):
    """148/96, pulse and weight, in the panel beside the chart, which one click opens."""
    page.get_by_role("link", name="Måling", exact=True).first.click()
    page.locator("[data-draft] input:focus").wait_for()
    for label, value in (("Overtrykk", "148"), ("Undertrykk", "96"), ("Puls", "82"), ("Vekt", "76,5")):
        page.get_by_label(label).fill(value)


def rings(midwife, faults):
    """Whom to ring stands beside the chart, with what to say; the address of what was sent."""
    midwife.get_by_role("link", name="Ring vakthavende").click()
    ring = midwife.locator(".ringing")
    ring.wait_for()
    text = ring.inner_text()
    assert "Kvinneklinikken" in text
    assert "Kristin Ytterhus (Lege)" in text
    assert ring.locator("a[href^='tel:+47']").count() >= 1
    told = ring.get_by_label("Det du sier").input_value()
    assert re.search(r"Blodtrykk: 148/96 mmHg \(nå\), 148/96 mmHg \(kl\.", told)
    assert "1+ (nå)" in told
    assert "Gravid 33+1" in told
    assert faults(midwife) == []
    ring.get_by_role("button", name="Send og ring").click()
    midwife.wait_for_url("**/arbeid/Task/*", wait_until="load")
    now = midwife.locator("#hast")
    assert "Ingen har tatt den ennå. Den er hos Kvinneklinikken" in now.inner_text()
    assert now.locator("a[href^='tel:']").count() == 1
    assert faults(midwife) == []
    return midwife.url.partition("?")[0]


def takes(doctor):
    """The obstetrician meets it first on her start page, and takes it."""
    doctor.goto("/")
    first = doctor.locator("section[aria-labelledby=arbeid] li").first
    assert "Haster" in first.inner_text()
    first.get_by_role("link", name="Tilkalling").click()
    doctor.wait_for_url("**/arbeid/Task/*")
    doctor.get_by_role("button", name="Ta den").click()
    doctor.get_by_text("Kristin Ytterhus har den.").wait_for()


def answers(doctor, faults, settled):
    """She answers with a plan."""
    doctor.get_by_role("link", name="Svar med plan").click()
    doctor.get_by_label("Tiltak").fill("Innleggelse på Kvinneklinikken: i dag kl. 14\nBlodprøver: ved innleggelsen")
    doctor.get_by_label("Til pasienten").fill("Vi vil følge blodtrykket ditt på sykehuset til det er trygt.")
    assert faults(doctor) == []
    doctor.get_by_role("button", name="Signer og svar").click()
    settled(doctor)


def reads_and_ends(midwife, handed):
    """It is the midwife's again until she has said that it is over."""
    midwife.goto("/")
    midwife.get_by_role("link", name="Tilkalling").first.click()
    midwife.wait_for_url(handed + "*")
    assert "Besvart" in midwife.locator("#hast").inner_text()
    assert "Innleggelse på Kvinneklinikken: i dag kl. 14" in midwife.locator("main").inner_text()
    midwife.locator("summary", has_text="Avslutt").click()
    midwife.locator("#tekst-avslutt").fill("Innlagt, plan mottatt")
    midwife.get_by_role("button", name="Avslutt").click()
    midwife.wait_for_url("**?gjort=1")
    menu(midwife, "Arbeidsliste")
    assert handed.rpartition("/")[2] not in midwife.content(), "ended by her, with a reason"
    chart(midwife, "Maren Skjelstad")
    tab(midwife, "Plan")
    assert "Plan etter tilkalling" in midwife.locator("#planer").inner_text()


def sees_the_plan(woman, title, *told):
    """The woman, on her first page and in her plan."""
    assert title in woman.locator("#avtalt").inner_text()
    tab(woman, "Plan")
    plan = woman.locator("#planer").inner_text()
    for said in told:
        assert said in plan


def test_raised_pressure_is_rung_taken_by_name_and_answered_with_a_plan(window, faults, settled, region, key_home):
    midwife = window(persona="jordmor")
    chart(midwife, "Maren Skjelstad")
    with counted(midwife, "T18"):
        measured(midwife)
        midwife.keyboard.press("Enter")
        midwife.locator("[data-waits]").wait_for()
    settled(midwife)
    tab(midwife, "Oversikt")
    measured(midwife)
    midwife.get_by_label("Protein i urin").select_option("1+")
    midwife.keyboard.press("Control+Enter")
    midwife.locator("[data-waits]").wait_for()
    handed = rings(midwife, faults)
    # the minutes are up: it goes to the next on duty by name, and her page says so by itself
    keeps(region, key_home, handed.partition("/arbeid/")[2])
    midwife.locator("#hast", has_text="Ring nå.").wait_for()
    assert "Den er hos Kristin Ytterhus" in midwife.locator("#hast").inner_text()
    doctor = window(390, dark=True, persona="fodselslege")
    takes(doctor)
    midwife.reload()
    assert "Kristin Ytterhus har den." in midwife.locator("#hast").inner_text()
    answers(doctor, faults, settled)
    reads_and_ends(midwife, handed)
    told = ("Innleggelse på Kvinneklinikken", "i dag kl. 14", "Vi vil følge blodtrykket ditt")
    sees_the_plan(become(midwife, "Maren Skjelstad"), "Plan etter tilkalling", *told)
    for page in (midwife, doctor):
        assert page.troubles == []


def test_the_obstetrician_answers_what_waits_for_her_with_a_plan_that_midwife_and_woman_see(window, settled):
    """What is ready for her in the region, whether or not anybody has rung."""
    doctor = window(persona="fodselslege")
    follow(doctor, doctor.get_by_role("link", name="Henvisning: Høyt blodtrykk i svangerskapet"))
    doctor.get_by_role("button", name="Ta den").click()
    doctor.get_by_role("link", name="Svar med plan").click()
    doctor.get_by_label("Tiltak").fill("Labetalol: fra i kveld\nKontroll på Kvinneklinikken: i morgen kl. 9")
    doctor.get_by_label("Til pasienten").fill("Du får en medisin for blodtrykket, og vi ser deg i morgen.")
    doctor.get_by_role("button", name="Signer og svar").click()
    settled(doctor)
    midwife = window(persona="jordmor")
    work = midwife.locator("section[aria-labelledby=arbeid] li", has_text="Silje Hestdal")
    follow(midwife, work.locator(".fact a"))
    assert "Kontroll på Kvinneklinikken: i morgen kl. 9" in midwife.locator("main").inner_text()
    chart(midwife, "Silje Hestdal")
    tab(midwife, "Plan")
    assert "Plan etter henvisning" in midwife.locator("#planer").inner_text()
    told = ("Labetalol", "Kontroll på Kvinneklinikken", "i morgen kl. 9", "vi ser deg i morgen")
    sees_the_plan(become(midwife, "Silje Hestdal"), "Plan etter henvisning", *told)
    assert doctor.troubles + midwife.troubles == []
