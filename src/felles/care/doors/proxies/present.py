"""Proxies, and the record of one for whom somebody acts, in words. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.access.bases import Basis, ground_of
from felles.access.representation import VERBS
from felles.care import grounds, words
from felles.care.doors.proxies import rules
from felles.care.entries import present as entries
from felles.record.clock import FOREVER

if TYPE_CHECKING:
    from felles.care.doors.proxies.views import Consent, Given, Related
    from felles.care.overview.present import View
    from felles.care.shapes import Patient
    from felles.record.read_person import Seen
    from felles.record.read_represented import Represented
    from felles.ui.i18n import Language

_any: Final = Decoder(Any, float_hook=Decimal).decode


def verbs(t: Language) -> dict[str, str]:
    """What each verb lets somebody do, as the giver reads it."""
    return {
        "read": t("Lese journalen"),
        "book": t("Se, bestille og endre timer"),
        "write": t("Lese og skrive meldinger og skjema"),
        "renew": t("Se medisiner og be om fornyelse"),
        "speak": t("Si fra for meg: hva som er viktig, merknader og feil"),
    }


def ways(t: Language) -> list[dict[str, str]]:
    """What can be done for another, as it is chosen."""
    return [
        {"code": "time", "text": t("Be om en time hos fastlegen")},
        {"code": "sporsmal", "text": t("Spørre fastlegen om noe")},
        {"code": "fornye", "text": t("Be om at en medisin fornyes")},
        {"code": "viktig", "text": t("Si hva som er viktig for personen")},
    ]


def given(t: Language, found: Given) -> dict[str, Any]:
    """The page of one who may give proxies: those that hold, those that are over, and others who may act."""
    proxies = [each for each in found.consents if each.mandate == rules.PROXY]
    others = [each for each in found.consents if each.mandate != rules.PROXY and each.status == "active"]
    return {
        "proxies": [_proxy(t, each) for each in proxies if each.status == "active"],
        "ended": [_proxy(t, each) for each in proxies if each.status != "active"],
        "others": [_other(t, each) for each in others] + [_parent(t, each.name) for each in found.parents],
    }


def _proxy(t: Language, each: Consent) -> dict[str, Any]:
    said = verbs(t)
    provision = each.provision
    codes = [concept.code for concept in provision.action] if provision else []
    period = provision.period if provision else None
    return {
        "id": each.id,
        "name": _name(t, each),
        "what": [said[code] for code in VERBS if code in codes],
        "since": t.fhir((period.start if period else None) or each.date_time),
        "until": t.fhir(period.end if period else None) or t("uten slutt"),
    }


def _name(t: Language, each: Consent) -> str:
    actors = each.provision.actor if each.provision else []
    return next((a.reference.display for a in actors if a.reference and a.reference.display), t("navn ikke registrert"))


def _other(t: Language, each: Consent) -> dict[str, str]:
    said = {
        "guardian": t("Verge"),
        "kin": t("Nærmeste pårørende"),
        "part": t("Har fått se en del"),
        "estate": t("Pårørende til avdød"),
    }
    return {"name": _name(t, each), "what": said.get(each.mandate, "")}


def _parent(t: Language, names: Any) -> dict[str, str]:
    return {"name": names[0].full if names else t("navn ikke registrert"), "what": t("Foreldreansvar")}


def name_of(t: Language, related: Related) -> str:
    """The name of somebody close to the person."""
    return related.name[0].full if related.name else t("navn ikke registrert")


DECIDED: Final = frozenset({"kin", "part", "estate"})
"""Mandates that staff decide, and can end."""


def acting(t: Language, mandates: list[Consent], parents: list[Related], guardians: str) -> list[dict[str, str]]:
    """Who acts for the patient, as staff read it; `guardians` is the page below which each guardian's mandate is."""
    none = {"when": "", "why": "", "end": "", "href": ""}
    rows = [{"name": name_of(t, each), "what": t("Foreldreansvar")} | none for each in parents]
    for each in mandates:
        what = t("Fullmakt") if each.mandate == rules.PROXY else _other(t, each)["what"]
        end = each.provision.period.end if each.provision and each.provision.period else None
        when = t("til {day}").format(day=t.fhir(end)) if end else t("uten slutt")
        decided, guards = each.mandate in DECIDED, each.mandate == "guardian"
        row = {"name": _name(t, each), "what": what, "when": when, "why": each.reason if decided or guards else ""}
        rows.append(row | {"end": each.id if decided else "", "href": f"{guardians}/{each.id}" if guards else ""})
    return rows


def ended(t: Language, mandates: list[Consent], guardians: str) -> list[dict[str, str]]:
    """Guardians whose mandates were ended, and why."""
    return [{"name": _name(t, each), "why": each.end, "href": f"{guardians}/{each.id}"} for each in mandates]


def bars(t: Language, found: list[Consent], parents: list[Related]) -> list[dict[str, str]]:
    """Who is barred, and why."""
    names = {each.patient: name_of(t, each) for each in parents}
    rows: list[dict[str, str]] = []
    for each in found:
        who = [names.get(actor.reference or "") or t("navn ikke registrert") for actor in each.actors]
        text = t("{name} er stengt ute.").format(name=", ".join(who)) if who else t("Alle foreldre er stengt ute.")
        rows.append({"id": each.id, "text": text, "why": each.reason})
    return rows


def people(t: Language, found: list[tuple[Represented, Patient]], now: int) -> list[dict[str, str]]:
    """Those for whom somebody may act."""
    return [
        {
            "href": f"/for/{each.id}",
            "name": words.name(t, patient.shown_name),
            "age": words.age(t, patient, now),
            "basis": grounds.short(t, each.basis),
            "until": "" if each.until == FOREVER else t.day(each.until),
        }
        for each, patient in found
    ]


def banner(view: View, patient: Patient, basis: str) -> dict[str, str]:
    """Whom somebody acts for: on every page of it."""
    t = view.t
    name, years = words.name(t, patient.shown_name), words.age(t, patient, view.now)
    return {
        "text": t("Du handler for {name} ({age})").format(name=name, age=years),
        "why": grounds.sentence(t, basis),
        "home": view.base,
        "title": f"{words.initials(patient.shown_name)} {years}",
    }


def limits(t: Language, basis: str, *, listed: bool) -> str:
    """What somebody does not see, said once and plainly."""
    if listed:
        return t(
            "Fra 12 år er journalen barnets egen. Du ser timer hos fastlegen og i kommunen. "
            "Trenger du å vite mer, kan du be om det."
        )
    if ground_of(basis).basis is Basis.PARENT:
        return t("Du ser det samme som barnet selv kan se, til barnet fyller 12 år.")
    if ground_of(basis).basis is Basis.PROXY:
        return t("Du ser det fullmakten gjelder, og aldri mer enn personen selv ser.")
    return t("Du ser det som er bestemt at du kan se.")


def released(view: View, rows: list[Seen]) -> list[dict[str, Any]]:
    """The single entries that were released to the reader, newest first."""
    return entries.listed(view, rows)
