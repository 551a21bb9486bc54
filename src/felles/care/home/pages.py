"""`/meg` and `/for/{id}`: the first page of one's own record, and of whom one acts for, under the banner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from felles.access.representation import Verb
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies.views import patient_of
from felles.care.doors.results.present import waits
from felles.care.home import page as parts
from felles.care.home import present, views
from felles.care.messages import present as messages
from felles.care.overview import rules as current
from felles.care.people import open_for, open_own, store_of
from felles.record.ids import new_id
from felles.ui import pieces
from felles.ui.dates import local_day
from felles.ui.web import WRITER, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.read_person import PersonPage, Seen
    from felles.record.store import Store

NOTICE: Final = 30 * 86_400_000_000
"""Microseconds that an opening without a care relation is told on the home page; then on its own page alone."""


async def own(request: Request) -> Response:
    """The citizen's home page. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant, store = open_own(found), store_of(found)
    read = await store.page(grant, views.HOME, "overview", grant.actor)
    context, _, news = await parts.made(found, grant, read, "/meg", grant.kinds)
    last = await store.last_opening(grant)
    bound, t = store.settings.pregnancy_pressure, found.t
    more: dict[str, Any] = {
        "title": t("Min journal"),
        "pressure": messages.pressure(t, bound, new_id(grant.keys[0][0]), {}) if _expects(read, store) else None,
        "whose": {WRITER: found.mark},
        "opened": found.t.moment(last) if last and store.clock.real() - last < NOTICE else "",
        "answers": waits(await store.held(grant, "page:answers")) if read.special else False,
        "seen": pieces.tried(
            "seen",
            lambda: present.seen(found.t, news, grant.actor),
            lambda reference: {"failed": pieces.broken(found.t, reference)["text"]},
        ),
        "banner": None,
    }
    return page(found, "home/own.html", context | more)


def _expects(read: PersonPage, store: Store) -> bool:
    """Whether she is pregnant, by what the page was read for."""
    _, said = views.decoded(read)
    now = local_day(store.clock.clinical())
    return current.pregnant([(each.at, each.entry) for each in said.told], now) is not None


async def acting(request: Request) -> Response:
    """That of whom she acts for, as far as it reaches. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    grant, store = await open_for(found, patient_id), store_of(found)
    read = await store.page(grant, views.ACTING, "overview", f"Patient/{patient_id}")
    # Who it is may be beyond the reader: then there is nothing here.
    patient, released = patient_of(_want(read, 0)), _want(read, len(views.HOME))
    may = Verb(await store.acts(grant))
    context, told, _ = await parts.made(found, grant, read, f"/for/{patient_id}", read.reach, books=Verb.BOOK in may)
    banner = proxies.banner(told.view, patient, read.basis)
    plan, _ = views.decoded(read)
    more: dict[str, Any] = {
        "title": banner["title"],
        "banner": banner,
        "health": [each for each in context["health"] if each["part"]["state"] != "refused"],
        "matters": pieces.tried("matters", lambda: present.matters(told, plan), lambda _: []),
        "limits": proxies.limits(found.t, read.basis, listed=read.listed),
        "released": proxies.released(told.view, released),
        "access": f"{told.view.base}/tilgang",
        "ask": f"{told.view.base}/be" if read.listed and read.answers else "",
        "does": bool(may & ~Verb.READ),
    }
    return page(found, "home/for.html", context | more)


def _want(read: PersonPage, place: int) -> list[Seen]:
    """The rows of one want of a page."""
    return replace(read, wants=read.wants[place : place + 1], found=read.found[place : place + 1]).rows[0]
