"""What is told of somebody's life beside her illnesses: what matters to her, how she lives, what she does not want.

Codes are those of LOINC: 95541-9 Care experience preference, 75773-2 Goals, preferences, and priorities for medical
treatment, 63503-7 Living arrangement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.care import words
from felles.care.shapes import Concept

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.overview.views import Read, Reads
    from felles.care.shapes import Measured, Observation
    from felles.ui.i18n import Language

MATTERS: Final = ("95541-9",)
"""What matters to the person, in her own or her kin's words."""
LIMITS: Final = ("75773-2",)
"""What is agreed about treatment and its limits."""
LIVING: Final = ("63503-7",)
"""With whom and where she lives."""
NOT_A_VALUE: Final = ("entered-in-error", "cancelled", "registered")
"""Observation status of what was never said."""
_code: Final = Decoder(Concept).decode


def latest(courses: Iterable[Reads]) -> list[tuple[Concept, Read[Measured]]]:
    """(what it is about, the newest that was said of it), newest first."""
    found: list[tuple[Concept, Read[Measured]]] = []
    for course in courses:
        read = next((read for read in course.reads if read.entry.status not in NOT_A_VALUE), None)
        if read is not None:
            found.append((_code(read.entry.code), read))
    found.sort(key=lambda pair: -pair[1].at)
    return found


def about(courses: Iterable[Reads], codes: tuple[str, ...]) -> Read[Measured] | None:
    """The newest that was said of one of `codes`."""
    return next((read for concept, read in latest(courses) if concept.has(*codes)), None)


def newest(reads: Iterable[Read[Observation]], codes: tuple[str, ...]) -> Read[Observation] | None:
    """The newest of `reads` (newest first) that says something of one of `codes`."""
    return next((r for r in reads if r.entry.status not in NOT_A_VALUE and r.entry.code.has(*codes)), None)


def said(t: Language, read: Read[Measured] | Read[Observation]) -> str:
    """It in words, as they were written."""
    own = words.spoken(t, read.entry)
    if own:
        return own
    return "; ".join(f"{part.code.words}: {told}" for part in read.entry.component if (told := words.spoken(t, part)))
