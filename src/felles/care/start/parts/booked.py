"""Today's appointments in their order; where today has none, what is next and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes, words
from felles.care.overview.views import Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.read_lists import Listing, Whose
from felles.ui.dates import local_day, moment

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.record.wants import AnyWant
    from felles.settings import Settings
    from felles.ui.i18n import Language

    Tell = Callable[[Language, Listed, Any, int, Line], None]

AHEAD: Final = 14
"""Days ahead: so long before it an appointment opens the record of who has it (`access.derive.Durations`)."""
NEXT: Final = "i"
"""The letter that, typed after g, opens the next of the day."""
DAY: Final = 30
"""Lines of a day: nobody has more appointments in one."""
_booked: Final = Decoder(list[Read[shapes.Appointment]]).decode
_patient: Final = Decoder(shapes.Patient).decode


def reason(t: Language, entry: shapes.Appointment) -> str:
    """What an appointment is about."""
    named = [entry.appointment_type, *entry.service_type]
    return entry.description or next((c.words for c in named if c and c.words), "") or t("Time")


def with_whom(entry: shapes.Appointment) -> str:
    """The names of staff who take part."""
    actors = (taking.actor for taking in entry.participant if taking.actor is not None)
    return ", ".join(a.display for a in actors if a.display and (a.reference or "").startswith("Practitioner"))


def booked(
    key: str,
    title: Callable[[Language], str],
    *,
    whose: Whose = Whose.MINE,
    wants: tuple[AnyWant, ...] = (),
    tell: Tell | None = None,
    by: Callable[[Settings], Tell] | None = None,
    icon: str = "Calendar",
    way: tuple[str, Callable[[Language], str]] | None = None,
) -> Part:
    """The part of today's appointments; `tell` puts what matters for a role on a line, from what `wants` brought.

    `by`: makes it by what the site has set.
    """
    listing = Listing(("Appointment",), (), whose, wants=wants, book=True)

    async def read(asked: Asked) -> Shown:
        low, high = days.begins(asked.now), days.begins(asked.now, AHEAD)
        found, more = await asked.lines_of(listing, low, high)
        return shown(asked.t, found, asked.now, more, by(asked.store.settings) if by else tell)

    return Part(key, title, icon, read, DAY, way)


def shown(t: Language, found: list[Listed], now: int, more: tuple[int, str] | None, tell: Tell | None) -> Shown:
    """Those of today, or of the first day that has any. Pure.

    `more`: the place of the last line, where the list goes on.
    """
    if not found:
        return Shown(none=t("Ingen timer de neste to ukene."))
    here = [each for each in found if local_day(each.at) == local_day(now)]
    ahead = [each for each in found if local_day(each.at) > local_day(now)]
    day = here or [each for each in ahead if local_day(each.at) == local_day(ahead[0].at)]
    said = ""
    if not here:
        said = t("Ingen i dag. Neste: {when}.").format(when=days.when(t, ahead[0].at, now))
    elif ahead and all(_over(each, now) for each in here):
        said = t("Dagens timer er over. Neste: {when}.").format(when=days.when(t, ahead[0].at, now))
    lines = [_line(t, each, now, tell) for each in day]
    lines[_next(day, now)].key = NEXT
    return Shown(lines, said, more=more if day[-1] is found[-1] else None)


def _next(day: list[Listed], now: int) -> int:
    """The place of the first of the day that is not over; of the last where all are."""
    return next((place for place, each in enumerate(day) if not _over(each, now)), len(day) - 1)


def _over(each: Listed, now: int) -> bool:
    entry = _entry(each)
    return max(each.at, moment(entry.end) or each.at) <= now


def _entry(each: Listed) -> shapes.Appointment:
    read = _booked(each.entries)
    return read[0].entry if read else shapes.Appointment()


def _line(t: Language, each: Listed, now: int, tell: Tell | None) -> Line:
    line, entry = person(t, _patient(each.body), each.id, now), _entry(each)
    line.time = t.clock(each.at)
    line.state, line.color = words.booked(t, entry.status)
    line.fact, line.to = reason(t, entry), line.href
    if tell is not None:
        tell(t, each, entry, now, line)
    return line
