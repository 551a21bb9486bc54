"""The registration of the first page of citizens."""

from felles.care.home import me, pages
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "home",
    "felles.care.home",
    (
        ("GET", "/meg", pages.own),
        ("GET", "/for/{id}", pages.acting),
        ("GET", "/meg/meg", me.show),
        ("GET", "/meg/personvern", me.privacy),
    ),
    tabs=(
        Tab("meg", "", lambda t: t("Hjem"), "House", 0),
        Tab("for", "", lambda t: t("Oversikt"), "House", 0),
        Tab("meg", "/meg", lambda t: t("Meg"), "Person", 95),
    ),
    acts={"page:me": lambda t: t("Så hvordan journalen kjenner deg")},
)
