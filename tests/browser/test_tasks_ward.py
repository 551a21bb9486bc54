"""The ward's first tasks: the nurse reports him ready and the municipality answers; the doctor discharges him."""

import pytest
from clicks import counted
from steps import acts, chart, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def writes(page, link):
    page.get_by_role("link", name=link).first.click()
    page.locator("[data-draft] :focus").wait_for()


def reports_ready(nurse, faults, settled):
    writes(nurse, "Meld utskrivningsklar")
    form = nurse.locator("[data-draft]")
    assert form.locator("input[name=til]:checked").count() == 1, "the service that follows him, from the record"
    assert "Bor alene i enebolig" in form.get_by_label("Fra journalen").input_value()
    form.get_by_label("Hva som trengs").fill("Tilsyn daglig den første uka, dosett, toalettforhøyer.")
    nurse.evaluate("scrollTo(0, 0)")  # where the strip lies over no link
    assert faults(nurse) == []
    form.get_by_role("button", name="Send til kommunen").click()
    settled(nurse)


def offers(home, faults, settled):
    home.goto("/")
    home.locator("section[aria-labelledby=arbeid]").get_by_role("link", name="Utskrivningsklar pasient").click()
    home.wait_for_url("**/arbeid/Task/*")
    home.get_by_role("button", name="Ta den").click()
    home.get_by_role("link", name="Svar med tilbud").click()
    home.get_by_label("Til pasienten").fill("Vi kommer morgen og kveld fra du er hjemme.")
    home.evaluate("scrollTo(0, 0)")  # where the strip lies over no link
    assert faults(home) == []
    home.get_by_role("button", name="Signer og svar").click()
    settled(home)


def stops(doctor, settled):
    doctor.locator(".tabs").get_by_role("link", name="Legemidler").click()
    doctor.locator(".ways-of a", has_text="Oksykodon").filter(has_text="Seponer").click()
    doctor.locator("[data-draft] :focus").wait_for()
    doctor.get_by_label("Hvorfor").fill("Ikke lenger vondt nok")
    doctor.get_by_role("button", name="Signer").click()
    settled(doctor)
    tab(doctor, "Oversikt")


def discharges(doctor, faults, settled):
    writes(doctor, "Epikrise og utskriving")
    form = doctor.locator("[data-draft]")
    listed = form.get_by_label("Legemidler ved utskriving").input_value()
    for said in ("Nytt: ", "Pauset: ", "Stoppet: Oksykodon", "fordi: ikke lenger vondt nok"):
        assert said in listed, listed
    assert "Hemiprotese i høyre hofte" in form.get_by_label("Forløp").input_value()
    form.get_by_label("Fastlegen gjør").fill("Kontroll av Hb og kreatinin: om ti dager")
    form.get_by_label("Kommunen gjør").fill("Tilsyn morgen og kveld: fra i dag")
    form.get_by_label("Til pasienten").fill("Du er operert i hofta og kan gå med hele vekten.")
    doctor.evaluate("scrollTo(0, 0)")  # where the strip lies over no link
    assert faults(doctor) == []
    form.get_by_role("button", name="Signer").click()
    settled(doctor)


def test_he_is_reported_ready_and_the_municipality_answers(window, faults, settled):
    nurse = window(persona="sykepleier")
    chart(nurse, "Torleif Grande")
    reports_ready(nurse, faults, settled)
    home = window(390, persona="hjemmesykepleier")
    offers(home, faults, settled)
    nurse.goto("/")
    nurse.locator("section[aria-labelledby=arbeid]").get_by_role("link", name="Utskrivningsklar pasient").click()
    nurse.get_by_text("Tjenester hjemme fra").first.wait_for()
    chart(nurse, "Torleif Grande")
    tab(nurse, "Plan")
    assert "Tilbud fra kommunen" in nurse.locator("#planer").inner_text()
    assert nurse.troubles + home.troubles == []


def test_he_goes_home_with_a_plan_that_everybody_sees(window, faults, settled):
    doctor = window(persona="sykehuslege")
    chart(doctor, "Olav Sæterbø")
    stops(doctor, settled)
    discharges(doctor, faults, settled)
    gp = window(persona="fastlege")
    gp.goto("/")
    work = gp.locator("section[aria-labelledby=arbeid]").inner_text()
    assert "Plan delt: Kontroll av Hb og kreatinin: om ti dager" in work
    chart(gp, "Olav Sæterbø")
    with counted(gp, "T5"):
        gp.get_by_role("link", name="Epikrise", exact=True).first.click()
        gp.wait_for_url("**/e/Composition/**")
    assert "Du er operert i hofta" in gp.locator("main").inner_text()
    chart(gp, "Olav Sæterbø")
    with counted(gp, "T5", by="keys"):
        gp.keyboard.press("g")
        gp.keyboard.press("e")
        gp.wait_for_url("**/e/Composition/**")
    assert "Du er operert i hofta" in gp.locator("main").inner_text()
    home = window(390, persona="hjemmesykepleier")
    shared = home.locator("section[aria-labelledby=arbeid]").inner_text()
    assert "Plan delt: Tilsyn morgen og kveld: fra i dag" in shared

    him = window(390, persona="eldre", script=False)
    daughter = window(390, persona="parorende", script=False)
    acts(daughter, "Olav Sæterbø")
    for page in (him, daughter):
        tab(page, "Plan")
        plan = page.locator("#planer").inner_text()
        for said in (
            "Plan etter utskriving",
            "Du er operert i hofta",
            "Kontroll av Hb og kreatinin",
        ):
            assert said in plan
    assert home.troubles + doctor.troubles + gp.troubles == []
