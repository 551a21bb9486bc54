"""A record as a document to read and print: sections of headings, lines, tables and texts, in plain words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.download import health, story
from felles.care.download.blocks import Section, para
from felles.care.entries import labels
from felles.care.overview.present import View
from felles.ui.i18n import language

if TYPE_CHECKING:
    from felles.care.doors.rules import Line
    from felles.care.download.gather import Whole
    from felles.ui.i18n import Language

LOOKS: Final = 4000
"""Lines of the access log that are printed at most, the newest."""


@dataclass(slots=True)
class Asked:
    """Who took it, for whom and when: `made` real, `now` clinical microseconds; `acts` what the log's acts are called.

    `own` is the reference of the person when it is she who took it, else "".
    """

    code: str
    who: str
    own: str
    made: int
    now: int
    acts: dict[str, str] = field(default_factory=dict)


def document(asked: Asked, whole: Whole, log: list[tuple[int, Line]]) -> dict[str, Any]:
    """The document as the template reads it (`record.typ`): title, who and when, sections."""
    t = language(asked.code)
    view = View(t, "", asked.now, whole.names, citizen=True)
    sections = [
        health.critical(view, whole),
        health.problems(view, whole),
        health.medicines(view, whole),
        health.vaccines(view, whole),
        *health.planned(view, whole),
        health.results(view, whole),
        health.told(view, whole),
        story.journal(view, whole),
        _other(t, whole),
        story.looks(view, log, asked.own, asked.acts, cut=len(log) >= LOOKS),
    ]
    return {
        "lang": t.code,
        "title": t("Journal"),
        "about": _about(t, asked, whole),
        "lead": [
            t("Dette er det du kan se i journalen nå. Ordene i notatene er slik de ble skrevet."),
            t("Ta vare på papiret og filen: den som har dem, kan lese alt."),
        ],
        "contents": t("Innhold"),
        "page": t("Side {page} av {all}"),
        "letters": t("Tegn som ikke lar seg skrive her, står som {sign}. I filen for andre systemer står de rett."),
        "none": t("Ikke noe er registrert her som du kan se."),
        "sections": [section.told() for section in sections],
    }


def _about(t: Language, asked: Asked, whole: Whole) -> list[list[str]]:
    """(label, words) of whom it is about, when it was made and who took it."""
    patient = whole.patient
    lines = [
        [t("Navn"), words.name(t, patient.shown_name)],
        [t("Født"), t.fhir(patient.birth_date) or t("Ikke registrert")],
        [t("Kjønn"), words.sex(t, patient.gender) or t("Ikke registrert")],
        [t("Død"), words.death(t, patient)],
        [t("Laget"), t.moment(asked.made)],
        [t("Hentet av"), asked.who or t("Ukjent")],
    ]
    return [line for line in lines if line[1]]


def _other(t: Language, whole: Whole) -> Section:
    """What is in the record and not printed, by sort: it is in the other file."""
    types = labels.types(t)
    counted = [[types.get(name, name), str(many)] for name, many in sorted(whole.other.items())]
    if whole.wrong:
        counted.append([t("Ført ved en feil"), str(whole.wrong)])
    section = Section(t("Annet i journalen"))
    if counted:
        section.add(para(t("Dette er ikke skrevet ut her. Det står i filen for andre systemer (FHIR).")))
        section.table([t("Hva"), t("Antall")], counted)
    return section
