"""Who is asking: from a cookie or an access token to an Actor.

Both are looked up again at most a second later, so that signing out, the end of a role and the end of a client hold
everywhere by then. In between they are answered from memory: a request that follows another costs no round trip.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from felles.access import clients
from felles.access.actor import Actor, Sort
from felles.access.cache import Remembered
from felles.access.errors import NotSignedIn
from felles.access.open import MAINTENANCE
from felles.access.scopes import EVERYTHING, verbs_of
from felles.access.sessions import RECHECK, Sessions, cookie_name
from felles.access.signing import Claims, Signer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.store import Store

_FOREIGN: Final = "the access token is not one for this server"


class Doorkeeper:
    """Knows who is asking, for one worker's store."""

    def __init__(self, store: Store, signer: Signer | None = None) -> None:
        self._store = store
        self._signer = signer or Signer.of(store.settings.home)
        self._tokens: Remembered[str, Actor] = Remembered(store.clock.real)
        self._claims: Remembered[str, Claims] = Remembered(store.clock.real)
        self.sessions = Sessions(store)

    @property
    def secure(self) -> bool:
        """Whether people reach us over https, so that cookies say so."""
        return self._store.settings.base_url.startswith("https:")

    async def cookie(self, cookies: Mapping[str, str]) -> Actor | None:
        """Who holds the session of these cookies, or None."""
        value = cookies.get(cookie_name(secure=self.secure))
        return await self.sessions.actor(value) if value else None

    async def peek(self, cookies: Mapping[str, str]) -> Actor | None:
        """The same, for what goes on without her: it does not count as a request of hers."""
        value = cookies.get(cookie_name(secure=self.secure))
        return await self.sessions.peek(value) if value else None

    def known(self, token: str) -> Actor | None:
        """Who holds an access token, if that was looked up a moment ago: for the hot path, without waiting."""
        return self._tokens.here(token)

    async def bearer(self, token: str) -> Actor:
        """Who holds an access token. Raises `NotSignedIn` (401) when nobody does, `Busy`."""
        actor = await self._tokens.get(token, lambda: self._look(token))
        if actor is None:
            raise NotSignedIn("what the access token stood for has ended")
        return actor

    async def _look(self, token: str) -> tuple[Actor | None, int]:
        real = self._store.clock.real()
        claims = self._claims.here(token)
        if claims is None:
            claims = self._signer.read(token, real)
            self._claims.put(token, claims, claims.until)
        if claims.demo and not self._store.settings.demo:
            raise NotSignedIn(_FOREIGN)
        if claims.session is not None:
            return await self._person(claims, claims.session), min(claims.until, real + RECHECK)
        if claims.client is not None:
            client = await clients.find(self._store, claims.client)
            return (None if client is None else system_actor(claims)), min(claims.until, real + RECHECK)
        return system_actor(claims), claims.until

    async def _person(self, claims: Claims, session: str) -> Actor | None:
        actor = await self.sessions.actor_of(bytes.fromhex(session))
        if actor is None:
            return None
        return replace(actor, until=min(actor.until, claims.until), verbs=verbs_of(claims.scope))


def system_actor(claims: Claims) -> Actor:
    """The system that a token stands for: everything under `maintenance`, else its organisation's reach."""
    everything = claims.purpose == MAINTENANCE and (claims.demo or claims.scope == EVERYTHING)
    return Actor(
        sort=Sort.MAINTENANCE if everything else Sort.SYSTEM,
        reference=claims.sub,
        name=claims.name,
        role_code="maintenance" if everything else "system",
        organization=claims.org,
        organization_name=claims.org_name,
        purpose=claims.purpose,
        client=claims.name,
        until=claims.until,
        verbs=verbs_of(claims.scope),
    )
