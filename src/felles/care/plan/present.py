"""What is planned, in words of one language. Pure; templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.states import has_nobody
from felles.care import social, words
from felles.care.entries.labels import codes as code_words
from felles.care.plan import rules
from felles.care.reading import there
from felles.record.kinds import Kind
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.overview.present import View
    from felles.care.overview.views import Read
    from felles.care.plan.shapes import Appointment, CarePlan, Detail, Goal, Work
    from felles.care.plan.views import Planned
    from felles.care.shapes import Concept, Episode, Reference
    from felles.ui.i18n import Language

Phones = dict["str | int", str]
"""Telephone numbers by reference and by an organisation's hash, as `record.names` gives them."""
RECENT: Final = 8
"""Appointments looked back at beside what is planned."""


@dataclass(slots=True)
class Told:
    """Who reads (`view`), the telephones of organisations, and which kinds reach the reader.

    `books`: she acts for the person, and may book for her.
    """

    view: View
    phones: Phones = field(default_factory=dict)
    kinds: int = 0
    books: bool = False

    def reaches(self, *kinds: Kind) -> bool:
        """Whether the reader sees entries of at least one of these kinds."""
        return any(self.kinds >> kind & 1 for kind in kinds)

    def phone(self, *keys: str | int | None) -> str:
        """The first telephone that is known among these."""
        return next((phone for key in keys if key and (phone := self.phones.get(key))), "")


