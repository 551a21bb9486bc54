"""Norwegian identity numbers: what they say, and whether they can exist.

Rules: Skatteetaten, "Nytt fødselsnummer fra 2032" and the documentation of Folkeregisteret (check digits,
series, D-numbers, synthetic +80); Norsk helsenett's test population (synthetic +65); Direktoratet for e-helse
(felles hjelpenummer). Birth date and gender are data of their own in the record; nothing reads them from a
number, since numbers issued from 2032 do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from felles.fhir.norway.systems import DNR, FHN, FNR

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2, 1)


class NumberKind(StrEnum):
    """What sort of number it is. `HNR` are local help numbers, unique only within who gave them."""

    FNR = "FNR"
    DNR = "DNR"
    FHN = "FHN"
    HNR = "HNR"


class NumberError(ValueError):
    """Not an identity number; `rule` is `format`, `checksum`, `series` or `date`. Never holds the number."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"not an identity number: {rule}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """A number that can exist.

    `synthetic`: None, `tenor` (month + 80) or `nhn` (month + 65). `born`: the date an old number was issued
    for, None for help numbers and for those of the 2032 kind. `remainder`: of the first check digit; 1–3 are
    issued from 2032 only.
    """

    kind: NumberKind
    synthetic: str | None
    born: date | None
    remainder: int

    @property
    def system(self) -> str | None:
        """`Identifier.system`, or None for a local help number, which has no national one."""
        return {NumberKind.FNR: FNR, NumberKind.DNR: DNR, NumberKind.FHN: FHN}.get(self.kind)


def national_number(number: str) -> NationalNumber:
    """Read an 11-digit number. Raises `NumberError` with the rule that it breaks."""
    if len(number) != 11 or not (number.isascii() and number.isdigit()):
        raise NumberError("format")
    remainder = _weighted(number, _FIRST)
    if remainder > 3 or _weighted(number, _SECOND):
        raise NumberError("checksum")
    if number[0] in "89":
        return NationalNumber(NumberKind.FHN, None, None, remainder)
    day, month = int(number[:2]), int(number[2:4])
    kind = NumberKind.FNR
    if day > 40:
        day, kind = day - 40, NumberKind.DNR
    synthetic = None
    if month > 80:
        month, synthetic = month - 80, "tenor"
    elif month > 65:
        month, synthetic = month - 65, "nhn"
    elif month > 40:
        month, kind = month - 40, NumberKind.HNR
    # A 2032 number's series says no century: any leap year lets 29 February pass.
    year = 2000 if remainder else _year(int(number[4:6]), int(number[6:9]))
    try:
        born = date(year, month, day)
    except ValueError:
        raise NumberError("date") from None
    return NationalNumber(kind, synthetic, None if remainder else born, remainder)


def valid_national_number(number: str) -> bool:
    """Whether a number can exist."""
    try:
        national_number(number)
    except NumberError:
        return False
    return True


def _year(year: int, series: int) -> int:
    if series <= 499:
        return 1900 + year
    if series <= 749 and year >= 54:
        return 1800 + year
    if year < 40:
        return 2000 + year
    if series >= 900:
        return 1900 + year
    raise NumberError("series")


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(w * int(c) for w, c in zip(weights, number, strict=False)) % 11


def synthetic_number(born: date, series: int, *, d_number: bool = False) -> str | None:
    """The synthetic (month + 80) number of a birth date and three-digit series, or None where none exists.

    For made-up people only: the series must be one of the century (see `_year`), and its last digit even for
    women, odd for men. Raises `NumberError` when series and year do not go together.
    """
    if _year(born.year % 100, series) != born.year:
        raise NumberError("series")
    stem = f"{born.day + (40 if d_number else 0):02}{born.month + 80:02}{born.year % 100:02}{series:03}"
    first = -_weighted(stem, _FIRST) % 11
    second = -_weighted(f"{stem}{first}", _SECOND) % 11 if first < 10 else 10
    return None if second == 10 else f"{stem}{first}{second}"


def valid_organisation_number(number: str) -> bool:
    """Whether nine digits are an organisation number: modulus 11, first digit 8 or 9 (Enhetsregisteret).

    Those of Skatteetaten's synthetic organisations begin with 2 or 3.
    """
    if len(number) != 9 or not (number.isascii() and number.isdigit()) or number[0] not in "8923":
        return False
    return _weighted(number, _ORGANISATION) == 0


def organisation_number(stem: int) -> str | None:
    """The organisation number that begins with these eight digits, or None where none exists."""
    check = -_weighted(f"{stem:08}", _ORGANISATION) % 11
    return None if check == 10 else f"{stem:08}{check}"


def valid_hpr_number(number: str) -> bool:
    """Whether it has the form of an HPR number: 7 to 9 digits, no check digit."""
    return 7 <= len(number) <= 9 and number.isascii() and number.isdigit()
