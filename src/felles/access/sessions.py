"""Sessions of people at pages: a random value in a cookie, its hash in the database, nothing else in either.

The value has 256 random bits; the database holds its SHA-256, so that who reads the table can sign in as nobody. A
session ends when signed out, after `Settings.session_lifetime`, after an hour without a request, and when the role
it was opened with ends: that is looked up again at most a second later (`RECHECK`). Against forged forms stand the
cookie's SameSite and the check where a form was sent from (`ui.security.sent_from_here`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final

from felles.access import journal
from felles.access.accounts import own_keys, roles_held
from felles.access.actor import Actor, Sort
from felles.access.cache import Remembered
from felles.access.errors import NotSignedIn, TooYoung
from felles.access.of_age import may_sign_in
from felles.access.open import who
from felles.record.clock import MICROSECONDS
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.access.accounts import Account, Held
    from felles.record.grants import PersonKey
    from felles.record.store import Store

COOKIE: Final = "felles"
"""The cookie's name over plain HTTP on this machine; over https it is `__Host-felles`."""
IDLE: Final = 3600 * MICROSECONDS
"""A session without a request for this long has ended (OWASP ASVS 5, 7.3.1)."""
RECHECK: Final = MICROSECONDS
"""What was read of a session is trusted for this long: sign-out and the end of a role hold everywhere by then."""
_TOUCH: Final = 60 * MICROSECONDS
_PURPOSES: Final = {"citizen": "PATRQT"} | dict.fromkeys(
    ("administrator", "local-administrator", "reviewer"), "HOPERAT"
)

_START: Final = """insert into session
    (digest, account, actor, name, role, org, org_name, source, bucket, person, made, seen, until)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)"""
_LOOK: Final = """
select s.account, s.actor, s.name, s.role, s.org, s.org_name, s.bucket, s.person, s.until, s.seen
  from session s
  join account a on a.id = s.account and a.since <= $2 and a.until > $2
 where s.digest = $1 and s.ended is null and s.until > $2 and s.seen > $3
   and (s.source is null or exists (select 1 from staffing t
        where t.actor = $4 and t.source = s.source and t.role = s.role and t.since <= $2 and t.until > $2))"""
_ACTOR: Final = "select actor from session where digest = $1"
_SEEN: Final = "update session set seen = $2 where digest = $1 and seen < $2"
_END: Final = "update session set ended = $2 where digest = $1 and ended is null returning actor"
_SWEEP: Final = "delete from session where until < $1"
KEPT: Final = 31 * 24 * 3600 * MICROSECONDS
"""How long a session that is over is kept, so that one who comes back is shown what came since she was last here."""
_WORKED: Final = """select max(least(seen, coalesce(ended, seen))) as at from session
    where actor = $1 and role = $2 and org = $3 and seen < $4"""


def digest_of(value: str) -> bytes:
    """The hash under which a cookie's value is stored."""
    return hashlib.sha256(value.encode()).digest()


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse it over plain HTTP."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def cookie(value: str, *, secure: bool) -> str:
    """The Set-Cookie header that gives a browser its session; an empty value takes it away."""
    attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{cookie_name(secure=secure)}={value}{attributes}" + ("" if value else "; Max-Age=0")


class Sessions:
    """The sessions of one worker's store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._clock = store.clock
        self._known: Remembered[bytes, Actor] = Remembered(store.clock.real)

    async def start(self, account: Account, held: Held | None = None, *, lifetime: float | None = None) -> str:
        """Open a session and give the cookie's value. Staff need a role they hold; logged.

        `lifetime` in seconds, `Settings.session_lifetime` unless told. Raises `NotSignedIn` when the role is
        not held, or when the Patient of a citizen's account is not here, `TooYoung` when that is a child's.
        """
        real = self._clock.real()
        own: PersonKey | tuple[None, None] = (None, None)
        if account.actor.startswith("Patient/"):
            keys = await own_keys(self._store, account.actor)
            if not keys:
                raise NotSignedIn("this account has no record here")
            if not await may_sign_in(self._store, keys):
                raise TooYoung("a child has no sign-in of her own here")
            own, place = keys[0], ("citizen", "", "", None)
        elif held is not None and held in await roles_held(self._store, account.actor):
            place = (held.role, held.organization, held.organization_name, held.source)
        else:
            raise NotSignedIn("this account does not hold that role now")
        value = _text(secrets.token_bytes(32))
        seconds = self._store.settings.session_lifetime if lifetime is None else lifetime
        until = real + int(seconds * MICROSECONDS)
        names = (account.id, account.actor, account.name)
        await self._store.pool.fetch(_START, digest_of(value), *names, *place, *own, real, until)
        await self._note(await self.actor(value), "sign-in")
        return value

    async def actor(self, value: str) -> Actor | None:
        """Who holds this cookie, or None when it is nobody's, or nobody's any more."""
        return await self.actor_of(digest_of(value))

    async def actor_of(self, digest: bytes) -> Actor | None:
        """The same, by the hash of the value (tokens carry it)."""
        return await self._known.get(digest, lambda: self._look(digest))

    async def peek(self, value: str) -> Actor | None:
        """The same, without its counting as a request: it keeps no session open."""
        digest = digest_of(value)
        return self._known.here(digest) or (await self._look(digest, touch=False))[0]

    async def end(self, value: str) -> None:
        """Sign out; logged. What is not open stays as it is."""
        digest = digest_of(value)
        actor = await self.actor_of(digest)
        self._known.forget(digest)
        if await self._store.pool.fetch(_END, digest, self._clock.real()):
            await self._note(actor, "sign-out")

    async def sweep(self) -> None:
        """Delete sessions that ended by their time long ago (`KEPT`); for the worker that cleans up."""
        await self._store.pool.fetch(_SWEEP, self._clock.real() - KEPT)

    async def last_worked(self, actor: Actor, before: int) -> int | None:
        """When this member of staff was last here in this role before `before` (real micros); None: not known."""
        rows = await self._store.pool.fetch(_WORKED, actor.reference, actor.role_code, actor.organization, before)
        return rows[0]["at"]

    async def _look(self, digest: bytes, *, touch: bool = True) -> tuple[Actor | None, int]:
        real = self._clock.real()
        named = await self._store.pool.fetch(_ACTOR, digest)
        mark = mark_of(named[0]["actor"]) if named else 0
        rows = await self._store.pool.fetch(_LOOK, digest, real, real - IDLE, mark) if named else []
        if not rows:
            return None, real
        row = rows[0]
        if touch and row["seen"] < real - _TOUCH:
            await self._store.pool.fetch(_SEEN, digest, real)
        keys = await own_keys(self._store, row["actor"]) if row["person"] is not None else ()
        return _actor(row, keys), min(row["until"], real + RECHECK)

    async def _note(self, actor: Actor | None, act: str) -> None:
        if actor is not None:
            await journal.note(self._store, who(actor, actor.purpose, None), act, actor.reference)


def _actor(row: Any, keys: tuple[PersonKey, ...]) -> Actor:
    return Actor(
        sort=Sort.CITIZEN if row["role"] == "citizen" else Sort.STAFF,
        reference=row["actor"],
        name=row["name"],
        role_code=row["role"],
        organization=row["org"],
        organization_name=row["org_name"],
        purpose=_PURPOSES.get(row["role"], "TREAT"),
        keys=keys,
        until=row["until"],
        account=row["account"],
    )


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
