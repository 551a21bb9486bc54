"""The whole region as data: what is shared, and each person's life. Pure; the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from felles.demo.districts import HOUSEHOLDS, PER_BLOCK, Places
from felles.demo.lives import ordinary
from felles.demo.people import CAST, Household, households
from felles.demo.stories import STORIES
from felles.demo.world import Life, Person, Resource

SEED = 20260217
PEOPLE = 360
TOLD = frozenset({
    "h-ida", "h-olav", "h-marit", "h-sara", "h-asbjorn", "h-randi", "h-gudrun", "h-maren", "h-silje", "h-tove",
    "h-torleif", "h-kaare",
})  # fmt: skip
"""The households (keys) of the cast."""
LARGE = 20_000
"""From so many people on, less of the past is told of each, unless one asks for it."""


def years_for(count: int) -> int:
    """How many years back lives are told in a region of this size."""
    return 5 if count < LARGE else 2


def shared(seed: int = SEED, today: date | None = None) -> list[Resource]:
    """Organisations, units and staff of a region's first block, in the order they refer to each other."""
    return Places(seed, today or date.today()).block(0)  # noqa: DTZ011 - a day, for those who ask for no other


class Region:
    """A region of so many people. `years`: how far back lives are told (None: as is usual for the size)."""

    def __init__(self, seed: int, today: date, count: int, years: int | None = None) -> None:
        self.seed = seed
        self.today = today
        self.count = max(count, CAST)
        self.years = years or years_for(count)
        self.places = Places(seed, today)
        day = min(today.day, 28)
        self.start = date(today.year - self.years, today.month, day)

    def homes(self) -> Iterator[tuple[list[Resource], Household]]:
        """Each household, the cast's first, with the organisations and staff that must be there before it."""
        new = self.places.block(0)
        for number, home in enumerate(households(self.seed, self.today, self.places, self.count), start=-len(TOLD)):
            if number > 0 and number % (HOUSEHOLDS * PER_BLOCK) == 0:
                new = self.places.block(number // (HOUSEHOLDS * PER_BLOCK))
            yield new, home
            new = []

    def lives_of(self, home: Household) -> list[Life]:
        """The lives of a household."""
        return [self.life_of(person, home) for person in home.people]

    def life_of(self, person: Person, home: Household) -> Life:
        """One person's life. Each has dice of her own: more people do not change those who were there."""
        story = STORIES.get(person.key)
        tell = ordinary if story is None else story
        return tell(person, home, self.places, self.today, self.start, self.seed)


def lives(seed: int, today: date, count: int = PEOPLE) -> Iterator[Life]:
    """The life of each citizen."""
    region = Region(seed, today, count)
    for _, home in region.homes():
        yield from region.lives_of(home)
