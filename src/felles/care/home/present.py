"""The first page in words of one language. Pure; the template only lays it out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec import convert
from msgspec.json import Decoder

from felles.access.roles import ROLES
from felles.care import grounds, words
from felles.care.emergency import numbers
from felles.care.entries.present import heading
from felles.care.glossary.mark import meaning
from felles.care.home.rules import last_look
from felles.care.messages import rules as letters
from felles.care.overview import present as overview
from felles.care.overview import rules as current
from felles.care.overview.present import line, stays
from felles.care.plan import present as plans
from felles.care.plan import rules
from felles.care.shapes import Observation
from felles.record.kinds import Kind
from felles.ui import pieces
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.care.overview.present import View
    from felles.care.overview.views import Overview
    from felles.care.plan.present import Told
    from felles.care.plan.views import Planned
    from felles.record.read_news import News
    from felles.ui.i18n import Language

LATER: Final = 3
"""Appointments named below the next one."""
AGREED: Final = 2
"""Plans shown with what is in them; the plan's own page has the others."""
OWED: Final = 4
"""Tasks of others shown."""
SHOWN: Final = 6
"""Medicines, problems and news shown."""
NEAR: Final = 60
"""Days within which whoever one is to meet is one of those to ring."""
_any: Final = Decoder().decode


