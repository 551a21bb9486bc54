"""From forms to Consents and Tasks: what is asked, decided, wished. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import KIND_SYSTEM, REASON
from felles.care.doors.proxies import rules as proxies
from felles.care.find.views import day_of
from felles.fhir.norway.identity import valid_national_number
from felles.record.codes import CASE_SYSTEM, MANDATE_SYSTEM
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.shapes import Patient
    from felles.ui.i18n import Language

SHORTEST: Final = 10
"""Letters of a reason at least."""
LONGEST: Final = 366
"""Days that a decision lasts at most: after a year it is made anew."""
WISH: Final = "wish"
"""`Consent.category` in MANDATE_SYSTEM: what the person wants her nearest kin to see when she is dead."""
NEEDED: Final[dict[str, tuple[Kind, ...]]] = {
    "timer": (Kind.APPOINTMENT,),
    "medisiner": (Kind.MEDICINE, Kind.ALLERGY, Kind.IMMUNIZATION),
    "diagnoser": (Kind.PROBLEM, Kind.PROCEDURE),
    "planer": (Kind.PLAN,),
    "svar": (Kind.RESULT, Kind.VITAL),
    "notater": (Kind.NOTE, Kind.DOCUMENT, Kind.ENCOUNTER),
}
"""What next of kin of one who cannot consent may be given, part by part; nothing is given that is not named."""
_ACTOR: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


@dataclass(slots=True)
class Filled:
    """A form as it was typed; `wrong` names each field that cannot be used and says what it should be."""

    said: dict[str, str]
    day: date | None = None
    items: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def asked(t: Language, form: dict[str, str]) -> Filled:
    """What somebody asks about one who died."""
    filled = Filled(form)
    if not valid_national_number("".join(form.get("nummer", "").split())):
        filled.wrong["nummer"] = t("Skriv et gyldig fødselsnummer eller d-nummer med 11 siffer.")
    if not form.get("etternavn", "").strip():
        filled.wrong["etternavn"] = t("Skriv etternavnet, så vi ser at det er rett person.")
    if len(form.get("forhold", "").strip()) < 2:
        filled.wrong["forhold"] = t("Skriv hvem du er for den som døde.")
    if len(form.get("hva", "").strip()) < SHORTEST:
        filled.wrong["hva"] = t("Skriv hva du trenger å vite, og hvorfor.")
    return filled


def is_meant(person: Patient, family: str) -> bool:
    """Whether that is somebody of this family name who is dead."""
    dead = bool(person.deceased_boolean or person.deceased_date_time)
    return dead and proxies.same_family(person, family)


def decided(t: Language, form: dict[str, str], today: date, *, dead: bool) -> Filled:
    """What staff decide of a request: `vis-Type/id` each entry that is released, or a refusal."""
    filled = Filled(form, day_of(form.get("dag", "").strip()))
    filled.items = [name.removeprefix("vis-") for name in form if name.startswith("vis-")]
    if form.get("svar") not in ("vis", "avslag"):
        filled.wrong["svar"] = t("Velg om dere åpner eller avslår.")
    if len(form.get("grunn", "").strip()) < SHORTEST:
        filled.wrong["grunn"] = t("Skriv en begrunnelse på minst ti tegn.")
    if form.get("svar") == "vis":
        if not filled.items:
            filled.wrong["deler"] = t("Kryss av for det som skal vises.")
        if filled.day is None or not today < filled.day <= today + timedelta(days=LONGEST):
            filled.wrong["dag"] = t("Skriv en dag etter i dag og innen et år, som dag, måned og år.")
    if not dead and not form.get("hort"):
        filled.wrong["hort"] = t("Barnet skal være hørt før dere avgjør dette.")
    if dead and not form.get("onske"):
        filled.wrong["onske"] = t("Ta stilling til hva den døde ønsket.")
    return filled


def for_kin(t: Language, form: dict[str, str], today: date) -> Filled:
    """What staff decide that next of kin may see of one who cannot consent."""
    filled = Filled(form, day_of(form.get("dag", "").strip()))
    filled.parts = [part for part in NEEDED if form.get(f"del-{part}")]
    if not valid_national_number("".join(form.get("nummer", "").split())):
        filled.wrong["nummer"] = t("Skriv et gyldig fødselsnummer eller d-nummer med 11 siffer.")
    if not form.get("etternavn", "").strip():
        filled.wrong["etternavn"] = t("Skriv etternavnet, så vi ser at det er rett person.")
    if not filled.parts:
        filled.wrong["deler"] = t("Kryss av for det som trengs, og ikke mer.")
    if len(form.get("grunn", "").strip()) < SHORTEST:
        filled.wrong["grunn"] = t("Skriv en begrunnelse på minst ti tegn.")
    if not form.get("kan"):
        filled.wrong["kan"] = t("Bare når pasienten ikke kan samtykke selv.")
    if filled.day is None or not today < filled.day <= today + timedelta(days=LONGEST):
        filled.wrong["dag"] = t("Skriv en dag etter i dag og innen et år, som dag, måned og år.")
    return filled


def release(code: str, patient: str, receiver: tuple[str, str], filled: Filled, who: tuple[str, str], now: str) -> Any:
    """The Consent of code `part` or `estate` that shows entries to `receiver` (Patient/y, name).

    `who` decides (Practitioner/x, Organization/x); `now` an instant.
    """
    data = [{"meaning": "instance", "reference": {"reference": item}} for item in filled.items]
    law = "pasient- og brukerrettighetsloven § 3-4" if code == "part" else "helsepersonelloven § 24"
    return _mandate(code, patient, filled, who, now) | {
        "policyRule": {"text": law},
        "provision": _provision(receiver, filled, now) | {"data": data},
    }


def kin(patient: str, receiver: tuple[str, str], filled: Filled, who: tuple[str, str], now: str) -> Any:
    """The Consent that shows next of kin the named kinds."""
    kinds = [kind for part in filled.parts for kind in NEEDED[part]]
    named = [{"system": KIND_SYSTEM, "code": kind.name.lower().replace("_", "-")} for kind in kinds]
    action = [{"coding": [{"system": MANDATE_SYSTEM, "code": "read"}]}]
    return _mandate("kin", patient, filled, who, now) | {
        "policyRule": {"text": "pasient- og brukerrettighetsloven § 3-3"},
        "provision": _provision(receiver, filled, now) | {"action": action, "class": named},
    }


def wish(patient: str, choice: str, words: str, now: str) -> Any:
    """The Consent by which the person says what her nearest kin may see when she is dead."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": _SCOPE,
        "category": [{"coding": [{"system": MANDATE_SYSTEM, "code": WISH}]}],
        "patient": {"reference": patient},
        "dateTime": now,
        "performer": [{"reference": patient}],
        "policyRule": {"text": "helsepersonelloven § 24"},
        "extension": [{"url": REASON, "valueString": words}] if words else [],
        "provision": {"type": "permit" if choice == "ja" else "deny"},
    }


