"""What a run asks for of what is too much for every run: an honest share, another each day.

Which share says `FELLES_TURN`, a number that a run prints in its first lines (tests/conftest.py), the day's where it is
given none: the same number asks for the same. As many runs as a share has parts, with numbers that follow each other,
ask for all; so does `FELLES_WHOLE=1` in one.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zlib import crc32

TURN = "FELLES_TURN"
WHOLE = "FELLES_WHOLE"


def whole() -> bool:
    """Whether this run asks for all."""
    return bool(os.environ.get(WHOLE))


def turn() -> int:
    """The number of this run; 0 where none was given."""
    return int(os.environ.get(TURN) or 0)


def begin() -> None:
    """Give a run that was given no number the day's (of UTC), for it and for the processes it starts."""
    os.environ.setdefault(TURN, str(datetime.now(UTC).toordinal()))


def dealt(what: str, share: int, seat: int = 0) -> bool:
    """Whether `what` is asked for by one who takes a part in `share`: of those who sit side by side each takes others.

    What is dealt lies as its name falls, not in rows: of a product of two lists a part holds something of each.
    """
    return whole() or (crc32(what.encode()) + seat + turn()) % share == 0
