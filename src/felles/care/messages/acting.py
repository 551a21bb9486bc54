"""`/for/{id}/meldinger`: what was written for whom somebody acts, as far as it reaches, under the banner.

Writing begins at `/for/{id}/gjor`, which knows what she was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.representation import Verb
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies.views import patient_of
from felles.care.messages import begun, views
from felles.care.messages import page as parts
from felles.care.messages.asked import verb_for
from felles.care.messages.citizen import demanded
from felles.care.people import open_for, store_of
from felles.care.writing import kept
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The threads that she sees for the person. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    grant, store = await open_for(found, patient_id), store_of(found)
    read = await store.page(grant, views.WANTS, "messages", f"Patient/{patient_id}")
    patient = patient_of(read.rows[0])  # who it is may be beyond the reader: then there is nothing here
    there = await parts.around(found, read, f"/for/{patient_id}")
    banner = proxies.banner(there.view, patient, read.basis)
    who = {
        found.signed_in.reference: found.t("Du, for {name}").format(name=patient.shown_name.full),
        f"Patient/{patient_id}": patient.shown_name.full,
    }
    given = Verb(await store.acts(grant))
    does = bool(given & ~Verb.READ)
    context: dict[str, Any] = (
        parts.listed(there, who, answers=does)
        | {
            "title": banner["title"],
            "lead": found.t("Her står det som er skrevet for personen, hvem som svarer, og innen når."),
            "write": f"/for/{patient_id}/gjor" if does else "",
            "measure": "",
            "cases": await demanded(found, there, read),
            "banner": banner,
            "sent": found.t("Sendt. Her ser du hvem som har den, og når du får svar.")
            if "sendt" in request.query_params
            else "",
        }
        | await begun.listed(found, kept.of(grant, f"Patient/{patient_id}"), f"/for/{patient_id}")
    )
    for thread in context["threads"]:
        if not (thread["from_staff"] and Verb.WRITE in given):
            thread["reply"] = ""
    _not_hers(context["threads"], context["cases"], given)
    return page(found, "messages/list.html", context)


def _not_hers(threads: list[dict[str, Any]], rows: list[dict[str, Any]], given: Verb) -> None:
    """Lead to no answer that she was not given: she reads the question."""
    for letter in (each for thread in threads for each in thread["letters"]):
        if verb_for(letter["codes"]) not in given:
            letter["asked"] = ""
    if Verb.SPEAK not in given:
        for row in rows:
            row["asked"] = ""
