"""The press: a process of its own that makes one record into a PDF, and ends.

    python -m felles.care.download.press < frames > PDF

It has no database and no secrets: a worker sends it what the reader sees, frame by frame (`Frame`), and it answers with
the file. It bounds its own memory and time, so that neither a long record nor an odd one takes a worker down, and says
nothing of the record when it fails: only the name of what went wrong.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import typst
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.msgpack import Decoder

from felles.care.doors.rules import read_line
from felles.care.download import letters
from felles.care.download.gather import Portion, Whole, add
from felles.care.download.sheet import Asked, document

if TYPE_CHECKING:
    from felles.care.doors.rules import Line

MEMORY: Final = 2 << 30
"""Bytes of address space."""
SECONDS: Final = 120
"""Seconds of processor time."""
NICE: Final = 10
"""How far it stands back behind whoever answers requests."""
STANDARD: Final = "ua-1"
"""PDF/UA-1: tagged, with a title, a language and a reading order."""
TEMPLATE: Final = Path(__file__).with_name("record.typ")
LETTERS: Final = Path(__file__).with_name("letters.typ")


class Frame(Struct):
    """What is sent: first `asked`, then portions, then the log; the last says that it is the end."""

    asked: Asked | None = None
    portion: Portion | None = None
    log: list[tuple[int, int, str | None]] = field(default_factory=list)
    """(moment, number, text) of lines of the access log, newest first."""
    end: bool = False


_frame: Final = Decoder(Frame).decode


def read(source: BinaryIO) -> tuple[Asked, Whole, list[tuple[int, Line]]]:
    """All that is sent. Raises `EOFError` when it is cut off, `msgspec.DecodeError` for what is none of it."""
    asked: Asked | None = None
    whole, log = Whole(), []
    while True:
        frame = _frame(_exactly(source, int.from_bytes(_exactly(source, 4), "big")))
        asked = frame.asked or asked
        if frame.portion:
            add(whole, frame.portion)
        log += [(at, read_line(text, number)) for at, number, text in frame.log]
        if frame.end and asked is not None:
            return asked, whole, log


def _exactly(source: BinaryIO, many: int) -> bytes:
    found = source.read(many)
    if len(found) != many:
        raise EOFError
    return found


def typeset(told: dict[str, Any]) -> bytes:
    """The document as PDF. Letters that no font has are replaced by a sign, and the document says so."""
    told = letters.strings(told, letters.plain)
    gone = _missing(sorted(letters.odd(told)))
    for _ in range(3):
        shown = letters.without(told, gone) | {"odd": bool(gone), "sign": letters.SIGN}
        try:
            return _compile(TEMPLATE, encode(shown))
        except typst.TypstError as error:
            more = letters.missing(getattr(error, "diagnostic", ""))
            if not more - gone:
                raise
            gone |= more  # letters that are shown alone, but not with the mark above them
    raise ValueError("letters that cannot be shown")


def _missing(asked: list[str]) -> set[str]:
    """Those of these letters that no font has."""
    if not asked:
        return set()
    try:
        _compile(LETTERS, encode(asked))
    except typst.TypstError as error:
        return letters.missing(getattr(error, "diagnostic", ""))
    return set()


def _compile(source: Path, data: bytes) -> bytes:
    """PDF/UA of a template that finds `data` as JSON. Fonts are those of the package alone. Raises `TypstError`."""
    inputs = {"data": data.decode()}
    compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=[STANDARD])
    if not isinstance(made, bytes):
        raise TypeError("no PDF")
    return made


def main() -> int:
    """Read frames from standard input, write the PDF to standard output; 1 when it could not be made."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    try:
        made = typeset(document(*read(sys.stdin.buffer)))
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
    except Exception as error:  # noqa: BLE001 - whatever it was, nothing of a record may be told of it
        sys.stderr.write(type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
