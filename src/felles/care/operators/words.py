"""What each part is, what its silence means and what to do about it, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.pulse import CLEANING, CLOCK, COPYING, LIVE, SEALING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.ui.i18n import Language

ADDRESSES: Final[Mapping[str, str]] = {
    "database": "database",
    "schema": "skjema",
    "transactions": "transaksjoner",
    "room": "disk",
    "workers": "arbeidere",
    SEALING: "forsegling",
    COPYING: "kopi",
    CLEANING: "opprydding",
    "proof": "bevis",
    CLOCK: "klokke",
    LIVE: "direkte",
    "outbox": "utboks",
}
"""Part → the end of its page's address."""


@dataclass(frozen=True, slots=True)
class Words:
    """A part: its name, what it does, what its silence means, and what to do, step by step."""

    name: str
    does: str
    silence: str
    steps: tuple[str, ...]


def words(t: Language, part: str) -> Words:
    """The words for a part, by its name in `record.parts`."""
    return (_base(t) | _jobs(t))[part]


def _base(t: Language) -> dict[str, Words]:
    return {
        "database": Words(
            t("Databasen"),
            t("PostgreSQL. Alt som er skrevet, ligger her."),
            t("Ingen kan lese eller skrive."),
            (t("Start den: felles serve, eller tjeneren som FELLES_DATABASE_URL nevner."),),
        ),
        "schema": Words(
            t("Databasens skjema"),
            t("Tabellene slik denne versjonen av Felles venter dem."),
            t("Felles nekter å starte på nytt mot et skjema den ikke kjenner."),
            (
                t("Er noe endret for hånd, sett det tilbake."),
                t("Start felles serve med eierens adresse: den oppgraderer skjemaet."),
            ),
        ),
        "transactions": Words(
            t("Transaksjoner"),
            t("Det som skrives, er ferdig på under ti sekunder."),
            t("Noe holder en transaksjon åpen. Opprydding og forsegling av det som skrives, må vente på den."),
            (t("Se i pg_stat_activity hva som holder den åpen, og avslutt det."),),
        ),
        "room": Words(
            t("Plass på disken"),
            t("Disken der FELLES_HOME ligger; den innebygde databasen ligger der også."),
            t("PostgreSQL slutter å skrive når disken er full. Da kan heller ingen lese: en lesing må føres i loggen."),
            (t("Rydd plass, eller gi disken mer."),),
        ),
        "workers": Words(
            t("Arbeidere"),
            t("Prosessene som svarer på forespørsler. Hver melder seg hvert tiende sekund."),
            t("De som er igjen, svarer på alt, og saktere. En prosess som dør, skal startes på nytt av seg selv."),
            (
                t("Se i driftsloggen hvorfor prosessen sluttet."),
                t("Kommer den ikke igjen, start felles serve på nytt."),
            ),
        ),
        "outbox": Words(
            t("Utsending"),
            t("Det som skal sendes til andre systemer, venter her."),
            t("Felles har ingen avsender ennå: det som venter, blir stående."),
            (t("Gi beskjed på annen måte til dem som venter på noe herfra."),),
        ),
    }


def _jobs(t: Language) -> dict[str, Words]:
    look = t("Se i driftsloggen til arbeiderne etter hvorfor den sluttet.")
    restart = t("Start felles serve på nytt: jobben går i én av arbeiderne om gangen.")
    return {
        SEALING: Words(
            t("Forsegling av loggen"),
            t("Forsegler hvert sekund det som er ført i innsynsloggen, så ingen kan endre det i det stille."),
            t(
                "Linjene i loggen skrives fortsatt, men er ikke forseglet. Systemer som henter nytt etter "
                "tidspunkt, får ikke det nyeste."
            ),
            (look, restart),
        ),
        COPYING: Words(
            t("Kopi av seglene utenfor"),
            t("Skriver hvert segl til stedet FELLES_SEAL_COPY nevner."),
            t("Seglene som mangler i kopien, prøves igjen så lenge prosessen lever. Imens kan de ikke sammenlignes."),
            (t("Se om stedet finnes, kan skrives til og har plass."),),
        ),
        CLEANING: Words(
            t("Opprydding"),
            t(
                "Avslutter hvert minutt det som har gått ut: åpninger med nødrett, det som var holdt tilbake til "
                "en dag, og indeksen til gamle versjoner."
            ),
            t("Ingen tilgang varer lenger enn den skal: det avgjøres ved hver åpning. Men databasen vokser."),
            (look, restart),
        ),
        "proof": Words(
            t("Loggens bevis"),
            t("At hele innsynsloggen er regnet gjennom og funnet hel. Det skal gjøres minst hver måned."),
            t("Er loggen endret, har ingen oppdaget det ennå."),
            (
                t("Bevis hele loggen fra siden om loggens bevis."),
                t("Kjør felles log verify --copy der kopien av seglene ligger: bare den finner segl som er kuttet av."),
            ),
        ),
        CLOCK: Words(
            t("Klokken i demoen"),
            t("Hver arbeider ser hvert sekund etter hvor den kliniske klokken står."),
            t("Aldre, uker og timer kan stå på et annet tidspunkt i en arbeider enn i en annen."),
            (look, t("Start felles serve på nytt.")),
        ),
        LIVE: Words(
            t("Nytt i åpne journaler"),
            t("Sier fra til den som har en journal åpen, at noe i den er nytt."),
            t("Siste forsøk feilet. Den som leser, må laste siden på nytt selv for å se det nyeste."),
            (look,),
        ),
    }
