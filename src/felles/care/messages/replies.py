"""Ready answers to what citizens write, as data (`replies.toml`): a few words each, with where they are from. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from felles.record.codes import CASE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.access.ready_replies import Kept

OWN: Final = "own"
"""`source` of an organisation's own words."""
ORDER: Final = ("measurement", "question", "booking", "renewal", "matters")
"""Categories that are answered, as they are listed."""
SORTS: Final = frozenset(ORDER)
OFFERED: Final = 5
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


def shipped(code: str) -> Reply | None:
    """The one of this code that is shipped."""
    return next((each for each in replies() if each.code == code), None)


def merged(own: Iterable[Kept]) -> list[Reply]:
    """Those an organisation uses: what it added, then the shipped ones, as it changed them, less what it took away."""
    mine = list(own)
    stead = {each.base: each for each in mine if each.base}
    more = [_of(each) for each in mine if not each.base and not each.said.gone]
    here = [(each, stead.get(each.code)) for each in replies()]
    return more + [_of(new) if new else each for each, new in here if not (new and new.said.gone)]


def _of(own: Kept) -> Reply:
    said = own.said
    return Reply(own.base or own.id, said.name, said.words, frozenset(said.sorts), OWN, said.calm)


def fitting(categories: set[str], *, urgent: bool = False, own: Iterable[Kept] = ()) -> list[Reply]:
    """Those that fit a message, what is said of the narrower category first: a measurement is a question as well.

    `own`: what the organisation of who answers has made its own.
    """
    special = categories - {"question"}
    kept = [each for each in merged(own) if each.to & categories and not (urgent and each.calm)]
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
