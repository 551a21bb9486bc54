"""Hand-overs in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access.cases import OPENINGS
from felles.access.codes import OFFERED
from felles.access.handovers.asking import REPLIED
from felles.access.handovers.away import absent_in
from felles.access.handovers.carrying import told_in
from felles.access.handovers.kinds import NOBODYS, Kind, rule_of
from felles.access.handovers.showing import given
from felles.access.handovers.states import BY_STATUS, ENDED, RETURNED, State
from felles.care import shapes, words
from felles.care.handovers import rules
from felles.care.handovers.rules import WITH_WORDS, Verb
from felles.care.messages.replies import OWN
from felles.record.codes import HANDOVER_STATE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.access.handovers.inboxes import Inbox
    from felles.care.messages.replies import Reply
    from felles.record.read_handovers import HandedRow
    from felles.ui.i18n import Language

Names = Mapping[str | int, str]

_face = msgspec.json.Decoder(shapes.Patient).decode
_DAY: Final = len("2026-11-26")
LEAD: Final = 160
"""Letters of what it is about, in lists."""


def kind(t: Language, which: Kind) -> str:
    """What is handed over."""
    return {
        Kind.REFERRAL: t("Henvisning"),
        Kind.TASK: t("Oppgave"),
        Kind.MESSAGE: t("Melding"),
        Kind.QUESTION: t("Spørsmål"),
        Kind.ORDER: t("Bestilt prøve"),
        Kind.PLAN: t("Plan delt"),
        Kind.CORRECTION: t("Krav om retting"),
        Kind.DEVIATION: t("Avviksmelding"),
        Kind.CALL: t("Tilkalling"),
        Kind.NOTE: t("Notat til oppfølging"),
        Kind.PROPOSAL: t("Forslag om legemiddel"),
        Kind.DISCHARGE: t("Utskrivningsklar pasient"),
        Kind.OFFER: t("Tilbud om å overta"),
        Kind.NEED: t("Oppgitt tjenstlig behov"),
        Kind.EMERGENCY: t("Åpnet med nødrett"),
        Kind.CONSENT: t("Åpnet med pasientens samtykke"),
        Kind.LOG_QUESTION: t("Spørsmål om innsynsloggen"),
        Kind.DEMAND: t("Krav om retting"),
        Kind.DELETION: t("Krav om sletting"),
        Kind.REQUEST: t("Ønske om innsyn for en annen"),
        Kind.SELF_MADE: t("Åpnet ved egen time, henvisning eller oppgave"),
        Kind.APPLICATION: t("Søknad om å bli med"),
        Kind.ACCESS_REVIEW: t("Gjennomgang av tilganger"),
    }[which]


def answering(t: Language, which: Kind) -> str:
    """What the way to a case's answer says."""
    if which in OPENINGS or which is Kind.SELF_MADE:
        return t("Se over åpningen")
    if which in NOBODYS:
        return t("Avgjør søknaden") if which is Kind.APPLICATION else t("Gå gjennom tilgangene")
    return t("Avgjør kravet") if which in (Kind.DEMAND, Kind.DELETION) else t("Svar på saken")


def state(t: Language, which: State) -> str:
    """Where it stands, in two or three words."""
    return {
        State.SENT: t("Ikke mottatt ennå"),
        State.RECEIVED: t("Mottatt"),
        State.ACCEPTED: t("Under arbeid"),
        State.ASKED: t("I retur med spørsmål"),
        State.DECLINED: t("Avslått"),
        State.ANSWERED: t("Besvart"),
        State.UNTAKEN: t("Ingen har tatt den"),
        State.DONE: t("Gjort"),
        State.ENDED: t("Avsluttet"),
    }[which]


COLORS: Final = {
    State.SENT: "warning",
    State.RECEIVED: "info",
    State.ACCEPTED: "info",
    State.ASKED: "warning",
    State.DECLINED: "warning",
    State.ANSWERED: "success",
    State.UNTAKEN: "danger",
    State.DONE: "success",
    State.ENDED: "neutral",
}


