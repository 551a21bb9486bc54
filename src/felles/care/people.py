"""Opening a person for a page: from the address's id to a Grant. No page finds its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles import access
from felles.access import Sort
from felles.record.errors import Absent, Forbidden
from felles.ui.web import form_of

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.store import Store
    from felles.ui.web import Visit


def store_of(found: Visit) -> Store:
    """The store of this process."""
    return found.request.app.state.store


async def open_person(found: Visit, patient_id: str) -> PersonGrant:
    """A Grant for the person whose Patient this is. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`.

    Whether it opens is decided by the statement that reads.
    """
    actor = found.signed_in
    if not actor.may("read"):
        raise Forbidden("this role reads no records")
    await _form_first(found)
    key = await store_of(found).place(f"Patient/{patient_id}")
    if key is None:
        raise Absent("there is no record here that you may see")
    return access.person(actor, (key,))


async def _form_first(found: Visit) -> None:
    """A form that cannot be read is refused before anybody looks whether there is such a person: else it would tell."""
    if found.request.method == "POST":
        await form_of(found)


def open_own(found: Visit) -> PersonGrant:
    """A citizen's Grant for her own record. Raises `SignInFirst`, `Forbidden` (for staff)."""
    actor = found.signed_in
    if actor.sort is not Sort.CITIZEN:
        raise Forbidden("these pages are for citizens")
    return access.person(actor, actor.keys)


async def open_for(found: Visit, patient_id: str) -> PersonGrant:
    """A citizen's Grant to act for whose Patient this is. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`.

    Whether she may, and how far, is decided by the statement that reads.
    """
    citizens_only(found)
    await _form_first(found)
    reference = f"Patient/{patient_id}"
    key = await store_of(found).place(reference)
    if key is None:
        raise Absent("there is no record here that you may see")
    return access.represent(found.signed_in, reference, (key,))


def citizens_only(found: Visit) -> None:
    """Raise `SignInFirst` or, for staff, `Forbidden`."""
    if found.signed_in.sort is not Sort.CITIZEN:
        raise Forbidden("these pages are for citizens")


def staff_only(found: Visit) -> None:
    """Raise `SignInFirst` or, for a citizen, `Forbidden`."""
    if found.signed_in.sort is Sort.CITIZEN:
        raise Forbidden("these pages are for staff")
