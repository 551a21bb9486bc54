"""Making a block and ending one: the person's own, by her own Grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from felles.fhir import decode
from felles.record.changes import Change

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.store import Store


def struct(consent: dict[str, Any]) -> Any:
    """The Consent as the record takes it. Raises `Invalid`."""
    return decode(msgspec.json.encode(consent))


async def make(store: Store, grant: PersonGrant, consent: dict[str, Any]) -> None:
    """Close what the Consent says. Raises `Forbidden`, `Unprocessable`, `Busy`."""
    await store.commit(grant, [Change(op="create", type="Consent", resource=struct(consent))], act="block")


async def end(store: Store, grant: PersonGrant, consent: dict[str, Any]) -> None:
    """Open again what this one closed. Raises `Absent`, `Forbidden`, `PreconditionFailed`, `Busy`."""
    ended = consent | {"status": "inactive"}
    version = int(consent["meta"]["versionId"])
    change = Change(op="update", type="Consent", id=consent["id"], resource=struct(ended), expected=version)
    await store.commit(grant, [change], act="unblock")
