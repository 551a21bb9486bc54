"""Who is asking: made once, at sign-in or from a token, and carried through the request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from felles.access.roles import ROLES, Role
from felles.record.grants import PersonKey


class Sort(StrEnum):
    """The sorts of actors, each opening by a predicate of its own (`record.grants.Mode`)."""

    STAFF = "staff"
    CITIZEN = "citizen"
    SYSTEM = "system"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody, or a system, who has signed in for one organisation in one role.

    `reference` is `Practitioner/x`, `Patient/x` or `Device/x`; `organization` `Organization/x` ("" for
    citizens). `keys` are a citizen's own keys, the one that leads first; `purpose` the coded purpose of all
    she does unless a Grant says otherwise; `until` real microseconds after which nothing opens. `verbs` is
    None for the role's own verbs, else narrowed by a token's scope. Never holds a national number.
    """

    sort: Sort
    reference: str
    name: str
    role_code: str
    until: int
    organization: str = ""
    organization_name: str = ""
    purpose: str = "TREAT"
    keys: tuple[PersonKey, ...] = ()
    client: str | None = None
    behalf: str | None = None
    verbs: frozenset[str] | None = None
    account: str | None = None

    @property
    def role(self) -> Role:
        """The role's data."""
        return ROLES[self.role_code]

    def may(self, verb: str) -> bool:
        """Whether role and scope both carry this verb."""
        return verb in (self.role.verbs if self.verbs is None else self.verbs & self.role.verbs)
