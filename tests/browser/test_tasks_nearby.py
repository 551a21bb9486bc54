"""First tasks near home, each from its own start page and seen from the other side: home care, night, a small child."""

import re
from datetime import datetime

import pytest
from clicks import counted
from overdue import keeps
from settling import closed_again
from steps import acts, become, chart, follow, herself, menu, tab

from felles.demo.people import CARED, CAST, PARTNER, TODDLER, people
from felles.demo.region import SEED
from felles.demo.world import id_of
from felles.fhir.search.dates import OSLO

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def said(locator):
    return re.sub(r"\s+", " ", locator.inner_text())


def born(key):
    return next(each.born for each in people(SEED, datetime.now(OSLO).date(), CAST) if each.key == key)


def test_home_care_sees_what_changed_measures_and_reports_a_deviation_that_the_gp_answers(window, faults, settled):
    nurse = window(390, persona="hjemmesykepleier")
    nurse.get_by_role("link", name="Åpne ruten").click()
    nurse.wait_for_url("**/rute", wait_until="load")
    visit = nurse.locator(".stops > li", has_text="Asbjørn Vikan")
    assert "Furosemid" in said(visit), "what changed since the last visit, without a click"
    visit.get_by_role("link", name="Asbjørn Vikan", exact=True).click()
    nurse.wait_for_url(f"**/p/{id_of('Patient', CARED)}", wait_until="load")
    assert "Furosemid" in said(nurse.locator("main"))
    tab(nurse, "Nytt")
    new = said(nurse.locator("main"))
    assert "Furosemid" in new
    assert "Hovne ankler" in new
    assert faults(nurse) == []
    tab(nurse, "Oversikt")
    nurse.get_by_role("link", name="Måling", exact=True).click()
    nurse.get_by_label("Vekt").fill("84,6")
    nurse.get_by_role("button", name="Signer").click()
    settled(nurse)
    tab(nurse, "Oversikt")
    with counted(nurse, "deviation"):
        nurse.get_by_role("link", name="Meld avvik", exact=True).click()
        nurse.get_by_label("Hva skjedde").fill(
            "Opp 2,4 kg på tre døgn, tyngre i pusten. Ekstra furosemid er ikke avtalt."
        )
        nurse.get_by_role("button", name="Send", exact=True).click()
        nurse.locator("[data-waits]").wait_for()
    assert faults(nurse) == []
    settled(nurse)
    nurse.goto("/")
    follow(nurse, nurse.get_by_role("link", name="Åpne ruten"))
    with counted(nurse, "planned"):
        visit.get_by_role("button", name="Utført som planlagt").click()
        visit.get_by_text("Føres inn i journalen om").wait_for()
    # the GP meets it on her start page, and answers
    doctor = window(persona="fastlege")
    mine = doctor.locator("section[aria-labelledby=arbeid] li", has_text="Opp 2,4 kg på tre døgn")
    assert "Asbjørn Vikan" in said(mine)
    mine.get_by_role("link", name="Avviksmelding").click()
    doctor.wait_for_url("**/arbeid/Task/*", wait_until="load")
    doctor.locator("summary", has_text="Svar").first.click()
    doctor.locator("#tekst-svar").fill("Gi 40 mg ekstra i dag og i morgen. Jeg ringer ham i ettermiddag.")
    doctor.locator("form[action$='/svar'] button").click()
    settled(doctor)
    assert "Opp 2,4 kg" not in said(doctor.locator("main"))
    # the nurse has the answer, and it is hers until she says that she has read it
    nurse.goto("/")
    nurse.locator("section[aria-labelledby=arbeid] li", has_text="Opp 2,4 kg").locator(".fact a").click()
    nurse.wait_for_url("**/arbeid/Task/*", wait_until="load")
    assert "Gi 40 mg ekstra i dag" in said(nurse.locator("main"))
    assert "Besvart" in said(nurse.locator("main"))
    assert faults(nurse) == []
    hears_of_what_is_called_off(nurse, herself(window, "hjemmesykepleier", "Asbjørn Vikan"))
    assert faults(nurse) == []


