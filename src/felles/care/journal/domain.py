"""The registration of the journal."""

from felles.care.journal import acting, citizen, staff
from felles.ui.domain import Domain, Tab

_PLACE = 10

DOMAIN = Domain(
    "journal",
    "felles.care.journal",
    (
        ("GET", "/p/{id}/journal", staff.show),
        ("GET", "/p/{id}/journal/{type}/{eid}", staff.entry),
        ("GET", "/meg/journal", citizen.show),
        ("GET", "/meg/journal/{type}/{eid}", citizen.entry),
        ("GET", "/for/{id}/journal", acting.show),
        ("GET", "/for/{id}/journal/{type}/{eid}", acting.entry),
    ),
    tabs=(
        Tab("p", "/journal", lambda t: t("Journal"), "FileText", _PLACE),
        Tab("meg", "/journal", lambda t: t("Journal"), "FileText", _PLACE),
        Tab("for", "/journal", lambda t: t("Journal"), "FileText", _PLACE),
    ),
    acts={"page:journal": lambda t: t("Leste besøk, notater og dokumenter")},
)
