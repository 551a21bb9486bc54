"""The registration of the first page of citizens."""

from felles.care.home import pages
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "home",
    "felles.care.home",
    (("GET", "/meg", pages.own), ("GET", "/for/{id}", pages.acting)),
    tabs=(
        Tab("meg", "", lambda t: t("Hjem"), "House", 0),
        Tab("for", "", lambda t: t("Oversikt"), "House", 0),
    ),
)
