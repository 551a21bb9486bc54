"""Where the server of a home listens: what `felles serve` leaves for the other commands while it runs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_FILE = "address"


@contextmanager
def announced(home: Path, address: str) -> Generator[None]:
    """Say under `home`, for as long as the block runs, that a server listens at `address` (http://host:port)."""
    path = home / _FILE
    path.write_text(address + "\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def address_of(home: Path) -> str | None:
    """Where the server of `home` said that it listens; None when it said nothing. It may have been killed since."""
    try:
        return (home / _FILE).read_text().strip() or None
    except OSError:
        return None
