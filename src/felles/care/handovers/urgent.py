"""What cannot wait: whom a person's record points to, and what it says of this last day. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import field
from msgspec.json import Decoder

from felles.care import shapes, words
from felles.care.overview.views import Read
from felles.record.wants import Coded, Coming, Standing
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.ui.i18n import Language

PRESSURE: Final = "85354-9"
VALUES: Final = ("20454-5", "8867-4", "59408-5", "8310-5", "9279-1", "9269-2")
"""LOINC: blood pressure panel; protein in urine by strip, pulse, oxygen saturation, temperature, respiration, GCS."""
DAY: Final = 86_400_000_000
"""Microseconds: what was measured longer ago is not what one rings about."""
MOST: Final = 5
"""Units that are suggested."""
LONGEST: Final = 1000
WANTS: Final = (
    Coded("Observation", 3, (PRESSURE,)),
    Coded("Observation", 1, VALUES),
    Standing("ServiceRequest", 12),
    Standing("Encounter", 3),
    Coming("Appointment", 6),
    Standing("EpisodeOfCare", 12),
)


class Pointer(shapes.Shape):
    """Whom an open entry names: who performs a referral, provides a contact, follows over time, meets the person."""

    performer: list[shapes.Reference] = field(default_factory=list)
    service_provider: shapes.Reference | None = None
    managing_organization: shapes.Reference | None = None
    participant: list[dict[str, object]] = field(default_factory=list)
    priority: str | None = None


_values: Final = Decoder(list[Read[shapes.Observation]]).decode
_pointers: Final = Decoder(list[Read[Pointer]]).decode


def parties(found: Iterable[bytes]) -> list[str]:
    """References of the units that referrals, contacts, appointments and follow-ups name, the urgent referrals first.

    `found`: what answers `WANTS`, but for the values.
    """
    rows = [read.entry for each in found for read in _pointers(each)]
    rows.sort(key=lambda entry: entry.priority not in ("urgent", "asap", "stat"))
    named = (reference for entry in rows for reference in _named(entry))
    return list(dict.fromkeys(each for each in named if each.startswith(("Organization/", "HealthcareService/"))))


def _named(entry: Pointer) -> list[str]:
    listed = [*entry.performer, entry.service_provider, entry.managing_organization]
    said = [each.reference or "" for each in listed if each]
    for each in entry.participant:
        actor = each.get("actor")
        if isinstance(actor, dict):
            said.append(str(actor.get("reference", "")))
    return said


def told(
    t: Language, found: tuple[bytes, bytes], facts: Iterable[str], waiting: Iterable[Mapping[str, str]], now: int
) -> str:
    """What is said of the person on the telephone, one line each: this day's values, then what stands by her name.

    `found` answers the two wants of values; `waiting`: measurements that the writer has signed and that are on their
    way into the record.
    """
    lines: dict[str, list[str]] = {}
    for fields in waiting:
        if fields.get("overtrykk") and fields.get("undertrykk"):
            said = f"{fields['overtrykk']}/{fields['undertrykk']} mmHg"
            lines.setdefault(t("Blodtrykk"), []).append(t("{value} (nå)").format(value=said))
        if fields.get("urinprotein"):
            said = t("{value} (nå)").format(value=fields["urinprotein"])
            lines.setdefault(t("Protein i urin, strimmel"), []).append(said)
    for rows in found:
        for read in _values(rows):
            if now - DAY < read.at <= now and (value := _value(t, read.entry)):
                lines.setdefault(read.entry.code.words, []).append(f"{value} ({_when(t, read.at, now)})")
    said = [f"{name}: {', '.join(values)}" for name, values in lines.items()]
    return "\n".join([*said, *facts])[:LONGEST]


def _value(t: Language, entry: shapes.Observation) -> str:
    parts = [each.value_quantity for each in entry.component if each.value_quantity and each.value_quantity.value]
    if len(parts) == 2:
        return "/".join(t.number(str(part.value)) for part in parts) + " mmHg"
    return words.spoken(t, entry)


def _when(t: Language, at: int, now: int) -> str:
    clock = f"{t('kl.')} {t.clock(at)}"
    return clock if local_day(at) == local_day(now) else f"{t('i går')} {clock}"
