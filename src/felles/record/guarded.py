"""Entries that open or close doors, and the verb that making, changing or ending one takes.

That verb stands in place of `write`: a citizen writes nothing in a record but may close her own, staff write but may
not appoint a proxy. What is stored can therefore be trusted by what is derived from it. Asked by every coding of the
entry, so that no entry passes under the verb of one code and takes effect by another.

    need      Task: a stated need
    open      Task: an emergency, the person's consent
    release   Task: a doctor has looked at a result and lets the person see it
    handle    Task: what a reviewer found of a way in that its reader made herself
    case      Task: every other case (a question, a demand, a request; that the person confirms such a way in)
    block     Consent: the person blocks
    hold      Consent: an entry is held back from the person or her parents, a parent is barred; a part is released to
              a parent, or to kin of one who cannot consent or who died
    mandate   Consent: the person gives a proxy, or says what her kin may see when she is dead
    register  Consent, RelatedPerson: guardians and parental responsibility, which are a register's to say; of guardians
              also staff who decide, by a Grant of its own (`access.appoint`)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.record.codes import CASE_SYSTEM, MANDATE_SYSTEM
from felles.record.kinds import KINDS_BY_CODE, Kind, codings_of

if TYPE_CHECKING:
    from felles.record.grants import Grant

_OF_KIND: Final = {Kind.BLOCK: "block", Kind.WITHHELD: "hold", Kind.MANDATE: "register"}
_OF_MANDATE: Final = {"proxy": "mandate", "wish": "mandate", "part": "hold", "kin": "hold", "estate": "hold"}
_OF_CASE: Final = {
    "need": "need", "emergency": "open", "consent": "open", "looked": "release", "self-made": "handle",
    "application": "handle", "access-review": "handle",
}  # fmt: skip
_NONE: Final[frozenset[str]] = frozenset()
TYPES_GUARDED: Final = frozenset({"Task", "Consent", "RelatedPerson"})
"""Types of which some entries are guarded."""
VERBS: Final = frozenset({"block", "hold", *_OF_MANDATE.values(), *_OF_CASE.values(), "case"})
"""All verbs that this table gives, `register` aside, which is older."""


def verbs_of(resource: Any) -> frozenset[str]:
    """The verbs that take the place of `write` for this resource (a struct); empty for nearly every one."""
    return frozenset(_verbs(resource)) if type(resource).__name__ in TYPES_GUARDED else _NONE


def _verbs(resource: Any) -> Iterator[str]:
    for element, system, code in codings_of(resource):
        kind = KINDS_BY_CODE[type(resource).__name__].get((element, system, code))
        if kind is Kind.CASE and system == CASE_SYSTEM:
            yield _OF_CASE.get(code, "case")
        elif kind is Kind.MANDATE and system == MANDATE_SYSTEM:
            yield _OF_MANDATE.get(code, "register")
        elif kind is not None and kind in _OF_KIND:
            yield _OF_KIND[kind]


@dataclass(frozen=True, slots=True)
class Takes:
    """Which verb writing an entry takes that is not guarded; the room above fills it in (`access.verbs`).

    `types` names those that may take another than `write`, each with its verbs; `bases` each `verb@basis` that a role
    may have, with the basis' number: it counts only while a relation of that basis opens the person to the writer.
    `step_verb` gives the verb that one change has of its own ("" for nearly all): who has that needs no other for it.
    `keeps` are those of these by which no door opens or shuts, whoever writes: what followed from the entry stays.
    """

    verb_of: Callable[[Any], str] = lambda _: "write"
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)
    step_verb: Callable[[Any, Any], str] = lambda _was, _new: ""
    keeps: frozenset[str] = frozenset()

    def needed(self, resource: Any) -> frozenset[str]:
        """The verbs that writing `resource` (a struct) takes."""
        return verbs_of(resource) or frozenset((self.verb_of(resource),))

    def leaves(self, was: Any, new: Any) -> bool:
        """Whether making of `was` what `new` says (either may be None) opens and shuts no door."""
        return was is not None and new is not None and self.step_verb(was, new) in self.keeps

    def only_on(self, grant: Grant, verb: str) -> list[int]:
        """The bases on which the Grant has a verb that it has not always."""
        return [number for name, number in self.bases.items() if name.partition("@")[0] == verb and grant.may(name)]

    def looks_under_lock(self, type_name: str) -> bool:
        """Whether what an entry of this type already says counts as well."""
        return type_name in TYPES_GUARDED or type_name in self.types


def may_write(grant: Grant, resource: Any, takes: Takes) -> bool:
    """Whether the Grant may make `resource`, or make of an entry what it says: always, or on a basis."""
    return all(grant.may(verb) or takes.only_on(grant, verb) for verb in takes.needed(resource))


def may_try(grant: Grant, type_name: str, takes: Takes) -> bool:
    """Whether the Grant may change or delete anything of this type: which, the entry itself must tell."""
    if grant.may("write"):
        return True
    if type_name in TYPES_GUARDED:
        return grant.may("handle") or any(map(grant.may, VERBS))
    return any(map(grant.may, takes.types.get(type_name, _NONE)))


def change_takes(grant: Grant, current: Any, new: Any, takes: Takes) -> frozenset[str]:
    """The verbs for making of `current` (a struct; None: nothing) what `new` says (None: deleting it).

    Whoever handles cases may answer one (`handle`), and then changes nothing of what sort of case it is; a change that
    has a verb of its own (`Takes.step_verb`) takes that from who has it.
    """
    both_cases = current is not None and new is not None and _only_case(current) and _only_case(new)
    if both_cases and grant.may("handle") and verbs_of(new) == verbs_of(current):
        return frozenset(("handle",))
    step = takes.step_verb(current, new) if current is not None and new is not None else ""
    if step and grant.may(step):
        return frozenset((step,))
    return frozenset[str]().union(*(takes.needed(each) for each in (current, new) if each is not None))


def _only_case(resource: Any) -> bool:
    return type(resource).__name__ == "Task" and bool(verbs_of(resource))
