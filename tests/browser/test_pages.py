"""The first pages as people meet them: every state, wide and narrow, light and dark, by keyboard alone."""

import re
import time

import pytest
from walked import steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = [1440, 390, 320]


def until(page, condition):
    """Waits for a condition on the page, asked from outside: a page's own policy forbids it to evaluate text."""
    late = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < late, f"never came: {condition}"
        page.wait_for_timeout(20)


def open_olav(page):
    page.goto("/")
    page.get_by_role("link", name="Olav Sæterbø").first.click()
    page.wait_for_url("**/p/*", wait_until="load")


def pages_of_results(page, chart):
    """The table of tests, one course, courses beside each other."""
    page.goto(f"{chart}/prover")
    yield "results as a table"
    page.get_by_role("link", name="Kreatinin", exact=True).click()
    yield "one course whole"
    page.goto(f"{chart}/prover?vis=forlop")
    page.locator("form.filter summary").click()
    yield "courses beside each other"


def pages_of_searching(page):
    """The search for a person."""
    page.goto("/finn")
    yield "the search"
    page.get_by_role("button", name="Søk med nummer").click()
    yield "the search with a mistake"
    page.get_by_label("Navn", exact=True).fill("Finnes Ikke")
    page.get_by_label("Fødselsdato").fill("01.01.1901")
    page.get_by_role("button", name="Søk med navn").click()
    yield "the search without results"


def pages_of_staff(page):
    """Each page and state of staff, by name."""
    page.goto("/")
    yield "my people"
    open_olav(page)
    yield "overview"
    page.locator("details.course summary").click()
    yield "overview with its table"
    page.locator(".values th a").first.click()
    yield from pages_of_results(page, re.split("/e/|/prover", page.url)[0])
    yield from pages_of_searching(page)
    open_olav(page)
    chart = page.url
    page.locator("a.why").click()
    page.wait_for_url("**/tilgang")
    yield "why this is open"
    page.goto(chart)
    page.locator(".lines a").first.click()
    page.wait_for_url("**/e/**")
    yield "an entry"
    page.get_by_role("link", name="Hvorfor ser jeg dette?").click()
    page.wait_for_url("**/hvorfor")
    yield "why an entry is seen"
    page.goto(page.url.replace("/hvorfor", "/skjerm"))
    yield "holding an entry back"
    page.goto(page.url.replace("/skjerm", "/flytt"))
    page.get_by_role("button", name="Se over før du flytter").click()
    yield "moving an entry, with mistakes"
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
    for path in ("plan", "familie", "adresse"):
        page.goto(f"{chart}/{path}")
        yield path
    for pages in (medicines_of, pages_of_the_journal):
        yield from pages(page, chart)


def medicines_of(page, chart):
    page.goto(f"{chart}/legemidler")
    page.locator("details.ended summary").click()
    yield "the list of medicines"
    page.goto(f"{chart}/legemidler?vis=tid")
    yield "medicines over time"
    page.goto(f"{chart}/legemidler?dato=nei")
    yield "medicines on a day that cannot be shown"
    page.goto(f"{chart}/vaksiner")
    yield "vaccinations"


def pages_of_the_journal(page, chart):
    """The time line, and the list read by j, k and Enter."""
    page.goto(f"{chart}/journal?vis=tidslinje")
    page.locator("details.course summary").click()
    yield "the journal as a time line, with its table"
    page.goto(f"{chart}/journal")
    page.locator(".entries a").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/journal/**")
    assert page.locator(".pane").is_visible()
    yield "the journal, with an entry to read"


def pages_of_a_citizen(page):
    """Each page and state of citizens, by name."""
    page.goto("/meg")
    yield "my record"
    page.goto("/meg/prover")
    yield "my results"
    page.locator("a[href*='/prover/']").first.click()
    yield "one of my results"
    page.goto("/meg")
    page.locator("#legemidler a, #tidslinje a").first.click()
    page.wait_for_url("**/meg/e/**")
    yield "an entry of mine"
    page.goto(f"{page.url}/feil")
    yield "something is wrong in mine"
    page.goto("/meg/journal")
    page.locator("details.choose summary").click()
    yield "my visits, notes and documents"
    page.locator(".entries a").first.click()
    page.wait_for_url("**/journal/**")
    yield "one of them"
    page.goto("/meg/innsyn")
    yield "who has looked"
    asks = page.get_by_role("link", name="Jeg kjenner ikke igjen dette").first.get_attribute("href")
    page.get_by_role("link", name="Hvorfor kunne de det?").first.click()
    page.wait_for_url("**/hvorfor?*")
    yield "why they could"
    page.goto(asks)
    yield "asking who it was"
    page.goto("/meg/tilgang")
    yield "who could open it now"
    page.locator("summary").first.click()
    yield "who could open it now, with what a role sees"
    page.goto("/for/nobody/tilgang")
    yield "why she acts for nobody"
    for path in (
        "/meg/plan",
        "/meg/timer",
        "/meg/medisiner",
        "/meg/vaksiner",
        "/meg/meg",
        "/meg/apninger",
        "/meg/saker",
        "/meg/sok",
        "/meg/svar",
        "/meg/tilbakeholdt",
        "/meg/fullmakter",
        "/meg/fullmakter/ny",
        "/meg/sperringer",
        "/meg/sperringer/ny",
    ):
        page.goto(path)
        yield path
    page.get_by_label("Alt i journalen").check()
    page.get_by_label("Alle som arbeider i helsetjenesten").check()
    page.get_by_role("button", name="Vis hva som blir skjult").click()
    yield "what a block hides"
    page.goto("/finn")
    yield "refused"


