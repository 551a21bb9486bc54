"""`/p/{id}/ring`: somebody must look within minutes. Whom to ring stands there at once; what is sent waits minutes.

A person decides what is urgent. Sending releases nobody: it is the sender's until somebody has taken it by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import inboxes
from felles.access.handovers.kinds import Kind, rule_of
from felles.access.roles import ROLES
from felles.care.doors.strip import WANTS as STRIP
from felles.care.doors.strip import shown
from felles.care.handovers import actions, urgent
from felles.care.people import open_person, staff_only, store_of
from felles.record.ids import form_id, named_id
from felles.record.writings import State
from felles.ui.web import WRITER, form_of, go, page, part, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.access.handovers.inboxes import Inbox
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

PART: Final = "x-felles-part"
SHORTEST: Final = 3
_MEASURED: Final = "maling"
"""The form whose signed values are on their way into the record."""


async def show(request: Request) -> Response:
    """Whom to ring about this person, and what is said. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    return await _show(found, dict(request.query_params), {})


async def send(request: Request) -> Response:
    """`POST`: hand it over to everybody on duty at the unit chosen (`til`); `finn`: other units, by words. 422."""
    found = await visit(request)
    staff_only(found)
    form = await form_of(found)
    if "finn" in form:
        return await _show(found, form, {})
    t, wrong = found.t, dict[str, str]()
    words = form.get("tekst", "")
    if len(words.strip()) < SHORTEST or len(words) > urgent.LONGEST:
        wrong["tekst"] = t("Skriv hva det gjelder, høyst {count} tegn.").format(count=urgent.LONGEST)
    if refused := await _receiver(found, form.get("til", "")):
        wrong["til"] = refused
    if wrong:
        return await _show(found, form, wrong)
    patient = request.path_params["id"]
    grant = await open_person(found, patient)
    await store_of(found).page(grant, STRIP, "ring", f"Patient/{patient}")  # who sees nothing here learns nothing
    drawn = named_id(grant.keys[0][0], form.get("id", ""), form["til"], words)
    made = await actions.call(store_of(found), grant, patient, form["til"], words, drawn)
    return go(f"/arbeid/Task/{made}?sendt=1")


async def _receiver(found: Visit, reference: str) -> str:
    t, store = found.t, store_of(found)
    inbox = await inboxes.one(store, reference) if reference else None
    if inbox is None:
        return t("Velg hvem du ringer.")
    if not any(each.now for each in inboxes.at_work(await inboxes.staff(store, reference))):
        return t("Ingen hos {name} er på vakt nå. Ring {phone}.").format(name=inbox.name, phone=inbox.phone)
    return ""


async def _show(found: Visit, form: dict[str, str], wrong: dict[str, str]) -> Response:
    store, t = store_of(found), found.t
    patient: str = found.request.path_params["id"]
    grant = await open_person(found, patient)
    read = await store.page(grant, (*STRIP, *urgent.WANTS), "ring", f"Patient/{patient}")
    strip = shown(found, patient, read)
    rows = read.found[len(STRIP) :]
    looked = form.get("mottaker", "").strip()
    units = await _units(found, urgent.parties(rows[2:]), await inboxes.find(store, looked), form.get("til", ""))
    text = form["tekst"] if "tekst" in form else await _told(found, grant, strip, read)
    context = strip | {
        "title": t("Ring vakthavende"),
        "who": f"{strip['person']['name']}, {strip['person']['age']}",
        "units": units,
        "chosen": form.get("til", "") or next((each["ref"] for each in units if each["now"]), ""),
        "text": text,
        "whose": {WRITER: found.mark},
        "drawn": form_id(grant.keys[0][0], form.get("id", "")),
        "looked": looked,
        "longest": urgent.LONGEST,
        "wrong": {name: wrong.get(name, "") for name in ("tekst", "til")},
        "errors": [{"field": name, "text": said} for name, said in wrong.items()],
        "action": f"{strip['back']}/ring",
    }
    status = 422 if wrong else 200
    if PART in found.request.headers:
        answer = part(found, "handovers/ring_part.html", context)
        answer.status_code = status
        return answer
    return page(found, "handovers/ring.html", context, status)


async def _told(found: Visit, grant: PersonGrant, strip: dict[str, Any], read: PersonPage) -> str:
    """The summary, filled in from the record and from what the sender has signed this minute."""
    store, rows = store_of(found), read.found[len(STRIP) :]
    signed = [w.fields for w in await store.writings.hers(grant) if w.state is State.SIGNED and w.form == _MEASURED]
    facts = [fact["text"] for fact in strip["person"]["facts"]]
    return urgent.told(found.t, (rows[0], rows[1]), facts, signed, store.clock.clinical())


async def _units(found: Visit, named: list[str], hits: list[Inbox], chosen: str) -> list[dict[str, Any]]:
    """What was looked for, then what the record points to; never the sender's own. Each with who is on duty now."""
    store, me = store_of(found), found.signed_in
    wanted = list(dict.fromkeys([*(hit.reference for hit in hits[: urgent.MOST]), *filter(None, [chosen]), *named]))
    units: list[dict[str, Any]] = []
    for reference in wanted:
        if reference == me.organization or len(units) == 2 * urgent.MOST:
            continue
        inbox, staff = await inboxes.one(store, reference), await inboxes.staff(store, reference)
        if inbox is None or any(each.reference == me.reference for each in staff):
            continue
        units.append(await _unit(found, inbox, staff))
    units.sort(key=lambda unit: not unit["now"])
    return units[: urgent.MOST + len(hits)]


async def _unit(found: Visit, inbox: Inbox, staff: list[inboxes.OnDuty]) -> dict[str, Any]:
    names = await store_of(found).names.of({each.reference for each in staff})
    english = found.t.code == "en"
    first = rule_of(Kind.CALL, urgent=True).roles
    # Who keeps the unit's staff and roles sees no record, and answers no call about a patient.
    there = (each for each in staff if each.now and each.role in ROLES and ROLES[each.role].kinds)
    duty = sorted(there, key=lambda each: each.role not in first)
    said = [
        {"name": names.get(each.reference, ""), "role": ROLES[each.role].en if english else ROLES[each.role].nb}
        for each in duty
    ]
    return {"ref": inbox.reference, "name": inbox.name, "phone": inbox.phone, "duty": said[:4], "now": bool(duty)}
