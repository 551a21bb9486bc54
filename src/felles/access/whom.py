"""Whom a member of staff can open without stating a need, each with the relation that says why.

The decision is asked about everybody (`record.opens`); the ground that it names is held against the entry it follows
from: the entry is of that person, is there now, and relates her to something that the reader staffs. What is open
without such an entry has no name, and is a fault.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access import open as doors
from felles.access.accounts import Account, Held, roles_held
from felles.access.actor import Actor, Sort
from felles.access.bases import SELF_MADE, Basis, is_self_made
from felles.access.derive import Durations, relations_of, staffing_of
from felles.record.clock import MICROSECONDS
from felles.record.opens import Opened, opens

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.record.grants import SystemGrant
    from felles.record.store import Store

_HOUR: Final = 3600 * MICROSECONDS
STATED: Final = frozenset({Basis.EMERGENCY, Basis.CONSENTED, Basis.STATED_NEED})
"""Ways in that the reader opened herself, with a reason: apart, for the promise is about what is open without."""
_REGISTERED: Final = frozenset({"register", *(f"basis:{basis.code}" for basis in Basis)})


@dataclass(slots=True)
class Reach:
    """Whom one account can open: `people` without stating a need, by the basis that is named; `stated` otherwise.

    `nameless` are those who are open without an entry of theirs that relates them to the reader.
    """

    account: Account
    role: str
    people: int = 0
    stated: int = 0
    bases: Counter[str] = field(default_factory=Counter[str])
    nameless: list[Opened] = field(default_factory=list[Opened])

    def share(self, of: int) -> float:
        """The part of all people here, 0 to 1."""
        return self.people / of if of else 0.0


async def whom(
    store: Store,
    operator: SystemGrant,
    account: Account,
    *,
    days: Durations | None = None,
    each: Callable[[Opened], object] | None = None,
) -> Reach:
    """Whom a member of staff can open now, signed in as the account says. `each` is told of every one of them.

    Opens nobody for an account that holds no role. Raises `Forbidden`, `Busy`.
    """
    held = next((h for h in await roles_held(store, account.actor) if account.source in (None, h.source)), None)
    if held is None:
        return Reach(account, "")
    found = Reach(account, held.role)
    parties = await _parties(store, operator, held)
    now = store.clock.clinical()
    reader = doors.person(_actor(store, account, held), ())
    async for opened in opens(store.pool, store.clock, operator, reader):
        if each is not None:
            each(opened)
        if opened.basis in STATED:
            found.stated += 1
            continue
        found.people += 1
        if names(opened, parties, now, days or Durations()):
            found.bases[_code(opened.basis)] += 1
        else:
            found.nameless.append(opened)
    return found


def names(opened: Opened, parties: frozenset[str], now: int, days: Durations) -> bool:
    """Whether the entry that the ground names relates the person to one of `parties` (references) now. Pure."""
    if opened.body is None:
        return False
    entry: Any = fhir.decode(opened.body.encode())
    if opened.source != f"{type(entry).__name__}/{entry.id}":
        return False
    told = relations_of(entry, writer="", org="", verbs=_REGISTERED, updated=opened.updated, days=days)
    basis = opened.basis - (SELF_MADE if is_self_made(opened.basis) else 0)
    return any(r.party in parties and r.basis == basis and r.since <= now < r.until for r in told)


async def _parties(store: Store, operator: SystemGrant, held: Held) -> frozenset[str]:
    """What the holder of a role acts for, as the register's entry says."""
    row = await store.read(operator, "PractitionerRole", held.source.removeprefix("PractitionerRole/"))
    return frozenset(s.party for s in staffing_of(fhir.decode(row.body.encode()), held.source))


def _actor(store: Store, account: Account, held: Held) -> Actor:
    return Actor(
        sort=Sort.STAFF,
        reference=account.actor,
        name=account.name,
        role_code=held.role,
        organization=held.organization,
        organization_name=held.organization_name,
        until=store.clock.real() + _HOUR,
        account=account.id,
    )


def _code(basis: int) -> str:
    mine = is_self_made(basis)
    return Basis(basis - SELF_MADE if mine else basis).code + (" (self-made)" if mine else "")
