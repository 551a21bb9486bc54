"""What needs me now: the hand-overs that are with the reader or her inboxes, what is urgent first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.handovers.kinds import NOBODYS, Kind
from felles.access.handovers.states import State
from felles.care import shapes
from felles.care.handovers import present
from felles.care.handovers.desk import among, belong, cases
from felles.care.people import store_of
from felles.care.start.board import Part, Shown, person

if TYPE_CHECKING:
    from felles.care.handovers.present import Names
    from felles.care.start.board import Asked, Line
    from felles.record.read_handovers import HandedRow
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

FEW: Final = 8
_patient: Final = Decoder(shapes.Patient).decode


async def _read(asked: Asked) -> Shown:
    work = await asked.store.work(asked.grant, "mine", asked.many)
    hers = belong(asked.found, await cases(asked.found), "mine")
    rows = among(asked.found, work, hers)
    names = await asked.store.names.of({row.sender for row in rows})
    lines = [_line(asked.t, row, names, asked.now) for row in rows[: asked.many]]
    left = len(rows) > asked.many or any(row.total > len(work) for row in work)
    return Shown(lines, asked.t("Flere står på arbeidslisten.") if left else "", asked.t("Ingenting venter på deg."))


def _line(t: Language, row: HandedRow, names: Names, now: int) -> Line:
    shown = present.row(t, row, names, now, sent=False)
    line = person(t, _patient(row.face), row.patient, now)
    line.fact = ": ".join(filter(None, (shown["kind"], shown["text"])))
    if Kind(row.kind) in NOBODYS:
        line.name, line.fact, line.about = shown["text"], shown["kind"], ""
    line.to, line.detail = shown["href"], shown["other"]
    if Kind(row.kind).case:  # it opens no record
        line.href = ""
    line.state, line.color = shown["state"], shown["color"]
    line.time = t("Haster") if row.urgent or shown["soon"] else ""
    line.pressing = bool(line.time) or shown["late"] or row.state == State.UNTAKEN or row.outside > 0
    if shown["late"]:
        line.state, line.color = t("over fristen"), "danger"
    return line


async def at_desk(found: Visit, many: int) -> Shown:
    """The cases at the reader's desk: she opens no record, so no line leads to one."""
    store = store_of(found)
    rows = await cases(found)
    names = await store.names.of({row.sender for row in rows if row.sender})
    lines = [_line(found.t, row, names, store.clock.clinical()) for row in rows[:many]]
    said = found.t("Flere står på arbeidslisten.") if len(rows) > many else ""
    return Shown(lines, said, found.t("Ingenting venter på deg."))


WORK: Final = Part("arbeid", lambda t: t("Trenger meg nå"), "Tasklist", _read, FEW)
