"""The key that signs ticks: Ed25519, in a file that only who runs the server can read.

`log.key` in FELLES_HOME holds the private key, made on first use. `log.keys` lists every public key that ever
signed here, one `id hex` a line: with it, and no secret, the log can be verified anywhere. The id of a key is
the first half of the SHA-256 of its public bytes.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE = "log.key"
PUBLIC = "log.keys"


class LogKeyError(RuntimeError):
    """A key file cannot be used; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id of its public half."""

    private: Ed25519PrivateKey
    id: str

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> SigningKey:
        """A key with its id."""
        return cls(private, key_id(private.public_key().public_bytes_raw()))

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature (64 bytes) over `message`."""
        return self.private.sign(message)


def key_id(public: bytes) -> str:
    """The id of a public key: 32 hex characters."""
    return hashlib.sha256(public).hexdigest()[:32]


def load(home: Path) -> SigningKey:
    """The signing key of this home, made and listed on first use; two that begin at once get the same one.

    Raises `LogKeyError` when the file is not a key of ours, or others may read it.
    """
    path = home / PRIVATE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise LogKeyError(f"{path} can be read by others: chmod 600 it, or remove it for a new key")
    try:
        key = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip())))
    except ValueError as error:
        raise LogKeyError(f"{path} holds no signing key") from error
    _list(home / PUBLIC, key)
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    # A link fails where the name is taken: whoever came first has made the key.
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


def _list(path: Path, key: SigningKey) -> None:
    if key.id not in known(path):
        with path.open("a") as file:
            file.write(f"{key.id} {key.public.hex()}\n")


def known(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys of a list, by id; none when there is no list. Raises `LogKeyError` for a line that is wrong."""
    keys: dict[str, Ed25519PublicKey] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, hexadecimal = line.strip().partition(" ")
        try:
            public = bytes.fromhex(hexadecimal)
            key = Ed25519PublicKey.from_public_bytes(public)
        except ValueError as error:
            raise LogKeyError(f"{path} has a line that is no public key: {line[:40]}") from error
        if key_id(public) != name:
            raise LogKeyError(f"{path} names a key {name} that has another id")
        keys[name] = key
    return keys


def signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `key`."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
