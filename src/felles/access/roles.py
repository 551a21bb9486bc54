"""Roles as data: which professions may hold them, which kinds of entries they reach, what they may do.

A role is a code of ROLE_SYSTEM in `PractitionerRole.code`. Its reach is a mask over `record.kinds.Kind`. What it may
do stands in `access/verbs.py`; here only `basis:<code>`: that what this role writes may be the basis of a relation
(`bases.Basis`).

Where the law leaves it to practice the row says so; a site may set its own table. Sources: pasientjournalloven
(pjl) §§ 9, 19, 22; helsepersonelloven (hpl) §§ 4, 21 a, 25, 26, 39, 45; Normen, factsheet 14 (access control:
reach by role, least needed); for pharmacists and secretaries the needs stated in docs/security.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from felles.access.bases import Basis
from felles.access.verbs import verbs_of
from felles.record.grants import ALL_KINDS
from felles.record.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One row of the table. `professions` are Volven 9060 codes, any of which the holder must have; none: any."""

    code: str
    nb: str
    en: str
    professions: frozenset[str]
    kinds: int
    verbs: frozenset[str]
    source: str

    def reaches(self, kind: Kind) -> bool:
        """Whether entries of this kind are seen."""
        return bool(self.kinds >> kind & 1)


def mask(*kinds: Kind) -> int:
    """The bit mask of some kinds."""
    return sum(1 << kind for kind in set(kinds))


STAFF_KINDS: Final = ALL_KINDS & ~mask(Kind.CASE, Kind.BLOCK)
"""What those who give care may reach at most: what a person has closed, and her cases, are no part of her care."""
_CITIZEN_KINDS: Final = ALL_KINDS & ~mask(Kind.WITHHELD)


def _may_make(*bases: Basis) -> frozenset[str]:
    """The verbs for entries that may be these bases."""
    return frozenset(f"basis:{basis.code}" for basis in bases)


_WRITES_TO = _may_make(Basis.MESSAGE)
"""A message hands on no more than its writer sees, and each entry by itself (`access.pointing`)."""
_BOOKS = _WRITES_TO | _may_make(Basis.CONTACT, Basis.ADMISSION, Basis.APPOINTMENT, Basis.TASK)
_TREATS = _BOOKS | _may_make(Basis.REFERRAL, Basis.ORDER, Basis.EPISODE, Basis.PREGNANCY)
_MUNICIPAL = _may_make(Basis.MUNICIPAL_SERVICE)
_NONE: frozenset[str] = frozenset()

_OFFICE = mask(
    Kind.PERSON, Kind.APPOINTMENT, Kind.ENCOUNTER, Kind.REFERRAL, Kind.TASK, Kind.MESSAGE, Kind.ADMIN,
    Kind.FINANCIAL,
)  # fmt: skip
_PHARMACY = mask(
    Kind.PERSON, Kind.MEDICINE, Kind.PROBLEM, Kind.ALLERGY, Kind.RESULT, Kind.VITAL, Kind.IMMUNIZATION,
    Kind.PREGNANCY, Kind.ENCOUNTER, Kind.TASK, Kind.MESSAGE,
)  # fmt: skip
_LABORATORY = mask(
    Kind.PERSON, Kind.RESULT, Kind.ORDER, Kind.IMAGE, Kind.ALLERGY, Kind.APPOINTMENT, Kind.ENCOUNTER, Kind.TASK
)

