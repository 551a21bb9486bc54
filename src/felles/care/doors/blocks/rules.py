"""From the form of a block to what its Consent says. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.access.blocks import CLOSABLE
from felles.access.codes import ENTRIES_OF, KIND_SYSTEM, ROLE_SYSTEM
from felles.access.roles import NO_STAFF, ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Final = (
    "hva", "sted", "fra", "til", "oppforing", "mot", "motsted", "motrolle", "motperson",
    *(f"slag-{kind.name.lower()}" for kind in CLOSABLE),
)  # fmt: skip
"""The fields of the form."""
_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_REFERENCE: Final = re.compile(r"[A-Za-z]{1,40}/[A-Za-z0-9\-.]{1,64}")
_OUT: Final = "ut-"
CLOSING_ROLES: Final = tuple(role for role in ROLES.values() if role.code not in NO_STAFF and role.kinds)
"""Roles that reach any kind of entry: the others see nothing that could be closed."""


@dataclass(slots=True)
class Asked:
    """What the form says: the Consent's provision, and the fields that are wrong with why (keys of `present.WRONG`)."""

    provision: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read(form: Mapping[str, str]) -> Asked:
    """The form of a block, read. `ut-<Type/id>` fields name the entries that it shall not pass to."""
    asked = Asked({"type": "deny"})
    _what(form, asked)
    _against(form, asked)
    out = [name.removeprefix(_OUT) for name in form if name.startswith(_OUT)]
    if out:
        data = [_item(reference) for reference in out if _REFERENCE.fullmatch(reference)]
        asked.provision["provision"] = [{"type": "permit", "data": data}]
    return asked


def _item(reference: str) -> dict[str, Any]:
    return {"meaning": "instance", "reference": {"reference": reference}}


def _what(form: Mapping[str, str], asked: Asked) -> None:
    provision = asked.provision
    match form.get("hva", ""):
        case "alt":
            pass
        case "slag":
            chosen = [kind.name.lower() for kind in CLOSABLE if f"slag-{kind.name.lower()}" in form]
            provision["class"] = [{"system": KIND_SYSTEM, "code": code} for code in chosen]
            if not chosen:
                asked.wrong["slag"] = "kind"
        case "virksomhet":
            place = form.get("sted", "")
            provision["extension"] = [{"url": ENTRIES_OF, "valueReference": {"reference": place}}]
            if not place.startswith("Organization/") or not _REFERENCE.fullmatch(place):
                asked.wrong["sted"] = "place"
        case "periode":
            ends = {"start": _day(form.get("fra", "")), "end": _day(form.get("til", ""))}
            asked.wrong |= {
                name: "day" for name, end in (("fra", "start"), ("til", "end")) if form.get(name) and not ends[end]
            }
            provision["dataPeriod"] = {name: day for name, day in ends.items() if day}
            if not provision["dataPeriod"]:
                asked.wrong.setdefault("fra", "day")
        case "oppforing" if _REFERENCE.fullmatch(form.get("oppforing", "")):
            provision["data"] = [_item(form["oppforing"])]
        case _:
            asked.wrong["hva"] = "what"


def _against(form: Mapping[str, str], asked: Asked) -> None:
    match form.get("mot", ""):
        case "alle":
            return
        case "virksomhet":
            _actor(asked, "motsted", form.get("motsted", ""), "Organization/", "place")
        case "person":
            _actor(asked, "motperson", form.get("motperson", ""), "Practitioner/", "person")
        case "rolle":
            code = form.get("motrolle", "")
            role = {"coding": [{"system": ROLE_SYSTEM, "code": code}]}
            asked.provision["actor"] = [{"role": role, "reference": {"display": code}}]
            if code not in {role.code for role in CLOSING_ROLES}:
                asked.wrong["motrolle"] = "role"
        case _:
            asked.wrong["mot"] = "against"


def _actor(asked: Asked, name: str, reference: str, kind: str, wrong: str) -> None:
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]}
    asked.provision["actor"] = [{"role": role, "reference": {"reference": reference}}]
    if not reference.startswith(kind) or not _REFERENCE.fullmatch(reference):
        asked.wrong[name] = wrong


def _day(text: str) -> str:
    """dd.mm.åååå as a FHIR date, or "" when it is none."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return ""
    day, month, year = map(int, found.groups())
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def consent(patient: str, provision: dict[str, Any], today: str) -> dict[str, Any]:
    """The Consent of a block, as the Norwegian profile has it; `patient` is `Patient/x`."""
    law = "http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis"
    scope = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [scope]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": patient},
        "dateTime": today,
        "performer": [{"reference": patient}],
        "policyRule": {"coding": [{"system": law, "code": "PBRL5-3"}]},
        "provision": provision,
    }
