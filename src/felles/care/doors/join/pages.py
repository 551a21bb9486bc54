"""`/admin/koblinger`: Patients of one person, joined and parted by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access
from felles.care import shapes, words
from felles.care.entries import labels
from felles.care.people import store_of
from felles.record import join
from felles.record.errors import Absent, Busy, Conflict, Forbidden, Gone, RecordError, Unprocessable
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.join import Face, Written
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

FIELDS: Final = ("leder", "annen")
"""The two Patients: the one that leads, and the one that is joined to it."""
_face = msgspec.json.Decoder(shapes.Patient).decode


async def show(request: Request) -> Response:
    """Who is joined now, and the form to join two. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    return await _show(await visit(request))


async def act(request: Request) -> Response:
    """`POST /admin/koblinger`: `slag` is se (show both), koble or los; `leder`, `annen` ids or national numbers.

    Raises `Forbidden`; answers 422 with the page when it cannot be done.
    """
    found = await visit(request)
    grant = access.join(found.signed_in)
    form = await form_of(found)
    said = {name: form.get(name, "").strip() for name in FIELDS}
    store, what = store_of(found), form.get("slag", "")
    try:
        if what == "koble":
            await join.join(store, grant, said["leder"], said["annen"])
            return go("/admin/koblinger")
        if what == "los":
            written = await join.unjoin(store, grant, said["annen"])
            return await _parted(found, written) if written else go("/admin/koblinger")
        both = await join.faces(store, grant, list(said.values()))
    except (Forbidden, Busy):
        raise
    except RecordError as error:
        return await _show(found, said, wrong=_wrong(found.t, error, what))
    if None in both:
        return await _show(found, said, wrong=_wrong(found.t, Absent(""), what))
    return await _show(found, said, both=[each for each in both if each])


async def _parted(found: Visit, written: list[Written]) -> Response:
    """What was written while they were one, and with which of them each entry stays: for somebody to sort."""
    t, store = found.t, store_of(found)
    names = await store.names.of({each.org for each in written})
    context = {"title": t("Koblingen er løst"), "patients": sorted_out(t, written, names)}
    return page(found, "join/parted.html", context)


def sorted_out(t: Language, written: Sequence[Written], names: Mapping[str | int, str]) -> list[dict[str, Any]]:
    """The entries by the Patient they stay with, the oldest first: what, where and when, and no more. Pure."""
    kinds, found = labels.types(t), dict[str, list[dict[str, str]]]()
    for each in written:
        type_name = each.reference.partition("/")[0]
        what = kinds.get(type_name) or labels.plain(type_name).capitalize()
        place = names.get(each.org) or t("virksomhet ikke registrert")
        line = {"what": what, "reference": each.reference, "place": place, "when": t.moment(each.updated)}
        found.setdefault(each.patient, []).append(line)
    return [{"id": patient, "entries": lines} for patient, lines in found.items()]


async def _show(
    found: Visit, said: dict[str, str] | None = None, *, both: list[Face] | None = None, wrong: str = ""
) -> Response:
    t, store = found.t, store_of(found)
    listed = await join.joinings(store, access.join(found.signed_in))
    names = await store.names.of({each.by for each in listed})
    context: dict[str, Any] = {
        "title": t("Koble pasienter"),
        "form": said or dict.fromkeys(FIELDS, ""),
        "errors": [{"field": "leder", "text": wrong}] if wrong else [],
        "both": [_person(t, face) for face in both or []],
        "rows": [
            {
                "lead": _person(t, each.lead),
                "other": _person(t, each.other),
                "since": t.day(each.since),
                "by": names.get(each.by, ""),
            }
            for each in listed
        ],
    }
    return page(found, "join/joinings.html", context, 422 if wrong else 200)


def _person(t: Language, face: Face) -> dict[str, str]:
    patient = _face(face.body)
    return {"id": face.id, "name": words.name(t, patient.shown_name), "born": t.fhir(patient.birth_date)}


def _wrong(t: Language, error: RecordError, what: str) -> str:
    if what == "los" and isinstance(error, Conflict):
        return t("Den er ikke koblet til noen.")
    said: dict[type[RecordError], str] = {
        Absent: t("Minst én av pasientene finnes ikke her. Skriv fødselsnummer eller pasient-ID."),
        Gone: t("Minst én av pasientene er slettet."),
        Conflict: t("Minst én av dem er koblet allerede. Løs den koblingen først, eller koble til den som leder."),
        Unprocessable: t("De kan ikke kobles: samme pasient to ganger, eller bare den ene har fortrolig adresse."),
    }
    return said.get(type(error), error.diagnostics)
