"""Regions as data, of several seeds and days, made once for all tests that read them."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from felles.demo.people import Household
from felles.demo.region import Region
from felles.demo.world import Life


class Made(NamedTuple):
    """A region and all that it holds."""

    region: Region
    lives: list[Life]
    homes: list[Household]
    shared: list[dict[str, Any]]


CASES = ((20260217, date(2026, 11, 25), 330), (7, date(2024, 2, 29), 180), (41, date(2027, 1, 2), 180))


@pytest.fixture(scope="session", params=CASES, ids=lambda case: f"seed {case[0]}")
def made(request):
    seed, day, count = request.param
    region = Region(seed, day, count)
    lives, homes, shared = [], [], []
    for new, home in region.homes():
        shared += new
        homes.append(home)
        lives += region.lives_of(home)
    return Made(region, lives, homes, shared)
