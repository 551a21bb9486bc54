"""What is held back from the person, or from her parents: rows that follow from a Consent. Pure.

Held back from the person: one entry at a time, by a named member of staff, with the reason in words and the day on
which it must be looked at anew, on the law's two grounds alone (pasient- og brukerrettighetsloven § 5-1): access
would endanger her life or seriously her health, or be clearly inadvisable for the sake of someone close to her.
What she may not see, nobody who acts for her may see either.

Not to parents: below 16, for weighty reasons, also at the child's own wish (§ 3-4). Parents see neither the entry
nor the reason nor that there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from felles.access.codes import REASON, REVIEW
from felles.access.times import span
from felles.record.codes import BLOCKING_SYSTEM, RESTRICTION_SYSTEM

NOT_TO_PARENTS: Final = "not-to-parents"
BARRED: Final = "barred"
"""Codes of RESTRICTION_SYSTEM: entries that parents do not see; a parent who does not act for the child."""

PERSON: Final = 1
PROXIES: Final = 2
PARENTS: Final = 4
"""`held.from_whom` is a sum of these."""


class Reason(IntEnum):
    """`held.reason`: why an entry is held back. The numbers stand in the database for ever."""

    DANGER = 1
    INADVISABLE = 2
    NOT_SEEN = 3
    TALK = 4
    NOT_DIGITAL = 5
    NOT_TO_PARENTS = 6


GROUNDS: Final = {"NORN_FFL": Reason.DANGER, "NORN_KUT": Reason.INADVISABLE}
"""Codes of Volven 9603 that are grounds of § 5-1: nektet, fare for liv; nektet, klart utilrådelig."""


@dataclass(frozen=True, slots=True)
class Held:
    """One row: `item` and `source` are references, times real microseconds; `review` None where nothing is due."""

    item: str
    source: str
    from_whom: int
    reason: Reason
    since: int
    until: int
    review: int | None = None


def held_of(consent: Any, reference: str) -> list[Held]:
    """What a Consent (`reference`: Consent/x) holds back now. Empty when it is none of these, over, or not whole.

    § 5-1 needs one entry, a reason in words and a review date; without these nothing is held back.
    """
    provision = consent.provision or None
    if consent.status != "active" or provision is None or provision.type != "deny":
        return []
    since, until = span(provision.period, 0)
    items = [ref for ref in (each.reference.reference for each in provision.data or []) if isinstance(ref, str)]
    if has_code(consent.category, RESTRICTION_SYSTEM, NOT_TO_PARENTS):
        return [Held(item, reference, PARENTS, Reason.NOT_TO_PARENTS, since, until) for item in dict.fromkeys(items)]
    ground = next((why for code, why in GROUNDS.items() if has_code(consent.category, BLOCKING_SYSTEM, code)), None)
    review = _review(consent)
    if ground is None or len(items) != 1 or review is None or not reason_of(consent):
        return []
    return [Held(items[0], reference, PERSON | PROXIES | PARENTS, ground, since, until, review)]


def reason_of(consent: Any) -> str:
    """The reason in words, or ""."""
    return next((e.valueString for e in consent.extension or [] if e.url == REASON and e.valueString), "")


def _review(consent: Any) -> int | None:
    days = [e.valueDate for e in consent.extension or [] if e.url == REVIEW and isinstance(e.valueDate, str)]
    return span(days[0], None)[0] if days else None


def has_code(concepts: Any, system: str, code: str) -> bool:
    """Whether one of some CodeableConcepts carries this coding."""
    return any(
        coding.system == system and coding.code == code for concept in concepts or [] for coding in concept.coding or []
    )
