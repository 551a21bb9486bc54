"""What the page of news reads, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.doors.strip import WANTS as STRIP
from felles.record.wants import Looked, Met, News

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store

MOST: Final = 400
"""Entries on the page of news; it says so when there may be more."""
WANTS: Final = (*STRIP, News(MOST), Met(among=400, written=150), Looked(20_000))


async def news(store: Store, grant: PersonGrant, patient_id: str) -> PersonPage:
    """The rows of `WANTS` of the person of `grant`. Raises `Absent`, `Busy`."""
    return await store.page(grant, WANTS, "news", f"Patient/{patient_id}")
