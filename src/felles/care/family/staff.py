"""`/p/{id}/familie`: who is around a patient, who may be told what, and how she manages at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.doors.strip import shown
from felles.care.family import present, views
from felles.care.overview.present import View
from felles.care.people import open_person, staff_only, store_of
from felles.care.plan.page import part
from felles.care.plan.present import Told
from felles.record.kinds import Kind
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.family.views import Around


async def show(request: Request) -> Response:
    """Those around one patient. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    base = f"/p/{patient_id}"
    grant = await open_person(found, patient_id)
    store = store_of(found)
    read = await views.family(store, grant, patient_id)
    rows = views.decoded(read)
    wanted = present.references(rows)
    view = View(found.t, base, store.clock.clinical(), await store.names.of(wanted))
    told = Told(view, await store.names.phones(wanted), grant.kinds)
    context = shown(found, patient_id, read) | {
        "title": found.t("Familie og kontakter"),
        "columns": columns(told, rows),
        "acting": f"{base}/fullmakter" if found.signed_in.may("hold") else "",
    }
    return page(found, "family/staff.html", context)


def columns(told: Told, rows: Around) -> list[list[dict[str, Any]]]:
    """The boxes, by column: kin, home, and those who treat."""
    t = told.view.t

    def box(name: str, icon: str, title: str, kinds: tuple[Kind, ...], items: Any, none: str) -> dict[str, Any]:
        return {"id": name, "icon": icon, "title": title, "part": part(told, kinds, lambda: items(told, rows), none)}

    return [
        [
            box("parorende", "PersonGroup", t("Pårørende, i den rekkefølgen de ringes"), (Kind.PERSON,), present.kin,
                t("Ingen pårørende er registrert.")),
            box("handler", "HandShakeHeart", t("Hvem handler for pasienten"), (Kind.MANDATE,), present.acting,
                t("Ingen handler for pasienten.")),
        ],
        [
            box("hjemme", "House", t("Slik bor og lever pasienten"), (Kind.SOCIAL,), present.home,
                t("Bosituasjonen er ikke registrert.")),
            box("hjelp", "HouseHeart", t("Hjelp hjemme"), (Kind.ENCOUNTER,), present.helped,
                t("Ingen kommunale tjenester er registrert.")),
            box("sykdom", "Person", t("Sykdom i familien"), (Kind.FAMILY,), present.illnesses,
                t("Sykdom i familien er ikke registrert.")),
        ],
        [
            box("fastlege", "Stethoscope", t("Fastlege, kommune og team"), (Kind.PERSON,), present.who,
                t("Fastlege er ikke registrert.")),
            box("sprak", "Globe", t("Språk og tolk"), (Kind.PERSON,), present.speech,
                t("Språk og behov for tolk er ikke registrert.")),
            box("telefon", "Phone", t("Slik nås pasienten"), (Kind.PERSON,), present.reached_by,
                t("Telefon er ikke registrert.")),
        ],
    ]  # fmt: skip
