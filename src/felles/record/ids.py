"""Identities the server makes, and those it derives for what is imported.

An id of ours carries its bucket in its first characters, so that `GET /Observation/{id}` goes straight
to its shard; the remaining 105 bits are random. An imported entry's id is a hash of where it came from,
so that references can be rewritten before their target is known, and so that a second import meets the
first one's entries; where it lies stands in `directory`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import lru_cache

from felles.fhir.search.marks import reference_hash

BUCKETS = 4096
SHARED_BUCKET = -1
"""The bucket of rows in `shared`."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_OURS = re.compile(r"f[0-9a-hjkmnp-tv-z]{24}")


_LETTER_OF_BYTE = _ALPHABET.encode() * 8
"""Each of a byte's values as one letter, all letters equally often."""
_BUCKET_LETTERS = tuple(a + b + c for a in "01234" for b in _ALPHABET for c in _ALPHABET)
"""The three letters of a bucket, at its number plus one (-1: shared)."""
_BUCKET_OF = {letters: number - 1 for number, letters in enumerate(_BUCKET_LETTERS) if number <= BUCKETS}


def new_bucket() -> int:
    """A bucket (0–4095) drawn at random, for a new person or an entry that has none."""
    return secrets.randbelow(BUCKETS)


def new_id(bucket: int) -> str:
    """A new id of 25 characters: `f`, three for the bucket (-1 for shared entries), 21 random (105 bits)."""
    random = secrets.token_bytes(21).translate(_LETTER_OF_BYTE)
    return f"f{_BUCKET_LETTERS[bucket + 1]}{random.decode()}"


def drawn_id(bucket: int, seed: str) -> str:
    """An id like those of `new_id`, the same for the same seed: a form sent twice meets itself."""
    drawn = hashlib.blake2b(seed.encode(), digest_size=21).digest().translate(_LETTER_OF_BYTE)
    return f"f{_BUCKET_LETTERS[bucket + 1]}{drawn.decode()}"


def form_id(bucket: int, said: str) -> str:
    """The id that a form is shown with: the one it came with, or a new one."""
    return said if bucket_of(said) == bucket else new_id(bucket)


def named_id(bucket: int, said: str, *words: str) -> str:
    """The id of what a form (`said`: its `form_id`) sends: the same words are one, what was changed is another."""
    return drawn_id(bucket, "\n".join((said, *words))) if bucket_of(said) == bucket else new_id(bucket)


def bucket_of(resource_id: str) -> int | None:
    """The bucket an id of ours carries (-1: shared), or None when the id is not of our form."""
    if len(resource_id) != 25 or not _OURS.fullmatch(resource_id):
        return None
    return _BUCKET_OF.get(resource_id[1:4])


@lru_cache(maxsize=16_384)  # a life refers to the same few entries again and again
def derived_id(source: str, key: str) -> str:
    """The id of what was imported from `source` under `key`: `x` and 32 hexadecimal digits of a hash."""
    return "x" + hashlib.blake2b(f"{source}\n{key}".encode(), digest_size=16).hexdigest()


mark_of = reference_hash
"""The signed 64-bit hash of `Type/id`, as the `self`, `party` and `org` columns hold it."""
