"""`/tavle`: what waits, by place and kind, with age, owner and next step; each count opens what it counts.

who runs the record             all of the region, without anybody's name or entry
an organisation's administrator the same of her organisation
who gives care there            what is with her, her inboxes and by name with her colleagues there: what she may see
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import access
from felles.access.handovers import inboxes
from felles.access.handovers.states import State
from felles.care.handovers import desk, present_board
from felles.care.handovers.present_board import BY_CODE, COUNTS
from felles.care.handovers.worklist import paged, skipped
from felles.care.people import staff_only, store_of
from felles.record.errors import BadQuery, Forbidden
from felles.record.ids import mark_of
from felles.record.read_board import MOST, Counted, count_handovers, list_handovers
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.read_handovers import Alike, Side
    from felles.ui.web import Visit

PATH: Final = "/tavle"
_SIDES: Final[tuple[Side, ...]] = ("mine", "unit")


async def board(request: Request) -> Response:
    """The counts; with `?hva=` the hand-overs of one (`hos` a place, `slag` a kind). Raises `Forbidden`, `BadQuery`."""
    found = await visit(request)
    staff_only(found)
    actor = found.signed_in
    if actor.may("approve") or actor.may("staff"):
        return await (_listed(found) if "hva" in request.query_params else _whole(found))
    if not (actor.may("find") or actor.may("handle")):
        raise Forbidden("a board is for those to whom something can be sent")
    return await _own(found)


def _limit(found: Visit) -> int | None:
    """The organisation (its hash) that she keeps; None for who runs the record."""
    return None if found.signed_in.may("approve") else mark_of(found.signed_in.organization)


async def _whole(found: Visit) -> Response:
    store = store_of(found)
    counted = await count_handovers(store.pool, store.clock, _limit(found))
    marks = {each.org for each in counted if isinstance(each.org, int)}
    places: dict[int | str, str] = {**(await store.names.organizations(marks))}
    t = found.t
    about = t("Alt som er sendt eller lovet og ikke avsluttet, i hele regionen.")
    if _limit(found) is not None:
        about = t("Alt som er sendt eller lovet og ikke avsluttet, i virksomheten.")
    about = f"{about} {t('Her står ingen pasient og ikke noe fra journalen.')}"
    return _counts(found, counted, await store.names.of(set(marks)), places, about, PATH)


async def _own(found: Visit) -> Response:
    store, t = store_of(found), found.t
    alike = await desk.counted(found)
    for side in _SIDES if found.signed_in.may("find") else ():
        alike += await store.work_counted(access.everyone(found.signed_in), side)
    counted = [_alike(each) for each in alike]
    places: dict[int | str, str] = {each.org: str(each.org) for each in counted}
    names = await store.names.of(set(places.values()))
    about = t("Det som er hos deg, i innkurvene du har og hos kolleger i enheten, så langt du kan se det.")
    return _counts(found, counted, names, places, about, "/arbeid?tavle=1")


def _alike(of: Alike) -> Counted:
    inbox = not of.owner.startswith("Practitioner")
    told = (of.kind, of.state, of.urgent, of.late, False, inbox, of.many, of.oldest, of.first)
    return Counted(of.owner, mark_of(of.owner), *told)


def _counts(
    found: Visit,
    counted: list[Counted],
    names: dict[str | int, str],
    places: dict[int | str, str],
    about: str,
    path: str,
) -> Response:
    rows = present_board.counted(found.t, counted, names, places, path)
    context: dict[str, Any] = {
        "title": found.t("Tavle"),
        "about": about,
        "rows": rows,
        "counts": COUNTS,
        "titles": present_board.titles(found.t),
        "total": present_board.total(rows, path),
    }
    return page(found, "handovers/board.html", context)


async def _listed(found: Visit) -> Response:
    store, t, asked = store_of(found), found.t, found.request.query_params
    telling, kind = asked["hva"], BY_CODE.get(asked.get("slag", ""))
    if telling not in COUNTS:
        raise BadQuery("this is nothing that is counted")
    own, place = _limit(found), asked.get("hos", "")
    org = own if own is not None else mark_of(place) if place else None
    urgent = "haster" in asked if kind is not None else None
    which, skip = None if kind is None else int(kind), skipped(found.request)
    fetched = await list_handovers(
        store.pool, store.clock, telling, org=org, kind=which, urgent=urgent, many=MOST + 1, skip=skip
    )
    rows = fetched[:MOST]
    above = await inboxes.above(store, {row.receiver for row in rows if row.state == State.SENT})
    names = await store.names.of(present_board.parties(rows, above))
    context: dict[str, Any] = {
        "title": present_board.titles(t)[telling],
        "rows": [present_board.line(t, row, names, above) for row in rows],
        "pages": paged(found, skip, MOST, more=len(fetched) > MOST),
    }
    return page(found, "handovers/listed.html", context)
