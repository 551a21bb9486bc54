"""Pages about cases, requests and wishes in a browser: clean at every width, filled in and with mistakes."""

import re

import pytest
from beside import beside, number_of
from walked import steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def of_a_citizen(page):
    page.goto("/meg/avdod")
    yield "asking"
    page.get_by_role("button", name="Send").click()
    yield "asking-with-mistakes"
    page.goto("/meg/etter-meg")
    page.get_by_label("De nærmeste kan få se det de trenger").check()
    page.get_by_role("button", name="Lagre").click()
    page.get_by_text("Ønsket ditt er lagret.").wait_for()
    yield "wish"
    page.goto("/for")
    page.get_by_role("link", name="Olav Sæterbø").first.click()
    page.wait_for_url("**/for/*")
    yield "for"
    page.goto(f"{page.url}/gjor")
    yield "do"
    page.get_by_role("button", name="Send").click()
    yield "do-with-mistakes"
    page.goto("/meg/apninger")
    page.get_by_text("Laget selv en oppgave").wait_for()
    yield "openings"


def of_the_reviewer(page):
    page.goto("/arbeid")
    yield "work"
    page.get_by_role("link", name="Åpnet ved egen time, henvisning eller oppgave").first.click()
    page.get_by_role("link", name="Se over åpningen").click()
    page.wait_for_url("**/admin/saker/*")
    yield "self-made"
    with beside(page, "gravid") as (read, send):
        entry = re.findall(r'"/meg/journal/(\w+/[^"?]+)', read("/meg/journal"))[0]
        send(f"/meg/e/{entry}/feil", hva="retting", tekst="Dette var en annen enn meg")
    page.goto("/arbeid")
    page.get_by_role("link", name="Dette var en annen enn meg").first.click()
    page.get_by_role("link", name="Avgjør kravet").click()
    page.get_by_role("link", name="Flytt den til den rette").click()
    page.wait_for_url("**/admin/saker/*/flytt")
    yield "moving what a demand is about"


def of_the_gp(page):
    page.goto("/")
    page.get_by_role("link", name="Olav Sæterbø").first.click()
    page.wait_for_url("**/p/*")
    base, number = page.url, number_of(page, "gravid")
    page.goto(f"{base}/onsker")
    yield "waiting"
    page.get_by_role("link", name="Sara Haile").click()
    page.wait_for_url("**/onsker/*")
    yield "decide"
    page.get_by_role("button", name="Avgjør").click()
    yield "decide-with-mistakes"
    page.goto(f"{base}/parorende")
    yield "kin"
    page.get_by_role("button", name="Gi innsyn").click()
    yield "kin-with-mistakes"
    page.goto(f"{base}/fullmakter")
    yield "acting"
    page.goto(f"{base}/verge")
    page.get_by_role("button", name="Registrer vergen").click()
    yield "guardian-with-mistakes"
    page.get_by_label("Fødselsnummer eller d-nummer").fill(number)
    page.get_by_label("Etternavn").fill("Nordmarken")
    page.locator("#deler input").first.check()
    page.get_by_label("Hvor står vedtaket?").fill("Statsforvalteren i Trøndelag, sak 2026/11")
    page.get_by_role("button", name="Registrer vergen").click()
    page.wait_for_url("**/fullmakter")
    page.locator("a[href*='/verge/']").first.click()
    page.wait_for_url("**/verge/*")
    yield "guardian"
    page.get_by_label("Hvorfor", exact=True).fill("Registrert ved en feil")
    page.get_by_role("button", name="Avslutt", exact=True).click()
    page.wait_for_url("**/fullmakter")


WALKS = [("parorende", of_a_citizen), ("personvern", of_the_reviewer), ("fastlege", of_the_gp)]


@pytest.mark.parametrize(("persona", "walk"), WALKS, ids=["citizen", "reviewer", "gp"])
def test_each_page_is_clean(window, faults_in_both_shapes, persona, walk):
    page = window(persona=persona)
    for name in steps(walk(page), page):
        assert faults_in_both_shapes(page) == [], name
    said = [each for each in page.troubles if "422" not in each]  # the browser's own word for a form sent back
    assert not said
