"""The registration of the overview."""

from felles.care.overview import staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "overview",
    "felles.care.overview",
    (("GET", "/p/{id}", staff.show),),
    tabs=(Tab("p", "", lambda t: t("Oversikt"), "House", 0),),
)
