"""Tests that were ordered: which have their answer, what it says, and whether anybody looked at it.

An answer belongs to an order by `basedOn` of the report or the values. Who looked is a Task whose focus is the order,
the answer or one of its values: done, or with somebody who answers for it until she has looked. Where there is none it
is who ordered the test (`access.handovers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.care.courses import rules
from felles.care.courses.present import said_in, told_in, whole
from felles.ui.dates import DAY, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.care.courses.shapes import Order, Report, Result, Task
    from felles.care.courses.views import Record
    from felles.care.overview.present import View
    from felles.care.overview.views import Read

YEAR: Final = 366 * DAY
"""How far back orders are told of; what nobody has looked at is told of however old it is."""
MOST: Final = 8
_CLOSED: Final = ("completed", "cancelled", "rejected", "failed", "entered-in-error")
_DROPPED: Final = ("entered-in-error", "draft")
_CHANGED: Final = ("amended", "corrected", "appended")


@dataclass(frozen=True, slots=True)
class Answered:
    """An order with its answer: the newest report or else value, all that answers it, and the tasks about it.

    `open`: the reader answers for it still, and something has come that nobody has seen.
    """

    order: Read[Order]
    report: Read[Report] | None
    reports: list[Read[Report]]
    values: list[Read[Result]]
    tasks: list[Read[Task]]
    open: bool = False

    @property
    def at(self) -> int:
        """When the answer came (clinical microseconds)."""
        issued = self.report.entry.issued if self.report else self.values[0].entry.issued
        return moment(issued) or (self.report.at if self.report else self.values[0].at)

    @property
    def looked(self) -> Read[Task] | None:
        """The task that says that somebody looked, the newest; None when nobody did, or something came since."""
        done = [read for read in self.tasks if read.entry.status == "completed"]
        last = max(done, key=lambda read: moment(read.entry.last_modified) or read.at, default=None)
        if last is None or self.open or any(_is_newer(read, last) for read in (*self.reports, *self.values)):
            return None
        return last

    @property
    def owed(self) -> Read[Task] | None:
        """The task that is still open."""
        return next((read for read in self.tasks if read.entry.status not in _CLOSED), None)


def _is_newer(read: Read[Report] | Read[Result], look: Read[Task]) -> bool:
    """Whether an answer was given out, or says something else, since the look."""
    entry, at = read.entry, moment(look.entry.last_modified) or look.at
    if (moment(entry.issued) or 0) > at:
        return True
    changed = entry.meta.last_updated if entry.meta and entry.status in _CHANGED else None
    seen = look.entry.meta.last_updated if look.entry.meta else None
    return bool(changed and seen) and (moment(changed) or 0) > (moment(seen) or 0)


def answered(
    orders: Iterable[Read[Order]],
    reports: list[Read[Report]],
    values: list[Read[Result]],
    tasks: list[Read[Task]],
    mine: Mapping[str, str] | None = None,
) -> list[Answered]:
    """Orders whose answer is here: those that nobody has looked at first, then what came last first.

    `mine`: the orders (references) that the reader answers for still.
    """
    found: list[Answered] = []
    for order in orders:
        codes = (coding.code or "" for concept in order.entry.category for coding in concept.coding)
        if order.entry.status in _DROPPED or not rules.is_order(codes):
            continue
        name = f"ServiceRequest/{order.entry.id}"
        these = [read for read in reports if _because(read.entry.based_on, name)]
        named = {each.reference for read in these for each in read.entry.result}
        own = {
            read.entry.id: read for read in values
            if f"Observation/{read.entry.id}" in named or _because(read.entry.based_on, name)
        }  # fmt: skip
        if not these and not own:
            continue
        about = {name, *(f"Observation/{key}" for key in own)}
        about |= {f"DiagnosticReport/{read.entry.id}" for read in these}
        looks = [read for read in tasks if read.entry.focus and read.entry.focus.reference in about]
        report = these[0] if these else None
        found.append(Answered(order, report, these, list(own.values()), looks, name in (mine or ())))
    found.sort(key=lambda each: (each.looked is not None, -each.at))
    return found


def _because(based_on: Iterable[Any], mine: str) -> bool:
    return any(each.reference == mine for each in based_on)


def lines(view: View, record: Record, mine: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each answered order in words: what was ordered, when it came, what lies outside, who looked and what she did.

    `mine`: where the reader says what she does, by order (a reference): of those that she answers for.
    """
    every = answered(record.asked, record.reports, record.values, record.tasks, mine)
    recent = [each for each in every if each.looked is None or each.at >= view.now - YEAR]
    shown = [_line(view, each) for each in recent[:MOST]]
    return [line | {"act": "" if line["looked"] else mine.get(line["order"], "")} for line in shown]


def _line(view: View, found: Answered) -> dict[str, Any]:
    t, order = view.t, found.order.entry
    asked = view.name(order.requester) or view.names.get(found.order.org) or ""
    by = view.name(found.report.entry.performer[0]) if found.report and found.report.entry.performer else ""
    ordered = t("Bestilt {day}").format(day=t.brief(found.order.at))
    return {
        "text": order.code.words or t("Bestilt prøve"),
        "href": view.entry("ServiceRequest", order.id),
        "asked": ", ".join(filter(None, (ordered, asked, t("trukket tilbake") if order.status == "revoked" else ""))),
        "came": ", ".join(filter(None, (t("Svar {day}").format(day=t.brief(found.at)), by))),
        "answer": view.entry("DiagnosticReport", found.report.entry.id) if found.report else "",
        "outside": _outside(view, found),
        "order": f"ServiceRequest/{order.id}",
        "task": f"Task/{found.owed.entry.id}" if found.owed else "",
        "looked": _looked(view, found.looked) if found.looked else None,
        "owed": _owed(view, found) if found.looked is None else "",
    }


def _outside(view: View, found: Answered) -> str:
    """Which values lie outside, in words; or that none does."""
    t = view.t
    outside = [
        f"{test.name} {whole(view, test.last)}" for test in rules.tests(found.values) if test.last.mark is not None
    ]
    if found.report and found.report.entry.conclusion:
        return found.report.entry.conclusion
    if outside:
        return t("Utenfor det vanlige: {what}").format(what=", ".join(outside))
    return t("Ingenting utenfor det vanlige")


def _looked(view: View, read: Read[Task]) -> dict[str, str]:
    t, task = view.t, read.entry
    when = t.brief(moment(task.last_modified) or read.at)
    who = view.name(task.owner) or view.name(task.requester)
    href = view.entry("Task", task.id)
    return {
        "text": said_in(t, task) or t("Vurdert"),
        "who": ", ".join(filter(None, (who, when))),
        "href": href,
        "told": told_in(t, task),
    }


def _owed(view: View, found: Answered) -> str:
    """That nobody has looked, and who answers for it: who has the task, until she said yes who ordered the test."""
    t = view.t
    task = found.owed.entry if found.owed else None
    answers = task.requester if task and task.status == "requested" and task.requester else task and task.owner
    who = view.name(answers or found.order.entry.requester)
    if any(read.entry.status == "completed" for read in found.tasks):
        return t("Det som kom etter vurderingen, har ingen vurdert. {who} svarer for det.").format(who=who or "–")
    if not who:
        return t("Ingen har vurdert svaret.")
    return t("Ingen har vurdert svaret. {who} svarer for det.").format(who=who)
