"""Those the reader's unit follows over time: users of municipal services, children of a health station."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes
from felles.care.overview.views import Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.care.start.parts.admitted import HERE, INPATIENT
from felles.care.vaccines import codes
from felles.care.vaccines.rules import State, steps
from felles.care.vaccines.views import Immunization
from felles.record.clock import BEGINNING, FOREVER
from felles.record.read_lists import Listing
from felles.record.wants import Standing, Want
from felles.ui.dates import born_on, local

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.record.wants import AnyWant
    from felles.ui.i18n import Language

    Tell = Callable[[Language, Listed, shapes.Patient, int, Line], None]

CONTACTS: Final = (Standing("Encounter", 12, past=True),)
VACCINES: Final = (Want("Immunization", 60),)
_ENDED: Final = ("finished",)
_contacts: Final = Decoder(list[Read[shapes.Encounter]]).decode
_given: Final = Decoder(list[Read[Immunization]]).decode
_patient: Final = Decoder(shapes.Patient).decode


def followed(
    key: str, title: Callable[[Language], str], basis: Basis, tell: Tell, *, wants: tuple[AnyWant, ...], icon: str
) -> Part:
    """The part of those who are followed on `basis`, the newest first; `tell` says what matters of each."""
    listing = Listing(("EpisodeOfCare",), (basis,), wants=wants, down=True)

    async def read(asked: Asked) -> Shown:
        found, more = await asked.lines_of(listing, BEGINNING, FOREVER)
        if not found:
            return Shown(none=asked.t("Dere følger ingen nå."))
        return Shown([line(asked.t, each, asked.now, tell) for each in found], more=more)

    return Part(key, title, icon, read)


def line(t: Language, each: Listed, now: int, tell: Tell) -> Line:
    """One who is followed. Pure."""
    patient = _patient(each.body)
    made = person(t, patient, each.id, now)
    tell(t, each, patient, now, made)
    return made


def at_home(t: Language, each: Listed, _: shapes.Patient, now: int, made: Line) -> None:
    """For home care: whether the user is in hospital; else when somebody last came home to her, and for what."""
    contacts = _contacts(each.found[0])
    made.to = made.href
    stay = next((read for read in contacts if _admitted(read.entry)), None)
    if stay is not None:
        made.fact = t("Innlagt siden {day}").format(day=days.day(t, stay.at, now))
        made.detail = _reason(stay.entry)
        made.state, made.color = t("Innlagt"), "info"
        return
    visit = next((read for read in contacts if read.entry.class_ is not None and read.entry.class_.code == "HH"), None)
    if visit is None:
        made.fact = t("Ingen hjemmebesøk registrert")
        return
    made.fact = t("Siden sist")
    made.detail = t("Sist hjemme hos: {day}").format(day=days.day(t, visit.at, now))


def _admitted(entry: shapes.Encounter) -> bool:
    inpatient = entry.class_ is not None and ("class", entry.class_.code) in INPATIENT
    return inpatient and ("status", entry.status) in HERE


def _reason(entry: shapes.Encounter) -> str:
    return next((concept.words for concept in entry.reason_code if concept.words), "")


def due_vaccine(t: Language, each: Listed, patient: shapes.Patient, now: int, made: Line) -> None:
    """For the health station: which vaccine of the programme is due (`care.vaccines`)."""
    made.fact, made.state, made.color = vaccine(t, each.found[0], patient, local(now).date())
    made.to = f"{made.href}/vaksiner"


def vaccine(t: Language, rows: bytes, patient: shapes.Patient, today: date) -> tuple[str, str, str]:
    """(what is due, a word about it, its colour) for a child on a day, from her vaccinations."""
    born = born_on(patient.birth_date)
    if born is None:
        return t("Fødselsdato ikke registrert"), "", "neutral"
    given, unknown = codes.known(read.entry for read in _given(rows) if read.entry.status == "completed")
    if unknown:
        return t("Kan ikke si hvilken vaksine som står for tur"), "", "neutral"
    due = [step for step in steps(given, born, today) if step.state is State.DUE]
    if not due:
        return t("Ingen vaksine nå"), "", "neutral"
    said = ", ".join(dict.fromkeys(step.dose.name for step in due))
    return said, t("Står for tur"), "info"
