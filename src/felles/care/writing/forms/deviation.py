"""A deviation (avvik): what was not done as agreed, or is not as it was; handed over to whoever must answer it.

It is a Task of the kind DEVIATION, and so has an owner and a date until whoever wrote it has read the answer. It goes
to the person's GP, who answers for her medical follow-up (forskrift om fastlegeordning i kommunene § 15, to be checked
by a lawyer), or to the writer's own unit where it is theirs to put right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access.handovers.kinds import Kind as Handed
from felles.care.handovers.rules import sending
from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.rules import called, gps, in_contact, instant
from felles.record.kinds import Kind
from felles.record.wants import Standing, Want
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Values
    from felles.ui.i18n import Language

LONGEST: Final = 2000
"""Letters of a deviation: what happened, not the history."""
FREQUENT: Final = frozenset({"home-nurse", "care-worker"})
"""Roles that report one so often that the way to it stands on every page of the record."""


def _receivers(t: Language, known: Known) -> list[tuple[str, str]]:
    named = [(who, t("Fastlege {name}").format(name=name) if name else t("Fastlegen")) for who, name in gps(known)]
    found = [(who, called(t, known, who, name)) for who, name in named]
    own = known.ours.get("display", "")
    return [*found, (known.ours["reference"], t("Egen enhet, {name}").format(name=own) if own else t("Egen enhet"))]


def _receiver(known: Known) -> str:
    return next((who for who, _ in gps(known)), known.ours["reference"])


def _reported(values: Values, known: Known) -> list[Made]:
    task = sending(
        Handed.DEVIATION,
        patient=known.patient,
        sender=known.writer["reference"],
        to=values["til"],
        words=values["tekst"],
        now=instant(known),
        urgent=False,
    )
    return [Made("create", in_contact(known, task))]


DEVIATION: Final = Form(
    name="avvik",
    title=lambda t: t("Meld avvik"),
    icon="ExclamationmarkTriangle",
    verb="write",
    kind=Kind.TASK,
    key="a",
    first_for=FREQUENT,
    sign=lambda t: t("Send"),
    wants=(Want("Patient", 1), Standing("Encounter", 10)),
    fields=(
        Field(
            name="tekst",
            label=lambda t: t("Hva skjedde, og hva har du gjort?"),
            source=NEW,
            kind="text",
            required=True,
            longest=LONGEST,
            hint=lambda t, _: t("Haster det, ring. Dette blir sett i arbeidstiden."),
        ),
        Field(
            name="til",
            label=lambda t: t("Hvem skal svare?"),
            source=From("Patient.generalPractitioner", _receiver),
            kind="choice",
            choices=_receivers,
            required=True,
        ),
    ),
    make=_reported,
)
