"""What the first page of a citizen, or of who acts for her, reads: one statement, and the news behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.overview.views import PREGNANT, Overview, Read
from felles.care.plan.views import PLAN, Planned
from felles.care.plan.views import decoded as planned
from felles.care.reading import rows
from felles.record.read_person import Released, Standing
from felles.record.wants import Coded

if TYPE_CHECKING:
    from felles.record.read_person import AnyWant, PersonPage

LISTED: Final = 60
"""At most so many problems or medicines."""
_ORDERED: Final = (("status", "active"), ("status", "on-hold"))
_TAKEN: Final = (*_ORDERED, ("status", "intended"))

_MORE: Final[tuple[tuple[str, AnyWant, type[Any]], ...]] = (
    ("problems", Standing("Condition", LISTED), shapes.Condition),
    ("orders", Standing("MedicationRequest", LISTED, _ORDERED), shapes.Medicine),
    ("statements", Standing("MedicationStatement", LISTED, _TAKEN), shapes.Medicine),
    ("contacts", Standing("Encounter", 10, past=True), shapes.Encounter),
    ("told", Coded("Observation", 1, PREGNANT), shapes.Observation),
)
HOME: Final = (*PLAN, *(want for _, want, _ in _MORE))
"""The wants of the first page: those of the plan, and what else is said of her in a line."""
ACTING: Final = (*HOME, Released(LISTED))
_DECODERS: Final[tuple[tuple[str, Callable[[bytes], Any]], ...]] = tuple(
    (name, Decoder(list[Read[shape]]).decode) for name, _, shape in _MORE
)
_ELSEWHERE: Final = (
    "results", "references", "compositions", "reports", "procedures", "appointments", "requests", "tasks", "plans",
    "episodes", "teams",
)  # fmt: skip
"""Parts of an overview that this page does not read as such."""
_allergies: Final = Decoder(list[Read[shapes.AllergyIntolerance]]).decode
_flags: Final = Decoder(list[Read[shapes.Flag]]).decode


def decoded(page: PersonPage) -> tuple[Planned, Overview]:
    """The rows of `HOME` (or `ACTING`) as what is planned, and as what the overview says of her."""
    plan = planned(replace(page, wants=PLAN, found=page.found[: len(PLAN)]))
    more = page.found[len(PLAN) : len(HOME)]
    parts: dict[str, Any] = {name: rows(decode, found) for (name, decode), found in zip(_DECODERS, more, strict=True)}
    none: dict[str, Any] = {name: [] for name in _ELSEWHERE}
    _, allergies, flags = page.found[:3]
    said = Overview(plan.patient, rows(_allergies, allergies), rows(_flags, flags), **parts, **none)
    return plan, said
