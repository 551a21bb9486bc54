"""Joining Patients in a browser: the form, both of them shown, joined, a mistake; each state clean."""

import re

import pytest
from beside import beside
from browsing import words
from walked import steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pages_that_join(page):
    """The form, a mistake, both of them shown, joined; afterwards they are parted again."""
    with beside(page, "fastlege") as (read, _):
        lead, other = list(dict.fromkeys(re.findall(r'href="/p/([A-Za-z0-9.-]+)"', read("/"))))[:2]
    page.goto("/admin/koblinger")
    yield "joining"
    page.locator("#leder").fill("nowhere")
    page.locator("#annen").fill("neither")
    page.get_by_role("button", name="Se begge").click()
    page.get_by_text("Rett opp dette").wait_for()
    assert "finnes ikke her" in words(page.content())
    yield "joining, with a mistake"
    page.locator("#leder").fill(lead)
    page.locator("#annen").fill(other)
    page.get_by_role("button", name="Se begge").click()
    page.get_by_text("Er dette samme person?").wait_for()
    yield "joining, both of them"
    page.get_by_role("button", name="Koble dem").click()
    page.get_by_role("button", name="Løs").wait_for()
    yield "joined"
    page.get_by_role("button", name="Løs").click()
    page.get_by_text("Ingen pasienter er koblet.").wait_for()


WALKS = [("administrator", pages_that_join)]


def test_the_page_that_joins_is_clean(window, faults_in_both_shapes):
    page = window(persona="administrator")
    for name in steps(pages_that_join(page), page):
        assert faults_in_both_shapes(page) == [], name
