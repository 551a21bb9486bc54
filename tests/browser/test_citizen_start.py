"""Of the fifteen, the citizens: the woman, the man of 84 and his daughter find what each came for on the first page."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def box(page, name):
    return re.sub(r"\s+", " ", page.locator(f"#{name}").inner_text())


def last_line(page, who):
    """What the log that the person reads says of the newest look of `who`."""
    page.goto("/meg/innsyn")
    return re.sub(r"\s+", " ", page.locator(".look", has_text=who).first.text_content())


def day_in(text):
    """The first date in a text as people read it: (day, month's name, year)."""
    return re.findall(r"\d{1,2}\. [a-z]+ \d{4}", text)[0]


def test_the_woman_finds_her_next_control_and_whom_to_ring_without_a_click(window, faults):
    midwife = window(persona="jordmor")
    midwife.goto("/")
    midwife.get_by_role("link", name="Ida Nordmarken").first.click()
    midwife.wait_for_url("**/p/*")
    page = window(390, persona="gravid", script=False)
    page.goto("/meg")
    first, ring = box(page, "neste"), box(page, "ring")
    assert "Vurdering av blodtrykk i svangerskapet" in first
    assert "Ta med morgenurin" in first
    assert "Synne Rønningen" in ring
    assert "116 117" in ring
    assert page.locator("#ring a[href='tel:113']").count() == 1
    assert "Synne Rønningen" in box(page, "innsyn")
    shown = day_in(first)
    page.locator("#neste .next .what a").click()
    page.wait_for_url("**/e/Appointment/**")
    assert shown in page.locator("main").inner_text(), "the answer is what the entry says"
    assert "Så oversikten over journalen" in last_line(page, "Du åpnet journalen din")
    for width, dark, language in ((390, True, "nn-NO"), (320, False, "en-GB")):
        page = window(width, dark=dark, persona="gravid", language=language)
        page.goto("/meg")
        assert faults(page) == []


def test_father_and_daughter_find_what_was_agreed_and_who_comes_when(window, faults):
    father = window(390, persona="eldre")
    father.goto("/meg")
    daughter = window(390, dark=True, persona="parorende")
    daughter.goto("/for")
    daughter.get_by_role("link", name="Olav Sæterbø").click()
    daughter.wait_for_url("**/for/*")
    for page in (father, daughter):
        agreed = box(page, "avtalt")
        assert "Hjelp til dusj Onsdag, Lia hjemmetjeneste" in agreed
        assert "Samtale med Olav" in box(page, "neste")
        assert faults(page) == []
    assert "Du handler for Olav Sæterbø" in daughter.locator(".acting").inner_text()
    assert daughter.locator("#innsyn").count() == 0, "the log is his alone"
    daughter.locator("#avtalt .way a").click()
    daughter.wait_for_url("**/plan")
    assert "Hjelp til dusj" in daughter.locator("#planer").inner_text()
    father.goto("/meg/innsyn")
    told = father.locator("main").text_content()
    assert "Marit Lian åpnet journalen din" in told
    assert "Så planen" in told
