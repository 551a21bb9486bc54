"""Why a record is open: the bases of care relations, each with its number, code and words.

The numbers stand in the database for ever. When several relations hold, the lowest is the one named, so the
most lasting comes first; an emergency and the person's consent come before them all, so that whatever is seen in
those hours is said to be seen by them. From 70 on stand what is no care relation: a need that the reader stated, and
the right to act for the person. A relation that its writer's own organisation made for itself (see `derive`) has the
basis' number + SELF_MADE: it opens too, and comes last, so that a basis somebody else made is named before it.
From PART on stand those that open single entries alone (a message: what it points to; an order: its answers), after all
that open the record.

Source: pasientjournalloven §§ 19 and 22, helsepersonelloven §§ 25 and 45: those who give care see what is
necessary and relevant for it. Which dealings count as giving care is what this table says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from felles.record.derive import ORDERED as _ORDERED
from felles.record.derive import PART, SELF_MADE, is_self_made

__all__ = ["PART", "SELF_MADE", "WORDS", "Basis", "Ground", "ground_of"]


class Basis(IntEnum):
    """What a care relation rests on."""

    EMERGENCY = 5
    CONSENTED = 6
    GP_LIST = 10
    MUNICIPAL_SERVICE = 20
    PREGNANCY = 22
    EPISODE = 28
    ADMISSION = 30
    CONTACT = 34
    REFERRAL = 40
    ORDER = 44
    APPOINTMENT = 50
    TASK = 60
    STATED_NEED = 70
    PARENT = 80
    PROXY = 81
    GUARDIAN = 82
    NEXT_OF_KIN = 83
    ESTATE = 84
    RELEASED_PART = 85
    MESSAGE = PART
    ORDERED = _ORDERED

    @property
    def code(self) -> str:
        """The code in verbs (`basis:gp-list`) and in the log: the name in lower case, with hyphens."""
        return self.name.lower().replace("_", "-")


WORDS: dict[Basis, tuple[str, str]] = {
    Basis.EMERGENCY: ("Nødrett", "Emergency"),
    Basis.CONSENTED: ("Pasientens samtykke", "The patient's consent"),
    Basis.GP_LIST: ("Fastlegeliste", "GP list"),
    Basis.MUNICIPAL_SERVICE: ("Kommunal tjeneste", "Municipal service"),
    Basis.PREGNANCY: ("Svangerskapsomsorg", "Pregnancy follow-up"),
    Basis.EPISODE: ("Behandlingsforløp", "Episode of care"),
    Basis.ADMISSION: ("Innleggelse", "Admission"),
    Basis.CONTACT: ("Kontakt", "Contact"),
    Basis.REFERRAL: ("Henvisning mottatt", "Referral received"),
    Basis.ORDER: ("Rekvisisjon mottatt", "Order received"),
    Basis.APPOINTMENT: ("Time", "Appointment"),
    Basis.TASK: ("Oppgave", "Task"),
    Basis.STATED_NEED: ("Oppgitt tjenstlig behov", "Stated need"),
    Basis.PARENT: ("Foreldreansvar", "Parental responsibility"),
    Basis.PROXY: ("Fullmakt", "Proxy"),
    Basis.GUARDIAN: ("Vergemål", "Guardianship"),
    Basis.NEXT_OF_KIN: ("Nærmeste pårørende", "Next of kin"),
    Basis.ESTATE: ("Pårørende til avdød", "Kin of the deceased"),
    Basis.RELEASED_PART: ("Utlevert del", "Released part"),
    Basis.MESSAGE: ("Melding", "Message"),
    Basis.ORDERED: ("Bestilt prøve", "Test ordered"),
}
"""Each basis in bokmål and in English, as pages and the log show it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A basis as a row or a log line carries it (`10:EpisodeOfCare/x`), read.

    `code` is a basis' code, `own` (the person's own record), `maintenance`, or `relation` or `part` for one that may
    not be told (`record.decide.shown_basis`); `source` the entry it follows from, None for these; `self_made` whether
    the relation was made by those whom it opens for.
    """

    code: str
    source: str | None = None
    self_made: bool = False
    basis: Basis | None = None


def ground_of(text: str) -> Ground:
    """Read the basis of a row or log line. A number that no basis has raises `ValueError`."""
    number, colon, source = text.partition(":")
    if not colon:
        return Ground(text)
    value = int(number)
    self_made = is_self_made(value)
    basis = Basis(value - SELF_MADE if self_made else value)
    return Ground(basis.code, source, self_made, basis)
