"""Those around the person, in words of one language. Pure; templates only lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from babel import Locale

from felles.access.codes import GP_LIST, MUNICIPAL_SERVICE
from felles.access.representation import VERBS
from felles.care import social
from felles.care.doors.proxies.present import verbs
from felles.care.family import rules
from felles.care.family.shapes import INTERPRETER
from felles.care.plan.present import row
from felles.care.reading import there
from felles.record.codes import PARENTAL_RESPONSIBILITY
from felles.record.kinds import Kind
from felles.ui.dates import born_on, local, whole_months

if TYPE_CHECKING:
    from felles.care.family.shapes import Consent, History, Kin
    from felles.care.family.views import Around
    from felles.care.plan.present import Told
    from felles.care.shapes import Reference

_NOT_WORDS: Final = (PARENTAL_RESPONSIBILITY,)
"""Systems of relationships that are told as tags, not as what somebody is to the person."""


def references(found: Around) -> set[str | int]:
    """What the page must know the names and telephones of."""
    listed: list[Reference | None] = [*found.patient.general_practitioner]
    for read in there(found.episodes):
        listed += [read.entry.managing_organization, read.entry.care_manager]
    for read in there(found.teams):
        listed += [m.member for m in read.entry.participant] + read.entry.managing_organization
    wanted: set[str | int] = {read.org for read in there(found.episodes) if read.org}
    wanted.update(reference.reference for reference in listed if reference and reference.reference)
    return wanted


def kin(told: Told, found: Around) -> list[dict[str, Any]]:
    """Kin in the order they are called, each with her telephone and what she may be told."""
    consents = [read.entry for read in found.consents]
    acting = {
        actor.reference.reference
        for consent in rules.in_force(read.entry for read in found.consents)
        for actor in (consent.provision.actor if consent.provision else [])
        if actor.reference
    }
    listed = rules.in_order(read.entry for read in found.kin)
    born = born_on(found.patient.birth_date)
    years = whole_months(born, local(told.view.now).date()) // 12 if born else OF_AGE
    return [_kin(told, each, consents, years, acts=bool(each.patient) and each.patient in acting) for each in listed]


def _kin(told: Told, each: Kin, consents: list[Consent], years: int, *, acts: bool) -> dict[str, Any]:
    view = told.view
    t = view.t
    name = each.name[0].full if each.name else ""
    relations = [
        concept.words
        for concept in each.relationship
        if concept.text or not any(coding.system in _NOT_WORDS for coding in concept.coding)
    ]
    nearest = rules.is_nearest(each)
    said = [text for text in relations if text and not (nearest and text == t("Nærmeste pårørende"))]
    if not said and each.responsible:
        said = [t("Foresatt")]
    parts: list[dict[str, str]] = []
    if each.responsible:
        parts.append({"label": t("Foreldreansvar"), "text": t("Ja, etter Folkeregisteret")})
    may = t("Rollen din gir ikke tilgang til dette.")
    if told.reaches(Kind.CONSENT):
        told_to = rules.told_to(consents, f"RelatedPerson/{each.id}")
        may = (
            _parent_knows(told, years)
            if each.responsible and told_to is None and years < OF_AGE
            else _may_know(told, told_to)
        )
    parts.append({"label": t("Kan få vite"), "text": may})
    state = t("Nærmeste pårørende") if nearest else ""
    note = t("Kan handle for pasienten") if acts else ""
    phone = each.phone
    return row(
        name or t("navn ikke registrert"), view.entry("RelatedPerson", each.id), "", ", ".join(dict.fromkeys(said)),
        (phone.value or "") if phone else "", note, state=state, parts=parts,
    )  # fmt: skip


OF_AGE: Final = 16
"""From these years on what parents are told is the young person's own to say (pbrl § 3-4)."""
_OWN_REASONS: Final = 12
"""From these years on a child may have reasons for which its parents are not told (pbrl § 3-4)."""


