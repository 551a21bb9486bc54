"""Where a person lives and how she is rung, as it stands on a line about her. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import field
from msgspec.json import Decoder

from felles.care import shapes


class _Point(shapes.Shape):
    """A telephone or another way to reach somebody."""

    system: str | None = None
    value: str | None = None
    use: str | None = None


class _Place(shapes.Shape):
    """An address as it stands on a door."""

    line: list[str] = field(default_factory=list)
    postal_code: str | None = None
    city: str | None = None


class _Reached(shapes.Shape):
    """Where a Patient lives and how she is rung."""

    telecom: list[_Point] = field(default_factory=list)
    address: list[_Place] = field(default_factory=list)


_reached: Final = Decoder(_Reached).decode


def reached(body: str | bytes) -> tuple[str, str]:
    """(address, telephone) of a Patient as JSON, each "" where there is none; a protected one is not in what comes."""
    known = _reached(body)
    address = next((said for place in known.address if (said := _address(place))), "")
    phones = (p.value or "" for p in known.telecom if p.system == "phone" and p.use != "old")
    return address, next(phones, "")


def _address(place: _Place) -> str:
    town = " ".join(part for part in (place.postal_code, place.city) if part)
    return ", ".join(part for part in (*place.line, town) if part)
