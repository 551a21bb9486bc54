"""An answer of a test, from the worklist of who ordered it to the page of whom it is about."""

import pytest
from steps import follow, menu, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_answer_is_seen_acted_on_and_read_by_whom_it_is_about(window, faults, faults_in_both_shapes):
    page = window(persona="fastlege")
    menu(page, "Arbeidsliste")
    line = page.locator("tr", has_text="Svar kommet").filter(has_text="Randi Solem")
    follow(page, line.get_by_role("link").first)
    handed = page.url
    follow(page, page.get_by_role("link", name="Åpne svaret"))
    assert "Randi Solem" in page.locator("body").inner_text()
    tab(page, "Prøver")
    answers = page.locator("#bestilt")
    assert "svarer for det" in answers.inner_text()
    told = faults_in_both_shapes(page)
    follow(page, answers.get_by_role("link", name="Si hva du gjør med svaret").first)
    assert page.url.partition("?")[0] == handed.partition("?")[0], "the chart and the worklist lead to one place"
    page.locator("summary", has_text="Sett og fulgt opp").click()
    form = page.locator("details[open] form")
    form.get_by_label("Skriv").fill("Ringt, ny prøve om tre måneder")
    form.get_by_label("Hva pasienten får vite").fill("Svarene er som ventet")
    told += faults(page, narrow=True)
    follow(page, form.get_by_role("button", name="Sett og fulgt opp"))
    assert "Beskjed til pasienten" in page.locator("main").inner_text()
    assert page.get_by_role("link", name="Åpne svaret").count() == 1
    follow(page, page.locator("dl.facts dd a").first)
    tab(page, "Prøver")
    assert "Ringt, ny prøve om tre måneder" in answers.inner_text()

    follow(page, page.get_by_role("button", name="Se innsynet som Randi Solem"))
    tab(page, "Prøvesvar")
    assert "Beskjed til deg: Svarene er som ventet" in page.locator("main").inner_text()
    assert told + faults_in_both_shapes(page) + page.troubles == []
