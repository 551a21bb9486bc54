"""The entries of the open record that hold what was looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care.search.lexicon import terms
from felles.care.search.rules import hit
from felles.record.read_words import MOST

if TYPE_CHECKING:
    from felles.care.search.lexicon import Term
    from felles.care.search.rules import Hit
    from felles.record.grants import PersonGrant
    from felles.record.read_words import Candidate
    from felles.record.store import Store

SHOWN: Final = 50
"""At most so many hits on a page."""
_any: Final = Decoder().decode


@dataclass(slots=True)
class Found:
    """`hits` are (entry, its JSON, where the word stands); `cut`: there may be older ones that were not looked at."""

    terms: list[Term]
    hits: list[tuple[Candidate, dict[str, Any], Hit]]
    cut: bool


async def search(store: Store, grant: PersonGrant, patient_id: str, typed: str) -> Found:
    """What the record holds of `typed`: entries with the very word first, then the newest. Raises `Absent`, `Busy`."""
    asked = terms(typed)
    # Every hit holds every term: the one with the fewest forms is what the database looks for.
    least = min(asked, key=lambda term: len(term.forms), default=None)
    words = [word for form in least.forms for word in form.split()[:1]] if least else []
    held = await store.words(grant, f"Patient/{patient_id}", words)
    hits = [] if least is None else _hits(held, asked)
    return Found(asked, hits[:SHOWN], len(held) >= MOST or len(hits) > SHOWN)


def _hits(held: list[Candidate], asked: list[Term]) -> list[tuple[Candidate, dict[str, Any], Hit]]:
    found: list[tuple[Candidate, dict[str, Any], Hit]] = []
    for entry in held:
        resource = _any(entry.body)
        where = hit(resource, asked)
        if where is not None:
            found.append((entry, resource, where))
    found.sort(key=lambda each: not each[2].typed)
    return found
