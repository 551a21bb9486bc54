"""The language: types, validation, references, search values. Pure; no I/O but reading its own data."""

from felles.fhir import r4
from felles.fhir.codec import MAX_DEPTH, decode, encode, warm
from felles.fhir.issues import Invalid, Issue, outcome
from felles.fhir.links import links, references, rewrite

__all__ = [
    "MAX_DEPTH",
    "Invalid",
    "Issue",
    "decode",
    "encode",
    "links",
    "outcome",
    "r4",
    "references",
    "rewrite",
    "warm",
]