def hears_of_what_is_called_off(nurse, himself):
    """He calls off tomorrow's visit, and her open route says so."""
    nurse.goto("/")
    follow(nurse, nurse.get_by_role("link", name="Åpne ruten"))
    follow(nurse, nurse.get_by_role("link", name="I morgen"))
    planned = nurse.locator(".stops > li", has_text="Asbjørn Vikan")
    planned.wait_for()
    tab(himself, "Timer")
    follow(himself, himself.get_by_role("link", name=re.compile("^Avbestill ?: Hjemmebesøk")).last)
    himself.get_by_label("Hvorfor du ikke kan komme").fill("Hos datteren")
    follow(himself, himself.locator("button[name=svar][value=avlys]"))
    news = nurse.get_by_role("status").filter(has_text="Ruten er endret.")
    news.get_by_role("button", name="Vis").click()
    planned.wait_for(state="detached")


def opens_by_keys(doctor, chart):
    """What is closed, in an emergency, without a pointer."""
    with counted(doctor, "T20", by="keys"):
        doctor.keyboard.press("g")
        doctor.keyboard.press("x")
        doctor.locator("input[name=grunn]:focus").wait_for()
        doctor.keyboard.press("Space")
        doctor.keyboard.press("Tab")
        doctor.keyboard.insert_text("Puster tungt, klarer ikke å svare for seg")
        for _ in range(3):
            doctor.keyboard.press("Tab")
        doctor.keyboard.press("Enter")
        doctor.wait_for_url(chart, wait_until="load")
    assert "Astma" in said(doctor.locator("main"))


def test_at_night_a_stranger_is_met_what_is_closed_is_opened_and_the_gp_gets_the_note(window, faults, settled, region):
    doctor = window(persona="legevaktlege")
    doctor.locator("[data-palett]").first.click()
    doctor.keyboard.type(f"jon brevik {born(PARTNER):%d.%m.%Y}")
    doctor.locator("#palett [data-person]").first.wait_for()
    doctor.keyboard.press("Enter")
    doctor.wait_for_url("**/apne", wait_until="load")
    doctor.get_by_role("link", name="Oppgi tjenstlig behov").click()
    doctor.get_by_label("Annen grunn").check()
    doctor.get_by_label("Med egne ord").fill("Kom til legevakten med tung pust klokka to i natt")
    doctor.get_by_role("button", name="Åpne journalen").click()
    doctor.wait_for_url(f"**/p/{id_of('Patient', PARTNER)}", wait_until="load")
    chart = doctor.url
    assert "Noe er sperret." in said(doctor.locator("main")), "he has closed his problems to the out-of-hours clinic"
    assert "Astma" not in said(doctor.locator("main"))
    opens_by_keys(doctor, chart)
    closed_again(region.url)
    doctor.reload()
    assert "Astma" not in said(doctor.locator("main")), "the hours are over"
    with counted(doctor, "T20"):
        doctor.get_by_role("link", name="Nødrett").click()
        doctor.get_by_label("Fare for liv eller alvorlig skade").check()
        doctor.get_by_label("Med egne ord").fill("Puster tungt, klarer ikke å svare for seg")
        doctor.get_by_role("button", name="Åpne diagnoser og tiltak").click()
        doctor.wait_for_url(chart, wait_until="load")
    assert "Astma" in said(doctor.locator("main"))
    assert faults(doctor) == []
    doctor.get_by_role("link", name="Notat til fastlegen").click()
    doctor.get_by_label("Overskrift").fill("Astmaanfall")
    doctor.get_by_label("Tekst", exact=True).fill(
        "Forstøver to ganger, bedre etter en time. Bør ses av fastlege i uka."
    )
    assert doctor.get_by_label("Sendes til").locator("option:checked").inner_text() == "Ingrid Haugan"
    assert faults(doctor) == []
    doctor.get_by_role("button", name="Signer og send").click()
    settled(doctor)
    # his GP has it on her list
    gp = window(persona="fastlege")
    line = gp.locator("section[aria-labelledby=arbeid] li", has_text="Astmaanfall")
    line.locator(".fact a").click()
    gp.wait_for_url("**/arbeid/Task/*", wait_until="load")
    gp.get_by_role("link", name="Åpne det den gjelder").click()
    gp.get_by_text("Forstøver to ganger").first.wait_for()
    # he sees in his log who opened, by emergency, and why
    jon = become(gp, "Jon Brevik")
    follow(jon, jon.get_by_role("link", name="Se hvem og hvorfor"))
    told = said(jon.locator("main"))
    assert "Nødrett" in told
    assert "Aksel Bjørnvik" in told
    assert "Puster tungt" in told
    menu(jon, "Hvem har sett")
    assert "Aksel Bjørnvik" in said(jon.locator("main"))


