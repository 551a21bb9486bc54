"""Cases: what somebody must answer by a day. Each is a Task with a code of CASE_SYSTEM, and a row of `matter`.

    need, emergency, consent    a reader's way in: her own organisation looks over afterwards whether it was called for
    log-question                the person does not know a line of her log again
    correction, deletion        the person demands it (pasientjournalloven § 25; helsepersonelloven §§ 42, 43)
    request                     who acts for the person asks for a part of the record
    self-made                   a reader made her own way in: the row follows from the entry (`record.self_made`)
    looked                      a doctor has looked at a result: no case to answer, so no row

The owner is who must answer: of a way in the organisation that the opening Grant was given for, else `Task.owner`, else
the writer's own. Due: `Task.restriction.period.end`, else one month from now (GDPR article 12(3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from felles.access.times import span
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.codes import CASE_SYSTEM
from felles.record.elements import reference_of
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry

MONTH: Final = 30 * 86_400 * MICROSECONDS


class Sort(IntEnum):
    """`matter.sort`; the numbers stand in the database for ever."""

    NEED = 1
    EMERGENCY = 2
    CONSENT = 3
    LOG_QUESTION = 4
    CORRECTION = 5
    DELETION = 6
    REQUEST = 7
    SELF_MADE = 8

    @property
    def code(self) -> str:
        """The code of CASE_SYSTEM."""
        return self.name.lower().replace("_", "-")


OPENINGS: Final = frozenset({Sort.NEED, Sort.EMERGENCY, Sort.CONSENT})
"""Cases that are a way in, to be looked over."""
_BY_CODE: Final = {sort.code: sort for sort in Sort if sort is not Sort.SELF_MADE}
OPEN, ANSWERED, REFUSED = 0, 1, 2
_STATES: Final = {"completed": ANSWERED, "rejected": REFUSED, "cancelled": ANSWERED, "failed": ANSWERED}


@dataclass(frozen=True, slots=True)
class Matter:
    """A row of `matter`, as far as the Task tells it: `owner` and `asker` are references, "" when it names none.

    `due` is in clinical microseconds, None when it names none.
    """

    sort: Sort
    owner: str
    asker: str
    state: int
    due: int | None


def sort_of(task: Any) -> Sort | None:
    """What sort of case a Task is, or None when it is none to answer. Of several codes the first counts."""
    coding = getattr(task.code, "coding", None) or ()
    return next((_BY_CODE[c.code] for c in coding if c.system == CASE_SYSTEM and c.code in _BY_CODE), None)


def matter_of(task: Any) -> Matter | None:
    """The case that a Task (a struct of `felles.fhir.r4`) is; None when it is none, or was entered in error."""
    sort = sort_of(task)
    if sort is None or task.status == "entered-in-error":
        return None
    period = getattr(task.restriction, "period", None)
    end = span(period, 0)[1] if period else FOREVER
    due = None if end == FOREVER else end
    return Matter(sort, reference_of(task.owner), reference_of(task.requester), _STATES.get(task.status, OPEN), due)


_END: Final = "delete from matter where bucket = $1 and person = $2 and id = $3 and not mirror"
_PUT: Final = """
insert into matter (bucket, person, id, self, sort, owner, asker, state, made, due, closed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $8::smallint > 0 then $9::bigint end)
on conflict (bucket, person, id) do update set sort = excluded.sort, state = excluded.state, due = excluded.due,
   owner = case when matter.sort in (1, 2, 3) then matter.owner else excluded.owner end,
   closed = case when excluded.state = 0 then null else coalesce(matter.closed, excluded.made) end"""


async def follow(after: After) -> None:
    """Make the rows of `matter` for the Tasks of this commit.

    Owner and asker of a way in are the Grant's that wrote it first, whatever the Task says.
    """
    for reference, task in after.of("Task").items():
        name = reference.partition("/")[2]
        matter = None if task is None else matter_of(task)
        if matter is None:
            if reference not in after.created:
                await after.conn.fetch(_END, *after.key, name)
            continue
        mine = matter.sort in OPENINGS
        owner = after.grant.org if mine or not matter.owner else matter.owner
        asker = after.grant.actor if mine or not matter.asker else matter.asker
        due = after.clinical + MONTH if matter.due is None else matter.due
        marks = (mark_of(reference), int(matter.sort), mark_of(owner), mark_of(asker))
        await after.conn.fetch(_PUT, *after.key, name, *marks, matter.state, after.real, due)


def register(registry: Registry) -> None:
    """Let cases follow every commit of a Task."""
    registry.hooks.after(("Task",), follow)
