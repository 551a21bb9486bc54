"""The tour as it is walked: six steps in the windows of six personas, each held to what it promises.

A test walks it (tests/browser/test_tour.py), and `make pictures` takes its pictures on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Any

WOMAN = "Ida Nordmarken"
STEPS = (
    "The raised blood pressure",
    "Its receipt at the hospital",
    "The woman's phone: who opened it and why, and a block",
    "A refusal with its reason",
    "A hand-over that nobody has taken: its owner, its deadline",
    "The log proved whole",
)
"""What each step shows, in order."""


def walk(window: Callable[..., Any], settled: Callable[[Any], None]) -> Generator[tuple[str, Any]]:
    """Walks the tour; after each step the name of its picture and the page that shows it.

    `window(persona=…)` or `window(390, persona=…)` opens a window of that persona; `settled(page)` lets the ten
    seconds be over in which what was just signed can be called back.
    """
    midwife = window(persona="jordmor")
    yield from _raised(midwife, settled)
    yield from _received(window(persona="fodselslege"), midwife, settled)
    yield from _looked(window(390, persona="gravid"))
    yield from _refused(window(persona="sykehuslege"))
    operator = window(persona="administrator")
    yield from _owned(operator)
    yield from _proved(operator)


def _raised(midwife: Any, settled: Callable[[Any], None]) -> Generator[tuple[str, Any]]:
    midwife.goto("/")
    midwife.get_by_role("link", name=WOMAN).first.click()
    midwife.wait_for_url("**/p/*", wait_until="load")
    chart = midwife.url
    for _ in range(2):
        midwife.goto(chart)
        midwife.get_by_role("link", name="Måling", exact=True).first.click()
        midwife.locator("[data-draft] input:focus").wait_for()
        midwife.get_by_label("Overtrykk").fill("148")
        midwife.get_by_label("Undertrykk").fill("96")
        midwife.get_by_label("Protein i urin").select_option("1+")
        midwife.keyboard.press("Control+Enter")
        settled(midwife)
    midwife.goto(chart)
    midwife.get_by_role("link", name="Ring vakthavende").click()
    midwife.locator(".ringing a[href^='tel:']").first.wait_for()
    yield "1-ring", midwife
    midwife.get_by_role("button", name="Send og ring").click()
    midwife.wait_for_url("**/arbeid/Task/*", wait_until="load")
    assert "Ingen har tatt den ennå." in midwife.locator("#hast").inner_text()
    yield "1-nobody-yet", midwife


def _received(doctor: Any, midwife: Any, settled: Callable[[Any], None]) -> Generator[tuple[str, Any]]:
    doctor.goto("/")
    doctor.get_by_role("link", name="Tilkalling").first.click()
    doctor.wait_for_url("**/arbeid/Task/*")
    yield "2-called", doctor
    doctor.get_by_role("button", name="Ta den").click()
    doctor.get_by_text("Kristin Ytterhus har den.").wait_for()
    doctor.get_by_role("link", name="Svar med plan").click()
    doctor.get_by_label("Tiltak").fill("Innleggelse på Kvinneklinikken: i dag kl. 14")
    doctor.get_by_label("Til pasienten").fill("Vi følger blodtrykket ditt på sykehuset til det er trygt.")
    yield "2-plan", doctor
    doctor.get_by_role("button", name="Signer og svar").click()
    settled(doctor)
    midwife.reload()
    assert "Kristin Ytterhus" in midwife.locator("main").inner_text()
    assert "Innleggelse på Kvinneklinikken" in midwife.locator("main").inner_text()
    yield "2-answered", midwife
    midwife.locator("summary", has_text="Avslutt").click()
    midwife.locator("#tekst-avslutt").fill("Innlagt, plan mottatt")
    midwife.get_by_role("button", name="Avslutt").click()
    midwife.get_by_text("Avsluttet").first.wait_for()


def _looked(woman: Any) -> Generator[tuple[str, Any]]:
    woman.goto("/meg/innsyn")
    said = woman.locator("main").inner_text()
    assert "Kristin Ytterhus" in said
    assert "Synne Rønningen" in said
    yield "3-looked", woman
    woman.get_by_role("link", name="Hvem kan åpne journalen din nå").click()
    woman.get_by_role("link", name="Sperr for Gynekolog Stormo").click()
    woman.get_by_role("button", name="Sperr", exact=True).wait_for()
    # What it would stop: the referral with her specialist, by its kind; that it stops nothing once that is answered.
    stops, none = woman.locator("[data-state=stops]"), woman.get_by_text("Sperren stopper ikke noe som er sendt.")
    assert stops.count() + none.count() == 1
    assert not stops.count() or "Henvisning" in stops.locator("li").first.inner_text()
    yield "3-block", woman
    woman.get_by_role("button", name="Sperr", exact=True).click()
    woman.wait_for_url("**/meg/sperringer")
    assert "Gynekolog Stormo" in woman.locator("main").inner_text()
    woman.get_by_role("button", name="Opphev sperringen").click()
    woman.get_by_text("Du har ikke sperret noe.").wait_for()


def _refused(stranger: Any) -> Generator[tuple[str, Any]]:
    stranger.goto("/finn")
    stranger.get_by_label("Navn", exact=True).fill(WOMAN)
    stranger.get_by_label("eller kommune").fill("Trondheim")
    stranger.get_by_role("button", name="Søk med navn").click()
    row = stranger.get_by_role("row", name=WOMAN)
    assert "Ikke åpen for deg" in row.inner_text()
    assert row.get_by_role("link", name=WOMAN).count() == 0
    reason = stranger.locator("#grunn").inner_text()
    assert "ikke registrert noen kontakt, henvisning, time eller annen behandling hos dere" in reason
    assert "eller så har personen sperret den" in reason
    assert "Søket er ført i personens innsynslogg." in reason
    assert re.search("oppgi tjenstlig behov|spør personen eller dem som behandler", reason), "what she can do"
    yield "4-refused", stranger


def _owned(operator: Any) -> Generator[tuple[str, Any]]:
    operator.goto("/tavle")
    assert WOMAN not in operator.locator("main").inner_text()
    yield "5-board", operator
    operator.locator("dl.facts a[href*='hva=unread']").click()
    operator.wait_for_url("**/tavle?*hva=unread*", wait_until="load")
    lines = operator.locator("table.people tbody tr")
    assert lines.count() > 0
    for told in lines.all():
        for what in ("Hos", "Frist", "Neste steg"):
            assert told.locator(f"td[data-label='{what}']").inner_text().strip(" –"), f"{what}: {told.inner_text()}"
    assert WOMAN not in operator.locator("main").inner_text()
    yield "5-owned", operator


def _proved(operator: Any) -> Generator[tuple[str, Any]]:
    operator.goto("/drift/logg")
    operator.get_by_role("button", name="Regn gjennom hele loggen").click()
    for _ in range(100):
        if operator.locator("tbody tr").first.locator(".ds-tag[data-color=success]").count():
            break
        operator.wait_for_timeout(200)
        operator.goto("/drift/logg")
    else:
        raise AssertionError(operator.locator("main").inner_text())
    yield "6-proved", operator
