"""Messages in words of one language. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.asking import CITIZENS
from felles.care.emergency import numbers
from felles.care.messages.codes import MEASURED, SYMPTOMS, symptom
from felles.care.messages.rules import Stands
from felles.care.pressure import GUIDELINE
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.access.handovers.inboxes import Inbox
    from felles.care.messages.rules import Letter, Thread
    from felles.care.messages.views import Written
    from felles.care.overview.present import View
    from felles.care.shapes import Reference
    from felles.ui.i18n import Language

COLORS: Final = {
    Stands.TOLD: "neutral",
    Stands.SENT: "warning",
    Stands.NOBODYS: "warning",
    Stands.READ: "info",
    Stands.TAKEN: "info",
    Stands.ANSWERED: "success",
    Stands.ASKED: "warning",
    Stands.ENDED: "neutral",
    Stands.STOPPED: "danger",
}
SHOWN: Final = 30
"""Threads on one page."""


def sort(t: Language, letter: Letter) -> str:
    """What sort of message it is."""
    said = {
        MEASURED: t("Egen måling"),
        "booking": t("Ønske om time"),
        "renewal": t("Ønske om å fornye en medisin"),
        "matters": t("Hva som er viktig"),
        "question": t("Spørsmål"),
    }
    codes = {coding.code or "" for concept in letter.read.entry.category for coding in concept.coding}
    return next((words for code, words in said.items() if code in codes), t("Melding"))


def stands(t: Language, letter: Letter, owner: str) -> str:
    """Where it is, to who sent it."""
    who = owner or t("Mottakeren")
    return {
        Stands.TOLD: t("Står i journalen"),
        Stands.SENT: t("Sendt til {who}, ikke lest ennå").format(who=who),
        Stands.NOBODYS: t("Sendt til {who}, ingen har tatt den ennå").format(who=who),
        Stands.READ: t("Mottatt av {who}").format(who=who),
        Stands.TAKEN: t("{who} ser på den").format(who=who),
        Stands.ANSWERED: t("Besvart"),
        Stands.ASKED: t("{who} venter på svar fra deg").format(who=who),
        Stands.ENDED: t("Avsluttet"),
        Stands.STOPPED: t("Stoppet: journalen er stengt for dem den var hos"),
    }[letter.stands]


def wanted(written: Written) -> set[str | int]:
    """Whose names and telephones the page tells."""
    references: list[Reference | None] = []
    for read in written.messages:
        references += [read.entry.sender, *read.entry.recipient]
    for read in written.tasks:
        references += [read.entry.owner, read.entry.requester, *(note.author_reference for note in read.entry.note)]
    return {each.reference for each in references if each and each.reference}


def thread(view: View, phones: Mapping[str | int, str], said: Thread, who: Mapping[str, str]) -> dict[str, Any]:
    """A thread; `who`: what the reader and the person are called here, by reference."""
    letters = [_letter(view, phones, each, who) for each in said.letters]
    last = said.letters[-1]
    return {
        "id": last.read.entry.id,
        "title": letters[0]["sort"],
        "letters": letters,
        "waits": said.waits,
        "from_staff": _from_staff(last.read.entry.sender),
        "reply": f"Communication/{last.read.entry.id}" if last.stands not in (Stands.STOPPED, Stands.ASKED) else "",
    }


def _letter(view: View, phones: Mapping[str | int, str], letter: Letter, who: Mapping[str, str]) -> dict[str, Any]:
    t, entry = view.t, letter.read.entry
    owner = str(view.names.get(letter.owner, ""))
    due = letter.due
    late = due is not None and due.toordinal() < local_day(view.now)
    day = t.fhir(due.isoformat()) if due else ""
    reason = letter.task.status_reason if letter.task else None
    return {
        "sort": sort(t, letter),
        "who": _who(view, entry.sender, who),
        "when": t.fhir_moment(entry.sent) if entry.sent else t.moment(letter.read.at),
        "text": entry.words,
        "about": next((f"{view.base}/e/{key}" for each in entry.about if (key := each.reference or "")), ""),
        "state": stands(t, letter, owner),
        "color": COLORS[letter.stands],
        "due": (t("Skulle vært besvart {day}") if late else t("Svar innen {day}")).format(day=day) if day else "",
        "late": late,
        "codes": {coding.code or "" for concept in entry.category for coding in concept.coding},
        "asked": letter.task.id if letter.task and letter.stands is Stands.ASKED else "",
        "phone": phones.get(letter.owner, "") if letter.stands.waits else "",
        "reason": reason.words if reason and letter.stands is Stands.ENDED else "",
        "answers": [
            {
                "who": _who(view, note.author_reference, who),
                "when": t.fhir_moment(note.time) if note.time else "",
                "text": note.text,
            }
            for note in (letter.task.note if letter.task else [])
        ],
    }


def _from_staff(sender: Reference | None) -> bool:
    reference = (sender.reference or "") if sender else ""
    return bool(reference) and not reference.startswith(CITIZENS)


def _who(view: View, reference: Reference | None, who: Mapping[str, str]) -> str:
    key = (reference.reference or "") if reference else ""
    if key in who:
        return who[key]
    name = str(view.names.get(key, "")) or (reference.display or "" if reference else "")
    if key.startswith("Patient/"):
        return view.t("{who}, på vegne av personen").format(who=name) if name else view.t("En som handler for personen")
    return name or view.t("Ukjent")


def places(inboxes: Iterable[Inbox]) -> list[dict[str, str]]:
    """Who can answer, the first chosen."""
    return [{"ref": each.reference, "name": each.name, "phone": each.phone} for each in inboxes]


def ring(t: Language, ward: tuple[str, str] | None, *, worried: bool = False) -> list[dict[str, str]]:
    """Whom to ring with what cannot wait: the ward where she is to give birth (name, telephone), then those for all."""
    found: list[dict[str, str]] = []
    if ward and ward[1]:
        found.append({"who": ward[0], "why": t("Fødeavdelingen din, hele døgnet"), "phone": ward[1]})
    instead = t("Får du ikke svar, ring legevakta") if worried else ""
    return found + [{"who": whom, "why": when, "phone": phone} for whom, when, phone in numbers(t, instead)]


def pressure(t: Language, bound: tuple[int, int], drawn: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The form for her own measurement, filled in with what was typed."""
    return {
        "id": drawn,
        "bound": "/".join(map(str, bound)),
        "source": GUIDELINE,
        "form": {name: form.get(name, "") for name in ("overtrykk", "undertrykk", "tekst", "til")},
        "symptoms": [
            {"name": f"symptom-{each}", "text": symptom(t, each), "on": f"symptom-{each}" in form} for each in SYMPTOMS
        ],
    }
