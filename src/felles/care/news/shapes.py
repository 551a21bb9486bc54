"""The rows that news are made from, as `record.want_news` gives them."""

from __future__ import annotations

from typing import Final

from msgspec import Raw, Struct
from msgspec.json import Decoder


class Earlier(Struct, array_like=True, gc=False):
    """A version that was: since when it was known (real micros), and its JSON."""

    known: int
    body: Raw


class Read(Struct, array_like=True, gc=False):
    """One entry, as `record.wants.News` gives it."""

    known: int
    org: int
    author: str
    body: Raw
    low: int
    kind: int
    type: int
    id: str
    before: list[Earlier]


class Contact(Struct, array_like=True, gc=False):
    """The last contact of the reader's organisation: when (real micros), and the entry that says so."""

    at: int
    type: int
    id: str


class Look(Struct, array_like=True, gc=False):
    """The last look before this sitting (real micros, 0: none among the lines read); `whole`: these were all."""

    at: int
    whole: bool


_reads: Final = Decoder(list[Read]).decode
_contacts: Final = Decoder(list[Contact]).decode
_looks: Final = Decoder(list[Look]).decode


def reads(rows: bytes) -> list[Read]:
    """The rows of a `News`, what became known last first."""
    return _reads(rows)


def contact(rows: bytes) -> Contact | None:
    """The row of a `Met`."""
    return next(iter(_contacts(rows)), None)


def look(rows: bytes) -> Look | None:
    """The row of a `Looked`."""
    return next(iter(_looks(rows)), None)
