"""The personas: who can sign in without proof in demo mode, and one thing for each of them to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from felles.access.accounts import Account
from felles.access.roles import ROLES
from felles.demo.people import MOTHER, OLD_MAN, PREGNANT
from felles.demo.places import ORGANISATIONS, STAFF
from felles.demo.world import Person


@dataclass(frozen=True, slots=True)
class Card:
    """`id` names the persona (`felles token --as`), `key` whom it is; what to try, in bokmål and English."""

    id: str
    key: str
    nb: str
    en: str


STAFF_CARDS = (
    Card("fastlege", "ingrid", "Åpne Olav Sæterbø: én journal fra fastlegen, hjemmetjenesten og sykehuset.",
         "Open Olav Sæterbø: one record from GP, home care and hospital."),
    Card("sekretar", "marte", "Finn Ida Nordmarken og se timene hennes. Notatene ser du ikke.",
         "Find Ida Nordmarken and see her appointments. You do not see the notes."),
    Card("jordmor", "synne", "Se Ida Nordmarkens svangerskap: blodtrykket er på vei opp.",
         "See Ida Nordmarken's pregnancy: her blood pressure is rising."),
    Card("helsesykepleier", "hanne", "Se Elias Hailes vekst og vaksiner.", "See Elias Haile's growth and vaccines."),
    Card("sykehuslege", "jonas", "Olav Sæterbø er innlagt: se blodprøvene og medisinene fra fastlegen.",
         "Olav Sæterbø is admitted: see his blood tests and the GP's medicines."),
    Card("sykepleier", "amir", "Følg vekt og blodtrykk hos Olav Sæterbø på sengeposten.",
         "Follow weight and blood pressure of Olav Sæterbø in the ward."),
    Card("hjemmesykepleier", "lise", "Olav Sæterbø skal snart hjem: se hva sykehuset har gjort.",
         "Olav Sæterbø goes home soon: see what the hospital has done."),
    Card("farmasoyt", "thea", "Gå gjennom Olav Sæterbøs medisiner med nyreprøvene ved siden av.",
         "Review Olav Sæterbø's medicines beside his kidney tests."),
    Card("administrator", "nils", "Se at den som styrer tilgang, ikke selv kan åpne noen journal.",
         "See that whoever administers access opens no record herself."),
)  # fmt: skip

CITIZEN_CARDS = (
    Card("gravid", PREGNANT, "Se kontrollene dine, og hvem som har sett journalen.",
         "See your check-ups, and who has seen your record."),
    Card("eldre", OLD_MAN, "Se medisinene og hvem som har vært inne i journalen din.",
         "See your medicines and who has been in your record."),
    Card("forelder", MOTHER, "Se timene dine og prøvesvarene dine.", "See your appointments and results."),
)  # fmt: skip

SYSTEM_GROUP = frozenset({"administrator"})


def accounts(people: list[Person]) -> list[Account]:
    """The accounts of all personas whose people are there."""
    by_key = {person.key: person for person in people}
    found = [_of_staff(card, place) for place, card in enumerate(STAFF_CARDS)]
    for place, card in enumerate(CITIZEN_CARDS, start=len(STAFF_CARDS)):
        person = by_key.get(card.key)
        if person is not None:
            title, where = {"nb": "Innbygger", "en": "Citizen"}, {"nb": "", "en": ""}
            shown = _card(place, "citizen", title, where, card)
            found.append(Account(card.id, person.reference, " ".join(person.name), None, shown))
    return found


def _of_staff(card: Card, place: int) -> Account:
    staff = STAFF[card.key]
    role = ROLES[staff.role]
    unit = ORGANISATIONS[staff.units[0] if len(staff.units) == 1 else staff.organisation].name
    group = "system" if role.code in SYSTEM_GROUP else "staff"
    shown = _card(place, group, {"nb": role.nb, "en": role.en}, {"nb": unit, "en": unit}, card)
    return Account(card.id, staff.practitioner, staff.full_name, staff.reference, shown)


def _card(place: int, group: str, title: dict[str, str], where: dict[str, str], card: Card) -> dict[str, Any]:
    return {"place": place, "group": group, "title": title, "where": where, "try": {"nb": card.nb, "en": card.en}}
