"""The link to the next page: one encrypted, authenticated token, bound to who may use it.

It holds the search, the snapshot, the era and the place after which the page begins; nobody can read names,
numbers or transaction ids in it. It fixes the data, never the decision: each page is decided and logged anew.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from felles.record.clock import MICROSECONDS
from felles.record.errors import BadQuery, Expired
from felles.record.find.limits import DEFAULT, Limits
from felles.record.find.places import Places

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.settings import Settings

_LONGEST = 16_384


class Made(Protocol):
    """What a token can hold. `made`: real microseconds."""

    made: int


M = TypeVar("M", bound=Made)


class Place(msgspec.Struct, array_like=True):
    """Where a page begins: the search (`type`, `pairs`, `base_url`), its start and order, and the snapshot."""

    type: str
    pairs: list[tuple[str, str]]
    base_url: str
    now: int | None
    start: str
    keys: list[str]
    snapshot: str
    era: int
    made: int


@dataclass(slots=True)
class Links:
    """Makes and opens the tokens. `places` remembers where named persons lie."""

    key: bytes
    limits: Limits = DEFAULT
    places: Places = field(default_factory=Places)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """With the key of this FELLES_HOME, made on first use, and the limits of the settings."""
        limits = Limits(
            count=settings.default_page,
            count_max=settings.max_page,
            budget=settings.search_budget,
            included=settings.max_includes,
            life=int(settings.page_link_lifetime),
        )
        return cls(_key(settings.home), limits)

    def seal(self, place: Made, grant: Grant) -> str:
        """The token for `place`, good for this actor in this role alone."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.key).encrypt(nonce, msgspec.msgpack.encode(place), _bound(grant))
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, token: str, grant: Grant, clock: Clock, kind: type[M] = Place) -> M:
        """The place of a token, of the kind that was sealed.

        Raises `Expired` when its time is over, `BadQuery` when it is not this reader's.
        """
        try:
            data = base64.urlsafe_b64decode(token[:_LONGEST] + "=" * (-len(token[:_LONGEST]) % 4))
            place = msgspec.msgpack.decode(AESGCM(self.key).decrypt(data[:12], data[12:], _bound(grant)), type=kind)
        except (ValueError, InvalidTag, binascii.Error, msgspec.DecodeError) as error:
            raise BadQuery("this link was not made for you here: search again") from error
        if clock.real() - place.made > self.limits.life * MICROSECONDS:
            raise Expired("this link is too old: search again")
        return place


def _bound(grant: Grant) -> bytes:
    bound: list[Any] = [grant.actor, grant.org, grant.role, int(grant.mode), grant.own, grant.behalf]
    return msgspec.json.encode([*bound, list(getattr(grant, "keys", ())), type(grant).__name__])


def _key(home: Path) -> bytes:
    """32 random bytes in FELLES_HOME; the workers of a server make it once between them."""
    path = home / "paging.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"paging.key.{secrets.token_hex(8)}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link is made whole or not at all, and fails where another worker was first.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
