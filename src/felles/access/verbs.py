"""Verbs as data: what may be done, which roles do it, and where that is said.

A verb is a word that the store and the doors ask a Grant for. Writing an entry takes one verb, which `verb_of` finds
from the entry itself: a prescription takes `prescribe`, an appointment `book`, and what no row names takes `write`.
Changing or deleting an entry takes its own verb as well, so that nobody turns a colleague's prescription into a note.

Sources: pasientjournalloven (pjl) §§ 16, 19, 22; helsepersonelloven (hpl) §§ 4, 5, 25, 26, 39, 40, 42-45; pasient- og
brukerrettighetsloven (pbrl) §§ 3-4, 5-1, 5-3. Where the law leaves it to practice, or the paragraph is yet to be
looked up by a lawyer, the row says so; a site may set its own table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.access.bases import Basis
from felles.access.codes import DIAGNOSTIC, HOME_VISIT
from felles.access.handovers.asking import is_reply
from felles.record.codes import CASE_SYSTEM
from felles.record.elements import codes_of, listed, reference_of
from felles.record.guarded import Takes

if TYPE_CHECKING:
    from felles.record.derive import Registry

_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
ATC: Final = "http://www.whocc.no/atc"
VACCINES: Final = "J07"
"""ATC group of vaccines."""
REMARK: Final = "remark"
"""`Communication.category` in CASE_SYSTEM: the person's own view, shown beside the entry it is about."""
ASKS: Final = frozenset({"booking", "question", "renewal", "matters"})
"""`Communication.category` in CASE_SYSTEM: she wishes an appointment, asks something, wants a prescription renewed, or
tells what matters to her."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the table. `only`: roles that have it while a relation of that basis holds, and no longer."""

    code: str
    nb: str
    en: str
    roles: frozenset[str]
    source: str
    only: tuple[tuple[str, Basis], ...] = ()


_DOCTORS = "gp doctor specialist"
_NURSES = "nurse health-nurse home-nurse"
_CLINICIANS = f"{_DOCTORS} {_NURSES} midwife psychologist therapist"
_CARE = f"{_CLINICIANS} care-worker pharmacist laboratory"
_STAFF = f"{_CARE} secretary case-officer"
_SYSTEMS = "system maintenance"
_DECIDE = f"{_DOCTORS} psychologist midwife health-nurse maintenance"

_TO_CHECK = "practice; the paragraph of the regulation on prescribing is to be checked"

