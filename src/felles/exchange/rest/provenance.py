"""Provenance made on read: `Provenance?target=`, `_revinclude=Provenance:target` and `GET Provenance/pv-…`.

Those that somebody wrote are found and read as any entry; those made from the columns of each version stand after
them. They answer the parameter `target` alone: a search with other criteria finds the written ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.outcomes import refuse
from felles.record.errors import Absent
from felles.record.find.ast import RESULT_PARAMETERS
from felles.record.provenance import target_of

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.find import Page, Query
    from felles.record.rows import Row

MARK = "made-"
"""How the place of a page begins that holds made ones alone."""


def asks(query: Query) -> bool:
    """Whether made entries answer this search."""
    if query.type != "Provenance" or query.count_only:
        return False
    criteria = {name for name, _ in query.used if name not in RESULT_PARAMETERS}
    return bool(query.clauses) and criteria == {"target"} and all(clause.targets for clause in query.clauses)


def includes(query: Query) -> bool:
    """Whether the search asks for the Provenance of its matches."""
    return any(include.source == "Provenance" and include.param == "target" for include in query.revincludes)


async def of_targets(call: Call, query: Query) -> list[Row]:
    """The made entries of all targets that every `target` parameter names."""
    named = [set(clause.targets) for clause in query.clauses]
    targets = [target for target in query.clauses[0].targets if all(target in each for each in named)]
    return await call.door.store.provenance(call.grant(), targets, query.said)


async def of_matches(call: Call, query: Query, rows: list[Row]) -> list[Row]:
    """The made entries of a page's matches."""
    return await call.door.store.provenance(call.grant(), [row.reference for row in rows], query.said)


async def read(call: Call) -> Row | None:
    """The made entry that the route's id names, or None for an id of another form. Raises `Absent`."""
    target = target_of(call.route.id)
    if target is None:
        return None
    rows = await call.door.store.provenance(call.grant(), [target[0]], f"Provenance/{call.route.id}", target[1])
    if not rows:
        raise Absent(f"Provenance/{call.route.id} is not here")
    return rows[0]


def beginning(page: str | None) -> int | None:
    """The first made entry of a page that holds only such, or None. Raises a Refusal (400)."""
    if page is None or not page.startswith(MARK):
        return None
    number = page.removeprefix(MARK)
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise refuse(400, "value", "_page is none that this server gave")
    return int(number)


def placed(made: list[Row], stored: Page | None, begin: int, count: int) -> tuple[list[Row], int | None]:
    """The made entries of one page, and where the next begins: they stand after the written ones."""
    room = count if stored is None else 0 if stored.next else count - len(stored.rows)
    shown = made[begin : begin + room]
    following = begin + len(shown)
    more = following < len(made) and (stored is None or stored.next is None)
    return shown, following if more else None
