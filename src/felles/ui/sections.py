"""The routes of all pages as one: found by how their path begins, not asked one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Match, Route

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class Sections(BaseRoute):
    """Many routes, of which a path is held against those alone that have its first part and its number of parts.

    Starlette asks every route for its pattern until one fits, which for close to two hundred takes longer than many
    a page. Of those that fit, the first goes before the others, as with Starlette.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        """Raises ValueError for a route whose number of parts is open (`{name:path}`), or with a place in the first."""
        self.routes = list(routes)
        self._of: dict[tuple[str, int], list[Route]] = {}
        for route in routes:
            first, parts = _section(route.path)
            if "{" in first or ":" in route.path:
                raise ValueError(f"{route.path} cannot be found by its first part and how many there are")
            self._of.setdefault((first, parts), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The match of the first route that fits, which is handed on as `scope["route"]`."""
        found: tuple[Match, Scope] = Match.NONE, {}
        if scope["type"] != "http":
            return found
        for route in self._of.get(_section(scope["path"].removeprefix(scope.get("root_path", ""))), ()):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, "route": route}
            if match is Match.PARTIAL and found[0] is Match.NONE:
                found = match, {**child, "route": route}
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found."""
        await scope["route"].handle(scope, receive, send)


def _section(path: str) -> tuple[str, int]:
    """The first part of a path and how many it has."""
    return path[1:].partition("/")[0], path.count("/")
