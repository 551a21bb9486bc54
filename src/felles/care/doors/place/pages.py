"""`/p/{id}/adresse`: where somebody with protected address is, for who must go there or write there.

A permission of its own (`place`), a reason each time, and a line of its own in her log. The answer to the form shows
the address itself, so that nothing of it stands in an address line or is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import field
from msgspec.json import Decoder

from felles import access
from felles.care.doors.strip import strip
from felles.care.people import open_person, staff_only, store_of
from felles.care.shapes import Shape
from felles.record.codes import PROTECTED_ADDRESS
from felles.record.errors import Forbidden
from felles.record.read_person import Want
from felles.ui.web import form_of, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.i18n import Language
    from felles.ui.web import Visit

SHORTEST: Final = 10
"""Letters that a reason has at least; the same as for an emergency."""
LONGEST: Final = 300
FIELDS: Final = {"grunn": "text"}
WANTS: Final = (Want("Patient", 1),)


class _Extension(Shape):
    url: str = ""
    value_code: str | None = None


class _Address(Shape):
    use: str | None = None
    text: str | None = None
    line: list[str | None] = field(default_factory=list)
    postal_code: str | None = None
    city: str | None = None


class _Point(Shape):
    system: str | None = None
    value: str | None = None
    use: str | None = None


class _Patient(Shape):
    extension: list[_Extension] = field(default_factory=list)
    address: list[_Address] = field(default_factory=list)
    telecom: list[_Point] = field(default_factory=list)


_patient: Final = Decoder(_Patient).decode


async def ask(request: Request) -> Response:
    """The form that asks why. Raises `SignInFirst`, `Forbidden` (without the permission), `Absent`, `Busy`."""
    found = await visit(request)
    return page(found, "place/address.html", await _context(found))


async def show(request: Request) -> Response:
    """The address, read under a Grant that shows it and logged as such; 422 when the reason is too short."""
    found = await visit(request)
    context = await _context(found)
    reason = " ".join((await form_of(found)).get("grunn", "").split())[:LONGEST]
    context["reason"] = reason
    if len(reason) < SHORTEST:
        context["wrong"] = found.t("Skriv hvorfor du må vite adressen, med minst ti tegn.")
        return page(found, "place/address.html", context, 422)
    patient_id: str = found.request.path_params["id"]
    plain = await open_person(found, patient_id)
    grant = access.place(found.signed_in, plain.keys, reason)
    read = await store_of(found).page(grant, WANTS, "place", f"Patient/{patient_id}")
    patients = [_patient(row.body) for row in read.rows[0]]
    context["shown"] = [shown for patient in patients for shown in _places(found.t, patient)]
    context["asked"] = True
    return page(found, "place/address.html", context)


async def _context(found: Visit) -> dict[str, Any]:
    staff_only(found)
    if not found.signed_in.may("place"):
        raise Forbidden("this needs a permission of its own")
    patient_id: str = found.request.path_params["id"]
    grant = await open_person(found, patient_id)
    context, read = await strip(found, grant, patient_id, "place-asked")
    patients = [_patient(row.body) for row in read.rows[0]]
    context["title"] = found.t("Fortrolig adresse")
    context["level"] = next((level for patient in patients if (level := _level(found.t, patient))), "")
    context |= {"wrong": "", "reason": "", "shown": [], "asked": False, "action": f"/p/{patient_id}/adresse"}
    return context


def _level(t: Language, patient: _Patient) -> str:
    code = next((e.value_code for e in patient.extension if e.url == PROTECTED_ADDRESS), None)
    return {"strict": t("Strengt fortrolig adresse"), "confidential": t("Fortrolig adresse")}.get(code or "", "")


def _places(t: Language, patient: _Patient) -> list[dict[str, Any]]:
    """Addresses and telephones, each with its use in words."""
    uses = {
        "home": t("Bosted"),
        "temp": t("Midlertidig"),
        "work": t("Arbeid"),
        "billing": t("Postadresse"),
        "old": t("Tidligere"),
    }
    shown: list[dict[str, Any]] = []
    for address in patient.address:
        place = " ".join(filter(None, (address.postal_code, address.city)))
        lines = [line for line in (*address.line, place) if line] or [address.text or ""]
        shown.append({"use": uses.get(address.use or "", t("Adresse")), "lines": lines})
    points = {"phone": t("Telefon"), "email": t("E-post"), "sms": t("Telefon")}
    shown += [
        {"use": points[point.system], "lines": [point.value]}
        for point in patient.telecom
        if point.value and point.system in points
    ]
    return shown
