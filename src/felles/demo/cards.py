# ruff: noqa: E501 - tables read by their columns
"""The personas: who can sign in without proof in demo mode, and one thing for each of them to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from felles.access.accounts import Account
from felles.access.roles import ROLES
from felles.demo.people import (
    ASKED_FOR,
    BLEEDING,
    CARED,
    CHILD,
    DAUGHTER,
    MOTHER,
    OLD_MAN,
    PARTNER,
    PREGNANT,
    READY,
    REVIEWED,
    RISING,
    SEEN_NEXT,
    TODDLER,
    UNTAKEN,
)
from felles.demo.places import ORGANISATIONS, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.demo.world import Person


@dataclass(frozen=True, slots=True)
class Card:
    """`id` names the persona (`felles token --as`), `key` whom it is; what to try, in three languages.

    `people`: whom her first task begins on (keys). No other first task begins on what that is in their records, so
    that one can be done whatever was done before; Olav alone is in two, one with his stay, one with his words.
    """

    id: str
    key: str
    nb: str
    nn: str
    en: str
    people: tuple[str, ...] = ()


STAFF_CARDS = (
    Card("fastlege", "ingrid",
         "Åpne Randi Solem: se hva som har kommet tilbake, endre dosen, og henvis henne til gynekologen.",
         "Opne Randi Solem: sjå kva som har kome tilbake, endre dosen, og tilvis henne til gynekologen.",
         "Open Randi Solem: see what came back, change the dose, and refer her to the gynaecologist.", (BLEEDING,)),
    Card("sekretar", "marte",
         "Sett opp en time til Elias Haile, merk at noen er kommet, og tilby en avlyst time til Sara Haile.",
         "Set opp ein time til Elias Haile, merk at nokon er komen, og tilby ein avlyst time til Sara Haile.",
         "Book a time for Elias Haile, mark somebody as arrived, and offer a cancelled time to Sara Haile.", (CHILD, MOTHER)),
    Card("jordmor", "synne",
         "Mål blodtrykket til Maren Skjelstad to ganger: 148/96, protein 1+. Ring vakthavende, og se hvem som har det.",
         "Mål blodtrykket til Maren Skjelstad to gonger: 148/96, protein 1+. Ring vakthavande, og sjå kven som har det.",
         "Measure Maren Skjelstad's blood pressure twice: 148/96, protein 1+. Ring who is on duty, and see who has it.", (RISING,)),
    Card("fodselslege", "kristin",
         "Ta henvisningen av Silje Hestdal, og svar jordmora med en plan som begge ser.",
         "Ta tilvisinga av Silje Hestdal, og svar jordmora med ein plan som begge ser.",
         "Take the referral of Silje Hestdal, and answer the midwife with a plan that both see.", (ASKED_FOR,)),
    Card("avtalespesialist", "vibeke",
         "Gi Tove Rian en time, og svar fastlegen som henviste henne.",
         "Gi Tove Rian ein time, og svar fastlegen som tilviste henne.",
         "Give Tove Rian a time, and answer the GP who referred her.", (SEEN_NEXT,)),
    Card("helsesykepleier", "hanne",
         "Finn vaksinen som Live Brevik, 15 måneder, skal ha nå, og gi den.",
         "Finn vaksinen som Live Brevik, 15 månader, skal ha no, og gi han.",
         "Find the vaccine that Live Brevik, 15 months, is due for, and give it.", (TODDLER,)),
    Card("legevaktlege", "aksel",
         "Finn Jon Brevik, som du ikke har møtt før: oppgi behovet, åpne det sperrede med nødrett, og skriv til fastlegen.",
         "Finn Jon Brevik, som du ikkje har møtt før: oppgi behovet, opne det sperra med naudrett, og skriv til fastlegen.",
         "Find Jon Brevik, whom you have not met: state the need, open in emergency what is blocked, and write to the GP.", (PARTNER,)),
    Card("sykehuslege", "jonas",
         "Skriv ut Olav Sæterbø: hva som er endret i medisinene og hvorfor, og hvem som gjør hva når.",
         "Skriv ut Olav Sæterbø: kva som er endra i medisinane og kvifor, og kven som gjer kva når.",
         "Discharge Olav Sæterbø: what changed in his medicines and why, and who does what by when.", (OLD_MAN,)),
    Card("sykepleier", "amir",
         "Meld Torleif Grande utskrivningsklar, og se hva kommunen svarer.",
         "Meld Torleif Grande utskrivingsklar, og sjå kva kommunen svarer.",
         "Report Torleif Grande ready to go home, and see what the municipality answers.", (READY,)),
    Card("farmasoyt", "thea",
         "Sammenlign listen til Gudrun Hegge med det hun forteller og har hentet, og foreslå en endring.",
         "Samanlikn lista til Gudrun Hegge med det ho fortel og har henta, og foreslå ei endring.",
         "Compare Gudrun Hegge's list with what she says and has collected, and propose one change.", (REVIEWED,)),
    Card("hjemmesykepleier", "lise",
         "Se hva som er endret hos Asbjørn Vikan siden forrige besøk, vei ham, og meld et avvik.",
         "Sjå kva som er endra hos Asbjørn Vikan sidan førre besøk, veg han, og meld eit avvik.",
         "See what has changed for Asbjørn Vikan since the last visit, weigh him, and report a deviation.", (CARED,)),
    Card("administrator", "nils",
         "Finn det som er sendt og ingen tok, og hvem som har det nå. Du kan ikke åpne noen journal.",
         "Finn det som er sendt og ingen tok, og kven som har det no. Du kan ikkje opne nokon journal.",
         "Find what was sent and nobody took, and who has it now. You open no record.", (UNTAKEN,)),
    Card("personvern", "solveig",
         "Se over hvem som har åpnet med nødrett eller oppgitt behov, og svar på et krav om retting.",
         "Sjå over kven som har opna med naudrett eller oppgitt behov, og svar på eit krav om retting.",
         "Look over who opened a record in an emergency or by a stated need, and answer a demand for correction."),
)  # fmt: skip

CITIZEN_CARDS = (
    Card("gravid", PREGNANT,
         "Skriv inn blodtrykket ditt, og still jordmora et spørsmål.",
         "Skriv inn blodtrykket ditt, og still jordmora eit spørsmål.",
         "Enter your blood pressure, and ask the midwife a question.", (PREGNANT,)),
    Card("eldre", OLD_MAN,
         "Se hva som er avtalt om hjemreisen, og hvem som har vært inne i journalen din.",
         "Sjå kva som er avtalt om heimreisa, og kven som har vore inne i journalen din.",
         "See what is agreed about going home, and who has been in your record."),
    Card("parorende", DAUGHTER,
         "Velg «Handle for en annen» i menyen: skriv hva som er viktig for far, Olav Sæterbø, og si fra om en feil.",
         "Vel «Handle for ein annan» i menyen: skriv kva som er viktig for far, Olav Sæterbø, og sei frå om ein feil.",
         'Choose "Act for another" in the menu: write what matters to your father, Olav Sæterbø, and report an error.',
         (OLD_MAN,)),
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