_TABLE: Final = (
    ("read", "lese", "read", f"{_STAFF} citizen {_SYSTEMS}",
     "pjl §§ 19, 22, hpl § 25; one's own record: pjl § 18, pbrl § 5-1"),
    ("find", "søke", "find", f"{_STAFF} citizen {_SYSTEMS}", "pjl §§ 19, 22: among those a relation opens"),
    ("lookup", "slå opp person", "look up", f"{_STAFF} {_SYSTEMS}",
     "pjl § 19: finding whom one is to help; shows the look-up form only"),
    ("create_person", "opprette person", "create a person", f"{_CLINICIANS} secretary {_SYSTEMS}",
     "hpl § 39: a record is opened for whoever gets care; only where one may look up"),
    ("write", "skrive", "write", f"{_STAFF} {_SYSTEMS}", "hpl §§ 39-40: those who give care document it"),
    ("sign", "signere", "sign", f"{_CLINICIANS} laboratory case-officer {_SYSTEMS}",
     "hpl § 39: the one who gave care, or decided on it, answers for the text; a secretary writes for one who signs"),
    ("prescribe", "forskrive", "prescribe", f"{_DOCTORS} {_SYSTEMS}", _TO_CHECK),
    ("order-vaccine", "rekvirere vaksine", "order a vaccine", f"{_DOCTORS} health-nurse {_SYSTEMS}",
     f"programme vaccines: {_TO_CHECK}"),
    ("propose", "foreslå", "propose", f"{_CARE} {_SYSTEMS}", "practice: a proposal is no order"),
    ("order", "rekvirere prøver og bilder", "order tests and images", f"{_DOCTORS} {_NURSES} midwife {_SYSTEMS}",
     "hpl § 5 (delegated to nurses), practice"),
    ("refer", "henvise", "refer", f"{_DOCTORS} psychologist therapist {_SYSTEMS}",
     "practice; midwives in pregnancy: practice, settable by site"),
    ("give", "gi legemiddel eller vaksine", "give a medicine or vaccine",
     f"{_DOCTORS} {_NURSES} midwife care-worker pharmacist {_SYSTEMS}", "hpl §§ 4, 5"),
    ("book", "sette opp time", "book", f"{_CLINICIANS} laboratory secretary case-officer {_SYSTEMS}",
     "hpl § 26: administration of contacts"),
    ("visit", "si fra om hjemmebesøk", "tell of a home visit", f"{_CLINICIANS} care-worker {_SYSTEMS}",
     "hpl § 39: whoever gave the care tells of it; it sets up, moves and calls off nothing"),
    ("remark", "skrive egen merknad", "add a remark", "citizen maintenance",
     "hpl § 42: her view stands beside the text"),
    ("ask", "be om og si fra", "ask and tell", "citizen maintenance",
     "pbrl §§ 2-1, 3-1: a wish for an appointment, a question, a renewal, what matters to her; no order"),
    ("measure", "måle selv", "measure oneself", f"{_STAFF} citizen {_SYSTEMS}",
     "pbrl § 3-1: what the person measured herself is hers to tell; it never changes afterwards but by staff"),
    ("need", "oppgi tjenstlig behov", "state a need", f"{_STAFF} maintenance", "hpl §§ 25, 45, pjl § 19; reviewed"),
    ("open", "åpne ved samtykke eller nødrett", "open by consent or emergency", f"{_CARE} maintenance",
     "hpl § 45, straffeloven § 17; every one reviewed"),
    ("block", "sperre", "block", f"citizen {_DECIDE}", "pbrl § 5-3, hpl § 45; staff register it for the person"),
    ("place", "se fortrolig adresse", "see a protected address", "gp home-nurse midwife secretary maintenance",
     "hpl § 21 a, pjl § 19: those who go there or write there; a reason each time, logged by itself"),
    ("hold", "holde tilbake", "hold back", _DECIDE, "pbrl §§ 5-1, 3-4: decided by who gives the care"),
    ("release", "vise svar til pasienten", "release a result", f"{_DOCTORS} maintenance",
     "practice: the doctor looks first"),
    ("mandate", "gi fullmakt", "give a mandate", "citizen administrator maintenance",
     "pbrl §§ 3-3, 3-4, 4-4: the person herself; what registers say of parents and guardians"),
    ("case", "be om svar", "ask", "citizen maintenance", "pbrl § 5-2 (correction), GDPR art. 12, 15-17"),
    ("handle", "behandle saker", "handle cases", "reviewer administrator local-administrator maintenance",
     "pjl § 22: the organisation follows up its log and answers; administrators where nobody else does, and of roles"),
    ("decide", "avgjøre krav", "decide on demands", _DECIDE, "pbrl § 3-4, hpl §§ 24, 42, 43"),
    ("move", "flytte til rett person", "move to the right person", f"{_DECIDE} reviewer",
     "hpl §§ 42, 44, pjl § 25: who decides where it was written, or the reviewer when the person demands it"),
    ("maintain", "forvalte registre", "maintain registers", "administrator maintenance",
     "pjl § 22: organisations, units, staff"),
    ("register", "registrere grunnlag", "register what opens doors", "administrator maintenance",
     "pjl § 22: GP lists and roles; registers' sources and administrators only"),
    ("staff", "holde enheter og ansatte", "keep units and staff", "administrator local-administrator maintenance",
     "pjl § 22: each organisation gives its own staff their roles, and no others'"),
    ("approve", "godkjenne virksomheter", "approve organisations", "administrator maintenance",
     "pjl § 22: whoever runs the record lets organisations in"),
    ("join", "koble pasienter", "join Patients", "administrator maintenance",
     "hpl § 39: one record for each person; logged"),
)  # fmt: skip

_ONLY: Final = {"refer": (("midwife", Basis.PREGNANCY),)}

VERBS: Final[dict[str, Verb]] = {
    code: Verb(code, nb, en, frozenset(roles.split()), source, _ONLY.get(code, ()))
    for code, nb, en, roles, source in _TABLE
}
"""Verb → its row. `basis:<code>` (what may be the basis of a relation) stands with the roles."""


def verbs_of(role: str) -> frozenset[str]:
    """The verbs of a role. One it has only on a basis is among them as `verb@basis`."""
    always = {verb.code for verb in VERBS.values() if role in verb.roles}
    return frozenset(always | {on(v.code, basis) for v in VERBS.values() for r, basis in v.only if r == role})


def on(verb: str, basis: Basis) -> str:
    """The verb as one carries it who has it only while a relation of `basis` holds."""
    return f"{verb}@{basis.code}"


NARROWED: Final = frozenset(on(verb.code, basis) for verb in VERBS.values() for _, basis in verb.only)
"""All verbs that somebody has only on a basis."""


# -- which verb an entry takes -----------------------------------------------------------------------------

_PROPOSED: Final = frozenset({"proposal", "plan"})


def _medicine(resource: Any) -> str:
    if resource.intent in _PROPOSED:
        return "propose"
    if resource.status == "draft":
        return "write"
    vaccine = any(c.startswith(VACCINES) for c in codes_of(resource.medicationCodeableConcept, ATC))
    return "order-vaccine" if vaccine else "prescribe"


