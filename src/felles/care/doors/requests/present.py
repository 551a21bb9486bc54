"""Requests, decisions and wishes in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder, decode

from felles.access.codes import REASON
from felles.care import words
from felles.care.doors.cases.actions import ANSWER, said_in
from felles.care.doors.cases.rules import due_of, over
from felles.care.entries import present as entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.overview.present import View
    from felles.record.read_person import Seen
    from felles.record.read_requests import Request
    from felles.ui.i18n import Language

_any: Final = Decoder(Any, float_hook=Decimal).decode
MOST: Final = 80
"""Entries that a decision is offered at once, the newest: a form of ours takes a hundred fields."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wished: whether it holds, whether her nearest kin may see, and in her own words."""

    active: bool
    permits: bool
    words: str
    day: str


def wish_of(row: Seen) -> Wish:
    """A wish from its Consent."""
    found = _any(row.body)
    said = next((e.get("valueString", "") for e in found.get("extension", []) if e.get("url") == REASON), "")
    permits = found.get("provision", {}).get("type") == "permit"
    return Wish(found.get("status") == "active", permits, said, found.get("dateTime", ""))


def choices(t: Language) -> list[dict[str, str]]:
    """What can be wished."""
    return [
        {"code": "ja", "text": t("De nærmeste kan få se det de trenger")},
        {"code": "nei", "text": t("De nærmeste skal ikke få se journalen min")},
        {"code": "intet", "text": t("Jeg vil ikke si noe om det")},
    ]


def wished(t: Language, wish: Wish | None) -> dict[str, str]:
    """The dead person's own wish, for those who decide."""
    if wish is None:
        return {"text": t("Den døde har ikke sagt noe om dette i journalen."), "words": "", "day": ""}
    text = (
        t("Den døde ønsket at de nærmeste kan få se det de trenger.")
        if wish.permits
        else t("Den døde ønsket ikke at de nærmeste skal få se journalen.")
    )
    return {"text": text, "words": wish.words, "day": t.fhir(wish.day)}


def asked(t: Language, rows: list[Request]) -> list[dict[str, Any]]:
    """What a citizen has asked about others."""
    found: list[dict[str, Any]] = []
    for row in rows:
        task = decode(row.body)
        refused, answered = task.get("status") == "rejected", over(task)
        state = t("Avslått") if refused else t("Besvart") if answered else t("Venter på svar")
        found.append(
            {
                "who": task.get("for", {}).get("display") or t("navn ikke registrert"),
                "href": f"/for/{task.get('for', {}).get('reference', '').removeprefix('Patient/')}",
                "state": state,
                "given": answered and not refused,
                "refused": refused,
                "made": t.day(row.made),
                "due": "" if answered else t.day(due_of(task, row.made)),
                "words": task.get("description", ""),
                "answer": said_in(task, ANSWER),
            }
        )
    return found


def waiting(t: Language, base: str, rows: list[Request], now: int) -> list[dict[str, Any]]:
    """Requests that wait, for staff."""
    return [
        {
            "href": f"{base}/onsker/{row.id}",
            "who": decode(row.body).get("requester", {}).get("display") or t("navn ikke registrert"),
            "words": decode(row.body).get("description", ""),
            "made": t.day(row.made),
            "due": t.day(due),
            "late": due <= now,
        }
        for row in rows
        for due in [due_of(decode(row.body), row.made)]
    ]


def offered(view: View, rows: Iterable[list[Seen]], ticked: set[str]) -> list[dict[str, Any]]:
    """The entries that can be released one by one, newest first."""
    found: list[tuple[int, dict[str, Any]]] = []
    for each in (row for some in rows for row in some):
        resource = _any(each.body)
        kind, lead = entries.heading(view.t, view.base, resource)
        name = f"vis-{resource['resourceType']}/{each.id}"
        unsigned = words.unsigned(view.t, resource["resourceType"], resource.get("status"))
        text = ", ".join(filter(None, (f"{kind}: {lead}" if lead else kind, unsigned)))
        line = {"name": name, "text": text, "when": view.t.brief(each.low), "on": name in ticked}
        found.append((each.low, line))
    found.sort(key=lambda pair: -pair[0])
    return [line for _, line in found[:MOST]]


def parts(t: Language) -> dict[str, str]:
    """What next of kin may be given, part by part."""
    return {
        "timer": t("Timer og avtaler"),
        "medisiner": t("Legemidler, allergier og vaksiner"),
        "diagnoser": t("Diagnoser og tiltak"),
        "planer": t("Planer og mål"),
        "svar": t("Prøvesvar og målinger"),
        "notater": t("Notater, dokumenter og kontakter"),
    }


def dead(patient: Any) -> bool:
    """Whether a Patient (`care.shapes`) is of one who died."""
    return bool(patient.deceased_boolean or patient.deceased_date_time)


def shown(view: View, patient: Any) -> str:
    """Name and age of whom it is about."""
    return f"{words.name(view.t, patient.shown_name)} ({words.age(view.t, patient, view.now)})"
