"""The decision table, made from the data that decide: who may do what, for whom, and who sees which kinds. Pure.

`scripts/decision_table.py` writes it to docs/decision-table.md; `tests/access/test_table.py` asks the FHIR door about
every cell of `WRITES` and `READS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from felles.access.roles import NO_STAFF, ROLES
from felles.access.verbs import VERBED, VERBS
from felles.record.kinds import Kind

RELATIONS: Final = ("none", "lasting")
"""No relation, and one that somebody else made."""
STAFF: Final = tuple(code for code in ROLES if code not in NO_STAFF)
WRITING: Final = tuple(sorted({"write"}.union(*VERBED.values()) - {"remark"}))
"""The verbs that writing some clinical entry takes."""


@dataclass(frozen=True, slots=True)
class Write:
    """Whether a role, with that relation to the person, may write an entry that takes the verb."""

    role: str
    verb: str
    relation: str

    @property
    def allowed(self) -> bool:
        """A relation opens the person, the role carries the verb; both are needed."""
        return self.relation != "none" and self.verb in ROLES[self.role].verbs


@dataclass(frozen=True, slots=True)
class Read:
    """Whether a role, with that relation to the person, sees entries of a kind."""

    role: str
    kind: Kind
    relation: str

    @property
    def allowed(self) -> bool:
        """A relation opens the person, the role reads and reaches the kind; all are needed."""
        role = ROLES[self.role]
        return self.relation != "none" and "read" in role.verbs and role.reaches(self.kind)


WRITES: Final = tuple(Write(r, v, relation) for r in STAFF for v in WRITING for relation in RELATIONS)
READS: Final = tuple(Read(r, k, relation) for r in STAFF for k in Kind for relation in RELATIONS)


def page() -> str:
    """The table as Markdown."""
    return "\n".join(
        [
            "# Who may do what",
            "",
            "Made from `access/verbs.py` and `access/roles.py` by `scripts/decision_table.py`; a test holds it.",
            "Every cell needs more than its mark: a relation to the person (docs/security.md), no block in the way.",
            "Without a relation every cell is a no, but for looking a person up and stating a need.",
            "",
            "## Verbs",
            "",
            *_verbs(),
            "",
            "`on …`: while a relation of that basis holds, and no longer.",
            "",
            "## Kinds of entries that each role sees",
            "",
            *_kinds(),
            "",
            "## Where each row is said",
            "",
            "| verb | source |",
            "|---|---|",
            *(f"| {verb.code} | {verb.source} |" for verb in VERBS.values()),
            "",
            "| role | source |",
            "|---|---|",
            *(f"| {role.code} | {role.source} |" for role in ROLES.values()),
            "",
        ]
    )


def _verbs() -> list[str]:
    head = ["role", *VERBS]
    rows = [[role.code, *(_mark(role.code, verb) for verb in VERBS)] for role in ROLES.values()]
    return _table(head, rows)


def _mark(role: str, verb: str) -> str:
    if verb in ROLES[role].verbs:
        return "yes"
    only = [basis.code for holder, basis in VERBS[verb].only if holder == role]
    return f"on {', '.join(only)}" if only else ""


def _kinds() -> list[str]:
    head = ["role", *(kind.name.lower() for kind in Kind)]
    return _table(head, [[r.code, *("yes" if r.reaches(k) else "" for k in Kind)] for r in ROLES.values()])


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
