"""The registration of the overview."""

from felles.care.overview import citizen, staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "overview",
    "felles.care.overview",
    (("GET", "/p/{id}", staff.show), ("GET", "/meg", citizen.show)),
    tabs=(
        Tab("p", "", lambda t: t("Oversikt"), "House", 0),
        Tab("meg", "", lambda t: t("Hjem"), "House", 0),
        Tab("for", "", lambda t: t("Oversikt"), "House", 0),
    ),
)
