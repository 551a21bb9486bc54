"""Who was in the record last. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.rules import Look, looks, read_line

if TYPE_CHECKING:
    from collections.abc import Iterable


def last_look(others: Iterable[tuple[int, str]], own: str) -> Look | None:
    """The newest look of a person other than `own` among (moment, line's text), newest first."""
    for at, text in others:
        for look in looks([(at, read_line(text))], own):
            if look.kind in ("look", "write"):
                return look
    return None
