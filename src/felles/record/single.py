"""What somebody writes who sees single entries of a record alone: what answers that by which she sees them. Pure.

a message   a new message that answers it, or the Task that asks, by whoever was asked
an order    the Task that says what becomes of it (`access.handovers`): that it was seen, who has it from now on.
            Whether that is hers to say the rules of hand-overs tell; here, that she says nothing else by it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from felles.record.codes import HANDOVER_SYSTEM
from felles.record.derive import ORDERED, PART, bare_of
from felles.record.elements import codes_of, listed, reference_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ORDER: Final = "order"
"""Code of HANDOVER_SYSTEM of the Task that carries an order."""
_SAYS: Final = frozenset(
    ("id", "meta", "status", "businessStatus", "statusReason", "owner", "priority", "note", "output", "restriction")
) | {"lastModified", "identifier"}
_BEGINS: Final = _SAYS | {"intent", "code", "description", "focus", "for_", "authoredOn", "requester"}


@dataclass(slots=True, frozen=True)
class Asked:
    """By what somebody sees single entries of a person: references of the messages, and of the hand-overs of orders."""

    messages: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()


NOTHING: Final = Asked()


def asked_by(grounds: Iterable[tuple[int, str]]) -> Asked:
    """What opens single entries among `grounds`, each (basis, source)."""
    single = [(bare_of(basis), source) for basis, source in grounds if basis >= PART]
    orders = frozenset(source for basis, source in single if basis == ORDERED)
    return Asked(frozenset(source for basis, source in single if basis != ORDERED), orders)


def is_answer(asked: Asked, reference: str, was: Any, new: Any) -> bool:
    """Whether making of the entry `reference` (`was`, None: it is new) what `new` says answers what was `asked`."""
    name = type(new).__name__
    if name == "Communication" and was is None:
        return any(reference_of(each) in asked.messages for each in listed(new.inResponseTo))
    if name != "Task":
        return False
    if was is not None and reference in asked.messages:
        return (was.focus, was.owner) == (new.focus, new.owner)
    if ORDER not in codes_of(new.code, HANDOVER_SYSTEM):
        return False
    if was is None:
        return reference_of(new.focus) in asked.orders and _differ(new, None) <= _BEGINS
    return reference in asked.orders and _differ(new, was) <= _SAYS


def _differ(new: Any, was: Any) -> set[str]:
    """The elements that are otherwise; of what is new those that are there."""
    names: tuple[str, ...] = type(new).__struct_fields__
    return {name for name in names if (getattr(new, name) or UNSET) != (getattr(was, name, UNSET) or UNSET)}
