"""Who is admitted here, with the day of the stay; `tell` says what matters of each for a role."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import field
from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes
from felles.care.overview.views import Read
from felles.care.plan.rules import by_deadline
from felles.care.plan.shapes import Work
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.clock import BEGINNING
from felles.record.read_lists import Listing
from felles.record.read_person import Standing

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.record.wants import AnyWant
    from felles.ui.i18n import Language

    Tell = Callable[[Language, Listed, "Stay", int, Line], None]

HERE: Final = (("status", "in-progress"), ("status", "arrived"), ("status", "onleave"), ("status", "triaged"))
"""Encounter.status of who is here now (FHIR R4, encounter-status)."""
INPATIENT: Final = (("class", "IMP"), ("class", "ACUTE"), ("class", "NONAC"), ("class", "OBSENC"))
"""Encounter.class of a stay (v3-ActCode)."""


class Stay(shapes.Shape):
    """An Encounter that goes on."""

    id: str = ""
    reason_code: list[shapes.Concept] = field(default_factory=list)


class Owed(Work):
    """A Task, with what it is about."""

    focus: shapes.Reference | None = None


_stays: Final = Decoder(list[Read[Stay]]).decode
_patient: Final = Decoder(shapes.Patient).decode
_owed: Final = Decoder(list[Read[Owed]]).decode
OWED: Final = (Standing("Task", 20),)
"""What is read of each to say what is left."""


def admitted(
    key: str,
    title: Callable[[Language], str],
    tell: Tell,
    *,
    wants: tuple[AnyWant, ...] = (),
) -> Part:
    """The part of who is admitted where the reader works, the longest stay first."""
    listing = Listing(("Encounter",), (Basis.ADMISSION,), having=(HERE, INPATIENT), wants=wants)

    async def read(asked: Asked) -> Shown:
        found, more = await asked.lines_of(listing, BEGINNING, asked.now)
        if not found:
            return Shown(none=asked.t("Ingen er innlagt hos dere nå."))
        return Shown([line(asked.t, each, asked.now, tell) for each in found], more=more)

    return Part(key, title, "Hospital", read)


def line(t: Language, each: Listed, now: int, tell: Tell) -> Line:
    """One who is admitted: the day of the stay (the first day is day 1), why, and what the role is told. Pure."""
    made, read = person(t, _patient(each.body), each.id, now), _stays(each.entries)
    stay = read[0].entry if read else Stay()
    made.time = t("Dag {number}").format(number=days.days_between(each.at, now) + 1)
    made.detail = next((reason.words for reason in stay.reason_code if reason.words), "")
    tell(t, each, stay, now, made)
    return made


def before_the_stay(t: Language, each: Listed, _: Stay, __: int, made: Line) -> None:
    """For the doctor: the list of medicines as it stood when the day of admission began."""
    made.fact = t("Legemidler før innleggelsen")
    made.to = f"{made.href}/legemidler?dato={days.iso(each.at)}"


def what_is_left(t: Language, each: Listed, stay: Stay, now: int, made: Line) -> None:
    """For the nurse: what somebody still owes before the patient can go, the most pressing first."""
    reads = _owed(each.found[0])
    about = [r for r in reads if r.entry.focus is not None and r.entry.focus.reference == f"Encounter/{stay.id}"]
    left = by_deadline(about or reads, now)
    made.to = f"{made.href}/plan"
    if not left:
        made.fact = t("Ingenting står åpent")
        return
    first, due = left[0]
    work = first.entry
    said = work.description or (work.code.words if work.code else "") or t("Oppgave")
    by = ""
    if due is not None:
        day = days.day_of(t, due.day, days.noon(due.day), now)
        by = t("frist {day}").format(day=day)
        made.pressing = due.late
    made.fact = t.many("%d ting gjenstår", "%d ting gjenstår", len(left))
    made.detail = f"{said}{f' ({by})' if by else ''}"
