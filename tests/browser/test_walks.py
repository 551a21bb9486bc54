"""Every page is walked through in a browser, or is named with the reason why not."""

from collections import Counter

from walked import UNWALKED, WALKED, gets, route_of


def test_every_page_is_in_a_walk():
    walked = {route for routes in WALKED.values() for route in routes.split()}
    assert gets().keys() - walked - UNWALKED.keys() == set(), "these need a step in a walk (tests/helpers/walked.py)"
    assert (walked | UNWALKED.keys()) - gets().keys() == set(), "there are no such pages"
    assert walked & UNWALKED.keys() == set()
    twice = {name: [r for r, n in Counter(routes.split()).items() if n > 1] for name, routes in WALKED.items()}
    assert not any(twice.values()), twice


def test_an_address_is_of_the_route_that_spells_it_out():
    assert route_of("http://127.0.0.1:1/p/x/skriv/time?a=/b#c") == "/p/{id}/skriv/time"
    assert route_of("http://127.0.0.1:1/p/x/skriv/notat") == "/p/{id}/skriv/{hva}"
    assert route_of("/meg/meldinger/svar/x") == "/meg/meldinger/svar/{tid}"
    assert route_of("/nowhere/at/all") is None
