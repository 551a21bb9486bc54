"""The nouns of a start page: a part, what was asked of it, what it shows.

A start page is parts in an order that the role says (`starts.py`). A part reads one thing and says it in lines: the
person, the one fact that matters, and the place that answers. All parts are shown by one template.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from felles.care import words
from felles.record.read_lists import Span

if TYPE_CHECKING:
    from felles.care.shapes import Patient
    from felles.record.grants import SetGrant
    from felles.record.read_lists import Listed, Listing
    from felles.record.store import Store
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

FEW: Final = 12
"""Lines of a part among others."""
MANY: Final = 50
"""Lines of a part that stands alone."""


@dataclass(slots=True)
class Line:
    """One line. `time` in words; `name` and `about` say who, `href` leads to her overview ("" for a line about nobody).

    `fact` is what matters now and `to` the place that answers; `detail` and `phone` what else is needed at once;
    `state` a word about how it stands (`color`: neutral, info, success, warning), `pressing` that it is late or grave;
    `key` what, typed after g, leads to `href` (staff, with script).
    """

    name: str
    href: str = ""
    about: str = ""
    time: str = ""
    fact: str = ""
    to: str = ""
    detail: str = ""
    phone: str = ""
    state: str = ""
    color: str = "neutral"
    pressing: bool = False
    key: str = ""


@dataclass(slots=True)
class Shown:
    """What a part shows. `said` stands above its lines (what is next, where today has nothing), `none` in their place.

    `kind` is which kind of none it is (`unrecorded`, `none`, `unreachable`); `more`: the place after which it goes on.
    """

    lines: list[Line] = field(default_factory=list)
    said: str = ""
    none: str = ""
    note: str = ""
    kind: str = "none"
    more: tuple[int, str] | None = None


@dataclass(slots=True)
class Asked:
    """What a part is asked: by whom (`grant`), `now` (clinical micros), how many lines, and from which place on."""

    found: Visit
    store: Store
    grant: SetGrant
    now: int
    many: int = FEW
    after: tuple[int, str] | None = None

    @property
    def t(self) -> Language:
        """The language of the page."""
        return self.found.t

    async def lines_of(
        self, listing: Listing, low: int, high: int, *, came: int | None = None
    ) -> tuple[list[Listed], tuple[int, str] | None]:
        """At most `many` lines of a list, and the place of the last one where there are more. Raises `Busy`."""
        span = Span(low, high, self.many + 1, self.after)
        if came is not None:
            span = Span(low, high, self.many + 1, self.after, came)
        found = await self.store.listed(self.grant, listing, span)
        if len(found) <= self.many:
            return found, None
        last = found[self.many - 1]
        return found[: self.many], (last.at, last.item)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a start page: `key` names it in addresses (ASCII), `title` is language → words, `read` what it shows.

    `few` lines of it stand among other parts; `way` (address, language → words) leads to a page of its own.
    `read` raises `Busy` when the record is away: the part then says so, and the others stand.
    """

    key: str
    title: Callable[[Language], str]
    icon: str
    read: Callable[[Asked], Awaitable[Shown]]
    few: int = FEW
    way: tuple[str, Callable[[Language], str]] | None = None


def person(t: Language, patient: Patient, patient_id: str, now: int) -> Line:
    """A line about a person: her name, sex and age, and the way to her overview."""
    about = [words.sex_at(t, patient, now), words.age(t, patient, now), words.death(t, patient)]
    return Line(
        words.name(t, patient.shown_name),
        f"/p/{patient_id}",
        ", ".join(part for part in about if part),
    )
