# ruff: noqa: E501 - tables read by their columns
"""The municipalities of Central Norway: number, name, people, written language of most of their offices.

Numbers and names: Kartverket's list of municipalities since 2024 (Møre og Romsdal with Ålesund and Haram apart).
People: Statistisk sentralbyrå, rounded; they only weigh how many of the made-up region live where.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heapreplace

_TABLE = """
5001 Trondheim 214600|5006 Steinkjer 24100|5007 Namsos 15000|5014 Frøya 5400|5020 Osen 900|5021 Oppdal 7200
5022 Rennebu 2500|5025 Røros 5700|5026 Holtålen 2000|5027 Midtre Gauldal 6200|5028 Melhus 17600|5029 Skaun 8800
5031 Malvik 14700|5032 Selbu 4100|5033 Tydal 800|5034 Meråker 2400|5035 Stjørdal 24700|5036 Frosta 2700
5037 Levanger 20400|5038 Verdal 15000|5041 Snåsa 2000|5042 Lierne 1300|5043 Røyrvik 400|5044 Namsskogan 800
5045 Grong 2300|5046 Høylandet 1200|5047 Overhalla 3900|5049 Flatanger 1100|5052 Leka 600|5053 Inderøy 6900
5054 Indre Fosen 10100|5055 Heim 5900|5056 Hitra 5200|5057 Ørland 10600|5058 Åfjord 4300|5059 Orkland 18900
5060 Nærøysund 9800|5061 Rindal 2000
1505 Kristiansund 24300|1506 Molde 32800|1508 Ålesund 58500|1511 Vanylven 3000 nn|1514 Sande 2400 nn
1515 Herøy 8900 nn|1516 Ulstein 8700 nn|1517 Hareid 5200 nn|1520 Ørsta 11000 nn|1525 Stranda 4500 nn
1528 Sykkylven 7600 nn|1531 Sula 9700 nn|1532 Giske 8700 nn|1535 Vestnes 7100 nn|1539 Rauma 7100|1547 Aukra 3600 nn
1554 Averøy 5900|1557 Gjemnes 2700 nn|1560 Tingvoll 3000 nn|1563 Sunndal 7000|1566 Surnadal 6000 nn
1573 Smøla 2100|1576 Aure 3500|1577 Volda 10800 nn|1578 Fjord 2500 nn|1579 Hustadvika 13400 nn|1580 Haram 9500 nn
"""

_ROWS: list[list[str]] = [list(row.split()) for line in _TABLE.strip().splitlines() for row in line.split("|")]


def _read(row: list[str]) -> tuple[str, str, int, bool]:
    words = list(row)
    nynorsk = words[-1] == "nn"
    if nynorsk:
        words.pop()
    return words[0], " ".join(words[1:-1]), int(words[-1]), nynorsk


_READ = [_read(row) for row in _ROWS]

MUNICIPALITIES = {number: name for number, name, _, _ in _READ}
"""Number → name."""
NYNORSK = frozenset(number for number, _, _, nynorsk in _READ if nynorsk)
"""Those whose offices write nynorsk."""

FIRST = ("5001", "5059", "5035", "1505", "5037", "1577")
"""Where the first districts are: one of each sort of place."""

HOSPITAL_OF = {number: "fjordsykehuset" if number[:2] == "50" else "kystsykehuset" for number in MUNICIPALITIES} | dict.fromkeys(
    ("5006", "5007", "5034", "5035", "5036", "5037", "5038", "5041", "5042", "5043", "5044", "5045", "5046", "5047",
     "5049", "5052", "5053", "5060"), "innherredsykehuset",
)  # fmt: skip
"""The hospital (key) that people of a municipality come to."""


def districts() -> Iterator[str]:
    """The municipality of each district in turn, without end: FIRST, then by people (Sainte-Laguë)."""
    yield from FIRST
    taken = dict.fromkeys(MUNICIPALITIES, 0)
    for number in FIRST:
        taken[number] += 1
    people = {number: size for number, _, size, _ in _READ}
    queue = [(-people[number] / (2 * taken[number] + 1), number) for number in MUNICIPALITIES]
    heapify(queue)
    while True:
        number = queue[0][1]
        taken[number] += 1
        heapreplace(queue, (-people[number] / (2 * taken[number] + 1), number))
        yield number
