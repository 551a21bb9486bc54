"""What a commit is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from felles.record.errors import RecordError
from felles.record.grants import Grant, PersonKey


@dataclass(slots=True, kw_only=True)
class Source:
    """Where an imported entry comes from: the hash of its input, and that input's meta.lastUpdated."""

    digest: bytes
    time: int | None


@dataclass(slots=True, frozen=True, kw_only=True)
class Moving:
    """That a change is half of a move (`record.move`): an entry goes to the person it is about.

    `entry` is what moves (`Type/id`), `version` the version that was copied, which must be the current one still;
    `org`, `author` and `behalf` are whose it stays (a hash, references), `reason` why, in words that neither person is
    shown. `rides`: a file that the entry alone refers to, decided with it. `grant`: under which the person it leaves is
    open, where that is another than the commit's. `wrong`: why it cannot be moved, for those alone who may see it.
    """

    entry: str
    version: int
    org: int
    author: str
    behalf: str | None
    reason: str
    rides: bool = False
    grant: Grant | None = None
    wrong: RecordError | None = None


NOTHING = 0
"""The version that is expected where nothing must be (`If-None-Match: *`)."""


@dataclass(slots=True, kw_only=True)
class Change:
    """One change of one entry. All changes of one commit stand or fall together.

    `resource` is a decoded struct that the commit may alter (id, meta, rewritten references). `expected`
    is the version that If-Match names, or `NOTHING`. `condition` makes the change conditional: a parsed search
    (`record.find`) over `type`. `full_url` is how the other changes of the same commit refer to it.
    `literal`: no reference in it can be conditional, for it holds no question mark.
    `person` puts a Patient under a person who is here already; only imports may say so. `moving`: half of a move.
    `loaded`: it comes with a whole life that is taken in, and is news to nobody by being moved here (`record.known`).
    `drawn`: the id a create gets, drawn before (`ids.new_id`) in the bucket of its person, so that what is committed
    twice meets itself; none of the doors lets anybody outside say so. `beside`: it is made with the changes at these
    positions, and left out where the conditions of all of them met what was here already.
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
    moving: Moving | None = None
    loaded: bool = False
    drawn: str | None = None
    beside: tuple[int, ...] = ()


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
