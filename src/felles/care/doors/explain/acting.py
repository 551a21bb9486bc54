"""`/for/{id}/tilgang`: why a citizen sees another's record, how far and until when; or why she does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.bases import Basis, ground_of
from felles.access.representation import VERBS, Ages, Verb
from felles.care import grounds
from felles.care.doors.explain import present, rules
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies import views
from felles.care.overview import present as overview
from felles.care.people import citizens_only, open_for, store_of
from felles.record.errors import Absent
from felles.record.read_person import Want
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.explain import Ground
    from felles.ui.i18n import Language

_WANTS = (Want("Patient", 1),)


async def record(request: Request) -> Response:
    """The right to act, its scope and the age rules as they are set. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    citizens_only(found)
    patient_id: str = request.path_params["id"]
    store, t = store_of(found), found.t
    ages = Ages(store.settings.child_record_age, store.settings.parents_end_age)
    try:
        grant = await open_for(found, patient_id)
        read = await store.page(grant, _WANTS, "access", f"Patient/{patient_id}")
        why = await store.why(grant, f"Patient/{patient_id}")
    except Absent:
        context: dict[str, Any] = {"title": t("Hvorfor ser jeg den ikke?"), "rules": _rules(t, ages)}
        return page(found, "explain/not_acting.html", context, 404)
    view = overview.View(t, f"/for/{patient_id}", store.clock.clinical(), {}, citizen=True)
    banner = proxies.banner(view, views.patient_of(read.rows[0]), read.basis)
    context = {
        "title": banner["title"],
        "banner": banner,
        "back": view.base,
        "rights": [_right(t, each) for each in why.grounds],
        "rules": _rules(t, ages),
    }
    return page(found, "explain/acting.html", context)


def _right(t: Language, each: Ground) -> dict[str, Any]:
    """One right to act: what it follows from, how far it reaches and when it ends."""
    text = f"{each.basis}:{each.source}"
    said = proxies.verbs(t)
    part = ground_of(text).basis in (Basis.RELEASED_PART, Basis.ESTATE)
    return {
        "name": grounds.short(t, text),
        "text": grounds.sentence(t, text),
        "when": present.span(t, each.since, each.until),
        "sees": present.kinds(t, rules.reach(each.kinds)[0]),
        "may": [said[code] for code, verb in VERBS.items() if Verb(each.verbs) & verb],
        "listed": each.listed,
        "part": part,
    }


def _rules(t: Language, ages: Ages) -> list[dict[str, str]]:
    """The rules, with the ages as this site has set them and what they rest on."""
    law = "pasient- og brukerrettighetsloven §§ 3-4, 4-4"
    return [
        {
            "text": t("Til barnet er {age} år, ser den som har foreldreansvar, journalen.").format(age=ages.own),
            "law": law,
        },
        {
            "text": t(
                "Fra {own} til {end} år ser foreldre bare timer hos fastlegen og kommunen, ikke dem barnet selv har "
                "bestilt. De kan be om å få vite mer; helsepersonell avgjør, og barnet blir hørt."
            ).format(own=ages.own, end=ages.end),
            "law": law,
        },
        {"text": t("Når barnet fyller {age}, er det slutt.").format(age=ages.end), "law": law},
        {
            "text": t("Fullmakt kan gis av den som har fylt {giver}, til en som har fylt {receiver}.").format(
                giver=ages.giver, receiver=ages.receiver
            ),
            "law": t("praksis"),
        },
        {
            "text": t("For en person med fortrolig adresse kan ingen handle."),
            "law": t("praksis"),
        },
    ]
