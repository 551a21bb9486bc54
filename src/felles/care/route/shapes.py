"""The parts of entries that the route shows; they ignore every other element."""

from __future__ import annotations

from msgspec import field

from felles.care import shapes


class Contact(shapes.Encounter):
    """A contact, with the appointments that it kept."""

    appointment: list[shapes.Reference] = field(default_factory=list)
