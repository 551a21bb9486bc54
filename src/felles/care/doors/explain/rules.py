"""What the data of roles and verbs say, sorted for a page. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from felles.access.bases import Basis, ground_of
from felles.access.blocks import CLOSABLE
from felles.access.verbs import NARROWED, VERBS
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.reach import Reader

KINDS: Final = (Kind.PERSON, *(kind for kind in CLOSABLE if kind not in (Kind.OTHER, Kind.TRACE, Kind.RESEARCH)))
"""The kinds that a page tells of: what stands in a record, without what keeps its doors."""

ACTS: Final = (
    "write", "sign", "prescribe", "order-vaccine", "propose", "order", "refer", "give", "book", "visit",
    "need", "open", "block", "hold", "release", "place",
)  # fmt: skip
"""The verbs that a page tells staff of, in its order."""

_LAW: Final = re.compile(
    r"\b(pjl|hpl|pbrl|GDPR|forvaltningsloven|straffeloven|pasient- og brukerrettighetsloven)"
    r" (§§?|art\.) (\d+(?: a\b)?(?:-\d+)?(?:(?:, |-)\d+(?: a\b)?(?:-\d+)?)*)"
)
SHORT: Final = {
    "pjl": "pasientjournalloven",
    "hpl": "helsepersonelloven",
    "pbrl": "pasient- og brukerrettighetsloven",
    "GDPR": "personvernforordningen",
}
"""What the tables of roles and verbs call the laws, and their names."""


def laws(source: str) -> list[str]:
    """The paragraphs that a row of roles or verbs rests on, the laws by name; none: practice, or to be looked up."""
    return [f"{SHORT.get(law, law)} {sign} {which}" for law, sign, which in _LAW.findall(source)]


def reach(kinds: int) -> tuple[list[Kind], list[Kind]]:
    """(the kinds that a mask reaches, those it does not), of `KINDS`."""
    reached = [kind for kind in KINDS if kinds >> kind & 1]
    return reached, [kind for kind in KINDS if kind not in reached]


def narrowed(verb: str, verbs: frozenset[str]) -> Basis | None:
    """The basis on which alone somebody with these verbs has `verb`, if it is so."""
    held = next((each for each in verbs & NARROWED if each.partition("@")[0] == verb), None)
    return next((basis for _, basis in VERBS[verb].only), None) if held and verb not in verbs else None


def may(verb: str, verbs: frozenset[str], bases: Iterable[int]) -> bool:
    """Whether somebody with these verbs may do it here, where these bases hold."""
    basis = narrowed(verb, verbs)
    return verb in verbs if basis is None else int(basis) in bases


def by_place(found: Iterable[Reader]) -> dict[int, dict[str, list[Reader]]]:
    """Organisation (hash) → basis as a log line has it, without its entry → its rows: one for each role and entry."""
    places: dict[int, dict[str, list[Reader]]] = {}
    for row in found:
        places.setdefault(row.org, {}).setdefault(f"{row.basis}:", []).append(row)
    return places


def still(found: Iterable[Reader], org: int, role: str, basis: str) -> Reader | None:
    """The row that says that a look with this organisation, role and basis could be taken now."""
    ground = ground_of(basis)
    number = int(basis.partition(":")[0]) if ground.source else -1
    return next(
        (row for row in found if (row.org, row.role, row.basis, row.source) == (org, role, number, ground.source)),
        None,
    )
