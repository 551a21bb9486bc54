"""Entries that open or close doors, and the verb that making, changing or ending one takes.

That verb stands in place of `write`: a citizen writes nothing in a record but may close her own, staff write but may
not appoint a proxy. What is stored can therefore be trusted by what is derived from it. Asked by every coding of the
entry, so that no entry passes under the verb of one code and takes effect by another.

    need      Task: a stated need
    open      Task: an emergency, the person's consent
    release   Task: a doctor has looked at a result and lets the person see it
    case      Task: every other case (a question, a demand, a request)
    block     Consent: the person blocks
    hold      Consent: an entry is held back from the person or her parents, a parent is barred; a part is released to
              a parent, or to kin of one who cannot consent or who died
    mandate   Consent: the person gives a proxy
    register  Consent, RelatedPerson: guardians and parental responsibility, which are a register's to say
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from felles.record.codes import CASE_SYSTEM, MANDATE_SYSTEM
from felles.record.kinds import KINDS_BY_CODE, Kind, codings_of

if TYPE_CHECKING:
    from felles.record.grants import Grant

_OF_KIND: Final = {Kind.BLOCK: "block", Kind.WITHHELD: "hold", Kind.MANDATE: "register"}
_OF_MANDATE: Final = {"proxy": "mandate", "part": "hold", "kin": "hold", "estate": "hold"}
_OF_CASE: Final = {"need": "need", "emergency": "open", "consent": "open", "looked": "release"}
_NONE: Final[frozenset[str]] = frozenset()
_PLAIN: Final = frozenset({"write"})
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


def may_write(grant: Grant, resource: Any) -> bool:
    """Whether the Grant may make `resource`, or make of an entry what it says."""
    return all(map(grant.may, verbs_of(resource) or _PLAIN))


def may_try(grant: Grant, type_name: str) -> bool:
    """Whether the Grant may change or delete anything of this type: which, the entry itself must tell."""
    return grant.may("write") or (type_name in TYPES_GUARDED and (grant.may("handle") or any(map(grant.may, VERBS))))


def may_change(grant: Grant, current: Any, new: Any) -> bool:
    """Whether the Grant may make of `current` (a struct) what `new` says; None: delete it.

    Whoever handles cases may answer one (`handle`), and then changes nothing of what sort of case it is.
    """
    if new is not None and grant.may("handle") and _only_case(current):
        return verbs_of(new) == verbs_of(current) and _only_case(new)
    return may_write(grant, current) and (new is None or may_write(grant, new))


def _only_case(resource: Any) -> bool:
    return type(resource).__name__ == "Task" and bool(verbs_of(resource))
