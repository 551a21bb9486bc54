"""Pages that the first walks leave out: hand-overs, writing, what is new, moving, and all that is read for another."""

import re

import pytest
from beside import asks_back, is_gone, number_of
from walked import steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def chart_of(page, name):
    """The address of a record that her first page leads to."""
    page.goto("/")
    return page.get_by_role("link", name=name).first.get_attribute("href").split("?")[0]


def pages_of_writing(page):
    """The panel beside the chart, each form on a page of its own, mistakes, and what was signed."""
    chart = chart_of(page, "Olav Sæterbø")
    page.goto(chart)
    page.get_by_role("link", name="Notat").first.click()
    page.locator("aside.panel textarea").first.wait_for()
    yield "writing beside the chart"
    page.goto(f"{chart}/skriv")
    yield "what can be written"
    forms = [link.get_attribute("href") for link in page.locator(".writing .ways a").all()]
    assert len(forms) > 4
    for form in forms:
        page.goto(form)
        yield f"writing {form.rpartition('/')[2]}"
    page.get_by_role("button", name=re.compile("^Signer")).click()
    page.locator(".ds-error-summary, [aria-invalid]").first.wait_for()
    yield "writing with mistakes"


def pages_of_handing_over(page):
    """Sending from the chart, the lists, one that was sent."""
    page.goto("/arbeid")
    yield "what needs me"
    chart = chart_of(page, "Olav Sæterbø")
    page.goto(f"{chart}/skriv/oppgave")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".ds-error-summary, [aria-invalid]").first.wait_for()
    yield "sending, with mistakes"
    page.get_by_label("Hva skal gjøres?").fill("Kan dere måle blodtrykket hans før helga?")
    page.get_by_label("Mottaker", exact=True).fill("hjemme")
    page.get_by_role("button", name="Finn mottaker").click()
    page.locator(".pick", has_text="Hjemmetjenesten").first.wait_for()
    yield "sending, with receivers"
    page.goto("/arbeid?sendt=1")
    yield "sent and with others"
    page.locator("table.work a.open").first.click()
    page.locator("#hendt").wait_for()
    yield "what was sent"
    page.goto("/arbeid?kolleger=1")
    yield "with colleagues"
    page.get_by_role("link", name="Fravær").click()
    page.get_by_role("button", name="Sett opp fraværet").click()
    page.locator(".ds-error-summary, [aria-invalid]").first.wait_for()
    yield "a leave, with mistakes"
    page.goto("/ferdige-svar")
    yield "ready answers"
    page.goto("/ferdige-svar/ny")
    page.get_by_role("button", name="Lagre", exact=True).click()
    page.locator(".ds-error-summary, [aria-invalid]").first.wait_for()
    yield "a ready answer, with mistakes"


def pages_of_staff(page):
    """What is new, moving an entry as far as its last step."""
    chart = chart_of(page, "Olav Sæterbø")
    number = number_of(page, "gravid")
    page.goto(f"{chart}/siden")
    yield "what is new since"
    page.goto(chart)
    page.locator("#problemer .lines a").first.click()
    page.wait_for_url("**/e/**")
    page.goto(f"{page.url}/flytt")
    page.get_by_label("Fødselsnummer eller d-nummer").fill(number)
    page.get_by_label("Hvorfor skal den flyttes?").fill("Skrevet i feil journal ved en forveksling")
    page.get_by_role("button", name="Se over før du flytter").click()
    page.get_by_role("button", name=re.compile("^Flytt til")).wait_for()
    yield "moving an entry, to confirm"
    yield from pages_of_writing(page)
    yield from pages_of_handing_over(page)


def pages_for_another(page):
    """All that is read for whom one acts for."""
    page.goto("/for")
    yield "whom one acts for"
    base = page.locator("main a[href^='/for/']").first.get_attribute("href")
    for path, name in (
        ("", "first page for another"),
        ("/journal", "visits and notes of another"),
        ("/prover", "results of another"),
        ("/medisiner", "medicines of another"),
        ("/vaksiner", "vaccinations of another"),
        ("/plan", "plan of another"),
        ("/timer", "visits of another"),
        ("/tilgang", "why one acts"),
        ("/meldinger", "messages of another"),
    ):
        page.goto(base + path)
        yield name
    page.goto(f"{base}/sok")
    page.get_by_label("Ord, forkortelse eller kode").fill("medisiner")
    page.get_by_role("button", name="Søk", exact=True).click()
    page.locator(".hits mark").first.wait_for()
    yield "words found in another's record"
    for path, link, name in (
        ("/journal", ".entries a", "an entry of another's journal"),
        ("/prover", "main a[href*='/prover/']", "one result of another"),
        ("/timer", "main a[href*='/timer/']", "one appointment of another"),
        ("", "main a[href*='/e/']", "an entry of another"),
    ):
        page.goto(base + path)
        page.locator(link).first.click()
        page.wait_for_url(f"**{base}/**")
        yield name
    page.goto(f"{page.url}/feil")
    yield "something is wrong in another's record"


