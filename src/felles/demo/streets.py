"""Street addresses, made up: the name is of a kind that many places have, the number is nobody's in particular."""

from __future__ import annotations

from typing import Final
from zlib import crc32

_NAMES: Final = (
    "Bjørkevegen Granvegen Furuvegen Rognevegen Ospevegen Lyngvegen Åsvegen Bakkevegen Myrvegen Elvevegen Sjøvegen "
    "Fjellvegen Skogvegen Solvegen Kirkevegen Skolevegen Møllevegen Naustvegen Strandvegen Fjordvegen Haugvegen "
    "Tunvegen Engvegen Steinvegen Bekkevegen Moavegen Liavegen Nesvegen Vikvegen Hammarvegen"
).split()
_NUMBERS: Final = 64


def street_of(household: str, municipality: str) -> str:
    """Where a household lives in its municipality: `Bjørkevegen 12`. The same for all who live together."""
    place = crc32(f"{municipality}/{household}".encode())
    name, number = _NAMES[place % len(_NAMES)], 1 + place // len(_NAMES) % _NUMBERS
    entrance = "AB"[place >> 16 & 1] if place >> 20 & 7 == 0 else ""
    return f"{name} {number}{entrance}"