def _parent_knows(told: Told, years: int) -> str:
    t = told.view.t
    if years < _OWN_REASONS:
        return t("Det foresatte trenger for å ta vare på barnet (pbrl. § 3-4)")
    return t(
        "Foresatte får vite det meste, men spør barnet først: det kan ha grunner som skal respekteres (pbrl. § 3-4)"
    )


def _may_know(told: Told, consent: Consent | None) -> str:
    t = told.view.t
    if consent is None or consent.provision is None:
        if told.view.citizen:
            return t("Ikke avklart. De som behandler deg, spør deg før de forteller noe.")
        return t("Ikke avklart. Spør pasienten før du forteller noe.")
    what = ", ".join(concept.words for concept in consent.provision.action if concept.words)
    when = t.fhir(consent.date_time, brief=True)
    if consent.provision.type == "deny":
        said = t("Nei, pasienten har sagt nei")
        said = f"{said}: {what}" if what else said
    else:
        said = what or t("Ja, pasienten har samtykket")
    return f"{said} ({when})" if when else said


def acting(told: Told, found: Around) -> list[dict[str, Any]]:
    """Who acts for the person now, what for, and until when."""
    t, said = told.view.t, verbs(told.view.t)
    names = {
        "proxy": t("Fullmakt"), "guardian": t("Verge"), "kin": t("Nærmeste pårørende"),
        "part": t("Har fått se en del"), "estate": t("Pårørende til avdød"),
    }  # fmt: skip
    lines: list[dict[str, Any]] = []
    for read in found.kin:
        if read.entry.responsible and read.entry.active:
            name = read.entry.name[0].full if read.entry.name else t("navn ikke registrert")
            lines.append(row(name, owner=t("Foreldreansvar")))
    for each in rules.in_force(read.entry for read in found.consents):
        provision = each.provision
        actors = provision.actor if provision else []
        name = next((a.reference.display for a in actors if a.reference and a.reference.display), "")
        codes = [concept.code for concept in provision.action] if provision else []
        what = [said[code] for code in VERBS if code in codes and code in said]
        end = provision.period.end if provision and provision.period else None
        when = t("til {day}").format(day=t.fhir(end, brief=True)) if end else t("uten slutt")
        parts = [{"label": t("Kan"), "text": "; ".join(what)}] if what else []
        lines.append(row(name or t("navn ikke registrert"), when=when, owner=names.get(each.mandate, ""), parts=parts))
    return lines


def home(told: Told, found: Around) -> list[dict[str, Any]]:
    """How the person lives, and all else that was told of her life, newest first; to herself first what matters."""
    view = told.view
    first = social.MATTERS if view.citizen else social.LIVING
    lines = [
        row(
            social.said(view.t, read) or view.t("Ingen verdi"),
            view.entry("Observation", read.entry.id),
            view.t.brief(read.at),
            more=concept.words,
        )
        for concept, read in sorted(
            social.latest(found.social), key=lambda pair: (not pair[0].has(*first), -pair[1].at)
        )
    ]
    if lines and not view.citizen and social.about(found.social, social.LIVING) is None:
        lines.insert(0, row(view.t("Bosituasjonen er ikke registrert.")))
    return lines


def helped(told: Told, found: Around) -> list[dict[str, Any]]:
    """Help at home: what the municipality gives, with who is responsible and whom to ring."""
    view = told.view
    t = view.t
    lines: list[dict[str, Any]] = []
    for read in found.episodes:
        entry = read.entry
        if not any(concept.has(MUNICIPAL_SERVICE) for concept in entry.type):
            continue
        place = view.name(entry.managing_organization) or view.names.get(read.org, "")
        owner = ", ".join(part for part in (view.name(entry.care_manager), place) if part)
        key = (entry.managing_organization.reference or "") if entry.managing_organization else ""
        since = t("fra {day}").format(day=t.fhir(entry.period.start, brief=True)) if entry.period else ""
        text = next((concept.words for concept in entry.type if concept.words), t("Kommunal tjeneste"))
        href = view.entry("EpisodeOfCare", entry.id)
        lines.append(row(text, href, since, owner, told.phone(key, read.org)))
    return lines


