"""The secretary's and the gynaecologist's first tasks: times given, moved and offered, each seen by who gets it."""

import re

import pytest
from clicks import counted
from steps import acts, become, chart, follow, menu, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def told(page, part="main"):
    return re.sub(r"\s+", " ", page.locator(part).inner_text())


def column(page, owner="Ingrid Haugan"):
    return page.locator(".columns section", has=page.get_by_role("heading", name=owner))


def his(part):
    """The line of the time that was given: on some days he has another too."""
    return part.locator("li", has_text="Elias Haile").filter(has_text="Råd om eksem")


def another_day(desk):
    """From her start page, the next day on which the office gives times."""
    desk.goto("/")
    desk.get_by_role("link", name="Timebok", exact=True).click()
    desk.wait_for_url("**/timebok*", wait_until="load")
    for _ in range(5):
        desk.get_by_role("link", name="Neste dag").click()
        desk.wait_for_url("**/timebok?dag=*", wait_until="load")
        if column(desk).get_by_role("link", name="Sett opp").count() > 1:
            return
    raise AssertionError("no day has two free times")


def books(desk):
    """Who rings for her child gets a time, found by half his name."""
    another_day(desk)
    column(desk).get_by_role("link", name="Sett opp").first.click()
    desk.get_by_label("Hva det gjelder").fill("Råd om eksem")
    desk.get_by_label("Hvem det er").fill("elias hai")
    desk.get_by_role("button", name="Finn", exact=True).click()
    desk.get_by_role("button", name="Sett opp Elias Haile").click()
    desk.wait_for_url("**gjort=1", wait_until="load")


def comes_and_is_moved(desk, gp):
    """Marked as arrived, which his GP sees in her book, and not after all; then another time of the same book."""
    line = desk.locator(".columns li", has_text="Elias Haile").filter(
        has_text="Råd om eksem"
    )  # he has others of some days
    with counted(desk, "arrived"):
        line.get_by_role("button", name="Kommet").click()
        line.get_by_text("Kommet").wait_for()
    gp.goto(desk.url)
    arrived = his(column(gp)).inner_text()
    assert re.search(r"Råd om eksem\s+Kommet", arrived), arrived
    line.get_by_role("button", name="Angre").click()
    with counted(desk, "move"):
        line.get_by_role("link", name="Flytt").click()
        desk.locator("button[name=tid]", has_text="Ingrid Haugan").first.click()
        desk.wait_for_url("**gjort=1", wait_until="load")


def test_the_secretary_books_who_rings_and_gives_a_time_called_off_to_who_waits(window, faults):
    desk, sara, gp = window(persona="sekretar"), window(390, persona="forelder"), window(persona="fastlege")
    books(desk)
    acts(sara, "Elias Haile")
    tab(sara, "Timer")
    assert "Råd om eksem" in told(sara)
    comes_and_is_moved(desk, gp)
    line = desk.locator(".columns li", has_text="Elias Haile").filter(
        has_text="Råd om eksem"
    )  # he has others of some days
    with counted(desk, "offer"):
        line.get_by_role("link", name="Avlys").click()
        desk.get_by_role("button", name="Avlys og tilby timen til Sara Haile").click()
        desk.wait_for_url("**gjort=1", wait_until="load")
    assert "Tilbudt, venter på svar" in desk.locator(".columns li", has_text="Sara Haile").inner_text()
    assert faults(desk) == []
    work = window(persona="sekretar")
    menu(work, "Arbeidsliste")
    assert "Tilbud om time" in told(work), "hers until it is answered"
    sara.reload()
    assert "Råd om eksem" not in told(sara)
    menu(sara, "Min journal")
    tab(sara, "Timer")
    sara.get_by_role("link", name="Svar på tilbudet").click()
    sara.locator("button[name=svar][value=ja]").wait_for()
    assert faults(sara) == []
    sara.locator("button[name=svar][value=ja]").click()
    sara.wait_for_load_state()
    desk.reload()
    assert "Tilbudt" not in desk.locator(".columns li", has_text="Sara Haile").inner_text()
    menu(desk, "Arbeidsliste")
    assert "Tilbud om time" not in told(desk), "she has answered"
    assert desk.troubles == sara.troubles == gp.troubles == []


def test_the_gynaecologist_gives_the_patient_of_a_referral_a_time_and_answers_the_gp(window, faults, settled):
    specialist, gp = window(persona="avtalespesialist"), window(persona="fastlege")
    specialist.goto("/")
    specialist.get_by_role("link", name="Henvisning: Blødning etter overgangsalderen").first.click()
    specialist.wait_for_url("**/arbeid/**", wait_until="load")
    specialist.get_by_role("button", name="Ta den").click()
    specialist.wait_for_url("**gjort=1", wait_until="load")
    with counted(specialist, "T16"):
        specialist.get_by_role("link", name="Sett opp time").click()
        specialist.locator("input[name=tid]").first.check()
        specialist.get_by_role("button", name="Sett opp", exact=True).click()
        specialist.get_by_text("Timen er satt opp.").wait_for()
    assert faults(specialist) == []
    chart(specialist, "Tove Rian")
    with counted(specialist, "T16", by="keys"):
        specialist.keyboard.press("n")
        specialist.keyboard.press("t")
        specialist.locator("#tekst:focus").wait_for()
        specialist.keyboard.insert_text("Kontroll")
        for key in ("Tab", "Space", "Enter"):
            specialist.keyboard.press(key)
        specialist.get_by_text("Timen er satt opp.").wait_for()
    specialist.goto("/")
    work = specialist.locator("section[aria-labelledby=arbeid] li", has_text="Tove Rian")
    follow(specialist, work.locator(".fact a"))
    specialist.locator("summary", has_text="Svar").first.click()
    specialist.locator("#tekst-svar").fill("Time er satt opp. Ultralyd og prøve da, ingen tiltak før det.")
    specialist.locator("form[action$='/svar']").get_by_role("button").last.click()
    settled(specialist)
    gp.goto("/")
    gp.locator("section[aria-labelledby=arbeid]").get_by_role("link", name="Blødning etter overgangsalderen").click()
    gp.wait_for_url("**/arbeid/**", wait_until="load")
    assert "ingen tiltak før det." in told(gp)
    assert "Besvart" in told(gp)
    assert faults(gp) == []
    woman = become(gp, "Tove Rian")
    tab(woman, "Timer")
    assert "Vibeke Stormo" in told(woman)
    assert specialist.troubles == woman.troubles == []
