"""`/arbeid`: what needs me and what I sent, what colleagues have, and what was chosen on the board (`board`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from felles import access
from felles.access.handovers import inboxes
from felles.access.handovers.kinds import Kind
from felles.care.handovers import desk, drafts, fallen, live, present, present_leave, sending
from felles.care.handovers.present_board import BY_CODE, COUNTS, told
from felles.care.people import staff_only, store_of
from felles.care.writing import kept
from felles.care.writing.actions import settle
from felles.care.writing.forms import FORMS
from felles.care.writing.present import came_back
from felles.record.errors import BadQuery
from felles.record.ids import mark_of
from felles.record.read_handovers import ALL, MANY, Choice
from felles.record.writings import State
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.read_handovers import HandedRow, Side
    from felles.ui.web import Visit

_SIDES: Final[dict[str, Side]] = {"sendt": "sent", "kolleger": "unit"}
_DIGITS: Final = 7


async def work(request: Request) -> Response:
    """What is with me or my inboxes; `?sendt`: what I sent and somebody else has; `?kolleger`: what colleagues have.

    `?tavle`: all that the board counts, of it what was chosen there; `?fra`: after so many of each list. Raises
    `Forbidden`, `BadQuery`, `Busy`.
    """
    found = await visit(request)
    staff_only(found)
    await settle(store_of(found), writer=mark_of(found.signed_in.reference))
    named: list[Side] = [side for name, side in _SIDES.items() if name in request.query_params]
    side: Side = named[0] if named else "mine"
    listing: list[Side] = ["mine", "unit"] if "tavle" in request.query_params else [side]
    over = "besvart" in request.query_params and (desk.answers(found) or desk.decides(found))
    skip = skipped(request)
    lines, more = await answered(found, skip) if over else ([], False)
    for each in [] if over else listing:
        rows, left = await _listed(found, each, skip)
        lines, more = [*lines, *rows], more or left
    hers = side == "mine" and not {"tavle", "besvart", "hva"} & request.query_params.keys()
    alive = {row["source"]: row["version"] for row in lines if not BY_CODE[row["code"]].case}
    if hers:
        fell, left = await fallen.lines(found, skip)
        lines, more = [*fell, *lines], more or left
    titles = {"sent": found.t("Sendt og hos andre"), "unit": found.t("Hos kolleger i enheten")}
    title = found.t("På tavlen") if len(listing) > 1 else titles.get(side, found.t("Trenger meg nå"))
    waiting = await sending.shown(found)
    me, drafted = mark_of(found.signed_in.reference), store_of(found).kept
    begun = await drafted.mine(me, tuple(drafts.TEXTS)) if hers else []
    back = [each for each in await drafted.mine(me, tuple(FORMS)) if each.state is State.RETURNED] if hers else []
    gone = kept.thrown(found)
    context = {
        "live": live.address(found.signed_in, alive) if hers and not skip else "",
        "title": title if not over else _answered(found),
        "desk": desk.answers(found),
        "decides": desk.decides(found),
        "rows": lines,
        "side": "over" if over else "board" if len(listing) > 1 else side,
        "pages": paged(found, skip, MANY, more=more),
        "done": "gjort" in request.query_params,
        "sending": waiting,
        "drafts": drafts.begun(found.t, begun),
        "returned": [came_back(found.t, FORMS[each.form], each) for each in back],
        "thrown": gone,
        "wait": max((each["seconds"] + 1 for each in waiting if each["state"] == "waits"), default=0),
        "away": await _away(found),
        "board": found.t("Tavle for hele regionen") if found.signed_in.may("approve") else found.t("Tavle"),
        "some": found.t("Bare det du valgte på tavlen.") if "hva" in request.query_params else "",
    }
    return page(found, "handovers/work.html", context)


def _answered(found: Visit) -> str:
    return found.t("Besvarte saker") if desk.answers(found) else found.t("Besvarte ønsker om innsyn")


async def _away(found: Visit) -> str:
    """That she is away herself, "" when she is not."""
    store, me = store_of(found), found.signed_in.reference
    until, stand_in = (await inboxes.away(store, [me])).get(me, (0, ""))
    names = await store.names.of({stand_in}) if stand_in else {}
    return present_leave.told(found.t, until, names.get(stand_in, "")) if until else ""


def skipped(request: Request) -> int:
    """After how many lines the page begins. Raises `BadQuery`."""
    said = request.query_params.get("fra", "0")
    if not said.isascii() or not said.isdigit() or len(said) > _DIGITS:
        raise BadQuery("this is no number of lines", "fra")
    return int(said)


def paged(found: Visit, skip: int, many: int, *, more: bool) -> dict[str, Any]:
    """The line at which a page of `many` begins (from 1), and the ways to those before and after it, "" for none."""
    said = found.request.query_params.multi_items()
    asked = [(name, value) for name, value in said if name not in ("fra", "gjort", "sendes")]
    path = found.request.url.path

    def way(begin: int) -> str:
        return f"{path}?{urlencode([*asked, ('fra', begin)])}"

    return {
        "first": skip + 1,
        "before": way(max(0, skip - many)) if skip else "",
        "after": way(skip + many) if more else "",
    }


def _choice(found: Visit) -> Choice:
    """What the reader chose on the board: `hva`, `hos`, `slag`, `haster`. Raises `BadQuery`."""
    asked = found.request.query_params
    if "hva" not in asked:
        return ALL
    if asked["hva"] not in COUNTS:
        raise BadQuery("this is nothing that is counted")
    if asked.get("slag", "") and asked["slag"] not in BY_CODE:
        raise BadQuery("there is no such kind of hand-over", "slag")
    kind = BY_CODE.get(asked.get("slag", ""))
    urgent = None if kind is None else "haster" in asked
    return Choice(asked["hva"], asked.get("hos") or None, None if kind is None else int(kind), urgent)


def _chosen(choice: Choice, row: HandedRow, now: int) -> bool:
    """Whether a case is among what was chosen."""
    late, inbox = row.next is not None and row.next <= now, not row.owner.startswith("Practitioner")
    return (
        told(choice.telling or "", state=row.state, inbox=inbox, late=late, nobody=False)
        and choice.owner in (None, row.owner)
        and choice.kind in (None, row.kind)
        and choice.urgent in (None, row.urgent)
    )


async def _listed(found: Visit, side: Side, skip: int) -> tuple[list[dict[str, Any]], bool]:
    """The lines of a list after the first `skip`, and whether there are more. Raises `BadQuery`, `Busy`."""
    store, choice, actor = store_of(found), _choice(found), found.signed_in
    rows = await store.work(access.everyone(actor), side, skip=skip, choice=choice) if actor.may("find") else []
    every = [] if side == "sent" else await desk.cases(found, skip=skip)
    now = store.clock.clinical()
    hers = [row for row in desk.belong(found, every, side) if _chosen(choice, row, now)]
    return await _lines(found, desk.among(found, rows, hers), sent=side != "mine"), _left(rows, skip) or _left(
        every, skip
    )


def _left(rows: list[HandedRow], skip: int) -> bool:
    return any(row.total > skip + len(rows) for row in rows)


async def answered(found: Visit, skip: int) -> tuple[list[dict[str, Any]], bool]:
    """The cases that her desk has answered, the newest first, after the first `skip`; whether there are more."""
    rows = await desk.cases(found, closed=True, skip=skip)
    return await _lines(found, rows, sent=False), _left(rows, skip)


async def _lines(found: Visit, rows: list[HandedRow], *, sent: bool) -> list[dict[str, Any]]:
    store = store_of(found)
    names = await store.names.of({each for row in rows for each in (row.owner, row.sender) if each})
    now = store.clock.clinical()
    held = sent or "tavle" in found.request.query_params
    made = [(row, present.row(found.t, row, names, now, sent=held)) for row in rows]
    return [
        desk.shown(found, line, row, names.get(row.owner, "")) if Kind(row.kind).case else line for row, line in made
    ]
