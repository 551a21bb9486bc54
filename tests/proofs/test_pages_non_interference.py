"""What a reader may not see changes no page: two regions that differ in that alone, asked by every route there is."""

import difflib
import random

import pytest
from routes import FORMS, comparable, reads, routes, writes
from twins import CLINIC, SEEN, actor
from twins import READERS as EVERYBODY

from felles.access.actor import Sort

READERS = {
    "gp": ("gp", "Practitioner/doc"),
    "secretary": ("secretary", "Practitioner/doc"),
    "administrator": ("administrator", "Practitioner/nils"),
    "reviewer": ("reviewer", "Practitioner/eva"),
    "citizen": ("citizen", f"Patient/{SEEN}"),
    "visitor": None,
}
TRIES = 6
"""How often each form is sent."""


async def reader(world, name):
    """Who it is, or None for one who has not signed in."""
    held = READERS[name]
    if held is None:
        return None
    role, reference = held
    if role == "citizen":
        key = await world.store.place(reference)
        assert key is not None
        return actor(role, Sort.CITIZEN, reference=reference, keys=(key,), purpose="PATRQT")
    return actor(role, Sort.STAFF, reference=reference, organization=CLINIC, organization_name="Fjordbyen legesenter")


def unlike(one, other):
    """Where two pages part, as lines; empty when they do not."""
    if one == other:
        return ""
    told = [f"{one[0]} {one[1]}", *one[2].splitlines()], [f"{other[0]} {other[1]}", *other[2].splitlines()]
    return "\n".join(list(difflib.unified_diff(*told, "without it", "with it", lineterm="", n=1))[:40])


def needs(twins, name):
    """Skip a reader who may see what is hidden from others."""
    if name in EVERYBODY and name not in twins[0].hiding.readers:
        pytest.skip("may see it")


async def same(twins, name, asked):
    answers = [await region.ask_page(await reader(region.world, name), asked) for region in twins]
    one, other = map(comparable, answers)
    assert one[0] < 500, f"{name}: {asked}\n{one[2]}"
    assert not unlike(one, other), f"{name}: {asked}\n{unlike(one, other)}"
    return one[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_no_page_tells_of_what_its_reader_may_not_see(twins, name):
    needs(twins, name)
    statuses = {await same(twins, name, asked) for asked in reads()}
    assert 200 in statuses
    assert statuses & {303, 403, 404}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_no_form_tells_of_what_its_sender_may_not_see(twins, name):
    needs(twins, name)
    for asked in writes(random.Random(name), TRIES):
        await same(twins, name, asked)


@pytest.mark.slow
def test_every_form_is_declared():
    assert {route for method, route in routes() if method == "POST"} == FORMS.keys()
