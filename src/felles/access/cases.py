"""Cases: what somebody must answer by a day. Each is a Task with a code of CASE_SYSTEM, and a hand-over to a desk.

    need, emergency, consent    a reader's way in: her own organisation looks over afterwards whether it was called for
    log-question                the person does not know a line of her log again
    correction, deletion        the person demands it (pasientjournalloven § 25; helsepersonelloven §§ 42, 43)
    request                     who acts for the person asks for a part of the record
    self-made                   a reader made her own way in: the hand-over follows from the entry (`record.self_made`),
                                and such a Task says who has it and what was found
    application                 an organisation wants to take part (`access.applications`); about no person
    access-review               roles of an organisation that nobody has confirmed for a year; about no person
    looked, confirmed           nothing to answer: no hand-over

It is for whom `Task.owner` names, else the writer's own organisation, or the nearest above that has a desk
(`record.desks`). Due: `Task.restriction.period.end`, else one month after it was written (GDPR article 12(3)).
"""

from __future__ import annotations

from typing import Any, Final

from felles.access.handovers.kinds import Kind
from felles.record.codes import CASE_SYSTEM

OPENINGS: Final = frozenset({Kind.NEED, Kind.EMERGENCY, Kind.CONSENT})
"""Cases that are a way in, to be looked over."""
BY_CODE: Final = {kind.case: kind for kind in Kind if kind.case}


def sort_of(task: Any) -> Kind | None:
    """What sort of case a Task is, or None when it is none to answer. Of several codes the first counts."""
    coding = getattr(task.code, "coding", None) or ()
    return next((BY_CODE[c.code] for c in coding if c.system == CASE_SYSTEM and c.code in BY_CODE), None)