def illnesses(told: Told, found: Around) -> list[dict[str, Any]]:
    """What the person told of illness in her family: relation and illness, nothing of the relative's own record."""
    return [_illness(told, read.entry) for read in found.family if read.entry.status != "entered-in-error"]


def _illness(told: Told, each: History) -> dict[str, Any]:
    t = told.view.t
    said = ", ".join(illness.code.words for illness in each.condition if illness.code.words)
    text = each.relationship.words or t("Slektning")
    return row(text, told.view.entry("FamilyMemberHistory", each.id), more=said or t("Ingen sykdom oppgitt"))


def who(told: Told, found: Around) -> list[dict[str, Any]]:
    """The GP, the municipality, and the members of care teams."""
    view = told.view
    t = view.t
    lines: dict[str, dict[str, Any]] = {}
    lists = [read.entry.care_manager for read in found.episodes if any(c.has(GP_LIST) for c in read.entry.type)]
    for reference in found.patient.general_practitioner or filter(None, lists):
        name = view.name(reference)
        if name:
            place, phone = _office(told, found, reference)
            owner = ", ".join(filter(None, (t("Fastlege"), place)))
            lines[name] = row(name, owner=owner, phone=told.phone(_key(reference)) or phone)
    place = next((each.district or each.city for each in found.patient.address if each.district or each.city), "")
    if place:
        abroad = any(each.country not in (None, "NO", "NOR", "Norge", "Norway") for each in found.patient.address)
        lines.setdefault(place, row(place, owner=t("Bosted") if abroad else t("Kommune")))
    for read in found.teams:
        for member in read.entry.participant:
            name = view.name(member.member)
            part = next((concept.words for concept in member.role if concept.words), "")
            if name:
                lines.setdefault(name, row(name, owner=part or read.entry.name or t("Behandlingsteam")))
    return list(lines.values())


def _office(told: Told, found: Around, gp: Reference) -> tuple[str, str]:
    """Where the GP works, and its telephone: as the follow-up on her list says."""
    for read in found.episodes:
        office = read.entry.managing_organization
        if _key(read.entry.care_manager) == _key(gp):
            return told.view.name(office), told.phone(_key(office), read.org)
    return "", ""


def _key(reference: Reference | None) -> str:
    return (reference.reference or "") if reference else ""


def speech(told: Told, found: Around) -> list[dict[str, Any]]:
    """The languages the person speaks, and whether an interpreter is needed."""
    t, patient = told.view.t, found.patient
    known = Locale.parse(t.code).languages
    lines: list[dict[str, Any]] = []
    for each in patient.communication:
        code = each.language.code
        name = each.language.text or known.get(code.split("-")[0].lower()) or each.language.words
        if name:
            lines.append(row(name, owner=t("Foretrukket språk") if each.preferred else ""))
    needed = next((each.value_boolean for each in patient.extension if each.url == INTERPRETER), None)
    if needed is not None:
        lines.append(row(t("Trenger tolk") if needed else t("Trenger ikke tolk")))
    return lines


def reached_by(told: Told, found: Around) -> list[dict[str, Any]]:
    """The person's own telephones and mail, in the order she gave them."""
    t = told.view.t
    words = {"phone": t("Telefon"), "sms": t("Telefon"), "email": t("E-post")}
    points = sorted(found.patient.telecom, key=lambda point: point.rank or 99)
    lines: list[dict[str, Any]] = []
    for point in points:
        if point.value and point.use != "old" and point.system in words:
            phone = point.value if point.system != "email" else ""
            lines.append(row(words[point.system] if phone else point.value, phone=phone))
    return lines
