"""Cases in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from felles.access.cases import Sort
from felles.access.roles import ROLES
from felles.care import shapes, words
from felles.care.doors.cases.rules import NEEDED
from felles.care.entries import labels

if TYPE_CHECKING:
    from felles.care.doors.cases.rules import Case
    from felles.care.doors.rules import Line
    from felles.record.read_cases import CaseRow
    from felles.ui.i18n import Language

Names = Mapping[str | int, str]
"""Of whoever is named, by reference, and of organisations by their hash."""

_face = msgspec.json.Decoder(shapes.Patient).decode


def sort(t: Language, which: Sort) -> str:
    """What sort of case it is."""
    return {
        Sort.NEED: t("Oppgitt tjenstlig behov"),
        Sort.EMERGENCY: t("Åpnet med nødrett"),
        Sort.CONSENT: t("Åpnet med pasientens samtykke"),
        Sort.LOG_QUESTION: t("Spørsmål om innsynsloggen"),
        Sort.CORRECTION: t("Krav om retting"),
        Sort.DELETION: t("Krav om sletting"),
        Sort.REQUEST: t("Ønske om innsyn for en annen"),
        Sort.SELF_MADE: t("Åpnet ved egen time, henvisning eller oppgave"),
    }[which]


def demands(t: Language) -> list[dict[str, str]]:
    """What a citizen can ask for about an entry."""
    return [
        {
            "code": "retting",
            "text": t("Rett det"),
            "more": t("Den som svarer for teksten, retter ved å føye til. Det gamle blir stående, merket som rettet."),
        },
        {
            "code": "sletting",
            "text": t("Slett det"),
            "more": t(
                "Kan gjøres når det er feil eller misvisende og en belastning for deg, eller åpenbart ikke "
                "trengs. To må være enige."
            ),
        },
        {
            "code": "merknad",
            "text": t("Legg min merknad ved siden av"),
            "more": t("Du trenger ikke noens samtykke. Alle som leser teksten, ser merknaden."),
        },
    ]


def mine(t: Language, task: dict[str, Any], case: Case, owner: str) -> dict[str, Any]:
    """One of her own cases."""
    refused = task.get("status") == "rejected"
    over = task.get("status") in ("completed", "rejected", "cancelled", "failed")
    due = task.get("restriction", {}).get("period", {}).get("end", "")
    state = t("Avslått") if refused else t("Besvart") if over else t("Venter på svar")
    return {
        "title": sort(t, case.sort),
        "state": state,
        "over": over,
        "refused": refused,
        "owner": owner,
        "asked": t.fhir(task.get("authoredOn", "")),
        "due": "" if over else t.fhir(due),
        "words": case.words,
        "answer": case.answer,
        "focus": f"/meg/e/{case.focus}" if case.focus else "",
    }


def line(t: Language, at: int, said: Line, type_name: str) -> dict[str, str]:
    """The line of the log that is asked about."""
    role = ROLES.get(said.who.role)
    return {
        "who": said.who.name,
        "role": "" if role is None else role.en if t.code == "en" else role.nb,
        "place": said.who.organization,
        "when": t.moment(at),
        "what": labels.types(t).get(type_name, type_name),
    }


def queued(t: Language, row: CaseRow, case: Case, names: Names, now: int) -> dict[str, Any]:
    """One line of the queue."""
    late = not row.state and row.due <= now
    return {
        "href": f"/admin/saker/{row.id}",
        "title": sort(t, case.sort),
        "by": names.get(row.author, "") if case.opening else case.asker or t("Pasienten"),
        "place": names.get(row.owner, ""),
        "about": words.name(t, _face(row.face).shown_name),
        "made": t.day(row.made),
        "due": t.day(row.due),
        "late": late,
        "state": _state(t, row.state),
    }


def one(t: Language, row: CaseRow, case: Case, names: Names, now: int) -> dict[str, Any]:
    """A whole case."""
    patient = _face(row.face)
    type_name, _, entry = case.focus.partition("/")
    return queued(t, row, case, names, now) | {
        "born": t.fhir(patient.birth_date),
        "words": case.words,
        "reason": case.reason,
        "answer": case.answer,
        "open": not row.state,
        "opening": case.opening,
        "deletion": case.sort is Sort.DELETION,
        "what": labels.types(t).get(type_name, type_name) if entry else "",
        "focus": case.focus,
        "suspect": names.get(case.suspect, ""),
        "approved": [names.get(each) or each for each in case.approved],
        "ready": case.done,
        "needed": NEEDED,
    }


def error(t: Language, which: str) -> str:
    """What stopped an answer; "" for nothing."""
    return {
        "": "",
        "over": t("Saken er besvart allerede."),
        "twice": t("Du har godkjent allerede. Den andre godkjenningen må komme fra en annen."),
        "promised": t("Slettingen er godkjent av to. Saken lukkes når den er utført, ikke før."),
        "short": t("Velg et svar, og skriv minst ti tegn som begrunnelse."),
        "met": t("Noen andre svarte samtidig. Se hva som står nå."),
    }[which]


def _state(t: Language, state: int) -> str:
    return (t("Venter"), t("Besvart"), t("Avslått"))[state]
