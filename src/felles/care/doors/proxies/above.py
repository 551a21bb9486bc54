"""The banner of who acts for another, which stands on every page of that record, also on one that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.proxies import present
from felles.ui.web import head

if TYPE_CHECKING:
    from felles.care.overview.present import View
    from felles.care.shapes import Patient
    from felles.ui.web import Visit


def banner(found: Visit, view: View, patient: Patient, basis: str) -> dict[str, str]:
    """As `present.banner`; kept for the page that says that the rest could not be made."""
    made = present.banner(view, patient, basis)
    head(found, "proxies/head.html", {"banner": made})
    return made
