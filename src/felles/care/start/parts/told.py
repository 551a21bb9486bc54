"""What matters of an appointment for each role: what stands on its line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.reached import reached
from felles.care.start.parts.booked import reason, with_whom
from felles.care.start.parts.expecting import tell_pressure, week
from felles.care.start.parts.followed import vaccine
from felles.care.vaccines.rules import grown
from felles.ui.dates import born_on, local, moment

if TYPE_CHECKING:
    from felles.care.start.board import Line
    from felles.care.start.parts.booked import Tell
    from felles.record.read_lists import Listed
    from felles.settings import Settings
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


_patient: Final = Decoder(shapes.Patient).decode


def on_the_way(t: Language, each: Listed, entry: shapes.Appointment, _: int, line: Line) -> None:
    """For home care: what the visit is for, the address and the telephone; a protected address is not in what comes."""
    address, line.phone = reached(each.body)
    line.detail = address or t("Adresse ikke registrert")
    line.fact = reason(t, entry)


def at_a_control(settings: Settings) -> Tell:
    """For the midwife: the week, and the last blood pressure, which leads to its course."""

    def tell(t: Language, each: Listed, entry: shapes.Appointment, now: int, line: Line) -> None:
        tell_pressure(t, each.found[1], now, line, settings.pregnancy_pressure)
        said = [line.detail, week(t, each.found[0], now), reason(t, entry)]
        line.detail = " · ".join(part for part in said if part)

    return tell


def at_the_station(t: Language, each: Listed, entry: shapes.Appointment, now: int, line: Line) -> None:
    """For the health station: which vaccine is due to a child, and what the visit is; of a parent the visit alone."""
    patient, today = _patient(each.body), local(now).date()
    born = born_on(patient.birth_date)
    if born is not None and grown(born, today):
        line.fact = reason(t, entry)
        return
    line.fact, state, color = vaccine(t, each.found[0], patient, today)
    line.to, line.detail = f"{line.href}/vaksiner", reason(t, entry)
    if not line.state:
        line.state, line.color = state, color
