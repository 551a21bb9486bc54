"""Writing as staff meet it: beside what is read, never lost, seen by others at once, within its budget of clicks."""

import re

import pytest
from clicks import counted
from mortal import FAILED, says
from served import alone, free_port

from felles.care.live import pages as live
from felles.record import writings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_olav(page):
    page.goto("/")
    page.get_by_role("link", name="Olav Sæterbø").first.click()
    page.wait_for_url("**/p/*", wait_until="load")
    return page.url


def note_of(page, text):
    page.get_by_role("link", name="Notat", exact=True).click()
    page.locator("[data-panel] textarea").fill(text)


def text_of(page):
    return page.locator("[data-panel] textarea").input_value()


def saved(page, text):
    """Waits until `text` lies on the server: another page is told so."""
    other = page.context.new_page()
    address = page.url.partition("?")[0].rstrip("/")
    address = re.sub(r"(/p/[a-z0-9]+).*", r"\1/skriv/notat", address)
    for _ in range(60):
        other.goto(address)
        if other.locator("textarea").input_value() == text:
            break
        other.wait_for_timeout(100)
    else:
        raise AssertionError(other.locator("main").inner_text())
    other.close()


def throw_away(page):
    page.get_by_role("button", name="Forkast").click()
    page.get_by_text("Utkastet er forkastet.").wait_for()


def call_back(page):
    """What was signed is a draft again, and thrown away: the record is as it was."""
    page.get_by_role("button", name="Angre").click()
    throw_away(page)


def test_a_draft_survives_its_browser_and_its_session(window, faults, address, mortal):
    page = window(persona="fastlege")
    chart = open_olav(page)
    note_of(page, "Ringte datteren.")
    says(page, "Utkast lagret")
    panel, main = page.locator("[data-panel]").bounding_box(), page.locator("main").bounding_box()
    assert panel["x"] >= main["x"] + main["width"] - 1, "the panel lies over the chart"
    assert faults(page) == []
    # from view to view, with what is written; Esc puts it away and loses nothing
    page.goto(chart + "/prover")
    page.locator("[data-panel] form[data-draft]").wait_for()
    assert text_of(page) == "Ringte datteren."
    page.locator("[data-panel] textarea").press("Escape")
    page.locator("[data-panel]").wait_for(state="hidden")
    assert "Ringte" not in page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    # another browser of hers dies without a word
    other = mortal.page
    other.goto(address)
    other.click("button[value=fastlege]")
    other.goto(chart)
    note_of(other, "Ringte datteren. Avtalt")
    saved(page, "Ringte datteren. Avtalt")
    mortal.kill()
    page.goto(chart)
    page.get_by_role("link", name="Du har et utkast").wait_for()
    page.get_by_role("link", name="Notat", exact=True).click()
    page.locator("[data-panel] textarea").wait_for()
    assert text_of(page) == "Ringte datteren. Avtalt"
    # her session ends while she types: the text stands, and is kept once she has signed in beside it
    page.context.clear_cookies()
    page.locator("[data-panel] textarea").fill("Ringte datteren. Avtalt ny time.")
    says(page, "Ikke lagret: du er logget ut.")
    assert text_of(page) == "Ringte datteren. Avtalt ny time."
    with page.context.expect_page() as opens:
        page.locator("[data-saved]").get_by_role("link", name="Logg inn").click()
    opens.value.click("button[value=fastlege]")
    says(page, "Utkast lagret")
    page.reload()
    page.locator("[data-panel] form[data-draft]").wait_for()
    assert text_of(page) == "Ringte datteren. Avtalt ny time."
    throw_away(page)


