"""Who reads the route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.people import staff_only
from felles.record.errors import Forbidden
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.ui.web import Visit


def reader_of(found: Visit) -> Actor:
    """Who looks: staff who find persons and see appointments. Raises `SignInFirst`, `Forbidden`."""
    staff_only(found)
    actor = found.signed_in
    if not (actor.may("find") and actor.role.reaches(Kind.APPOINTMENT)):
        raise Forbidden(f"the role {actor.role_code} goes home to nobody")
    return actor