def near(t: Language, at: int, now: int) -> str:
    """How far away a day is, as one says it: today, tomorrow, in 6 days, in 7 weeks; "" beyond half a year."""
    days = local_day(at) - local_day(now)
    if days <= 0:
        return t("i dag")
    if days == 1:
        return t("i morgen")
    if days <= 20:
        return t.many("om %d dag", "om %d dager", days)
    return t.many("om %d uke", "om %d uker", days // 7) if days <= 182 else ""


def coming(told: Told, found: Planned) -> dict[str, Any] | None:
    """The next appointment whole, and those after it in a line each; None where the reader does not reach them."""
    if not told.reaches(Kind.APPOINTMENT):
        return None
    t, now = told.view.t, told.view.now
    ahead = rules.ahead(found.ahead, now)
    if not ahead:
        return {"first": None, "later": []}
    first = plans.appointment(told, ahead[0]) | {"near": near(t, ahead[0].at, now)}
    later: list[dict[str, Any]] = []
    for read in islice(ahead, 1, 1 + LATER):
        made = plans.appointment(told, read)
        more = ", ".join(filter(None, (_clock(t, read.at), made["owner"])))
        later.append(line(made["text"], made["href"], t.brief(read.at), more))
    return {"first": first, "later": later}


def _clock(t: Language, at: int) -> str:
    return f"{'at' if t.code == 'en' else 'kl.'} {t.clock(at)}"


def ring(told: Told, found: Planned, said: Overview) -> list[dict[str, Any]]:
    """Whom to ring, each number once: where she is admitted, those who follow her, whom she is to meet soon.

    The numbers for all come last, and are always there.
    """
    t, view = told.view.t, told.view
    listed: list[dict[str, Any]] = []
    stay = next((read for read in said.contacts if stays(read.entry)), None)
    if stay is not None:
        place = view.name(stay.entry.service_provider) or view.names.get(stay.org, "")
        key = stay.entry.service_provider.reference if stay.entry.service_provider else None
        listed.append(plans.row(place, owner=t("Der du er innlagt"), phone=told.phone(key, stay.org)))
    listed += plans.team(told, found) if told.reaches(Kind.ENCOUNTER, Kind.PLAN) else []
    for read in rules.ahead(found.ahead, view.now) if told.reaches(Kind.APPOINTMENT) else ():
        if local_day(read.at) - local_day(view.now) <= NEAR and (place := view.names.get(read.org, "")):
            when = t("Time {day}").format(day=t.brief(read.at))
            listed.append(plans.row(place, owner=when, phone=plans.appointment(told, read)["phone"]))
    numbers: dict[str, dict[str, Any]] = {}
    for each in listed:
        if each["phone"] and each["text"]:
            numbers.setdefault(each["phone"], each)
    return [*numbers.values(), *for_all(t)]


def for_all(t: Language) -> list[dict[str, Any]]:
    """The numbers that are there whatever else is not."""
    return [plans.row(whom, owner=when, phone=phone) for whom, when, phone in numbers(t)]


def agreed(told: Told, found: Planned) -> list[dict[str, Any]] | None:
    """What is in the plans that are followed, then what others are to do; None where the reader reaches neither."""
    if not told.reaches(Kind.PLAN, Kind.TASK):
        return None
    followed = plans.plans(told, found)[:AGREED] if told.reaches(Kind.PLAN) else []
    owed = plans.tasks(told, found)[:OWED] if told.reaches(Kind.TASK) else []
    # Whom to ring stands above, and who asked is for the plan itself.
    return [each | {"phone": "", "more": ""} for each in (*followed, *owed)]


def asked(base: str, found: Planned) -> list[dict[str, str]]:
    """What she is asked back, each with the way to its answer; who acts for her finds it among the messages."""
    page = f"{base}/meldinger"
    return [
        {
            "text": letters.question(each.entry),
            "href": f"{page}/svar/{each.entry.id}" if base == "/meg" else page,
        }
        for each in found.tasks
        if letters.asks(each.entry)
    ]


def matters(told: Told, found: Planned) -> list[dict[str, Any]]:
    """What matters to whom somebody acts for: she herself has it on her own page."""
    return plans.matters(told, found) if told.reaches(Kind.SOCIAL) else []


def health(told: Told, said: Overview) -> list[dict[str, Any]]:
    """Critical information, medicines and problems in short, each as far as the reader reaches it."""
    t, view = told.view.t, told.view

    def part(kind: Kind, items: Callable[[], list[dict[str, Any]]], none: str, more: str = "") -> dict[str, Any]:
        if not told.reaches(kind):
            return {"items": [], "state": "refused", "text": t("Rollen din gir ikke tilgang til dette."), "note": ""}
        return pieces.part(t, kind.name.lower(), lambda: _some(t, items(), none, SHOWN if more else 0))

    danger = part(Kind.ALLERGY, list, "")
    if danger["state"] != "refused":
        danger |= pieces.critical(
            t,
            lambda: overview.critical(view, (r.entry for r in said.allergies), (r.entry for r in said.flags)),
            citizen=True,
        )
    using = part(Kind.MEDICINE, lambda: overview.medicines(view, said), t("Ingen medisiner i bruk er registrert."), "x")
    having = part(Kind.PROBLEM, lambda: problems(view, said), t("Ingen helseproblemer er registrert."))
    return [
        {"id": "kritisk", "icon": "ExclamationmarkTriangle", "part": danger, "way": "",
         "title": t("Viktig helseinformasjon (kritisk informasjon)"), "more": ""},
        {"id": "legemidler", "icon": "MedicineBottle", "part": using, "way": f"{view.base}/medisiner",
         "title": t("Medisiner i bruk"), "more": t("Alle medisiner, og når de tas")},
        {"id": "problemer", "icon": "Stethoscope", "part": having, "way": f"{view.base}/journal",
         "title": t("Helseproblemer"), "more": t("Alt som er skrevet i journalen")},
    ]  # fmt: skip


def _some(t: Language, found: list[dict[str, Any]], none: str, most: int) -> dict[str, Any]:
    """The first `most` lines of a part (0: all), and of how many."""
    note = t("{count} av {all}").format(count=most, all=len(found)) if 0 < most < len(found) else ""
    return {"items": found[:most] if most else found, "state": "unrecorded", "text": none, "note": note}


def problems(view: View, said: Overview) -> list[dict[str, Any]]:
    """Active problems, each with what its name means."""
    active = current.active_problems(read.entry for read in said.problems)
    lines = overview.problems(view, said)
    for made, problem in zip(lines, active, strict=True):
        made["more"] = " · ".join(filter(None, (made["more"], meaning(view.t, problem.code))))
    return lines


def wanted(news: News) -> set[str | int]:
    """The organisations of what is new."""
    return {entry.org for entry in news.entries if entry.org}


def new(view: View, news: News) -> dict[str, Any]:
    """What is new, values in one line; since when ("": what is none says it); how many more there are."""
    t = view.t
    lines: list[dict[str, Any]] = []
    values: list[str] = []
    for entry in news.entries:
        resource = _any(entry.body)
        if entry.type == "Observation" and entry.kind in (Kind.RESULT, Kind.VITAL):
            values.append(convert(resource, Observation).code.words or t("Uten navn"))
            continue
        kind, lead = heading(t, view.base, resource)
        unsigned = words.unsigned(t, entry.type, resource.get("status"))
        more = ", ".join(filter(None, (kind if lead else "", unsigned, view.names.get(entry.org) or "")))
        lines.append(line(lead or kind, view.entry(entry.type, entry.id), t.brief(entry.low), more))
    shown = lines[: SHOWN - 1 if values else SHOWN]
    if values:
        names = list(dict.fromkeys(values))
        more = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        counted = t.many("Ett prøvesvar eller én måling", "%d prøvesvar og målinger", len(values))
        shown.insert(0, line(counted, f"{view.base}/prover", "", more))
    left = len(lines) + bool(values) - len(shown)
    return {
        "items": shown,
        "since": _since(t, news.before) if shown or news.before else "",
        "left": t("og {count} til i journalen").format(count=left) if left else "",
        "none": t("Ikke noe nytt.") if news.before else t("Ikke noe er skrevet de siste 14 dagene."),
        "journal": f"{view.base}/journal",
    }


def _since(t: Language, before: int) -> str:
    if not before:
        return t("Dette kom de siste 14 dagene.")
    return t("Siden du så her sist, {day}.").format(day=f"{t.weekday(before)} {t.moment(before)}")


def seen(t: Language, news: News, own: str) -> dict[str, str] | None:
    """Who was in the record last, but for the reader herself."""
    look = last_look(news.others, own)
    if look is None:
        return None
    who = look.line.who
    role = ROLES.get(who.role)
    said = "" if role is None else (role.en if t.code == "en" else role.nb)
    if who.role == "citizen" or not who.organization:
        said = ""
    return {
        "name": who.name or t("Ukjent"),
        "place": ", ".join(filter(None, (said, who.organization))),
        "when": f"{t.weekday(look.last)} {t.moment(look.last)}",
        "why": grounds.about(t, look.line.basis) if look.line.basis else "",
    }
