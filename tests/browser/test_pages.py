"""The first pages as people meet them: every state, wide and narrow, light and dark, by keyboard alone."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = [1440, 390, 320]


def open_olav(page):
    page.goto("/")
    page.get_by_role("link", name="Olav Sæterbø").click()
    page.wait_for_url("**/p/*", wait_until="load")


def pages_of_staff(page):
    """Each page and state of staff, by name."""
    page.goto("/")
    yield "my people"
    open_olav(page)
    yield "overview"
    page.locator("details.course summary").click()
    yield "overview with its table"
    page.locator(".values th a").first.click()
    yield "an entry"
    page.goto("/finn")
    yield "the search"
    page.get_by_role("button", name="Søk med nummer").click()
    yield "the search with a mistake"
    page.get_by_label("Navn", exact=True).fill("Finnes Ikke")
    page.get_by_label("Fødselsdato").fill("01.01.1901")
    page.get_by_role("button", name="Søk med navn").click()
    yield "the search without results"
    open_olav(page)
    chart = page.url
    page.locator("a.why").click()
    page.wait_for_url("**/tilgang")
    yield "why this is open"
    page.goto(chart)
    page.locator(".lines a").first.click()
    page.wait_for_url("**/e/**")
    page.get_by_role("link", name="Hvorfor ser jeg dette?").click()
    page.wait_for_url("**/hvorfor")
    yield "why an entry is seen"
    page.goto(f"{chart}/apne")
    yield "the ways in"
    page.goto(f"{chart}/apne?vei=nodrett")
    page.get_by_role("button", name="Åpne alt").click()
    yield "a way in with a mistake"
    page.goto("/p/nobody")
    yield "nothing here"
    page.get_by_role("link", name="Hvorfor ser jeg den ikke?").click()
    page.wait_for_url("**/tilgang")
    yield "why it is not open"
    page.goto("/bytt")
    yield "everybody one can be"
    page.get_by_role("link", name="Meld feil i Felles").click()
    page.get_by_role("button", name="Send meldingen").click()
    yield "a report of a fault with a mistake"
    page.goto(f"{chart}/sok")
    page.get_by_label("Ord, forkortelse eller kode").fill("I10")
    page.get_by_role("button", name="Søk", exact=True).click()
    yield "words found in the record"


def pages_of_a_citizen(page):
    """Each page and state of citizens, by name."""
    page.goto("/meg")
    yield "my record"
    page.locator("#legemidler a, #tidslinje a").first.click()
    yield "an entry of mine"
    page.goto("/meg/innsyn")
    yield "who has looked"
    page.get_by_role("link", name="Hvorfor kunne de det?").first.click()
    page.wait_for_url("**/hvorfor?*")
    yield "why they could"
    page.goto("/meg/tilgang")
    yield "who could open it now"
    page.locator("summary").first.click()
    yield "who could open it now, with what a role sees"
    page.goto("/for/nobody/tilgang")
    yield "why she acts for nobody"
    for path in ("/meg/personvern", "/meg/sperringer", "/meg/sperringer/ny", "/meg/apninger"):
        page.goto(path)
        yield path
    page.goto("/meg/sperringer/ny")
    page.get_by_label("Alt i journalen").check()
    page.get_by_label("Alle som arbeider i helsetjenesten").check()
    page.get_by_role("button", name="Vis hva som blir skjult").click()
    yield "what a block hides"
    page.goto("/finn")
    yield "refused"


# Contrast hangs on the colours alone, what is where on the width alone: each of them twice, not all with all.
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (320, True)])
def test_every_page_is_clean(window, faults, width, dark):
    page = window(width, dark=dark)
    page.goto("/")
    assert faults(page) == [], "front"
    for persona, pages in (("fastlege", pages_of_staff), ("gravid", pages_of_a_citizen)):
        page = window(width, dark=dark, persona=persona)
        for name in pages(page):
            assert faults(page) == [], name
        assert [t for t in page.troubles if "status of 4" not in t] == []


def test_targets_are_large_enough_for_a_thumb(window):
    page = window(390, persona="fastlege")
    open_olav(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main summary, main button, nav a, header button')]
            .map((e) => [e.textContent.trim(), e.getBoundingClientRect().height])
            .filter(([text, height]) => height > 0 && height < 43.5)"""
    )
    assert [text for text, _ in small if text != "Se grunnlaget"] == []  # inside a sentence


