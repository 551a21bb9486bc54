"""A wrong measurement and a wrong allergy, corrected beside the chart and seen by those on the other side."""

import pytest
from clicks import counted
from steps import chart, follow, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def course(page):
    """From the chart to the course of blood pressures."""
    tab(page, "Prøver")
    follow(page, page.locator("main").get_by_role("link", name="Blodtrykk", exact=True).first)


def line(page, value):
    return page.locator("table.readings tbody tr", has_text=value)


def withdraws(page, faults, settled):
    """On the page of an entry: it was another person's."""
    page.get_by_role("link", name="Rett", exact=True).click()
    page.get_by_label("Oppføringen", exact=True).select_option("feilfort")
    page.get_by_label("Hvorfor", exact=True).fill("Gjelder en annen person")
    assert faults(page) == []
    page.get_by_role("button", name="Signer").click()
    settled(page)


def test_a_wrong_pressure_is_set_right_from_its_line_and_later_said_to_be_anothers(window, faults, settled):
    doctor = window(persona="fastlege")
    chart(doctor, "Olav Sæterbø")
    home = doctor.url
    doctor.get_by_role("link", name="Måling", exact=True).first.click()
    doctor.get_by_label("Overtrykk").fill("184")
    doctor.get_by_label("Undertrykk").fill("97")
    doctor.get_by_role("button", name="Signer").click()
    settled(doctor)
    doctor.goto(home)
    course(doctor)
    with counted(doctor, "correct"):
        line(doctor, "184/97").get_by_role("link", name="Rett").click()
        doctor.locator("#overtrykk:focus").wait_for()
        doctor.get_by_label("Overtrykk").fill("148")
        doctor.get_by_label("Hvorfor", exact=True).fill("Skrevet feil")
        doctor.get_by_role("button", name="Signer").click()
        doctor.locator("[data-waits]").wait_for()
    assert faults(doctor) == []
    settled(doctor)
    doctor.goto(home)
    course(doctor)
    assert "Rettet, før 184/97 mmHg: Skrevet feil" in line(doctor, "148/97").inner_text()
    assert faults(doctor) == []
    # home care, on a phone: what holds, and what stood
    nurse = window(390, dark=True, persona="hjemmesykepleier")
    nurse.goto(home)
    course(nurse)
    assert "Fjordgløtt" not in line(nurse, "148/97").inner_text(), "who set it right need not be where it was measured"
    assert faults(nurse) == []
    follow(nurse, line(nurse, "148/97").get_by_role("link").first)
    assert "Ingrid Haugan" in nurse.locator(".ds-alert").first.inner_text()
    follow(nurse, nurse.get_by_role("link", name="versjon 1"))
    assert "184" in nurse.get_by_role("region", name="Slik sto det i versjon 1").inner_text()
    assert faults(nurse) == []
    # it was another's: it is no value of his any more
    withdraws(nurse, faults, settled)
    doctor.goto(home)
    assert "148/97" not in doctor.locator("main").inner_text()
    course(doctor)
    assert line(doctor, "148/97").count() == 0
    wrong = doctor.get_by_role("region", name="Feilført").inner_text()
    assert "148/97" in wrong
    assert "Feilført: Gjelder en annen person" in wrong
    assert faults(doctor) == []
    olav = window(390, persona="eldre")
    olav.goto("/meg/prover")
    assert "148/97" not in olav.locator("main").inner_text()
    follow(olav, olav.get_by_role("link", name="Blodtrykk", exact=True).first)
    assert "Feilført: Gjelder en annen person" in olav.get_by_role("region", name="Feilført").inner_text()
    assert faults(olav) == []
    for page in (doctor, nurse, olav):
        assert page.troubles == []


def test_an_allergy_of_anothers_leaves_what_is_critical(window, faults, settled):
    doctor = window(persona="fastlege")
    chart(doctor, "Olav Sæterbø")
    home = doctor.url
    doctor.goto(f"{home}/skriv/allergi")
    doctor.get_by_label("Mot hva slags").select_option("food")
    doctor.get_by_label("Hva", exact=True).fill("Sennep")
    doctor.get_by_label("Hvor alvorlig").select_option("high")
    doctor.get_by_label("Hvor sikkert").select_option("confirmed")
    doctor.get_by_role("button", name="Signer").click()
    settled(doctor)
    ward = window(persona="sykehuslege")
    ward.goto(home)
    follow(ward, ward.get_by_role("link", name="Sennep").first)
    withdraws(ward, faults, settled)
    doctor.goto(home)
    assert "Sennep" not in doctor.locator("body").inner_text()
    doctor.goto(f"{home}/siden")
    assert faults(doctor) == []
    for page in (doctor, ward):
        assert page.troubles == []
