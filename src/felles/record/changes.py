"""What a commit is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from felles.record.grants import PersonKey


@dataclass(slots=True, kw_only=True)
class Source:
    """Where an imported entry comes from: the hash of its input, and that input's meta.lastUpdated."""

    digest: bytes
    time: int | None


NOTHING = 0
"""The version that is expected where nothing must be (`If-None-Match: *`)."""


@dataclass(slots=True, kw_only=True)
class Change:
    """One change of one entry. All changes of one commit stand or fall together.

    `resource` is a decoded struct that the commit may alter (id, meta, rewritten references). `expected`
    is the version that If-Match names, or `NOTHING`. `condition` makes the change conditional: a parsed search
    (`record.find`) over `type`. `full_url` is how the other changes of the same commit refer to it.
    `literal`: no reference in it can be conditional, for it holds no question mark.
    `person` puts a Patient under a person who is here already; only imports may say so.
    """

    op: Literal["create", "update", "delete"]
    type: str
    id: str | None = None
    resource: Any = None
    expected: int | None = None
    condition: Any = None
    full_url: str | None = None
    literal: bool = False
    person: PersonKey | None = None
    source: Source | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class Result:
    """What became of a change. `found`: a conditional create met an entry that was there already."""

    outcome: Literal["created", "updated", "deleted", "unchanged", "found"]
    type: str
    id: str
    version: int
    updated: int
    body: str

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"
