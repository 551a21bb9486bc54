"""What the pages of blocks read: the person's own blocks, whom her log names, and what a block would pass to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.access.blocks import rows_of
from felles.access.handovers.hook import stopped
from felles.care.doors.rules import read_line
from felles.record.mirroring import foresee
from felles.record.read_person import One, Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.pool import Conn
    from felles.record.read_items import Item
    from felles.record.store import Store

MANY: Final = 100
"""Blocks listed, and entries foreseen, at most; the page says when there are more."""
LINES: Final = 400
"""Lines of the log in which those who have looked are found."""
_WANTS: Final = (Want("Consent", MANY, having=(("category", "59284-0"), ("status", "active"))),)
_any: Final = Decoder(Any).decode


@dataclass(slots=True)
class Seen:
    """Those who have been in the record, and the places that could open it now: reference → name."""

    places: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)


async def listed(store: Store, grant: PersonGrant) -> list[dict[str, Any]]:
    """The person's active blocks, newest first. Raises `Absent`, `Busy`."""
    page = await store.page(grant, _WANTS, "blocks", grant.actor)
    found = [_any(row.body) for row in page.rows[0]]
    return [consent for consent in found if consent["status"] == "active" and _is_block(consent)]


async def one(store: Store, grant: PersonGrant, name: str) -> dict[str, Any] | None:
    """One of the person's blocks, or None. Raises `Absent`, `Busy`."""
    page = await store.page(grant, (One(),), "blocks", f"Consent/{name}")
    found = _any(page.rows[0][0].body) if page.rows[0] and page.rows[0][0].body else None
    return found if found and _is_block(found) else None


def _is_block(consent: dict[str, Any]) -> bool:
    codings = [coding for category in consent.get("category", []) for coding in category.get("coding", [])]
    return any(c.get("system") == "http://loinc.org" and c.get("code") == "59284-0" for c in codings)


async def seen(store: Store, grant: PersonGrant) -> Seen:
    """Whom the newest lines of her log name, and where it could be opened now. Raises `Absent`, `Busy`."""
    found = Seen()
    listed, _ = await store.readers(grant)
    orgs = {row.org for row in listed}
    names = await store.names.of(set(orgs))
    for mark, reference in (await store.names.organizations(orgs)).items():
        found.places[reference] = names.get(mark, "")
    for leaf in await store.own_log(grant, LINES):
        who = read_line(leaf.text).who
        if who.actor.startswith("Practitioner/"):
            found.people.setdefault(who.actor, f"{who.name}, {who.organization}".rstrip(", "))
        if who.org:
            found.places.setdefault(who.org, who.organization)
    found.places = {reference: name for reference, name in found.places.items() if name}
    return found


@dataclass(slots=True)
class Foreseen:
    """What a block would do: what else it hides, as far as it is shown, of so many; and what it stops."""

    items: list[Item]
    total: int
    stops: list[Item]


async def foreseen(store: Store, grant: PersonGrant, consent: Any) -> Foreseen:
    """What a block (a struct) would do. Raises `Busy`."""
    real = store.clock.real()

    async def stops(conn: Conn, key: PersonKey) -> list[int]:
        return await stopped(conn, key, real)

    rows = rows_of(consent, real)
    found = [await foresee(store.pool, key, rows, stops) for key in grant.keys]
    marks = list(dict.fromkeys(mark for passed, _ in found for mark in passed))
    ends = list(dict.fromkeys(mark for _, ended in found for mark in ended))
    items = await store.items(grant, marks[:MANY], "block-preview") if marks else []
    return Foreseen(items, len(marks), await store.items(grant, ends[:MANY], "block-preview") if ends else [])
