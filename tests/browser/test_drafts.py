"""What a citizen writes to those who follow her, and staff at `/arbeid`: never lost, whatever dies or ends."""

import re

import pytest
from mortal import FAILED, says
from served import alone, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW = "/meg/meldinger/ny"
ASKED = "Jeg har vondt i hodet om kvelden"


def message(page, address=""):
    """The field of a message to write, in its page."""
    page.goto(address + NEW)
    field = page.get_by_label("Hva vil du spørre om eller fortelle?")
    field.wait_for()
    return field


def types(field, text):
    """Goes on where the text ends."""
    field.press("Control+End")
    field.press_sequentially(text)


def lies(page, field_of, text):
    """Waits until `text` lies on the server: another page of the same visitor finds it in its field."""
    other = page.context.new_page()
    for _ in range(60):
        if field_of(other).input_value() == text:
            break
        other.wait_for_timeout(100)
    else:
        raise AssertionError(other.locator("main").inner_text())
    other.close()


def throw_away(page, where="/meg/meldinger"):
    """Whatever was begun is thrown away: the next test finds nothing."""
    page.goto(where)
    while page.get_by_role("button", name="Forkast").count():
        page.get_by_role("button", name="Forkast").first.click()
        page.get_by_text("Utkastet er forkastet.").wait_for()
        page.goto(where)


def test_a_message_survives_its_browser_and_its_session_and_is_sent_once(window, faults, address, mortal):
    page = window(390, persona="gravid")
    field = message(page)
    types(field, "Kan jeg fly")
    says(page, "Utkast lagret")
    assert faults(page) == []
    assert "Kan jeg" not in page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    # another browser of hers dies without a word
    other = mortal.page
    other.goto(address)
    other.click("button[value=gravid]")
    there = message(other, address)
    assert there.input_value() == "Kan jeg fly"
    types(there, " nå")
    lies(page, message, "Kan jeg fly nå")
    mortal.kill()
    field = message(page)
    assert field.input_value() == "Kan jeg fly nå"
    # her session ends while she types: it stands, is not taken away by sending, and is kept once she has signed in
    page.context.clear_cookies()
    types(field, " i uke 36?")
    says(page, "Ikke lagret: du er logget ut.")
    page.get_by_role("button", name="Send").click()
    says(page, "Ikke lagret: du er logget ut.")
    assert field.input_value() == "Kan jeg fly nå i uke 36?"
    with page.context.expect_page() as opens:
        page.locator("[data-saved]").get_by_role("link", name="Logg inn").click()
    opens.value.click("button[value=gravid]")
    says(page, "Utkast lagret")
    field = message(page)
    assert field.input_value() == "Kan jeg fly nå i uke 36?"
    types(field, " Takk.")
    page.get_by_role("button", name="Send").click()  # at once: what is not saved yet is not lost either
    page.wait_for_url("**/meg/meldinger?sendt=1")
    assert page.locator("article", has_text="i uke 36? Takk.").count() == 1
    assert page.get_by_text("Ikke sendt").count() == 0
    assert message(page).input_value() == ""


def test_two_windows_at_one_message_lose_no_text(window, faults):
    page, other = window(390, persona="gravid"), window(390, persona="gravid")
    fields = [message(each) for each in (page, other)]
    fields[1].fill("Fra det ene vinduet")
    says(other, "Utkast lagret")
    fields[0].fill("Fra det andre vinduet")
    page.get_by_text("Du har skrevet i to vinduer.").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Behold begge").click()
    field = page.get_by_label("Hva vil du spørre om eller fortelle?")
    field.wait_for()
    assert field.input_value() == "Fra det ene vinduet\n\nFra det andre vinduet"
    throw_away(page)


def test_a_message_survives_its_server(window, region, key_home):
    port = free_port()
    page = window()
    url = f"http://127.0.0.1:{port}"
    with alone(region, key_home, port):
        page.goto(url)
        page.click("button[value=gravid]")
        field = message(page, url)
        field.fill("Før serveren døde.")
        says(page, "Utkast lagret")
    field.fill("Før serveren døde, og mens den var borte.")
    says(page, FAILED)
    page.get_by_role("button", name="Send").click()  # nobody is there to take it: the page stays
    says(page, FAILED)
    with alone(region, key_home, port):
        says(page, "Utkast lagret")
        assert message(page, url).input_value() == "Før serveren døde, og mens den var borte."
        throw_away(page, f"{url}/meg/meldinger")


def work(page, path):
    """The field of a question back, on the page of a hand-over."""
    page.goto(path)
    part = page.locator("details", has_text="Spør tilbake")
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part.get_by_label("Skriv", exact=True)


@pytest.fixture
def path(window, settled):
    """The address of a message of the pregnant woman on her midwife's list; in the end it is answered."""
    woman, midwife = window(390, persona="gravid", script=False), window(persona="jordmor")
    message(woman).fill(ASKED)
    woman.get_by_role("button", name="Send").click()
    woman.wait_for_url("**/meg/meldinger?sendt=1")
    midwife.goto("/arbeid")
    yield midwife.get_by_role("link", name=ASKED).first.get_attribute("href")
    throw_away(midwife, "/arbeid")
    midwife.get_by_role("link", name=ASKED).first.click()
    midwife.locator("summary", has_text=re.compile("^Svar$")).click()
    midwife.locator("#tekst-svar").fill("Da ses vi på timen.")
    midwife.locator("#utkast-arbeid-svar").get_by_role("button", name="Svar").click()
    midwife.wait_for_url("**/arbeid?sendes=*")
    settled(midwife)


def test_what_is_said_in_a_hand_over_survives_its_browser_and_its_session(window, faults, address, mortal, path):
    page = window(persona="jordmor")
    field = work(page, path)
    types(field, "Siden når")
    says(page.locator("details[open]"), "Utkast lagret")
    assert faults(page) == []
    other = mortal.page
    other.goto(address)
    other.click("button[value=jordmor]")
    there = work(other, address + path)
    assert there.input_value() == "Siden når"
    types(there, " har hun")
    lies(page, lambda each: work(each, path), "Siden når har hun")
    mortal.kill()
    field = work(page, path)
    assert field.input_value() == "Siden når har hun"
    page.context.clear_cookies()
    types(field, " hodepine?")
    says(page.locator("details[open]"), "Ikke lagret: du er logget ut.")
    assert field.input_value() == "Siden når har hun hodepine?"
    with page.context.expect_page() as opens:
        page.locator("[data-saved]").get_by_role("link", name="Logg inn").click()
    opens.value.click("button[value=jordmor]")
    says(page.locator("details[open]"), "Utkast lagret")
    assert work(page, path).input_value() == "Siden når har hun hodepine?"
    page.goto("/arbeid")
    page.get_by_text(re.compile("Ikke sendt: Spør tilbake")).wait_for()
    assert faults(page) == []
    throw_away(page, "/arbeid")


def test_two_windows_at_one_hand_over_lose_no_text(window, faults, path):
    page, other = window(persona="jordmor"), window(persona="jordmor")
    fields = [work(each, path) for each in (page, other)]
    fields[1].fill("Fra det ene vinduet")
    says(other.locator("details[open]"), "Utkast lagret")
    fields[0].fill("Fra det andre vinduet")
    page.get_by_text("Du har skrevet i to vinduer.").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Behold begge").click()
    page.wait_for_url(f"**{path}")
    assert work(page, path).input_value() == "Fra det ene vinduet\n\nFra det andre vinduet"
    throw_away(page, "/arbeid")
