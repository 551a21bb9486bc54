"""What a read gives back."""

from __future__ import annotations

import msgspec

from felles.record.grants import PersonKey
from felles.record.numbers import TYPE_NAMES


class Row(msgspec.Struct, frozen=True, gc=False):
    """One version of one entry, as the statement that decided it returned it.

    `type` is the store's number; `updated` microseconds since 1970 UTC; `body` the canonical JSON as it
    is served ('' when deleted); `basis` why it was open, as the log line has it. A struct: a page makes twenty of them
    in the time a frozen dataclass takes for two.
    """

    type: int
    id: str
    version: int
    updated: int
    deleted: bool
    body: str
    bucket: int
    person: int
    basis: str

    @property
    def key(self) -> PersonKey:
        """The person this entry belongs to ((-1, 0): shared)."""
        return self.bucket, self.person

    @property
    def type_name(self) -> str:
        """The resource type, as FHIR names it."""
        return TYPE_NAMES[self.type]

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{TYPE_NAMES[self.type]}/{self.id}"
