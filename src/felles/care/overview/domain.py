"""The registration of the overview."""

from felles.care.overview import citizen, staff
from felles.ui.domain import Domain

DOMAIN = Domain(
    "overview",
    "felles.care.overview",
    (("GET", "/p/{id}", staff.show), ("GET", "/meg", citizen.show)),
)
