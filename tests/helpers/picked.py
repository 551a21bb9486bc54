"""Thirty persons of the made-up region, drawn by a seed: some of each sort of life, so that questions have answers."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.demo.people import Household
    from felles.demo.world import Person

SORTS = (("old", 14), ("expecting", 5), ("mother", 3), ("child", 3), ("grown", 5))
"""How many of each sort."""


def sort_of(person: Person, home: Household, today: date) -> str:
    """`old` (72 and more), `child`, `expecting` one, `mother` of a small one, or `grown`."""
    age = person.age(today)
    if age >= 72 or age < 18:
        return "old" if age >= 72 else "child"
    first = next((each.key for each in home.grown() if each.female), "") == person.key
    if first and home.due is not None and home.due > today and (home.due - today).days < 150:
        return "expecting"
    return "mother" if first and any(each.age(today) < 3 for each in home.children()) else "grown"


def thirty(homes: Iterable[Household], today: date, seed: int) -> list[Person]:
    """Of the living of whom no story is told, as many of each sort as SORTS says, in the order in which they live."""
    living = [
        (each, sort_of(each, home, today)) for home in homes if home.key[1:].isdigit()
        for each in home.people if each.died is None
    ]  # fmt: skip
    rng, drawn = Random(f"questions/{seed}"), set[str]()
    for sort, count in SORTS:
        drawn |= set(rng.sample([each.key for each, own in living if own == sort], count))
    return [each for each, _ in living if each.key in drawn]
