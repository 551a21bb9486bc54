"""What matters of an appointment for each role: what stands on its line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import field
from msgspec.json import Decoder

from felles.care import shapes
from felles.care.start.parts.booked import reason, with_whom
from felles.care.start.parts.expecting import tell_pressure, week
from felles.care.start.parts.followed import vaccine
from felles.ui.dates import local, moment

if TYPE_CHECKING:
    from felles.care.start.board import Line
    from felles.record.read_lists import Listed
    from felles.ui.i18n import Language


def at_the_desk(t: Language, each: Listed, entry: shapes.Appointment, now: int, line: Line) -> None:
    """For the secretary: with whom, what it is about, and whether the person has come."""
    line.fact = with_whom(entry) or t("Behandler ikke registrert")
    line.detail = reason(t, entry)
    line.to = f"{line.href}/plan"
    if entry.status == "booked":
        if now < each.at:
            line.state = t("Ventes")
        elif now < (moment(entry.end) or each.at):
            line.state, line.color = t("Ikke kommet"), "warning"
        else:
            line.state = t("Ikke registrert møtt")


class _Point(shapes.Shape):
    """A telephone or another way to reach somebody."""

    system: str | None = None
    value: str | None = None
    use: str | None = None


class _Place(shapes.Shape):
    """An address as it stands on a door."""

    line: list[str] = field(default_factory=list)
    postal_code: str | None = None
    city: str | None = None


class _Reached(shapes.Shape):
    """Where a Patient lives and how she is rung."""

    telecom: list[_Point] = field(default_factory=list)
    address: list[_Place] = field(default_factory=list)


_reached: Final = Decoder(_Reached).decode
_patient: Final = Decoder(shapes.Patient).decode


def on_the_way(t: Language, each: Listed, entry: shapes.Appointment, _: int, line: Line) -> None:
    """For home care: what the visit is for, the address and the telephone; a protected address is not in what comes."""
    known = _reached(each.body)
    line.detail = next((said for place in known.address if (said := _address(place))), t("Adresse ikke registrert"))
    phones = (p.value or "" for p in known.telecom if p.system == "phone" and p.use != "old")
    line.phone = next(phones, "")
    line.fact = reason(t, entry)


def _address(place: _Place) -> str:
    town = " ".join(part for part in (place.postal_code, place.city) if part)
    return ", ".join(part for part in (*place.line, town) if part)


def at_a_control(t: Language, each: Listed, entry: shapes.Appointment, now: int, line: Line) -> None:
    """For the midwife: the week, and the last blood pressure, which leads to its course."""
    tell_pressure(t, each.found[1], now, line)
    said = [line.detail, week(t, each.found[0], now), reason(t, entry)]
    line.detail = " · ".join(part for part in said if part)


def at_the_station(t: Language, each: Listed, entry: shapes.Appointment, now: int, line: Line) -> None:
    """For the health station: which vaccine is due, and what the visit is."""
    line.fact, state, color = vaccine(t, each.found[0], _patient(each.body), local(now).date())
    line.to, line.detail = f"{line.href}/vaksiner", reason(t, entry)
    if not line.state:
        line.state, line.color = state, color
