"""Organisations, staff and roles in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.applications import State
from felles.access.organizations import FOR_OPERATOR
from felles.access.roles import NO_STAFF, ROLES
from felles.record.clock import BEGINNING, FOREVER, MICROSECONDS

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.access.applications import Application
    from felles.access.organizations import Held, Unit
    from felles.ui.i18n import Language

_DAY: Final = 86_400 * MICROSECONDS
SOON: Final = 30 * _DAY
"""A role that ends within this is marked."""


def kinds(t: Language) -> dict[str, str]:
    """Sort of organisation → its name."""
    return {
        "gp-office": t("Fastlegekontor"),
        "municipal": t("Kommunal tjeneste"),
        "hospital": t("Sykehus"),
        "specialist": t("Avtalespesialist"),
        "pharmacy": t("Apotek"),
        "laboratory": t("Laboratorium"),
        "other": t("Annen virksomhet"),
    }


def professions(t: Language) -> list[dict[str, str]]:
    """The professions (Volven 9060) that roles ask for, by name."""
    named = {
        "LE": t("Lege"),
        "SP": t("Sykepleier"),
        "JO": t("Jordmor"),
        "PS": t("Psykolog"),
        "HF": t("Helsefagarbeider"),
        "HE": t("Helsesekretær"),
        "FT": t("Fysioterapeut"),
        "ET": t("Ergoterapeut"),
        "FA1": t("Provisorfarmasøyt"),
        "FA2": t("Reseptarfarmasøyt"),
        "BI": t("Bioingeniør"),
        "RA": t("Radiograf"),
        "XX": t("Annet"),
    }
    return [{"code": code, "text": text} for code, text in named.items()]


def roles(t: Language, actor: Actor) -> list[dict[str, str]]:
    """The roles that this administrator may give."""
    closed = NO_STAFF | (frozenset[str]() if actor.role_code in FOR_OPERATOR else FOR_OPERATOR)
    return [{"code": role.code, "text": _role(t, role.code)} for role in ROLES.values() if role.code not in closed]


def wrong(t: Language, found: dict[str, str]) -> dict[str, str]:
    """Field → what is wrong with it, and what to do."""
    rules = {
        "missing": t("Må fylles ut."),
        "long": t("For langt: høyst 120 tegn."),
        "kind": t("Velg en fra listen."),
        "role": t("Velg en rolle fra listen."),
        "profession": t("Denne rollen krever en annen profesjon."),
        "email": t("Skriv en e-postadresse."),
        "date": t("Skriv datoen som dd.mm.åååå."),
        "past": t("Sluttdatoen har vært."),
        "foreign": t("Velg blant egne enheter."),
        "full": t("Det er for mange søknader til behandling. Prøv igjen senere."),
    }
    said = {field: rules.get(rule, rules["missing"]) for field, rule in found.items()}
    if found.get("number") == "number":
        said["number"] = t("Organisasjonsnummeret har ni siffer, og det siste er et kontrollsiffer.")
    if found.get("hpr") == "number":
        said["hpr"] = t("HPR-nummeret har sju til ni siffer.")
    return said


def errors(t: Language, said: dict[str, str]) -> list[dict[str, str]]:
    """What is wrong, each with the name of its field, as the summary above a form has it, in the fields' order."""
    labels = {
        "name": t("Navn"),
        "number": t("Organisasjonsnummer"),
        "kind": t("Hva slags virksomhet"),
        "units": t("Enheter"),
        "given": t("Fornavn"),
        "family": t("Etternavn"),
        "hpr": t("HPR-nummer, om det finnes"),
        "email": t("E-post"),
        "phone": t("Telefon"),
        "role": t("Rolle"),
        "profession": t("Profesjon"),
        "until": t("Sluttdato, om den er kjent"),
    }
    return [{"field": field, "text": f"{labels[field]}: {said[field]}"} for field in labels if field in said]


def application(t: Language, row: Application) -> dict[str, Any]:
    """One application."""
    asked = row.asked
    state = {State.ASKED: t("Venter"), State.APPROVED: t("Godkjent"), State.REFUSED: t("Avslått")}[row.state]
    head = asked.administrator
    return {
        "href": f"/admin/soknader/{row.id}",
        "open": row.waits,
        "name": asked.name,
        "number": asked.number,
        "kind": kinds(t).get(asked.kind, asked.kind),
        "units": asked.units,
        "email": asked.email,
        "phone": asked.phone,
        "head": f"{head.given} {head.family}",
        "hpr": head.hpr,
        "made": t.day(row.made),
        "state": state,
        "decided": "" if row.decided is None else t.day(row.decided),
        "reason": row.reason or "",
        "task": row.task or "",
    }


def units(t: Language, listed: list[Unit], held: list[Held], now: int) -> list[dict[str, Any]]:
    """Each unit and service with who staffs its inbox now."""
    now_here = [each for each in held if not each.over(now)]
    rows: list[dict[str, Any]] = []
    for unit in listed:
        there = [f"{each.name} ({_role(t, each.role)})" for each in now_here if unit.reference in each.units]
        rows.append({"name": unit.name, "sort": t("Tjeneste") if unit.service else t("Enhet"), "staff": there})
    return rows


def staff(t: Language, held: list[Held], listed: list[Unit], now: int) -> list[dict[str, Any]]:
    """Everybody with a role now, then those whose role has ended."""
    names = {unit.reference: unit.name for unit in listed}
    rows = [_person(t, each, names, now) for each in held]
    return sorted(rows, key=lambda row: row["over"])


def reviews(t: Language, held: list[Held], listed: list[Unit], now: int) -> list[dict[str, Any]]:
    """The roles that hold, those with something to look at first; `marks` says what."""
    names = {unit.reference: unit.name for unit in listed}
    rows: list[dict[str, Any]] = []
    for each in held:
        if each.over(now):
            continue
        marks: list[str] = []
        if each.due(now):
            marks.append(t("Ikke bekreftet på et år"))
        if each.until - now < SOON:
            marks.append(t("Slutter snart"))
        said = t("aldri") if each.reviewed is None else t.fhir(each.reviewed.isoformat())
        seen = t("ikke i det siste") if each.seen is None else t.brief(each.seen)
        rows.append(_person(t, each, names, now) | {"marks": marks, "reviewed": said, "seen": seen})
    return sorted(rows, key=lambda row: not row["marks"])


def _person(t: Language, each: Held, names: dict[str, str], now: int) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "role": _role(t, each.role),
        "units": [names.get(unit, unit) for unit in each.units],
        "since": "" if each.since == BEGINNING else t.day(each.since),
        "until": t("uten sluttdato") if each.until == FOREVER else t.day(each.until - 1),
        "over": each.over(now),
    }


def _role(t: Language, code: str) -> str:
    role = ROLES.get(code)
    return code if role is None else role.en if t.code == "en" else role.nb
