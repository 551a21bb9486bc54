"""The pregnant women that the reader's unit follows: the week, the last blood pressure and the way to its course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes, words
from felles.care.courses.rules import address_of
from felles.care.overview import rules
from felles.care.overview.views import PREGNANT, Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.fhir.search.marks import code_mark
from felles.record.clock import BEGINNING, FOREVER
from felles.record.read_lists import Listing
from felles.record.wants import Coded
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.settings import Pressure
    from felles.ui.i18n import Language

PRESSURE: Final = "85354-9"
"""LOINC: blood pressure panel with all children optional."""
COURSE: Final = f"/prover/{address_of(code_mark('code', PRESSURE))}"
"""The course of the blood pressure, below the address of a record."""
WANTS: Final = (Coded("Observation", 1, PREGNANT), Coded("Observation", 1, (PRESSURE,)))
_LISTING: Final = Listing(("EpisodeOfCare",), (Basis.PREGNANCY,), wants=WANTS)
_told: Final = Decoder(list[Read[shapes.Observation]]).decode
_patient: Final = Decoder(shapes.Patient).decode


async def _read(asked: Asked) -> Shown:
    found, more = await asked.lines_of(_LISTING, BEGINNING, FOREVER)
    if not found:
        return Shown(none=asked.t("Dere følger ingen gravide nå."))
    bound = asked.store.settings.pregnancy_pressure
    return Shown([line(asked.t, each, asked.now, bound) for each in found], more=more)


def line(t: Language, each: Listed, now: int, bound: Pressure) -> Line:
    """One woman. `bound`: from which pressure hers is high (`care.pressure`). Pure."""
    made = person(t, _patient(each.body), each.id, now)
    made.time = week(t, each.found[0], now)
    tell_pressure(t, each.found[1], now, made, bound)
    return made


def week(t: Language, found: bytes, now: int) -> str:
    """`Uke 32+4` from what answers `PREGNANT`; that no due date is recorded, where there is none that counts."""
    told = ((read.at, read.entry) for read in _told(found))
    expected = rules.pregnant(told, local_day(now))
    if expected is None:
        return t("Termin ikke registrert")
    gone = rules.TERM - (expected.due.toordinal() - local_day(now))
    return t("Uke {week}").format(week=f"{gone // 7}+{gone % 7}")


def tell_pressure(t: Language, found: bytes, now: int, made: Line, bound: Pressure) -> None:
    """Put the last blood pressure on a line, with the way to its course; marked where it is high (from `bound`)."""
    read = next((read for read in _told(found) if read.entry.status not in rules.NOT_A_VALUE), None)
    made.to = f"{made.href}{COURSE}"
    if read is None:
        made.fact, made.to = t("Blodtrykk ikke registrert"), made.href
        return
    value = rules.value(read.at, read.entry)
    if value.number is None or value.second is None:
        made.fact = f"{t('Blodtrykk')} {words.spoken(t, read.entry)}".strip()
    else:
        made.fact = t("Blodtrykk {value}").format(value=f"{value.number:f}/{value.second:f}")
        if value.number >= bound.upper or value.second >= bound.lower:
            made.pressing, made.state, made.color = True, t("Høyt"), "warning"
    made.detail = days.day(t, read.at, now)


EXPECTING: Final = Part("gravide", lambda t: t("Gravide dere følger"), "PersonPregnant", _read)