def test_what_cannot_be_kept_is_neither_signed_away_nor_put_away(window):
    page = window(persona="fastlege")
    chart = open_olav(page)
    note_of(page, "Ringte datteren.")
    says(page, "Utkast lagret")
    page.context.clear_cookies()
    out = "Ikke lagret: du er logget ut."
    page.locator("[data-panel] textarea").fill("Ringte datteren. Avtalt ny time.")
    says(page, out)
    for way in (
        page.get_by_role("button", name="Signer"),
        page.locator("[data-panel] [data-close]"),
        page.get_by_role("link", name="Måling", exact=True),
    ):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            way.click()
        says(page, out)
        assert (text_of(page), page.url) == ("Ringte datteren. Avtalt ny time.", chart)
    page.locator("[data-panel] textarea").press("Escape")
    says(page, out)
    # nor does it become another's who signs in beside it
    other = page.context.new_page()
    other.goto("/")
    other.click("button[value=hjemmesykepleier]")
    other.wait_for_load_state()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Signer").click()
    says(page, out)
    assert text_of(page) == "Ringte datteren. Avtalt ny time."
    other.goto(f"{chart}/skriv/notat")
    assert other.locator("textarea").input_value() == ""
    other.context.clear_cookies()
    other.goto("/")
    other.click("button[value=fastlege]")
    says(page, "Utkast lagret")
    page.locator("[data-panel] [data-close]").click()  # the twin: what is kept is put away
    page.locator("[data-panel]").wait_for(state="hidden")
    page.get_by_role("link", name="Notat", exact=True).click()
    page.locator("[data-panel] textarea").wait_for()
    assert text_of(page) == "Ringte datteren. Avtalt ny time."
    throw_away(page)


def test_a_draft_is_sent_within_two_seconds_of_the_first_letter_also_while_one_goes_on_typing(window):
    """By the page's own clock, which the test moves on: the letter alone, and letters that leave no pause."""
    page = window(persona="fastlege")
    page.clock.install()
    open_olav(page)
    page.get_by_role("link", name="Notat", exact=True).click()
    page.locator("[data-panel] textarea:focus").wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    sent = []
    page.on("request", lambda asked: sent.append(asked.post_data) if asked.method == "POST" else None)
    page.keyboard.type("E")
    page.clock.run_for(100)
    assert sent == [], "not with every letter"
    with page.expect_response(lambda answer: answer.request.method == "POST", timeout=5_000):
        page.clock.run_for(1900)
    assert len(sent) == 1
    for letter in "n to tre":  # one each quarter of a second, for two seconds
        page.keyboard.type(letter)
        page.clock.run_for(250)
    assert len(sent) > 1, "waits for no pause"
    page.clock.resume()
    says(page, "Utkast lagret")
    page.reload()
    throw_away(page)


def test_two_windows_at_one_draft_lose_no_text(window, faults):
    page, other = window(390, persona="fastlege"), window(390, persona="fastlege")
    for each in (page, other):
        open_olav(each)
        each.get_by_role("link", name="Notat", exact=True).click()
        each.locator("[data-panel] textarea").wait_for()
    other.locator("textarea").fill("Fra det ene vinduet")
    says(other, "Utkast lagret")
    page.locator("textarea").fill("Fra det andre vinduet")
    page.get_by_text("Du har skrevet i to vinduer.").wait_for()
    assert page.locator("[data-panel]").bounding_box()["width"] == 390
    assert faults(page) == []
    page.get_by_role("button", name="Behold begge").click()
    page.locator("form[data-draft]").wait_for()
    assert text_of(page) == "Fra det ene vinduet\n\nFra det andre vinduet"
    throw_away(page)


def test_what_one_window_writes_on_after_another_signed_stands_and_is_kept(window, monkeypatch):
    monkeypatch.setattr(writings, "WAIT", 60_000_000)  # it is called back again
    page, other = window(persona="fastlege"), window(persona="fastlege")
    for each in (page, other):
        open_olav(each)
        note_of(each, "Ringte datteren.")
        says(each, "Utkast lagret")
    page.get_by_role("button", name="Signer").click()
    page.get_by_text("Signert.").wait_for()
    other.locator("[data-panel] textarea").fill("Ringte datteren. Avtalt ny time.")
    says(other, "Det som sto her, er alt signert. Utkast lagret")
    assert text_of(other) == "Ringte datteren. Avtalt ny time."
    other.locator("[data-panel] textarea").fill("Ringte datteren. Avtalt ny time i morgen.")
    saved(other, "Ringte datteren. Avtalt ny time i morgen.")
    other.reload()
    other.locator("[data-panel] form[data-draft]").wait_for()
    assert text_of(other) == "Ringte datteren. Avtalt ny time i morgen."
    throw_away(other)
    call_back(page)


