"""What a task costs whoever does it: clicks, keys and changes of page, counted in the browser, held against its budget.

    page.goto("/")
    with counted(page, "T1"):                       # by mouse: at most the budget's clicks
        page.get_by_role("link", name="Olav").first.click()
        page.wait_for_url("**/p/*")
    with counted(page, "T1", by="keys"): ...        # by keyboard alone: no click, at most the budget's keys

Where the product takes more keys than the budget, `over` says how many: the row is marked, and one more fails.
Changes of page have no budget of their own in the research (it names one for a whole appraisal of a case: six); what
is written beside a budget is what the task took when it was last looked at, and the bound from then on.

A click is a pointer that goes down, and two for a choice made in a list without one (`select_option`). A key is one
that goes down (`page.keyboard.press`, `.type`); what is filled in at once (`fill`, `insert_text`) counts as text, as
the budgets leave out the text of a note. What was counted must be what docs/clicks.md says: with FELLES_CLICKS=write
its row is written.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs/clicks.md"


@dataclass(frozen=True)
class Budget:
    """Of one task: what it is, the most clicks by mouse, the most keys by keyboard (None: the research names none).

    `pages`: the most changes of page, by either means; `over`: the keys it takes where those are more than `keys`.
    """

    what: str
    clicks: int
    keys: int | None = None
    pages: int = 0
    over: int | None = None


BUDGETS: Final = {
    "T1": Budget("Open the next patient from the worklist", 1, 2, pages=1),
    "T2": Budget("Find any patient and open her chart", 1, 9, pages=1),
    "T3": Budget("See critical information, medicines, problems and what changed", 0, 0),
    "T4": Budget("See the latest value and the course of one test", 1, 3, pages=1),
    "T5": Budget("Open the last discharge summary, or any document by its kind", 1, 3, pages=1),
    "T6": Budget("Write a note and sign it", 2, 3),
    "T9": Budget("Change a dose", 3, 6, pages=1),
    "T10": Budget("Stop a medicine, with the reason", 3, 4, pages=1),
    "T15": Budget("Send a referral filled in from the chart", 4, 8),
    "T16": Budget("Book a follow-up", 3, 5, pages=1),
    "T17": Budget("Answer a patient's message", 2, 3, pages=2),
    "T18": Budget("Write down blood pressure, pulse and weight", 1, 12),
    "T20": Budget("Open in emergency what is blocked", 3, 8, pages=2),
    "arrived": Budget("Mark one as arrived", 1, pages=1),
    "move": Budget("Move an appointment", 2, pages=2),
    "offer": Budget("Cancel an appointment and offer its time to the waiting list", 2, pages=2),
    "planned": Budget("Mark a home visit as done as planned", 1, pages=1),
    "deviation": Budget("Report a deviation from a home visit", 2),
    "proposal": Budget("Propose a change of a medicine", 3),
    "vaccinate": Budget("Write down a vaccination that is due", 2),
    "own": Budget("A citizen enters a measurement of her own", 1, pages=1),
    "looked": Budget("A citizen sees who has looked", 2, pages=1),
    "block": Budget("A citizen sets a block", 4, pages=3),
    "correction": Budget("Ask for a correction", 2, pages=2),
    "correct": Budget("Set a wrong measurement right, from its line", 2),
}

_LISTEN: Final = """() => {
  if (window.counts) return;
  window.counts = true;
  let touched = false, typed = false;
  const silent = ["Shift", "Control", "Alt", "Meta"];
  const on = (kind, heard) => addEventListener(kind, heard, true);
  on("pointerdown", () => { touched = true; counted("clicks", 1); });
  on("keydown", (event) => {
    typed = event.key.length === 1 && !event.ctrlKey;
    if (!silent.includes(event.key)) counted("keys", 1);
  });
  on("input", (event) => {
    const one = event.data?.length === 1 || event.inputType?.startsWith("delete");
    if (touched || (typed && one) || event.target.matches("[type=radio], [type=checkbox]")) touched = typed = false;
    else if (event.target.matches("select")) counted("clicks", 2);
    else if (one) counted("keys", event.data ? 1 : 0); // a letter that no key of this keyboard has
    else counted("text", event.data?.length ?? event.target.value?.length ?? 0);
  });
}"""


@contextmanager
def counted(page: Any, task: str, *, by: str = "mouse") -> Generator[None]:
    """Counts what is done on the page until the block ends, and holds it against the budget and docs/clicks.md.

    `by` is "mouse" or "keys". Raises AssertionError where the task takes more than its budget or what is written."""
    budget, counts = BUDGETS[task], _counts(page)
    counts.update(clicks=0, keys=0, text=0, pages=0)
    page.evaluate(_LISTEN)
    yield
    page.evaluate("1")  # what was counted before is heard
    if by == "mouse":
        assert counts["clicks"] <= budget.clicks, f"{task} took {counts['clicks']} clicks of {budget.clicks}"
    else:
        assert not counts["clicks"], f"{task} took a mouse"
        assert budget.keys is not None, f"{task} has no budget of keys"
        most = budget.over or budget.keys
        assert counts["keys"] <= most, f"{task}: {counts['keys']} keys of {most}"
    assert counts["pages"] <= budget.pages, f"{task}: {counts['pages']} changes of page of {budget.pages}"
    _hold(task, by, counts)


def rows() -> dict[tuple[str, str], str]:
    """The rows of docs/clicks.md by task and means."""
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.endswith("|")][2:]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {(cell[1], cell[3]): line for cell, line in zip(cells, lines, strict=True)}


def _counts(page: Any) -> dict[str, int]:
    """What is counted on this page, from its first task on."""
    if not hasattr(page, "counts"):
        page.counts = counts = {"clicks": 0, "keys": 0, "text": 0, "pages": 0}

        def heard(_: Any, what: str, number: int) -> None:
            counts[what] += number

        def moved(frame: Any) -> None:
            counts["pages"] += frame == page.main_frame

        page.expose_binding("counted", heard)
        page.on("framenavigated", moved)
        page.add_init_script(f"({_LISTEN})()")
    return page.counts


def _hold(task: str, by: str, counts: dict[str, int]) -> None:
    """The row of docs/clicks.md is what was counted, or becomes it."""
    budget = BUDGETS[task]
    most, taken = (budget.clicks, counts["clicks"]) if by == "mouse" else (budget.keys or 0, counts["keys"])
    row = (
        f"| {task} | {budget.what} | {by} | {counts['clicks']} | {counts['keys']} | {most} |"
        f" {counts['pages']} | {budget.pages} | {counts['text']} | {'over' if most < taken else ''} |"
    )
    written = rows()
    if os.environ.get("FELLES_CLICKS") != "write":
        assert written.get((task, by)) == row, f"docs/clicks.md does not say {row} (FELLES_CLICKS=write writes it)"
        return
    written[task, by] = row
    order = list(BUDGETS)
    table = [written[key] for key in sorted(written, key=lambda key: (order.index(key[0]), key[1] != "mouse"))]
    head, ruled, _ = DOCUMENT.read_text().partition("|---|---|---|---|---|---|---|---|---|---|\n")
    DOCUMENT.write_text(head + ruled + "\n".join(table) + "\n")