def of_whoever_runs_it(page):
    """What waits, and what is administered."""
    page.goto("/tavle")
    yield "what waits in the region"
    page.goto("/admin")
    yield "administration"


def states(page):
    """Every state of a part and of a page; a form whose writer has lost the net, and got it back."""
    page.goto("/tilstander")
    yield "all states"
    page.goto("/finn")
    page.get_by_label("Navn", exact=True).fill("Nordmarken")
    page.context.set_offline(True)
    lost = page.get_by_role("status").filter(has_text="Du er uten nett.")
    lost.wait_for()
    page.get_by_role("button", name="Søk med navn").click()
    page.get_by_role("link", name="Start", exact=True).first.click()
    yield "without a net"
    assert page.url.endswith("/finn")
    assert page.get_by_label("Navn", exact=True).input_value() == "Nordmarken"
    page.context.set_offline(False)
    page.get_by_role("status").filter(has_text="Nettet er tilbake.").wait_for()
    assert lost.count() == 0
    page.get_by_role("link", name="Hent siden på nytt").click()


def pages_of_the_book(page):
    """The book of a house: day, week, booking somebody, moving, calling off."""
    page.goto("/timebok")
    # The office is closed at night and at the weekend, and what has been is neither booked nor moved.
    while not all(page.get_by_role("link", name=act).count() for act in ("Sett opp", "Flytt", "Avlys")):
        page.get_by_role("link", name="Neste dag").click()
        page.wait_for_url("**/timebok?dag=*", wait_until="load")
    day = page.url
    yield "the book of a day"
    page.get_by_role("link", name="Vis uken").click()
    page.wait_for_url("**vis=uke", wait_until="load")
    yield "the book of a week"
    page.goto(day)
    page.get_by_role("link", name="Sett opp").first.click()
    page.get_by_label("Hvem det er").fill("ida nord")
    page.get_by_role("button", name="Finn", exact=True).click()
    page.locator(".hits li").first.wait_for()
    yield "booking, with whom"
    for act, name in (("Flytt", "moving an appointment"), ("Avlys", "calling one off")):
        page.goto(day)
        page.get_by_role("link", name=act).first.click()
        page.wait_for_url("**/timebok/*/*")
        yield name


def pages_on_the_way(page):
    """The day's route; one visit said to be done, and called back."""
    page.goto("/rute")
    yield "the day's route"
    page.get_by_role("button", name="Utført som planlagt").first.click()
    page.get_by_role("button", name="Angre").wait_for()
    yield "a visit said to be done"
    page.get_by_role("button", name="Angre").click()
    page.get_by_role("button", name="Angre").wait_for(state="detached")


def pages_of_messages(page):
    """What a citizen writes and measures, and one of her appointments."""
    page.goto("/meg/meldinger/ny")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".ds-error-summary, [aria-invalid]").first.wait_for()
    places = page.locator(".news").evaluate_all("all => all.map(each => getComputedStyle(each).position)")
    assert set(places) == {"static"}, "what is new would lie over whom to ring"
    yield "writing a message, with mistakes"
    page.get_by_label("Hva vil du spørre om eller fortelle?").fill("Kan jeg ta jern sammen med melk?")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/meg/meldinger?sendt=1")
    asks_back(page, "jordmor", "Kan jeg ta jern sammen med melk")
    page.goto("/meg/maling")
    page.get_by_role("button", name="Lagre målingen").click()
    yield "measuring, with mistakes"
    page.get_by_label("Overtrykk").fill("151")
    page.get_by_label("Undertrykk").fill("97")
    page.get_by_role("button", name="Lagre målingen").click()
    page.get_by_role("heading", name="Ring nå").wait_for()
    yield "whom to ring now"
    page.goto("/meg/timer")
    page.locator("main a[href^='/meg/timer/']").first.click()
    page.wait_for_url("**/meg/timer/*")
    yield "one of my appointments"
    is_gone(page, "jordmor")
    page.goto("/meg/meldinger")
    yield "my messages, with what I am asked"
    page.locator("a[href^='/meg/meldinger/svar/']").first.click()
    page.wait_for_url("**/svar/*")
    yield "answering what I am asked"


WALKS = [
    ("fastlege", pages_of_staff),
    ("parorende", pages_for_another),
    ("administrator", of_whoever_runs_it),
    ("sekretar", pages_of_the_book),
    ("gravid", pages_of_messages),
    ("hjemmesykepleier", pages_on_the_way),
    ("hjemmesykepleier", states),
]


def test_the_other_pages_are_clean(window, faults_in_both_shapes):
    for persona, pages in WALKS:
        page = window(persona=persona)
        for name in steps(pages(page), page):
            assert faults_in_both_shapes(page) == [], name
        assert [t for t in page.troubles if "status of 4" not in t] == []
