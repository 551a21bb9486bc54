"""A message to the patient: what she, and who acts for her as far as they may read, find among her messages.

It is a Communication from the writer to the Patient, whole when it is sent: she owes no answer, so it is no hand-over.
What she answers is a message of the same thread (`inResponseTo`), and a hand-over to the writer's unit
(docs/messages.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.handovers.rules import LONGEST
from felles.care.writing.form import Field, Form, Made
from felles.care.writing.rules import in_contact, instant
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Values
    from felles.ui.i18n import Language


def _message(values: Values, known: Known) -> list[Made]:
    made = {
        "resourceType": "Communication",
        "status": "completed",
        "subject": known.subject,
        "sender": known.writer,
        "recipient": [known.subject],
        "sent": instant(known),
        "payload": [{"contentString": values["tekst"]}],
    }
    return [Made("create", in_contact(known, made))]


def _read_by(t: Language, known: Known) -> str:
    said = t("Pasienten, og de som handler for pasienten, leser dette under Meldinger. Svar kommer til {place}.")
    return said.format(place=known.place.get("display", ""))


MESSAGE: Final = Form(
    name="melding",
    title=lambda t: t("Melding til pasienten"),
    icon="Bell",
    verb="write",
    kind=Kind.MESSAGE,
    sign=lambda t: t("Send"),
    wants=(Standing("Encounter", 10),),
    fields=(
        Field(
            name="tekst",
            label=lambda t: t("Hva vil du si til pasienten?"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            hint=_read_by,
        ),
    ),
    make=_message,
)
