"""Which pages of an open record can be printed from the page itself, and under which act the log has it.

A browser prints what it shows without telling anybody; the look that showed it has its line. Who prints by our button
leaves a second line, that says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from felles.ui.domain import Tab
    from felles.ui.i18n import Language

ENTRY: Final = re.compile(r"/e/([A-Z][A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})")
"""An entry's page below the address of its record: type and id."""
OF_ENTRY: Final = "print-entry"


def base_of(path: str) -> str:
    """The address of the record that `path` lies in: `/p/x`, `/meg`, `/for/x`; "" for any other."""
    area, _, below = path[1:].partition("/")
    if area == "meg":
        return "/meg"
    return "/".join(path.split("/")[:3]) if area in ("p", "for") and below else ""


def act_of(tabs: Iterable[Tab], path: str) -> str:
    """The act of printing the page at `path`; "" where it is none that can be."""
    base = base_of(path)
    area, below = base[1:].partition("/")[0], path[len(base) :]
    if not base:
        return ""
    if ENTRY.fullmatch(below):
        return OF_ENTRY
    return next((_act(tab) for tab in tabs if tab.area == area and tab.path == below), "")


def acts(tabs: Iterable[Tab]) -> dict[str, Callable[[Language], str]]:
    """What the log says of each act of printing (`page:…` → language → words)."""
    told: dict[str, Callable[[Language], str]] = {
        f"page:{OF_ENTRY}": lambda t: t("Skrev ut en oppføring fra journalen"),
    }
    for tab in tabs:
        told[f"page:{_act(tab)}"] = lambda t, text=tab.text: t("Skrev ut «{page}»").format(page=text(t))
    return told


def _act(tab: Tab) -> str:
    return f"print-{tab.path.strip('/') or 'oversikt'}"
