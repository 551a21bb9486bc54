"""Cases in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from felles.access.handovers.asking import CITIZENS
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.access.roles import ROLES
from felles.care import shapes, words
from felles.care.doors.cases.rules import NEEDED, due_of, over
from felles.care.entries import labels
from felles.care.handovers import present as handed
from felles.care.handovers.rules import asking

if TYPE_CHECKING:
    from felles.care.doors.cases.rules import Case
    from felles.care.doors.rules import Line
    from felles.record.read_cases import CaseRow
    from felles.ui.i18n import Language

Names = Mapping[str | int, str]
"""Of whoever is named, by reference, and of organisations by their hash."""

_face = msgspec.json.Decoder(shapes.Patient).decode


def sort(t: Language, which: Kind) -> str:
    """What sort of case it is."""
    return handed.kind(t, which)


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
    refused, ended = task.get("status") == "rejected", over(task)
    due = task.get("restriction", {}).get("period", {}).get("end", "")
    state = t("Avslått") if refused else t("Besvart") if ended else _waits(t, task)
    return {
        "title": sort(t, case.sort),
        "state": state,
        "over": ended,
        "refused": refused,
        "owner": owner,
        "asked": t.fhir(task.get("authoredOn", "")),
        "due": "" if ended else t.fhir(due),
        "words": case.words,
        "answer": case.answer,
        "delayed": [] if ended else _delayed(task),
        "focus": f"/meg/e/{case.focus}" if case.focus else "",
    }


def _delayed(task: dict[str, Any]) -> list[str]:
    """Why it takes its time: what was said in it, but for what she was asked and answered."""
    said: list[dict[str, Any]] = task.get("note", [])
    if not said:
        return []
    hers = [note.get("authorReference", {}).get("reference", "").startswith(CITIZENS) for note in said]
    asked = [*hers[1:], asking(task)]
    return [note.get("text", "") for note, by, of in zip(said, hers, asked, strict=True) if not by and not of]


def _waits(t: Language, task: dict[str, Any]) -> str:
    """Where it stands while it waits: whether they have it, and whether somebody works on it."""
    if task.get("status") == "received":
        return t("Mottatt, venter på svar")
    return t("Under arbeid") if task.get("status") in ("accepted", "in-progress") else t("Venter på svar")


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


def one(t: Language, row: CaseRow, case: Case, names: Names, now: int) -> dict[str, Any]:
    """A whole case."""
    patient = _face(row.hand.face)
    type_name, _, entry = case.focus.partition("/")
    body = msgspec.json.decode(row.hand.body)
    due = due_of(body, row.hand.made)
    return {
        "hand": f"/arbeid/{row.hand.source}",
        "by": names.get(row.author, "") if case.opening else case.asker or t("Pasienten"),
        "place": names.get(row.org, ""),
        "owner": names.get(row.hand.owner, ""),
        "about": words.name(t, patient.shown_name),
        "made": t.day(row.hand.made),
        "due": t.day(due),
        "late": row.open and due <= now,
        "state": handed.state(t, State(row.hand.state))
        if row.open
        else t("Besvart")
        if row.hand.state == State.DONE
        else t("Avslått"),
        "born": t.fhir(patient.birth_date),
        "words": case.words,
        "reason": case.reason,
        "answer": case.answer,
        "notes": handed.notes(t, body, names),
        "open": row.open,
        "opening": case.opening,
        "deletion": case.sort is Kind.DELETION,
        "what": labels.types(t).get(type_name, type_name) if entry else "",
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
