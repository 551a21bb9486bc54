"""The GP's first task: the next patient, what came back, a dose, a referral; and who is referred to."""

import pytest
from clicks import counted
from steps import follow, menu, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_next_patient_a_dose_and_a_referral(window, faults, settled):
    page = window(persona="fastlege")
    page.goto("/")
    back = page.locator("section[aria-labelledby=arbeid] li", has_text="Randi Solem")
    assert back.filter(has_text="utenfor det vanlige").count() == 1, "what came back"
    with counted(page, "T1"):
        page.locator("section[aria-labelledby=i-dag]").get_by_role("link", name="Randi Solem").click()
        page.wait_for_url("**/p/*", wait_until="load")
    shown = page.locator("main").inner_text()
    for said in ("Ferritin", "Ramipril kapsler 5 mg", "Kraftige menstruasjoner"):
        assert said in shown

    page.locator(".tabs").get_by_role("link", name="Legemidler").click()
    page.locator(".ways-of a", has_text="Ramipril").filter(has_text="Endre dose").click()
    page.locator("[data-draft] :focus").wait_for()
    page.get_by_label("Dose", exact=True).fill("2 kapsler om morgenen")
    page.get_by_label("Hvorfor").fill("BT 154/98")
    page.get_by_role("button", name="Signer").click()
    settled(page)

    tab(page, "Oversikt")
    with counted(page, "T15"):
        page.get_by_role("link", name="Henvisning").first.click()
        page.locator("[data-draft] :focus").wait_for()
        page.get_by_label("Mottaker").fill("stormo")
        page.keyboard.press("Enter")
        page.locator("input[name=til]:checked").wait_for()
        page.get_by_label("Hva det gjelder").fill("Kraftige blødninger")
        page.get_by_label("Hva du ønsker svar på").fill("Jernmangel. Årsak, og hva kan gjøres?")
        told = page.get_by_label("Fra journalen").input_value()
        page.get_by_role("button", name="Signer og send").click()
        page.locator("[data-waits]").wait_for()
    for said in ("Ramipril kapsler 5 mg, 2 kapsler om morgenen", "Problemer: ", "Ferritin"):
        assert said in told, told
    assert "Gynekolog Stormo" in page.locator(".writing").inner_text()
    assert faults(page) == []
    settled(page)
    tab(page, "Legemidler")
    assert "2 kapsler om morgenen" in page.locator("main").inner_text()

    other = window(persona="avtalespesialist")
    other.goto("/")
    other.locator("section[aria-labelledby=arbeid]").get_by_role("link", name="Kraftige blødninger").click()
    other.wait_for_url("**/arbeid/ServiceRequest/*")
    assert "Jernmangel. Årsak, og hva kan gjøres?" in other.locator("main").inner_text()
    other.get_by_role("button", name="Ta den").click()
    menu(page, "Arbeidsliste")
    follow(page, page.get_by_role("link", name="Sendt og hos andre"))
    page.locator("tr", has_text="Kraftige blødninger").get_by_text("Under arbeid").wait_for()
    assert page.troubles + other.troubles == []
