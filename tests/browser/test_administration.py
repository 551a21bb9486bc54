"""Administration in a browser: an organisation applies, is let in, and sets itself up; every page clean on the way."""

import pytest
from walked import steps

from felles.fhir.norway.identity import organisation_number

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def fill(page, **fields):
    for name, text in fields.items():
        page.locator(f"#{name}").fill(text)


def pages_of_an_applicant(page, name, number):
    page.goto("/bli-med")
    yield "the application"
    page.get_by_role("button", name="Send søknaden").click()
    yield "the application with mistakes"
    fill(
        page, name=name, number=number, units="Legekontoret\nSkiftestua", email="a@havna.no", given="Kari", family="Nes"
    )
    page.locator("#kind").select_option("gp-office")
    page.get_by_role("button", name="Send søknaden").click()
    page.get_by_text("Søknaden er mottatt").wait_for()
    yield "the application sent"


def pages_of_the_operator(page, name):
    page.goto("/admin/soknader")
    yield "the applications"
    page.get_by_role("link", name=name).click()
    page.wait_for_url("**/admin/soknader/*")
    yield "one application"
    page.get_by_role("button", name="Godkjenn").click()
    page.get_by_role("link", name=name).wait_for()
    yield "the applications decided"
    page.goto("/meld-feil")
    page.get_by_label("Hva gikk galt, og hva ventet du?").fill(f"{name} mangler i listen")
    page.get_by_role("button", name="Send meldingen").click()
    page.get_by_text("Takk, meldingen er mottatt").wait_for()
    yield "a report of a fault sent"
    page.goto("/admin/feil")
    yield "the reports"
    page.get_by_role("link", name=f"{name} mangler").click()
    page.wait_for_url("**/admin/feil/*")
    yield "one report"


def pages_of_the_desk(page, name):
    page.goto("/")
    page.locator(".persona button.be", has_text=name).click()
    page.goto("/admin/enheter")
    page.get_by_label("Navn").fill("Timebestilling")
    page.get_by_role("button", name="Legg til tjeneste").click()
    page.get_by_role("cell", name="Timebestilling").wait_for()
    yield "units"
    page.goto("/admin/ansatte")
    page.get_by_role("button", name="Gi rollen").click()
    yield "staff with mistakes"
    fill(page, given="Ola", family="Li", until="30.06.2099")
    page.locator("#role").select_option("gp")
    page.locator("#profession").select_option("LE")
    page.get_by_label("Skiftestua").check()
    page.get_by_role("button", name="Gi rollen").click()
    page.get_by_role("cell", name="Ola Li").wait_for()
    yield "staff"
    page.goto("/admin/tilganger")
    yield "the review"
    page.locator("a[href^='/admin/tilganger/']").first.click()
    page.wait_for_url("**/admin/tilganger/*")
    yield "what a role reaches"


def number(place):
    """An organisation number that nobody has, others for each place."""
    return next(n for n in map(organisation_number, range(34000000 + place, 34100000)) if n)


WALKS = [
    ("", lambda page: pages_of_an_applicant(page, "Havna legekontor", number(0))),
    ("administrator", lambda page: pages_of_the_operator(page, "Havna legekontor")),
    ("", lambda page: pages_of_the_desk(page, "Havna legekontor")),
]


def test_every_page_of_administration_is_clean(window, faults_in_both_shapes):
    for persona, walk in WALKS:
        page = window(persona=persona or None)
        for state in steps(walk(page), page):
            assert faults_in_both_shapes(page) == [], state
