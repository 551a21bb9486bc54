"""`/p/{id}/skriv/time`: an appointment from the open record, as a part of the work panel or as a page of its own.

It is booked at once, not after the ten seconds of what is signed: somebody waits on the telephone for the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json

from felles import access
from felles.care.doors.strip import strip
from felles.care.people import open_person, store_of
from felles.care.timebook import actions, present, rules, views
from felles.care.timebook.pages import choices, keeper
from felles.care.writing.rules import words
from felles.record.errors import BadQuery, Conflict
from felles.record.ids import form_id, named_id
from felles.ui.web import form_of, page, part, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.timebook.rules import Time
    from felles.ui.web import Visit

PART: Final = "x-felles-part"
_REFERRAL: Final = "ServiceRequest/"


async def show(request: Request) -> Response:
    """The free times to choose from. `?om=ServiceRequest/x`: the referral that it answers, whose words it is about.

    Raises `Absent`, `Busy`, `BadQuery`.
    """
    found = await visit(request)
    keeper(found)
    about = _about(request.query_params.get("om", ""))
    return await _answer(found, {"om": about, "tekst": await _asked(found, about) if about else ""})


def _about(text: str) -> str:
    """The referral that a time answers, or "". Raises `BadQuery` for anything else."""
    if text and not text.startswith(_REFERRAL):
        raise BadQuery("om is a referral")
    return text


async def _asked(found: Visit, referral: str) -> str:
    """What a referral of this person asks for. Raises `Absent` where it is not seen."""
    grant = await open_person(found, found.request.path_params["id"])
    row = await store_of(found).read(grant, "ServiceRequest", referral.removeprefix(_REFERRAL))
    return words(json.decode(row.body).get("code"))[: rules.LONGEST]


async def send(request: Request) -> Response:
    """Book the time chosen (`tid`), or put on the waiting list (`gjor=vent`). 409 where another has just taken it."""
    found = await visit(request)
    actor = keeper(found)
    form = await form_of(found)
    about = _about(form.get("om", ""))
    store, patient = store_of(found), f"Patient/{request.path_params['id']}"
    grant = await open_person(found, request.path_params["id"])
    said = form.get("tekst", "")[: rules.LONGEST]
    free = await views.times(store, access.everyone(found.signed_in))
    if form.get("gjor") == "vent":
        whose = next(((each.actor, each.owner) for each in free if each.actor == form.get("hos")), _own(found, free))
        drawn = named_id(grant.keys[0][0], form.get("id", ""), whose[0], said)
        await actions.wait(store, actor, patient, whose, said, drawn)
        return await _answer(found, form, waits=whose[1])
    if not form.get("tid"):
        return await _answer(found, form, error="none")
    slot = f"Slot/{form['tid']}"
    chosen = next((each for each in free if each.slot == slot), None)
    try:
        if chosen is not None:
            await actions.book(store, actor, patient, chosen, said, about)
    except Conflict:
        chosen = None
    chosen = chosen or await views.given(store, grant, patient, slot, said)
    return await _answer(found, form, booked=chosen, error="" if chosen else "taken")


def _own(found: Visit, free: list[Time]) -> tuple[str, str]:
    """Whose waiting list it is where none was chosen: the first who gives times, else the reader's own."""
    return (free[0].actor, free[0].owner) if free else (found.signed_in.reference, found.signed_in.name)


async def _answer(
    found: Visit, form: dict[str, str], *, booked: Time | None = None, waits: str = "", error: str = ""
) -> Response:
    patient: str = found.request.path_params["id"]
    t, store = found.t, store_of(found)
    grant = await open_person(found, patient)
    head, _ = await strip(found, grant, patient, "booking")
    now = store.clock.clinical()
    times = present.NOTHING if booked or waits else await choices(found)
    owners: dict[str, str] = {}
    for each in await views.times(store, access.everyone(found.signed_in)):
        owners.setdefault(each.actor, each.owner)
    errors = {
        "taken": t("Denne timen ble nettopp tatt av noen andre. Velg en annen."),
        "none": t("Velg en tid."),
    }
    panel = {
        "title": t("Sett opp time"),
        "back": head["back"],
        "who": f"{head['person']['name']}",
        "action": f"/p/{patient}/skriv/time",
        "about": form.get("om", ""),
        "drawn": form_id(grant.keys[0][0], form.get("id", "")),
        "said": form.get("tekst", "")[: rules.LONGEST],
        "longest": rules.LONGEST,
        "times": times,
        "owners": [{"ref": ref, "name": name} for ref, name in sorted(owners.items(), key=lambda pair: pair[1])],
        "booked": present.choice(t, booked, now) if booked else None,
        "day": present.day_of(booked.start) if booked else "",
        "waits": waits,
        "error": errors.get(error, ""),
    }
    context = head | {"title": panel["title"], "panel": panel}
    status = {"taken": 409, "none": 422}.get(error, 200)
    if found.request.headers.get(PART):
        answer = part(found, "timebook/panel.html", context)
        answer.status_code = status
        return answer
    return page(found, "timebook/write.html", context, status)
