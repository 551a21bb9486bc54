"""The registration of the page of those around the person."""

from felles.care.family import staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "family",
    "felles.care.family",
    (("GET", "/p/{id}/familie", staff.show),),
    tabs=(Tab("p", "/familie", lambda t: t("Familie og kontakter"), "PersonGroup", 50),),
    acts={"page:family": lambda t: t("Så hvem som er pårørende, og hvordan du bor")},
)
