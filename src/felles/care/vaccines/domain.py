"""The registration of the pages of vaccinations."""

from felles.care.vaccines import pages
from felles.ui.domain import Area, Domain, Tab

_AREAS: tuple[Area, ...] = ("p", "meg", "for")
DOMAIN = Domain(
    "vaccines",
    "felles.care.vaccines",
    (
        ("GET", "/p/{id}/vaksiner", pages.staff),
        ("GET", "/meg/vaksiner", pages.own),
        ("GET", "/for/{id}/vaksiner", pages.other),
    ),
    tabs=tuple(Tab(area, "/vaksiner", lambda t: t("Vaksiner"), "Shield", 35) for area in _AREAS),
    acts={"page:vaccines": lambda t: t("Så vaksinene")},
)