def test_a_chart_is_opened_and_read_by_keyboard_alone(window):
    page = window()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hopp til innholdet"
    page.keyboard.press("Enter")
    page.locator("button[value=fastlege]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.get_by_role("link", name="Olav Sæterbø").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/*")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
                const e = document.activeElement, box = e.getBoundingClientRect();
                const strip = document.querySelector('.pinned').getBoundingClientRect();
                const hidden = !e.closest('.pinned, .top') && box.bottom <= strip.bottom && strip.top <= 0;
                return [e.tagName + e.textContent.trim().slice(0, 40), hidden, getComputedStyle(e).outlineStyle];
            }"""
        )
        assert not place[1], f"hidden under the strip: {place[0]}"
        if place[0].startswith("A"):
            assert place[2] != "none", f"no mark of focus: {place[0]}"
        seen.add(place[0])
    assert len(seen) > 20


def test_control_k_leads_to_the_search_for_a_person_or_in_the_open_record(window, faults):
    page = window(persona="fastlege")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.wait_for_url("**/finn")
    open_olav(page)
    page.keyboard.press("Control+k")
    page.wait_for_url("**/p/*/sok")
    page.keyboard.type("hofteprotese")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert faults(page) == []
    page.locator(".hits a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/e/**")
    assert "protese" in page.locator("main").inner_text().lower()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_citizen_finds_words_in_her_own_record(window, faults, width):
    page = window(width, dark=width == 390, persona="gravid", language="en-GB")
    page.goto("/meg/sok")
    page.get_by_label("Word, abbreviation or code").fill("BT")
    page.get_by_role("button", name="Search").click()
    assert "Blodtrykk" in page.locator(".hits").inner_text()
    assert faults(page) == []
    page.get_by_label("Word, abbreviation or code").fill("finnesikke")
    page.get_by_role("button", name="Search").click()
    assert page.locator(".absent[data-state=unrecorded]").count() == 1
    assert faults(page) == []


def test_a_mistake_takes_the_focus_and_leads_to_its_field(window):
    page = window(persona="fastlege")
    page.goto("/finn")
    page.get_by_role("button", name="Søk med nummer").click()
    assert "Rett opp dette" in page.evaluate("document.activeElement.textContent")
    page.locator(".ds-error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "nummer"
    assert page.locator("#nummer").get_attribute("aria-invalid") == "true"


def test_no_name_and_no_number_stands_in_tab_or_address(window):
    page = window(persona="fastlege")
    open_olav(page)
    assert page.title().startswith("Oversikt – O.S. ")
    page.locator(".values th a").first.click()
    assert "Olav" not in page.title() + page.url
    assert not re.search(r"\d{11}", page.url)


def test_reading_needs_no_script(window):
    page = window(390, persona="gravid", script=False)
    assert page.get_by_role("heading", level=1).inner_text() == "Hei, Ida Nordmarken"
    page.get_by_role("link", name="Se hvem som har sett den").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Hvem har sett journalen din"


def test_staff_opens_and_the_citizen_sees_it(window):
    nurse = window(persona="hjemmesykepleier")
    open_olav(nurse)
    citizen = window(390, persona="eldre")
    citizen.goto("/meg/innsyn")
    look = citizen.locator(".look", has_text="Lise Moan").first
    assert "åpnet journalen din" in look.inner_text()
    assert "Hjemmesykepleier" in look.inner_text()


@pytest.mark.parametrize(("language", "word"), [("nn-NO", "Kritisk informasjon"), ("en-GB", "Critical information")])
def test_the_page_follows_the_browsers_language(window, faults, language, word):
    page = window(persona="fastlege", language=language)
    open_olav(page)
    assert page.locator("html").get_attribute("lang") == language[:2]
    assert word in page.locator(".critical").inner_text()
    assert faults(page) == []


def test_the_strip_stays_while_the_chart_is_scrolled(window):
    page = window(persona="fastlege")
    page.set_viewport_size({"width": 1440, "height": 400})
    open_olav(page)
    page.mouse.wheel(0, 2000)
    page.wait_for_function("window.scrollY > 100")
    assert page.locator(".strip h1").bounding_box()["y"] >= 0


def test_on_paper_there_is_the_chart_and_no_navigation(window):
    page = window(persona="fastlege")
    open_olav(page)
    page.emulate_media(media="print")
    assert page.locator(".strip h1").is_visible()
    assert page.locator("#legemidler").is_visible()
    assert not page.locator(".top").is_visible()
    assert not page.locator(".foot").is_visible()


def test_two_personas_stand_side_by_side_in_one_browser(window, address):
    page = window()
    port = address.rpartition(":")[2]
    page.goto(f"http://hjemmesykepleier.localhost:{port}/")
    assert "Lise Moan" in page.locator(".me").inner_text()
    page.get_by_role("link", name="Olav Sæterbø").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Se innsynet som Olav Sæterbø").click()
    beside = opened.value
    beside.wait_for_load_state()
    assert beside.url == f"http://eldre.localhost:{port}/meg/innsyn"
    assert "Lise Moan" in beside.locator(".look").first.inner_text()
    page.reload()
    assert "Lise Moan" in page.locator(".me").inner_text()


def test_the_bar_moves_the_clock_from_the_page_one_is_on(window):
    page = window(persona="fastlege")
    page.goto("/finn")
    before = page.locator(".clock > span").inner_text()
    page.get_by_role("button", name="+1 dag").click()
    page.wait_for_load_state()
    assert page.url.endswith("/finn")
    assert page.locator(".clock > span").inner_text() != before
    page.get_by_role("button", name="Still tilbake").click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Still tilbake").count() == 0
