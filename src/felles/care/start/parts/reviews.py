"""What a pharmacy, or an office that decides on services, is asked to look over: open tasks, each with its deadline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes, words
from felles.care.medicines.codes import CREATININE, FILTRATION
from felles.care.overview.rules import NOT_A_VALUE
from felles.care.overview.views import Read
from felles.care.plan.rules import due, is_case
from felles.care.plan.shapes import Work
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.clock import BEGINNING, FOREVER
from felles.record.read_lists import Listing
from felles.record.wants import Coded

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.record.wants import AnyWant
    from felles.ui.i18n import Language

    Tell = Callable[[Language, Listed, int, Line], None]

OPEN: Final = tuple(
    ("status", code) for code in ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
)
"""Task.status of what is to be done (FHIR R4, task-status)."""
KIDNEYS: Final = (Coded("Observation", 1, FILTRATION), Coded("Observation", 1, CREATININE))
_works: Final = Decoder(list[Read[Work]]).decode
_patient: Final = Decoder(shapes.Patient).decode
_values: Final = Decoder(list[Read[shapes.Observation]]).decode


def reviews(
    key: str, title: Callable[[Language], str], tell: Tell, *, wants: tuple[AnyWant, ...] = (), icon: str = "Tasklist"
) -> Part:
    """The part of open tasks; `tell` says what matters of the person for a role."""
    listing = Listing(("Task",), (Basis.TASK,), having=(OPEN,), wants=wants)

    async def read(asked: Asked) -> Shown:
        found, more = await asked.lines_of(listing, BEGINNING, FOREVER)
        if not found:
            return Shown(none=asked.t("Ingen oppgaver venter hos dere."))
        return Shown([line(asked.t, each, asked.now, tell) for each in found], more=more)

    return Part(key, title, icon, read)


def line(t: Language, each: Listed, now: int, tell: Tell) -> Line:
    """A task: its deadline, what is asked. Pure."""
    made, reads = person(t, _patient(each.body), each.id, now), _works(each.entries)
    work = reads[0].entry if reads and not is_case(reads[0].entry.code) else Work()
    made.fact = work.description or (work.code.words if work.code else "") or t("Oppgave")
    made.to = f"{made.href}/plan"
    by = due(work, now)
    if by is not None:
        made.time = t("frist {day}").format(day=days.day_of(t, by.day, days.noon(by.day), now)).capitalize()
        made.pressing = by.late
    tell(t, each, now, made)
    return made


def as_asked(_: Language, __: Listed, ___: int, ____: Line) -> None:
    """For an office that decides: the task says it all."""


def by_the_kidneys(t: Language, each: Listed, now: int, made: Line) -> None:
    """For the pharmacist: the kidney function, which leads to the list of medicines beside it."""
    made.detail, made.to = made.fact, f"{made.href}/legemidler"
    said: list[str] = []
    when = 0
    for name, rows in ((t("eGFR"), each.found[0]), (t("Kreatinin"), each.found[1])):
        read = next((read for read in _values(rows) if read.entry.status not in NOT_A_VALUE), None)
        if read is not None:
            said.append(f"{name} {words.spoken(t, read.entry)}")
            when = max(when, read.at)
    made.fact = ", ".join(said) or t("Nyrefunksjon ikke registrert")
    if said:
        made.fact = f"{made.fact} ({days.day(t, when, now)})"
