"""Reading what is to be imported: bundles, single resources and NDJSON, plain or gzipped, files or folders.

A file is read into pieces without decoding them: each `Piece` holds the bytes of one resource, where it
stood, and the key it is known by outside. Decoding, and everything that can be wrong with a resource, comes
later and hits that piece alone; what makes a whole file unreadable is an `Unreadable` with one clear line.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_LITERAL = re.compile(
    r"(?:(?P<base>https?://.*)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/.+)?"
)
UUIDS = "urn:uuid"
"""The source of everything known by a UUID: they are unique without one."""


class Unreadable(ValueError):
    """A file that cannot be taken apart; the message is one clear line."""


class Key(msgspec.Struct, frozen=True, gc=False):
    """How an entry is known outside: where it comes from, and what it is called there."""

    source: str
    name: str


class Piece(msgspec.Struct, gc=False):
    """One resource of an input: its bytes, its type, where it stood (file, position from 1) and its key."""

    file: Path
    position: int
    type: str
    raw: bytes
    key: Key | None
    base: str | None
    """The base its relative references mean; None: the source given with the import."""
    full_url: str | None


class _Head(msgspec.Struct, rename={"type": "resourceType"}):
    type: str = ""
    id: str | None = None


class _Entry(msgspec.Struct, rename={"full_url": "fullUrl"}):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    type: str = ""
    entry: list[_Entry] | None = None


_head = msgspec.json.Decoder(_Head)
_bundle = msgspec.json.Decoder(_Bundle)


def find(paths: list[Path]) -> list[Path]:
    """The files of `paths`, folders searched through, in a fixed order. Raises `Unreadable` for what is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(p for p in path.rglob("*") if p.is_file() and p.name.endswith(SUFFIXES)))
        elif path.is_file():
            found.append(path)
        else:
            raise Unreadable(f"{path} is not there")
    return found


@lru_cache(maxsize=16_384)
def key_of(text: str, source: str | None, base: str | None = None) -> Key | None:
    """The key that a full URL, a reference or `Type/id` stands for; None when only a source could tell.

    UUIDs are keys by themselves, whether written `urn:uuid:…` or `Type/…`. An absolute URL's source is
    its base, unless `source` was given.
    """
    if text.startswith("urn:uuid:"):
        return Key(source or UUIDS, text[9:].lower())
    if text.startswith("urn:"):
        return Key(source or "urn", text)
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    if _UUID.fullmatch(match["id"]):
        return Key(source or UUIDS, match["id"].lower())
    place = source or match["base"] or base
    return None if place is None else Key(place, f"{match['type']}/{match['id']}")


def read(file: Path, source: str | None) -> Iterator[Piece]:
    """The pieces of one file. Raises `Unreadable`, also after some pieces were given (NDJSON)."""
    try:
        with file.open("rb") as opened:
            packed = opened.read(2) == b"\x1f\x8b"
        lines = ".ndjson" in file.suffixes
        opener: Any = gzip.open if packed else Path.open
        with opener(file, "rb") as stream:
            if lines:
                for number, line in enumerate(stream, start=1):
                    if line.strip():
                        yield from _line(file, number, line, source)
            else:
                yield from _resource(file, 1, stream.read(), source)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error


def _line(file: Path, number: int, raw: bytes, source: str | None) -> Iterator[Piece]:
    """One line of NDJSON. One that cannot be read is given as it is: decoding it says why, and hits it alone."""
    try:
        yield from _resource(file, number, raw, source)
    except Unreadable:
        yield Piece(file, number, "", raw, Key(str(file), str(number)), None, None)


def _resource(file: Path, position: int, raw: bytes, source: str | None) -> Iterator[Piece]:
    try:
        head = _head.decode(raw)
        bundle = _bundle.decode(raw) if head.type == "Bundle" else None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(f"{file}:{position} is not FHIR JSON: {error}") from error
    if bundle is None or bundle.type in {"document", "message"}:
        yield _piece(file, position, raw, None, source)
        return
    for number, entry in enumerate(bundle.entry or [], start=1):
        if entry.resource:
            yield _piece(file, number, bytes(entry.resource), entry.full_url, source)


def _piece(file: Path, position: int, raw: bytes, full_url: str | None, source: str | None) -> Piece:
    try:
        head = _head.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        head = _Head()
    key = base = None
    if full_url:
        key = key_of(full_url, source)
        match = _LITERAL.fullmatch(full_url)
        base = match["base"] if match else None
    elif head.id:
        key = key_of(f"{head.type}/{head.id}", source)
    return Piece(file, position, head.type, raw, key, base, full_url)
