"""The page of a protected address in a browser: clean at every width, and found from the record by three clicks."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_page_that_shows_an_address_is_clean(window, faults_in_both_shapes):
    page = window(persona="fastlege")
    page.locator("a[href^='/p/']").first.click()
    page.wait_for_url("**/p/*")
    page.goto(f"{page.url}/adresse")
    assert page.get_by_role("heading", name="Fortrolig adresse").count() == 1
    assert not faults_in_both_shapes(page)
    assert not page.troubles
