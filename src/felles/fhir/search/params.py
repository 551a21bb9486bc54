"""The search parameters of R4: what each type can be searched by."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"]

COLUMNS = frozenset({"_id", "_lastUpdated"})
"""Parameters that the row itself answers: they are supported, but stand in no Index."""

BASE = "Resource"
"""The base whose parameters every type has."""


class Param(msgspec.Struct, frozen=True):
    """One search parameter of one type.

    `type` is the kind of search; `targets` the types a reference may lead to (empty: any); `expression` the
    official FHIRPath, which may speak of other types too; `kinds` the FHIR types of the elements it selects in
    this type. `number` belongs to the name, is at most 32767 and never changes. When `supported` is false,
    `why` says what is missing.
    """

    name: str
    type: Kind
    targets: tuple[str, ...]
    expression: str
    supported: bool
    number: int
    kinds: tuple[str, ...] = ()
    why: str = ""