WALKS = [("fastlege", pages_of_staff), ("gravid", pages_of_a_citizen)]
"""Persona → her walk through pages and states. `scripts/pictures.py` takes a picture at each step of such lists."""


def test_every_page_is_clean(window, faults_in_both_shapes):
    page = window()
    page.goto("/")
    assert faults_in_both_shapes(page) == [], "front"
    for persona, pages in WALKS:
        page = window(persona=persona)
        for name in steps(pages(page), page):
            assert faults_in_both_shapes(page) == [], name
        assert [t for t in page.troubles if "status of 4" not in t] == []


def test_targets_are_large_enough_for_a_thumb(window, faults):
    page = window(390, persona="fastlege")
    open_olav(page)
    page.get_by_role("button", name="Meny").click()
    assert faults(page) == []
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
    page.get_by_role("link", name="Olav Sæterbø").first.focus()
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


def options(page):
    return page.locator("#palett [role=option]")


def test_the_palette_finds_people_pages_and_words_by_keyboard_alone(window, faults):
    page = window(dark=True, persona="fastlege")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("olav sæ")
    page.locator("#palett [data-person]").wait_for()
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/*")
    page.keyboard.press("Control+k")
    options(page).first.wait_for()
    assert "Oversikt" in options(page).first.inner_text()
    page.keyboard.type("hofteprotese")
    page.locator("#palett mark").first.wait_for()
    assert page.locator("#palett [aria-selected=true]").count() == 1
    active = page.locator("#palett-ord").get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("#palett-ord").get_attribute("aria-activedescendant") == active
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.get_by_role("status").filter(has_text="treff").wait_for()
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/e/**")
    assert "protese" in page.locator("main").inner_text().lower()
    assert "hofteprotese" not in page.evaluate("location.pathname + location.search")
    page.keyboard.press("Control+k")
    page.keyboard.type("ol")
    page.keyboard.press("Escape")
    assert not page.locator("#palett").is_visible()
    until(page, "!document.getElementById('palett-ord').value")  # the dialogue's end is told of a moment later
    assert options(page).count() == 0  # nothing that was found stays behind


def test_single_keys_lead_to_views_where_nothing_is_typed_and_can_be_switched_off(window, faults):
    page = window(persona="fastlege")
    open_olav(page)
    page.locator(".values th a").first.click()
    page.wait_for_url("**/prover/**")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Hurtigtaster").is_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/p/*")
    page.goto("/finn")
    page.get_by_label("Navn", exact=True).press("?")
    assert page.get_by_label("Navn", exact=True).input_value() == "?"
    page.get_by_role("button", name="Hurtigtaster").click()
    page.get_by_label("Bruk taster uten Ctrl").uncheck()
    page.goto("/finn")
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert page.url.endswith("/finn")
    assert page.locator("dialog[open]").count() == 0


def test_on_a_phone_a_drawing_begins_at_its_newest_end_and_the_view_shown_is_in_sight(window):
    page = window(390, persona="fastlege")
    open_olav(page)
    chart = page.url
    page.goto(f"{chart}/prover?vis=forlop")
    place = page.locator(".scroll:has(svg)").first
    left, room = place.evaluate("(e) => [e.scrollLeft, e.scrollWidth - e.clientWidth]")
    assert room > 100, "it does not fit"
    assert abs(left - room) < 2
    page.goto(f"{chart}/familie")
    tab = page.locator(".tabs [aria-current]").bounding_box()
    assert 0 <= tab["x"] <= 390 - tab["width"]


def test_on_a_phone_the_menu_folds_and_opens_without_script(window):
    page = window(390, persona="gravid", script=False)
    page.goto("/meg")
    assert page.locator("header.top").bounding_box()["height"] < 50
    assert page.locator(".demo .fold").bounding_box()["y"] < 50
    assert not page.get_by_role("link", name="Hvem har sett").first.is_visible()
    page.get_by_role("button", name="Meny").click()
    page.get_by_role("navigation", name="Hovedmeny").get_by_role("link", name="Hvem har sett").click()
    page.wait_for_url("**/meg/innsyn")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_citizen_finds_words_in_her_own_record(window, faults, width):
    page = window(width, dark=width == 390, persona="gravid", language="en-GB")
    page.goto("/meg/sok")
    page.get_by_label("Word, abbreviation or code").fill("BT")
    page.get_by_role("button", name="Search").click()
    page.locator(".hits").get_by_text("Blodtrykk").first.wait_for()
    assert faults(page) == []
    page.get_by_label("Word, abbreviation or code").fill("finnesikke")
    page.get_by_role("button", name="Search").click()
    page.locator(".absent[data-state=unrecorded]").wait_for()
    assert faults(page) == []


