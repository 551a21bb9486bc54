"""$join of a Patient: `POST [base]/Patient/[id]/$join` with Parameters `other` (a reference to a Patient).

The other Patient is then of the same person as this one, which leads. For administrators (`record.join`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles import access
from felles.access.errors import NotSignedIn
from felles.exchange.rest.call import Interaction, Operation
from felles.exchange.rest.outcomes import done, refuse
from felles.exchange.rest.reply import Reply
from felles.record.join import join

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.grants import SetGrant

INTERACTION = Interaction(
    "Two Patients of one person: what is asked of either means both. Takes `other`, a reference. Administrators.",
    operation=Operation("join", "Patient", "http://felles.example/fhir/OperationDefinition/Patient-join"),
)


async def answer(call: Call) -> Reply:
    """200 with an OperationOutcome; 403, 404, 409, 410 or 422 where they cannot be joined."""
    grant = grant_of(call)
    other = _other(call)
    await join(call.door.store, grant, call.route.id, other)
    return Reply(200, done(f"Patient/{other} is joined to Patient/{call.route.id}, which leads"))


def grant_of(call: Call) -> SetGrant:
    """The Grant to join. Raises `NotSignedIn`, `Forbidden`."""
    if call.actor is None:
        raise NotSignedIn("sign in first: this needs an Authorization: Bearer header")
    return access.join(call.actor)


def _other(call: Call) -> str:
    """The id of the Patient that is named. Raises a Refusal (400), `Invalid`."""
    body: Any = call.elsewhere(call.route._replace(type="Parameters")).decoded()
    given = body.parameter or []
    if len(given) != 1 or given[0].name != "other":
        raise refuse(400, "invalid", "$join takes one parameter: other", "Parameters.parameter")
    reference = getattr(getattr(given[0], "valueReference", None), "reference", None)
    text = reference.removeprefix(call.base) if isinstance(reference, str) else ""
    kind, _, resource_id = text.partition("/")
    if kind != "Patient" or not resource_id:
        where = "Parameters.parameter[0].valueReference"
        raise refuse(400, "value", "other is a reference to a Patient: Patient/[id]", where)
    return resource_id