_CARE_LAW = "pjl § 19, hpl §§ 25, 45: those who give care see what it needs; which kinds is set by practice"
_TABLE: Final = (
    ("gp", "Fastlege", "General practitioner", "LE", STAFF_KINDS, _TREATS, _CARE_LAW),
    ("doctor", "Lege", "Doctor", "LE", STAFF_KINDS, _TREATS, _CARE_LAW),
    ("specialist", "Avtalespesialist", "Contract specialist", "LE", STAFF_KINDS, _TREATS, _CARE_LAW),
    ("nurse", "Sykepleier", "Nurse", "SP", STAFF_KINDS, _TREATS | _MUNICIPAL, _CARE_LAW),
    ("health-nurse", "Helsesykepleier", "Public health nurse", "SP", STAFF_KINDS, _TREATS | _MUNICIPAL, _CARE_LAW),
    ("midwife", "Jordmor", "Midwife", "JO", STAFF_KINDS, _TREATS, _CARE_LAW),
    ("home-nurse", "Hjemmesykepleier", "Home-care nurse", "SP", STAFF_KINDS, _TREATS | _MUNICIPAL, _CARE_LAW),
    ("care-worker", "Helsefagarbeider", "Care worker", "HF HP OA VP", STAFF_KINDS, _WRITES_TO, _CARE_LAW),
    ("psychologist", "Psykolog", "Psychologist", "PS", STAFF_KINDS, _TREATS, _CARE_LAW),
    ("therapist", "Fysio- og ergoterapeut", "Therapist", "FT ET MT KI", STAFF_KINDS, _TREATS, _CARE_LAW),
    (
        "case-officer", "Saksbehandler", "Allocation officer", "SP VP ET FT SO", STAFF_KINDS,
        _BOOKS | _MUNICIPAL,
        "forvaltningsloven § 17: the office that grants municipal services states the need; hpl § 25, pjl § 19",
    ),
    (
        "pharmacist", "Farmasøyt", "Pharmacist", "FA1 FA2", _PHARMACY,
        _WRITES_TO | _may_make(Basis.TASK),
        "hpl § 25: what a sound review of medicines needs; no notes (docs/security.md, reach of pharmacists)",
    ),
    (
        "laboratory", "Bioingeniør og radiograf", "Laboratory and imaging", "BI RA", _LABORATORY,
        _WRITES_TO | _may_make(Basis.APPOINTMENT),
        "hpl § 25: those who examine see the order and what the examination needs",
    ),
    (
        "secretary", "Helsesekretær", "Secretary", "HE XX", _OFFICE, _BOOKS,
        "hpl § 26: administration sees what it needs; books, and reads no notes by default",
    ),
    (
        "reviewer", "Personvernrådgiver", "Privacy reviewer", "", 0, _NONE,
        "pjl § 22: follows up the log and answers demands; a case shows what it is about, and opens no record",
    ),
    (
        "administrator", "Administrator", "Administrator", "", 0, _NONE,
        "pjl § 22: sets up units, staff and roles; that opens no record to herself",
    ),
    (
        "local-administrator", "Administrator i virksomheten", "Administrator of an organisation", "", 0, _NONE,
        "pjl § 22: keeps units, staff and roles of her own organisation; that opens no record to herself",
    ),
    (
        "citizen", "Innbygger", "Citizen", "", _CITIZEN_KINDS, _WRITES_TO,
        "pasient- og brukerrettighetsloven § 5-1, pjl § 18: access to one's own record",
    ),
    (
        "system", "System", "System", "", STAFF_KINDS, _TREATS | _MUNICIPAL,
        "pjl § 22: a client acts for one organisation, by approval, within the scope of its token",
    ),
    (
        "maintenance", "Vedlikehold", "Maintenance", "", ALL_KINDS, _may_make(*Basis),
        "pjl § 22: runs of the operator (migration, import, backup), each logged",
    ),
)  # fmt: skip

ROLES: Final[dict[str, Role]] = {
    code: Role(
        code=code,
        nb=nb,
        en=en,
        professions=frozenset(professions.split()),
        kinds=kinds,
        verbs=verbs_of(code) | bases,
        source=source,
    )
    for code, nb, en, professions, kinds, bases, source in _TABLE
}  # fmt: skip
"""Role code → its row. A code that is not here reaches nothing and can do nothing."""

NO_STAFF: Final = frozenset({"citizen", "system", "maintenance"})
"""Roles that no PractitionerRole gives."""


def staff_role(code: str) -> Role | None:
    """The role of staff with this code, or None."""
    return None if code in NO_STAFF else ROLES.get(code)
