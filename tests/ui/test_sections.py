"""The pages' routes are found as Starlette would find them, one after the other."""

import pytest
from routes import paths
from routes import routes as declared
from starlette.responses import Response
from starlette.routing import Match, Route

from felles.care.domains import DOMAINS
from felles.ui.sections import Sections


def found_alone(routes, scope):
    """What Starlette's router takes: the first that fits, else the first that fits but for the method."""
    partial = Match.NONE, None
    for route in routes:
        match, _ = route.matches(dict(scope))
        if match is Match.FULL:
            return match, route
        if match is Match.PARTIAL and partial[1] is None:
            partial = match, route
    return partial


def scope_of(method, path, root=""):
    return {"type": "http", "method": method, "path": path, "root_path": root}


def test_every_page_is_found_as_it_is_alone():
    routes = [route for domain in DOMAINS for route in domain.routes()]
    sections = Sections(routes)
    given = {paths(route)[0] for _, route in declared()}
    odd = {"", "/", "//", "/p", "/p/", "/p//", "/nowhere", "/p/x/", "/p/x/e/y/z/w", "/static/x", "x", "/meg/e/x/y\n"}
    assert len(given) > 100
    met = set()
    for path in sorted(given | odd):
        for method in ("GET", "POST", "DELETE"):
            scope = scope_of(method, path)
            match, route = found_alone(routes, scope)
            told = sections.matches(scope)
            assert (told[0], told[1].get("route")) == (match, route), (method, path)
            met.add(match)
    assert met == {Match.NONE, Match.PARTIAL, Match.FULL}


def test_a_path_below_a_root_is_found_without_it():
    (route,) = routes = [Route("/p/{id}", lambda _: Response("x"))]
    match, child = Sections(routes).matches(scope_of("GET", "/felles/p/x", "/felles"))
    assert match is Match.FULL
    assert child["route"] is route
    assert child["path_params"] == {"id": "x"}


@pytest.mark.parametrize("path", ["/{name:path}", "/files/{name:path}", "/{id}/x"])
def test_a_route_that_cannot_be_found_so_is_refused(path):
    with pytest.raises(ValueError, match="cannot be found"):
        Sections([Route(path, lambda _: Response("x"))])
