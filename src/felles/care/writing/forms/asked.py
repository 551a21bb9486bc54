"""A task or a question to a unit: somebody there is to do something, or answer.

Each is a Task, of the kind TASK or QUESTION, and so has an owner and a date from the commit on: the unit's until
somebody has done it or answered, then, of a question, the sender's until she has read the answer. What must be seen
within minutes is rung about (`/p/{id}/ring`), not sent from here.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import LONGEST, sending
from felles.care.writing.form import Field, Form, Made
from felles.care.writing.forms.referral import RECEIVER, WORDS
from felles.care.writing.rules import in_contact, instant
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.writing.form import Known, Values
    from felles.ui.i18n import Language

    Words = Callable[[Language], str]


def _asked(kind: Handed, values: Values, known: Known) -> list[Made]:
    task = sending(
        kind,
        patient=known.patient,
        sender=known.writer["reference"],
        to=values["til"],
        words=values["tekst"],
        now=instant(known),
        urgent=False,
    )
    return [Made("create", in_contact(known, task))]


def _rung(t: Language, _known: Known) -> str:
    return t("Haster det, ring. Dette blir sett i mottakerens åpningstid.")


def _form(name: str, title: Words, icon: str, label: Words, kind: Handed) -> Form:
    """What the two share: to whom, and the words."""
    words = Field(name="tekst", label=label, source=NEW, kind="text", required=True, longest=LONGEST, hint=_rung)
    return Form(
        name=name,
        title=title,
        icon=icon,
        verb="write",
        kind=Kind.TASK,
        sends=True,
        sign=lambda t: t("Send"),
        wants=(Standing("Encounter", 10), Standing("EpisodeOfCare", 12), Standing("Task", 12)),
        fields=(WORDS, RECEIVER, words),
        make=partial(_asked, kind),
    )


TASK: Final = _form("oppgave", lambda t: t("Oppgave"), "Tasklist", lambda t: t("Hva skal gjøres?"), Handed.TASK)
QUESTION: Final = _form(
    "sporsmal", lambda t: t("Spørsmål"), "InformationSquare", lambda t: t("Hva lurer du på?"), Handed.QUESTION
)
