# ruff: noqa: E501 - tables read by their columns
"""The made-up region's share of each municipality: people, and written language of most of its offices.

People: Statistisk sentralbyrå, rounded; they only weigh how many of the made-up region live where.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heapreplace

from felles.care.municipalities import NAMES as MUNICIPALITIES

_TABLE = """
5001 214600|5006 24100|5007 15000|5014 5400|5020 900|5021 7200|5022 2500|5025 5700|5026 2000|5027 6200|5028 17600
5029 8800|5031 14700|5032 4100|5033 800|5034 2400|5035 24700|5036 2700|5037 20400|5038 15000|5041 2000|5042 1300
5043 400|5044 800|5045 2300|5046 1200|5047 3900|5049 1100|5052 600|5053 6900|5054 10100|5055 5900|5056 5200
5057 10600|5058 4300|5059 18900|5060 9800|5061 2000|1505 24300|1506 32800|1508 58500|1511 3000 nn|1514 2400 nn
1515 8900 nn|1516 8700 nn|1517 5200 nn|1520 11000 nn|1525 4500 nn|1528 7600 nn|1531 9700 nn|1532 8700 nn
1535 7100 nn|1539 7100|1547 3600 nn|1554 5900|1557 2700 nn|1560 3000 nn|1563 7000|1566 6000 nn|1573 2100|1576 3500
1577 10800 nn|1578 2500 nn|1579 13400 nn|1580 9500 nn
"""

_READ = [row.split() for line in _TABLE.strip().splitlines() for row in line.split("|")]
NYNORSK = frozenset(row[0] for row in _READ if row[-1] == "nn")
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
    people = {row[0]: int(row[1]) for row in _READ}
    queue = [(-people[number] / (2 * taken[number] + 1), number) for number in MUNICIPALITIES]
    heapify(queue)
    while True:
        number = queue[0][1]
        taken[number] += 1
        heapreplace(queue, (-people[number] / (2 * taken[number] + 1), number))
        yield number
