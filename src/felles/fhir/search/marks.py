"""Marks: equality as 64-bit numbers.

Everything a search compares for equality (a code, a reference, a URI, an exact string, "has a value") is hashed
together with the parameter's name to one signed 64-bit number. A resource carries the set of its marks; a query
is one mark, found by equality in one index. Two different texts with one mark would be a wrong hit, never a
missed one, and never one beyond what the reader may see, which is decided apart from the search; among 10^9 marks
the chance that a given query meets one is 5 in 10^11.

Kept stable: marks are stored. A change here is a new version of the index (reindex).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

CACHED = 16384
"""Entries of each cache of marks; about 300 bytes apiece."""


def digest(text: str) -> int:
    """The first 8 bytes of BLAKE2b over `text` in UTF-8, as a signed 64-bit integer, big-endian.

    Alone it is H("Type/id") of a reference; what else is hashed begins with a kind and a NUL, which no
    reference holds.
    """
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)


reference_hash = lru_cache(maxsize=CACHED)(digest)
"""H of a reference's text, remembered: the same few targets stand in entry after entry."""


@lru_cache(maxsize=4096)
def key(param: str) -> int:
    """K: the constant that ties a reference to its parameter, `H("Type/id") ^ K(param)` being the mark."""
    return digest(f"param\0{param}")


@lru_cache(maxsize=4096)
def present(param: str) -> int:
    """The mark of every resource that has a value for `param` (`:missing=false`)."""
    return digest(f"present\0{param}")


def reference_mark(param: str, target: str) -> int:
    """The mark of a reference to `target`: `Type/id`, `/id` for any type, or a URL."""
    return reference_hash(target) ^ key(param)


def code_mark(param: str, code: str) -> int:
    """`code`: any system or none."""
    return digest(f"code\0{param}\0{code}")


def system_mark(param: str, system: str) -> int:
    """`system|`: any code of the system."""
    return digest(f"system\0{param}\0{system}")


def system_code_mark(param: str, system: str, code: str) -> int:
    """`system|code`."""
    return digest(f"token\0{param}\0{system}\0{code}")


def bare_mark(param: str, code: str) -> int:
    """`|code`: the code where no system is given."""
    return digest(f"bare\0{param}\0{code}")


def uri_mark(param: str, uri: str) -> int:
    """A URI, compared whole."""
    return digest(f"uri\0{param}\0{uri}")


def exact_mark(param: str, text: str) -> int:
    """`:exact` on a string; `text` as `fold.exact` gives it."""
    return digest(f"exact\0{param}\0{text}")


def unit_mark(system: str | None, code: str) -> int:
    """The unit of a quantity: with its system, or (None) as code or text alone. Not tied to a parameter."""
    return digest(f"unit\0{code}" if system is None else f"unit\0{system}\0{code}")


def token_marks(param: str, system: str | None, code: str | None) -> tuple[int, ...]:
    """All marks by which a token is found, that of presence among them."""
    found = [present(param)]
    if system:
        found.append(system_mark(param, system))
        if code:
            found.append(system_code_mark(param, system, code))
    elif code:
        found.append(bare_mark(param, code))
    if code:
        found.append(code_mark(param, code))
    return tuple(found)
