"""Steps from page to page by what stands there, where a test would be tempted to type an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def menu(page: Any, name: str) -> None:
    """By the main menu, which a phone folds."""
    link = page.get_by_role("navigation", name="Hovedmeny").get_by_role("link", name=name, exact=True)
    if not link.count():
        page.get_by_role("button", name="Meny", exact=True).click()
    follow(page, link.first)


def tab(page: Any, name: str) -> None:
    """To another part of the record that is open."""
    follow(page, page.locator(".tabs").get_by_role("link", name=name, exact=True))


def follow(page: Any, link: Any) -> None:
    """By a link or button that leads to another page, until that is there."""
    with page.expect_navigation(wait_until="load"):
        link.click()


def chart(page: Any, name: str) -> None:
    """From a start page to the chart of somebody who stands on it."""
    page.goto("/")
    follow(page, page.get_by_role("link", name=name, exact=True).first)
    page.wait_for_url("**/p/*")


def acts(page: Any, name: str) -> None:
    """From a citizen's start page to the record of somebody for whom she acts."""
    page.goto("/")
    menu(page, "Handle for en annen")
    follow(page, page.get_by_role("link", name=name))


def herself(window: Callable[..., Any], persona: str, name: str) -> Any:
    """A window of somebody who has no card, at her start page: the demo leads there from the chart a persona opens."""
    return become(window(persona=persona), name)


def become(page: Any, name: str) -> Any:
    """The same window, now hers whose chart the one who sat there can open: at her start page."""
    chart(page, name)
    follow(page, page.get_by_role("button", name=f"Se innsynet som {name}"))
    menu(page, "Min journal")
    return page
