"""Scopes of tokens, as far as they are kept: all resource types at once.

`<level>/*.<access>`, level being patient, user or system, access `*`, `read`, `write` or SMART v2's letters `rs`,
`cud`, `cruds`. A scope for single types is refused rather than given more than it says; those come with SMART.
Source: SMART App Launch 2.2, scopes for FHIR resources (and 1.0 for the words).
"""

from __future__ import annotations

import re
from typing import Final

from felles.access.bases import Basis
from felles.access.errors import Refused
from felles.access.verbs import NARROWED, VERBS

_READ: Final = frozenset({"read", "find"})
_ADMINISTERS: Final = frozenset({"maintain", "register", "staff", "approve", "join"})
_WRITE: Final = (VERBS.keys() - _READ - _ADMINISTERS) | NARROWED | {f"basis:{b.code}" for b in Basis}
_ALL: Final = _READ | _WRITE | _ADMINISTERS
_ACCESS: Final = {"*": _ALL, "cruds": _ALL, "read": _READ, "rs": _READ, "write": _WRITE, "cud": _WRITE}
_SCOPE: Final = re.compile(r"(patient|user|system)/\*\.(.+)")

EVERYTHING: Final = "system/*.*"


def verbs_of(scope: str) -> frozenset[str]:
    """What a space-separated scope allows at most; the role narrows it further. Raises `Refused`."""
    verbs: frozenset[str] = frozenset()
    for part in scope.split():
        match = _SCOPE.fullmatch(part)
        if match is None or match[2] not in _ACCESS:
            raise Refused(f"scope {part!r} is not one given here: use system/*.* , system/*.read or system/*.write")
        verbs |= _ACCESS[match[2]]
    if not verbs:
        raise Refused("a token needs a scope, such as system/*.read")
    return verbs
