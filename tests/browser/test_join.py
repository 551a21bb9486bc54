"""Joining Patients in a browser: the form, both of them shown, joined, a mistake; each state clean."""

import re

import pytest
from browsing import words

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_page_that_joins_is_clean(window, faults_in_both_shapes):
    gp = window(persona="fastlege")
    gp.goto("/")
    lead, other = list(dict.fromkeys(re.findall(r'href="/p/([A-Za-z0-9.-]+)"', gp.content())))[:2]
    page = window(persona="administrator")
    page.goto("/admin/koblinger")
    assert faults_in_both_shapes(page) == [], "the form"
    page.locator("#leder").fill("nowhere")
    page.locator("#annen").fill("neither")
    page.get_by_role("button", name="Se begge").click()
    page.get_by_text("Rett opp dette").wait_for()
    assert "finnes ikke her" in words(page.content())
    assert faults_in_both_shapes(page) == [], "a mistake"
    page.locator("#leder").fill(lead)
    page.locator("#annen").fill(other)
    page.get_by_role("button", name="Se begge").click()
    page.get_by_text("Er dette samme person?").wait_for()
    assert faults_in_both_shapes(page) == [], "both of them"
    page.get_by_role("button", name="Koble dem").click()
    page.get_by_role("button", name="Løs").wait_for()
    assert faults_in_both_shapes(page) == [], "joined"
    page.get_by_role("button", name="Løs").click()
    page.get_by_text("Ingen pasienter er koblet.").wait_for()
