"""What a clinical domain hands in: its name, its folder, its routes. One line in `felles.care.domains`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from starlette.routing import Route

from felles.ui.render import add_templates

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.access.actor import Actor
    from felles.ui.i18n import Language
    from felles.ui.sources import Sources

    Handler = Callable[[Request], Awaitable[Response]]


Hub = Literal["meg", "own", "p", "entry", "admin"]
"""Pages that list ways: the citizen's privacy and one entry of her own, access to one record and one entry of it,
administration."""


@dataclass(frozen=True, slots=True)
class Card:
    """One way listed on a hub. `href` may hold `{id}`, and on entries `{type}` and `{entry}`.

    `text` and `more` are (language → words); `verb` whose roles see it, None: all whom the hub is for.
    """

    hub: Hub
    href: str
    text: Callable[[Language], str]
    more: Callable[[Language], str]
    icon: str
    verb: str | None = None


Area = Literal["p", "meg", "for"]
"""Open records: a patient's, one's own, that of whom one acts for; the first part of their addresses."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the views of an open record, the same for every role: what a role does not reach, its page says.

    `path` is what follows the record's address ("" for its first page); `place` orders the tabs, smallest first;
    `text` (language → words).
    """

    area: Area
    path: str
    text: Callable[[Language], str]
    icon: str
    place: int


@dataclass(frozen=True, slots=True)
class Write:
    """One thing that staff can write in the open record: a way on every page of it, for whose role may.

    `path` is what follows the record's address; `text` (language → words); `verb` and `kind` (of `record.kinds`) what
    the role must have and reach; `key` the letter that, typed after n, leads there; `first`: it stands in the row
    itself, the others behind "more"; `first_for`: roles for whom it does so; `also`: verbs that it takes beside;
    `unless`: a verb, who has which does it otherwise.
    """

    path: str
    text: Callable[[Language], str]
    icon: str
    verb: str
    kind: int
    key: str = ""
    first: bool = False
    first_for: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    unless: str = ""

    def by(self, actor: Actor) -> bool:
        """Whether the actor's role writes it."""
        able = all(map(actor.may, (self.verb, *self.also))) and not (self.unless and actor.may(self.unless))
        return able and bool(actor.role.kinds >> self.kind & 1)


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain's pages. Its templates are known as `name/…` and lie in `package`'s folder `templates/`.

    `pages` are (method, path, handler); paths are ASCII, in Norwegian, and hold no name or number of anybody. `cards`
    are its ways on the hubs; `tabs` its views of an open record; `writes` what is written in one; `acts` what a
    citizen reads in her log for each of its acts (`page:…` → words); `fields` the sources of what its forms ask for
    (path of a POST → `Sources`).
    """

    name: str
    package: str
    pages: tuple[tuple[str, str, Handler], ...]
    cards: tuple[Card, ...] = ()
    tabs: tuple[Tab, ...] = ()
    writes: tuple[Write, ...] = ()
    acts: Mapping[str, Callable[[Language], str]] = field(default_factory=dict)
    fields: Mapping[str, Sources] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """Starlette's routes for the pages; makes the templates known."""
        add_templates(self.name, self.package)
        return [Route(path, handler, methods=[method]) for method, path, handler in self.pages]
