"""Pages about cases, requests and wishes in a browser: clean at every width, filled in and with mistakes."""

import pytest

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


def of_the_gp(page):
    page.goto("/")
    page.get_by_role("link", name="Olav Sæterbø").first.click()
    page.wait_for_url("**/p/*")
    base = page.url
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


WALKS = [("parorende", of_a_citizen), ("personvern", of_the_reviewer), ("fastlege", of_the_gp)]


@pytest.mark.parametrize(("persona", "walk"), WALKS, ids=["citizen", "reviewer", "gp"])
def test_each_page_is_clean(window, faults_in_both_shapes, persona, walk):
    page = window(persona=persona)
    for name in walk(page):
        assert faults_in_both_shapes(page) == [], name
    said = [each for each in page.troubles if "422" not in each]  # the browser's own word for a form sent back
    assert not said
