"""Who answers cases: those whose role does, in the organisation that has them. As SQL of the statements that ask.

A case is a hand-over of a kind above `CASES` (`access.handovers.kinds`). It is at the desk of one organisation
(`handover.org`): its privacy reviewers', or, where that runs the record and has none, its administrators'
(`at_desk`). What is about no person is administrators' (`NOBODYS`): an organisation that applies is for those who
run the record, the yearly look at an organisation's roles for whoever keeps them. To which desk a case goes is
`desk_of`, of the database (migration 0040): roles begin and end by time, so the keeper looks again
(`access.handovers.keeper`).
"""

from __future__ import annotations

from typing import Final

from felles.record.numbers import TYPES

CASES: Final = 20
"""`handover.kind` above which it is a case."""
OPENINGS: Final = (21, 22, 23)
"""Those that are a way in which a Task of its reader's opened."""
DEMAND, DELETION, REQUEST, SELF_MADE = 25, 26, 27, 28
APPLICATION, ACCESS_REVIEW = 29, 30
NOBODYS: Final = (APPLICATION, ACCESS_REVIEW)
"""Those that are about no person. Their Task belongs to nobody."""
REVIEWERS: Final = ("reviewer",)
OPERATORS: Final = ("administrator",)
KEEPERS: Final = ("local-administrator", "administrator")
"""Roles that keep their organisation's staff (verb `staff`, `access.verbs`)."""
DECIDERS: Final = ("gp", "doctor", "specialist", "psychologist", "midwife", "health-nurse")
"""Roles that decide on requests to see a part (verb `decide`, `access.verbs`)."""
OFFICES: Final = ("administrator", "reviewer", "local-administrator")
"""Roles that reach no person's entries: they answer cases or keep registers, and have no work of a house or unit."""
REVIEW: Final = "Review/"
"""How `handover.source` begins of a way in that its reader made herself, until a Task says something of it; then
`Type.id` of the entry."""

ENTRY: Final = f"""(case when h.kind = {SELF_MADE} then replace(substr(coalesce(nullif(h.focus, ''), h.source),
                  {len(REVIEW) + 1}), '.', '/') else h.source end)"""
"""The entry (Type/id) that a case `h` is about: its Task, or what its reader wrote to open the record."""
AT_DESK: Final = f"""(h.kind > {CASES} and h.org = q.org and at_desk(h.kind, q.actor, q.org, q.role, q.real))"""
"""Whether hand-over `h` is a case that `q` (mode 5) answers."""


def staffs(kind: str, role: str) -> str:
    """Whether staff in this role may have a hand-over of this kind (SQL): a case is nobody's who answers none."""
    return f"""(case when {kind} < {CASES} then true when {kind} = {APPLICATION} then {role} in ({_listed(OPERATORS)})
                when {kind} = {ACCESS_REVIEW} then {role} in ({_listed(KEEPERS)})
                else {role} in ('reviewer', 'administrator')
                     or ({kind} = {REQUEST} and {role} in ({_listed(DECIDERS)})) end)"""


def _listed(roles: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in roles)


def works(role: str) -> str:
    """Whether staff in this role has what a house or unit has to do (SQL)."""
    offices = ", ".join(f"'{each}'" for each in OFFICES)
    return f"{role} not in ({offices})"


def closed(party: str) -> str:
    """Whether the organisation, unit or service of the hash `party` says that it is closed (SQL): `active` false."""
    return f"""exists (
                select 1 from shared c
                 where c.self = {party} and c.bucket = -1 and c.state = 0 and c.form = 0 and not c.deleted
                   and c.type in ({TYPES["Organization"]}, {TYPES["HealthcareService"]})
                   and c.body::json ->> 'active' = 'false')"""


def staffed(real: str) -> str:
    """Whether somebody has hand-over `h` at the real time `real` (SQL): staff of its owner, of a case at its desk.

    Work of a house is had by those who give care there (`works`). Roles in a unit that has closed staff its inbox no
    more, and its desk answers no cases; what somebody there has by name she has as before, and who keeps the roles of a
    closed house sees to them.
    """
    return f"""(case when h.kind < {CASES} then exists (
                select 1 from staffing s where s.party = h.holder and s.since <= {real} and s.until > {real}
                   and (h.owner like 'Practitioner%' or {works("s.role")}))
            else exists (
                select 1 from staffing s
                 where s.org = h.org and (s.org = h.holder or s.party = h.holder) and s.since <= {real}
                   and s.until > {real} and {staffs("h.kind", "s.role")}) end
            and (h.owner like 'Practitioner%' or h.kind = {ACCESS_REVIEW} or not {closed("h.holder")}))"""
