"""Clicks and keys of what staff do all day, against their budgets (docs/clicks.md)."""

import pytest
from clicks import counted

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_next_patient_and_what_matters_about_him(window):
    page = window(persona="fastlege")
    page.goto("/")
    with counted(page, "T1"):
        page.get_by_role("link", name="Olav Sæterbø").first.click()
        page.wait_for_url("**/p/*", wait_until="load")
    with counted(page, "T3"):
        for part in ("Kritisk informasjon", "Legemidler", "Problemer"):
            page.get_by_role("heading", name=part).first.wait_for()
    with counted(page, "T4"):
        page.get_by_role("link", name="Kreatinin", exact=True).first.click()
        page.locator("svg").first.wait_for()
    page.goto("/")
    with counted(page, "T2"):
        page.locator("[data-palett]").first.click()
        page.keyboard.type("olav sæ")
        page.locator("#palett [data-person]").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/p/*", wait_until="load")
    page.goto("/")
    with counted(page, "T2", by="keys"):
        page.keyboard.press("Control+k")
        page.keyboard.type("olav sæ")
        page.locator("#palett [data-person]").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/p/*", wait_until="load")


def test_who_has_looked_and_a_block_against_one_of_them(window):
    midwife = window(persona="jordmor")
    midwife.goto("/")
    midwife.get_by_role("link", name="Ida Nordmarken").first.click()
    midwife.wait_for_url("**/p/*", wait_until="load")
    page = window(390, persona="gravid")

    def look():
        page.get_by_role("button", name="Meny", exact=True).click()
        page.get_by_role("link", name="Hvem har sett").first.click()
        page.locator(".look").first.wait_for()

    page.goto("/meg")
    with counted(page, "looked"):
        look()
    page.goto("/meg")
    with counted(page, "block"):
        look()
        page.get_by_role("link", name="Sperr for").last.click()
        page.get_by_role("button", name="Sperr", exact=True).click()
        page.wait_for_url("**/meg/sperringer")
    page.get_by_role("button", name="Opphev sperringen").first.click()
    page.get_by_text("Du har ikke sperret noe.").wait_for()
