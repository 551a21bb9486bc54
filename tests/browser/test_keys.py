"""The same tasks by the keyboard alone, against their budgets of keys (docs/clicks.md): no pointer goes down."""

import pytest
from clicks import counted
from steps import chart, tab

from felles.record import writings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def types(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def signed(page):
    types(page, "Control+Enter")
    page.get_by_text("Signert.").wait_for()


def call_back(page):
    """What was signed is a draft again, and thrown away: the record is as it was."""
    page.get_by_role("button", name="Angre").click()
    page.get_by_role("button", name="Forkast").click()
    page.get_by_text("Utkastet er forkastet.").wait_for()


def test_what_a_gp_looks_for_all_day(window):
    """The next patient (T1), what matters about him (T3), one test (T4)."""
    page = window(persona="fastlege")
    page.goto("/")
    following = page.locator("[data-go=i]")
    assert following.count() == 1
    name = following.inner_text()
    with counted(page, "T1", by="keys"):
        types(page, "g", "i")
        page.wait_for_url("**/p/*", wait_until="load")
    assert name in page.locator("body").inner_text()
    chart(page, "Olav Sæterbø")
    with counted(page, "T3", by="keys"):
        for part in ("Kritisk informasjon", "Legemidler", "Problemer"):
            page.get_by_role("heading", name=part).first.wait_for()
    with counted(page, "T4", by="keys"):
        types(page, "g", "p")
        page.wait_for_url("**/prover", wait_until="load")
        line = page.locator("table.matrix tr", has=page.get_by_role("link", name="Kreatinin", exact=True))
        assert line.locator("strong").inner_text()
        assert line.locator("svg").count() == 1, "its course"
    assert page.troubles == []


def test_what_a_gp_writes_all_day(window, monkeypatch):
    """A note (T6), a change of dose (T9), stopping with a reason (T10), a referral (T15): all called back again."""
    monkeypatch.setattr(writings, "WAIT", 60_000_000)
    page = window(persona="fastlege")
    chart(page, "Olav Sæterbø")
    with counted(page, "T6", by="keys"):
        types(page, "n", "n")
        page.locator("#tekst:focus").wait_for()
        page.keyboard.insert_text("Teksten.")
        signed(page)
    call_back(page)
    tab(page, "Oversikt")
    with counted(page, "T9", by="keys"):
        types(page, "g", "l")
        page.wait_for_url("**/legemidler", wait_until="load")
        types(page, "e", "1")
        page.locator("#hvorfor:focus").wait_for()
        types(page, "Shift+Tab")
        page.keyboard.insert_text("1 tablett annenhver dag")
        signed(page)
    assert "1 tablett annenhver dag" in page.locator(".writing").inner_text()
    call_back(page)
    tab(page, "Oversikt")
    nth = page.locator(".tabs").get_by_role("link", name="Legemidler").get_attribute("aria-keyshortcuts")
    with counted(page, "T10", by="keys"):
        types(page, nth)
        page.wait_for_url("**/legemidler", wait_until="load")
        types(page, "s", "1")
        page.locator("#hvorfor:focus").wait_for()
        page.keyboard.insert_text("Svimmel")
        signed(page)
    call_back(page)
    tab(page, "Oversikt")
    with counted(page, "T15", by="keys"):
        types(page, "n", "h")
        page.locator("#mottaker:focus").wait_for()
        types(page, "s", "t", "o", "Enter")
        page.locator("#hva:focus").wait_for()
        page.keyboard.insert_text("Blødning")
        types(page, "Tab")
        page.keyboard.insert_text("Årsak, og hva kan gjøres?")
        signed(page)
    assert "Stormo" in page.locator(".writing").inner_text()
    call_back(page)
    assert page.troubles == []


def test_a_digit_alone_leads_to_a_part_of_the_record_and_a_number_nowhere(window):
    page = window(persona="fastlege")
    chart(page, "Olav Sæterbø")
    there, part = page.url, page.locator(".tabs a").nth(2)
    page.keyboard.press("?")
    told = page.get_by_role("dialog", name="Hurtigtaster")
    assert "Delene av journalen, fra venstre" in told.inner_text()
    page.keyboard.press("3")
    stays(page, there)
    page.keyboard.press("Escape")
    page.keyboard.type("3105")
    stays(page, there)
    page.keyboard.press("Control+k")
    page.keyboard.press("3")
    assert page.locator("#palett-ord").input_value() == "3"
    page.keyboard.press("Escape")
    stays(page, there)
    page.keyboard.press("s")
    page.wait_for_timeout(1600)
    page.keyboard.press("3")
    stays(page, there)  # it came too late for the letter, and is not alone
    with page.expect_navigation(url=f"**{part.get_attribute('href')}", wait_until="load"):
        page.keyboard.press("3")
    page.get_by_role("button", name="Hurtigtaster").click()
    page.get_by_label("Bruk taster uten Ctrl").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    stays(page, page.url)
    assert page.troubles == []


def stays(page, there):
    """A digit would have led away by now."""
    page.wait_for_timeout(500)
    assert page.url == there