def test_a_draft_survives_its_server(window, region, key_home):
    port = free_port()
    page = window()
    with alone(region, key_home, port):
        page.goto(f"http://127.0.0.1:{port}/")
        page.click("button[value=fastlege]")
        page.get_by_role("link", name="Olav Sæterbø").first.click()
        page.wait_for_url("**/p/*", wait_until="load")
        note_of(page, "Før serveren døde.")
        says(page, "Utkast lagret")
    page.locator("textarea").fill("Før serveren døde, og mens den var borte.")
    says(page, FAILED)
    with alone(region, key_home, port):
        says(page, "Utkast lagret")
        page.reload()
        page.locator("[data-panel] form[data-draft]").wait_for()
        assert text_of(page) == "Før serveren døde, og mens den var borte."
        throw_away(page)


def test_what_one_signs_another_sees_without_reloading(window, monkeypatch):
    monkeypatch.setattr(writings, "WAIT", 1_500_000)  # to call it back, in the place of ten seconds
    monkeypatch.setattr(live, "BEAT", 0.2)
    doctor, nurse = window(persona="fastlege"), window(persona="hjemmesykepleier")
    open_olav(doctor)
    open_olav(nurse)
    nurse.goto(f"{nurse.url}/journal")
    note_of(doctor, "Det hjemmesykepleieren må vite i dag.")
    doctor.get_by_role("button", name="Signer").click()
    doctor.get_by_text("Ført inn i journalen.").wait_for()
    nurse.get_by_role("button", name="Vis", exact=True).click(timeout=15_000)
    nurse.get_by_text("må vite i dag").first.wait_for()
    doctor.get_by_role("link", name="Se oppføringen").click()
    doctor.get_by_role("link", name="Rett eller legg til").click()
    doctor.get_by_label("Det som rettes eller legges til").fill("Gjelder fra i kveld.")
    doctor.get_by_role("button", name="Signer").click()
    doctor.get_by_text("Ført inn i journalen.").wait_for()
    nurse.get_by_role("button", name="Vis", exact=True).click(timeout=15_000)


def test_clicks_are_within_their_budget(window, monkeypatch):
    """A note (T6), pressure, pulse and weight (T18), a change of dose (T9), stopping with a reason (T10)."""
    monkeypatch.setattr(writings, "WAIT", 60_000_000)  # all is called back again
    page = window(persona="fastlege")
    chart = open_olav(page)
    with counted(page, "T6"):
        page.get_by_role("link", name="Notat", exact=True).click()
        page.locator("#tekst:focus, #tittel:focus").wait_for()
        page.locator("#tekst").fill("Teksten.")
        page.get_by_role("button", name="Signer").click()
        page.get_by_text("Signert.").wait_for()
    call_back(page)
    for task, button, field, said in (
        ("T9", "Endre dose", "Dose", "2 kapsler om morgenen"),
        ("T10", "Seponer", "Hvorfor", "Svimmel"),
    ):
        page.goto(chart)
        with counted(page, task):
            page.get_by_role("link", name="Legemidler", exact=True).click()
            page.wait_for_url("**/legemidler", wait_until="load")
            page.get_by_role("link", name=re.compile(f"^{button}")).first.click()
            page.get_by_label(field, exact=True).fill(said)
            page.get_by_role("button", name="Signer").click()
            page.get_by_text("Signert.").wait_for()
        call_back(page)
    # by the keyboard alone; a mistake is named, and what was typed stays
    page.goto(chart)
    with counted(page, "T18", by="keys"):
        page.keyboard.press("n")
        page.keyboard.press("v")
        page.locator("#overtrykk:focus").wait_for()
        for text in ("132", "84", "72", "81,5"):
            page.keyboard.insert_text(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Control+Enter")
        page.get_by_text("Signert.").wait_for()
    call_back(page)
    page.goto(chart)
    page.get_by_role("link", name="Måling", exact=True).click()
    page.locator("#overtrykk:focus").wait_for()
    page.keyboard.insert_text("84")
    page.keyboard.press("Control+Enter")
    page.locator(".ds-error-summary:focus").wait_for()
    assert page.get_by_label("Overtrykk").input_value() == "84"
    assert page.get_by_text("Blodtrykk har to tall").first.is_visible()
    throw_away(page)
