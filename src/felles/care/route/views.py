"""What the route reads: the visits of a day, those who are visited, and what else is told of each of them.

Persons are met through the book (`access.booking`) and decided one by one: whom the reader may not see, the route does
not have. Each who is shown has a line in her log (`page:route`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles import access
from felles.access.codes import HOME_VISIT
from felles.care import shapes
from felles.care.news import shapes as news
from felles.care.overview.views import Read
from felles.care.plan.shapes import CarePlan
from felles.care.reading import rows
from felles.care.route.shapes import Contact
from felles.record.read_lists import Listing, Span, Whose
from felles.record.wants import Met, News, Standing

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.read_followed import Followed
    from felles.record.read_lists import Listed
    from felles.record.store import Store

MOST: Final = 60
"""Visits of a day that are shown: those of a unit with some ten who drive."""
NEWS: Final = 30
"""Entries that became known last, of which the news are made."""
_WANTS: Final = (
    Standing("AllergyIntolerance", 40),
    Standing("Flag", 40),
    Standing("CarePlan", 6, (("status", "active"),)),
    Standing("Encounter", 12, past=True),
    News(NEWS, brief=True, since_met=True),
    Met(among=60, written=60),
)
_HOME: Final = ((("service-category", HOME_VISIT[1]),),)
MINE: Final = Listing(("Appointment",), (), having=_HOME, wants=_WANTS, book=True, page="route")
UNIT: Final = replace(MINE, whose=Whose.HOUSE)
_ONE: Final = replace(UNIT, wants=())
_patient: Final = Decoder(shapes.Patient).decode
_entry: Final = Decoder(list[Read[dict[str, Any]]]).decode
_allergies: Final = Decoder(list[Read[shapes.AllergyIntolerance]]).decode
_flags: Final = Decoder(list[Read[shapes.Flag]]).decode
_plans: Final = Decoder(list[Read[CarePlan]]).decode
_contacts: Final = Decoder(list[Read[Contact]]).decode


@dataclass(slots=True)
class Stop:
    """One visit: when it begins (clinical micros), whose, the Appointment, and which organisation (hash) wrote it."""

    at: int
    patient: str
    body: str
    person: shapes.Patient
    entry: dict[str, Any]
    org: int

    @property
    def reference(self) -> str:
        """The Appointment's reference."""
        return f"Appointment/{self.entry['id']}"

    @property
    def version(self) -> int:
        """The version that was seen."""
        return int(self.entry["meta"]["versionId"])


@dataclass(slots=True)
class Told(Stop):
    """A visit, and what else is told of the person."""

    allergies: list[Read[shapes.AllergyIntolerance]]
    flags: list[Read[shapes.Flag]]
    plans: list[Read[CarePlan]]
    contacts: list[Read[Contact]]
    reads: list[news.Read]
    met: news.Contact | None


async def day(store: Store, actor: Actor, low: int, high: int, *, unit: bool) -> list[Told]:
    """The reader's visits in [low, high) clinical micros, or her `unit`'s; at most `MOST`. Raises `Busy`."""
    listed = await store.listed(access.everyone(actor), UNIT if unit else MINE, Span(low, high, MOST))
    return [_told(each) for each in listed]


async def followed(
    store: Store,
    actor: Actor,
    low: int,
    high: int,
    seen: Followed,
    *,
    unit: bool,
    first: bool = False,
    missed: bool = False,
) -> bool:
    """Whether the day's visits are other than `seen`, which is brought up to date. Raises `Busy`."""
    listing = UNIT if unit else MINE
    return await store.followed(
        access.everyone(actor), listing, Span(low, high, MOST), seen, first=first, missed=missed
    )


async def one(store: Store, actor: Actor, name: str, at: int) -> Stop | None:
    """The visit `name` of the reader's unit that was seen at `at`; None where it is not there for her. Raises `Busy`.

    The list is asked for the one line after the place just before it, so that nobody else is looked at.
    """
    span = Span(at, at + 1, 1, (at, name[:-1]))
    listed = await store.listed(access.everyone(actor), _ONE, span)
    return next((Stop(*_stop(each)) for each in listed if each.item == name), None)


def _stop(listed: Listed) -> tuple[int, str, str, shapes.Patient, dict[str, Any], int]:
    read = _entry(listed.entries)[0]
    return listed.at, listed.id, listed.body, _patient(listed.body), read.entry, read.org


def _told(listed: Listed) -> Told:
    allergies, flags, plans, contacts, reads, met = listed.found
    return Told(
        *_stop(listed),
        rows(_allergies, allergies),
        rows(_flags, flags),
        rows(_plans, plans),
        rows(_contacts, contacts),
        rows(news.reads, reads),
        news.contact(met),
    )
