"""Why a record is open, in words: the basis that the decision named, as a sentence for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.access.bases import PART, Basis, ground_of

if TYPE_CHECKING:
    from felles.ui.i18n import Language


def short(t: Language, text: str) -> str:
    """The basis in a word or two, for lists: Fastlegeliste."""
    ground = ground_of(text)
    if ground.basis is None:
        words = {"own": t("Egen journal"), "relation": t("Grunnlag"), "part": t("Enkelte oppføringer")}
        return words.get(ground.code) or t("Drift")
    return {
        Basis.EMERGENCY: t("Nødrett"),
        Basis.CONSENTED: t("Pasientens samtykke"),
        Basis.STATED_NEED: t("Oppgitt behov"),
        Basis.PARENT: t("Foreldreansvar"),
        Basis.PROXY: t("Fullmakt"),
        Basis.GUARDIAN: t("Vergemål"),
        Basis.NEXT_OF_KIN: t("Nærmeste pårørende"),
        Basis.ESTATE: t("Pårørende til avdød"),
        Basis.RELEASED_PART: t("Utlevert del"),
        Basis.GP_LIST: t("Fastlegeliste"),
        Basis.MUNICIPAL_SERVICE: t("Kommunal tjeneste"),
        Basis.PREGNANCY: t("Svangerskapsomsorg"),
        Basis.EPISODE: t("Behandlingsforløp"),
        Basis.ADMISSION: t("Innleggelse"),
        Basis.CONTACT: t("Kontakt"),
        Basis.REFERRAL: t("Henvisning mottatt"),
        Basis.ORDER: t("Rekvisisjon mottatt"),
        Basis.APPOINTMENT: t("Timeavtale"),
        Basis.TASK: t("Oppgave"),
        Basis.MESSAGE: t("Melding"),
        Basis.ORDERED: t("Bestilt prøve"),
    }[ground.basis]


def sentence(t: Language, text: str) -> str:
    """The basis as an answer to "why can I see this?"."""
    ground = ground_of(text)
    if ground.basis is None:
        words = {
            "own": t("Dette er din egen journal."),
            "relation": t("Det er registrert et grunnlag som gjelder for deg."),
            "part": t("Enkelte oppføringer er åpnet for deg."),
        }
        return words.get(ground.code) or t("Du har drifts- og vedlikeholdstilgang.")
    said = {
        Basis.EMERGENCY: t("Du har åpnet journalen med nødrett. Det blir gjennomgått."),
        Basis.CONSENTED: t("Pasienten har samtykket til at du åpner."),
        Basis.STATED_NEED: t("Du har oppgitt et tjenstlig behov. Det blir gjennomgått."),
        Basis.PARENT: t("Du har foreldreansvar."),
        Basis.PROXY: t("Du har fullmakt."),
        Basis.GUARDIAN: t("Du er verge."),
        Basis.NEXT_OF_KIN: t("Du er nærmeste pårørende."),
        Basis.ESTATE: t("Du er pårørende til den avdøde."),
        Basis.RELEASED_PART: t("Denne delen er utlevert til deg."),
        Basis.GP_LIST: t("Pasienten står på fastlegelisten hos dere."),
        Basis.MUNICIPAL_SERVICE: t("Pasienten har en kommunal tjeneste hos dere."),
        Basis.PREGNANCY: t("Dere følger opp svangerskapet."),
        Basis.EPISODE: t("Dere følger opp pasienten over tid (behandlingsforløp)."),
        Basis.ADMISSION: t("Pasienten er eller var nylig innlagt hos dere."),
        Basis.CONTACT: t("Pasienten har hatt kontakt med dere."),
        Basis.REFERRAL: t("Dere har mottatt en henvisning for pasienten."),
        Basis.ORDER: t("Dere har mottatt en rekvisisjon for pasienten."),
        Basis.APPOINTMENT: t("Pasienten har time hos dere."),
        Basis.TASK: t("Dere har en oppgave for pasienten."),
        Basis.MESSAGE: t("Dere har fått en melding om pasienten. Den åpner bare det den peker på."),
        Basis.ORDERED: t("Dere svarer for en prøve som er bestilt. Den åpner bare bestillingen og svaret."),
    }[ground.basis]
    return f"{said} {t('Grunnlaget er registrert av dere selv.')}" if ground.self_made else said


def opens_single(text: str) -> bool:
    """Whether the basis opens single entries alone, and not the record."""
    ground = ground_of(text)
    return ground.code == "part" or (ground.basis is not None and ground.basis >= PART)


def of_order(text: str) -> bool:
    """Whether it is that the reader answers for an order."""
    return ground_of(text).basis is Basis.ORDERED


def source(text: str) -> tuple[str, str] | None:
    """The entry the basis follows from, as (type, id); None for one's own record and maintenance."""
    ground = ground_of(text)
    if ground.source is None:
        return None
    type_name, _, resource_id = ground.source.partition("/")
    return (type_name, resource_id) if resource_id else None


def about(t: Language, text: str) -> str:
    """The basis as it is told to the person it is about."""
    ground = ground_of(text)
    if ground.basis is None:
        return ""
    return {
        Basis.EMERGENCY: t("Åpnet med nødrett. Det blir gjennomgått."),
        Basis.CONSENTED: t("Åpnet med ditt samtykke."),
        Basis.STATED_NEED: t("De oppga et tjenstlig behov. Det blir gjennomgått."),
        Basis.PARENT: t("Har foreldreansvar for deg."),
        Basis.PROXY: t("Har fullmakt fra deg."),
        Basis.GUARDIAN: t("Er vergen din."),
        Basis.NEXT_OF_KIN: t("Er din nærmeste pårørende."),
        Basis.ESTATE: t("Er pårørende til den avdøde."),
        Basis.RELEASED_PART: t("En del er utlevert til dem."),
        Basis.GP_LIST: t("Du står på fastlegelisten deres."),
        Basis.MUNICIPAL_SERVICE: t("Du har en kommunal tjeneste der."),
        Basis.PREGNANCY: t("De følger opp svangerskapet ditt."),
        Basis.EPISODE: t("De følger deg opp over tid."),
        Basis.ADMISSION: t("Du er eller var nylig innlagt der."),
        Basis.CONTACT: t("Du har hatt kontakt med dem."),
        Basis.REFERRAL: t("De har mottatt en henvisning for deg."),
        Basis.ORDER: t("De har mottatt en bestilling for deg, for eksempel en prøve."),
        Basis.APPOINTMENT: t("Du har time der."),
        Basis.TASK: t("De har en oppgave for deg."),
        Basis.MESSAGE: t("De har fått en melding om deg, og ser det den peker på."),
        Basis.ORDERED: t("De svarer for en prøve som er bestilt for deg, og ser bestillingen og svaret."),
    }[ground.basis]
