"""Ways in, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.bases import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.read_openings import SelfMade
    from felles.ui.i18n import Language


def ways(t: Language) -> dict[str, tuple[str, str]]:
    """Word in the address → (name, what it is for)."""
    return {
        "samtykke": (t("Pasienten samtykker"), t("Pasienten har sagt til deg at du kan åpne.")),
        "nodrett": (t("Nødrett"), t("Det er fare for liv eller alvorlig skade, og pasienten kan ikke spørres.")),
        "behov": (
            t("Oppgi tjenstlig behov"),
            t("Du skal hjelpe pasienten, men det er ikke registrert noe grunnlag hos dere ennå."),
        ),
    }


def reasons(t: Language) -> list[dict[str, str]]:
    """The coded reasons, in the order of the form."""
    return [
        {"code": "danger", "text": t("Fare for liv eller alvorlig skade")},
        {"code": "cannot-consent", "text": t("Pasienten kan ikke samtykke nå")},
        {"code": "medicines", "text": t("Nødvendig for trygg legemiddelbehandling")},
        {"code": "other", "text": t("Annen grunn")},
    ]


def parts(t: Language) -> list[dict[str, str]]:
    """The parts that can be opened, the least first."""
    return [
        {"code": "medisiner", "text": t("Åpne legemidler og allergier")},
        {"code": "svar", "text": t("Åpne prøvesvar og målinger")},
        {"code": "diagnoser", "text": t("Åpne diagnoser og tiltak")},
        {"code": "notater", "text": t("Åpne notater og kontakter")},
        {"code": "alt", "text": t("Åpne alt")},
    ]


def wrong(t: Language, code: str) -> str:
    """What is wrong with a field."""
    return {
        "way": t("Velg hvordan du åpner."),
        "reason": t("Velg en grunn."),
        "words": t("Skriv grunnen med egne ord, minst ti tegn."),
        "part": t("Velg hvilken del du trenger."),
    }[code]


def banner(t: Language, found: list[tuple[int, int, int]]) -> str:
    """What is open now by a way in, and until when; "" when nothing is."""
    if not found:
        return ""
    basis, _, until = min(found)
    said = {
        Basis.EMERGENCY: t("Åpnet med nødrett til {time}. Pasienten får beskjed, og åpningen blir gjennomgått."),
        Basis.CONSENTED: t("Åpnet med pasientens samtykke til {time}. Åpningen blir gjennomgått."),
        Basis.STATED_NEED: t("Åpnet etter oppgitt behov til {time}. Åpningen blir gjennomgått."),
    }.get(Basis(basis), "")
    return said.format(time=t.clock(until)) if said else ""


def self_made(t: Language, made: list[SelfMade], names: Mapping[str | int, str]) -> list[dict[str, Any]]:
    """Ways in that their readers made themselves, for the person."""
    by = {
        "Appointment": t("Satte selv opp en time"),
        "ServiceRequest": t("Skrev selv en henvisning eller rekvisisjon"),
        "Task": t("Laget selv en oppgave"),
    }
    return [
        {
            "case": each.id,
            "way": by.get(each.type, each.type),
            "who": names.get(each.author) or t("navn ikke registrert"),
            "at": names.get(each.org) or t("virksomhet ikke registrert"),
            "when": t.moment(each.made),
            "waits": each.waits,
        }
        for each in made
    ]
