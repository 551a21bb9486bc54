"""A picture of every page and state, wide and narrow, into docs/pages/ with an index: `make pictures`.

The pages are those that the browser tests walk through (`WALKS` in tests/browser/test_*.py: a new one is in the
pictures by being there), and for each other persona her own first page and the first record that she has. They are
taken over a small region of a fixed seed on a fixed clinical day, in Chromium, with PostgreSQL and server of their
own; the log's times are real ones. What is there before is replaced. Each walk is gone through once, wide, and the
window is made a phone's, and dark, where a picture is taken.

    python scripts/pictures.py [--only WORD] [--to FOLDER] [--fine]
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
sys.path[:0] = [str(TESTS / "helpers"), str(ROOT / "src")]

from browsers import QUIET, found  # noqa: E402
from browsing import PEOPLE  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402 - the path comes first
from served import served  # noqa: E402

from felles.demo.cards import CITIZEN_CARDS, STAFF_CARDS  # noqa: E402
from felles.demo.region import SEED  # noqa: E402
from felles.record.embedded import Embedded  # noqa: E402

DAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
"""The clinical moment at which the pictures begin."""
WIDTHS = (1440, 390)
TALLEST = {1440: 1000, 390: 1250}
"""Pixels of a picture's height by its width: what lies below is more of the same."""
SCALE = {1440: 0.6, 390: 0.75}
QUALITY = 22
MOST = 7 * 2**20
"""Bytes of all pictures together."""
DARK = frozenset(
    {
        "front",
        "overview",
        "one course whole",
        "results as a table",
        "my record",
        "what is silent",
        "all states",
    }
)
"""What is also taken in dark colours."""
HEAD = """# Every page

Made by `make pictures` over a region of {people} people (seed {seed}) on {day}; nobody in them exists. Wide is 1440 px,
narrow 390 px; a picture that is cut off at its bottom goes on in the page.
"""

