"""`/tilstander`: the components of each state, with words made up for them. Nothing of any record."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from felles.record.errors import Absent
from felles.ui import pieces, problems
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.i18n import Language

REFERENCE: Final = "bcdfghjklm"
"""As the id of a request."""


async def show(request: Request) -> Response:
    """The page. Raises `Absent` outside demo mode."""
    found = await visit(request)
    if not found.demo:
        raise Absent("there is no such page")
    t = found.t
    context: dict[str, Any] = {
        "title": t("Alle tilstander"),
        "parts": parts(t),
        "critical": critical(t),
        "problems": [asdict(problem) for problem in whole(t)],
        "errors": [{"field": "nummer", "text": t("Skriv fødselsnummeret med 11 siffer.")}],
        "person": {"name": "Kari Nes", "sex": t("kvinne"), "age": "72", "born": "", "dead": "", "facts": []},
    }
    return page(found, "states/all.html", context)


def parts(t: Language) -> list[dict[str, str]]:
    """The states of a part: what it is called, and what it says."""
    told = (
        (t("Ikke registrert"), "unrecorded", t("Ikke registrert. Det betyr ikke at det ikke finnes noe.")),
        (t("Spurt, og det er ingen"), "none", t("Ingen kjente allergier")),
        (t("Rollen når det ikke"), "refused", t("Rollen din gir ikke tilgang til dette.")),
        (t("Sperret"), "blocked", t("Noe er sperret.")),
        (t("En kilde svarer ikke"), "unreachable", t("Dette kunne ikke hentes nå.")),
        (t("En feil hos oss"), pieces.BROKEN, pieces.broken(t, REFERENCE)["text"]),
    )
    return [{"title": title, "state": state, "text": text} for title, state, text in told]


def critical(t: Language) -> list[dict[str, Any]]:
    """Critical information in each of its states."""

    def fails() -> dict[str, Any]:
        return pieces.broken(t, REFERENCE, pieces.without_critical(t, citizen=False))

    grave = {"text": t("Penicilliner"), "href": "", "grave": True}
    flag = {"text": t("Fare for fall"), "href": "", "grave": False}
    return [
        {"state": "some", "items": [grave, flag]},
        {"state": "none", "text": t("Ingen kjente allergier")},
        {"state": "unrecorded", "text": t("Ikke registrert. Det betyr ikke at det ikke finnes noe.")},
        {"state": "refused", "text": t("Rollen din gir ikke tilgang til dette.")},
        fails(),
    ]


def whole(t: Language) -> list[problems.Problem]:
    """What fills a page."""
    return [
        problems.absent(t),
        problems.gone(t),
        problems.refused(t),
        problems.young(t),
        problems.narrow(t),
        problems.expired(t),
        problems.mistaken(t),
        problems.busy(t, REFERENCE),
        problems.broken(t, REFERENCE),
    ]
