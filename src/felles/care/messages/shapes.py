"""Messages, and the Tasks that carry them, as far as these pages show them."""

from __future__ import annotations

from msgspec import field

from felles.care.shapes import Concept, Note, Reference, Restriction, Shape


class Part(Shape):
    """A part of what a message says."""

    content_string: str | None = None


class Message(Shape):
    """A Communication."""

    id: str = ""
    status: str = ""
    category: list[Concept] = field(default_factory=list)
    sender: Reference | None = None
    recipient: list[Reference] = field(default_factory=list)
    in_response_to: list[Reference] = field(default_factory=list)
    about: list[Reference] = field(default_factory=list)
    sent: str | None = None
    payload: list[Part] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What it says."""
        return "\n".join(part.content_string for part in self.payload if part.content_string)


class Handed(Shape):
    """A Task, as it may carry a message."""

    id: str = ""
    status: str = ""
    priority: str | None = None
    business_status: Concept | None = None
    status_reason: Concept | None = None
    code: Concept | None = None
    focus: Reference | None = None
    owner: Reference | None = None
    requester: Reference | None = None
    authored_on: str | None = None
    restriction: Restriction | None = None
    note: list[Note] = field(default_factory=list)
