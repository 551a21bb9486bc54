"""Decisions in words: the facts and the rule behind each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.bases import Basis, ground_of
from felles.access.holding import PARENTS, PERSON, Reason
from felles.access.roles import ROLES
from felles.access.verbs import VERBS
from felles.care import grounds
from felles.care.doors.blocks.present import kinds as closable
from felles.care.doors.explain import rules
from felles.record.clock import BEGINNING, FOREVER
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.access.actor import Actor
    from felles.access.derive import Durations
    from felles.access.roles import Role
    from felles.record.explain import EntryFacts, Explained, Ground
    from felles.record.reach import Reached, Reader
    from felles.ui.i18n import Language

Names = dict[str | int, str]
_WAYS_IN: Final = (Basis.EMERGENCY, Basis.CONSENTED, Basis.STATED_NEED)


# -- words of the data -------------------------------------------------------------------------------------


def kinds(t: Language, found: Iterable[Kind]) -> list[str]:
    """Kinds by name."""
    named = closable(t) | {"person": t("Navn, kontaktopplysninger og pårørende")}
    return [named[kind.name.lower()] for kind in found]


def acts(t: Language) -> dict[str, str]:
    """What staff may do, as the page says it."""
    return {
        "write": t("skrive i journalen"),
        "sign": t("signere notater og dokumenter"),
        "prescribe": t("forskrive legemidler"),
        "order-vaccine": t("rekvirere vaksiner i program"),
        "propose": t("foreslå legemidler, prøver og henvisninger"),
        "order": t("rekvirere prøver og bilder"),
        "refer": t("henvise"),
        "give": t("gi legemidler og vaksiner"),
        "book": t("sette opp timer"),
        "visit": t("si fra om hjemmebesøk"),
        "need": t("oppgi tjenstlig behov der det ikke er noe grunnlag"),
        "open": t("åpne det som er sperret, med samtykke eller nødrett"),
        "block": t("registrere en sperring for pasienten"),
        "hold": t("holde en oppføring tilbake fra pasienten eller foreldre"),
        "release": t("vise et svar til pasienten før det ellers vises"),
        "place": t("se en fortrolig adresse, med begrunnelse hver gang"),
    }


def law(t: Language, source: str) -> str:
    """What a rule rests on."""
    found = rules.laws(source)
    return "; ".join(found) if found else t("praksis")


def role_name(t: Language, code: str) -> str:
    """A role by name."""
    role = ROLES.get(code)
    return code if role is None else role.en if t.code == "en" else role.nb


def span(t: Language, since: int | None, until: int | None) -> str:
    """From when to when a ground holds; "" where that is not told."""
    if until is None:
        return ""
    start = "" if since is None or since == BEGINNING else t("fra {day}").format(day=t.day(since))
    end = t("til det avsluttes") if until == FOREVER else t("til {day}").format(day=t.day(until))
    return f"{start} {end}".strip()


# -- why it is open ----------------------------------------------------------------------------------------


def wanted_names(why: Explained) -> set[str | int]:
    """The references and hashes that the grounds name."""
    wanted: set[str | int] = set()
    for each in why.grounds:
        wanted |= {*each.parties, each.writer} - {""}
    return wanted


def ground(t: Language, base: str, each: Ground, names: Names, actor: Actor, mark: int, hidden: str) -> dict[str, Any]:
    """One ground: what it is, for whom it holds, from when to when, who wrote it and where it stands.

    `hidden`: what is said of it in its stead where it may not be told.
    """
    text = f"{each.basis}:{each.source}" if each.basis else hidden
    own = ground_of(text).basis in _WAYS_IN
    type_name, _, entry = each.source.partition("/")
    return {
        "name": grounds.short(t, text),
        "text": grounds.sentence(t, text),
        "told": each.told,
        "when": t("til {day}").format(day=t.moment(each.until or 0)) if own else span(t, each.since, each.until),
        "where": _where(t, each, names, actor, mark),
        "writer": "" if own or not each.writer else names.get(each.writer) or _unnamed(t, each.writer),
        "self_made": ground_of(text).self_made,
        "href": f"{base}/e/{type_name}/{entry}" if each.told and entry and not own else "",
    }


def _where(t: Language, each: Ground, names: Names, actor: Actor, mark: int) -> str:
    """What the relation joins to: a place by its name, or the reader herself."""
    if not each.parties:
        return ""
    places = sorted(name for party in each.parties if (name := names.get(party, "")))
    if mark in each.parties:
        places.insert(0, t("deg ({name})").format(name=actor.name))
    return ", ".join(places) or t("rollen din")


def _unnamed(t: Language, writer: str) -> str:
    known = {"Patient": t("pasienten selv"), "Device": t("et register eller datasystem")}
    return known.get(writer.partition("/")[0]) or t("navn ikke registrert")


def role(t: Language, found: Role, verbs: frozenset[str], bases: Iterable[int]) -> dict[str, Any]:
    """What a role sees and does where these bases hold, each with what it rests on."""
    bases = set(bases)
    reached, missing = rules.reach(found.kinds)
    said = acts(t)
    able = [verb for verb in rules.ACTS if rules.may(verb, verbs, bases)]
    return {
        "name": role_name(t, found.code),
        "law": law(t, found.source),
        "sees": kinds(t, reached),
        "not_seen": kinds(t, missing),
        "may": [{"text": _act(t, verb, verbs, said), "law": law(t, VERBS[verb].source)} for verb in able],
        "may_not": [_act(t, verb, verbs, said) for verb in rules.ACTS if verb not in able],
    }


def _act(t: Language, verb: str, verbs: frozenset[str], said: Mapping[str, str]) -> str:
    basis = rules.narrowed(verb, verbs)
    if basis is None:
        return said[verb]
    only = t("{act} (når grunnlaget er {basis})")
    return only.format(act=said[verb], basis=grounds.short(t, f"{int(basis)}:x").lower())


def entry(t: Language, found: EntryFacts, actor: Actor, *, reasons: bool) -> dict[str, Any]:
    """What decided over one entry. `reasons`: whether the reader may know why something is held back."""
    kind = Kind(found.kind)
    return {
        "kind": kinds(t, [kind])[0] if kind in rules.KINDS else t("Annet"),
        "role": role_name(t, actor.role_code),
        "law": law(t, actor.role.source),
        "lifted": "" if found.lifted is None else t.moment(found.lifted),
        "masked": found.form == 2,
        "held": [
            {
                "text": _kept_from(t, each.from_whom),
                "why": _reason(t, each.reason) if reasons else "",
                "until": t("til noen har avgjort det") if each.until == FOREVER else span(t, None, each.until),
                "review": "" if each.review is None else t("vurderes på nytt {day}").format(day=t.day(each.review)),
            }
            for each in found.held or []
        ],
    }


def _kept_from(t: Language, whom: int) -> str:
    if whom == PARENTS:
        return t("Foreldre ser ikke dette.")
    return t("Pasienten ser ikke dette.") if whom & PERSON else t("De som handler for pasienten, ser ikke dette.")


def _reason(t: Language, number: int) -> str:
    return {
        Reason.DANGER: t("Fare for liv eller alvorlig helseskade (§ 5-1)"),
        Reason.INADVISABLE: t("Klart utilrådelig av hensyn til en nærstående (§ 5-1)"),
        Reason.NOT_SEEN: t("Svaret er ikke sett av lege ennå"),
        Reason.TALK: t("Noen skal snakke med pasienten først"),
        Reason.NOT_DIGITAL: t("Svaret gis ikke digitalt"),
        Reason.NOT_TO_PARENTS: t("Ikke til foreldre (§ 3-4)"),
    }[Reason(number)]


# -- why it is not -----------------------------------------------------------------------------------------


def openers(t: Language, days: Durations) -> list[dict[str, str]]:
    """What opens a record to somebody of the staff, the most lasting first, and for how long (`days`)."""
    visit = t("Fra den begynner og i {days} dager etter at den er over.").format(days=days.encounter)
    hour = t("Hos dere, fra {before} dager før til {after} dager etter.")
    ordered = t("Du svarer for den: bare bestillingen og svaret, til noen har sett det.")
    asked = t("Sendt til dere: bare det den peker på, til den er besvart, og i høyst {days} dager.")
    return [
        {"name": t("Fastlegeliste"), "text": t("Pasienten står på listen hos dere, ført av registeret.")},
        {"name": t("Kommunal tjeneste"), "text": t("Dere gir pasienten en tjeneste som er vedtatt og pågår.")},
        {"name": t("Svangerskapsomsorg"), "text": t("Dere følger opp svangerskapet.")},
        {"name": t("Innleggelse eller kontakt"), "text": visit},
        {"name": t("Henvisning eller rekvisisjon"), "text": t("Sendt til dere, fra den er mottatt til den er lukket.")},
        {"name": t("Timeavtale"), "text": hour.format(before=days.before, after=days.appointment)},
        {"name": t("Oppgave"), "text": t("Gitt til deg eller enheten din, til den er gjort.")},
        {"name": t("Melding"), "text": asked.format(days=days.message)},
        {"name": t("Bestilt prøve"), "text": ordered},
    ]


# -- who can see -------------------------------------------------------------------------------------------


def places(t: Language, found: list[Reader], names: Names, references: dict[int, str]) -> list[dict[str, Any]]:
    """Each organisation that can open the record now: on what basis, until when, who there, and which it is."""
    made: list[dict[str, Any]] = []
    for org, bases in rules.by_place(found).items():
        reasons = [_reason_of(t, text, rows) for text, rows in bases.items()]
        closed = any(row.closed for rows in bases.values() for row in rows)
        name = names.get(org) or t("virksomhet ikke registrert")
        made.append({"name": name, "reasons": reasons, "closed": closed, "shut": references.get(org, "")})
    return made


def _reason_of(t: Language, text: str, rows: list[Reader]) -> dict[str, Any]:
    people: dict[str, int] = {}
    for row in rows:
        people[row.role] = max(people.get(row.role, 0), row.people)
    sources = {row.source: row for row in rows}
    shown = [row for row in sources.values() if not row.source.startswith("Task/") or row.basis not in _WAYS_IN]
    return {
        "text": grounds.about(t, text),
        "when": span(t, None, max(row.until for row in rows)),
        "who": ", ".join(f"{role_name(t, code)} ({count})" for code, count in sorted(people.items())),
        "sources": [f"/meg/e/{row.source}" for row in shown][:5],
    }


def roles(t: Language, found: list[Reader]) -> list[dict[str, Any]]:
    """The roles of those who can open it, with what each sees and does not."""
    said: list[dict[str, Any]] = []
    for code in dict.fromkeys(row.role for row in found):
        if code in ROLES:
            reached, missing = rules.reach(ROLES[code].kinds)
            seen = {"sees": kinds(t, reached), "not_seen": kinds(t, missing)}
            said.append({"name": role_name(t, code), "law": law(t, ROLES[code].source), **seen})
    return said


# -- what a role reaches -----------------------------------------------------------------------------------


def reached(t: Language, found: list[Reached], names: Names, own: str) -> list[dict[str, Any]]:
    """By unit and basis, how many somebody reaches; `own` is what she is called where it is she herself or her role."""
    units: dict[int, list[Reached]] = {}
    for row in found:
        units.setdefault(row.party, []).append(row)
    made: list[dict[str, Any]] = []
    for party, rows in units.items():
        counted = sorted((row for row in rows if row.basis), key=lambda row: row.basis)
        name = t("Åpnet uten vanlig grunnlag") if party == 0 else names.get(party) or own
        if counted or names.get(party):
            bases = [{"name": _basis_name(t, row.basis), "people": row.people} for row in counted]
            made.append({"name": name, "bases": bases})
    return sorted(made, key=lambda row: (not row["bases"], row["name"]))


def _basis_name(t: Language, number: int) -> str:
    text = f"{number}:x"
    name = grounds.short(t, text)
    return t("{name}, registrert av dem selv").format(name=name) if ground_of(text).self_made else name
