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
    from felles.care.writing.form import Known, Values
    from felles.ui.i18n import Language


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


_WANTS: Final = (Standing("Encounter", 10), Standing("EpisodeOfCare", 12), Standing("Task", 12))
TASK: Final = Form(
    name="oppgave",
    title=lambda t: t("Oppgave"),
    icon="Tasklist",
    verb="write",
    kind=Kind.TASK,
    sends=True,
    sign=lambda t: t("Send"),
    wants=_WANTS,
    fields=(
        WORDS,
        RECEIVER,
        Field(
            name="tekst",
            label=lambda t: t("Hva skal gjøres?"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            hint=_rung,
        ),
    ),
    make=partial(_asked, Handed.TASK),
)
QUESTION: Final = Form(
    name="sporsmal",
    title=lambda t: t("Spørsmål"),
    icon="Chat",
    verb="write",
    kind=Kind.TASK,
    sends=True,
    sign=lambda t: t("Send"),
    wants=_WANTS,
    fields=(
        WORDS,
        RECEIVER,
        Field(
            name="tekst",
            label=lambda t: t("Hva lurer du på?"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            hint=_rung,
        ),
    ),
    make=partial(_asked, Handed.QUESTION),
)
