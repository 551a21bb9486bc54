"""`/meg/meg`: how the record knows her, what matters to her, and what she decides about her record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import field
from msgspec.json import Decoder

from felles.care import shapes, words
from felles.care.doors.hubs import cards
from felles.care.family import present, views
from felles.care.overview.present import View
from felles.care.overview.views import Read
from felles.care.people import open_own, store_of
from felles.care.plan.page import part
from felles.care.plan.present import Told
from felles.record.kinds import Kind
from felles.ui.web import go, page, visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.family.views import Around
    from felles.ui.i18n import Language


class Address(shapes.Shape):
    """Where she lives or gets her post."""

    use: str | None = None
    line: list[str] = field(default_factory=list)
    postal_code: str | None = None
    city: str | None = None
    text: str | None = None


class Me(shapes.Shape):
    """Who she is, as she herself may want it corrected."""

    name: list[shapes.HumanName] = field(default_factory=list)
    birth_date: str | None = None
    gender: str | None = None
    address: list[Address] = field(default_factory=list)


_SHOWN: Final = 3
"""Addresses at most."""
_known: Final = Decoder(list[Read[Me]]).decode


async def show(request: Request) -> Response:
    """The page. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant, store, t = open_own(found), store_of(found), found.t
    read = await store.page(grant, views.WANTS, "me", grant.actor)
    rows = views.decoded(read)
    wanted = present.references(rows)
    view = View(t, "/meg", store.clock.clinical(), await store.names.of(wanted), citizen=True)
    told = Told(view, await store.names.phones(wanted), grant.kinds)
    known = _known(read.found[0])
    context = {
        "title": t("Meg"),
        "facts": facts(t, known[0].entry) if known else [],
        "wrong": f"/meg/e/{grant.actor}/feil",
        "known": boxes(told, rows),
        "cards": cards(found, "meg"),
    }
    return page(found, "home/me.html", context)


async def privacy(request: Request) -> Response:
    """`/meg/personvern`, where the ways of this page were before. Raises `SignInFirst`, `Forbidden`."""
    open_own(await visit(request))
    return go("/meg/meg#personvern")


def facts(t: Language, me: Me) -> list[dict[str, str]]:
    """Name, day of birth, gender and addresses, as they are recorded."""
    name = shapes.Patient(name=me.name).shown_name
    lines = [
        {"label": t("Navn"), "text": words.name(t, name)},
        {"label": t("Født"), "text": t.fhir(me.birth_date) or t("Ikke registrert")},
        {"label": t("Kjønn"), "text": words.sex(t, me.gender) or t("Ikke registrert")},
    ]
    kept = [each for each in me.address if each.use != "old"][:_SHOWN]
    lines += [{"label": t("Adresse"), "text": written(each)} for each in kept if written(each)]
    if not kept:
        lines.append({"label": t("Adresse"), "text": t("Ikke registrert")})
    return lines


def written(address: Address) -> str:
    """An address in a line."""
    place = " ".join(filter(None, (address.postal_code, address.city)))
    return ", ".join(filter(None, (*address.line, place))) or address.text or ""


def boxes(told: Told, rows: Around) -> list[dict[str, Any]]:
    """How she is reached, who is close to her, her doctor, her languages, and what matters to her."""
    t = told.view.t

    def box(
        name: str, icon: str, title: str, kind: Kind, items: Callable[[Told, Around], list[dict[str, Any]]], none: str
    ) -> dict[str, Any]:
        return {"id": name, "icon": icon, "title": title, "part": part(told, (kind,), lambda: items(told, rows), none)}

    return [
        box("telefon", "Phone", t("Slik nås du"), Kind.PERSON, present.reached_by,
            t("Telefon er ikke registrert.")),
        box("fastlege", "Stethoscope", t("Fastlege, kommune og team"), Kind.PERSON, present.who,
            t("Fastlege er ikke registrert.")),
        box("parorende", "PersonGroup", t("Pårørende, i den rekkefølgen de ringes"), Kind.PERSON, present.kin,
            t("Ingen pårørende er registrert.")),
        box("tolk", "Globe", t("Språk og tolk"), Kind.PERSON, present.speech,
            t("Språk og behov for tolk er ikke registrert.")),
        box("viktig", "HandShakeHeart", t("Viktig for meg, og slik bor og lever jeg"), Kind.SOCIAL, present.home,
            t("Hva som er viktig for deg, er ikke registrert.")),
    ]  # fmt: skip