def test_the_child_of_fifteen_months_is_vaccinated_with_a_parents_consent_and_the_mother_sees_it(
    window, faults, settled
):
    nurse = window(persona="helsesykepleier")
    child = id_of("Patient", TODDLER)
    line = nurse.locator("section[aria-labelledby=barn] li", has=nurse.locator(f"a[href='/p/{child}']")).first
    assert "Meslinger, kusma og røde hunder" in said(line)
    line.locator(f"a[href='/p/{child}']").first.click()
    nurse.wait_for_url(f"**/p/{child}", wait_until="load")
    tab(nurse, "Vaksiner")
    with counted(nurse, "vaccinate"):
        nurse.get_by_role("link", name="Vaksine gitt").click()
        nurse.get_by_label("Batchnummer").fill("MM4417")
        nurse.get_by_role("button", name="Signer").click()
        nurse.locator("[data-waits]").wait_for()
    told = said(nurse.locator(".writing .texts"))
    assert "Samtykke fra" in told
    settled(nurse)
    nurse.get_by_role("link", name="Se oppføringen").click()
    nurse.wait_for_url("**/e/Immunization/*")
    assert "MM4417" in said(nurse.locator("main"))
    mother = window(390, persona="gravid")
    acts(mother, "Live Brevik")
    assert mother.url.endswith(f"/for/{child}")
    tab(mother, "Vaksiner")
    given = said(mother.locator("main"))
    assert "Meslinger, kusma og røde hunder" in given
    assert "Gitt" in given
    assert faults(mother) == []


WHOSE = "Ingrid Haugan må sende den til noen andre, svare eller avslutte den."


def test_the_operator_finds_what_nobody_took_and_whoever_gets_it_sees_it(window, faults, region, key_home, settled):
    gp = window(persona="fastlege")
    chart(gp, "Kåre Aune")
    gp.get_by_role("link", name="Mer å skrive").click()
    gp.locator(".panel").get_by_role("link", name="Oppgave", exact=True).click()
    gp.get_by_label("Hva skal gjøres?").fill("Kan dere ta ham inn til vurdering av hofta i uka?")
    gp.get_by_label("Mottaker", exact=True).fill("kvinneklinikken")
    gp.get_by_role("button", name="Finn mottaker").click()
    gp.locator(".pick", has_text="Kvinneklinikken").locator("input").first.check()
    source = f"Task/{gp.locator('.writing input[name=id]').get_attribute('value')}"
    gp.get_by_role("button", name="Send", exact=True).click()
    settled(gp)
    operator = window(persona="administrator")

    def nobody_took():
        operator.goto("/")
        follow(operator, operator.get_by_role("link", name=re.compile("sending(er)? som ingen tok")))
        return said(operator.locator("main")).count(WHOSE)

    ready = nobody_took()
    assert ready >= 1, "in the region from the start"
    follow(operator, operator.get_by_role("link", name="Tavle", exact=True))
    follow(operator, operator.locator("dl.facts a[href*='hva=unread']"))
    waits = operator.locator("tr", has_text="Kvinneklinikken").filter(has_text="Oppgave").first
    assert "Går da " in said(waits)
    assert "Aune" not in operator.content()
    assert "hofta" not in operator.content()
    for _ in range(3):  # up its ladder, to its sender in the end
        keeps(region, key_home, source)
    assert nobody_took() == ready + 1
    assert faults(operator) == []
    gp.goto("/")
    line = gp.locator("section[aria-labelledby=arbeid] li", has_text="Kan dere ta ham inn")
    assert "Kåre Aune" in said(line)
    line.locator(".fact a").click()
    gp.wait_for_url("**/arbeid/Task/*", wait_until="load")
    assert "Ingen har tatt den" in said(gp.locator("main"))
    assert "Send videre" in said(gp.locator("main"))
    menu(gp, "Arbeidsliste")
    follow(gp, gp.get_by_role("link", name="Tavle", exact=True))
    gp.locator("td a[href*='hva=untaken']").first.click()
    gp.wait_for_url("**/arbeid?*hva=untaken*", wait_until="load")
    assert "Kan dere ta ham inn" in said(gp.locator("main"))
    assert faults(gp) == []
