"""`felles cases`: those that nobody here answers, which are the operator's."""

from __future__ import annotations

from felles.access import command
from felles.access.cases import Sort
from felles.record.deskless import Deskless, deskless
from felles.record.stamps import instant
from felles.record.store import Store

ADVICE = (
    "Nobody administers this record, so nobody else sees these. Give somebody the role `administrator` for the"
    " organisation that runs it (a PractitionerRole, by a maintenance token), or `reviewer` for the one named."
)


def said(case: Deskless) -> str:
    """One case as a line: what it is, by when, whose it was to be, and whom to reach there."""
    owner = case.owner or "no organisation that is here"
    reach = f" ({case.contact})" if case.contact else ""
    return f"{case.id}  {Sort(case.sort).code}  due {instant(case.due)[:10]}  meant for {owner}{reach}"


def cases() -> None:
    """Show the cases that no desk answers: by whom they were to be answered, by when, and whom to reach there."""

    async def read(store: Store) -> list[Deskless]:
        return await deskless(store.pool)

    found = command.run(read)
    if not found:
        print("every case has a desk")
        return
    print("\n".join([*(said(case) for case in found), ADVICE]))