def verb(t: Language, which: Verb) -> str:
    """What a button says."""
    return {
        Verb.TAKE: t("Ta den"),
        Verb.RECEIVE: t("Mottatt"),
        Verb.ASK: t("Spør tilbake"),
        Verb.REPLY: t("Svar og send igjen"),
        Verb.ANSWER: t("Svar"),
        Verb.DONE: t("Gjort"),
        Verb.DECLINE: t("Avslå"),
        Verb.FORWARD: t("Send videre"),
        Verb.POSTPONE: t("Utsett"),
        Verb.CALM: t("Haster ikke lenger"),
        Verb.END: t("Avslutt"),
        Verb.SEEN: t("Sett, ingen tiltak"),
        Verb.ACTED: t("Sett og fulgt opp"),
    }[which]


def hint(t: Language, which: Verb) -> str:
    """What happens by it."""
    return {
        Verb.TAKE: t("Du har den fra nå. Avsenderen ser navnet ditt."),
        Verb.RECEIVE: t("Avsenderen ser at dere har fått den. Den blir hos dere alle til noen tar den."),
        Verb.ASK: t("Den går tilbake til avsenderen til spørsmålet er besvart."),
        Verb.REPLY: t("Den går til den som hadde den sist."),
        Verb.ANSWER: t("Avsenderen får svaret, og avslutter når det er lest."),
        Verb.DONE: t("Oppgaven er ferdig. Avsenderen ser det."),
        Verb.DECLINE: t("Avsenderen får den tilbake med grunnen, og må gjøre noe annet."),
        Verb.FORWARD: t("Den er deres fra nå. Avsenderen ser hvem som har den."),
        Verb.POSTPONE: t("Den blir hos deg, og kommer fram igjen den dagen."),
        Verb.CALM: t("Den venter fra nå som det som ikke haster. Den som har den, ser det."),
        Verb.END: t("Ingen har den lenger. Grunnen blir stående."),
        Verb.SEEN: t("Svaret er sett av deg, og trenger ikke mer. Det står i journalen."),
        Verb.ACTED: t("Hva du gjorde med svaret. Det står i journalen, ved svaret."),
    }[which]


def named(t: Language, of: HandedRow, now: int) -> str:
    """What it is: of an order, whether its answer has come, is waited for, or is missing."""
    if of.kind != Kind.ORDER or State(of.state).ended:
        return kind(t, Kind(of.kind))
    if of.came is not None:
        return t("Svar kommet")
    return t("Prøvesvar mangler") if of.next is not None and of.next <= now else t("Venter på svar")


def standing(t: Language, of: HandedRow) -> tuple[str, str]:
    """(where it stands, its colour): of an answer that nobody has seen, how it lies by its own interpretation."""
    where = State(of.state)
    if of.kind == Kind.ORDER and where is State.DONE:
        return t("Sett"), COLORS[where]
    if of.kind != Kind.ORDER or where not in (State.RECEIVED, State.ACCEPTED):
        return state(t, where), COLORS[where]
    if of.came is None:
        return t("Venter på svar"), "info"
    return {0: (t("Ikke sett ennå"), "info"), 1: (t("Utenfor det vanlige"), "warning")}.get(
        of.outside, (t("Alvorlig avvik"), "danger")
    )


def row(t: Language, of: HandedRow, names: Names, now: int, *, sent: bool) -> dict[str, Any]:
    """One line of a list. `sent`: in the list of what she sent."""
    patient, body = _face(of.face), msgspec.json.decode(of.body)
    (stands, color), where = standing(t, of), State(of.state)
    about = [words.age(t, patient, now), t.fhir(patient.birth_date, brief=True) if patient.birth_date else ""]
    other = of.owner if sent else of.sender
    wrote = names.get(other, "") or (_written_by(t, of, body) if other.startswith("Patient/") else "")
    return {
        "href": f"/arbeid/{of.source}",
        "source": of.source,
        "version": of.version,
        "kind": named(t, of, now),
        "code": Kind(of.kind).code,
        "where": where,
        "owner": of.owner,
        "urgent": of.urgent,
        "soon": hurries(of),
        "text": _lead(body),
        "patient": words.name(t, patient.shown_name) if of.patient else "",
        "about": ", ".join(filter(None, about)) if of.patient else "",
        "other": t("Felles") if other.startswith("Device/") else wrote,
        "state": _with_her(t, body) or stands,
        "color": color,
        "next": t.moment(of.next) if of.urgent and of.next else t.brief(of.next) if of.next else "",
        "late": of.next is not None and of.next <= now,
        "inbox": not of.owner.startswith("Practitioner"),
    }


