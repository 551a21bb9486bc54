"""Signing in as a persona: without proof, and so in demo mode alone. Outside it none of this exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access.accounts import Account, account_of, own_keys, put, roles_held
from felles.access.actor import Actor, Sort
from felles.access.cache import Remembered
from felles.access.open import person
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import Absent

if TYPE_CHECKING:
    from felles.access.sessions import Sessions
    from felles.record.store import Store

_FOR: Final = 60 * MICROSECONDS
"""How long the Grant that reads a name holds, and the cast is remembered."""
_ALL: Final = """select id, actor, name, source, card::text as card from account
    where card is not null and since <= $1 and until > $1 order by (card ->> 'place')::int, id"""


@dataclass(frozen=True, slots=True)
class Persona:
    """A card on the sign-in page: who it is and one thing to try, in bokmål and English.

    `group` is `staff`, `citizen` or `system`; `actor` whom it is (`Practitioner/x`, `Patient/x`).
    """

    id: str
    name: str
    group: str
    title: dict[str, str]
    place: dict[str, str]
    attempt: dict[str, str]
    actor: str


class Cast:
    """The personas as the pages show them, remembered for a minute; none outside demo mode."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: Remembered[str, tuple[Persona, ...]] = Remembered(store.clock.real)

    async def all(self, *, anew: bool = False) -> tuple[Persona, ...]:
        """All personas, in the order they are shown; `anew`: also those of this minute. Raises `Busy`."""
        if not self._store.settings.demo:
            return ()
        if anew:
            self._known.forget("cast")
        return self._known.here("cast") or await self._known.get("cast", self._look) or ()

    async def _look(self) -> tuple[tuple[Persona, ...], int]:
        return tuple(await all_of(self._store)), self._store.clock.real() + _FOR


async def all_of(store: Store) -> list[Persona]:
    """The personas in the order they are shown. Raises `Absent` outside demo mode."""
    return [_persona(account) for account in await _accounts(store)]


async def at_work(store: Store, wanted: list[str]) -> list[Account]:
    """The accounts of the personas who work, or of those `wanted`. Raises `Absent` for one that is none."""
    known = {a.id: a for a in await _accounts(store) if a.source is not None}
    if missing := set(wanted) - set(known):
        raise Absent(f"there is no persona {min(missing)!r} who works")
    return [known[each] for each in wanted or known]


async def sign_in(store: Store, sessions: Sessions, persona: str, *, lifetime: float | None = None) -> str:
    """Open a session as a persona, or as the person behind any `Patient/x` (one that was imported, say).

    Gives the cookie's value. Raises `Absent` when there is none, or no demo mode.
    """
    account = next((a for a in await _accounts(store) if a.id == persona), None)
    if account is None and persona.startswith("Patient/"):
        account = await _person(store, persona)
    if account is None:
        raise Absent(f"there is no persona {persona!r}")
    held = None
    if account.source is not None:
        held = next((h for h in await roles_held(store, account.actor) if h.source == account.source), None)
    return await sessions.start(account, held, lifetime=lifetime)


async def _person(store: Store, patient: str) -> Account | None:
    """An account for a person who has no card. Her name is read as she reads it herself, and logged so."""
    keys = await own_keys(store, patient)
    if not keys:
        return None
    until = store.clock.real() + _FOR
    own = Actor(
        sort=Sort.CITIZEN,
        reference=patient,
        name=patient,
        role_code="citizen",
        keys=keys,
        purpose="PATRQT",
        until=until,
    )
    row = await store.read(person(own, keys), "Patient", patient.removeprefix("Patient/"))
    account = Account(patient, patient, _name(row.body) or patient)
    await put(store, account, since=0, until=FOREVER)
    return account


def _name(body: str) -> str:
    """The name to show of a Patient: its first official or usual one, else its first."""
    names = msgspec.json.decode(body, type=_Named).name
    best = next((n for n in names if n.use in {"official", "usual"}), names[0] if names else _Name())
    return best.text or " ".join(filter(None, [*best.given, best.family]))


class _Name(msgspec.Struct):
    use: str = ""
    text: str = ""
    family: str = ""
    given: list[str] = []


class _Named(msgspec.Struct):
    name: list[_Name] = []


async def _accounts(store: Store) -> list[Account]:
    if not store.settings.demo:
        raise Absent("there are no personas here")
    return [account_of(row) for row in await store.pool.fetch(_ALL, store.clock.real())]


def _persona(account: Account) -> Persona:
    card: dict[str, Any] = account.card or {}
    return Persona(account.id, account.name, card["group"], card["title"], card["where"], card["try"], account.actor)
