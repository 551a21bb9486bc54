"""What the pages of messages read, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.messages.codes import PREGNANT
from felles.care.messages.shapes import Handed, Message
from felles.care.overview.views import Read
from felles.care.plan.shapes import Work
from felles.record.read_person import Coded, Standing, Want

if TYPE_CHECKING:
    from felles.record.read_person import AnyWant, PersonPage

LISTED: Final = 100
"""At most so many messages and Tasks."""
_WANTED: Final[tuple[tuple[str, AnyWant, type[Any]], ...]] = (
    ("patients", Want("Patient", 1), shapes.Patient),
    ("messages", Want("Communication", LISTED), Message),
    ("tasks", Want("Task", LISTED), Handed),
    ("episodes", Standing("EpisodeOfCare", 20), shapes.Episode),
    ("contacts", Standing("Encounter", 10, past=True), shapes.Encounter),
    ("requests", Want("ServiceRequest", LISTED), Work),
    ("told", Coded("Observation", 1, PREGNANT), shapes.Observation),
)
WANTS: Final = tuple(want for _, want, _ in _WANTED)
_DECODERS: Final[tuple[tuple[str, Callable[[bytes], Any]], ...]] = tuple(
    (name, Decoder(list[Read[shape]]).decode) for name, _, shape in _WANTED
)


@dataclass(slots=True)
class Written:
    """All that was written between her and those who follow her, and who they are. The newest first."""

    patients: list[Read[shapes.Patient]]
    messages: list[Read[Message]]
    tasks: list[Read[Handed]]
    episodes: list[Read[shapes.Episode]]
    contacts: list[Read[shapes.Encounter]]
    requests: list[Read[Work]]
    told: list[Read[shapes.Observation]]


def decoded(page: PersonPage) -> Written:
    """The rows of `WANTS` as shapes."""
    parts: dict[str, Any] = {name: decode(rows) for (name, decode), rows in zip(_DECODERS, page.found, strict=True)}
    return Written(**parts)