def hurries(of: HandedRow) -> bool:
    """Whether its sender says that it comes before others, though not within minutes (R4 request-priority `urgent`)."""
    return not of.urgent and msgspec.json.decode(of.body).get("priority") == "urgent"


def rank(of: HandedRow, now: int) -> int:
    """What stands first: what cannot wait, what is late, what its sender says hurries (as `read_handovers.ORDER`)."""
    if of.urgent:
        return 0
    return 1 if of.next is not None and of.next <= now else 2 if hurries(of) else 3


def _with_her(t: Language, body: dict[str, Any]) -> str:
    """Where it stands while a citizen is asked back, and when she has answered; "" else."""
    if "status" in body and rules.asking(body):
        return t("Venter på svar fra pasienten")
    return t("Pasienten har svart") if _business(body) == REPLIED else ""


def seen_as(of: HandedRow) -> str:
    """What a form says that its reader saw: the version of the entry, and of an order which answer had come by then."""
    return f"{of.version}" if of.came is None else f"{of.version}.{of.came}"


def hits(found: Iterable[Inbox]) -> list[dict[str, Any]]:
    """The units that were looked for, to be chosen from."""
    return [
        {"ref": each.reference, "name": each.name, "above": each.above, "phone": each.phone, "open": each.open}
        for each in found
    ]


def whole(t: Language, of: HandedRow, names: Names, now: int) -> dict[str, Any]:
    """One hand-over with what was said and what happened."""
    body = msgspec.json.decode(of.body)
    where = State(of.state)
    reason = body.get("statusReason", {}).get("text", "")
    opens = bool(of.patient) and of.open and not Kind(of.kind).case  # a case opens no record
    focus = of.focus or _about(body)
    return row(t, of, names, now, sent=True) | {
        "record": f"/p/{of.patient}" if opens else "",
        "words": _words(body),
        "sender": names.get(of.sender, "") or _written_by(t, of, body) if of.patient else t("Felles"),
        "citizen": of.sender.startswith(("Patient/", "RelatedPerson/")),
        "owner": names.get(of.owner, ""),
        "urgency": _urgency(t, where, names.get(of.owner, "")) if of.urgent and not where.ended else "",
        "taken": where in (State.ACCEPTED, State.ANSWERED),
        "now": of.rung > 0 or where is State.UNTAKEN or (of.next is not None and of.next <= now),
        "outputs": [
            {"text": each.get("type", {}).get("text", ""), "href": f"/p/{of.patient}/e/{reference}"}
            for each in body.get("output", [])
            if (reference := each.get("valueReference", {}).get("reference", "")) and opens
        ],
        "receiver": names.get(of.receiver, ""),
        "given": names.get(of.receiver, "") if given(of) else "",
        "offered": names.get(_offered(body), "") if not where.ended else "",
        "made": t.fhir(body["authoredOn"]) if len(body.get("authoredOn", "")) == _DAY else t.moment(of.made),
        "since": t.moment(of.since),
        "ended": where.ended,
        "reason": reason if where.ended or where is State.DECLINED else "",
        "answers": _answers(t, of),
        "came": t.moment(of.came) if of.came is not None else "",
        "order": of.kind == Kind.ORDER,
        "revoked": of.kind == Kind.ORDER and body.get("status") == "revoked",
        "told": [each["valueString"] for each in body.get("output", []) if each.get("valueString")],
        "focus": f"/p/{of.patient}/e/{focus}" if focus and opens else "",
        "notes": notes(t, body, names),
        "events": events(t, of, names),
    }


