"""$everything of a Patient: `GET|POST [base]/Patient/[id]/$everything`.

One round trip; the database joins the entries. `_since` and `_type` narrow it; `start`, `end` and paging
are not here (http://hl7.org/fhir/R4/operation-patient-everything.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.exchange.rest.bundle import bundle
from felles.exchange.rest.call import Interaction, Operation
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.reply import Reply
from felles.exchange.rest.times import since_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call

INTERACTION = Interaction(
    "All of one person's record that the reader may see, in one answer; takes _since and _type.",
    operation=Operation("everything", "Patient", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
)


async def answer(call: Call) -> Reply:
    """200 with a searchset of the whole record; 404 when the person is not here for this reader."""
    since, types = _narrowed(call)
    store = call.door.store
    grant = call.grant()
    page = await store.everything(grant, call.route.id, base=call.base, since=since, types=types)
    links = [("self", f"{call.base}Patient/{call.route.id}/$everything" + (f"?{call.query}" if call.query else ""))]
    return Reply(200, bundle("searchset", page.entries, total=page.found, links=links))


def _narrowed(call: Call) -> tuple[int, list[str] | None]:
    since, types = 0, None
    for name, value in _given(call):
        if name == "_since":
            since = since_of(value)
        elif name == "_type":
            types = [*(types or []), *_types(value)]
        elif not call.prefer.lenient:
            raise refuse(400, "not-supported", f"$everything takes _since and _type, not {name[:40]}")
    return since, types


def _types(value: str) -> list[str]:
    names = value.split(",")
    for name in names:
        if name not in TYPES:
            raise refuse(400, "value", f"_type: {name[:40]} is no resource type")
    return names


def _given(call: Call) -> list[tuple[str, str]]:
    given = call.parameters()
    if call.body:
        given += [
            _parameter(p) for p in call.elsewhere(call.route._replace(type="Parameters")).decoded().parameter or []
        ]
    return given


def _parameter(parameter: Any) -> tuple[str, str]:
    for field in ("valueInstant", "valueCode", "valueDateTime", "valueString"):
        value = getattr(parameter, field, None)
        if isinstance(value, str):
            return parameter.name, value
    return parameter.name, ""
