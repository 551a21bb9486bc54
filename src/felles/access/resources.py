"""Organisations, staff and roles as FHIR resources: what the CLI and the pages of administration write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from felles import fhir
from felles.access.codes import ROLE_SYSTEM, UNIT
from felles.access.errors import Refused
from felles.access.roles import ROLES
from felles.fhir.norway.identity import valid_organisation_number
from felles.fhir.norway.systems import ENH, HPR, volven
from felles.record.clock import MICROSECONDS

Resource = dict[str, Any]

REVIEWED: Final = "http://felles.example/fhir/StructureDefinition/reviewed"
"""Extension on PractitionerRole: the day an administrator last confirmed that it is still needed."""
SORTS: Final = {
    "gp-office": "Fastlegekontor",
    "municipal": "Kommunal tjeneste",
    "hospital": "Sykehus",
    "specialist": "Avtalespesialist",
    "pharmacy": "Apotek",
    "laboratory": "Laboratorium",
    "other": "Annen virksomhet",
}
"""What sort of organisation it is, as its `type` says it."""


def struct(resource: Resource) -> Any:
    """A resource as a checked struct of `felles.fhir.r4`. Raises `felles.fhir.Invalid`."""
    return fhir.decode(msgspec.json.encode(resource))


def organization(name: str, number: str | None, part_of: str | None, sort: str | None = None) -> Resource:
    """An Organization, or a unit of `part_of`. Raises `Refused` when `number` is no organisation number."""
    if number is not None and not valid_organisation_number(number):
        raise Refused(f"{number!r} is no organisation number: nine digits, the last one a check digit")
    made: Resource = {"resourceType": "Organization", "active": True, "name": name}
    if number is not None:
        made["identifier"] = [{"system": ENH, "value": number}]
    if part_of is not None:
        made["partOf"] = {"reference": part_of}
    if sort is not None:
        made["type"] = [{"text": SORTS[sort]}]
    return made


def service(name: str, provided_by: str) -> Resource:
    """A HealthcareService: what an organisation or unit offers, and an inbox of its own."""
    return {
        "resourceType": "HealthcareService",
        "active": True,
        "name": name,
        "providedBy": {"reference": provided_by},
    }


def practitioner(given: str, family: str, hpr: str = "", profession: str = "") -> Resource:
    """A Practitioner; `hpr` her number in Helsepersonellregisteret, `profession` a code of Volven 9060."""
    made: Resource = {
        "resourceType": "Practitioner",
        "active": True,
        "name": [{"use": "official", "family": family, "given": given.split()}],
    }
    if hpr:
        made["identifier"] = [{"system": HPR, "value": hpr}]
    if profession:
        made["qualification"] = [{"code": {"coding": [{"system": volven(9060), "code": profession}]}}]
    return made


def role_of(
    practitioner: str,
    organization: str,
    role: str,
    *,
    since: int,
    until: str | None = None,
    units: tuple[str, ...] = (),
    services: tuple[str, ...] = (),
) -> Resource:
    """A PractitionerRole from `since` (real microseconds) until a day, staffing `units` and `services` (references).

    Raises `Refused` for a role that no staff has.
    """
    if role not in ROLES:
        raise Refused(f"there is no role {role!r}")
    period = {"start": moment(since)}
    if until:
        period["end"] = until
    made: Resource = {
        "resourceType": "PractitionerRole",
        "active": True,
        "practitioner": {"reference": practitioner},
        "organization": {"reference": organization},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role, "display": ROLES[role].nb}]}],
        "period": period,
    }
    if units:
        made["extension"] = [{"url": UNIT, "valueReference": {"reference": unit}} for unit in units]
    if services:
        made["healthcareService"] = [{"reference": each} for each in services]
    return made


def moment(at: int) -> str:
    """Microseconds as a FHIR instant."""
    return datetime.fromtimestamp(at / MICROSECONDS, UTC).isoformat(timespec="milliseconds")
