"""The parts of the first page, the same for her own record and for whom she acts for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.home import present, views
from felles.care.overview import present as overview
from felles.care.overview.present import View
from felles.care.people import store_of
from felles.care.plan import present as plans
from felles.ui import pieces

if TYPE_CHECKING:
    from felles.care.plan.present import Told
    from felles.record.grants import PersonGrant
    from felles.record.read_news import News
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit


async def made(
    found: Visit, grant: PersonGrant, read: PersonPage, base: str, kinds: int, *, books: bool = False
) -> tuple[dict[str, Any], Told, News]:
    """What the template fills in, from the page that was `read` and logged; `kinds`: what reaches the reader.

    `books`: she acts for the person, and may book for her. Raises `Busy`.
    """
    store, t = store_of(found), found.t
    plan, said = views.decoded(read)
    news = await store.news(grant)
    wanted = plans.references(plan) | overview.wanted_names(said) | present.wanted(news)
    view = View(t, base, store.clock.clinical(), await store.names.of(wanted), citizen=True)
    told = plans.Told(view, await store.names.phones(wanted), kinds, books)
    person = overview.person(view, plan.patient)

    def failed(reference: str) -> dict[str, Any]:
        return {"failed": pieces.broken(t, reference)["text"]}

    context: dict[str, Any] = {
        "name": person["name"],
        "facts": pieces.tried("facts", lambda: overview.facts(view, said.told, said.contacts), lambda _: []),
        "coming": pieces.tried("coming", lambda: present.coming(told, plan), failed),
        "ring": pieces.tried(
            "ring",
            lambda: {"rows": present.ring(told, plan, said)},
            lambda ref: failed(ref) | {"rows": present.for_all(t)},
        ),
        "agreed": pieces.tried("agreed", lambda: present.agreed(told, plan), failed),
        "health": present.health(told, said),
        "new": pieces.tried("news", lambda: present.new(view, news), failed),
        "visits": f"{base}/timer",
        "plan": f"{base}/plan",
        "matters": [],
        "asked": pieces.tried("asked", lambda: present.asked(base, plan), lambda _: []),
    }
    return context, told, news