def _request(resource: Any) -> str:
    if resource.intent in _PROPOSED:
        return "propose"
    if resource.status == "draft":
        return "write"
    return "order" if any(DIAGNOSTIC & set(codes_of(c)) for c in listed(resource.category)) else "refer"


def _vaccination(resource: Any) -> str:
    """One told of, or not given, is a note of history; giving it is another thing."""
    return "write" if resource.primarySource is False or resource.status == "not-done" else "give"


def _note(resource: Any) -> str:
    return "sign" if resource.status in {"final", "amended"} else "write"


def _document(resource: Any) -> str:
    return "sign" if resource.docStatus in {"final", "amended"} else "write"


def _communication(resource: Any) -> str:
    """The person's own remark to an entry, or what she asks or tells; any other is a message, which staff write."""
    codes = {code for concept in listed(resource.category) for code in codes_of(concept, CASE_SYSTEM)}
    return "remark" if REMARK in codes else "ask" if codes & ASKS else "write"


def _impression(resource: Any) -> str:
    return "sign" if resource.status == "completed" else "write"


_READERS: Final[dict[str, Callable[[Any], str]]] = {
    "MedicationRequest": _medicine,
    "ServiceRequest": _request,
    "MedicationAdministration": lambda _: "give",
    "Immunization": _vaccination,
    "Appointment": lambda _: "book",
    "AppointmentResponse": lambda _: "book",
    "Composition": _note,
    "DocumentReference": _document,
    "ClinicalImpression": _impression,
    "Communication": _communication,
    "Task": lambda _: "write",  # a citizen's answer by one: `step_verb`
}

_ANY: Final = frozenset({"write", "propose"})
VERBED: Final[dict[str, frozenset[str]]] = {
    "MedicationRequest": _ANY | {"prescribe", "order-vaccine"},
    "ServiceRequest": _ANY | {"order", "refer"},
    "MedicationAdministration": frozenset({"give"}),
    "Immunization": frozenset({"give", "write"}),
    "Appointment": frozenset({"book"}),
    "AppointmentResponse": frozenset({"book"}),
    "Composition": frozenset({"sign", "write"}),
    "DocumentReference": frozenset({"sign", "write"}),
    "ClinicalImpression": frozenset({"sign", "write"}),
    "Communication": frozenset({"remark", "ask", "write"}),
    "Task": frozenset({"write", "ask"}),
}
"""The types whose verb is not always `write`, each with the verbs it may take."""


def verb_of(resource: Any) -> str:
    """The verb that writing this entry (a struct of `felles.fhir.r4`) takes."""
    name = type(resource).__name__
    read = _READERS.get(name)
    if read:
        return read(resource)
    return "measure" if name == "Observation" and _measured_herself(resource) else "write"


def _measured_herself(resource: Any) -> bool:
    """Whether it is a vital sign that the person alone measured: performed by nobody but its subject.

    Whoever may write may write such a one too, so that no commit has to look at it under the lock; to make it is all
    that she may.
    """
    who = listed(resource.performer)
    return (
        len(who) == 1
        and reference_of(who[0]).startswith("Patient/")
        and reference_of(who[0]) == reference_of(resource.subject)
        and any("vital-signs" in codes_of(concept, _CATEGORY) for concept in listed(resource.category))
    )


AHEAD: Final = frozenset({"booked", "arrived", "checked-in"})
"""Appointment.status of what is agreed and not over."""
_TOLD: Final = frozenset({"fulfilled", "noshow"})
"""What becomes of it is told by one of these."""
_MARKS: Final = frozenset({"id", "meta", "status"})


def step_verb(was: Any, new: Any) -> str:
    """The verb of its own that making of `was` what `new` says takes, for who has it; "" for nearly all changes.

    A home visit that was agreed has been, or nobody was at home, and nothing else of it is another: whoever goes home
    to people tells so without giving times. Of which visits, `access.booking` sees to. A citizen who is asked something
    back by a Task answers by it (`handovers.asking`).
    """
    if is_reply(was, new):
        return "ask"
    if type(new).__name__ != "Appointment" or was.status not in AHEAD or new.status not in _TOLD:
        return ""
    at_home = any(HOME_VISIT[1] in codes_of(each, HOME_VISIT[0]) for each in listed(was.serviceCategory))
    same = all(getattr(was, name) == getattr(new, name) for name in was.__struct_fields__ if name not in _MARKS)
    return "visit" if at_home and same and _labels(was) == _labels(new) else ""


def _labels(resource: Any) -> Any:
    """The security labels: they may narrow who sees it."""
    return listed(resource.meta.security) if resource.meta else []


TAKES: Final = Takes(
    verb_of,
    VERBED,
    {on(verb.code, basis): int(basis) for verb in VERBS.values() for _, basis in verb.only},
    step_verb,
    frozenset({"ask"}),
)
"""The same for the record, which asks at every commit."""


def register(registry: Registry) -> None:
    """Let every commit ask for the verb of what it writes."""
    registry.takes = TAKES
