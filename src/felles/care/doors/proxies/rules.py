"""What a proxy must be to be given, and what it says once it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import REASON
from felles.access.holding import BARRED
from felles.access.representation import VERBS, Ages, birthday
from felles.care.find.views import day_of
from felles.fhir.norway.identity import valid_national_number
from felles.fhir.search.fold import fold
from felles.record.codes import MANDATE_SYSTEM, RESTRICTION_SYSTEM

if TYPE_CHECKING:
    from felles.care.shapes import Patient
    from felles.ui.i18n import Language

PROXY: Final = "proxy"
LONGEST: Final = 5 * 366
"""Days that a proxy given here lasts at most: what nobody remembers having given should not open anything."""


@dataclass(slots=True)
class Wished:
    """A proxy as it was typed; `wrong` names each field that cannot be used and says what it should be."""

    number: str = ""
    family: str = ""
    verbs: list[str] = field(default_factory=list)
    until: date | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def read_form(t: Language, form: dict[str, str], today: date) -> Wished:
    """The proxy that a form asks for."""
    wished = Wished("".join(form.get("nummer", "").split()), form.get("etternavn", "").strip())
    wished.verbs = [verb for verb in VERBS if form.get(verb)]
    wished.until = day_of(form.get("til", "").strip())
    if not valid_national_number(wished.number):
        wished.wrong["nummer"] = t("Skriv et gyldig fødselsnummer eller d-nummer med 11 siffer.")
    if not wished.family:
        wished.wrong["etternavn"] = t("Skriv etternavnet, så vi ser at det er rett person.")
    if not wished.verbs:
        wished.wrong["read"] = t("Velg minst én ting fullmakten skal gjelde.")
    if wished.until is None:
        wished.wrong["til"] = t("Skriv datoen som dag, måned og år, for eksempel 14.03.2027.")
    elif not today < wished.until <= today + timedelta(days=LONGEST):
        wished.wrong["til"] = t("Velg en dag etter i dag, og innen fem år.")
    return wished


ALL: Final = "alle"
"""All parents: child welfare has taken over."""
SHORTEST: Final = 10
"""Letters of a reason at least."""


def read_bar(t: Language, form: dict[str, str], parents: set[str]) -> dict[str, str]:
    """What is wrong with a form that bars one of `parents` (Patient/y) or all, by field."""
    wrong: dict[str, str] = {}
    if form.get("hvem") not in {*parents, ALL}:
        wrong["hvem"] = t("Velg hvilken forelder det gjelder.")
    if len(form.get("grunn", "").strip()) < SHORTEST:
        wrong["grunn"] = t("Skriv en begrunnelse på minst ti tegn.")
    return wrong


def barred(patient: str, parent: str, reason: str, performer: str, organization: str, now: str) -> dict[str, Any]:
    """The Consent that bars `parent` ("": all) from acting for `patient`. References all; `now` an instant."""
    provision: dict[str, Any] = {"type": "deny"}
    if parent:
        role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "PRN"}]}
        provision["actor"] = [{"role": role, "reference": {"reference": parent}}]
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": RESTRICTION_SYSTEM, "code": BARRED}]}],
        "patient": {"reference": patient},
        "dateTime": now,
        "performer": [{"reference": performer}],
        "organization": [{"reference": organization}],
        "policyRule": {"text": "pasient- og brukerrettighetsloven § 3-4"},
        "extension": [{"url": REASON, "valueString": reason}],
        "provision": provision,
    }


def may_give(giver: Patient, now: int, ages: Ages | None = None) -> bool:
    """Whether somebody is old enough to give a proxy at `now` (clinical microseconds)."""
    return _is(giver, (ages or Ages()).giver, now)


def may_receive(receiver: Patient, now: int, ages: Ages | None = None) -> bool:
    """Whether somebody is old enough to be given one."""
    return _is(receiver, (ages or Ages()).receiver, now) and not (
        receiver.deceased_boolean or receiver.deceased_date_time
    )


def _is(person: Patient, years: int, now: int) -> bool:
    return bool(person.birth_date) and birthday(person.birth_date or "", years) <= now


def same_family(person: Patient, family: str) -> bool:
    """Whether that is the person's family name, case and accents aside."""
    return fold(person.shown_name.family) == fold(family)


def consent(giver: str, receiver: str, name: str, wished: Wished, now: str) -> dict[str, Any]:
    """The Consent that gives the proxy: `giver` and `receiver` are Patient/x, `now` an instant."""
    until = wished.until.isoformat() if wished.until else ""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": MANDATE_SYSTEM, "code": PROXY}]}],
        "patient": {"reference": giver},
        "dateTime": now,
        "performer": [{"reference": giver}],
        "policyRule": {"text": "Fullmakt fra pasienten selv"},
        "provision": {
            "type": "permit",
            "period": {"start": now, "end": until},
            "actor": [
                {
                    "role": {
                        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DELEGATEE"}]
                    },
                    "reference": {"reference": receiver, "display": name},
                }
            ],
            "action": [{"coding": [{"system": MANDATE_SYSTEM, "code": verb}]} for verb in wished.verbs],
        },
    }
