"""The registration of the pages of medicines."""

from felles.care.medicines import citizen, staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "medicines",
    "felles.care.medicines",
    (
        ("GET", "/p/{id}/legemidler", staff.show),
        ("GET", "/meg/medisiner", citizen.own),
        ("GET", "/for/{id}/medisiner", citizen.other),
    ),
    tabs=(
        Tab("p", "/legemidler", lambda t: t("Legemidler"), "MedicineBottle", 30),
        Tab("meg", "/medisiner", lambda t: t("Medisiner"), "MedicineBottle", 30),
        Tab("for", "/medisiner", lambda t: t("Medisiner"), "MedicineBottle", 30),
    ),
    acts={"page:medicines": lambda t: t("Så medisinlisten")},
)
