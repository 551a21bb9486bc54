"""The municipalities of Central Norway: records carry their numbers, people know their names.

Numbers and names: Kartverket's list of municipalities since 2024 (Møre og Romsdal with Ålesund and Haram apart). One
that is not among them is shown and looked for as it is written.
"""

from __future__ import annotations

from typing import Final

_TABLE: Final = """
5001 Trondheim|5006 Steinkjer|5007 Namsos|5014 Frøya|5020 Osen|5021 Oppdal|5022 Rennebu|5025 Røros|5026 Holtålen
5027 Midtre Gauldal|5028 Melhus|5029 Skaun|5031 Malvik|5032 Selbu|5033 Tydal|5034 Meråker|5035 Stjørdal|5036 Frosta
5037 Levanger|5038 Verdal|5041 Snåsa|5042 Lierne|5043 Røyrvik|5044 Namsskogan|5045 Grong|5046 Høylandet
5047 Overhalla|5049 Flatanger|5052 Leka|5053 Inderøy|5054 Indre Fosen|5055 Heim|5056 Hitra|5057 Ørland|5058 Åfjord
5059 Orkland|5060 Nærøysund|5061 Rindal|1505 Kristiansund|1506 Molde|1508 Ålesund|1511 Vanylven|1514 Sande
1515 Herøy|1516 Ulstein|1517 Hareid|1520 Ørsta|1525 Stranda|1528 Sykkylven|1531 Sula|1532 Giske|1535 Vestnes
1539 Rauma|1547 Aukra|1554 Averøy|1557 Gjemnes|1560 Tingvoll|1563 Sunndal|1566 Surnadal|1573 Smøla|1576 Aure
1577 Volda|1578 Fjord|1579 Hustadvika|1580 Haram
"""

NAMES: Final = {
    number: name for row in _TABLE.replace("\n", "|").split("|") if row for number, _, name in [row.partition(" ")]
}
"""Number → name."""
_NUMBERS: Final = {name.casefold(): number for number, name in NAMES.items()}


def name_of(text: str) -> str:
    """The name of a municipality by its number; anything else as it is."""
    return NAMES.get(text, text)


def number_of(text: str) -> str:
    """The number of a municipality by its name in any case; anything else as it is."""
    return _NUMBERS.get(" ".join(text.split()).casefold(), text)
