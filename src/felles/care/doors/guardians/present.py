"""A guardian's mandate in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.doors.guardians import rules
from felles.care.doors.proxies import views
from felles.care.doors.requests import present as requests
from felles.record.codes import MANDATE_SYSTEM

if TYPE_CHECKING:
    from felles.ui.i18n import Language


def does(t: Language) -> dict[str, str]:
    """What a guardian may do, as staff read it."""
    return {
        "book": t("Se, bestille og endre timer"),
        "write": t("Lese og skrive meldinger og skjema"),
        "renew": t("Se medisiner og be om fornyelse"),
        "speak": t("Si fra for personen: hva som er viktig, merknader og feil"),
    }


def ticks(t: Language, form: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The boxes of the form, as they were ticked: what is seen, what is done."""
    parts = {rules.WHOLE: t("Hele journalen")}
    parts |= {f"del-{code}": text for code, text in requests.parts(t).items()}
    deeds = {f"kan-{code}": text for code, text in does(t).items()}
    return {
        name: [{"name": field, "text": text, "on": bool(form.get(field))} for field, text in boxes.items()]
        for name, boxes in (("parts", parts), ("deeds", deeds))
    }


def one(t: Language, each: views.Consent, kinds: dict[str, str]) -> dict[str, Any]:
    """A mandate: whose, how far, from and until when, on what decision; `kinds` are names by code."""
    provision = each.provision or views.Provision()
    actions = {c.code or "" for concept in provision.action for c in concept.coding if c.system == MANDATE_SYSTEM}
    seen, done = rules.reach(actions, {coding.code or "" for coding in provision.class_})
    period, said = provision.period, does(t)
    names = (who.display for who in each.actors if who.display)
    return {
        "name": next(names, t("navn ikke registrert")),
        "sees": [t("Hele journalen")]
        if seen is None
        else [kinds[code] for kind in seen if (code := kind.name.lower()) in kinds],
        "does": [said[verb] for verb in done],
        "since": t.fhir((period.start if period else None) or each.date_time),
        "until": (t.fhir(period.end) if period and period.end else "") or t("uten slutt"),
        "decision": each.reason,
        "ended": each.status != "active",
        "why": each.end,
    }
