"""Twelve questions that a chart is opened for, each asked of the pages and checked against the record's entries.

A question walks from the overview to at most one more page, reads both as they are shown, and holds what stands there
against `Facts`. Where there is nothing to tell, the page must say which kind of nothing it is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import facts_news as news
from facts import CREATININE, LIMITS, LIVING, MATTERS, PRESSURE, WEIGHT, Facts, codes, day, days, shown, words

if TYPE_CHECKING:
    from readers import Reader
    from shown import Page

UNRECORDED = "ikke registrert"


@dataclass
class Answer:
    """What the pages said: by which path, what stood there (`told`), what did not and should have (`missing`)."""

    path: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    none: str = ""
    missing: list[str] = field(default_factory=list)

    @property
    def real(self) -> bool:
        """Whether there was something to tell, and all of it stood there."""
        return bool(self.told) and not self.missing

    def hold(self, text: str, *wanted: str, what: str = "") -> None:
        """All of `wanted` must stand in a text; the words as they stand, but for the space between them."""
        plain = _plain(text)
        for each in wanted:
            if each and _plain(each) not in plain:
                self.missing.append(f"{what or 'page'}: {each}")
        self.told.append(" · ".join(filter(None, wanted)))

    def nothing(self, text: str, *kinds: str) -> None:
        """One of the ways of saying that there is nothing must stand in a text."""
        said = next((kind for kind in kinds if _plain(kind) in _plain(text)), "")
        if said:
            self.none = said
        else:
            self.missing.append(f"says no kind of none ({' / '.join(kinds)})")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{SOFT HYPHEN}", "")).strip().casefold()


@dataclass
class Walk:
    """One reader's way through one person's pages."""

    reader: Reader
    base: str
    answer: Answer

    async def open(self, place: str = "") -> Page:
        """Open the overview, or one page of the record; the way is kept."""
        page = await self.reader.page(
            place if place.startswith("/") and place.startswith(self.base) else self.base + place
        )
        self.answer.path.append(page.address.removeprefix(self.base) or "overview")
        assert len(self.answer.path) <= 2, self.answer.path
        return page


Ask = Callable[[Walk, Facts], Awaitable[None]]


@dataclass(frozen=True)
class Question:
    """What is asked, and how it is found."""

    key: str
    text: str
    ask: Ask


async def _fresh(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/siden"), walk.answer
    patient = f"Patient/{facts.patient['id']}"
    mine = await walk.reader.written_by(patient, news.OWN, walk.reader.organization)
    since = news.met(facts, mine)
    heading = next((node.text() for node in page.root.all("h2") if node.text().startswith("Nytt siden")), "")
    if since is None:
        answer.nothing(page.text, "har ikke registrert kontakt med pasienten før")
        return
    if day(since.isoformat()) not in heading:
        answer.missing.append(f"counted from {since.isoformat()}: {heading}")
    found = news.fresh(facts, since, mine)
    for entry in found:
        answer.hold(page.text, news.named(entry), what="new")
    if not found:
        answer.nothing(page.text, "Ingenting nytt siden")
    told = re.search(r"(?<!\d)(\d+) nye? eller endre", page.text)
    if len(found) < news.MOST and int(told[1] if told else 0) != len(found):
        answer.missing.append(f"{len(found)} are new, and the page counts {told[0] if told else 'none'}")


async def _treated(walk: Walk, facts: Facts) -> None:
    page, answer = await walk.open(), walk.answer
    lines, team = page.lines("Problemer"), page.box("Hvem som behandler")
    newest: dict[str, Any] = {}
    for problem in sorted(facts.problems(), key=lambda c: c.get("recordedDate", ""), reverse=True):
        newest.setdefault(words(problem["code"]).casefold(), problem)
    for problem in list(newest.values())[:40]:
        name = words(problem["code"])
        line = next((line for line in lines if _plain(name) in _plain(line)), "")
        answer.hold(line, name, problem.get("recorder", {}).get("display", ""), what="problem")
    if not newest:
        answer.nothing(page.box("Problemer"), "Ingen aktive problemer er registrert")
    for reference in facts.patient.get("generalPractitioner", []):
        if reference.get("display") and newest:
            answer.hold(team, reference["display"], what="team")
    for each in facts.follow_ups():
        if newest and each.get("careManager", {}).get("display"):
            answer.hold(team, each["careManager"]["display"], what="team")


async def _medicines(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/legemidler"), walk.answer
    rows = [line for part in ("Fast", "Kur", "Ved behov") for line in page.lines(part)]
    for order in facts.taken():
        name = words(order.get("medicationCodeableConcept"))
        dose = (order.get("dosageInstruction") or [{}])[0].get("text", "")
        own = [row for row in rows if _plain(name) in _plain(row)]
        row = next((row for row in own if _plain(dose) in _plain(row)), own[0] if own else "")
        answer.hold(row, name, dose, "Pauset" if order["status"] == "on-hold" else "", what="medicine")
    if not facts.taken():
        answer.nothing(page.text, "Ingen faste legemidler er registrert")
    stay = facts.stay()
    if stay is None:
        return
    box = page.box("Endret ved utskrivning") or page.box("Endret under innleggelsen")
    begun, ended, other = facts.changed(stay)
    if not (begun or ended or other or "Pauset" in box):
        if "Ingen endringer" not in box:
            answer.missing.append(f"discharge: says no kind of none: {box}")
    else:
        answer.hold(box, *begun, *ended, *other, what="discharge")


async def _dangers(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/legemidler"), walk.answer
    forbidden, thinners = page.box("Må ikke gis"), page.box("Blodfortynnende")
    over = {"inactive", "resolved", "refuted", "entered-in-error"}
    allergies = [
        a for a in facts.of("AllergyIntolerance")
        if not (codes(a.get("clinicalStatus")) | codes(a.get("verificationStatus"))) & over
    ]  # fmt: skip
    for allergy in allergies:
        reactions = [words(m) for r in allergy.get("reaction", ()) for m in r.get("manifestation", ())]
        answer.hold(forbidden, words(allergy["code"]), *reactions, what="allergy")
    thin = [m for m in facts.taken() if _thins(m.get("medicationCodeableConcept"))]
    for order in thin:
        answer.hold(thinners, words(order["medicationCodeableConcept"]), what="blood thinner")
    if not allergies:
        answer.nothing(forbidden, "Ikke registrert. Det betyr ikke at det ikke finnes noe", "Ingen kjente allergier")
    if not thin:
        answer.nothing(thinners, "Ingen blodfortynnende legemidler står på listen")


def _thins(medicine: Any) -> bool:
    names = (
        r"warfarin|clopidogrel|klopidogrel|apixaban|apiksaban|rivaroxaban|dabigatran|edoxaban|heparin"
        r"|ticagrelor|prasugrel"
    )
    return any(code.startswith("B01") for code in codes(medicine)) or bool(
        re.search(names, words(medicine), re.IGNORECASE)
    )


async def _creatinine(walk: Walk, facts: Facts) -> None:
    overview, answer = await walk.open(), walk.answer
    values = facts.values(CREATININE)
    if not values:
        answer.nothing((await walk.open("/prover")).text, *_MISSING["kreatinin"])
        return
    box = next((node for name, node in overview.boxes().items() if name.startswith("Siste prøver")), overview.root)
    link = next((a.attrs["href"] for a in box.all("a") if a.text() == words(values[0]["code"])), "")
    page = await walk.open(link or "/prover")
    rows = page.lines("") if not link else [row.text() for row in page.root.all("tr", "li")]
    rows = rows or [row.text() for row in page.root.all("tr")]
    newest = values[0]
    last = facts.today.replace(year=facts.today.year - 1).isoformat()
    for value in values if link else values[:1]:
        if value is newest or value["effectiveDateTime"][:10] >= last:
            when, number = days(value["effectiveDateTime"]), value["valueQuantity"]["value"]
            own = [row for row in rows if any(d in row for d in when) and any(form in row for form in shown(number))]
            answer.hold("" if not own else number_of(number), number_of(number), what=f"creatinine on {when[0]}")


def number_of(number: Any) -> str:
    """A number as it is told here."""
    return f"{number:g}".replace(".", ",")


_MISSING = {
    name: (f"{name}.", f"{name},", f"registrert: {name}", "Ingen prøvesvar eller målinger er registrert")
    for name in ("kreatinin", "blodtrykk", "vekt")
}


async def _course(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/prover"), walk.answer
    for known, name in ((PRESSURE, "blodtrykk"), (WEIGHT, "vekt")):
        values = facts.values(known)
        if not values:
            answer.nothing(page.text, *_MISSING[name])
            continue
        label, newest = words(values[0]["code"]), values[0]
        node = next((tr for tr in page.root.all("tr") if tr.text().startswith(label)), None)
        text = node.text() if node else ""
        answer.hold(text, label, day(newest["effectiveDateTime"]), what=name)
        if not any(form in text for form in _said(newest)):
            answer.missing.append(f"{name}: {_said(newest)} in {text}")
        days = {value["effectiveDateTime"][:10] for value in values if _said(value)}
        if len(days) > 1 and node is not None and not node.all("svg"):
            answer.missing.append(f"{name}: no course is drawn of {len(days)} values")


def _said(value: Any) -> set[str]:
    parts = [c["valueQuantity"]["value"] for c in value.get("component", ()) if "valueQuantity" in c]
    if len(parts) == 2:
        first, second = sorted(parts, reverse=True)
        return {f"{one}/{other}" for one in shown(first) for other in shown(second)}
    return shown(value["valueQuantity"]["value"]) if "valueQuantity" in value else set()


async def _hospital(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/journal"), walk.answer
    stay = facts.stay()
    if stay is None:
        answer.nothing(page.text, "Ingen sykehusopphold er registrert", "Ingenting er skrevet i journalen")
        return
    box = page.box("Siste sykehusopphold")
    reason = words(stay.get("reasonCode")) or words(stay.get("type"))
    answer.hold(
        box, reason, day(stay["period"]["start"]), stay.get("serviceProvider", {}).get("display", ""), what="stay"
    )
    letter = facts.letter(stay)
    if letter is not None:
        data = letter["content"][0]["attachment"].get("data", "")
        plan = base64.b64decode(data).decode().strip().splitlines()[-1].split(". ")[-1]
        answer.hold(box, plan.rstrip("."), letter.get("description", ""), what="plan")
    elif not re.search(r"Oppholdet pågår|[Ii]ngen epikrise|plan", box):
        answer.missing.append(f"stay: says nothing of the letter that is not here: {box}")


async def _next(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/plan"), walk.answer
    ahead, tasks, requests = page.box("Timer som kommer"), page.box("Oppgaver"), page.box("Henvisninger")
    for each in facts.appointments():
        who = [
            p["actor"].get("display", "")
            for p in each["participant"]
            if "Practitioner" in p.get("actor", {}).get("reference", "")
        ]
        answer.hold(
            ahead,
            each.get("description", ""),
            day(each["start"]),
            each["start"][11:16].replace(":", "."),
            *who,
            what="appointment",
        )
    open_tasks = [
        t for t in facts.of("Task") if t["status"] in ("requested", "accepted", "in-progress", "ready", "received")
    ]
    for each in open_tasks:
        answer.hold(
            tasks,
            words(each.get("code")) or each.get("description", ""),
            each.get("owner", {}).get("display", ""),
            what="task",
        )
    sent = [r for r in facts.of("ServiceRequest") if r["status"] == "active" and "3457005" in codes(r.get("category"))]
    for each in sent:
        to = [p.get("display", "") for p in each.get("performer", ())]
        answer.hold(requests, words(each["code"]), *to, what="referral")
    if not answer.told:
        answer.nothing(ahead, "Ingen timer er avtalt")
        answer.nothing(tasks, "Ingen åpne oppgaver er registrert")
        answer.nothing(requests, "Ingen henvisning venter på svar")


async def _at_home(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/familie"), walk.answer
    home, help_ = page.box("Slik bor og lever"), page.box("Hjelp hjemme")
    living = facts.told(LIVING)
    if living is not None:
        answer.hold(home, living.get("valueString") or words(living.get("valueCodeableConcept")), what="living")
    else:
        answer.nothing(home, "Bosituasjonen er ikke registrert")
    for each in facts.services():
        manager = each.get("careManager", {}).get("display", "")
        answer.hold(
            help_, words(each["type"]), manager, each["managingOrganization"].get("display", ""), what="service"
        )
    if not facts.services():
        answer.nothing(help_, "Ingen kommunale tjenester er registrert")


async def _test(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/prover"), walk.answer
    waits, came = page.box("Venter på svar"), page.lines("Svar på bestilte prøver")
    for order in facts.tests(answered=False):
        if order["status"] == "active":
            answer.hold(
                waits,
                words(order["code"]),
                day(order["authoredOn"]),
                order["performer"][0].get("display", ""),
                what="waits",
            )
    year = facts.today.replace(year=facts.today.year - 1).isoformat()
    for order in facts.tests(answered=True):
        report = facts.answer(order)
        if report is None or report["issued"][:10] < year:
            continue
        task, name, when = facts.acted(report), words(order["code"]), day(report["issued"])
        line = next((line for line in came if _plain(name) in _plain(line) and when in line), "")
        said = [task["description"], task["owner"]["display"]] if task else ["Ingen har vurdert svaret"]
        answer.hold(line, name, when, *said, what="answer")
    if not answer.told:
        answer.nothing(page.text, "Ingen bestilte prøver er registrert", "Ingen prøvesvar eller målinger er registrert")


async def _people(walk: Walk, facts: Facts) -> None:
    await walk.open()
    page, answer = await walk.open("/familie"), walk.answer
    around, kin = page.box("Fastlege, kommune og team"), page.lines("Pårørende")
    lists = [e.get("careManager", {}) for e in facts.follow_ups() if "gp-list" in codes(e["type"])]
    for reference in facts.patient.get("generalPractitioner") or lists:
        answer.hold(around, "Fastlege", reference.get("display", ""), what="GP")
    consents = facts.of("Consent")
    for each in facts.kin():
        name = " ".join([*each["name"][0].get("given", []), each["name"][0].get("family", "")])
        line = next((line for line in kin if _plain(name) in _plain(line)), "")
        mine = [c for c in consents if f"RelatedPerson/{each['id']}" in str(c.get("provision"))]
        what = [words(a) for c in mine for a in c["provision"].get("action", ()) if words(a)]
        phones = [t["value"] for t in each.get("telecom", ()) if t.get("system") == "phone"][:1]
        answer.hold(line, name, *phones, "Kan få vite", *what, what="kin")
        if not what and not re.search(r"Ikke avklart|[Ff]oresatt", line):
            answer.missing.append(f"kin: who may be told is not said of {name}: {line}")
    if not facts.kin():
        answer.nothing(page.box("Pårørende"), "Ingen pårørende er registrert")


async def _matters(walk: Walk, facts: Facts) -> None:
    page, answer = await walk.open(), walk.answer
    box = page.box("Viktig for meg")
    for code in (MATTERS, LIMITS):
        told = facts.told(code)
        if told is not None:
            answer.hold(box, told.get("valueString") or words(told.get("valueCodeableConcept")), what=code)
    if not answer.told:
        answer.nothing(box, "Ikke registrert hva som er viktig for pasienten", "Bosituasjon", "Hjelp hjemme")


QUESTIONS = (
    Question("new", "What is new since my unit last saw her?", _fresh),
    Question("treated", "Treated for what, and by whom?", _treated),
    Question("medicines", "Which medicines, which dose, and what changed at discharge?", _medicines),
    Question("dangers", "What must not be given, and which blood thinners?", _dangers),
    Question("creatinine", "What is the creatinine now, and over a year?", _creatinine),
    Question("course", "How do blood pressure and weight go?", _course),
    Question("hospital", "The last stay in hospital, and its plan?", _hospital),
    Question("next", "What is next, and who owns it?", _next),
    Question("home", "How does she manage at home: help, services, living alone?", _at_home),
    Question("test", "Did that test come back, and did anybody act?", _test),
    Question("people", "GP, next of kin, and who may be told?", _people),
    Question("matters", "What matters to this person, and which limits to treatment?", _matters),
)


async def asked(question: Question, reader: Reader, patient: str, facts: Facts) -> Answer:
    """A question asked of the pages of `Patient/x`."""
    walk = Walk(reader, f"/p/{patient.removeprefix('Patient/')}", Answer())
    await question.ask(walk, facts)
    return walk.answer
