"""The whole region as data: what is shared, and each person's life. Pure; the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from felles.demo.lives import ordinary
from felles.demo.people import people
from felles.demo.places import organisations, staff
from felles.demo.stories import STORIES
from felles.demo.world import Life, Person, Resource

SEED = 20260217
PEOPLE = 60


def shared() -> list[Resource]:
    """Organisations, units and staff, in the order they refer to each other."""
    return [*organisations(), *staff()]


def lives(seed: int, today: date, count: int = PEOPLE) -> Iterator[Life]:
    """The life of each citizen. Each has dice of her own: more people do not change those who were there."""
    citizens = people(seed, today, count)
    by_key = {person.key: person for person in citizens}
    for person in citizens:
        yield life_of(person, seed, today, by_key)


def life_of(person: Person, seed: int, today: date, others: dict[str, Person]) -> Life:
    """One person's life."""
    rng = Random(f"{seed}/{person.key}")
    story = STORIES.get(person.key)
    return ordinary(person, today, rng) if story is None else story(person, today, rng, others)