def test_an_open_chart_shows_anothers_new_entry_without_moving_the_reader(window, faults):
    doctor = window(persona="fastlege")
    open_olav(doctor)
    doctor.set_viewport_size({"width": 1440, "height": 400})
    doctor.mouse.wheel(0, 300)
    until(doctor, "window.scrollY > 200")
    citizen = window(390, persona="eldre")
    citizen.goto("/meg/e/" + entry_of(doctor))
    citizen.get_by_role("link", name="Si fra om feil").click()
    citizen.locator("#hva-merknad").check()
    citizen.locator("textarea").fill("Jeg ser det annerledes")
    citizen.get_by_role("button", name="Send", exact=True).click()
    news = doctor.get_by_role("status").filter(has_text="Noe er nytt i journalen.")
    news.wait_for()
    doctor.evaluate("scrollTo(0, document.body.scrollHeight)")  # where the bar lies over no link
    assert faults(doctor) == []
    doctor.evaluate("scrollTo(0, 300)")
    before = doctor.evaluate("window.scrollY")
    with doctor.expect_response("**/p/*"):
        news.get_by_role("button", name="Vis").click()
    news.wait_for(state="hidden")
    assert abs(doctor.evaluate("window.scrollY") - before) < 5
    assert doctor.troubles == []


def test_a_slow_page_says_what_is_fetched(window):
    page = window(390, dark=True, persona="gravid")
    page.goto("/meg")
    page.evaluate(
        """() => {
            const place = document.querySelector('[data-fetching]');
            const keep = () => place.textContent && sessionStorage.setItem('said', place.textContent);
            new MutationObserver(keep).observe(place, {childList: true});
        }"""
    )
    page.route("**/meg/innsyn", lambda route: (time.sleep(1.5), route.continue_()))
    page.get_by_role("link", name="Se hvem som har sett den").click()
    page.wait_for_url("**/meg/innsyn")
    assert page.evaluate("sessionStorage.getItem('said')") == "Henter: Se hvem som har sett den …"


def entry_of(page):
    """Type and id of a problem of the chart that is open."""
    return page.locator(".lines a").first.get_attribute("href").partition("/e/")[2]


def test_a_mistake_takes_the_focus_and_leads_to_its_field(window):
    page = window(persona="fastlege")
    page.goto("/finn")
    page.get_by_role("button", name="Søk med nummer").click()
    page.locator(".ds-error-summary:focus", has_text="Rett opp dette").wait_for()
    page.locator(".ds-error-summary a").click()
    page.locator("#nummer:focus").wait_for()
    assert page.locator("#nummer").get_attribute("aria-invalid") == "true"


def test_no_name_and_no_number_stands_in_tab_or_address(window):
    page = window(persona="fastlege")
    open_olav(page)
    assert page.title().startswith("Oversikt – O.S. ")
    overview = page.url
    page.locator(".values th a").first.click()
    page.wait_for_url(lambda url: url != overview, wait_until="load")
    assert "Olav" not in page.title() + page.url
    assert not re.search(r"(?<![0-9a-f])\d{11}(?![0-9a-f])", page.url)  # an id may hold as many by chance


def test_reading_needs_no_script(window):
    page = window(390, persona="gravid", script=False)
    assert page.get_by_role("heading", level=1).inner_text() == "Hei, Ida Nordmarken"
    page.get_by_role("link", name="Se hvem som har sett den").click()
    page.get_by_role("heading", level=1, name="Hvem har sett journalen din", exact=True).wait_for()


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
    until(page, "window.scrollY > 100")
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
    page.get_by_role("link", name="Olav Sæterbø").first.click()
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
