"""Systems that may ask for tokens: each tied to an organisation, a scope, a purpose, an end and an approval."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.access import journal
from felles.access.errors import Refused
from felles.access.open import MAINTENANCE
from felles.access.scopes import EVERYTHING, verbs_of
from felles.record.ids import SHARED_BUCKET
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.store import Store

PURPOSES: Final = frozenset(
    {"TREAT", "ETREAT", "HPAYMT", "HOPERAT", "HQUALIMP", "PUBHLTH", "HRESCH", "PATRQT", MAINTENANCE}
)
"""HL7's v3-PurposeOfUse as far as it is used, and our own for runs of the operator."""

_PUT: Final = """insert into client (id, name, org, org_name, scope, purpose, approval, made, until)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
_ONE: Final = """select id, name, org, org_name, scope, purpose, approval, until from client
    where id = $1 and ended is null and until > $2"""
_END: Final = "update client set ended = $2 where id = $1 and ended is null returning id"
_ORGANIZATION: Final = f"""select body::json ->> 'name' as name from shared
    where bucket = {SHARED_BUCKET} and type = {TYPES["Organization"]} and id = $1 and form = 0 and state = 0
      and not deleted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A system: `organization` is `Organization/x`, `until` real microseconds, `approval` in words."""

    id: str
    name: str
    organization: str
    organization_name: str
    scope: str
    purpose: str
    approval: str
    until: int


async def organization_name(store: Store, organization: str) -> str:
    """The name of `Organization/x`. Raises `Refused` when it is not here."""
    type_name, _, resource_id = organization.partition("/")
    rows = await store.pool.fetch(_ORGANIZATION, resource_id) if type_name == "Organization" else []
    if not rows:
        raise Refused(f"{organization!r} is not an organisation here (felles org add, felles org list)")
    return rows[0]["name"] or organization


def check(scope: str, purpose: str, approval: str) -> None:
    """Raise `Refused` for a scope, purpose or approval that no client or token can have."""
    verbs_of(scope)
    if purpose not in PURPOSES:
        raise Refused(f"purpose {purpose!r} is none of {', '.join(sorted(PURPOSES))}")
    if purpose == MAINTENANCE and scope != EVERYTHING:
        raise Refused(f"purpose {MAINTENANCE} goes with scope {EVERYTHING} alone")
    if not approval.strip():
        raise Refused("an approval is needed: who approved it, and where that is written down")


async def add(
    store: Store, *, name: str, organization: str, scope: str, purpose: str, approval: str, until: int, who: str
) -> Client:
    """Register a client; logged. `who` is the JSON of whoever does it. Raises `Refused`."""
    check(scope, purpose, approval)
    if until <= store.clock.real():
        raise Refused("the end of a client must lie ahead")
    client = Client(
        id=f"client-{secrets.token_hex(8)}",
        name=name,
        organization=organization,
        organization_name=await organization_name(store, organization),
        scope=scope,
        purpose=purpose,
        approval=approval,
        until=until,
    )
    values = (client.id, name, organization, client.organization_name, scope, purpose, approval)
    await store.pool.fetch(_PUT, *values, store.clock.real(), until)
    await journal.note(store, who, "client-add", f"Device/{client.id}", scope=scope, approval=approval)
    return client


async def find(store: Store, client_id: str) -> Client | None:
    """A client that may act now, or None."""
    rows = await store.pool.fetch(_ONE, client_id, store.clock.real())
    if not rows:
        return None
    row = rows[0]
    return Client(
        id=row["id"],
        name=row["name"],
        organization=row["org"],
        organization_name=row["org_name"],
        scope=row["scope"],
        purpose=row["purpose"],
        approval=row["approval"],
        until=row["until"],
    )


async def end(store: Store, client_id: str, who: str) -> bool:
    """End a client: its tokens hold for a second more. Whether there was one; logged."""
    ended = bool(await store.pool.fetch(_END, client_id, store.clock.real()))
    if ended:
        await journal.note(store, who, "client-end", f"Device/{client_id}")
    return ended
