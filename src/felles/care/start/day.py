"""The start page of staff: the parts of the role, then those whom she has a relation to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from felles import access
from felles.care import grounds, words
from felles.care.doors.hubs import ADMINISTER, cards
from felles.care.handovers import live
from felles.care.people import store_of
from felles.care.start import views
from felles.care.start.board import MANY, Asked, Shown
from felles.care.start.parts.work import WORK, at_desk
from felles.care.start.starts import parts_of
from felles.record.errors import Absent, Busy
from felles.ui import pieces
from felles.ui.web import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from felles.care.start.board import Part
    from felles.record.grants import SetGrant
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

_TEMPLATE: Final = "start/day.html"


class Place(Struct, array_like=True):
    """The line after which a part goes on, sealed into its link; `made` real microseconds."""

    part: str
    at: int
    item: str
    made: int


async def day(found: Visit) -> Response:
    """All parts, and the first page of the list of persons; a later page of that list stands alone."""
    t = found.t
    if not found.signed_in.may("find"):
        return await _desk(found)
    grant = access.everyone(found.signed_in)
    place = found.request.query_params.get("etter", "")
    parts = () if place else parts_of(found.signed_in.role_code)
    people, read = await asyncio.gather(
        _people(found, grant, place), asyncio.gather(*(_read(_asked(found, grant, part), part) for part in parts))
    )
    shown = [_part(found, grant, part, each) for part, each in zip(parts, read, strict=True)]
    standing = [each for each in shown if each["lines"] or each["kind"] in ("unreachable", pieces.BROKEN)] or shown[:1]
    quiet = [each for each in shown if each not in standing]
    if place:
        return page(found, _TEMPLATE, _context(t("Mine personer"), people=people))
    now = store_of(found).clock.clinical()
    heading = f"{t.weekday(now)} {t.day(now)}".capitalize()
    context = _context(t("Start"), heading, people=people, parts=standing, quiet=quiet)
    return page(found, _TEMPLATE, context | {"live": live.address(found.signed_in)})


async def _desk(found: Visit) -> Response:
    """Of who opens no record: the cases at her desk, and the ways of administration."""
    t = found.t
    ways = cards(found, "admin") if any(map(found.signed_in.may, ADMINISTER)) else []
    parts = list[dict[str, Any]]()
    if found.signed_in.may("handle"):
        parts = [_part(found, access.handle(found.signed_in), WORK, await at_desk(found, MANY))]
    return page(found, _TEMPLATE, _context(t("Start"), ways=ways, parts=parts, closed=True))


async def one(found: Visit) -> Response:
    """One part alone, page by page. Raises `Absent` for a part that the role has none of, `BadQuery`, `Expired`."""
    asked = found.request.query_params
    part = next((p for p in parts_of(found.signed_in.role_code) if p.key == asked["del"]), None)
    if part is None:
        raise Absent("your start page has no such part")
    grant = access.everyone(found.signed_in)
    wanted = _asked(found, grant, part, many=MANY)
    if token := asked.get("etter", ""):
        place = store_of(found).unseal(token, grant, Place)
        if place.part != part.key:
            raise Absent("this link belongs to another list")
        wanted.after = (place.at, place.item)
    shown = _part(found, grant, part, await part.read(wanted))
    return page(found, _TEMPLATE, _context(part.title(found.t), parts=[shown], alone=True))


def _asked(found: Visit, grant: SetGrant, part: Part, *, many: int | None = None) -> Asked:
    store = store_of(found)
    return Asked(found, store, grant, store.clock.clinical(), many or part.few)


async def _read(asked: Asked, part: Part) -> Shown:
    """What a part shows; that it could not be read where the record did not answer, or for a fault of ours."""
    try:
        return await pieces.awaited(part.key, part.read(asked), lambda ref: _broken(asked.t, ref))
    except Busy:
        return Shown(none=asked.t("Dette kunne ikke hentes nå."), kind="unreachable")


def _broken(t: Language, reference: str) -> Shown:
    return Shown(none=pieces.broken(t, reference)["text"], kind=pieces.BROKEN)


def _part(found: Visit, grant: SetGrant, part: Part, shown: Shown) -> dict[str, Any]:
    more = ""
    if shown.more is not None:
        store = store_of(found)
        more = f"/?del={part.key}&etter={store.seal(Place(part.key, *shown.more, store.clock.real()), grant)}"
    return {
        "key": part.key,
        "title": part.title(found.t),
        "icon": part.icon,
        "lines": shown.lines,
        "said": shown.said,
        "none": "" if shown.lines else shown.none,
        "note": shown.note,
        "kind": shown.kind,
        "more": more,
        "way": {"href": part.way[0], "text": part.way[1](found.t)} if part.way else None,
    }


async def _people(found: Visit, grant: SetGrant, place: str) -> dict[str, Any]:
    """My people: those with a relation, the newest one first."""
    t, store = found.t, store_of(found)
    listed = await views.mine(store, grant, place)
    now = store.clock.clinical()
    rows: list[dict[str, Any]] = []
    for row, patient in listed.rows:
        about = [words.sex_at(t, patient, now), words.age(t, patient, now)]
        rows.append(
            {
                "href": f"/p/{row.id}",
                "name": words.name(t, patient.shown_name),
                "about": ", ".join(part for part in about if part),
                "born": t.fhir(patient.birth_date, brief=True),
                "basis": grounds.short(t, row.basis),
                "since": t.brief(row.since) if row.since > 0 else "",
                "dead": words.death(t, patient),
            }
        )
    return {"rows": rows, "more": f"/?etter={listed.more}" if listed.more else "", "later": bool(place)}


def _context(
    title: str,
    heading: str = "",
    *,
    parts: list[dict[str, Any]] | None = None,
    quiet: list[dict[str, Any]] | None = None,
    people: dict[str, Any] | None = None,
    ways: list[dict[str, Any]] | None = None,
    alone: bool = False,
    closed: bool = False,
) -> dict[str, Any]:
    return {
        "title": title,
        "heading": heading or title,
        "parts": parts or [],
        "quiet": quiet or [],
        "people": people,
        "ways": ways or [],
        "alone": alone,
        "closed": closed,
    }
