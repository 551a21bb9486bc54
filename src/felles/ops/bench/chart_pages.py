"""Times of the pages in Chromium: a chart of twenty years opened, its pages turned, words typed in the palette.

Measured where the reader sits: from the start of a navigation until the page has loaded and its script has run, from
a key until the list on the screen has changed. The browser keeps what it may, as it does for who works all day.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from felles.access.region import opened
from felles.demo import long
from felles.demo.fill import state_of, write
from felles.demo.region import Region as MadeUp
from felles.ops.bench.page_report import PageReport, Step
from felles.ops.bench.region import PERSONA, Region, served
from felles.ops.bench.report import machine
from felles.record.embedded import Embedded
from felles.settings import load

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

RUNS: Final = 60
_TURNED: Final = ("", "/journal", "/prover", "/legemidler", "/plan")
"""The pages of a chart, turned in this order (below `/p/{id}`)."""
_WORDS: Final = (
    "blodtrykk", "nyre", "tungpust", "hjerte", "kols", "metformin", "ødem", "fortsetter", "vekt", "puls", "svimmel",
    "kontroll", "allergi", "penicillin", "blodsukker", "kreatinin", "trapp", "ankler", "søvn", "stoffskifte",
)  # fmt: skip
"""Looked for in the record: some stand in every note, some in none."""
_TYPED: Final = ("p", "pl", "pla", "j", "jou", "nor", "nordm", "lang", "lege", "o")
"""Typed into the palette: pages, acts and people."""
_NAMES: Final = ("Gudrun Langeland", "Ida Nordmarken", "Olav Sæterbø")
_NAVIGATED: Final = """() => { const n = performance.getEntriesByType('navigation')[0];
  return [n.loadEventEnd - n.startTime, n.responseStart - n.requestStart]; }"""
_LOADED: Final = """() => new Promise((done) => {
  const look = () => performance.getEntriesByType('navigation')[0].loadEventEnd > 0 ? done() : setTimeout(look, 1);
  look();
})"""
_KEY: Final = """([typed, part]) => new Promise((done, failed) => {
  const input = document.getElementById('palett-ord');
  const box = document.querySelectorAll('#palett-treff [data-from]')[part];
  const late = performance.now() + 20000, start = performance.now();
  const look = () => {
    const asked = performance.getEntriesByType('resource').filter(
      (each) => each.name.endsWith(box.dataset.from) && each.startTime >= start).pop();
    if (performance.now() > late) failed(new Error('nothing came for ' + typed));
    else if (!asked) requestAnimationFrame(look);
    else requestAnimationFrame(() => done([
      performance.now() - start - Number(box.dataset.after), asked.responseStart - asked.requestStart]));
  };
  performance.clearResourceTimings();
  input.value = typed;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  look();
})"""
"""Milliseconds from the key until what it found is drawn, without the wait for the next key (`data-after`)."""
_COUNTS: Final = """select (select count(*) from felles.person
          where lead is null and not reserved and person <> 0) as people,
       (select count(*) from felles.entry where bucket = $1 and person = $2 and form = 0 and state = 0) as entries"""


async def bench_pages(home: Path, people: int, *, runs: int, only: str = "", tell: Callable[[str], None]) -> PageReport:
    """Measure over the made-up region under `home`, made when it is not there.

    Only the steps with `only` in their name. Raises `RuntimeError` with one line when a part does not start, or there
    is no Chromium.
    """
    from playwright.async_api import async_playwright  # noqa: PLC0415 - of the developers' group alone

    chromium = next(
        (found for name in ("chromium", "google-chrome", "chromium-headless-shell") if (found := shutil.which(name))),
        None,
    )
    if chromium is None:
        raise RuntimeError("no Chromium here")
    async with _region(_folder(home), people, tell) as on:
        patient, setting = await _long_record(on)
        tell(f"{setting['people']} people; the chart has {setting['entries of the chart']} entries")
        async with served(on) as (address, _), async_playwright() as play:
            browser = await play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = await browser.new_page(base_url=address, locale="nb-NO", viewport={"width": 1366, "height": 768})
            measuring = _Measuring(page, patient, runs, only, tell)
            steps = await measuring.all()
            await browser.close()
    return PageReport(machine() | setting | {"runs": runs}, steps)


def _folder(home: Path) -> Path:
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    return home


@asynccontextmanager
async def _region(home: Path, people: int, tell: Callable[[str], None]) -> AsyncGenerator[Region]:
    with Embedded(home) as embedded:
        owner = await asyncpg.connect(embedded.url("owner"))
        try:
            on = Region(home, embedded, owner)
            tell(f"{home}: a region of {people}, if none is there")
            await on.felles("demo", "--if-empty", "--people", str(people))
            yield on
        finally:
            await owner.close()


async def _long_record(on: Region) -> tuple[str, dict[str, Any]]:
    """The chart of twenty years in the region, written when it is not there; the id of its Patient."""
    async with opened(load(home=on.home)) as store:
        state = await state_of(store)
        if state is None:
            raise RuntimeError(f"{on.home} holds no made-up region")
        made = MadeUp(state.seed, date.fromisoformat(state.day), state.people, state.years)
        made.places.block(0)
        life = long.life(made)
        patient = life.person.reference
        if await store.place(patient) is None:
            await write(store, made, [life])
            await on.owner.execute("vacuum analyze felles.entry")
        place = await store.place(patient)
    row = await on.owner.fetchrow(_COUNTS, *(place or (0, 0)))
    counts = dict(row) if row else {}
    return life.person.id, {"people": counts["people"], "entries of the chart": counts["entries"]}


class _Measuring:
    """One browser at work."""

    def __init__(self, page: Any, patient: str, runs: int, only: str, tell: Callable[[str], None]) -> None:
        self._page = page
        self._chart = f"/p/{patient}"
        self._runs = runs
        self._only = only
        self._tell = tell

    async def all(self) -> list[Step]:
        """Every step, told as it is done."""
        page = self._page
        await page.goto("/")
        await page.click(f"button[value={PERSONA}]")
        await page.wait_for_load_state()
        narrowed = await self._narrowed()
        steps: list[tuple[str, float, Callable[..., Awaitable[Step]], tuple[Any, ...]]] = [
            ("overview, from the start page", 400, self._pages, ([self._chart], "/")),
            *((f"page: {part or '/'}", 200, self._pages, ([self._chart + part],)) for part in _TURNED),
            ("page: /journal narrowed by a problem", 200, self._pages, (narrowed,)),
            ("start page", 200, self._pages, (["/"],)),
            ("palette: a key", 80, self._typed, (_TYPED, 0)),
            ("palette: words of the record", 300, self._typed, (_WORDS, 1)),
            ("a person by name", 200, self._found, ()),
        ]
        return [await do(Step(name, most), *more) for name, most, do, more in steps if self._only in name]

    async def _narrowed(self) -> list[str]:
        """Addresses of the journal with one problem chosen, as its form makes them."""
        await self._page.goto(f"{self._chart}/journal")
        values = await self._page.eval_on_selector_all(
            "select[name=problem] option", "all => all.map((each) => each.value).filter(Boolean)"
        )
        return [f"{self._chart}/journal?problem={value}" for value in values] or [f"{self._chart}/journal"]

    async def _pages(self, step: Step, paths: Sequence[str], before: str = "") -> Step:
        for number in range(self._runs):
            if before:
                await self._page.goto(before)
            await self._page.goto(paths[number % len(paths)])
            await self._note(step)
        return self._told(step)

    async def _found(self, step: Step) -> Step:
        for number in range(self._runs):
            await self._page.goto("/finn")
            await self._page.fill("input[name=navn]", _NAMES[number % len(_NAMES)])
            await self._page.fill("input[name=kommune]", "5001")
            async with self._page.expect_navigation():
                await self._page.click("button[value=navn]")
            await self._note(step)
        return self._told(step)

    async def _typed(self, step: Step, words: Sequence[str], part: int) -> Step:
        await self._page.goto(self._chart)
        await self._page.keyboard.press("Control+k")
        await self._page.wait_for_selector("#palett[open]")
        await asyncio.sleep(0.5)
        for number in range(self._runs):
            whole, server = await self._page.evaluate(_KEY, [words[number % len(words)], part])
            step.whole.append(whole)
            step.server.append(server)
        await self._page.keyboard.press("Escape")
        return self._told(step)

    async def _note(self, step: Step) -> None:
        await self._page.evaluate(_LOADED)
        whole, server = await self._page.evaluate(_NAVIGATED)
        step.whole.append(whole)
        step.server.append(server)

    def _told(self, step: Step) -> Step:
        self._tell(" · ".join(step.cells()))
        return step
