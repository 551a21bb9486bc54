"""Blocks in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.codes import ENTRIES_OF
from felles.access.roles import ROLES
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.ui.i18n import Language

Names = dict[str | int, str]


def kinds(t: Language) -> dict[str, str]:
    """Code of a kind → what citizens call it."""
    named = {
        Kind.NOTE: t("Notater"), Kind.RESULT: t("Prøvesvar"), Kind.VITAL: t("Målinger"), Kind.MEDICINE: t("Legemidler"),
        Kind.PROBLEM: t("Diagnoser og problemer"), Kind.ALLERGY: t("Allergier"), Kind.APPOINTMENT: t("Timer"),
        Kind.REFERRAL: t("Henvisninger"), Kind.TASK: t("Oppgaver"), Kind.MESSAGE: t("Meldinger"),
        Kind.ENCOUNTER: t("Kontakter og innleggelser"), Kind.IMMUNIZATION: t("Vaksiner"),
        Kind.DOCUMENT: t("Dokumenter"), Kind.PLAN: t("Planer og mål"), Kind.FAMILY: t("Sykdom i familien"),
        Kind.ADMIN: t("Administrative opplysninger"), Kind.ORDER: t("Bestillinger"), Kind.IMAGE: t("Bilder"),
        Kind.CONSENT: t("Samtykker"), Kind.FINANCIAL: t("Betaling"), Kind.PROCEDURE: t("Operasjoner og tiltak"),
        Kind.DEVICE: t("Utstyr"), Kind.FORM: t("Skjemaer"), Kind.SOCIAL: t("Levekår og vaner"),
        Kind.RESEARCH: t("Forskning"), Kind.TRACE: t("Sporing"), Kind.PREGNANCY: t("Graviditet og amming"),
        Kind.OTHER: t("Annet"),
    }  # fmt: skip
    return {kind.name.lower(): text for kind, text in named.items()}


def roles(t: Language) -> dict[str, str]:
    """Code of a role → its name."""
    return {code: role.en if t.code == "en" else role.nb for code, role in ROLES.items()}


def wrong(t: Language, code: str) -> str:
    """What is wrong with a field."""
    return {
        "what": t("Velg hva du vil sperre."),
        "against": t("Velg hvem du vil sperre for."),
        "kind": t("Velg minst ett slag opplysninger."),
        "place": t("Velg en virksomhet."),
        "person": t("Velg en person."),
        "role": t("Velg en rolle."),
        "day": t("Skriv datoen som dd.mm.åååå."),
    }[code]


def what(t: Language, provision: dict[str, Any], names: Names) -> str:
    """What a block covers."""
    data = [d["reference"].get("reference", "") for d in provision.get("data", [])]
    if data:
        return t.many("Én oppføring", "%d oppføringer", len(data))
    parts: list[str] = []
    known = kinds(t)
    chosen = [known[c["code"]] for c in provision.get("class", []) if c.get("code") in known]
    parts.append(", ".join(chosen) if chosen else t("Alt i journalen"))
    places = [
        names.get(e["valueReference"]["reference"]) or t("en virksomhet")
        for e in provision.get("extension", [])
        if e.get("url") == ENTRIES_OF
    ]
    if places:
        parts.append(t("fra {place}").format(place=", ".join(places)))
    period = provision.get("dataPeriod")
    if period:
        since, until = (t.fhir(period.get(end, ""), brief=True) for end in ("start", "end"))
        parts.append(t("fra {since} til {until}").format(since=since or "…", until=until or "…"))
    return " ".join(parts)


def against(t: Language, provision: dict[str, Any], names: Names) -> str:
    """Whom a block is against."""
    actors = provision.get("actor", [])
    if not actors:
        return t("Alle som arbeider i helsetjenesten")
    return ", ".join(_one(t, actor, names) for actor in actors)


def _one(t: Language, actor: dict[str, Any], names: Names) -> str:
    reference = actor.get("reference", {}).get("reference", "")
    if reference:
        return names.get(reference) or t("navn ikke registrert")
    codes = [coding.get("code", "") for coding in actor.get("role", {}).get("coding", [])]
    named = roles(t)
    return next((named[code] for code in codes if code in named), t("navn ikke registrert"))


def wanted_names(provisions: list[dict[str, Any]]) -> set[str | int]:
    """The references that these blocks name."""
    wanted: set[str | int] = set()
    for provision in provisions:
        wanted |= {a["reference"]["reference"] for a in provision.get("actor", []) if a["reference"].get("reference")}
        extensions = (e for e in provision.get("extension", []) if e.get("url") == ENTRIES_OF)
        wanted |= {e["valueReference"]["reference"] for e in extensions}
    return wanted
