"""In which order kin are called, and what each may be told. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.family.shapes import EMERGENCY, NEAREST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.family.shapes import Consent, Kin


def in_order(kin: Iterable[Kin]) -> list[Kin]:
    """Kin who still are: the next of kin first, then emergency contacts, then as their telephones are ranked."""
    return sorted((each for each in kin if each.active), key=_rank)


def _rank(each: Kin) -> tuple[bool, bool, int, str]:
    phone = each.phone
    said = (phone.rank if phone else None) or 99
    return not is_nearest(each), not _has(each, EMERGENCY), said, each.name[0].full.casefold() if each.name else ""


def is_nearest(each: Kin) -> bool:
    """Whether the person named her as next of kin (pasient- og brukerrettighetsloven § 1-3 b)."""
    return _has(each, NEAREST)


def _has(each: Kin, code: str) -> bool:
    return any(
        coding.code == code and (coding.system or "").endswith("v2-0131")
        for concept in each.relationship
        for coding in concept.coding
    )


def told_to(consents: Iterable[Consent], reference: str) -> Consent | None:
    """The newest Consent that says what `reference` (RelatedPerson/x) may be told; None where nothing is said."""
    for consent in consents:
        actors = consent.provision.actor if consent.provision else []
        if consent.status == "active" and not consent.mandate:
            for actor in actors:
                if actor.reference and actor.reference.reference == reference:
                    return consent
    return None


def in_force(consents: Iterable[Consent]) -> list[Consent]:
    """Mandates that hold."""
    return [each for each in consents if each.mandate and each.status == "active"]
