"""The overview's template context: each part with its lines, or with the kind of none that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.overview import present
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.overview.present import View
    from felles.care.overview.views import Overview


def context(view: View, found: Overview, kinds: int) -> dict[str, Any]:
    """What both the staff's and the citizen's template fill in. `kinds`: what the reader's role reaches."""
    t = view.t
    coming = present.coming(view, found)
    return {
        "person": present.person(view, found.patient),
        "critical": _critical(view, found, kinds),
        "problems": _part(view, kinds, Kind.PROBLEM, t("Ingen aktive problemer er registrert."), lambda: present.problems(view, found)),
        "medicines": _part(view, kinds, Kind.MEDICINE, t("Ingen legemidler i bruk er registrert."), lambda: present.medicines(view, found)),
        "values": _part(view, kinds, Kind.RESULT, t("Ingen prøvesvar eller målinger er registrert."), lambda: present.results(view, found)),
        "timeline": _part(view, kinds, Kind.ENCOUNTER, t("Ingen kontakter eller dokumenter er registrert."), lambda: present.timeline(view, found)),
        "coming": {
            "items": coming,
            "state": "unrecorded",
            "text": t("Ingen timer, henvisninger eller oppgaver er registrert."),
            "note": "",
        },
        "team": {
            "items": present.team(view, found),
            "state": "unrecorded",
            "text": t("Ingen behandlere er registrert det siste året."),
            "note": "",
        },
        "closed": found.closed,
    }  # fmt: skip


def _critical(view: View, found: Overview, kinds: int) -> dict[str, Any]:
    if not kinds >> Kind.ALLERGY & 1:
        return {"state": "refused", "text": view.t("Rollen din gir ikke tilgang til dette.")}
    allergies = (read.entry for read in found.allergies)
    return present.critical(view, allergies, (read.entry for read in found.flags))


def _part(view: View, kinds: int, kind: Kind, none: str, items: Callable[[], list[dict[str, Any]]]) -> dict[str, Any]:
    if not kinds >> kind & 1:
        return {"items": [], "state": "refused", "text": view.t("Rollen din gir ikke tilgang til dette."), "note": ""}
    found = items()
    return {"items": found, "state": "unrecorded", "text": none, "note": ""}
