"""Who signed something that goes into the record a little later: kept as text, and the same actor again at that moment.

What is kept opens nothing by itself: account and role are looked up anew, so that who lost her role in between has lost
it here too. The session may have ended; signing was her act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from felles.access.accounts import find, roles_held
from felles.access.actor import Actor, Sort
from felles.record.clock import MICROSECONDS

if TYPE_CHECKING:
    from felles.record.store import Store

_FOR: Final = 60 * MICROSECONDS
"""How long the actor made again may act: for the one commit."""


class _Signed(msgspec.Struct):
    account: str
    actor: str
    name: str
    role: str
    org: str
    org_name: str
    purpose: str


def kept(actor: Actor) -> str:
    """A member of staff as text, to be `again` later. Raises `ValueError` for who has no account (a token's)."""
    if actor.sort is not Sort.STAFF or actor.account is None:
        raise ValueError("only staff who have signed in sign")
    made = _Signed(
        actor.account,
        actor.reference,
        actor.name,
        actor.role_code,
        actor.organization,
        actor.organization_name,
        actor.purpose,
    )
    return msgspec.json.encode(made).decode()


async def again(store: Store, text: str) -> Actor | None:
    """The one who signed, with the role she signed in; None when account or role have ended. Raises `Busy`."""
    signed = msgspec.json.decode(text, type=_Signed)
    account = await find(store, signed.account)
    if account is None or account.actor != signed.actor:
        return None
    held = await roles_held(store, signed.actor)
    if not any(each.role == signed.role and each.organization == signed.org for each in held):
        return None
    return Actor(
        sort=Sort.STAFF,
        reference=signed.actor,
        name=signed.name,
        role_code=signed.role,
        organization=signed.org,
        organization_name=signed.org_name,
        purpose=signed.purpose,
        until=store.clock.real() + _FOR,
        account=signed.account,
    )
