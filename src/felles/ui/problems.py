"""Pages for what went wrong. Each kind looks different and says what to do; none says more than its reader may know."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from minijinja import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from felles.access import Sort
from felles.access.errors import TooYoung
from felles.record.errors import Absent, BadQuery, Busy, Expired, Forbidden, Gone, RecordError, TooCostly
from felles.ui import pieces
from felles.ui.trace import request_id, route_of
from felles.ui.web import SignInFirst, go, kept_head, page, unknown, visit

if TYPE_CHECKING:
    from starlette.requests import Request

    from felles.ui.i18n import Language
    from felles.ui.web import Visit

_log = structlog.get_logger("felles.ui")


@dataclass(slots=True)
class Problem:
    """A page-filling message. `ways` are buttons (`href`, `text`), the first being what most will want."""

    state: str
    sign: str
    color: str
    title: str
    text: str
    steps: list[str] = field(default_factory=list)
    ways: list[dict[str, str]] = field(default_factory=list)
    reference: str = ""


def absent(t: Language) -> Problem:
    """Not here, or not for this reader: both are told in the same words."""
    return Problem(
        "absent",
        "MagnifyingGlass",
        "neutral",
        t("Vi fant ingen side her for deg"),
        t(
            "Enten finnes den ikke, eller så har du ikke et grunnlag for å se den. Felles sier ikke "
            "hvilket, for at ingen skal kunne finne ut hvem som har en journal."
        ),
        [
            t("Har du fulgt en lenke? Den kan være gammel eller skrevet feil."),
            t(
                "Skal du behandle personen? Du får tilgang når det er registrert en kontakt, henvisning "
                "eller time hos dere."
            ),
        ],
        [{"href": "/", "text": t("Til startsiden")}, {"href": "/finn", "text": t("Finn person")}],
    )


def gone(t: Language) -> Problem:
    """Deleted, and the reader could see it."""
    return Problem(
        "gone",
        "ClockDashed",
        "neutral",
        t("Denne oppføringen er slettet"),
        t(
            "Den har stått i journalen, og noen har slettet den. Tidligere versjoner kan leses av dem "
            "som har lov til det."
        ),
        ways=[{"href": "/", "text": t("Til startsiden")}],
    )


def refused(t: Language) -> Problem:
    """The role lacks what the page needs."""
    return Problem(
        "refused",
        "PadlockLocked",
        "warning",
        t("Du har ikke tilgang til denne siden"),
        t("Rollen du er logget inn med, gir ikke lov til dette."),
        [
            t("Har du flere roller, logg ut og velg en annen."),
            t("Mener du at rollen din skulle gi tilgang, snakk med lederen din."),
        ],
        [{"href": "/", "text": t("Til startsiden")}],
    )


def young(t: Language) -> Problem:
    """A child, where children have no sign-in of their own."""
    return Problem(
        "refused",
        "PadlockLocked",
        "info",
        t("Barn logger ikke inn selv her"),
        t(
            "Den som er for ung til å logge inn, får vite det hun trenger av helsepersonellet sitt. Foreldre ser "
            "journalen til barnet er 12 år."
        ),
        ways=[{"href": "/", "text": t("Til startsiden")}],
    )


def narrow(t: Language) -> Problem:
    """Would read more than the budget allows."""
    return Problem(
        "narrow",
        "MagnifyingGlass",
        "info",
        t("Søket er for vidt"),
        t("Det ville lest mer enn det er lov til å lese på én gang. Skriv mer av navnet, eller legg til fødselsdato."),
        ways=[{"href": "/finn", "text": t("Søk på nytt")}],
    )


def expired(t: Language) -> Problem:
    """A paging link that is no longer kept."""
    return Problem(
        "expired",
        "ClockDashed",
        "info",
        t("Denne listen er for gammel"),
        t("Sider i en liste holder i en time. Hent listen på nytt."),
        ways=[{"href": "/", "text": t("Hent listen på nytt")}],
    )


def mistaken(t: Language) -> Problem:
    """A request that is not understood."""
    return Problem(
        "mistaken",
        "InformationSquare",
        "info",
        t("Adressen eller skjemaet ble ikke forstått"),
        t("Noe i det som ble sendt, er ikke slik Felles venter det. Ingenting er lagret."),
        ways=[{"href": "/", "text": t("Til startsiden")}],
    )


def busy(t: Language, reference: str = "", again: str = "/") -> Problem:
    """The database is away or too slow. `again`: where the reader was."""
    return Problem(
        "unreachable",
        "LinkBroken",
        "warning",
        t("Felles får ikke kontakt med journalen akkurat nå"),
        t("Ingenting er lagret eller vist. Dette går ofte over i løpet av et minutt."),
        [
            t("Vent litt og last siden på nytt."),
            t("Haster det? Bruk nødrutinene der du arbeider."),
            t("Er det fare for liv, ring 113."),
        ],
        [{"href": again, "text": t("Prøv igjen")}],
        reference,
    )


def broken(t: Language, reference: str, again: str = "/") -> Problem:
    """A fault of ours. `again`: where the reader was."""
    return Problem(
        "broken",
        "XMarkOctagon",
        "danger",
        t("Noe gikk galt hos oss"),
        t("Feilen er ført i driftsloggen, uten noe fra journalen."),
        [t("Skjer det igjen, meld fra og oppgi referansen under.")],
        [{"href": again, "text": t("Prøv igjen")}, {"href": "/", "text": t("Til startsiden")}],
        reference,
    )


_BY_ERROR = (
    (TooYoung, young),
    (Gone, gone),
    (Absent, absent),
    (Expired, expired),
    (Forbidden, refused),
    (TooCostly, narrow),
    (BadQuery, mistaken),
)


async def _visitor(request: Request) -> Visit:
    """Who visits; where the database that knows it is away, somebody in the language of her browser."""
    try:
        return await visit(request)
    except Busy:
        return unknown(request)


async def _answer(request: Request, problem: Any, status: int) -> Response:
    found = await _visitor(request)
    told: Problem = problem(found.t)
    if told.state == "absent":
        told.ways += _ways_in(found, request.url.path)
    head = kept_head(found) if told.state == "broken" else Markup()
    parts = {each.name: getattr(told, each.name) for each in fields(told)}
    context: dict[str, Any] = {"problem": parts, "title": told.title, "head": head}
    if head:  # a fault in a record that is open: who it is and what is critical stands, and its other views
        context |= {"strip": True, "live": "", "printing": None}
    return page(found, "ui/problem.html", context, status, framed=bool(head))


def again(request: Request) -> str:
    """Where the reader was: the page she asked for, or that on which the form stood which she sent; else the start."""
    if request.method == "GET":
        query = request.url.query
        return f"{request.url.path}?{query}" if query else request.url.path
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host") or not came.path.startswith("/") or came.path.startswith("//"):
        return "/"
    return f"{came.path}?{came.query}" if came.query else came.path


def _ways_in(found: Visit, path: str) -> list[dict[str, str]]:
    """Where whoever may states a need, and why it is not open: of a record that is closed or not here, the same."""
    part, actor = path.split("/"), found.actor
    if actor is None or len(part) < 3 or part[1] not in ("p", "for") or not part[2]:  # /p/{id}
        return []
    staff = actor.sort is not Sort.CITIZEN
    ways: list[dict[str, str]] = []
    if part[1] == "p" and actor.may("need") and "apne" not in part:
        ways.append({"href": f"/p/{part[2]}/apne", "text": found.t("Oppgi tjenstlig behov")})
    if staff == (part[1] == "p"):
        ways.append({"href": f"/{part[1]}/{part[2]}/tilgang", "text": found.t("Hvorfor ser jeg den ikke?")})
    return ways


async def record_error(request: Request, error: Exception) -> Response:
    """A `RecordError` as a page with its status."""
    status = error.status if isinstance(error, RecordError) else 500
    if isinstance(error, Busy):
        return await _answer(request, lambda t: busy(t, request_id(request), again(request)), status)
    for kind, problem in _BY_ERROR:
        if isinstance(error, kind):
            return await _answer(request, problem, status)
    return await _answer(request, mistaken, status)


async def http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (404, 405) as pages."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _answer(request, {403: refused, 404: absent}.get(status, mistaken), status)


async def sign_in_first(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """To the front page; signing in leads on to where the visitor wanted to go."""
    path = request.url.path
    return go("/" if path == "/" or request.method != "GET" else f"/?videre={path}")


async def server_error(request: Request, error: Exception) -> Response:
    """A fault of ours: a reference to find it by in the operations log, and nothing else."""
    reference = request_id(request)
    _log.error("page failed", request=reference, route=route_of(request), error=type(error).__name__, exc_info=error)
    pieces.count(request, "", error)
    return await _answer(request, lambda t: broken(t, reference, again(request)), 500)


HANDLERS: dict[Any, Any] = {
    RecordError: record_error,
    HTTPException: http_error,
    SignInFirst: sign_in_first,
    Exception: server_error,
}
"""For Starlette's `exception_handlers`."""
