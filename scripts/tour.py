"""The tour in pictures, into docs/tour/: walked as the test walks it (`tests/helpers/touring.py`), `make pictures`.

python scripts/tour.py [FOLDER]
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/helpers"), str(ROOT / "src")]

from browsers import QUIET, found  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402 - the path comes first
from served import served  # noqa: E402
from settling import settle  # noqa: E402
from touring import STEPS, walk  # noqa: E402

from felles.record.embedded import Embedded  # noqa: E402

DAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
"""The clinical moment at which it begins."""
TALLEST = {1440: 900, 390: 1000}
"""Pixels of a picture's height by its width."""
HEAD = """# The tour in pictures

Made by `make pictures`; nobody in them exists. The tour itself stands at `/omvisning` of the demo, and prints on one
sheet ([omvisning.pdf](omvisning.pdf)).
"""


def picture(page: Any, width: int, to: Path) -> None:
    """The page as it is, from its top."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    page.evaluate("scrollTo(0, 0)")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[width])
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    asked = {"format": "webp", "quality": 70, "captureBeyondViewport": True, "clip": clip}
    session = page.context.new_cdp_session(page)
    to.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", asked)["data"]))


def index(taken: list[tuple[str, int]]) -> str:
    """The page that shows them step by step."""
    lines = [HEAD]
    for number, title in enumerate(STEPS, start=1):
        lines.append(f"## {number}. {title}\n")
        lines += [
            f'<img src="{name}.webp" alt="{title}" width="{min(width, 720)}">\n'
            for name, width in taken
            if name.startswith(f"{number}-")
        ]
    return "\n".join(lines)


def main() -> int:
    """Walk it and take the pictures; 1 where there is no Chromium."""
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "tour"
    chromium = found()
    if chromium is None:
        print("there is no Chromium here: scripts/chromium.sh says how to get it", file=sys.stderr)
        return 1
    to.mkdir(parents=True, exist_ok=True)
    offset = int(DAY.timestamp() * 1_000_000) - time.time_ns() // 1000
    taken: list[tuple[str, int]] = []
    with tempfile.TemporaryDirectory(prefix="felles-tour-") as folder, Embedded(Path(folder)) as database:
        places = SimpleNamespace(url=database.url("worker"), owner_url=database.url("owner"))
        with served(places, Path(folder), offset=offset) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, "--lang=nb-NO"])

            def window(width: int = 1440, *, persona: str = "") -> Any:
                page = browser.new_context(
                    base_url=address,
                    reduced_motion="reduce",
                    viewport={"width": width, "height": 900},
                    is_mobile=width < 600,
                    locale="nb-NO",
                ).new_page()
                if persona:
                    page.goto("/")
                    page.click(f"button[value={persona}]")
                return page

            page = window()
            page.goto("/omvisning")
            (to / "omvisning.pdf").write_bytes(page.pdf(format="A4"))
            for name, shown in walk(window, lambda page: settle(page, places.url)):
                taken.append((name, shown.viewport_size["width"]))
                picture(shown, taken[-1][1], to / f"{name}.webp")
                print(name, flush=True)
            browser.close()
    for stale in set(to.glob("*.webp")) - {to / f"{name}.webp" for name, _ in taken}:
        stale.unlink()
    (to / "README.md").write_text(index(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