Walk = Callable[[Any], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step with its pictures: (width, dark) → file name."""

    who: str
    name: str
    files: dict[tuple[int, bool], str]


def modules() -> Iterator[ModuleType]:
    """The modules of the browser tests."""
    for path in sorted((TESTS / "browser").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"pictures_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no module")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def own_pages(page: Any) -> Iterator[str]:
    """A persona's first page, and the first record that it leads to."""
    page.goto("/")
    yield "start"
    record = page.locator("main a[href^='/p/']")
    if record.count():
        page.goto(re.split(r"[?#]", "/".join(record.first.get_attribute("href").split("/")[:3]))[0])
        yield "a chart"


def front(page: Any) -> Iterator[str]:
    """What a visitor sees."""
    page.goto("/")
    yield "front"
    page.goto("/nowhere")
    yield "nothing here"


def walks() -> list[tuple[str, Walk]]:
    """Persona ("" for a visitor) → a walk."""
    found: list[tuple[str, Walk]] = [("", front)]
    for module in modules():
        found += getattr(module, "WALKS", [])
    walked = {persona for persona, _ in found}
    found += [(card.id, own_pages) for card in (*STAFF_CARDS, *CITIZEN_CARDS) if card.id not in walked]
    return found


def slug(text: str) -> str:
    """A name for a file."""
    plain = text.lower().translate(str.maketrans("æøå", "aoa"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class Camera:
    """Takes pictures of one page, wide and narrow, light and dark, whatever the page is at that moment."""

    def __init__(self, page: Any, to: Path, *, fine: bool) -> None:
        """`fine`: whole pages in full size, for who looks them over; such pictures are too large to keep."""
        self.page, self.to, self.fine = page, to, fine
        self.session = page.context.new_cdp_session(page)

    def take(self, name: str, *, dark: bool) -> dict[tuple[int, bool], str]:
        """The pictures of a step: (width, dark) → file name; the page is afterwards as it was."""
        page, files = self.page, {}
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        for width in WIDTHS:
            phone = width < 600
            shape = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": phone}
            self.session.send("Emulation.setDeviceMetricsOverride", shape)
            self.session.send("Emulation.setTouchEmulationEnabled", {"enabled": phone})
            for darkly in (False, True)[: 1 + dark]:
                page.emulate_media(color_scheme="dark" if darkly else "light")
                files[width, darkly] = f"{name}-{width}{'-dark' if darkly else ''}.webp"
                self._shoot(self.to / files[width, darkly], width)
        page.emulate_media(color_scheme="light")
        self.session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        self.session.send("Emulation.setDeviceMetricsOverride",
                          {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip
        return files

    def _shoot(self, to: Path, width: int) -> None:
        page = self.page
        page.evaluate("scrollTo(0, 0)")
        whole = page.evaluate("document.documentElement.scrollHeight")
        height = min(whole, 6000 if self.fine else TALLEST[width])
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1 if self.fine else SCALE[width]}
        asked = {"format": "webp", "quality": 60 if self.fine else QUALITY, "captureBeyondViewport": True, "clip": clip}
        to.write_bytes(base64.b64decode(self.session.send("Page.captureScreenshot", asked)["data"]))


def walked(
    browser: Any, address: str, to: Path, who: str, walk: Walk, *, fine: bool
) -> Iterator[tuple[str, dict[tuple[int, bool], str]]]:
    """(step, its pictures) of one walk."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1440, "height": 900}, locale="nb-NO", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    camera = Camera(page, to, fine=fine)
    try:
        if who:
            page.goto("/")
            page.click(f"button[value={who}]")
        for name in walk(page):
            yield name, camera.take(f"{who or 'visitor'}-{slug(name)}", dark=name in DARK)
    finally:
        context.close()


def index(taken: list[Taken], people: int, seed: int) -> str:
    """The page that shows them all."""
    lines = [HEAD.format(people=people, seed=seed, day=DAY.date())]
    for who in dict.fromkeys(each.who for each in taken):
        lines.append(f"\n## {who or 'visitor'}\n\n| page | wide | narrow |\n|---|---|---|")
        for each in (each for each in taken if each.who == who):
            cells = [
                " ".join(f'<a href="{file}"><img src="{file}" alt="" width="{300 if wide > 600 else 140}"></a>'
                         for (width, _), file in sorted(each.files.items()) if (width > 600) is (wide > 600))
                for wide in WIDTHS
            ]  # fmt: skip
            lines.append(f"| {each.name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Take them all; 1 when something went wrong or they weigh too much."""
    asked = argparse.ArgumentParser(description="Pictures of every page into docs/pages/.")
    asked.add_argument("--to", type=Path, default=ROOT / "docs" / "pages")
    asked.add_argument("--only", default="", help="only walks of personas whose name holds this")
    asked.add_argument("--fine", action="store_true", help="whole pages in full size, to look them over (with --to)")
    told = asked.parse_args()
    chromium = found()
    if chromium is None:
        print("there is no Chromium here: scripts/chromium.sh says how to get it", file=sys.stderr)
        return 1
    told.to.mkdir(parents=True, exist_ok=True)
    offset = int(DAY.timestamp() * 1_000_000) - time.time_ns() // 1000
    wanted = [(who, walk) for who, walk in walks() if told.only in (who or "visitor")]
    steps: dict[tuple[str, str], dict[tuple[int, bool], str]] = {}
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="felles-pictures-") as folder, Embedded(Path(folder)) as database:
        places = _Places(database.url("worker"), database.url("owner"))
        with served(places, Path(folder), offset=offset) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, "--lang=nb-NO"])
            for number, (who, walk) in enumerate([*wanted, ("", silence(database))], start=1):
                print(f"{number} of {len(wanted) + 1}: {who or 'visitor'}", flush=True)
                try:
                    for name, files in walked(browser, address, told.to, who, walk, fine=told.fine):
                        steps[who, name] = files
                except Exception as error:  # noqa: BLE001 - told at the end; the others are still of use
                    failed.append(f"{who} after {next(reversed(steps), '')}: {str(error).splitlines()[0]}")
            browser.close()
            database.start()
    taken = [Taken(who, name, files) for (who, name), files in steps.items()]
    if not told.only:
        kept = {file for each in taken for file in each.files.values()}
        for stale in told.to.glob("*.webp"):
            if stale.name not in kept:
                stale.unlink()
        (told.to / "README.md").write_text(index(taken, PEOPLE, SEED))
    weight = sum(path.stat().st_size for path in told.to.glob("*.webp"))
    print(f"{sum(len(each.files) for each in taken)} pictures, {weight / 2**20:.1f} MiB in {told.to}")
    for each in failed:
        print(f"not taken: {each}", file=sys.stderr)
    return 1 if failed or (weight > MOST and not told.fine) else 0


def silence(database: Embedded) -> Walk:
    """What is seen when the database is gone."""

    def pages(page: Any) -> Iterator[str]:
        database.stop()
        page.goto("/meg")
        yield "the record is away"

    return pages


@dataclass(frozen=True, slots=True)
class _Places:
    """What the helpers take for a database."""

    url: str
    owner_url: str


if __name__ == "__main__":
    sys.exit(main())
