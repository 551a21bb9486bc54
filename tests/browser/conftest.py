"""A real browser in front of the pages: Chromium, driven by Playwright, with axe-core beside it."""

from itertools import count
from pathlib import Path

import pytest
from browsers import QUIET
from mortal import Browser
from served import served
from settling import settle
from shares import dealt

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
"""The rules whose answer hangs on colours and widths."""
SHAPES = [(1440, "light"), (390, "dark")]


@pytest.fixture(scope="session")
def region(pg18):
    """The database of the small region that is served; empty until `address` has written it."""
    return pg18.fresh()


@pytest.fixture(scope="session")
def key_home(tmp_path_factory):
    """The folder of the server's keys."""
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def address(region, key_home):
    """The pages over a small region, served on a port of their own."""
    with served(region, key_home) as url:
        yield url


@pytest.fixture(scope="session")
def playwright():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def chrome(chromium, playwright):
    browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
    yield browser
    browser.close()


def signed_in(context, persona):
    """Signs somebody in as the card of the front page does (`by_card` clicks it); the address it leads to."""
    ours = {"sec-fetch-site": "same-origin"}
    answer = context.request.post("/logg-inn", form={"persona": persona}, headers=ours, max_redirects=0)
    assert answer.status == 303, answer.text()
    return answer.headers["location"]


@pytest.fixture
def window(chrome, address):
    """Gives a window: `window(390, dark=True, persona="gravid")`; each has cookies of its own."""
    contexts = []

    def open_window(width=1440, *, dark=False, persona=None, language="nb-NO", script=True, by_card=False):
        phone = width < 600
        context = chrome.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=language,
            base_url=address,
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        if persona and by_card:
            page.goto("/")
            page.click(f"button[value={persona}]")
        elif persona:
            page.goto(signed_in(context, persona))
        return page

    yield open_window
    for context in contexts:
        context.close()


def _too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def mortal(chromium, playwright):
    """A browser with its page, to be killed."""
    made = Browser(chromium, playwright)
    yield made
    made.browser.close()  # also where it is gone


@pytest.fixture
def settled(region):
    """What was signed on a page goes into the record: its ten seconds are made to be over, its writer looks again."""

    return lambda page: settle(page, region.url)


@pytest.fixture
def faults():
    """What axe finds on a page, and whether it has to be scrolled sideways; with `narrow` also at 320 px."""

    def broken(page, rules):
        if not page.evaluate("'axe' in window"):
            # By the protocol, not as a script tag: the page's own policy forbids those, and it stays in force.
            page.evaluate(AXE.read_text())
        found = page.evaluate("(rules) => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]

    def look(page, *, narrow=False, rules=RULES):
        page.wait_for_load_state()  # what a click led to has begun, and may not be whole yet
        told = broken(page, rules) if rules else []
        if (wide := _too_wide(page)) > 0:
            told.append(f"{wide} px too wide")
        if narrow:
            before = page.viewport_size
            page.set_viewport_size({"width": 320, "height": 900})
            if (wide := _too_wide(page)) > 0:
                told.append(f"{wide} px too wide at 320")
            page.set_viewport_size(before)
        return told

    return look


@pytest.fixture
def faults_in_both_shapes(faults):
    """The same for a page that is wide and light, then narrow and dark.

    One of them is asked by every rule, on the next day the other; in each run a third of the pages are asked in the
    other by those rules too that hang on colours and widths (`shares`). The page is at its top, where the bar that
    stays covers no link.
    """
    seats = count()

    def turned(page, width, color):
        if getattr(page, "turned", ()) != (width, color):
            page.emulate_media(color_scheme=color)
            page.set_viewport_size({"width": width, "height": 900})
        page.turned = width, color

    def look(page):
        told, seat = [], next(seats)
        order = SHAPES if dealt("", 2, seat) else SHAPES[::-1]
        page.turned = ()  # whatever was done to it meanwhile
        for (width, color), rules in zip(order, (RULES, LOOKS if dealt("looks", 3, seat) else []), strict=True):
            turned(page, width, color)
            page.evaluate("scrollTo(0, 0)")
            told += [f"{width} px, {color}: {each}" for each in faults(page, narrow=width == 390, rules=rules)]
        turned(page, *SHAPES[0])
        return told

    return look
