"""The decision table as a page: who may do what, for whom, in which situation. Pure.

Made from the data that decide (`roles`, `verbs`) and from the cells (`cells`), of which each is asked of the doors by
`tests/access/test_cells.py`. `scripts/decision_table.py` writes it to docs/decision-table.md; a test holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from felles.access.blocks import CLOSABLE
from felles.access.cells import (
    ACTS,
    BLOCKS,
    CASES,
    DOES,
    DOORS,
    KEPT,
    NAMED,
    PARTS,
    READS,
    RELATIONS,
    STAFF,
    STANDINGS,
    UNASKED,
    WAYS,
    WRITES,
    Act,
    Do,
    Situation,
)
from felles.access.roles import ROLES
from felles.access.verbs import VERBS
from felles.record.kinds import Kind

_HEAD = """# Who may do what

Made from `access/verbs.py`, `access/roles.py` and `access/cells.py` by `scripts/decision_table.py`; a test holds it.
{reads} cells of reading (role × kind × relation × block × way in), {writes} of writing (role × verb × relation),
{acts} of reading as a citizen (basis and age × kind × what is kept back) and {does} of the doors' own verbs: {yes}
say yes, {no} say no. Each is asked of the FHIR door or of a page by `tests/access/test_cells.py` and must answer
what stands here. How each came to be so: [security.md](security.md)."""


def page() -> str:
    """The table as Markdown."""
    cells = [cell.allowed for table in (READS, WRITES, ACTS, DOES) for cell in table]
    head = _HEAD.format(
        reads=len(READS), writes=len(WRITES), acts=len(ACTS), does=len(DOES), yes=sum(cells), no=len(cells) - sum(cells)
    )
    return "\n".join(
        [
            head,
            *_section("Verbs", _verbs(), "`on …`: while a relation of that basis holds, and no longer."),
            *_section("Kinds of entries that each role sees", _kinds(), "Where the record is open and nothing closed."),
            *_section(
                "Is the record open at all",
                _open(),
                "Staff, by the relation they have and the way they went in. The person's age changes nothing here. What"
                " a message points to is open to whom it was sent, each entry by itself, and the record is not.",
            ),
            *_section(
                "What the person closed",
                _closed(),
                f"`open` is the verb of an emergency and of a consent. Kinds nobody closes by name: {_unclosable()};"
                " what closes everything closes them too, and no way in lifts it.",
            ),
            *_section(
                "Writing",
                _writing(),
                "How many of the verbs that writing takes each role has, by how it stands to the person; which, the "
                "first table says. What is closed keeps nobody from writing.",
            ),
            *_section(
                "The doors' own verbs",
                _doors(),
                "`yes`: also where no relation holds. `open`: only where the record is open, for citizens their own."
                " At the FHIR door she must find or read as well, which administrators do not. Not among these cells: "
                f"{', '.join(sorted(UNASKED))}.",
            ),
            *_section(
                "Who reads as a citizen",
                _acting(),
                "With the default ages. Parents of a youth see the appointments that her GP and her municipality answer"
                f" for. In these cells a part is {_names(PARTS)}, and the decision for a next of kin names"
                f" {_names(NAMED)}.",
            ),
            *_section("What is kept back", _kept(), "Of what that case reaches. Who the person is is never kept back."),
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


def _section(title: str, rows: list[list[str]], said: str) -> list[str]:
    table = ["| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])]
    return ["", f"## {title}", "", *table, "", said]


def _yes(allowed: bool) -> str:
    return "yes" if allowed else ""


def _verbs() -> list[list[str]]:
    return [["role", *VERBS], *([r.code, *(_mark(r.code, verb) for verb in VERBS)] for r in ROLES.values())]


def _mark(role: str, verb: str) -> str:
    if verb in ROLES[role].verbs:
        return "yes"
    only = [basis.code for holder, basis in VERBS[verb].only if holder == role]
    return f"on {', '.join(only)}" if only else ""


def _kinds() -> list[list[str]]:
    rows = [[r.code, *(_yes(r.reaches(kind)) for kind in Kind)] for r in ROLES.values()]
    return [["role", *(kind.name.lower() for kind in Kind)], *rows]


def _open() -> list[list[str]]:
    rows = [["relation", "way in", *STAFF]]
    for relation, way in product(RELATIONS, WAYS):
        situation = Situation(relation, "none", way)
        rows.append([RELATIONS[relation], WAYS[way], *(_yes(situation.open_to(role)) for role in STAFF)])
    return rows


def _closed() -> list[list[str]]:
    opens = next(role for role in STAFF if "open" in ROLES[role].verbs)
    states = next(role for role in STAFF if "need" in ROLES[role].verbs and "open" not in ROLES[role].verbs)
    rows = [
        ["closed", "way in", "her Patient", "other kinds, by a role with `open`", "by one without", "kinds as below"]
    ]
    for block, way in product(BLOCKS, WAYS):
        situation = Situation("lasting", block, way)
        asked = ((opens, Kind.PERSON), (opens, Kind.RESULT), (states, Kind.RESULT), (opens, Kind.MANDATE))
        seen = ["closed" if situation.closed_to(role, kind) else "seen" for role, kind in asked]
        rows.append([BLOCKS[block], WAYS[way], *seen])
    return rows


def _unclosable() -> str:
    return _names(kind for kind in Kind if kind not in CLOSABLE and kind is not Kind.PERSON)


def _names(kinds: Iterable[Kind]) -> str:
    return ", ".join(kind.name.lower() for kind in kinds)


def _writing() -> list[list[str]]:
    by_cell = {(w.standing.name, w.role, w.verb): w.allowed for w in WRITES}
    verbs = list(dict.fromkeys(w.verb for w in WRITES))
    rows = [["stands to her by", *STAFF]]
    for standing in STANDINGS:
        counts = (sum(by_cell[standing.name, role, verb] for verb in verbs) for role in STAFF)
        rows.append([standing.name, *(str(count or "") for count in counts)])
    return rows


def _doors() -> list[list[str]]:
    def mark(role: str, verb: str) -> str:
        if Do(role, verb, opened=False) not in DOES:
            return ""
        if Do(role, verb, opened=False).allowed:
            return "yes"
        return "open" if Do(role, verb, opened=True).allowed else ""

    return [["role", *DOORS], *([role, *(mark(role, verb) for verb in DOORS)] for role in ROLES)]


def _acting() -> list[list[str]]:
    rows = [["who", "the person", *(kind.name.lower() for kind in Kind)]]
    rows += ([c.name, c.whose, *(_yes(Act(c, kind, "nothing").allowed) for kind in Kind)] for c in CASES)
    return rows


def _kept() -> list[list[str]]:
    def mark(case_name: str, kept: str) -> str:
        case = next(each for each in CASES if each.name == case_name)
        return "seen" if Act(case, Kind.RESULT, kept).allowed else "hidden"

    shown = ("herself", "parent", "proxy: read", "guardian: read")
    return [["kept back", *shown], *([text, *(mark(name, kept) for name in shown)] for kept, text in KEPT.items())]
