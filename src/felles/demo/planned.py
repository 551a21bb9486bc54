"""What is planned, as resources: who follows, appointments, referrals, tasks, plans, goals, and what to beware of."""

from __future__ import annotations

from datetime import date, timedelta

from felles.access.codes import EPISODE_SYSTEM, HOME_VISIT
from felles.demo.build import Moment, at, by, concept, plain
from felles.demo.summons import directions, preparation
from felles.demo.world import Organisation, Person, Resource, Staff, moment
from felles.fhir.norway.systems import LOINC, SNOMED


def episode(
    person: Person, code: str, text: str, organisation: Organisation, manager: Staff, start: date, *,
    end: date | None = None, more: tuple[tuple[str, str], ...] = (),
) -> Resource:  # fmt: skip
    """A follow-up that opens the record for the organisation while it lasts."""
    period = {"start": start.isoformat()}
    if end is not None:
        period["end"] = end.isoformat()
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active" if end is None else "finished",
        "type": [concept(text, (EPISODE_SYSTEM, code), *more)],
        "patient": {"reference": person.reference},
        "managingOrganization": at(organisation),
        "careManager": by(manager),
        "period": period,
    }


def appointment(
    person: Person, text: str, organisation: Organisation, staff: Staff, start: Moment, *,
    minutes: int = 20, status: str = "booked", created: date | None = None,
) -> Resource:  # fmt: skip
    """An appointment, past or coming."""
    day, hour, minute = start
    past = minute + minutes
    made = {
        "resourceType": "Appointment",
        "status": status,
        "description": text,
        "start": moment(day, hour, minute),
        "end": moment(day, hour + past // 60, past % 60),
        "minutesDuration": minutes,
        "created": moment(created or day - timedelta(days=21), 12),
        "comment": f"{organisation.name}. {directions(organisation)}".rstrip(". ") + ".",
        "participant": [
            {"actor": {"reference": person.reference}, "status": "accepted"},
            {"actor": by(staff), "status": "accepted"},
        ],
    }
    if status == "booked" and (before := preparation(text)):
        made["patientInstruction"] = before
    return made


def home_visit(
    person: Person, text: str, organisation: Organisation, staff: Staff, start: Moment, *, created: date
) -> Resource:
    """An appointment to which staff come home to the person."""
    made = appointment(person, text, organisation, staff, start, minutes=15, created=created)
    return made | {"serviceCategory": [concept("Hjemmebesøk", HOME_VISIT)]}


def waiting(person: Person, text: str, staff: Staff, since: date) -> Resource:
    """A place on a waiting list: an appointment without a time."""
    return {
        "resourceType": "Appointment",
        "status": "waitlist",
        "description": text,
        "created": moment(since, 12),
        "participant": [
            {"actor": {"reference": person.reference}, "status": "accepted"},
            {"actor": by(staff), "status": "accepted"},
        ],
    }


def referral(
    person: Person,
    text: str,
    reason: str,
    to: Organisation,
    author: Staff,
    day: date,
    *,
    answered: bool = False,
    urgent: bool = False,
) -> Resource:
    """A referral that was sent; `answered`: those it went to have seen the person and written back.

    What is urgent must be seen within two weeks.
    """
    made: Resource = {
        "resourceType": "ServiceRequest",
        "status": "completed" if answered else "active",
        "intent": "order",
        "priority": "urgent" if urgent else "routine",
        "category": [concept("Henvisning", (SNOMED, "3457005"))],
        "code": {"text": text},
        "subject": {"reference": person.reference},
        "authoredOn": moment(day, 11),
        "requester": by(author),
        "performer": [at(to)],
        "reasonCode": [{"text": reason}],
    }
    if urgent:
        made["occurrencePeriod"] = {"start": day.isoformat(), "end": (day + timedelta(days=14)).isoformat()}
    return made


def order(
    person: Person, text: str, reason: str, to: Organisation, author: Staff, when: Moment, *, answered: bool,
    encounter: str,
) -> Resource:  # fmt: skip
    """A test that was ordered at a contact; `answered`: its answer has come."""
    return {
        "resourceType": "ServiceRequest",
        "status": "completed" if answered else "active",
        "intent": "order",
        "priority": "routine",
        "category": [concept("Laboratorieprøve", (SNOMED, "108252007"))],
        "code": {"text": text},
        "subject": {"reference": person.reference},
        "encounter": {"reference": encounter},
        "authoredOn": moment(*when),
        "requester": by(author),
        "performer": [at(to)],
        "reasonCode": [{"text": reason}],
    }


def task(
    person: Person,
    text: str,
    owner: Resource,
    author: Staff,
    day: date,
    due: date,
    *,
    done: bool = False,
    focus: str | None = None,
) -> Resource:
    """Something somebody is to do for the person."""
    made: Resource = {
        "resourceType": "Task",
        "status": "completed" if done else "requested",
        "intent": "order",
        "code": {"text": text},
        "description": text,
        "for": {"reference": person.reference},
        "authoredOn": moment(day, 0),  # what is dated today has been asked, whatever the hour is
        "requester": by(author),
        "owner": owner,
        "restriction": {"period": {"end": due.isoformat()}},
    }
    if focus is not None:
        made["focus"] = {"reference": focus}
    return made


def flag(person: Person, text: str, day: date, author: Staff, *, category: str = "safety") -> Resource:
    """Something all who meet the person should know at once."""
    code = concept(text, (LOINC, "75773-2")) if category == "clinical" else {"text": text}
    return {
        "resourceType": "Flag",
        "status": "active",
        "category": [plain("flag-category", category)],
        "code": code,
        "subject": {"reference": person.reference},
        "period": {"start": day.isoformat()},
        "author": by(author),
    }


def plan(
    person: Person,
    title: str,
    measures: list[tuple[str, str]],
    owner: Organisation,
    author: Staff,
    start: date,
    *,
    end: date | None = None,
    category: str = "",
) -> Resource:
    """A plan of measures: (what, how often), which `owner` carries out."""
    period = {"start": start.isoformat()}
    if end is not None:
        period["end"] = end.isoformat()
    made: Resource = {
        "resourceType": "CarePlan",
        "status": "active" if end is None else "completed",
        "intent": "plan",
        "title": title,
        "subject": {"reference": person.reference},
        "period": period,
        "created": start.isoformat(),
        "author": by(author),
        "contributor": [at(owner)],
        "activity": [
            {
                "detail": {
                    "status": "in-progress" if end is None else "completed",
                    "description": what,
                    "scheduledString": often,
                    "performer": [at(owner)],
                }
            }
            for what, often in measures
        ],
    }
    if category:
        made["category"] = [{"text": category}]
    return made


def goal(person: Person, text: str, start: date, *, until: date | None = None, own: bool = True) -> Resource:
    """What is worked for; `own`: in the person's own words."""
    made: Resource = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "achievementStatus": plain("goal-achievement", "in-progress"),
        "description": {"text": text},
        "subject": {"reference": person.reference},
        "startDate": start.isoformat(),
    }
    made["achievementStatus"]["text"] = "Underveis"
    if own:
        made["expressedBy"] = {"reference": person.reference, "display": person.full_name}
    if until is not None:
        made["target"] = [{"dueDate": until.isoformat()}]
    return made
