"""The pharmacist's first task: she compares, proposes one change, and sees what the ward doctor answers."""

import re
from datetime import date, datetime

import pytest
from clicks import counted
from steps import follow, menu, tab

from felles.fhir.search.dates import OSLO

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def proposes(page, name, dose, settled):
    with counted(page, "proposal"):
        page.locator(".ways-of a", has_text=name).filter(has_text="Foreslå ny dose").click()
        page.locator("[data-draft] :focus").wait_for()
        page.get_by_label("Dose", exact=True).fill(dose)
        page.get_by_label("Hvorfor").fill("Falt om natta")
        page.get_by_role("button", name="Send forslaget").click()
        page.locator("[data-waits]").wait_for()
    assert "Jonas Aasenhus" in page.locator(".writing").inner_text(), "to who asked"
    settled(page)


def days_since_collected(page, name):
    """On the line of a medicine, among its sources: what was last dispensed, and when."""
    sources = page.locator("table.list tr", has_text=name).first.locator(".from-list").inner_text()
    [(day, month, year)] = re.findall(r"Hentet på apotek\s+(\d\d)\.(\d\d)\.(\d{4})", sources)
    return (datetime.now(OSLO).date() - date(int(year), int(month), int(day))).days


def reviews(page):
    """From her start page to the list that she goes through."""
    page.goto("/")
    work = page.locator("section[aria-labelledby=gjennomgang] li", has_text="Gudrun Hegge")
    follow(page, work.locator(".fact a"))
    page.wait_for_url("**/legemidler")


def test_a_change_is_proposed_accepted_or_declined_and_seen(window, faults, settled):
    page = window(persona="farmasoyt")
    reviews(page)
    shown = page.locator("main").inner_text()
    assert "Kildene er ikke enige" in shown
    assert "2 kapsler om morgenen" in shown
    assert 11 <= days_since_collected(page, "Apiksaban") < 20
    assert 300 <= days_since_collected(page, "Metoprolol") < 310, "it does not last that long"
    proposes(page, "Apiksaban", "2,5 mg morgen og kveld", settled)
    tab(page, "Legemidler")
    proposes(page, "Ramipril", "1/2 kapsel om morgenen", settled)

    doctor = window(persona="sykehuslege")
    doctor.goto("/")
    doctor.get_by_role("link", name="Forslag om legemiddel: Apiksaban").click()
    doctor.locator("summary", has_text="Avslå").click()
    doctor.locator("#tekst-avsla").fill("Hun har vekt og nyrer til full dose")
    doctor.get_by_role("button", name="Avslå").click()
    settled(doctor)
    doctor.get_by_role("link", name="Forslag om legemiddel: Ramipril").click()
    doctor.get_by_role("button", name="Ta den").click()
    doctor.get_by_role("link", name="Godta, og endre dosen").click()
    doctor.wait_for_url("**/skriv/**", wait_until="load")
    assert doctor.get_by_label("Dose", exact=True).input_value() == "1/2 kapsel om morgenen"
    assert faults(doctor) == []
    doctor.get_by_role("button", name="Signer").click()
    settled(doctor)

    menu(page, "Arbeidsliste")
    for name, state in (("Apiksaban", "Avslått"), ("Ramipril", "Besvart")):
        page.locator("tr", has_text=name).get_by_text(state).wait_for()
    page.get_by_role("link", name="Forslag om legemiddel: Apiksaban").click()
    page.get_by_text("Hun har vekt og nyrer til full dose").first.wait_for()
    reviews(page)
    assert "1/2 kapsel om morgenen" in page.locator("main").inner_text()
    assert page.troubles + doctor.troubles == []
