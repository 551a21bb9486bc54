"""Consent to a child's vaccination: by whom, as an entry of the child's record, written with the vaccination.

Under sixteen those with parental responsibility consent; for the programme of childhood vaccinations one of them is
enough (pasient- og brukerrettighetsloven §§ 4-3, 4-4 and Helsedirektoratet's comments; to be checked by a lawyer).
Which vaccination it is for stands in `Consent.provision.data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.writing.rules import coded, day, instant, today
from felles.record.codes import PARENTAL_RESPONSIBILITY

if TYPE_CHECKING:
    from felles.care.writing.form import Known, Resource
    from felles.ui.i18n import Language

CONSENTS: Final = 16
"""The age in years from which one consents for oneself (§ 4-3)."""
SAID: Final = "Samtykke til vaksinasjon"
_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
_LAW: Final = "Pasient- og brukerrettighetsloven § 4-4"


def parents(known: Known) -> list[tuple[str, str]]:
    """(RelatedPerson/x, name and relation) of those who have parental responsibility, the oldest entry first."""
    found: list[tuple[str, str]] = []
    for each in reversed(known.of("RelatedPerson")):
        codings = [c for concept in each.get("relationship", ()) for c in concept.get("coding", ())]
        if each.get("active", True) and any(c.get("system") == PARENTAL_RESPONSIBILITY for c in codings):
            name = next(iter(each.get("name", ())), {})
            said = " ".join([*name.get("given", ()), name.get("family", "")]).strip() or name.get("text", "")
            relation = next((c["text"] for c in each.get("relationship", ()) if c.get("text")), "")
            found.append((f"RelatedPerson/{each['id']}", f"{said} ({relation.lower()})" if relation else said))
    return sorted(found, key=lambda each: each[0] != _last(known))


def _last(known: Known) -> str:
    """Who consented the last time."""
    given = (c for c in known.of("Consent") if any(k.get("text") == SAID for k in c.get("category", ())))
    return next((p.get("reference", "") for c in given for p in c.get("performer", ())), "")


def asked(known: Known) -> bool:
    """Whether somebody else must consent: she is a child under sixteen with parents in the register."""
    born = next((day(each.get("birthDate", "")) for each in known.of("Patient")), None)
    if born is None:
        return False
    now = today(known)
    return (now.year - born.year - ((now.month, now.day) < (born.month, born.day))) < CONSENTS and bool(parents(known))


def who(known: Known) -> str:
    """Whose consent the form arrives with: who gave it the last time, else the first in the register."""
    return next((reference for reference, _ in parents(known)), "") if asked(known) else ""


def choices(_t: Language, known: Known) -> list[tuple[str, str]]:
    """Who can consent."""
    return parents(known)


def consent(known: Known, by: str, vaccine: str, vaccination: str) -> Resource:
    """The Consent of `by` (RelatedPerson/x) to the vaccination that `vaccination` refers to."""
    name = dict(parents(known))[by]
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": coded("", (_SCOPE, "treatment")),
        "category": [{"text": SAID}],
        "patient": known.subject,
        "dateTime": instant(known),
        "performer": [{"reference": by, "display": name}],
        "organization": [known.place],
        "policyRule": {"text": _LAW},
        "provision": {
            "type": "permit",
            "code": [{"text": vaccine}],
            "data": [{"meaning": "instance", "reference": {"reference": vaccination}}],
        },
    }
