"""The text of a leaf: one JSON object, made in SQL or here, read back here. Pure.

    {"who":{…},"act":"read","what":"Observation/f…","basis":"gp-list:EpisodeOfCare/…","outcome":"released","n":1}

`who` is made once per session by what mints the Grant; `what` holds types, ids and codes, never a name or a
number of a person. Further keys may follow (the approval of a token, say).
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_ORDER = ("who", "act", "what", "basis", "outcome", "n")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a leaf says. `n` is how many entries it is about, where that was noted; `more` the further keys."""

    who: dict[str, Any]
    act: str
    what: str
    basis: str | None = None
    outcome: str
    n: int | None = None
    more: dict[str, Any] = {}


def render(line: Line) -> str:
    """The leaf's text, its keys in their fixed order; those that say nothing are left out, but for `basis`."""
    said: dict[str, Any] = {key: getattr(line, key) for key in _ORDER}
    if line.n is None:
        del said["n"]
    return msgspec.json.encode(said | line.more).decode()


def parse(text: str) -> Line:
    """What a leaf's text says. Raises `msgspec.MsgspecError` when it is not one."""
    said = msgspec.json.decode(text, type=dict[str, Any])
    known = {key: said.pop(key) for key in _ORDER if key in said}
    return msgspec.convert(known | {"more": said}, type=Line)


def digest(salt: bytes, text: str) -> bytes:
    """The leaf's digest: SHA-256 over salt and text. With salt and text gone it gives nothing away."""
    return hashlib.sha256(salt + text.encode()).digest()