def _answers(t: Language, of: HandedRow) -> list[dict[str, str]]:
    """The ways to what answers an order: the reports, the values where there are none; the newest first."""
    found = msgspec.json.decode(of.answers) if of.answers and of.patient else []
    reports = [each for each in found if each["ref"].startswith("DiagnosticReport/")] or found
    ways = [(f"/p/{of.patient}/e/{each['ref']}", each["text"]) for each in reports]
    if len(ways) < 2:
        return [{"href": href, "text": t("Åpne svaret")} for href, _ in ways]
    return [{"href": href, "text": text or t("Åpne svaret")} for href, text in ways]


def _urgency(t: Language, where: State, owner: str) -> str:
    """By name who has it, or that nobody has it yet."""
    if where is State.ACCEPTED and owner:
        return t("{who} har den.").format(who=owner)
    if where in (State.SENT, State.RECEIVED):
        return t("Ingen har tatt den ennå. Den er hos {who}.").format(who=owner) if owner else t("Ingen har den ennå.")
    return f"{state(t, where)}."


def _written_by(t: Language, of: HandedRow, body: dict[str, Any]) -> str:
    """Who wrote it for herself, or for another: then by name, as it stands in what she wrote."""
    if of.sender == f"Patient/{of.patient}":
        return t("Pasienten")
    name = body.get("sender", body.get("requester", {})).get("display", "")
    return t("{who}, på vegne av pasienten").format(who=name) if name else t("Pasienten")


def notes(t: Language, body: dict[str, Any], names: Names) -> list[dict[str, str]]:
    """What was said of a hand-over, each with who and when."""
    return [
        {
            "who": _said_by(t, note.get("authorReference", {}), names),
            "when": t.fhir_moment(note["time"]) if note.get("time") else "",
            "text": note.get("text", ""),
        }
        for note in body.get("note", [])
    ]


def _said_by(t: Language, author: dict[str, Any], names: Names) -> str:
    """Who said a note: a citizen by what it tells of her, who answers for another by name."""
    if name := names.get(author.get("reference", ""), ""):
        return name
    named = author.get("display", "")
    return t("{who}, på vegne av pasienten").format(who=named) if named else t("Pasienten")


def _offered(body: dict[str, Any]) -> str:
    """To whom it is offered, "" for nobody."""
    found = (each for each in body.get("extension", []) if each.get("url") == OFFERED)
    return next((each.get("valueReference", {}).get("reference", "") for each in found), "")


def _about(body: dict[str, Any]) -> str:
    """The entry that a message tells of."""
    return next((each.get("reference", "") for each in body.get("about", [])), "")


def authors(of: HandedRow) -> set[str]:
    """Whoever is named on the page of one hand-over."""
    body = msgspec.json.decode(of.body)
    said = {note.get("authorReference", {}).get("reference", "") for note in body.get("note", [])}
    versions = msgspec.json.decode(of.versions) if of.versions else []
    wrote = {each["author"] for each in versions}
    owned = {each["body"].get(side, {}).get("reference", "") for each in versions for side in ("owner", "requester")}
    return {each for each in said | wrote | owned | {of.sender, of.owner, of.receiver, _offered(body)} if each}


def owners(of: HandedRow) -> list[str]:
    """Who has it, whom it was sent to, and who had it before, the latest first; without its sender."""
    versions = msgspec.json.decode(of.versions) if of.versions else []
    had = [each["body"].get("owner", {}).get("reference", "") for each in reversed(versions)]
    return [each for each in dict.fromkeys([of.owner, of.receiver, *had]) if each and each != of.sender]


def events(t: Language, of: HandedRow, names: Names) -> list[dict[str, str]]:
    """What happened, the newest first: a line for each version that changed where it stands or who has it."""
    found: list[dict[str, str]] = []
    before: tuple[Any, ...] | None = None
    for each in msgspec.json.decode(of.versions) if of.versions else []:
        body = each["body"]
        owner = body.get("owner", {}).get("reference", "")
        absent = absent_in(body.get("requester"))
        stands = (body.get("status"), _business(body), owner, absent)
        if stands == before:
            continue
        text = _event(t, body, names.get(owner, ""))
        if before and stands[:3] == before[:3]:
            sender = names.get(body.get("requester", {}).get("reference", ""), "")
            text = t("Avsenderen er borte. Hos {who}") if absent else t("Avsenderen er tilbake: {who}")
            text = text.format(who=sender)
        before = stands
        found.append(
            {
                "when": t.moment(each["at"]),
                "text": text,
                "who": _by(t, each["author"], names.get(each["author"], ""), text),
            }
        )
    return found[::-1]


