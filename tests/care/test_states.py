"""One part of a page that fails: it says so, loudly where it is grave, and takes no other with it."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
import sample
import structlog
from browsing import ADDRESS, opened, own, patient_named, words

from felles.care.overview import page, present
from felles.care.overview.kept import Shelf
from felles.care.overview.views import STAFF, WANTS, decoded
from felles.care.plan import present as plans
from felles.record.grants import ALL_KINDS
from felles.record.store import Store
from felles.ui import pieces
from felles.ui.i18n import language
from felles.ui.render import add_templates

add_templates("overview", "felles.care.overview")
NB = language("nb")
FAILED = "Kunne ikke vises nå"
SECRET = "Hemmelig ord"


def text(markup):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


def made(**bad):
    """The overview's parts, where the entries of some types have a shape that nobody foresaw (type → entry)."""
    found = sample.rows(sample.record())
    rows = list(found.found)
    for place, want in enumerate(WANTS):
        if want.type in bad:
            rows[place] = json.dumps([[sample.NOW, 7, "", bad[want.type]]]).encode()
    view = present.View(NB, "/p/p1", sample.NOW, {7: "Fjordheim sykehus"})
    return page.parts(view, decoded(replace(found, found=tuple(rows))), ALL_KINDS, STAFF, 1)


def box(markup, name):
    return text(re.findall(rf'<section class="box" id="{name}".*?</section>', markup, re.DOTALL)[0])


def test_an_entry_of_a_shape_that_nobody_foresaw_takes_its_part_alone():
    with structlog.testing.capture_logs() as logs:
        told = made(Condition={"code": SECRET})
    assert FAILED in box(told.board, "problemer")
    assert "registrert" not in box(told.board, "problemer"), "what could not be read is not none"
    assert "Apiksaban" in box(told.board, "legemidler")
    assert "Penicillin" in text(told.strip)
    assert not told.whole, "such an overview is not kept"
    assert [(line["event"], line["part"], line["error"]) for line in logs] == [
        ("part failed", "problem", "ValidationError")
    ]
    assert SECRET not in str(logs)


def test_a_whole_overview_is_kept_and_nothing_is_logged():
    with structlog.testing.capture_logs() as logs:
        told = made()
    assert told.whole
    assert FAILED not in told.board
    assert "kunne ikke vises" not in told.strip
    assert logs == []


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Flag"])
def test_critical_information_that_fails_is_loud(kind):
    with structlog.testing.capture_logs():
        told = made(**{kind: {"code": SECRET}})
    assert "Kritisk informasjon kunne ikke vises: spør pasienten" in text(told.strip)
    assert 'data-state="broken"' in told.strip
    assert "Ingen kjente" not in told.strip
    assert "Lårhals" in told.board or "registrert" not in box(told.board, "problemer")


def test_what_the_record_refuses_is_no_fault_of_a_part():
    with pytest.raises(pieces.RecordError):
        pieces.part(NB, "x", lambda: (_ for _ in ()).throw(pieces.RecordError("refused")))


@pytest.mark.slow
async def test_the_page_stands_with_the_requests_reference_and_is_made_again_at_the_next_look(site, monkeypatch):
    patient, _ = await patient_named(site, "saeterbo")

    def fails(*_):
        raise KeyError(SECRET)

    async with site.visitor("fastlege") as doctor, site.visitor("eldre") as olav:
        with monkeypatch.context() as patch, structlog.testing.capture_logs() as logs:
            patch.setattr(page, "_shelf", Shelf())  # nothing is kept from looks of tests before
            patch.setattr(present, "medicines", fails)
            patch.setattr(plans, "goals", fails)
            chart, plan = await doctor.get(f"/p/{patient}/plan"), await olav.get("/meg")
            whole = await doctor.get(f"/p/{patient}")
        for answer, name in ((chart, "mal"), (plan, "legemidler"), (whole, "legemidler")):
            assert answer.status_code == 200
            said = box(answer.text, name)
            assert FAILED in said
            assert answer.headers["x-request-id"] in said
            assert 'href="">Prøv igjen' in answer.text
        assert "Lårhalsbrudd" in whole.text
        assert SECRET not in str(logs) + whole.text + plan.text
        assert {line["request"] for line in logs} == {a.headers["x-request-id"] for a in (chart, plan, whole)}
        again = await doctor.get(f"/p/{patient}")
        assert "Apiksaban" in box(again.text, "legemidler")


@pytest.mark.slow
async def test_a_start_page_stands_without_the_part_that_fails(site, monkeypatch):
    async def fails(*_, **__):
        raise KeyError(SECRET)

    async with site.visitor("fastlege") as doctor:
        assert FAILED not in words((await doctor.get("/")).text)
        monkeypatch.setattr(Store, "listed", fails)
        answer = await doctor.get("/")
    assert answer.status_code == 200
    assert FAILED in words(answer.text)
    assert "Mine personer" in words(answer.text)


@pytest.mark.slow
async def test_trying_again_leads_to_where_one_was(site, monkeypatch):
    def fails(*_):
        raise KeyError(SECRET)

    patient, _ = await patient_named(site, "saeterbo")
    monkeypatch.setattr("felles.care.find.pages.form_of", fails)
    monkeypatch.setattr(present, "person", fails)
    async with site.visitor("fastlege") as doctor:
        asked = await doctor.get(f"/p/{patient}/plan?x=1")
        came = own() | {"referer": f"{ADDRESS}/finn?a=b"}
        sent = await doctor.post("/finn", data={"slag": "navn"}, headers=came)
        astray = await doctor.post("/finn", data={"slag": "navn"}, headers=own() | {"referer": "https://x.test/finn"})
    for answer, to in ((asked, f"/p/{patient}/plan?x=1"), (sent, "/finn?a=b"), (astray, "/")):
        assert answer.status_code == 500
        assert f'href="{to}">Prøv igjen' in answer.text.replace("&#x2f;", "/")
        assert SECRET not in answer.text


@pytest.mark.slow
async def test_all_states_stand_on_one_page_in_demo_mode_alone(site, region, pages_home):
    async with site.visitor("fastlege") as doctor:
        answer = await doctor.get("/tilstander")
    assert answer.status_code == 200
    for state in ("unrecorded", "none", "refused", "blocked", "unreachable", "broken", "gone", "mistaken"):
        assert f'data-state="{state}"' in answer.text, state
    async with opened(region, pages_home, demo=False) as real, real.visitor() as anybody:
        assert (await anybody.get("/tilstander")).status_code == 404
