# ruff: noqa: E501 - tables read by their columns
"""How children grow: weight, length and head by age, each child along a centile of its own.

The middle and the spread are rounded values in the neighbourhood of the growth curves that Norwegian health stations
use (Júlíusson PB et al., Ann Hum Biol 2013;40:220–7); coarse, for made-up children only.
"""

from __future__ import annotations

from bisect import bisect_right
from random import Random

_AGES = (0, 1 / 12, 2 / 12, 3 / 12, 5 / 12, 8 / 12, 1, 1.25, 1.5, 2, 3, 4, 6, 8, 10, 12, 13.5, 15, 17, 19)
"""Years."""
_HEIGHT = {
    False: (50.8, 54.9, 58.4, 61.3, 66.2, 71.4, 76.5, 79.8, 82.8, 88.2, 97.2, 104.6, 117.6, 129.8, 141.0, 152.0, 161.5, 171.0, 178.8, 180.3),
    True: (50.1, 54.0, 57.2, 60.0, 64.7, 69.8, 75.0, 78.3, 81.4, 86.8, 96.0, 103.6, 116.6, 128.8, 140.4, 153.0, 160.5, 164.6, 166.9, 167.4),
}  # fmt: skip
_WEIGHT = {
    False: (3.6, 4.5, 5.6, 6.4, 7.7, 9.0, 10.1, 10.9, 11.5, 12.8, 15.1, 17.3, 22.0, 27.8, 34.5, 43.0, 51.0, 59.5, 68.0, 72.0),
    True: (3.5, 4.2, 5.2, 5.9, 7.1, 8.4, 9.5, 10.3, 10.9, 12.2, 14.6, 16.9, 21.8, 27.6, 34.6, 44.0, 50.5, 55.0, 58.8, 60.5),
}  # fmt: skip
_HEAD = {
    False: (35.3, 37.6, 39.4, 40.8, 42.9, 45.1, 46.9, 47.7, 48.3, 49.2, 50.3, 51.0, 52, 52.6, 53.2, 53.8, 54.3, 55, 55.8, 56),
    True: (34.8, 36.8, 38.5, 39.8, 41.8, 44.0, 45.8, 46.6, 47.2, 48.2, 49.4, 50.2, 51.3, 52, 52.6, 53.2, 53.6, 54, 54.4, 54.5),
}  # fmt: skip
SPREAD = {"height": 0.037, "weight": 0.115, "head": 0.027}
"""One standard deviation, as a share of the middle."""
_TABLES = {"height": _HEIGHT, "weight": _WEIGHT, "head": _HEAD}


def middle(what: str, age: float, *, female: bool) -> float:
    """The middle of `height` (cm), `weight` (kg) or `head` (cm) at an age in years."""
    table = _TABLES[what][female]
    place = min(max(bisect_right(_AGES, age) - 1, 0), len(_AGES) - 2)
    share = (age - _AGES[place]) / (_AGES[place + 1] - _AGES[place])
    return table[place] + (table[place + 1] - table[place]) * min(max(share, 0), 1)


def score(what: str, value: float, age: float, *, female: bool) -> float:
    """How many standard deviations from the middle a measurement lies."""
    centre = middle(what, age, female=female)
    return (value - centre) / (centre * SPREAD[what])


class Growth:
    """One child's way: its standard deviations from the middle, and how far they wander over the years."""

    def __init__(self, female: bool, rng: Random) -> None:
        self._female = female
        tall = min(max(rng.gauss(0, 0.85), -1.9), 1.9)
        self._scores = {
            "height": tall,
            "weight": min(max(0.6 * tall + rng.gauss(0, 0.7), -1.9), 2.2),
            "head": min(max(0.4 * tall + rng.gauss(0, 0.7), -1.9), 1.9),
        }
        self._wander = rng.uniform(-0.05, 0.05)

    def _at(self, what: str, age: float) -> float:
        centre = middle(what, age, female=self._female)
        return centre * (1 + SPREAD[what] * (self._scores[what] + self._wander * age / 2))

    def height(self, age: float) -> float:
        """Centimetres at an age in years."""
        return self._at("height", age)

    def weight(self, age: float) -> float:
        """Kilograms."""
        return self._at("weight", age)

    def head(self, age: float) -> float:
        """Round the head, centimetres."""
        return self._at("head", age)
