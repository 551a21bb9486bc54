"""The registration of the pages of medicines."""

from felles.care.medicines import staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "medicines",
    "felles.care.medicines",
    (("GET", "/p/{id}/legemidler", staff.show),),
    tabs=(Tab("p", "/legemidler", lambda t: t("Legemidler"), "MedicineBottle", 30),),
    acts={"page:medicines": lambda t: t("Så medisinlisten")},
)
