"""What others ask of the reader's unit: referrals that are open, each with its question and who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import field
from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes
from felles.care.overview.views import Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.clock import BEGINNING, FOREVER
from felles.record.read_lists import Listing

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.ui.i18n import Language

OPEN: Final = (("status", "active"), ("status", "on-hold"))
"""ServiceRequest.status of what waits for an answer (FHIR R4, request-status)."""
PRESSING: Final = ("urgent", "asap", "stat")
"""ServiceRequest.priority of what cannot wait its turn (FHIR R4, request-priority)."""
_LISTING: Final = Listing(("ServiceRequest",), (Basis.REFERRAL,), having=(OPEN,), down=True)


class Referral(shapes.Shape):
    """A ServiceRequest: what is asked, why, by whom."""

    id: str = ""
    priority: str | None = None
    code: shapes.Concept | None = None
    authored_on: str | None = None
    occurrence_period: shapes.Period | None = None
    requester: shapes.Reference | None = None
    reason_code: list[shapes.Concept] = field(default_factory=list)


_referrals: Final = Decoder(list[Read[Referral]]).decode
_patient: Final = Decoder(shapes.Patient).decode


def referrals(key: str, leads_to: str) -> Part:
    """The part of open referrals; `leads_to`: the view of the record that answers, below its address."""

    async def read(asked: Asked) -> Shown:
        found, more = await asked.lines_of(_LISTING, BEGINNING, FOREVER)
        if not found:
            return Shown(none=asked.t("Ingen henvisninger venter hos dere."))
        lines = [line(asked.t, each, asked.now, leads_to) for each in found]
        lines.sort(key=lambda each: not each.pressing)
        return Shown(lines, more=more)

    return Part(key, lambda t: t("Henvist til dere"), "FileText", read)


def line(t: Language, each: Listed, now: int, leads_to: str) -> Line:
    """A referral: what is asked for, the question as it was written, who asks, whether it is urgent. Pure."""
    made, reads = person(t, _patient(each.body), each.id, now), _referrals(each.entries)
    entry = reads[0].entry if reads else Referral()
    made.time = days.written(t, entry.authored_on, each.at, now)
    made.fact = entry.code.words if entry.code and entry.code.words else t("Henvisning")
    made.to = f"{made.href}{leads_to}"
    question = next((reason.words for reason in entry.reason_code if reason.words), "")
    by = entry.requester.display if entry.requester and entry.requester.display else ""
    made.detail = f"{question} ({by})" if question and by else question or by
    made.pressing = entry.priority in PRESSING
    if made.pressing:
        made.state, made.color = t("Haster"), "warning"
    return made