def row(  # noqa: PLR0913 - one line of a box, complete for the strict templates
    text: str, href: str = "", when: str = "", owner: str = "", phone: str = "", more: str = "",
    *, state: str = "", late: bool = False, parts: list[dict[str, str]] | None = None, note: str = "",
    answer: dict[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One line: what, when, who owns it with a telephone, more words, its state; `parts` are lines below it.

    `means` is for what its words mean in plain words, where a page says that; `answer` the way (`href`, `text`) to what
    the person herself says of it.
    """
    return {"text": text, "href": href, "when": when, "owner": owner, "phone": phone, "more": more, "state": state,
            "late": late, "parts": parts or [], "note": note, "means": "", "answer": answer}  # fmt: skip


def references(found: Planned) -> set[str | int]:
    """What the pages must know the names and telephones of."""
    wanted: set[str | int] = set()
    listed: list[Reference | None] = [*found.patient.general_practitioner]
    for read in (*there(found.tasks), *there(found.requests)):
        listed += [read.entry.owner, read.entry.requester, *read.entry.performer]
    for read in there(found.plans):
        listed += [read.entry.author, *read.entry.contributor]
    for read in there(found.episodes):
        listed += [read.entry.managing_organization, read.entry.care_manager]
    for read in there(found.teams):
        listed += [m.member for m in read.entry.participant] + read.entry.managing_organization
    for read in (*there(found.ahead), *there(found.booked)):
        listed += [each.actor for each in read.entry.participant]
    groups = (found.tasks, found.requests, found.plans, found.episodes, found.ahead, found.booked)
    wanted.update(read.org for group in groups for read in there(group) if read.org)
    wanted.update(reference.reference for reference in listed if reference and reference.reference)
    return wanted


def _words(concept: Concept | None) -> str:
    return concept.words if concept else ""


def _first(concepts: Iterable[Concept]) -> str:
    return next((concept.words for concept in concepts if concept.words), "")


def _key(reference: Reference | None) -> str:
    return (reference.reference or "") if reference else ""


def appointment(told: Told, read: Read[Appointment], *, past: bool = False) -> dict[str, Any]:
    """One appointment: what, when, with whom and where, how to prepare, whom to ring."""
    view, entry = told.view, read.entry
    t = view.t
    text = entry.description or _first(entry.service_type) or _words(entry.appointment_type) or t("Timeavtale")
    place = view.names.get(read.org, "")
    people = [
        each.actor for each in entry.participant
        if each.actor and _key(each.actor).startswith(("Practitioner/", "PractitionerRole/"))
    ]  # fmt: skip
    who = ", ".join(name for person in people if (name := view.name(person)))
    where = entry.comment if entry.comment and entry.comment != place else ""
    state = {
        "cancelled": t("avlyst"), "noshow": t("ikke møtt"), "pending": t("venter på svar"), "proposed": t("foreslått"),
        "waitlist": t("på venteliste"),
    }.get(entry.status, "")  # fmt: skip
    when = f"{t.weekday(read.at)} {t.moment(read.at)}"
    if past or not view.citizen:
        when = (
            t.brief(read.at) if past else f"{t.brief(read.at)} {'at' if t.code == 'en' else 'kl.'} {t.clock(read.at)}"
        )
    parts = [{"label": t("Sted"), "text": where}] if where else []
    if entry.patient_instruction and not past:
        parts.append({"label": t("Før timen"), "text": entry.patient_instruction})
    if state and entry.cancelation_reason and entry.cancelation_reason.words:
        parts.append({"label": t("Grunn"), "text": entry.cancelation_reason.words})
    owner = ", ".join(part for part in (who, place) if part)
    phone = told.phone(read.org, *map(_key, people))
    href, answer = view.entry("Appointment", entry.id), None if past else _answer(told, entry)
    return row(text, href, when, owner, phone, state=state, parts=parts, answer=answer)


def _answer(told: Told, entry: Appointment) -> dict[str, str] | None:
    """Where the person calls it off, or answers an offer; who may book for her calls off; nothing for staff."""
    t, own = told.view.t, told.view.base == "/meg"
    text = {"proposed": t("Svar på tilbudet"), "booked": t("Avbestill"), "pending": t("Avbestill")}.get(entry.status)
    if text is None or not (own or (told.books and entry.status != "proposed")):
        return None
    return {"href": f"{told.view.base}/timer/{entry.id}", "text": text}


def appointments(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Those ahead, nearest first."""
    return [appointment(told, read) for read in rules.ahead(found.ahead, told.view.now)]


def waiting(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Where she waits for a time, and since when."""
    lines = [appointment(told, read) for read in rules.waiting(found.booked)]
    since = [told.view.t.fhir(read.entry.created, brief=True) for read in rules.waiting(found.booked)]
    return [line | {"when": told.view.t("siden {day}").format(day=day)} for line, day in zip(lines, since, strict=True)]


def kept(told: Told, found: Planned, most: int = RECENT) -> list[dict[str, Any]]:
    """Those that are over, newest first."""
    return [appointment(told, read, past=True) for read in islice(rules.past(found.booked, told.view.now), most)]


def work(told: Told, read: Read[Work], due: rules.Due | None) -> dict[str, Any]:
    """A task, referral or order: what, its deadline, who owns it, who asked and when."""
    view, entry = told.view, read.entry
    t = view.t
    owners = [entry.owner] if entry.owner else entry.performer
    owner = ", ".join(name for each in owners if (name := view.name(each)))
    text = words.asked(entry.code, entry.description) or t("Uten navn")
    asker = view.name(entry.requester) or view.names.get(read.org, "")
    sent = t.fhir(entry.authored_on, brief=True) or t.brief(read.at)
    asked = t("Fra {who}, {day}").format(who=asker, day=sent) if asker else t("Sendt {day}").format(day=sent)
    asked = asked.rstrip(", ")
    reason = _first(entry.reasons)
    if not reason and entry.description and entry.description.strip() != text:
        reason = entry.description
    state, when = _state(told, entry), _by_when(told, due)
    parts = [{"label": t("Spørsmål"), "text": reason}] if reason else []
    href = view.entry(entry.resource_type, entry.id)
    phone = told.phone(*map(_key, owners))
    none = t("uten oppgitt mottaker")
    return row(text, href, when, owner or none, phone, asked, state=state, late=bool(due and due.late), parts=parts)


def _state(told: Told, entry: Work) -> str:
    """How far it has come: to staff in the words of their lists, to the person herself in plain ones."""
    t = told.view.t
    if not told.view.citizen:
        return _urgency(told, entry) or code_words(t).get(entry.status, entry.status)
    said = plain_states(t).get(entry.status) or code_words(t).get(entry.status, entry.status)
    if entry.resource_type == "Task" and has_nobody(entry.priority, entry.status, _key(entry.owner)):
        said = t("sendt, ingen har tatt den ennå")
    hurry = _urgency(told, entry)
    return f"{hurry}, {said}" if hurry else said


@lru_cache(maxsize=8)
def plain_states(t: Language) -> dict[str, str]:
    """What has become of a task or a referral, in plain words, by FHIR R4's task-status and request-status."""
    return {
        "draft": t("ikke sendt ennå"),
        "requested": t("sendt, ikke bekreftet mottatt"),
        "received": t("mottatt"),
        "accepted": t("tatt imot, skal gjøres"),
        "ready": t("klart til å gjøres"),
        "in-progress": t("er i gang"),
        "on-hold": t("satt på vent"),
        "failed": t("ble ikke gjort"),
        "active": t("sendt, venter på svar"),
        "unknown": t("ikke kjent hvor langt det er kommet"),
    }


def _by_when(told: Told, due: rules.Due | None) -> str:
    t = told.view.t
    if due is None:
        return "" if told.view.citizen else t("uten frist")
    words_of = t("innen {day}") if told.view.citizen else t("frist {day}")
    return words_of.format(day=t.fhir(due.written, brief=True))


def _urgency(told: Told, entry: Work) -> str:
    return code_words(told.view.t)[entry.priority] if entry.priority in ("urgent", "asap", "stat") else ""


def tasks(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Open tasks, the most pressing first."""
    return [work(told, read, due) for read, due in rules.by_deadline(found.tasks, told.view.now)]


def referrals(told: Told, found: Planned, *, orders: bool = False) -> list[dict[str, Any]]:
    """Open referrals; `orders`: the other requests, such as tests."""
    chosen = [read for read in found.requests if rules.is_referral(read.entry) is not orders]
    return [work(told, read, due) for read, due in rules.by_deadline(chosen, told.view.now)]


def plans(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Plans that are followed, each with its activities: what, how often, who."""
    return [_plan(told, read) for read in rules.followed(found.plans, told.view.now)]


def _plan(told: Told, read: Read[CarePlan]) -> dict[str, Any]:
    view, entry = told.view, read.entry
    t = view.t
    text = entry.title or _first(entry.category) or entry.description or t("Plan")
    owners = entry.contributor or ([entry.author] if entry.author else [])
    names = dict.fromkeys(name for each in owners if (name := view.name(each)))
    author = view.name(entry.author)
    owner = ", ".join(filter(None, (author if author not in names else "", *names))) or view.names.get(read.org, "")
    start = entry.period.start if entry.period else None
    since = t("fra {day}").format(day=t.fhir(start, brief=True)) if start else ""
    parts = [part for each in entry.activity if each.detail and (part := _activity(told, each.detail))]
    href = view.entry("CarePlan", entry.id)
    phone = told.phone(*map(_key, owners), read.org)
    return row(text, href, since, owner, phone, parts=parts, more=(entry.description or "") if entry.title else "")


def _activity(told: Told, detail: Detail) -> dict[str, str] | None:
    if detail.status in rules.DROPPED:
        return None
    t = told.view.t
    text = detail.description or _words(detail.code)
    often = detail.scheduled_string or ""
    if not often and detail.scheduled_timing:
        repeat = detail.scheduled_timing.repeat
        often = words.often(t, repeat) if repeat else _words(detail.scheduled_timing.code)
    who = ", ".join(name for each in detail.performer if (name := told.view.name(each)))
    said = ", ".join(part for part in (often, who) if part)
    return {"label": text or t("Tiltak"), "text": said} if text or said else None


def goals(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Goals that are worked for."""
    return [_goal(told, goal) for goal in rules.open_goals(found.goals)]


def _goal(told: Told, goal: Goal) -> dict[str, Any]:
    view = told.view
    t = view.t
    until = next((target.due_date for target in goal.target if target.due_date), None)
    when = t("innen {day}").format(day=t.fhir(until, brief=True)) if until else ""
    said_by = view.name(goal.expressed_by)
    more = t("Sagt av {name}").format(name=said_by) if said_by else ""
    text = goal.description.words or t("Uten navn")
    return row(text, view.entry("Goal", goal.id), when, more=more, state=_reached(t, goal.achievement_status))


def _reached(t: Language, concept: Concept | None) -> str:
    """How far a goal is reached: as it was written, else what FHIR's code for it means."""
    said = _words(concept)
    coded = concept is not None and any(each.system == ACHIEVEMENT and each.code == said for each in concept.coding)
    return achieved(t).get(said, said) if coded else said


ACHIEVEMENT: Final = "http://terminology.hl7.org/CodeSystem/goal-achievement"


@lru_cache(maxsize=8)
def achieved(t: Language) -> dict[str, str]:
    """The codes of FHIR R4's goal-achievement in words."""
    return {
        "in-progress": t("underveis"),
        "improving": t("det går fremover"),
        "worsening": t("det går tilbake"),
        "no-change": t("ingen endring"),
        "achieved": t("nådd"),
        "sustaining": t("nådd, holdes ved like"),
        "not-achieved": t("ikke nådd"),
        "no-progress": t("ingen fremgang"),
        "not-attainable": t("kan ikke nås"),
    }


def services(told: Told, found: Planned) -> list[dict[str, Any]]:
    """Who follows the person over time: services, with who is responsible there and since when."""
    view = told.view
    t = view.t
    lines: list[dict[str, Any]] = []
    for read in found.episodes:
        entry = read.entry
        if entry.period and entry.period.end and 0 < rules.day_of(entry.period.end) < local_day(view.now):
            continue
        place = view.name(entry.managing_organization) or view.names.get(read.org, "")
        manager = view.name(entry.care_manager)
        owner = ", ".join(part for part in (manager, place) if part)
        start = entry.period.start if entry.period else None
        since = t("fra {day}").format(day=t.fhir(start, brief=True)) if start else ""
        phone = told.phone(_key(entry.care_manager), _key(entry.managing_organization), read.org)
        text = _first(entry.type) or t("Følger opp over tid")
        lines.append(row(text, view.entry("EpisodeOfCare", entry.id), since, owner, phone))
    return lines


def team(told: Told, found: Planned) -> list[dict[str, Any]]:
    """The GP, those responsible in each service and the members of care teams, each once, with a telephone."""
    view = told.view
    t = view.t
    lines: dict[str, dict[str, Any]] = {}

    def add(reference: Reference | None, part: str, *keys: str | int | None) -> None:
        name = view.name(reference)
        if name and name not in lines:
            lines[name] = row(name, owner=part, phone=told.phone(_key(reference), *keys))

    doctors = set(map(_key, found.patient.general_practitioner))
    for read in found.episodes:
        entry: Episode = read.entry
        place = view.name(entry.managing_organization)
        what = t("Fastlege") if entry.care_manager and _key(entry.care_manager) in doctors else _first(entry.type)
        part = ", ".join(filter(None, (what, place)))
        add(entry.care_manager, part, _key(entry.managing_organization), read.org)
    for reference in found.patient.general_practitioner:
        add(reference, t("Fastlege"))
    for read in found.teams:
        for member in read.entry.participant:
            add(member.member, _first(member.role) or read.entry.name or t("Behandlingsteam"))
    return list(lines.values())


def matters(told: Told, found: Planned) -> list[dict[str, Any]]:
    """What matters to the person, what is agreed about treatment, how she lives: in the words that were written."""
    t = told.view.t
    lines: list[dict[str, Any]] = []
    for codes, label in (
        (social.MATTERS, t("Hva som er viktig")),
        (social.LIMITS, t("Avklart om behandling")),
        (social.LIVING, t("Bosituasjon")),
    ):
        read = social.about(found.social, codes)
        if read is not None:
            href = told.view.entry("Observation", read.entry.id)
            lines.append(row(social.said(t, read), href, t.brief(read.at), more=label))
    return lines


def next_of_all(told: Told, found: Planned) -> dict[str, Any] | None:
    """The one thing that comes next and who owns it: the first appointment, or a task due no later than its day."""
    t, now = told.view.t, told.view.now
    visits = list(islice(rules.ahead(found.ahead, now), 1)) if told.reaches(Kind.APPOINTMENT) else []
    # What others must do is no appointment of the person's own: to her, the next thing is when she meets somebody.
    owed = [] if told.view.citizen else rules.by_deadline(found.tasks, now)[:1]
    works = [(read, due) for read, due in owed if due]
    if works and (not visits or works[0][1].day <= local_day(visits[0].at)):
        made = work(told, *works[0])
        label = t("Forfalt") if made["late"] else t("Neste frist")
        return made | {"label": label}
    return appointment(told, visits[0]) | {"label": t("Neste time")} if visits else None