def request(asker: tuple[str, str], patient: tuple[str, str], owner: str, words: str, now: str, due: str) -> Any:
    """The Task by which `asker` asks about `patient` (each Patient/x, name); `owner` Organization/x or ""."""
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": "request"}]},
        "for": {"reference": patient[0], "display": patient[1]},
        "requester": {"reference": asker[0], "display": asker[1]},
        "authoredOn": now,
        "description": words,
        "restriction": {"period": {"end": due}},
    }
    return made | ({"owner": {"reference": owner}} if owner else {})


_SCOPE: Final = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
}


def _mandate(code: str, patient: str, filled: Filled, who: tuple[str, str], now: str) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": _SCOPE,
        "category": [{"coding": [{"system": MANDATE_SYSTEM, "code": code}]}],
        "patient": {"reference": patient},
        "dateTime": now,
        "performer": [{"reference": who[0]}],
        "organization": [{"reference": who[1]}],
        "extension": [{"url": REASON, "valueString": filled.said.get("grunn", "").strip()}],
    }


def _provision(receiver: tuple[str, str], filled: Filled, now: str) -> dict[str, Any]:
    return {
        "type": "permit",
        "period": {"start": now, "end": filled.day.isoformat() if filled.day else now},
        "actor": [
            {
                "role": {"coding": [{"system": _ACTOR, "code": "NOK"}]},
                "reference": {"reference": receiver[0], "display": receiver[1]},
            }
        ],
    }


def chosen(filled: Iterable[str]) -> set[str]:
    """The names of a form's ticks, for showing it again."""
    return {name for name in filled if name.startswith(("vis-", "del-"))}
