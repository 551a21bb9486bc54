"""capabilities: `GET [base]/metadata` (http://hl7.org/fhir/R4/http.html#capabilities).

The statement is made from what is registered (interactions, search parameters, operations) and from
nothing else, so it cannot promise what is not served. It needs no sign-in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from felles import __version__
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.reply import Reply
from felles.exchange.rest.routing import NO_ENDPOINT
from felles.fhir.search import PARAMS
from felles.record.homes import SHARED_TYPES
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call

INTERACTION = Interaction("What is served here, and nothing else.")
_MADE = {
    "AuditEvent": "Beside what was written: made on read from the access log, one for each line, for the person"
    " herself (by patient, date, agent, action and outcome). Never stored.",
    "Provenance": "Beside what was written: made on read for each version of a target, by target. Never stored.",
}
"""Types of which entries are made on read."""
RELEASED = "2026-11-24"
"""The day this form of the statement was first served; `software.version` says the rest."""


async def answer(call: Call) -> Reply:
    """200 with the statement. Modes other than full are not served."""
    for name, value in call.parameters():
        if (name, value) != ("mode", "full"):
            raise refuse(400, "not-supported", f"metadata takes no {name[:40]}={value[:40]}")
    from felles.exchange.rest.interactions import DECLARED  # noqa: PLC0415 - the table holds this module

    return Reply(200, statement(call.base, DECLARED))


@lru_cache(maxsize=64)
def statement(base: str, declared: tuple[Interaction, ...]) -> bytes:
    """The CapabilityStatement of a server whose base is `base` and that serves `declared`."""
    return msgspec.json.encode(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": RELEASED,
            "kind": "instance",
            "software": {"name": "Felles", "version": __version__},
            "implementation": {"description": "Felles: one shared health record", "url": base.rstrip("/")},
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [
                {
                    "mode": "server",
                    "security": {
                        "cors": True,
                        "description": "Authorization: Bearer, a token of this server. Who may see what is decided"
                        " for each entry by care relations; hidden and absent entries answer alike.",
                    },
                    "resource": [_type(name, declared) for name in TYPES if name not in NO_ENDPOINT],
                    "interaction": [{"code": c, "documentation": i.doc} for i in declared for c in i.on_system],
                }
            ],
        }
    )


def _type(name: str, declared: tuple[Interaction, ...]) -> dict[str, Any]:
    parameters = {param.name: param.type for param in PARAMS.get(name, {}).values() if param.supported}
    references = sorted(code for code, kind in parameters.items() if kind == "reference")
    said: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": c, "documentation": i.doc} for i in declared for c in i.on_type],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "referencePolicy": ["literal", "logical", "local"],
        "searchParam": [{"name": code, "type": kind} for code, kind in sorted(parameters.items())],
    }
    if name in _MADE:
        said["documentation"] = _MADE[name]
    if references:
        said["searchInclude"] = [f"{name}:{code}" for code in references]
    wide = {name} if name in SHARED_TYPES else {name, "Resource"}
    operations = [(i.operation, i.doc) for i in declared if i.operation is not None and i.operation.type in wide]
    if operations:
        said["operation"] = [
            {"name": operation.name, "definition": operation.definition, "documentation": doc}
            for operation, doc in operations
        ]
    return said
