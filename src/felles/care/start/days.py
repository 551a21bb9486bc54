"""Norwegian days in clinical microseconds, for lists of a day. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from felles.ui.dates import ZONE, local, local_day, moment

if TYPE_CHECKING:
    from felles.ui.i18n import Language


def begins(now: int, ahead: int = 0) -> int:
    """When the Norwegian day of `now`, or the one `ahead` days after it, begins."""
    day = local(now).date() + timedelta(days=ahead)
    return int(datetime.combine(day, time(), ZONE).timestamp() * 1_000_000)


def days_between(first: int, last: int) -> int:
    """Norwegian days from the one to the other moment: 0 on the same day."""
    return local_day(last) - local_day(first)


def when(t: Language, at: int, now: int) -> str:
    """`i dag kl. 10.15`, `i morgen kl. 08.00`, `mandag 30.11.2026 kl. 08.00`; `i går` looking back."""
    return f"{day(t, at, now)} {t('kl.')} {t.clock(at)}"


def day(t: Language, at: int, now: int) -> str:
    """The day of a moment as it is said beside `now`."""
    return day_of(t, local_day(at), at, now)


def day_of(t: Language, ordinal: int, at: int, now: int) -> str:
    """The day `ordinal` (`date.toordinal`), in which moment `at` lies, as it is said beside `now`."""
    away = ordinal - local_day(now)
    if away in (-1, 0, 1):
        return {-1: t("i går"), 0: t("i dag"), 1: t("i morgen")}[away]
    said = t.short(date.fromordinal(ordinal))
    return f"{t.weekday(at)} {said}" if 0 < away < 15 else said


def noon(ordinal: int) -> int:
    """Noon of the Norwegian day `ordinal` (`date.toordinal`)."""
    return int(datetime.combine(date.fromordinal(ordinal), time(12), ZONE).timestamp() * 1_000_000)


def iso(at: int) -> str:
    """The Norwegian day of a moment, as it stands in addresses: 2026-11-22."""
    return local(at).date().isoformat()


def written(t: Language, text: str | None, at: int, now: int) -> str:
    """The day of a FHIR dateTime beside `now`; of moment `at` where it says none."""
    ordinal = local_day(found) if (found := moment(text)) is not None else local_day(at)
    return day_of(t, ordinal, noon(ordinal), now)
