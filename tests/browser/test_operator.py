"""What the operator comes for: what is silent. The jobs run for real beside the pages, and one of them stops."""

import asyncio
import threading

import pytest
from walked import steps

from felles.record import cleanup
from felles.record.maintenance import connect
from felles.record.pulse import CLEANING

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def said(url, *statements):
    """Run statements over one connection, which is kept until it is closed; a thread has a loop for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    conn = do(connect(url))
    for statement in statements:
        do(conn.execute(statement))

    def close():
        do(conn.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)

    return close


def board(page, headline):
    """The start page, once it says so: jobs tell of themselves now and then."""
    for _ in range(40):
        page.goto("/")
        if headline in page.locator("main").inner_text():
            return
        page.wait_for_timeout(250)
    raise AssertionError(page.locator("main").inner_text())


def test_operator_what_is_silent(window, faults, region):
    page = window(persona="administrator")
    board(page, "Ingen del er stille")
    assert faults(page) == []
    # A round of cleaning that never ends: its lock is held, and its last success lies three hours back.
    mend = said(
        region.url,
        f"select pg_advisory_lock({cleanup.LOCK})",
        "select pg_sleep(1.2)",
        f"update pulse set at = at - 10800000000 where part = '{CLEANING}'",
    )
    board(page, "1 del er stille")
    silent = page.locator(".silent li")
    assert "for 3 timer siden" in silent.inner_text()
    assert faults(page) == []
    silent.get_by_role("link", name="Opprydding").click()  # the one click
    page.wait_for_url("**/drift/opprydding")
    answer = page.locator("main").inner_text()
    assert "Stille" in answer
    assert "Lyktes sist" in answer
    assert "gikk ut for 2 timer siden" in answer
    assert "Start felles serve på nytt" in answer
    assert faults(page) == []
    mend()
    board(page, "Ingen del er stille")
    assert page.troubles == []


def pages_of_whoever_runs_it(page):
    for path, name in (
        ("/drift", "what is silent"),
        ("/drift/virksomheter", "the organisations"),
        ("/drift/logg", "the proof of the log"),
    ):
        page.goto(path)
        yield name
    told = page.locator("#bevis .ds-tag[data-color]")
    before = told.count()  # others may have asked in this region
    page.locator("button[value=prov]").click()
    told.nth(before).wait_for()
    page.locator("progress").wait_for(state="detached")  # the page has fetched the result by itself
    yield "the log proved by samples"
    page.goto("/drift/opprydding")
    yield "a part"


WALKS = [("administrator", pages_of_whoever_runs_it)]


def test_the_pages_of_whoever_runs_it_are_clean(window, faults):
    page = window(320, dark=True, persona="administrator", language="en-GB")
    page.goto("/drift/logg")
    before = page.locator("#bevis [data-color=success]").count()
    for name in steps(pages_of_whoever_runs_it(page), page):
        assert faults(page) == [], name
    page.goto("/drift/logg")
    assert page.locator("#bevis [data-color=success]").count() == before + 1
