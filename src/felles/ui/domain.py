"""What a clinical domain hands in: its name, its folder, its routes. One line in `felles.care.domains`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from felles.ui.render import add_templates

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain's pages. Its templates are known as `name/…` and lie in `package`'s folder `templates/`.

    `pages` are (method, path, handler); paths are ASCII, in Norwegian, and hold no name or number of anybody.
    """

    name: str
    package: str
    pages: tuple[tuple[str, str, Handler], ...]

    def routes(self) -> list[Route]:
        """Starlette's routes for the pages; makes the templates known."""
        add_templates(self.name, self.package)
        return [Route(path, handler, methods=[method]) for method, path, handler in self.pages]
