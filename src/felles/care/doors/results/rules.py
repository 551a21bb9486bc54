"""The Consents and Tasks that hold back and let go. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import REASON, REVIEW
from felles.access.holding import NOT_TO_PARENTS
from felles.access.holding_hook import LOOKED
from felles.care.find.views import day_of
from felles.record.codes import BLOCKING_SYSTEM, CASE_SYSTEM, MANDATE_SYSTEM, RESTRICTION_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.ui.i18n import Language

SHORTEST: Final = 10
"""Letters of a reason at least: what a complaint is judged by must be more than a word."""
LATEST: Final = 366
"""Days until what is held back must be looked at anew, at most."""
WAYS: Final = ("fare", "klart", "foreldre", "forelder")
"""The ways of the form: danger, clearly inadvisable, not to parents, released to one parent."""
_GROUNDS: Final = {"fare": "NORN_FFL", "klart": "NORN_KUT"}


@dataclass(slots=True)
class Wished:
    """What a form asks for; `wrong` names each field that cannot be used and says what it should be."""

    way: str = ""
    reason: str = ""
    day: date | None = None
    parent: str = ""
    name: str = ""
    wrong: dict[str, str] = field(default_factory=dict)


def read_form(t: Language, form: dict[str, str], today: date, parents: Mapping[str, str]) -> Wished:
    """What staff ask to hold back or let a parent see; `parents` are those there are (Patient/y → name)."""
    wished = Wished(form.get("slag", ""), form.get("grunn", "").strip(), None, form.get("forelder", ""))
    wished.name = parents.get(wished.parent, "")
    wished.day = day_of(form.get("dag", "").strip())
    if wished.way not in WAYS:
        wished.wrong["slag"] = t("Velg hva du vil gjøre.")
    if len(wished.reason) < SHORTEST:
        wished.wrong["grunn"] = t("Skriv en begrunnelse på minst ti tegn.")
    if wished.way != "foreldre" and (wished.day is None or not today < wished.day <= today + timedelta(days=LATEST)):
        wished.wrong["dag"] = t("Skriv en dag etter i dag og innen et år, som dag, måned og år.")
    if wished.way == "forelder" and wished.parent not in parents:
        wished.wrong["forelder"] = t("Velg hvilken forelder det gjelder.")
    if wished.way == "forelder" and not form.get("hort"):
        wished.wrong["hort"] = t("Barnet skal være hørt før noe åpnes for en forelder.")
    return wished


def consent(wished: Wished, patient: str, item: str, performer: str, organization: str, now: str) -> dict[str, Any]:
    """The Consent that holds `item` (Type/id) back, or lets a parent see it. References all; `now` an instant."""
    system, code, law = _category(wished.way)
    provision: dict[str, Any] = {
        "type": "permit" if wished.way == "forelder" else "deny",
        "data": [{"meaning": "instance", "reference": {"reference": item}}],
    }
    extension = [{"url": REASON, "valueString": wished.reason}]
    if wished.way in _GROUNDS and wished.day:
        extension.append({"url": REVIEW, "valueDate": wished.day.isoformat()})
    if wished.way == "forelder" and wished.day:
        provision["period"] = {"start": now, "end": wished.day.isoformat()}
        role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "PRN"}]}
        provision["actor"] = [{"role": role, "reference": {"reference": wished.parent, "display": wished.name}}]
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": system, "code": code}]}],
        "patient": {"reference": patient},
        "dateTime": now,
        "performer": [{"reference": performer}],
        "organization": [{"reference": organization}],
        "policyRule": {"text": law},
        "extension": extension,
        "provision": provision,
    }


def _category(way: str) -> tuple[str, str, str]:
    if way == "forelder":
        return MANDATE_SYSTEM, "part", "pasient- og brukerrettighetsloven § 3-4"
    if way == "foreldre":
        return RESTRICTION_SYSTEM, NOT_TO_PARENTS, "pasient- og brukerrettighetsloven § 3-4"
    return BLOCKING_SYSTEM, _GROUNDS[way], "pasient- og brukerrettighetsloven § 5-1"


def looked(patient: str, item: str, requester: str, now: str) -> dict[str, Any]:
    """The Task that says that a doctor has looked at a result and lets the person see it."""
    return {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": LOOKED}]},
        "for": {"reference": patient},
        "focus": {"reference": item},
        "requester": {"reference": requester},
        "authoredOn": now,
    }
