"""What came back since the GP last worked: what others wrote of those on her list, one line for each person.

What answers an order of hers and is not seen yet is said first, and leads to the same hand-over as "Trenger meg nå".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import field
from msgspec.json import Decoder

from felles.access.bases import Basis
from felles.care import shapes, words
from felles.care.overview.views import Read
from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown, person
from felles.record.read_lists import EACH, Listing, Whose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.read_lists import Listed
    from felles.ui.i18n import Language

LETTERS: Final = ("18842-5", "34105-7", "11490-0", "11488-4")
"""LOINC document types that answer somebody: discharge summaries, and a consultant's letter."""
FIRST_TIME: Final = 7
"""Days looked back for one of whom it is not known when she last worked."""
_WRITTEN: Final = ("DiagnosticReport", "DocumentReference", "Composition", "Procedure")
_LISTING: Final = Listing(_WRITTEN, (Basis.GP_LIST,), Whose.ALONE, new=True, down=True)


class Came(shapes.Shape):
    """A report, letter or note."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    title: str | None = None
    description: str | None = None
    type: shapes.Concept | None = None
    code: shapes.Concept | None = None
    category: list[shapes.Concept] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What it is called."""
        named = self.type or self.code
        return self.title or self.description or (named.words if named else "")

    @property
    def reference(self) -> str:
        """Type/id."""
        return f"{self.resource_type}/{self.id}"

    @property
    def weight(self) -> int:
        """What is said first of several: a letter that answers, then a result or what was done, then a note."""
        if self.type is not None and self.type.has(*LETTERS):
            return 0
        return 1 if self.resource_type in ("DiagnosticReport", "Procedure") else 2


_came: Final = Decoder(list[Read[Came]]).decode
_patient: Final = Decoder(shapes.Patient).decode


async def _read(asked: Asked) -> Shown:
    t, now = asked.t, asked.now
    sessions = asked.found.request.app.state.doorkeeper.sessions
    actor = asked.found.signed_in
    last = await sessions.last_worked(actor, asked.store.clock.real() - (now - days.begins(now)))
    if last is None:
        low, since = days.begins(now, -FIRST_TIME), t.many("siste %d dag", "siste %d dager", FIRST_TIME)
        found, more = await asked.lines_of(_LISTING, low, now)
    else:
        low = last + asked.store.clock.offset
        since = t("siden {day}").format(day=days.when(t, low, now))
        found, more = await asked.lines_of(_LISTING, low, now, came=last)
    places = {read.org for each in found for read in _came(each.entries) if read.org}
    names = await asked.store.names.of(set(places))
    if not found:
        return Shown(none=t("Ingenting er kommet fra andre om dem på listen din, {since}.").format(since=since))
    found = sorted(found, key=order)
    mine = {answer: f"/arbeid/{source}" for answer, source in (await asked.store.came(asked.grant)).items()}
    known = {key: name for key, name in names.items() if isinstance(key, int)}
    lines = [line(t, each, now, known, mine) for each in found]
    return Shown(
        lines,
        t("Fra andre, om dem på listen din, {since}. Svar til deg først, så det eldste.").format(since=since),
        more=more,
    )


def order(each: Listed) -> tuple[int, int]:
    """What answers her first, then results, then notes; of each the oldest first, by what its line tells. Pure."""
    weight, at = min((read.entry.weight, -read.at) for read in _came(each.entries))
    return weight, -at


def line(t: Language, each: Listed, now: int, places: dict[int, str], mine: Mapping[str, str]) -> Line:
    """One person: the weightiest of what came, from whom, and how much more there is. Pure.

    `mine`: of each answer that waits for the reader (a reference) where she says what she does with it.
    """
    made, reads = person(t, _patient(each.body), each.id, now), _came(each.entries)
    reads.sort(key=lambda read: (read.entry.reference not in mine, read.entry.weight, -read.at))
    first = reads[0]
    entry = first.entry
    made.time = days.day(t, first.at, now)
    made.fact = entry.words or t("Dokument")
    made.to = mine.get(entry.reference, f"{made.href}/e/{entry.reference}")
    if entry.reference in mine:
        made.state, made.color = t("Ikke sett ennå"), "warning"
    rest = len(reads) - 1
    more = ""
    if rest:
        said = t.many("og %d til", "og %d til", rest)
        more = said if len(reads) < EACH else t("og flere til")
    unsigned = words.unsigned(t, entry.resource_type, entry.status)
    made.detail = " · ".join(part for part in (unsigned, places.get(first.org, ""), more) if part)
    return made


RETURNED: Final = Part("kommet", lambda t: t("Kommet tilbake"), "Bell", _read)
