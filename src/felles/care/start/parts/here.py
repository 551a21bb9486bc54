"""Who has come to the reader's unit lately, those who wait first: out-of-hours clinics, emergency departments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes
from felles.care.overview import rules
from felles.care.overview.views import Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.read_lists import Listing
from felles.record.read_person import Standing

if TYPE_CHECKING:
    from felles.record.read_lists import Listed
    from felles.ui.i18n import Language

HOURS: Final = 36
"""So far back somebody who came is shown: over the night before, too."""
WAITS: Final = ("arrived", "triaged")
"""Encounter.status of who has come and not been seen (FHIR R4, encounter-status)."""
CAME: Final = (("class", "AMB"), ("class", "EMER"), ("class", "VR"))
"""Encounter.class of who comes or rings (v3-ActCode): no stays, and nobody who is visited at home."""
WANTS: Final = (Standing("AllergyIntolerance", 20), Standing("Flag", 20))
_LISTING: Final = Listing(("Encounter",), (Basis.CONTACT, Basis.ADMISSION), having=(CAME,), wants=WANTS, down=True)
_contacts: Final = Decoder(list[Read[shapes.Encounter]]).decode
_allergies: Final = Decoder(list[Read[shapes.AllergyIntolerance]]).decode
_flags: Final = Decoder(list[Read[shapes.Flag]]).decode
_patient: Final = Decoder(shapes.Patient).decode


async def _read(asked: Asked) -> Shown:
    t, now = asked.t, asked.now
    found, more = await asked.lines_of(_LISTING, now - HOURS * 3_600_000_000, now)
    if not found:
        return Shown(none=t("Ingen er kommet det siste døgnet."))
    lines = [line(t, each, now) for each in found]
    lines.sort(key=lambda each: not each.pressing)
    return Shown(lines, more=more)


def line(t: Language, each: Listed, now: int) -> Line:
    """One who came: when, why, what can harm her, and whether she waits. Pure."""
    made, reads = person(t, _patient(each.body), each.id, now), _contacts(each.entries)
    entry = reads[0].entry if reads else shapes.Encounter()
    made.time = days.when(t, each.at, now)
    named = [*entry.reason_code, *entry.type]
    reason = next((concept.words for concept in named if concept.words), "")
    harm = harms(each.found)
    made.fact, made.to = harm or t("Ingen kritisk informasjon"), made.href
    made.detail = reason
    if entry.status in WAITS:
        made.pressing, made.state, made.color = True, t("Venter"), "warning"
    elif entry.status == "in-progress":
        made.state, made.color = t("Er her"), "info"
    elif entry.status == "finished":
        made.state = t("Ferdig")
    return made


def harms(found: tuple[bytes, ...]) -> str:
    """What the answers to `WANTS` say can harm the person: allergies, the gravest first, and flags."""
    told = rules.critical((r.entry for r in _allergies(found[0])), (r.entry for r in _flags(found[1])))
    said = [allergy.code.words for allergy in told.allergies] + [flag.code.words for flag in told.flags]
    return " · ".join(word for word in said if word)


HERE: Final = Part("kommet-inn", lambda t: t("Kommet det siste døgnet"), "Stethoscope", _read)
