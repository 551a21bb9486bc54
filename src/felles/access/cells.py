"""The cells of the decision table: what each who asks may do in each situation, from the data that decide. Pure.

Three tables, each the product of its dimensions:

    Read    role × kind of entry × relation × block × way in          staff; the person's age changes nothing for them
    Write   role × verb × relation, with everything of hers closed or not
    Act     who acts for whom (basis, ages, verbs) × kind of entry × what is kept back

They say in plain Python what `record.decide` says in SQL, so that one can be held against the other: the FHIR door and
the pages are asked about every cell (`tests/access/test_cells.py`), and docs/decision-table.md is written from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

from felles.access.bases import Basis
from felles.access.blocks import CLOSABLE
from felles.access.representation import REACH, RECORD, Verb
from felles.access.roles import NO_STAFF, ROLES, mask
from felles.access.verbs import VERBED, on
from felles.record.kinds import Kind

STAFF: Final = tuple(code for code in ROLES if code not in NO_STAFF)
WRITING: Final = tuple(sorted({"write"}.union(*VERBED.values()) - {"remark", "ask"}))
"""The verbs that writing some clinical entry takes."""

RELATIONS: Final = {
    "none": "no care relation",
    "lasting": "a care relation that somebody else made",
    "self-made": "only a task or an appointment that she wrote to herself",
    "message": "only a message to her that points to these entries",
}
BLOCKS: Final = {
    "none": "nothing is closed",
    "all": "everything is closed to everybody",
    "organisation": "… to her organisation",
    "role": "… to her role",
    "person": "… to her by name",
    "another": "… to another organisation",
}
WAYS: Final = {
    "none": "she stated nothing",
    "need": "she stated a need",
    "emergency": "she opened all of it in an emergency",
    "consent": "she opened all of it with the person's consent",
}
_AGAINST_HER: Final = frozenset({"all", "organisation", "role", "person"})
_VERB_OF_WAY: Final = {"need": "need", "emergency": "open", "consent": "open"}
_BY_HERSELF: Final = frozenset(f"basis:{basis.code}" for basis in (Basis.TASK, Basis.APPOINTMENT))


@dataclass(frozen=True, slots=True)
class Situation:
    """How a member of staff stands to a person, what the person closed, and which way she went in."""

    relation: str
    block: str
    way: str

    def went_in(self, role: str) -> bool:
        """Whether that role may go in this way: a way needs its verb."""
        return self.way != "none" and _VERB_OF_WAY[self.way] in ROLES[role].verbs

    def open_to(self, role: str) -> bool:
        """Whether the record is open: by a relation, or by the way she went in. A message opens what it points to."""
        by_herself = self.relation == "self-made" and bool(ROLES[role].verbs & _BY_HERSELF)
        return self.relation == "lasting" or by_herself or self.went_in(role)

    def closed_to(self, role: str, kind: Kind) -> bool:
        """Whether a block hides entries of that kind. Never her Patient; an emergency yields to a block by name."""
        if self.block not in _AGAINST_HER or kind is Kind.PERSON:
            return False
        lifts = self.went_in(role) and self.way in ("emergency", "consent") and kind in CLOSABLE
        return not (lifts and (self.block != "person" or self.way == "consent"))


SITUATIONS: Final = tuple(Situation(*each) for each in product(RELATIONS, BLOCKS, WAYS))


@dataclass(frozen=True, slots=True)
class Read:
    """Whether a role sees entries of a kind in a situation."""

    role: str
    kind: Kind
    situation: Situation

    @property
    def allowed(self) -> bool:
        """The role reads and reaches the kind, record or entry is open, and no block hides it; all are needed."""
        role, situation = ROLES[self.role], self.situation
        reaches = "read" in role.verbs and role.reaches(self.kind)
        opens = situation.open_to(self.role) or situation.relation == "message"
        return reaches and opens and not situation.closed_to(self.role, self.kind)


READS: Final = tuple(Read(*each) for each in product(STAFF, Kind, SITUATIONS))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member of staff stands to one whose record she writes in."""

    name: str
    situation: Situation
    basis: Basis | None = None


STANDINGS: Final = (
    Standing("none", Situation("none", "none", "none")),
    Standing("lasting", Situation("lasting", "none", "none"), Basis.MUNICIPAL_SERVICE),
    Standing("lasting, all closed", Situation("lasting", "all", "none"), Basis.MUNICIPAL_SERVICE),
    Standing("pregnancy", Situation("lasting", "none", "none"), Basis.PREGNANCY),
    Standing("self-made", Situation("self-made", "none", "none")),
    Standing("message", Situation("message", "none", "none")),
    Standing("stated need", Situation("none", "none", "need")),
    Standing("emergency", Situation("none", "none", "emergency")),
)


@dataclass(frozen=True, slots=True)
class Write:
    """Whether a role may write an entry that takes the verb. What is closed does not keep anybody from writing."""

    role: str
    verb: str
    standing: Standing

    @property
    def allowed(self) -> bool:
        """The record is open, and the role carries the verb, always or on this basis."""
        verbs, basis = ROLES[self.role].verbs, self.standing.basis
        carries = self.verb in verbs or (basis is not None and on(self.verb, basis) in verbs)
        return carries and self.standing.situation.open_to(self.role)


