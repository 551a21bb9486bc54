"""The key that signs access tokens, and the tokens themselves: JWTs by ES256 (RFC 7519, RFC 7518)."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any, Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from felles.access.errors import NotSignedIn
from felles.record.clock import MICROSECONDS

ALGORITHM: Final = "ES256"
ISSUER: Final = "felles"
AUDIENCE: Final = "felles/fhir"
TYPE: Final = "at+jwt"
"""RFC 9068: an access token is never taken for another kind of JWT."""
LONGEST: Final = 8192
"""Characters of the longest token that is looked at."""


class Claims(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a token says. `exp` and `iat` in seconds; `session` (hex) is the hash of the session it belongs to."""

    iss: str = ISSUER
    aud: str = AUDIENCE
    sub: str
    iat: int
    exp: int
    jti: str
    scope: str
    demo: bool = False
    session: str | None = None
    client: str | None = None
    name: str = ""
    org: str = ""
    org_name: str = ""
    purpose: str = ""

    @property
    def until(self) -> int:
        """The expiry in real microseconds."""
        return self.exp * MICROSECONDS


class Signer:
    """Signs and checks tokens with one key."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self.key_id = key.ensure_kid() or key.thumbprint()

    @classmethod
    def of(cls, home: Path) -> Signer:
        """The signer with the key of this home (`keys/token.json`, mode 0600), made when there is none."""
        path = home / "keys" / "token.json"
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"{path} can be read by others: its mode must be 0600")
        return cls(ECKey.import_key(msgspec.json.decode(path.read_bytes())))

    def public(self) -> dict[str, Any]:
        """The public key as a JWK, for whoever checks tokens."""
        return {**self._key.as_dict(private=False), "alg": ALGORITHM, "use": "sig", "kid": self.key_id}

    def sign(self, claims: Claims) -> str:
        """The token that says `claims`."""
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self.key_id}
        return jwt.encode(header, msgspec.to_builtins(claims), self._key, algorithms=[ALGORITHM])

    def read(self, token: str, real: int) -> Claims:
        """The claims of a token that is ours and not over. Raises `NotSignedIn`; the token is never named."""
        if len(token) > LONGEST:
            raise NotSignedIn("the access token is not one of ours")
        try:
            read = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            claims = msgspec.convert(read.claims, Claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotSignedIn("the access token is not one of ours") from None
        if (read.header.get("typ"), claims.iss, claims.aud) != (TYPE, ISSUER, AUDIENCE):
            raise NotSignedIn("the access token is not one for this server")
        if claims.until <= real:
            raise NotSignedIn("the access token has expired")
        return claims


def _make(path: Path) -> None:
    """Write a new key; when another process was first, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ECKey.generate_key("P-256", auto_kid=True)
    fresh = path.with_name(f"token.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(key.as_dict(private=True)))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
