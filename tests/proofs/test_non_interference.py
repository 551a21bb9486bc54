"""A person to whom the reader has no relation changes no answer: two regions that differ in her alone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests_made import WORK, covered, every_parameter, fhir_routes, requests, shown, single
from shares import dealt
from twins import (
    CLINIC,
    HIDDEN,
    LOOK_UP_FORM,
    NATIONAL,
    NUMBERS,
    READERS,
    SEEN,
    alike,
    comparable,
    life,
    unlike,
    without_look_up,
)

from felles.exchange.rest import routing
from felles.exchange.rest.interactions import MODULES

PAGES = 3
TIGHT = {"search_budget": 2}
"""So few that her entries beside the others would be too many to look at."""


async def _both(twins, reader, method, target, body=None, headers=None):
    return [await region.ask(reader, method, target, body, headers or {}) for region in twins]


def _next(answer):
    if answer.status != 200 or b'"next"' not in answer.body:
        return None
    return next((e["url"].partition("/fhir/")[2] for e in answer.json.get("link", []) if e["relation"] == "next"), None)


_FIRST: list[str] = []
"""The first difference that was met. After it the two regions may differ in more: it is told, not what follows."""


async def _same(twins, reader, request):
    """Assert that both answer alike, and all pages that follow too."""
    assert not _FIRST, _FIRST[0]
    without, having = await _both(twins, reader, request.method, request.target, request.body, request.headers)
    shows = request.look_up and twins[0].hiding.look_up and reader != "citizen"
    for _ in range(PAGES):
        if shows or not alike(without, having):
            one, other = comparable(without), comparable(having)
            if shows and one[0] == other[0] == 200:
                other = (*other[:2], without_look_up(other[2]))
            if different := unlike(one, other):
                _FIRST.append(f"{reader}: {shown(request)}\n{different}")
        assert not _FIRST, _FIRST[0]
        following = _next(without), _next(having)
        if None in following:
            break
        without, having = [await r.ask(reader, "GET", page, None, {}) for r, page in zip(twins, following, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("reader", sorted(READERS))
async def test_every_parameter_finds_and_counts_the_same(twins, reader):
    if reader not in twins[0].hiding.readers or twins[0].hiding.pages:
        pytest.skip("may see it, or meets it on pages alone")
    for request in _parameters(twins[0].hiding, reader):
        await _same(twins, reader, request)


def _parameters(hiding, reader):
    """What of every parameter is asked for: of hand-overs all where these are hidden, else a sixth; of the rest a half.

    Of a kind that is made of others a half of its share. The readers of a kind take turns, so where there are two all
    is asked for in each run; where there is one, another half the next day (`shares`). `FELLES_WHOLE=1`: all of it.
    """
    seat = sorted(hiding.readers).index(reader) + sum(map(ord, hiding.name))
    for request in every_parameter():
        of_work = request.target.partition("?")[0] in WORK
        share = 1 if of_work and hiding.handed else 6 if of_work else 2 * hiding.share
        if dealt(request.target, share, seat):
            yield request


def test_every_interaction_is_asked_for():
    assert covered() == set(MODULES)


def test_a_route_joins_by_being_served_and_must_have_its_interaction(monkeypatch):
    asked = {("Patient/*/$new", "GET", "new")}
    assert not asked & set(fhir_routes())
    monkeypatch.setitem(routing._SHAPES, "Patient/*/$new", {"GET": "new"})
    assert asked <= set(fhir_routes())
    drawn: set[str] = set()

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(single())
    def draw(request):
        drawn.add(request.target)

    draw()
    assert any(target.endswith("/$new") for target in drawn)
    assert covered() - set(MODULES) == {"new"}


def _needs_a_hidden_person(twins):
    if not twins[0].hiding.look_up:
        pytest.skip("nobody is hidden whole")


LOOK_UPS = [f"Patient?identifier={NATIONAL}|{NUMBERS[HIDDEN]}", "Patient?name=nordmann&birthdate=1969-11-13"]


@pytest.mark.parametrize("reader", ["gp", "secretary", "system"])
@pytest.mark.parametrize("target", LOOK_UPS)
async def test_looking_her_up_shows_the_look_up_form_and_no_more(twins, reader, target):
    _needs_a_hidden_person(twins)
    without, having = await _both(twins, reader, "GET", target)
    shown_only = {e["resource"]["id"]: e["resource"] for e in having.json.get("entry", [])}
    assert HIDDEN not in {e["resource"]["id"] for e in without.json.get("entry", [])}
    assert shown_only[HIDDEN].keys() == LOOK_UP_FORM
    assert shown_only[HIDDEN]["address"] == [{"district": "Fjordbyen"}]
    assert without_look_up(comparable(having)[2]) == comparable(without)[2]


@pytest.mark.parametrize("target", LOOK_UPS)
async def test_a_citizen_looks_nobody_up(twins, target):
    _needs_a_hidden_person(twins)
    without, having = await _both(twins, "citizen", "GET", target)
    assert comparable(without) == comparable(having)


async def test_her_number_is_taken_and_only_who_may_look_up_learns_it(twins):
    _needs_a_hidden_person(twins)
    new = {"resourceType": "Patient", "identifier": [{"system": NATIONAL, "value": NUMBERS[HIDDEN]}]}
    without, having = await _both(twins, "citizen", "POST", "Patient", new)
    assert comparable(without) == comparable(having)
    assert having.status == 403
    answer = await twins[1].ask("gp", "POST", "Patient", new, {})
    twins[0].asked = twins[1].asked  # only one was asked; both draw the ids of what comes after from the same dice
    assert (answer.status, answer.issues) == (409, [("conflict", None)])


def _drawn(many):
    """So many lists of requests, each by one of the readers: the same in each run."""

    def decorate(test):
        lists = st.lists(st.tuples(st.sampled_from(sorted(READERS)), requests()), min_size=1, max_size=6)
        return settings(
            max_examples=many, phases=[Phase.generate], deadline=None, derandomize=True, database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture,
                                   HealthCheck.data_too_large],
        )(given(asked=lists)(test))  # fmt: skip

    return decorate


# The last two: what they write stays (persons of one name, more than a look-up shows).
@pytest.mark.slow
@_drawn(400)
async def test_a_person_without_relation_changes_no_answer(twins, asked):
    if twins[0].hiding.pages or twins[0].hiding.share > 1:
        pytest.skip("it is met on pages alone, or made of other kinds")
    await _all_the_same(twins, asked)


@pytest.mark.slow
@_drawn(80)
async def test_nor_does_what_is_hidden_in_several_ways_or_handed_over(twins, asked):
    """Of kinds that are made of others; fewer are drawn, of the rarest a third of these is asked."""
    share = twins[0].hiding.share
    if twins[0].hiding.pages or share == 1:
        pytest.skip("it is met on pages alone, or asked for above")
    twins[0].drawn += 1
    if twins[0].drawn % max(1, share // 5) == 0:
        await _all_the_same(twins, asked)


async def _all_the_same(twins, asked):
    readers, before = twins[0].hiding.readers, [await region.versions() for region in twins]
    for reader, request in asked:
        if reader in readers:
            await _same(twins, reader, request)
    if [await region.versions() for region in twins] != before:
        for region, again in zip(twins, twins[0].hiding.again, strict=True):
            await region.restore(life(SEEN, HIDDEN, CLINIC))
            await again(region.world)


@pytest.mark.slow
async def test_enough_was_asked(twins):
    """Of each kind, by the tests above; docs/proofs.md says how many."""
    if twins[0].hiding.pages or twins[0].asked < 10:
        pytest.skip("the tests above were left out, or it is met on pages alone")
    print(f"{twins[0].hiding.name}: {twins[0].asked} questions by FHIR")
    assert twins[0].asked == twins[1].asked > 500 // twins[0].hiding.share
