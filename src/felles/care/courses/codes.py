"""Which group a test belongs to, by its code: single LOINC and NLK codes, in the groups of a laboratory's reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.ui.i18n import Language

_GROUPS: Final = {
    "nyrer": "14682-9 2160-0 38483-4 62238-1 33914-3 48642-3 77147-7 48643-1 50044-7 70969-1 32294-1 14959-1 9318-7 "
    "2823-3 6298-4 2951-2 2947-0 3094-0 6299-2 2075-0 2069-3 2028-9 20565-8 17861-6 49765-1 "
    "NPU04998 NPU03230 NPU03429 NPU19661",
    "blod": "718-7 6690-2 777-3 789-8 4544-3 20570-8 787-2 30428-7 785-6 786-4 788-0 21000-5 32207-3 32623-1 6301-6 "
    "34714-6 5902-2 882-1 NPU28309 NPU02593 NPU03568 NPU01685",
    "sukker": "59261-8 4548-4 15074-8 2339-0 2345-7 1558-6 NPU27300 NPU02192",
    "lever": "1742-6 1920-8 6768-6 1975-2 1751-7 2885-2 10834-0 NPU19651 NPU27783",
    "fett": "14647-2 2093-3 22748-8 18262-6 13457-7 14646-4 2085-9 2571-8 14927-8 NPU01566 NPU01568",
    "stoffskifte": "11580-8 3016-3 14920-3 3024-7 NPU03577 NPU03579",
    "jern": "2276-4 14685-2 2132-9 62292-8 1989-3 14933-6 3084-1 NPU19763 NPU01700 NPU10267 NPU03688",
    "betennelse": "1988-5 4537-7 30341-2 NPU19748 NPU03404",
    "hjerte": "33762-6 10839-9 6598-7 67151-1 NPU21571",
    "vitale": "85354-9 55284-4 8480-6 8462-4 8867-4 59408-5 2708-6 9279-1 8310-5 8331-1",
    "kropp": "29463-7 8302-2 39156-5 59576-9 9843-4 8289-1 77606-2",
    "lunge": "33452-4 20150-9 19926-5",
    "svangerskap": "11881-0 55283-6 20454-5 82810-3 11778-8 8665-2 63895-7",
}
OTHER: Final = "annet"
_BY_CODE: Final = {code: group for group, codes in _GROUPS.items() for code in codes.split()}
PRESSURE: Final = ("85354-9", "55284-4")
"""Blood pressure, whose two values are one course."""
CREATININE: Final = ("14682-9", "2160-0", "38483-4")
"""Creatinine, in µmol/L and in mg/dL."""
FOLLOWED: Final = ("85354-9", "29463-7", "14682-9", "62238-1", "718-7", "59261-8")
"""What the view beside each other shows when nothing is chosen, in this order, as far as it was measured."""
CHILD: Final = ("8302-2", "29463-7", "9843-4")
"""The same for those under 18: height, weight, round the head."""


KEYS: Final = frozenset([*_GROUPS, OTHER])
"""The keys of all groups."""


def group_of(codes: Iterable[str]) -> str:
    """The key of the group of a test with these codes, in their order; `OTHER` when none is known."""
    return next((_BY_CODE[code] for code in codes if code in _BY_CODE), OTHER)


def groups(t: Language) -> dict[str, str]:
    """The groups in the order in which they are shown, in words."""
    return {
        "vitale": t("Vitale målinger"),
        "kropp": t("Vekst og vekt"),
        "nyrer": t("Nyrer og salter"),
        "blod": t("Blod"),
        "sukker": t("Blodsukker"),
        "lever": t("Lever"),
        "fett": t("Fettstoffer"),
        "stoffskifte": t("Stoffskifte"),
        "jern": t("Jern, vitaminer og urat"),
        "betennelse": t("Betennelse"),
        "hjerte": t("Hjerte"),
        "lunge": t("Lunger"),
        "svangerskap": t("Svangerskap"),
        OTHER: t("Andre prøver og målinger"),
    }
