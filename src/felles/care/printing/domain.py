"""The registration of printing."""

from felles.care.printing import pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "printing",
    "felles.care.printing",
    (
        ("POST", "/p/{id}/utskrift", pages.staff),
        ("POST", "/meg/utskrift", pages.citizen),
        ("POST", "/for/{id}/utskrift", pages.acting),
    ),
)
