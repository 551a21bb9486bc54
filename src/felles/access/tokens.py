"""Short-lived access tokens: for a system client, for everything in demo mode, and as a persona.

A token that stands for a session or a registered client ends with it; the others end by their expiry alone, at most
a day. Each one made is logged with its scope, organisation, purpose and approval.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from felles.access import accounts, clients, journal, personas
from felles.access.errors import Refused
from felles.access.open import MAINTENANCE
from felles.access.scopes import verbs_of
from felles.access.sessions import Sessions, digest_of
from felles.access.signing import Claims, Signer
from felles.record.clock import MICROSECONDS

if TYPE_CHECKING:
    from felles.record.store import Store

LONGEST: Final = 86_400
"""Seconds that a token can hold at most."""


class Issuer:
    """Makes tokens over one store. `operator` is the JSON of whoever asks for them (a log line's `who`)."""

    def __init__(self, store: Store, signer: Signer, operator: str) -> None:
        self._store = store
        self._signer = signer
        self._operator = operator

    async def for_persona(self, persona: str, seconds: float) -> str:
        """A token that acts as a persona. Raises `Absent` outside demo mode and for who is none, `Refused`."""
        until = self._until(seconds)
        value = await personas.sign_in(self._store, Sessions(self._store), persona, lifetime=seconds)
        account = await accounts.find(self._store, persona)
        citizen = account is not None and account.actor.startswith("Patient/")
        claims = self._claims(
            sub=f"persona/{persona}",
            scope="patient/*.*" if citizen else "user/*.*",
            exp=until,
            demo=True,
            session=digest_of(value).hex(),
        )
        await self._note(claims, "")
        return self._signer.sign(claims)

    async def for_client(self, client_id: str, seconds: float) -> str:
        """A token of a registered client. Raises `Refused` when it is none, or none any more."""
        client = await clients.find(self._store, client_id)
        if client is None:
            raise Refused(f"{client_id!r} is no client that may act now (felles client list)")
        claims = self._claims(
            sub=f"Device/{client.id}",
            scope=client.scope,
            exp=min(self._until(seconds), client.until // MICROSECONDS),
            demo=False,
            client=client.id,
            name=client.name,
            org=client.organization,
            org_name=client.organization_name,
            purpose=client.purpose,
        )
        await self._note(claims, client.approval)
        return self._signer.sign(claims)

    async def for_scope(
        self, scope: str, *, organization: str, purpose: str, approval: str, seconds: float, name: str = "felles token"
    ) -> str:
        """A token for one errand of a system: everything it is for is said. Raises `Refused`."""
        clients.check(scope, purpose, approval)
        claims = self._claims(
            sub="Device/felles-token",
            scope=scope,
            exp=self._until(seconds),
            demo=False,
            name=name,
            org=organization,
            org_name=await clients.organization_name(self._store, organization),
            purpose=purpose,
        )
        await self._note(claims, approval)
        return self._signer.sign(claims)

    async def for_demo(self, scope: str, seconds: float) -> str:
        """A token over the whole synthetic region; a server takes it in demo mode alone. Raises `Refused`."""
        verbs_of(scope)
        claims = self._claims(
            sub="Device/felles-token",
            scope=scope,
            exp=self._until(seconds),
            demo=True,
            name="felles token",
            purpose=MAINTENANCE,
        )
        await self._note(claims, "demo mode")
        return self._signer.sign(claims)

    def _until(self, seconds: float) -> int:
        if not 0 < seconds <= LONGEST:
            raise Refused(f"a token holds for 1 to {LONGEST} seconds")
        return self._store.clock.real() // MICROSECONDS + max(1, int(seconds))

    def _claims(  # noqa: PLR0913 - what a token says
        self,
        *,
        sub: str,
        scope: str,
        exp: int,
        demo: bool,
        session: str | None = None,
        client: str | None = None,
        name: str = "",
        org: str = "",
        org_name: str = "",
        purpose: str = "",
    ) -> Claims:
        return Claims(
            sub=sub,
            iat=self._store.clock.real() // MICROSECONDS,
            exp=exp,
            jti=secrets.token_hex(16),
            scope=scope,
            demo=demo,
            session=session,
            client=client,
            name=name,
            org=org,
            org_name=org_name,
            purpose=purpose,
        )

    async def _note(self, claims: Claims, approval: str) -> None:
        said = {"scope": claims.scope, "org": claims.org, "purpose": claims.purpose, "approval": approval}
        more = {key: value for key, value in said.items() if value}
        await journal.note(self._store, self._operator, "token", claims.sub, jti=claims.jti, **more)
