"""From a form to a guardian's mandate, and from a mandate to its end. Pure.

The mandate is set by Statsforvalteren or a court (vergemålsloven); what is written here repeats what the decision
says, and says where the decision stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import ENDED, KIND_SYSTEM, REASON
from felles.access.representation import REACH, VERBS, Verb
from felles.care.doors.requests.rules import NEEDED
from felles.care.find.views import day_of
from felles.fhir.norway.identity import valid_national_number
from felles.record.codes import MANDATE_SYSTEM
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from datetime import date

    from felles.ui.i18n import Language

GUARDIAN: Final = "guardian"
WHOLE: Final = "del-alt"
"""The field that says: the whole record."""
DOES: Final = tuple(name for name in VERBS if name != "read")
"""What a mandate may let a guardian do, beside reading."""
SHORTEST: Final = 10
"""Letters at least of where a decision stands, and of a reason."""


@dataclass(slots=True)
class Typed:
    """A mandate as it was typed; `wrong` names each field that cannot be used and says what it should be."""

    number: str
    family: str
    decision: str
    whole: bool
    parts: list[str]
    does: list[str]
    since: date | None = None
    until: date | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def read_form(t: Language, form: dict[str, str], today: date) -> Typed:
    """The mandate that a form says. An empty `til` is a mandate without an end."""
    said = {name: form.get(name, "").strip() for name in ("etternavn", "vedtak", "fra", "til")}
    typed = Typed(
        number="".join(form.get("nummer", "").split()),
        family=said["etternavn"],
        decision=said["vedtak"],
        whole=bool(form.get(WHOLE)),
        parts=[part for part in NEEDED if form.get(f"del-{part}")],
        does=[verb for verb in DOES if form.get(f"kan-{verb}")],
        since=day_of(said["fra"]),
        until=day_of(said["til"]),
    )
    if not valid_national_number(typed.number):
        typed.wrong["nummer"] = t("Skriv et gyldig fødselsnummer eller d-nummer med 11 siffer.")
    if not typed.family:
        typed.wrong["etternavn"] = t("Skriv etternavnet, så vi ser at det er rett person.")
    if not (typed.whole or typed.parts or typed.does):
        typed.wrong["deler"] = t("Kryss av for det vedtaket sier at vergen kan, og ikke mer.")
    elif typed.whole and typed.parts:
        typed.wrong["deler"] = t("Velg enten hele journalen eller deler av den.")
    if typed.since is None:
        typed.wrong["fra"] = t("Skriv datoen som dag, måned og år, for eksempel 14.03.2027.")
    if said["til"] and typed.until is None:
        typed.wrong["til"] = t("Skriv datoen som dag, måned og år, for eksempel 14.03.2027.")
    elif typed.until is not None and typed.until < max(today, typed.since or today):
        typed.wrong["til"] = t("Velg en dag som ikke er gått, og som ikke er før den første dagen.")
    if len(typed.decision) < SHORTEST:
        typed.wrong["vedtak"] = t("Skriv hvor vedtaket står, med minst ti tegn.")
    return typed


def mandate(patient: str, guardian: tuple[str, str], typed: Typed, who: tuple[str, str], now: str) -> dict[str, Any]:
    """The Consent that says it. `guardian` is (Patient/y, name), `who` writes it (Practitioner/x, Organization/x)."""
    read = ["read"] if typed.whole or typed.parts else []
    period = {"start": typed.since.isoformat() if typed.since else now}
    if typed.until:
        period["end"] = typed.until.isoformat()
    provision: dict[str, Any] = {
        "type": "permit",
        "period": period,
        "actor": [
            {
                "role": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]},
                "reference": {"reference": guardian[0], "display": guardian[1]},
            }
        ],
        "action": [{"coding": [{"system": MANDATE_SYSTEM, "code": verb}]} for verb in (*read, *typed.does)],
    }
    if typed.parts:
        provision["class"] = [{"system": KIND_SYSTEM, "code": _code(kind)} for kind in _named(typed)]
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": MANDATE_SYSTEM, "code": GUARDIAN}]}],
        "patient": {"reference": patient},
        "dateTime": now,
        "performer": [{"reference": who[0]}],
        "organization": [{"reference": who[1]}],
        "policyRule": {"text": "vergemålsloven"},
        "extension": [{"url": REASON, "valueString": typed.decision}],
        "provision": provision,
    }


def _named(typed: Typed) -> list[Kind]:
    """The kinds of the parts, and those that what the guardian does cannot do without (`REACH`)."""
    seen = 0
    for verb in typed.does:
        seen |= REACH[VERBS[verb]]
    parts = [kind for part in typed.parts for kind in NEEDED[part]]
    return parts + [kind for kind in Kind if seen >> kind & 1 and kind not in parts]


def reach(actions: set[str], classes: set[str]) -> tuple[list[Kind] | None, list[str]]:
    """What a mandate lets its guardian see (None: the whole record) and do, from its codes."""
    kinds = 0
    for name in actions & VERBS.keys():
        kinds |= REACH[VERBS[name]]
    named = [kind for kind in Kind if kinds >> kind & 1 and (not classes or _code(kind) in classes)]
    whole = not classes and kinds == REACH[Verb.READ]
    return None if whole else named, [verb for verb in DOES if verb in actions]


def _code(kind: Kind) -> str:
    return kind.name.lower().replace("_", "-")


def ended(body: dict[str, Any], reason: str) -> dict[str, Any]:
    """A mandate's Consent as it reads once it is ended, for a reason in words."""
    said = [*body.get("extension", []), {"url": ENDED, "valueString": reason}]
    return body | {"status": "inactive", "extension": said}
