"""A referral, with what the record knows filled in: a ServiceRequest as the region's are, to a unit with staff.

It is a hand-over from the commit on: the unit's until somebody answers, then the sender's until she has ended it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from felles.care.writing.form import Field, Form, From, Made
from felles.care.writing.forms import told
from felles.care.writing.rules import coded, in_contact, instant, today
from felles.fhir.norway.systems import SNOMED
from felles.record.kinds import Kind
from felles.record.wants import Standing
from felles.ui.sources import NEW

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values
    from felles.ui.i18n import Language

REFERRAL: Final = "3457005"
"""SNOMED CT: patient referral."""
SOON: Final = 14
"""Days within which what is asked for as soon is seen; practice."""
_DOCTORS: Final = frozenset({"gp", "doctor", "specialist", "psychologist", "therapist"})


def _hurries(t: Language, _known: Known) -> list[tuple[str, str]]:
    return [("routine", t("Vanlig")), ("urgent", t("Snart, innen to uker"))]


def _referred(values: Values, known: Known) -> list[Made]:
    receiver = known.receiver(values["til"])
    first = today(known)
    made: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "priority": values["hast"],
        "category": [coded("Henvisning", (SNOMED, REFERRAL))],
        "code": {"text": values["hva"]},
        "subject": known.subject,
        "authoredOn": instant(known),
        "requester": known.writer,
        "performer": [{"reference": values["til"]} | ({"display": receiver.name} if receiver else {})],
        "reasonCode": [{"text": values["sporsmal"]}],
    }
    if values["hast"] == "urgent":
        made["occurrencePeriod"] = {"start": first.isoformat(), "end": (first + timedelta(days=SOON)).isoformat()}
    if values["bakgrunn"]:
        made["note"] = [{"text": values["bakgrunn"]}]
    return [Made("create", in_contact(known, made))]


WORDS: Final = Field(
    name="mottaker",
    label=lambda t: t("Mottaker"),
    source=NEW,
    hint=lambda t, _: t("Deler av navnet, og Enter"),
)
RECEIVER: Final = Field(name="til", label=lambda t: t("Sendes til"), source=NEW, kind="receiver", required=True)
REFER: Final = Form(
    name="henvisning",
    title=lambda t: t("Henvisning"),
    icon="ArrowRight",
    verb="refer",
    kind=Kind.REFERRAL,
    sends=True,
    key="h",
    first_for=_DOCTORS,
    sign=lambda t: t("Signer og send"),
    wants=(*told.WANTS, Standing("Encounter", 10), Standing("ServiceRequest", 20)),
    fields=(
        WORDS,
        RECEIVER,
        Field(
            name="hva",
            label=lambda t: t("Hva det gjelder"),
            source=NEW,
            required=True,
            longest=120,
            suggest=told.problems,
        ),
        Field(
            name="sporsmal",
            label=lambda t: t("Hva du ønsker svar på"),
            source=NEW,
            kind="text",
            required=True,
            longest=4000,
        ),
        Field(
            name="hast",
            label=lambda t: t("Hvor fort"),
            source=From("ServiceRequest.priority, as most are", lambda _: "routine"),
            kind="choice",
            choices=_hurries,
            required=True,
        ),
        Field(
            name="bakgrunn",
            label=lambda t: t("Fra journalen"),
            source=From("Condition, MedicationRequest, AllergyIntolerance, Observation", told.background),
            kind="text",
            longest=told.LONGEST,
        ),
    ),
    make=_referred,
)
