"""The only key to a person's record.

A Grant says who asks, in which role, for which organisation, why and until when, and carries the
parameters of the fixed predicates in `decide.py`. Making one does no I/O: the statement that reads the
rows decides. The types lie here because the store takes them; `felles.access` alone makes them, and a
test holds that no other room imports the constructors' key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

PersonKey = tuple[int, int]
"""(bucket, person): one internal key of a person."""

ALL_KINDS: Final = (1 << 62) - 1
"""The mask of a role that reaches every kind of entry."""


class Mode(IntEnum):
    """Which of the fixed predicates decides."""

    STAFF = 0
    SELF = 1
    ORG_SYSTEM = 2
    ALL = 3
    PROXY = 4
    CASE = 5


_MINT: Final = object()


class NotMinted(TypeError):
    """A Grant was made outside `felles.access`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What all four kinds have in common.

    `actor`, `org` and `behalf` are FHIR references (`Practitioner/x`); the `_mark` fields their 64-bit
    hashes; `own` the key that leads of a citizen's own record, or what one who acts for another wants to do
    (`representation.verbs`); `kinds` a bit mask over `record.kinds.Kind`; `verbs` what may be done; `who` the JSON
    object text that each log line carries; `until` real microseconds after which it opens nothing; `place`: whether
    it shows where a person with protected address is; `job`: whether a job of those who run the record writes (the
    keeper, an import), and no client by a token that sees as much.
    """

    mint: object
    mode: Mode
    actor: str
    actor_mark: int
    org: str
    org_mark: int
    role: str
    role_mark: int
    kinds: int
    verbs: frozenset[str]
    purpose: str
    who: str
    until: int
    reason: str | None = None
    behalf: str | None = None
    own: int = 0
    place: bool = False
    job: bool = False

    def __post_init__(self) -> None:
        if self.mint is not _MINT:
            raise NotMinted("only felles.access makes Grants")

    def may(self, verb: str) -> bool:
        """Whether the role carries this verb."""
        return verb in self.verbs


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGrant(Grant):
    """One person: all her internal keys (nearly always one), the first being the one that leads."""

    keys: tuple[PersonKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGrant(Grant):
    """All persons to whom a relation holds; decided row by row, in the statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupGrant(SetGrant):
    """Finding a person by national number, or by name with birth date or municipality.

    It shows the look-up form of those without a relation, and at most `limit` of them.
    """

    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemGrant(SetGrant):
    """A system client, tied to organisation, purpose and expiry; `client` is its name."""

    client: str
