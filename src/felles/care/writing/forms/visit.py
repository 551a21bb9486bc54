"""A home visit that was done as planned: the Appointment is fulfilled, and an Encounter says who was there and when.

There is nothing to fill in: what was planned stands in the record. What was not as planned is a deviation. Source:
helsepersonelloven § 39 (care that was given is written down by who gave it), FHIR R4 appointmentstatus `fulfilled`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import HOME_VISIT
from felles.access.verbs import AHEAD
from felles.care.writing.form import Form, Made
from felles.care.writing.rules import instant
from felles.record.kinds import Kind
from felles.ui.dates import local_day, moment

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource, Values


def at_home(appointment: Resource) -> bool:
    """Whether staff come home to the person."""
    codings = (each for concept in appointment.get("serviceCategory", ()) for each in concept.get("coding", ()))
    return any((each.get("system"), each.get("code")) == HOME_VISIT for each in codings)


def to_be_done(appointment: Resource, now: int) -> bool:
    """Whether a visit may be said to be done at `now` (clinical micros): it is agreed, and its day has come."""
    start = moment(appointment.get("start"))
    there = at_home(appointment) and appointment.get("status") in AHEAD
    return there and start is not None and local_day(start) <= local_day(now)


def _fits(known: Known) -> bool:
    """Whether it is a visit of the writer, or of her unit, that is to be done."""
    if known.one is None or not to_be_done(known.one.resource, known.now):
        return False
    taking = (each.get("actor", {}).get("reference") for each in known.one.resource.get("participant", ()))
    return known.one.org == known.org or known.writer["reference"] in taking


def _done(_values: Values, known: Known) -> list[Made]:
    assert known.one is not None  # noqa: S101 - the form is about its appointment alone
    planned = known.one.resource
    fulfilled: dict[str, Any] = planned | {"status": "fulfilled"}
    contact: Resource = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": HOME_VISIT[0], "code": HOME_VISIT[1]},
        "type": [{"text": "Utført som planlagt"}],
        "subject": known.subject,
        "participant": [{"individual": known.writer}],
        "appointment": [{"reference": f"Appointment/{planned['id']}"}],
        "period": _period(planned, known),
        "reasonCode": [{"text": planned.get("description") or "Hjemmebesøk"}],
        "serviceProvider": known.place,
    }
    return [Made("update", fulfilled, planned["id"], known.version), Made("create", contact)]


def _period(planned: Resource, known: Known) -> dict[str, str]:
    """When it was: as planned, but never later than it is told."""
    told = instant(known)
    start, end = moment(planned.get("start")) or known.now, moment(planned.get("end")) or known.now
    return {
        "start": planned["start"] if start < known.now else told,
        "end": planned["end"] if end < known.now else told,
    }


VISIT: Final = Form(
    name="utfort",
    title=lambda t: t("Utført som planlagt"),
    icon="CheckmarkCircle",
    verb="visit",
    also=frozenset({"write"}),
    kind=Kind.APPOINTMENT,
    about=("Appointment",),
    fits=_fits,
    sign=lambda t: t("Utført som planlagt"),
    fields=(),
    make=_done,
)
