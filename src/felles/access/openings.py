"""Ways in that are no care relation: a stated need, an emergency, the person's consent told to staff.

Each is a Task with a code of CASE_SYSTEM. Who goes in, for whom, in which role and until when, is the Grant's that
wrote it, made once in that commit: never what the Task says of it. It must carry a coded reason and one in words, else
nothing opens.

    need        opens the record for `Hours.need`; lifts no block                          hpl §§ 25, 45, pjl § 19
    emergency   opens it for `Hours.opening`, and past blocks for the kinds it names,
                but not past a block against the reader by name                            hpl § 45, strl. § 17
    consent     the same, past such a block too                                            pbrl § 5-3

Every one is a case that the reader's organisation must look over (`access.cases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.access.bases import Basis
from felles.access.blocks import CLOSABLE
from felles.access.cases import sort_of
from felles.access.codes import KIND_SYSTEM, OPENING_REASON
from felles.access.handovers.kinds import Kind as Case
from felles.access.times import span
from felles.record.clock import MICROSECONDS
from felles.record.elements import listed
from felles.record.grants import Mode
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry

HOUR: Final = 3600 * MICROSECONDS
WORDS: Final = 10
"""Letters that a reason in words has at least."""
REASONS: Final = ("danger", "cannot-consent", "medicines", "other")
"""Codes of OPENING_REASON: danger to life or of serious harm; the patient cannot consent; safe treatment with medicines
needs it; another, in words."""
_BASES: Final = {Case.NEED: Basis.STATED_NEED, Case.EMERGENCY: Basis.EMERGENCY, Case.CONSENT: Basis.CONSENTED}
OPENED: Final = (*CLOSABLE, Kind.PERSON)
"""What a way in can open. A block of everything also hides those close to her, whom an emergency must find."""
_KINDS: Final = {kind.name.lower(): int(kind) for kind in OPENED}
_ENDED: Final = frozenset({"cancelled", "rejected", "failed", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a way in is open, in hours. Settable by site; the law names no number."""

    opening: int = 4
    need: int = 24


@dataclass(frozen=True, slots=True)
class Opening:
    """What a Task opens: its basis, and the mask of kinds whose blocks it lifts."""

    basis: Basis
    kinds: int


def opening_of(task: Any) -> Opening | None:
    """The way in that a Task (a struct of `felles.fhir.r4`) asks for; None when it is none, or lacks its reasons."""
    basis = _BASES.get(sort_of(task) or Case.DELETION)
    if basis is None or task.status in _ENDED or not _reasoned(task):
        return None
    kinds = 0
    for part in listed(task.input):
        coding = getattr(part, "valueCoding", None)
        if coding and coding.system == KIND_SYSTEM and coding.code in _KINDS:
            kinds |= 1 << _KINDS[coding.code]
    return Opening(basis, 0 if basis is Basis.STATED_NEED else kinds)


def _reasoned(task: Any) -> bool:
    concept = task.reasonCode
    codings = listed(getattr(concept, "coding", None))
    text = getattr(concept, "text", None)
    coded = any(coding.system == OPENING_REASON and coding.code in REASONS for coding in codings)
    return coded and isinstance(text, str) and len(text.strip()) >= WORDS


# -- what follows in the commit ----------------------------------------------------------------------------

_OPEN: Final = """
insert into opening (bucket, person, id, source, basis, actor, org, role, kinds, since, until)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing"""
_END: Final = "delete from opening where bucket = $1 and person = $2 and source = $3 and not mirror"
_BIT: Final = """
update person p set opened = exists (select 1 from opening o where o.bucket = p.bucket and o.person = p.person)
 where p.bucket = $1 and p.person = $2"""


def register(registry: Registry, hours: Hours | None = None) -> None:
    """Let ways in follow every commit of a Task."""
    lasts = hours or Hours()

    async def follow(after: After) -> None:
        changed = False
        for reference, task in after.of("Task").items():
            new = None if task is None else opening_of(task)
            if reference in after.created and new is not None and after.grant.mode in (Mode.STAFF, Mode.CASE):
                await after.conn.fetch(_OPEN, *after.key, *_row(after, reference, task, new, lasts))
                changed = True
            elif reference not in after.created and new is None:
                await after.conn.fetch(_END, *after.key, reference)
                changed = True
        if changed:
            await after.conn.fetch(_BIT, *after.key)

    registry.hooks.after(("Task",), follow)


def _row(after: After, reference: str, task: Any, new: Opening, lasts: Hours) -> tuple[Any, ...]:
    grant, hours = after.grant, lasts.need if new.basis is Basis.STATED_NEED else lasts.opening
    until = min(after.real + hours * HOUR, span(task.executionPeriod, after.real)[1])
    who = (grant.actor_mark, grant.org_mark, grant.role_mark)
    return (reference.partition("/")[2], reference, int(new.basis), *who, new.kinds, after.real, until)
