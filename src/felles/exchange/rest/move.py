"""$move of an entry: `POST [base]/[type]/[id]/$move` with Parameters `patient` (a reference) and `reason` (a string).

The entry was written on the wrong person: it is taken out of her record and stands in the other's (`record.move`). Both
must be open to who moves it, and the entry her organisation's. If-Match names the version that she has seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import access
from felles.access.errors import NotSignedIn
from felles.exchange.rest.call import Interaction, Operation
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.reply import Reply
from felles.exchange.rest.written import told
from felles.record.move import move

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.grants import SetGrant

SHORTEST: Final = 10
"""Letters of a reason, at least."""
LONGEST: Final = 4000
_WRONG: Final = "$move takes two parameters: patient, a reference to a Patient, and reason, 10 to 4000 letters"

INTERACTION = Interaction(
    "Moves an entry that was written on the wrong person to the one it is about; the answer is the new entry.",
    operation=Operation("move", "Resource", "http://felles.example/fhir/OperationDefinition/Resource-move"),
)


async def answer(call: Call) -> Reply:
    """201 with the new entry and its Location; 400, 403, 404, 409, 410, 412 or 422 where it cannot be moved."""
    grant = _grant_of(call)
    patient, reason = _asked(call)
    entry = f"{call.route.type}/{call.route.id}"
    result = await move(call.door.store, grant, entry, patient, reason, expected=call.expected)
    return told(result, call.prefer, inside=call.inside)


def _grant_of(call: Call) -> SetGrant:
    if call.actor is None:
        raise NotSignedIn("sign in first: this needs an Authorization: Bearer header")
    return access.move(call.actor)


def _asked(call: Call) -> tuple[str, str]:
    """`Patient/y` and the reason. Raises a Refusal (400), `Invalid`."""
    body: Any = call.elsewhere(call.route._replace(type="Parameters")).decoded()
    given = {each.name: each for each in body.parameter or []}
    if given.keys() != {"patient", "reason"} or len(body.parameter) != len(given):
        raise refuse(400, "invalid", _WRONG, "Parameters.parameter")
    reference = getattr(getattr(given["patient"], "valueReference", None), "reference", None)
    patient = reference.removeprefix(call.base) if isinstance(reference, str) else ""
    reason = getattr(given["reason"], "valueString", None)
    words = reason.strip() if isinstance(reason, str) else ""
    kind, _, name = patient.partition("/")
    if kind != "Patient" or not name or "/" in name or not SHORTEST <= len(words) <= LONGEST:
        raise refuse(400, "value", _WRONG, "Parameters.parameter")
    return patient, words
