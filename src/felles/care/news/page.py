"""The page of news and the part of it that stands on the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.news import present, rules
from felles.care.overview.present import View
from felles.care.people import store_of

if TYPE_CHECKING:
    from felles.care.news.rules import Since
    from felles.care.news.shapes import Read
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit


async def organisation_of(found: Visit, grant: PersonGrant) -> str:
    """What the reader's organisation is called. Raises `Busy`."""
    names = await store_of(found).names.of({grant.org})
    return names.get(grant.org) or found.t("virksomheten din")


async def part(
    found: Visit, grant: PersonGrant, base: str, since: Since, reads: list[Read], most: int, results: dict[str, str]
) -> dict[str, Any]:
    """The part on the overview: `most` is how many entries were read, `results` names some of them by id."""
    fresh = _fresh(grant, since, reads)
    view, place = await _view(found, grant, base, fresh)
    cut = len(reads) >= most and len(fresh) >= most
    whole = f"{base}/siden?fra={since.by}"
    return {
        "heading": present.heading_of(view, since, place),
        "absence": None if fresh else present.absence(view, since, place),
        "cut": found.t("{count} nye eller flere").format(count=len(fresh)) if cut else "",
        "other": next(c for c in present.choices(view, since, place, f"{base}?siden=") if not c["current"]),
        "all": whole,
    } | present.brief(view, fresh, results, whole)


async def whole(found: Visit, grant: PersonGrant, base: str, since: Since, reads: list[Read]) -> dict[str, Any]:
    """The page: all news by groups."""
    t = found.t
    fresh = _fresh(grant, since, reads)
    view, place = await _view(found, grant, base, fresh)
    titles = present.titles(t)
    return {
        "heading": present.heading_of(view, since, place),
        "choices": present.choices(view, since, place, f"{base}/siden?fra="),
        "absence": None if fresh else present.absence(view, since, place),
        "groups": present.groups(view, fresh),
        "count": t.many("%d ny eller endret oppføring", "%d nye eller endrede oppføringer", len(fresh)),
        "own": since.by is rules.From.LOOKED,
        "beyond": ", ".join(titles[group][0] for group in rules.beyond(grant.kinds)),
    }


def _fresh(grant: PersonGrant, since: Since, reads: list[Read]) -> list[rules.Fresh]:
    """What is new. What she wrote herself is none to her who looked; to her organisation it may be another's news."""
    if since.state is not rules.State.KNOWN:
        return []
    if since.by is rules.From.LOOKED:
        return rules.fresh(reads, since.at, reader=grant.actor)
    return rules.fresh(reads, since.at, own=grant.org_mark)


async def _view(found: Visit, grant: PersonGrant, base: str, fresh: list[rules.Fresh]) -> tuple[View, str]:
    store = store_of(found)
    names = await store.names.of(present.wanted_names(fresh))
    return View(found.t, base, store.clock.clinical(), names), await organisation_of(found, grant)
