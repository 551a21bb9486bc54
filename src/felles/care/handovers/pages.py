"""`/arbeid/{type}/{hid}`: one hand-over, and what is done with it.

Sending begins in the chart, in the work panel (`care.writing`), or at the telephone (`ring`).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from felles.access.handovers import inboxes
from felles.access.handovers.kinds import Kind
from felles.access.handovers.postponing import latest
from felles.access.handovers.states import State
from felles.access.ready_replies import kept, may_keep
from felles.care.handovers import actions, desk, drafts, fallen, present, present_leave, reached, rules, sending
from felles.care.handovers.rules import WITH_WORDS, Verb
from felles.care.messages.replies import categories, fitting
from felles.care.people import staff_only, store_of
from felles.care.writing import kept as keeping
from felles.care.writing.offers import offers
from felles.record.errors import BadQuery, Conflict, Forbidden, PreconditionFailed
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.read_cases import CaseRow
    from felles.record.read_handovers import HandedRow
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

FIELDS: Final = ("tekst", "mottaker", "til", "dag", "versjon", "beskjed")
"""The fields of an act."""
_SHORTEST: Final = 3


async def one(request: Request) -> Response:
    """One hand-over. Raises `Absent` when it is neither with her nor from her."""
    found = await visit(request)
    return await _fallen(found) or await _one(found)


async def act(request: Request) -> Response:
    """`POST /arbeid/{type}/{hid}/{verb}`: do it with what she saw (`versjon`). 422 with the page when words lack."""
    found = await visit(request)
    staff_only(found)
    form = await form_of(found)
    if request.path_params["verb"] == sending.CALL_BACK:
        return await _call_back(found, form.get("id", ""))
    if request.path_params["verb"] == sending.PUT_AWAY:
        await sending.put_away(store_of(found), found.signed_in, form.get("id", ""))
        return go(f"/arbeid?sendes={quote(form.get('id', ''))}")
    if keeping.saves(form):
        params = request.path_params
        return await drafts.save(found, form, params["verb"], f"{params['type']}/{params['hid']}")
    try:
        verb = Verb(request.path_params["verb"])
    except ValueError as error:
        raise BadQuery("there is no such act") from error
    return await _fallen(found, form=form, verb=verb) or await _act(found, form, verb)


async def _call_back(found: Visit, which: str) -> Response:
    """What waits its ten seconds is a form again; what has gone is told of on the worklist."""
    params = found.request.path_params
    back = await sending.call_back(store_of(found), found.signed_in, which)
    if back:
        await drafts.again(found, which, f"{params['type']}/{params['hid']}")
    return go(f"/arbeid/{params['type']}/{params['hid']}?angret={which}" if back else f"/arbeid?sendes={which}")


async def _act(found: Visit, form: dict[str, str], verb: Verb) -> Response:
    params = found.request.path_params
    source = f"{params['type']}/{params['hid']}"
    if which := await sending.sent(store_of(found), found.signed_in, source, form.get("versjon", "")):
        await drafts.twice(found, form, verb, source, which)
        return go(f"/arbeid?sendes={which}")  # sent twice, also when it is hers no more
    row, case = await _read(found)
    held = await drafts.hold(found, form, verb, source, row.patient)
    if verb not in await _verbs(found, row) or form.get("versjon", "") not in ("", present.seen_as(row)):
        return await _one(found, form=form | {"verb": verb}, error="moved")
    words, to, until = form.get("tekst", ""), form.get("til", ""), form.get("dag", "")
    told = form.get("beskjed", "") if verb is Verb.ACTED else ""
    wrong = await _wrong(found, row, verb, words, to, until)
    if len(told) > rules.LONGEST:
        wrong["beskjed"] = found.t("Høyst {count} tegn.").format(count=rules.LONGEST)
    if wrong:
        return await _one(found, form=form | {"verb": verb}, wrong=wrong)
    try:
        way = await _done(found, row, case, verb, {"tekst": words, "til": to, "dag": until, "beskjed": told})
        await held.sent()
        return go(way)
    except (Conflict, PreconditionFailed):
        return await _one(found, form=form | {"verb": verb}, error="moved")
    except Forbidden:
        return await _one(found, form=form | {"verb": verb}, error="forbidden")


async def _done(found: Visit, row: HandedRow, case: CaseRow | None, verb: Verb, said: dict[str, str]) -> str:
    """Where the reader goes when it is done, or waits its ten seconds. Raises what `commit` raises."""
    store, actor = store_of(found), found.signed_in
    if verb in sending.SAID and (which := await sending.wait(store, actor, row, said | {"verb": str(verb)})):
        return f"/arbeid?sendes={which}"
    words, to, until, told = (said[name] for name in ("tekst", "til", "dag", "beskjed"))
    if case is not None:
        source = await desk.do(store, actor, case, verb, words=words, to=to, until=until)
    else:
        source = await actions.do(store, actor, row, verb, words=words, to=to, until=until, told=told)
    hers = (Verb.TAKE, Verb.RECEIVE, Verb.CALM, Verb.END, *rules.SAID)
    return f"/arbeid/{source}?gjort=1" if verb in hers else "/arbeid?gjort=1"


def _faster(t: Language) -> str:
    return t("Noen var raskere, eller den er endret siden du åpnet den. Dette er slik den står nå.")


async def _fallen(found: Visit, *, form: dict[str, str] | None = None, verb: Verb | None = None) -> Response | None:
    """The page of one that fell to her who runs the record, or what follows when she gives it on; None for no such."""
    params = found.request.path_params
    those = await fallen.rows(found, f"{params['type']}/{params['hid']}")
    if not those:
        return None
    t, said, wrong, error = found.t, form or {}, dict[str, str](), ""
    if verb is not None:
        held = await drafts.hold(found, said, verb, those[0].source, "")
        words, to = said.get("tekst", ""), said.get("til", "")
        if verb is Verb.END and not (len(words.strip()) >= _SHORTEST and len(words) <= rules.LONGEST):
            wrong[f"tekst-{verb}"] = t("Skriv minst tre tegn, høyst {count}.").format(count=rules.LONGEST)
        if verb is Verb.FORWARD and (refused := await _receiver(found, to, urgent=those[0].urgent)):
            wrong["mottaker"] = refused
        if not wrong and verb in fallen.VERBS:
            with suppress(Conflict, PreconditionFailed):
                await fallen.do(found, those[0], verb, words=words, to=to, version=said.get("versjon", ""))
                await held.sent()
                return go("/arbeid?gjort=1")
        error = "" if wrong else _faster(t)
    looked = said.get("mottaker", "") or found.request.query_params.get("mottaker", "")
    context: dict[str, Any] = await fallen.shown(found, those[0], looked) | {
        "wrong": {name: wrong.get(name, "") for name in ("mottaker", "dag", "beskjed")},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "error": error,
        "done": False,
        "sent": False,
    }
    await drafts.fill(found, those[0].source, context["forms"], said | {"verb": verb or ""}, refused=bool(verb))
    return page(found, "handovers/one.html", context, 422 if wrong else 409 if error else 200)


async def _receiver(found: Visit, reference: str, *, urgent: bool = False, case: Kind | None = None) -> str:
    """What is wrong with sending to `reference`; "" for nothing: it has staff, and for what is urgent somebody now."""
    t, store = found.t, store_of(found)
    inbox = await inboxes.one(store, reference) if reference else None
    if inbox is None:
        return t("Velg en mottaker.")
    staff = await inboxes.staff(store, reference)
    staff = desk.staff(staff, case) if case else inboxes.at_work(staff)
    if not staff:
        return t("{name} har ingen som tar imot. Velg en annen, eller ring.").format(name=inbox.name)
    if urgent and not any(each.now for each in staff):
        if not inbox.phone:
            return t("Ingen hos {name} er på vakt nå. Velg en annen.").format(name=inbox.name)
        return t("Ingen hos {name} er på vakt nå. Ring {phone}.").format(name=inbox.name, phone=inbox.phone)
    return ""


async def _read(found: Visit) -> tuple[HandedRow, CaseRow | None]:
    """A hand-over, and the case that it is at her desk."""
    params = found.request.path_params
    return await reached.read(store_of(found), found.signed_in, f"{params['type']}/{params['hid']}")


async def _verbs(found: Visit, row: HandedRow) -> tuple[Verb, ...]:
    return await reached.verbs(store_of(found), found.signed_in, row)


async def _wrong(found: Visit, row: HandedRow, verb: Verb, words: str, to: str, until: str) -> dict[str, str]:
    t, wrong = found.t, dict[str, str]()
    if verb in WITH_WORDS and not (len(words.strip()) >= _SHORTEST and len(words) <= rules.LONGEST):
        wrong[f"tekst-{verb}"] = t("Skriv minst tre tegn, høyst {count}.").format(count=rules.LONGEST)
    case = Kind(row.kind) if Kind(row.kind).case else None
    if verb is Verb.FORWARD and (refused := await _receiver(found, to, urgent=row.urgent, case=case)):
        wrong["mottaker"] = refused
    if verb is Verb.POSTPONE:
        now = store_of(found).clock.clinical()
        end = latest(Kind(row.kind), row.made, now)
        today, last = local(now).date(), local(end).date()
        try:
            day = date.fromisoformat(until)
        except ValueError:
            day = today
        if day <= today:
            wrong["dag"] = t("Velg en dag etter i dag.")
        elif day > last:
            wrong["dag"] = (
                t("Den som spør, skal ha svar innen tre måneder: senest {day}.").format(day=t.day(end))
                if case
                else t("Den kan utsettes til {day}, ikke lenger.").format(day=t.day(end))
            )
    return wrong


async def _one(
    found: Visit, *, form: dict[str, str] | None = None, wrong: dict[str, str] | None = None, error: str = ""
) -> Response:
    store, t = store_of(found), found.t
    staff_only(found)
    row, case = await _read(found)
    if form is None:  # what she called back, or what did not go, stands in the form again
        form = await sending.said_before(
            store, found.signed_in, found.request.query_params.get("angret", ""), row.source
        )
    now, said, body = store.clock.clinical(), form or {}, msgspec.json.decode(row.body)
    names = await store.names.of(set(present.authors(row)))
    holder = await inboxes.one(store, row.receiver if State(row.state).back else row.owner or row.receiver)
    staff = await inboxes.staff(store, holder.reference) if holder else []
    staff = desk.staff(staff, Kind(row.kind)) if case else inboxes.at_work(staff)
    staffed = await store.names.of({each for one in staff for each in (one.reference, one.stand_in) if each})
    sought = desk.roles(Kind(row.kind)) if case else frozenset[str]()
    asked = found.request.query_params
    looked = said.get("mottaker", "") or asked.get("mottaker", "")
    errors = [{"field": name, "text": text} for name, text in (wrong or {}).items()]
    refusals = {
        "moved": _faster(t),
        "forbidden": t("Du kan ikke skrive i denne journalen nå."),
    }
    one, verbs = present.whole(t, row, names, now), await _verbs(found, row)
    answers = one["citizen"] and Verb.ANSWER in verbs
    own = await kept(store, found.signed_in) if answers else []
    ready = fitting(categories(body), urgent=one["urgent"], own=own) if answers else []
    context: dict[str, Any] = {
        "title": present.named(t, row, now),
        "one": one,
        "version": present.seen_as(row),
        "forms": present.forms(t, verbs, Kind(row.kind), citizen=one["citizen"], urgent=one["urgent"]),
        "ready": present.ready(t, ready),
        "keeps": answers and may_keep(found.signed_in),
        "phone": holder.phone if holder and holder.phone else await _phone(found, row),
        "answers": await desk.answering(found, case) if case else _answers(found, row, body, verbs),
        "closed": bool(case and case.open and not desk.answers(found)),
        "duty": [_on_duty(t, each, staffed) for each in staff],
        "hits": present.hits(await inboxes.find(store, looked, roles=sought)),
        "looked": looked,
        "wrong": {name: (wrong or {}).get(name, "") for name in ("mottaker", "dag", "beskjed")},
        "errors": errors,
        "error": refusals.get(error, ""),
        "done": "gjort" in asked,
        "sent": "sendt" in asked,
        "path": f"/arbeid/{row.source}",
    }  # fmt: skip
    refused = bool(errors or error)
    await drafts.fill(found, row.source, context["forms"], said, refused=refused, focus=row.focus)
    return page(found, "handovers/one.html", context, 422 if errors else 409 if error == "moved" else 200)


def _answers(found: Visit, row: HandedRow, body: dict[str, Any], verbs: tuple[Verb, ...]) -> list[dict[str, str]]:
    """The ways to what answers it in one commit: in the record, where that is open to her."""
    if not (row.patient and row.open):
        return []
    offered = offers(found, f"/p/{row.patient}", body, "", store_of(found).clock.clinical()) if "id" in body else []
    return [*offered, *_booking(found, row, verbs)]


def _on_duty(t: Language, each: inboxes.OnDuty, names: present.Names) -> dict[str, Any]:
    away = "" if each.away is None else present_leave.told(t, each.away, names.get(each.stand_in, ""))
    return {"name": names.get(each.reference, ""), "now": each.now, "away": away}


def _booking(found: Visit, row: HandedRow, verbs: tuple[Verb, ...]) -> list[dict[str, str]]:
    """The way to giving the person of a referral a time, for whoever has it and gives times."""
    referral = next((each for each in (row.source, row.focus) if each.startswith("ServiceRequest/")), "")
    if not (referral and Verb.ANSWER in verbs and found.signed_in.may("book")):
        return []
    way = f"/p/{row.patient}/skriv/time?om={referral}"
    return [{"href": way, "text": found.t("Sett opp time"), "icon": "Calendar"}]


async def _phone(found: Visit, row: HandedRow) -> str:
    """Whom to ring: who has it, whom it was sent to, or the unit that had it before, whoever has a telephone first."""
    owners = present.owners(row)
    phones = await store_of(found).names.phones(set(owners))
    return next((phones[each] for each in owners if phones.get(each)), "")
