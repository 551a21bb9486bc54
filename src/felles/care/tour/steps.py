"""The steps of the tour: who one is, what one does, and what shows that the record keeps its word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.ui.i18n import Language

WOMAN, MIDWIFE, OBSTETRICIAN = "gravid", "jordmor", "fodselslege"
SPECIALIST, STRANGER, OPERATOR = "avtalespesialist", "sykehuslege", "administrator"
CAST = frozenset({WOMAN, MIDWIFE, OBSTETRICIAN, SPECIALIST, STRANGER, OPERATOR})
"""The personas without whom there is no tour."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the persona, the page of hers it begins on, its heading, what to do there and what is seen then."""

    persona: str
    path: str
    title: str
    does: tuple[str, ...]
    sees: str


def steps(t: Language, names: Mapping[str, str]) -> list[Step]:
    """The six steps in one language. `names`: persona → her name, of each in `CAST`."""
    woman, midwife, obstetrician = names[WOMAN], names[MIDWIFE], names[OBSTETRICIAN]
    return [
        Step(
            MIDWIFE,
            "/",
            t("Blodtrykket er høyt"),
            (
                t("Åpne {woman} fra listen over gravide.").format(woman=woman),
                t("Velg Måling: 148/96 og protein 1+, to ganger."),
                t("Velg «Ring vakthavende»: nummeret står der med en gang. Send og ring."),
            ),
            t("Du ser ved navn hvem som har tatt imot, eller at ingen har gjort det ennå."),
        ),
        Step(
            OBSTETRICIAN,
            "/",
            t("Sykehuset tar imot"),
            (
                t("Tilkallingen står øverst. Ta den."),
                t("Les blodtrykket gjennom svangerskapet, og svar med en plan."),
            ),
            t("{midwife} ser navnet ditt og planen. {woman} leser planen hjemme.").format(midwife=midwife, woman=woman),
        ),
        Step(
            WOMAN,
            "/meg/innsyn",
            t("Hvem har åpnet, og hvorfor"),
            (
                t("Finn {midwife} og {obstetrician} i listen, hver med sin grunn.").format(
                    midwife=midwife, obstetrician=obstetrician
                ),
                t("Gå til «Hvem kan åpne journalen din nå», og velg «Sperr for {place}».").format(place=names["place"]),
            ),
            t("Før du bekrefter, står det hva sperren stanser. Du kan oppheve den igjen."),
        ),
        Step(
            STRANGER,
            "/finn",
            t("Et avslag, med grunn"),
            (t("Søk opp {woman} med navn og kommune (Trondheim).").format(woman=woman),),
            t("Journalen er ikke åpen for deg: grunnen står der, og hva du kan gjøre. Søket står i loggen hennes."),
        ),
        Step(
            OPERATOR,
            "/tavle",
            t("Det ingen har tatt"),
            (t("Finn det som ikke er levert, lest eller tildelt. Åpne det."),),
            t("Det har en eier, en frist og et neste steg, også når ingen gjør noe."),
        ),
        Step(
            OPERATOR,
            "/drift/logg",
            t("Loggen er hel"),
            (t("Be om bevis for at ingen linje er fjernet eller endret."),),
            t("Hver åpning i de fem stegene før står der, forseglet i rekkefølge."),
        ),
    ]
