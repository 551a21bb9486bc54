"""A note that somebody else must see: signed as any note, and handed over to the person's GP in the same commit.

The hand-over is a Task of the kind NOTE that points to it: the GP's until she has read it and done what it asks.
Sources: helsepersonelloven § 45 a (who follows up is told, out-patient care too), forskrift om fastlegeordning i
kommunene § 15 (the GP gets to know; both to be checked by a lawyer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import sending
from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.forms.note import NOTE, written
from felles.care.writing.rules import called, gps, in_contact, instant
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Values
    from felles.ui.i18n import Language

NOTE_URL: Final = "urn:uuid:5d1f0f0b-2a0e-4c4e-8d0a-6b0f6f2f4a02"
"""How the Task refers to the note of the same signing."""
FREQUENT: Final = frozenset({"doctor"})
"""Roles that write one so often that the way to it stands on every page: doctors at the out-of-hours clinic."""
_LEAD: Final = 300
"""Letters of the note that the GP's list shows."""


def _receivers(t: Language, known: Known) -> list[tuple[str, str]]:
    return [(who, called(t, known, who, name or t("Fastlegen"))) for who, name in gps(known)]


def _receiver(known: Known) -> str:
    return next((who for who, _ in gps(known)), "")


def _none(t: Language, known: Known) -> str:
    return "" if gps(known) else t("Pasienten har ingen fastlege her. Skriv et vanlig notat, og send en melding.")


def _sent(values: Values, known: Known) -> list[Made]:
    note = written(values, known)
    words = f"{values['tittel'] or note['title']}\n{values['tekst']}"
    task = sending(
        Handed.NOTE,
        patient=known.patient,
        sender=known.writer["reference"],
        to=values["til"],
        words=words if len(words) <= _LEAD else f"{words[:_LEAD].rstrip()} …",
        now=instant(known),
        urgent=False,
        focus=NOTE_URL,
    )
    return [Made("create", note, url=NOTE_URL), Made("create", in_contact(known, task))]


SENT: Final = Form(
    name="notat-sendt",
    title=lambda t: t("Notat til fastlegen"),
    icon="NotePencil",
    verb="sign",
    kind=Kind.NOTE,
    key="f",
    first_for=FREQUENT,
    sign=lambda t: t("Signer og send"),
    wants=(Standing("Encounter", 10), Want("Patient", 1)),
    fields=(
        *NOTE.fields,
        Field(
            name="til",
            label=lambda t: t("Sendes til"),
            source=From("Patient.generalPractitioner", _receiver),
            kind="choice",
            choices=_receivers,
            required=True,
            hint=_none,
        ),
    ),
    make=_sent,
)
