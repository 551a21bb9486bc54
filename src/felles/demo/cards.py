# ruff: noqa: E501 - tables read by their columns
"""The personas: who can sign in without proof in demo mode, and one thing for each of them to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from felles.access.accounts import Account
from felles.access.roles import ROLES
from felles.demo.people import DAUGHTER, MOTHER, OLD_MAN, PREGNANT
from felles.demo.places import ORGANISATIONS, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.demo.world import Person


@dataclass(frozen=True, slots=True)
class Card:
    """`id` names the persona (`felles token --as`), `key` whom it is; what to try, in three languages."""

    id: str
    key: str
    nb: str
    nn: str
    en: str


STAFF_CARDS = (
    Card("fastlege", "ingrid",
         "Se hva som har kommet tilbake siden sist: Olav Sæterbø er operert, Ida Nordmarken har vært på legevakta.",
         "Sjå kva som har kome tilbake sidan sist: Olav Sæterbø er operert, Ida Nordmarken har vore på legevakta.",
         "See what came back since last: Olav Sæterbø had an operation, Ida Nordmarken was at the out-of-hours clinic."),
    Card("sekretar", "marte",
         "Finn Ida Nordmarken og se timene hennes. Notatene ser du ikke.",
         "Finn Ida Nordmarken og sjå timane hennar. Notata ser du ikkje.",
         "Find Ida Nordmarken and see her appointments. You do not see the notes."),
    Card("jordmor", "synne",
         "Følg blodtrykket til Ida Nordmarken gjennom svangerskapet: det er på vei opp.",
         "Følg blodtrykket til Ida Nordmarken gjennom svangerskapet: det er på veg opp.",
         "Follow Ida Nordmarken's blood pressure through her pregnancy: it is rising."),
    Card("fodselslege", "kristin",
         "Les hva jordmora spør om, og hva som er målt hos Ida Nordmarken til nå.",
         "Les kva jordmora spør om, og kva som er målt hos Ida Nordmarken til no.",
         "Read what the midwife asks about Ida Nordmarken, and what has been measured so far."),
    Card("avtalespesialist", "vibeke",
         "Les spørsmålet i henvisningen av Ida Nordmarken, og se hva som er gjort før.",
         "Les spørsmålet i tilvisinga av Ida Nordmarken, og sjå kva som er gjort før.",
         "Read the question in Ida Nordmarken's referral, and see what has been done already."),
    Card("helsesykepleier", "hanne",
         "Finn vaksinen som Live Brevik, 15 måneder, skal ha nå.",
         "Finn vaksinen som Live Brevik, 15 månader, skal ha no.",
         "Find the vaccine that Live Brevik, 15 months, is due for."),
    Card("legevaktlege", "aksel",
         "Se på ett blikk hva som kan skade Ida Nordmarken: uke, blodtrykk, allergi.",
         "Sjå med eitt blikk kva som kan skade Ida Nordmarken: veke, blodtrykk, allergi.",
         "See at a glance what could harm Ida Nordmarken: week, blood pressure, allergy."),
    Card("sykehuslege", "jonas",
         "Se hvilke medisiner Olav Sæterbø brukte før han ble innlagt, og hva som er satt på pause.",
         "Sjå kva medisinar Olav Sæterbø brukte før han vart innlagd, og kva som er sett på pause.",
         "See which medicines Olav Sæterbø took before admission, and which are on hold."),
    Card("sykepleier", "amir",
         "Finn ut hva som gjenstår før Olav Sæterbø kan reise hjem.",
         "Finn ut kva som står att før Olav Sæterbø kan reise heim.",
         "Find what is left before Olav Sæterbø can go home."),
    Card("farmasoyt", "thea",
         "Gå gjennom medisinene til Olav Sæterbø med nyreprøvene ved siden av.",
         "Gå gjennom medisinane til Olav Sæterbø med nyreprøvene ved sida av.",
         "Review Olav Sæterbø's medicines beside his kidney tests."),
    Card("hjemmesykepleier", "lise",
         "Se hva som er endret hos Olav Sæterbø siden du var hos ham sist.",
         "Sjå kva som er endra hos Olav Sæterbø sidan du var hos han sist.",
         "See what has changed for Olav Sæterbø since your last visit."),
    Card("administrator", "nils",
         "Se hvilke deler som er tause, og at du selv ikke kan åpne noen journal.",
         "Sjå kva delar som er tause, og at du sjølv ikkje kan opne nokon journal.",
         "See which parts are silent, and that you open no record yourself."),
    Card("personvern", "solveig",
         "Se over hvem som har åpnet med nødrett eller oppgitt behov, og svar på et krav om retting.",
         "Sjå over kven som har opna med naudrett eller oppgitt behov, og svar på eit krav om retting.",
         "Look over who opened a record in an emergency or by a stated need, and answer a demand for correction."),
)  # fmt: skip

CITIZEN_CARDS = (
    Card("gravid", PREGNANT,
         "Finn neste kontroll, og hvem du skal ringe hvis hodepinen kommer tilbake.",
         "Finn neste kontroll, og kven du skal ringje om hovudverken kjem tilbake.",
         "Find your next check-up, and whom to ring if the headache comes back."),
    Card("eldre", OLD_MAN,
         "Se hva som er avtalt om hjemreisen, og hvem som har vært inne i journalen din.",
         "Sjå kva som er avtalt om heimreisa, og kven som har vore inne i journalen din.",
         "See what is agreed about going home, and who has been in your record."),
    Card("parorende", DAUGHTER,
         "Velg «Handle for en annen» i menyen og se hva som er avtalt for far, Olav Sæterbø.",
         "Vel «Handle for ein annan» i menyen og sjå kva som er avtalt for far, Olav Sæterbø.",
         'Choose "Act for another" in the menu and see what is agreed for your father, Olav Sæterbø.'),
    Card("forelder", MOTHER,
         "Velg «Handle for en annen» i menyen: se vaksinene til Elias og neste kontroll.",
         "Vel «Handle for ein annan» i menyen: sjå vaksinane til Elias og neste kontroll.",
         "Choose \"Act for another\" in the menu: see Elias's vaccines and next check-up."),
)  # fmt: skip

SYSTEM_GROUP = frozenset({"administrator"})


def accounts(people: Iterable[Person]) -> list[Account]:
    """The accounts of all personas whose people are there."""
    by_key = {person.key: person for person in people}
    found = [_of_staff(card, place) for place, card in enumerate(STAFF_CARDS)]
    for place, card in enumerate(CITIZEN_CARDS, start=len(STAFF_CARDS)):
        person = by_key.get(card.key)
        if person is not None:
            title, where = {"nb": "Innbygger", "nn": "Innbyggjar", "en": "Citizen"}, {"nb": "", "nn": "", "en": ""}
            shown = _card(place, "citizen", title, where, card)
            found.append(Account(card.id, person.reference, " ".join(person.name), None, shown))
    return found


def _of_staff(card: Card, place: int) -> Account:
    staff = STAFF[card.key]
    role = ROLES[staff.role]
    unit = ORGANISATIONS[staff.units[0] if staff.units else staff.organisation].name
    group = "system" if role.code in SYSTEM_GROUP else "staff"
    shown = _card(place, group, {"nb": role.nb, "en": role.en}, {"nb": unit, "en": unit}, card)
    return Account(card.id, staff.practitioner, staff.full_name, staff.reference, shown)


def _card(place: int, group: str, title: dict[str, str], where: dict[str, str], card: Card) -> dict[str, Any]:
    told = {"nb": card.nb, "nn": card.nn, "en": card.en}
    return {"place": place, "group": group, "title": title, "where": where, "try": told}
