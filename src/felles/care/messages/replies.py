"""Ready answers to what citizens write, as data (`replies.toml`): a few words each, with where they are from. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from felles.record.codes import CASE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN: Final = "own"
"""`source` of an organisation's own words."""
OFFERED: Final = 3
"""Ready answers shown to one message."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One of them: what it is called, what it says, to which categories, and its source.

    `calm`: it says that all is well, and lies ready for nothing that is urgent.
    """

    code: str
    name: str
    text: str
    to: frozenset[str]
    source: str
    calm: bool = False


@cache
def replies() -> tuple[Reply, ...]:
    """All of them, in their order."""
    said = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))
    return tuple(
        Reply(
            each["code"],
            each["name"],
            each["text"].strip(),
            frozenset(each["for"]),
            each["source"],
            each.get("calm", False),
        )
        for each in said["reply"]
    )


def fitting(categories: set[str], *, urgent: bool = False) -> list[Reply]:
    """Those that fit a message, what is said of the narrower category first: a measurement is a question as well."""
    special = categories - {"question"}
    kept = [each for each in replies() if each.to & categories and not (urgent and each.calm)]
    kept.sort(key=lambda each: not each.to & special)
    return kept[:OFFERED]


def categories(entry: Mapping[str, Any]) -> set[str]:
    """The codes of CASE_SYSTEM of a Communication, or of the Task that carries one, as JSON."""
    carried = [each.get("valueCodeableConcept", {}) for each in entry.get("input", [])]
    return {
        coding.get("code", "")
        for concept in (*entry.get("category", []), *carried)
        for coding in concept.get("coding", [])
        if coding.get("system") == CASE_SYSTEM
    }