WRITES: Final = tuple(Write(*each) for each in product(STAFF, WRITING, STANDINGS))


KEPT: Final = {
    "nothing": "nothing is kept back",
    "from her": "kept back from the person herself (pbrl § 5-1)",
    "from parents": "marked “not to parents” (pbrl § 3-4)",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One who reads a person's record as a citizen: herself, or for her. `kinds` is what it reaches at most.

    `whose` says the person's age at the time; `parental`: what is kept from parents is kept from this one.
    """

    name: str
    whose: str
    kinds: int
    parental: bool = False
    herself: bool = False


_NOTHING: Final = 0
_WHO: Final = mask(Kind.PERSON)
_LISTED: Final = mask(Kind.APPOINTMENT)
PARTS: Final = (Kind.RESULT, Kind.NOTE)
"""What is released to a parent, and to the kin of one who died, in the cells."""
NAMED: Final = (Kind.MEDICINE, Kind.APPOINTMENT)
"""The kinds that the decision for a next of kin names, in the cells."""
CASES: Final = (
    Case("herself", "adult", ROLES["citizen"].kinds, herself=True),
    Case("a stranger", "adult", _NOTHING),
    Case("parent", "0-11 years", RECORD | _WHO, parental=True),
    Case("parent who is barred", "0-11 years", _NOTHING, parental=True),
    Case("parent", "0-11 years, address protected", _NOTHING, parental=True),
    Case("parent", "12-15 years", _LISTED | _WHO, parental=True),
    Case("parent, a part released", "12-15 years", mask(*PARTS) | _LISTED | _WHO, parental=True),
    Case("parent", "16-17 years", _NOTHING, parental=True),
    Case("proxy given at 15", "16-17 years", _NOTHING),
    *(Case(f"proxy: {verb.name.lower()}", "adult", REACH[verb] | _WHO) for verb in Verb if verb.name),
    Case("proxy of 17 years", "adult", _NOTHING),
    Case("proxy that ended", "adult", _NOTHING),
    Case("guardian: read", "adult", RECORD | _WHO),
    Case("next of kin", "adult, cannot consent", mask(*NAMED) | _WHO),
    Case("proxy: read", "dead", _NOTHING),
    Case("kin, a part released", "dead", mask(*PARTS) | _WHO),
)
"""Ages are the defaults of `representation.Ages`; what each reaches is said there."""


@dataclass(frozen=True, slots=True)
class Act:
    """Whether one who reads as a citizen sees entries of a kind, when that entry is kept back so."""

    case: Case
    kind: Kind
    kept: str

    @property
    def allowed(self) -> bool:
        """It reaches the kind, and nothing keeps the entry from her. Nobody sees more than the person herself."""
        hidden = self.kept == "from her" or (self.kept == "from parents" and self.case.parental)
        if self.kind is Kind.PERSON:  # who she is is never kept back
            hidden = False
        return bool(self.case.kinds >> self.kind & 1) and not hidden


ACTS: Final = tuple(Act(*each) for each in product(CASES, Kind, KEPT))


DOORS: Final = {
    "find": "search", "lookup": "search", "create_person": "write", "need": "write", "open": "write",
    "block": "write", "hold": "write", "release": "write", "mandate": "write", "case": "write", "remark": "write",
    "ask": "write", "decide": "page",
    "register": "write", "maintain": "write", "place": "page", "handle": "page", "staff": "page", "approve": "page",
    "join": "operation", "move": "write",
}  # fmt: skip
"""The verbs beside reading and writing clinical entries, and how each is asked about: by a search, a write or an
operation at the FHIR door, or by the page that needs it."""
UNASKED: Final[frozenset[str]] = frozenset({"measure", "visit"})
"""Verbs whose cells are not asked about here: who writes may write what a person measured, and a citizen her own
(`tests/care/test_messages.py`); a home visit is told of where it was set up (`tests/care/test_route.py`)."""
_ABOUT_NOBODY: Final = frozenset({"lookup", "create_person", "maintain", "handle", "staff", "approve", "join"})


@dataclass(frozen=True, slots=True)
class Do:
    """Whether a role does what a verb of `DOORS` stands for, for one whose record is open to her, or not (`opened`).

    Of a citizen `opened` is her own record; of a system, one that its organisation has a relation to.
    """

    role: str
    verb: str
    opened: bool

    @property
    def allowed(self) -> bool:
        """The role has the verb; the record is open, or it is about nobody; by FHIR she also finds or reads."""
        verbs = ROLES[self.role].verbs
        comes_in = DOORS[self.verb] in ("page", "operation") or bool(verbs & {"find", "read"})
        reached = self.opened or self.role == "maintenance" or self.verb in _ABOUT_NOBODY
        return self.verb in verbs and comes_in and reached


DOES: Final = tuple(
    Do(*each) for each in product(ROLES, DOORS, (True, False))
    # The pages are for people.
    if not (DOORS[each[1]] == "page" and each[0] in ("system", "maintenance"))
)  # fmt: skip
