"""The journal's page, whoever reads it: rows, narrowed as the address says, as the templates fill them in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from felles.care.journal import lanes, present, rules
from felles.care.journal.rules import Choice
from felles.care.overview.present import View
from felles.care.people import store_of
from felles.record.kinds import Kind
from felles.ui import pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.journal.rules import Item, Narrowed, Stay
    from felles.care.journal.views import Problem, Read
    from felles.ui.web import Visit

TIMELINE: Final = "tidslinje"


@dataclass(slots=True)
class Asked:
    """What the address asks for: how the list is narrowed, which page of it, which view, the text whole or folded."""

    choice: Choice
    page: int
    timeline: bool
    whole: bool

    @property
    def query(self) -> str:
        """The same as it stands in an address."""
        return present.query(self.choice, page=self.page, view=TIMELINE if self.timeline else "")


def asked(found: Visit) -> Asked:
    """What stands in the address; what it cannot mean is left out."""
    given = found.request.query_params
    sort = given.get("slag", "")
    period = given.get("periode", "")
    choice = Choice(
        sort if sort in rules.SORTS else "",
        _plain(given.get("enhet", "")),
        _plain(given.get("yrke", "")),
        _plain(given.get("problem", "")),
        period if rules.span(period, 0) else "",
    )
    number = given.get("side", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return Asked(choice, max(page, 1), given.get("vis") == TIMELINE, given.get("hele") == "1")


def _plain(text: str) -> str:
    """An identifier as ours are; "" for anything else."""
    return text if text.replace("-", "").replace(".", "").isalnum() and text.isascii() and len(text) <= 64 else ""


@dataclass(slots=True)
class Made:
    """The list, narrowed, and what its words are made with; `parts` knows what could not be made."""

    view: View
    asked: Asked
    parts: pieces.Parts
    items: list[Item]
    problems: list[Problem]
    left: Narrowed
    lines: list[Item]
    matches: Callable[[Item], bool]
    pattern: Any
    problem: str


async def made(found: Visit, read: Read, base: str, *, citizen: bool) -> Made:
    """The journal of `read`, narrowed as the address asks. Raises `Busy`."""
    store, wish, parts = store_of(found), asked(found), pieces.Parts(found.t)
    listed = parts.made("list", lambda: rules.items(read.rows), [])
    problems = parts.made("problems", lambda: list(read.problems), [])
    roles = await store.names.roles({each.row.author for each in listed})
    for each in listed:
        each.profession = _role(roles.get(each.row.author, {}), each.row.org)
    problem = next((each for each in problems if each.id == wish.choice.problem), None)
    if problem is None and wish.choice.problem:
        wish.choice = replace(wish.choice, problem="")
    matches = rules.about(problem) if problem else lambda _: True
    now = store.clock.clinical()
    left = parts.made(
        "list", lambda: rules.narrow(listed, rules.tests(wish.choice, now, matches)), rules.narrow([], {})
    )
    lines = rules.lines(left.items, listed, wish.choice)
    last = max(1, -(-len(lines) // present.PAGE))
    wish.page = min(wish.page, last)
    view = View(found.t, base, now, {}, citizen=citizen)
    return Made(view, wish, parts, listed, problems, left, lines, matches, *_named(problem))


def _named(problem: Problem | None) -> tuple[Any, str]:
    """How a problem is named in texts (None: in no way that is known), and what it is called."""
    return (rules.words_of(problem), problem.code.words) if problem else (None, "")


def _role(held: dict[int, str], org: int) -> str:
    """The role in which somebody wrote for an organisation: hers there, else the only kind she has."""
    if org in held:
        return held[org]
    return min(held.values(), default="")


async def context(found: Visit, read: Read, this: Made, kinds: int) -> dict[str, Any]:
    """What the list's template fills in, and of a page with an entry the entry; `failed` what could not be made.

    Raises `Busy`.
    """
    t, wish, parts = found.t, this.asked, this.parts
    first = (wish.page - 1) * present.PAGE
    shown = this.lines[first : first + present.PAGE]
    entry = _chosen(read, this)
    default = entry is None and bool(shown) and not this.view.citizen
    item = shown[0] if default else entry
    last = parts.made("stay", lambda: rules.last_stay(this.items), None)
    known = this.pattern is not None and wish.page == 1
    said = parts.made("opinions", lambda: rules.opinions(this.left.items, this.pattern) if known else [], [])
    wanted = pieces.tried("names", lambda: _wanted(this, shown, item, last, said), lambda _: set[str | int]())
    this.view.names = await store_of(found).names.of(wanted)
    view, query = this.view, wish.query
    lines = parts.made("list", lambda: _lines(this, shown, item), [])
    reading = parts.made(
        "reading", lambda: present.reading(view, item, this.items, query, whole=wish.whole) if item else {}, {}
    )
    pages = max(1, -(-len(this.lines) // present.PAGE))
    whole = not (wish.choice.any or wish.timeline) and wish.page == 1
    return {
        "title": t("Journal"),
        "action": f"{view.base}/journal",
        "facets": parts.made("facets", lambda: present.facets(view, wish.choice, this.left, this.problems), []),
        "narrowed": wish.choice.any,
        "timeline": parts.made("timeline", lambda: _timeline(this), {}) if wish.timeline else {},
        "list_href": f"{view.base}/journal{present.query(wish.choice)}",
        "timeline_href": f"{view.base}/journal{present.query(wish.choice, view=TIMELINE)}",
        "lines": lines,
        "count": "" if "list" in parts.failed else _count(found, len(this.lines), first, len(shown)),
        "cut": _cut(found, read),
        "newer": _page(this, wish.page - 1) if wish.page > 1 else "",
        "older": _page(this, wish.page + 1) if wish.page < pages else "",
        "reading": reading,
        "default": default,
        "back": f"{view.base}/journal{query}",
        "stay": parts.made("stay", lambda: present.stay(view, last, query), {}) if whole else {},
        "unstayed": whole and last is None and bool(this.items) and not read.cut and bool(kinds >> Kind.ENCOUNTER & 1),
        "opinions": parts.made("opinions", lambda: present.opinions(view, said, query), []),
        "problem": this.problem,
        "refused": present.refused(t, kinds, citizen=view.citizen),
        "empty": not this.items and "list" not in parts.failed,
        "failed": parts.failed,
    }  # fmt: skip


def _lines(this: Made, shown: list[Item], item: Item | None) -> list[dict[str, Any]]:
    lines = [present.line(this.view, each, this.asked.query, this.pattern) for each in shown]
    for each, line in zip(shown, lines, strict=True):
        line["current"] = item is not None and each.name == item.name
    return lines


def _wanted(
    this: Made, shown: list[Item], item: Item | None, last: Stay | None, said: list[tuple[Item, str]]
) -> set[str | int]:
    """What the page must know the names of."""
    named = [*shown, *([item, *rules.chain(this.items, item)] if item else []), *(each for each, _ in said)]
    if last:
        named += [last.contact, *([last.text] if last.text else [])]
    marks: set[str | int] = {each.row.org for each in this.items if each.row.org}
    return present.wanted(named) | marks | ({item.row.entered} if item and item.row.entered else set())


def _chosen(read: Read, this: Made) -> Item | None:
    if read.chosen is None:
        return None
    chosen = rules.item(read.chosen)
    known = next((each for each in this.items if each.name == chosen.name), None)
    if known is not None:
        chosen.sort, chosen.profession = known.sort, known.profession
    return chosen


def _count(found: Visit, total: int, first: int, shown: int) -> str:
    t = found.t
    if shown == total:
        return t.many("%d oppføring", "%d oppføringer", total)
    return t("Viser {first}–{last} av {total}").format(first=first + 1, last=first + shown, total=total)


def _cut(found: Visit, read: Read) -> str:
    said = found.t("De {count} nyeste oppføringene er tatt med. Eldre finnes med søket.")
    return said.format(count=len(read.rows)) if read.cut else ""


def _page(this: Made, number: int) -> str:
    wish = this.asked
    return f"{this.view.base}/journal{present.query(wish.choice, page=number, view=TIMELINE if wish.timeline else '')}"


def _timeline(this: Made) -> dict[str, Any]:
    """The lanes, of all that the other choices leave."""
    wide = replace(this.asked.choice, place="", period="")
    left = rules.narrow(this.items, rules.tests(wide, this.view.now, this.matches))
    return lanes.timeline(this.view, left.items, this.asked.choice)
