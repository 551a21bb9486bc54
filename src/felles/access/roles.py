"""Roles as data: which professions may hold them, which kinds of entries they reach, what they may do.

A role is a code of ROLE_SYSTEM in `PractitionerRole.code`. Its reach is a mask over `record.kinds.Kind`, its verbs
are words that the store and the doors ask for:

    read, find       entries by id; persons and entries by search, among those a relation opens
    lookup           find a person without a relation, in the look-up form; `create_person` only together with it
    write            create, update, delete entries of a person who is open
    maintain         entries that belong to nobody (organisations, staff, code lists)
    register         what opens doors to others: GP lists and roles; only registers' sources and administrators
    basis:<code>     that what this role writes may be the basis of a relation (`bases.Basis`)

Where the law leaves it to practice the row says so; a site may set its own table. Sources: pasientjournalloven
(pjl) §§ 9, 19, 22; helsepersonelloven (hpl) §§ 4, 21 a, 25, 26, 39, 45; Normen, factsheet 14 (access control:
reach by role, least needed); for pharmacists and secretaries the needs stated in docs/security.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from felles.access.bases import Basis
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


_LOOKS = frozenset({"read", "find", "lookup"})
_BOOKS = frozenset(f"basis:{b.code}" for b in (Basis.CONTACT, Basis.ADMISSION, Basis.APPOINTMENT, Basis.TASK))
_TREATS = _BOOKS | frozenset(f"basis:{b.code}" for b in (Basis.REFERRAL, Basis.ORDER, Basis.EPISODE, Basis.PREGNANCY))
_MUNICIPAL = frozenset({f"basis:{Basis.MUNICIPAL_SERVICE.code}"})
_ANY_BASIS = frozenset(f"basis:{b.code}" for b in Basis)
_CLINICIAN = _LOOKS | {"write", "create_person"} | _TREATS

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
    ("gp", "Fastlege", "General practitioner", "LE", ALL_KINDS, _CLINICIAN, _CARE_LAW),
    ("doctor", "Lege", "Doctor", "LE", ALL_KINDS, _CLINICIAN, _CARE_LAW),
    ("nurse", "Sykepleier", "Nurse", "SP", ALL_KINDS, _CLINICIAN | _MUNICIPAL, _CARE_LAW),
    ("health-nurse", "Helsesykepleier", "Public health nurse", "SP", ALL_KINDS, _CLINICIAN | _MUNICIPAL, _CARE_LAW),
    ("midwife", "Jordmor", "Midwife", "JO", ALL_KINDS, _CLINICIAN, _CARE_LAW),
    ("home-nurse", "Hjemmesykepleier", "Home-care nurse", "SP", ALL_KINDS, _CLINICIAN | _MUNICIPAL, _CARE_LAW),
    ("care-worker", "Helsefagarbeider", "Care worker", "HF HP OA VP", ALL_KINDS, _LOOKS | {"write"}, _CARE_LAW),
    ("psychologist", "Psykolog", "Psychologist", "PS", ALL_KINDS, _CLINICIAN, _CARE_LAW),
    ("therapist", "Fysio- og ergoterapeut", "Therapist", "FT ET MT KI", ALL_KINDS, _CLINICIAN, _CARE_LAW),
    (
        "pharmacist", "Farmasøyt", "Pharmacist", "FA1 FA2", _PHARMACY,
        _LOOKS | {"write", f"basis:{Basis.TASK.code}"},
        "hpl § 25: what a sound review of medicines needs; no notes (docs/security.md, reach of pharmacists)",
    ),
    (
        "laboratory", "Bioingeniør og radiograf", "Laboratory and imaging", "BI RA", _LABORATORY,
        _LOOKS | {"write", f"basis:{Basis.APPOINTMENT.code}"},
        "hpl § 25: those who examine see the order and what the examination needs",
    ),
    (
        "secretary", "Helsesekretær", "Secretary", "HE XX", _OFFICE,
        _LOOKS | {"write", "create_person"} | _BOOKS,
        "hpl § 26: administration sees what it needs; books, and reads no notes by default",
    ),
    (
        "administrator", "Administrator", "Administrator", "", 0, frozenset({"maintain", "register"}),
        "pjl § 22: sets up units, staff and roles; that opens no record to herself",
    ),
    (
        "citizen", "Innbygger", "Citizen", "", ALL_KINDS, frozenset({"read", "find"}),
        "pasient- og brukerrettighetsloven § 5-1, pjl § 18: access to one's own record",
    ),
    (
        "system", "System", "System", "", ALL_KINDS, _LOOKS | {"write", "create_person"} | _TREATS | _MUNICIPAL,
        "pjl § 22: a client acts for one organisation, by approval, within the scope of its token",
    ),
    (
        "maintenance", "Vedlikehold", "Maintenance", "", ALL_KINDS,
        _CLINICIAN | {"maintain", "register"} | _ANY_BASIS,
        "pjl § 22: runs of the operator (migration, import, backup), each logged",
    ),
)  # fmt: skip

ROLES: Final[dict[str, Role]] = {
    code: Role(
        code=code, nb=nb, en=en, professions=frozenset(professions.split()), kinds=kinds, verbs=verbs, source=source
    )
    for code, nb, en, professions, kinds, verbs, source in _TABLE
}  # fmt: skip
"""Role code → its row. A code that is not here reaches nothing and can do nothing."""

NO_STAFF: Final = frozenset({"citizen", "system", "maintenance"})
"""Roles that no PractitionerRole gives."""


def staff_role(code: str) -> Role | None:
    """The role of staff with this code, or None."""
    return None if code in NO_STAFF else ROLES.get(code)
