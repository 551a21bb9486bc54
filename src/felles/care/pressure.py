"""From which blood pressure a pregnant woman's is high: the one rule of this record that flags a value nobody flagged.

Source: Helsedirektoratet, Nasjonal faglig retningslinje for svangerskapsomsorgen: hypertension is 140 and/or 90 mmHg. A
site sets it (`FELLES_PREGNANCY_PRESSURE`). For all others there is no such rule here: the flag is what the entry says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from felles.care.overview.rules import TERM, pregnant
from felles.ui.dates import local_day, moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from felles.care.overview.views import Read
    from felles.care.shapes import Observation

HIGH: Final = (140, 90)
"""mmHg, upper and lower: the bound of the guideline, where no site has set another."""
GUIDELINE: Final = "https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen"
_UNITS: Final = ("mm[Hg]", "mmHg")


@dataclass(slots=True, frozen=True)
class Watch:
    """The rule: from `upper` or `lower` mmHg a pressure is high.

    `since`: when the pregnancy that goes on began, clinical micros.
    """

    upper: int
    lower: int
    since: int

    def covers(self, at: int, unit: str) -> bool:
        """Whether the rule is about a pressure that was measured at `at`, in this unit."""
        return at >= self.since and unit in _UNITS

    def high(self, upper: Decimal, lower: Decimal) -> bool:
        """Whether either number reaches its bound."""
        return upper >= self.upper or lower >= self.lower

    @property
    def text(self) -> str:
        """The bound as it is said: 140/90."""
        return f"{self.upper}/{self.lower}"


def watch(told: Iterable[Read[Observation]], now: int, bound: tuple[int, int]) -> Watch | None:
    """The rule, while she is pregnant by what the reader sees; else None. `bound`: upper and lower, mmHg."""
    expected = pregnant(((read.at, read.entry) for read in told), local_day(now))
    first = moment(f"{date.fromordinal(expected.due.toordinal() - TERM)}T00:00:00") if expected else None
    return None if first is None else Watch(*bound, first)
