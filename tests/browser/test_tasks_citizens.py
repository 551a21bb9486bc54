"""The first tasks of citizens, each with its other side: the woman's midwife, the daughter's father and his GP."""

import re

import pytest
from clicks import counted
from steps import acts, chart, follow, tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "Kan jeg sove på ryggen nå?"
MATTERS = "Far vil helst sove hjemme i egen seng"
WRONG = "Far bruker stokk, ikke rullator"


def text_of(page):
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def measures(woman, faults):
    """From her first page, on a phone without script: two numbers and one click, and a high value is rung about."""
    woman.goto("/meg")
    woman.get_by_label("Overtrykk").fill("149")
    woman.get_by_label("Undertrykk").fill("95")
    woman.get_by_role("button", name="Lagre målingen").click()
    woman.get_by_role("heading", name="Ring nå").wait_for()
    told = text_of(woman)
    assert told.index("Ring nå") < told.index("Kvinneklinikken") < told.index("Si dette") < told.index("er lagret")
    assert woman.locator("main a[href^='tel:']").count() == 3


def asks(woman, faults):
    """A value that is fine, counted; then the question, with who answers by when."""
    woman.goto("/meg")
    with counted(woman, "own"):
        woman.get_by_label("Overtrykk").fill("121")
        woman.get_by_label("Undertrykk").fill("78")
        woman.get_by_role("button", name="Lagre målingen").click()
        woman.wait_for_url("**/meg/meldinger?malt=1")
    woman.get_by_role("link", name="Skriv en melding").click()
    woman.get_by_label("Hva vil du spørre om eller fortelle?").fill(QUESTION)
    told = text_of(woman)
    assert "svarer innen" in told
    assert "116 117" in told
    assert faults(woman) == []
    woman.get_by_role("button", name="Send").click()
    woman.wait_for_url("**/meg/meldinger?sendt=1")
    thread = woman.locator("article", has_text=QUESTION)
    assert re.search(r"ikke lest ennå\s+Svar innen", thread.inner_text())
    assert faults(woman) == []


def answers(midwife, faults, settled):
    """From the list of what needs her: the message, and a ready answer."""
    midwife.goto("/")
    assert "Haster" in midwife.locator("section[aria-labelledby=arbeid] li", has_text="149/95").inner_text()
    with counted(midwife, "T17"):
        midwife.get_by_role("link", name=QUESTION).click()
        midwife.get_by_role("button", name="Send dette svaret").first.click()
        midwife.wait_for_url("**/arbeid?sendes=*")
    settled(midwife)
    assert midwife.get_by_role("link", name=QUESTION).count() == 0
    midwife.get_by_role("link", name="149/95").click()
    midwife.get_by_role("heading", name="Vi vil måle hos oss").wait_for()
    assert faults(midwife) == []
    assert midwife.get_by_role("heading", name="Målingen er fin").count() == 0
    midwife.goto("/")
    nth = midwife.get_by_role("link", name="149/95").get_attribute("aria-keyshortcuts")
    with counted(midwife, "T17", by="keys"):
        midwife.keyboard.press(nth)
        midwife.get_by_role("heading", name="Vi vil måle hos oss").wait_for()
        midwife.keyboard.press("n")
        midwife.keyboard.press("1")
        midwife.wait_for_url("**/arbeid?sendes=*")
    settled(midwife)


def test_the_woman_measures_and_asks_and_reads_what_the_midwife_answered(window, faults, settled):
    bare, midwife = window(390, persona="gravid", script=False), window(persona="jordmor")
    measures(bare, faults)
    woman = window(390, dark=True, persona="gravid")
    asks(woman, faults)
    answers(midwife, faults, settled)
    woman.goto("/meg")
    tab(woman, "Meldinger")
    thread = re.sub(r"\s+", " ", woman.locator("article", has_text=QUESTION).inner_text())
    assert re.search(r"Synne Rønningen, .* Takk for at du skrev\..* Besvart", thread)
    chart(midwife, "Ida Nordmarken")
    tab(midwife, "Prøver")
    assert "hjemme" in midwife.locator("main").inner_text()
    for page in (woman, midwife):
        assert page.troubles == []


def tells(daughter, faults):
    """What matters to him, written for him."""
    acts(daughter, "Olav Sæterbø")
    follow(daughter, daughter.get_by_role("link", name="Gjør noe for personen"))
    daughter.get_by_label("Si hva som er viktig for personen").check()
    daughter.get_by_label("Skriv det du vil si").fill(MATTERS)
    assert "116 117" in text_of(daughter)
    assert faults(daughter) == []
    daughter.get_by_role("button", name="Send", exact=True).click()
    daughter.wait_for_url("**/meldinger?sendt=1")
    assert "Du, for Olav Sæterbø" in daughter.locator("article", has_text=MATTERS).inner_text()
    assert faults(daughter) == []


def corrects(daughter):
    """From an entry that is wrong: two clicks and the words."""
    tab(daughter, "Journal")
    follow(daughter, daughter.locator(".entries a").first)
    with counted(daughter, "correction"):
        daughter.get_by_role("link", name="Si fra om feil").click()
        daughter.get_by_label("Hva er feil, og hva er riktig?").fill(WRONG)
        daughter.get_by_role("button", name="Send", exact=True).click()
        daughter.wait_for_url("**/meldinger?sendt=1")


def decides(reviewer, told):
    """Who answers for the record finds it on her desk."""
    reviewer.goto("/")
    reviewer.get_by_role("link", name=WRONG).click()
    reviewer.get_by_role("link", name="Avgjør kravet").click()
    reviewer.get_by_role("heading", name="Krav om retting").wait_for()
    reviewer.locator("textarea[name=tekst]").fill(told)
    reviewer.get_by_role("button", name="Svar", exact=True).click()
    reviewer.wait_for_url("**/arbeid?gjort=1", wait_until="load")


def test_the_daughter_tells_what_matters_and_asks_for_a_correction_and_both_read_the_answers(window, faults, settled):
    daughter, father = window(390, persona="parorende"), window(390, persona="eldre", script=False)
    tells(daughter, faults)
    corrects(daughter)
    gp = window(persona="fastlege")
    gp.goto("/")
    gp.get_by_role("link", name=MATTERS).click()
    gp.get_by_text("Marit Lian, på vegne av pasienten").wait_for()
    gp.locator(".ready", has_text="Vi har lest det").get_by_role("button").click()
    settled(gp)
    told = "Vi har føyd til at han bruker stokk"
    decides(window(persona="personvern"), told)
    daughter.reload()
    father.goto("/meg")
    tab(father, "Meldinger")
    for page in (daughter, father):
        matters = re.sub(r"\s+", " ", page.locator("article", has_text=MATTERS).inner_text())
        assert re.search(r"De som følger opp, har lest det .* Besvart", matters)
        assert told in page.locator("article", has_text=WRONG).inner_text()
        assert "Marit Lian, på vegne av personen" in page.locator("article", has_text=WRONG).inner_text()
    assert "Marit Lian, på vegne av personen" in father.locator("article", has_text=MATTERS).inner_text()
    assert gp.troubles == daughter.troubles == []