def _by(t: Language, author: str, name: str, text: str) -> str:
    """Who did it, where the text does not say it already; the keeper is Felles itself."""
    if name:
        return "" if name in text else name
    return t("Pasienten") if author.startswith("Patient/") else t("Felles")


def _event(t: Language, body: dict[str, Any], owner: str) -> str:
    business = _business(body)
    where = BY_STATUS.get(body.get("status", ""), State.SENT)
    if asked := _with_her(t, body):
        return asked
    if business in (ENDED, RETURNED):
        return state(t, State.ENDED if business == ENDED else State.ASKED)
    said = body.get("businessStatus", {}).get("text", "")
    if said:
        return f"{said}: {owner}" if owner else said
    if where is State.SENT:
        return t("Sendt til {who}").format(who=owner) if owner else t("Sendt")
    if where is State.ACCEPTED:
        return t("Tatt av {who}").format(who=owner) if owner else t("Under arbeid")
    return state(t, where)


def _hint(t: Language, each: Verb, which: Kind | None, *, citizen: bool, urgent: bool) -> str:
    if which is Kind.OFFER and each is Verb.TAKE:
        return t("Da er det ditt. Til da er det hos den som har det nå.")
    if citizen and each is Verb.ASK:
        return t("Pasienten får spørsmålet. Den blir hos deg, og kommer fram når hun svarer, eller {when}.").format(
            when=comes(t, which, urgent=urgent)
        )
    return hint(t, each)


def comes(t: Language, which: Kind | None, *, urgent: bool) -> str:
    """When what a citizen was asked comes up without an answer."""
    wait = rule_of(which or Kind.MESSAGE, urgent=urgent).asked
    if wait.minutes:
        return t.many("om %d minutt", "om %d minutter", wait.minutes)
    return t.many("om %d virkedag", "om %d virkedager", wait.days)


def forms(
    t: Language, verbs: tuple[Verb, ...], which: Kind | None = None, *, citizen: bool = False, urgent: bool = False
) -> list[dict[str, Any]]:
    """The ways on: the first is the button that is nearest; those that take words open a form.

    `citizen`: one sent it, and is who is asked back.
    """
    return [
        {
            "verb": str(each),
            "text": verb(t, each),
            "hint": _hint(t, each, which, citizen=citizen, urgent=urgent),
            "words": each in WITH_WORDS,
            "to": each is Verb.FORWARD,
            "until": each is Verb.POSTPONE,
            "told": each is Verb.ACTED,
        }
        for each in verbs
    ]


def ready(t: Language, found: Iterable[Reply]) -> list[dict[str, str]]:
    """Answers that can be sent as they stand, each with where it is from."""
    return [
        {
            "name": each.name,
            "text": each.text,
            "source": t("Virksomhetens egne ord") if each.source == OWN else each.source,
        }
        for each in found
    ]


def _words(body: dict[str, Any]) -> str:
    return body.get("description") or told_in(body) or _text(body.get("code", {}))


def _lead(body: dict[str, Any]) -> str:
    said = _words(body)
    line = said.strip().partition("\n")[0]
    return line if len(line) <= LEAD else f"{line[:LEAD].rstrip()} …"


def _text(concept: dict[str, Any]) -> str:
    return concept.get("text") or next((c.get("display", "") for c in concept.get("coding", [])), "")


def _business(body: dict[str, Any]) -> str:
    codings = body.get("businessStatus", {}).get("coding", [])
    return next((c.get("code", "") for c in codings if c.get("system") == HANDOVER_STATE_SYSTEM), "")
