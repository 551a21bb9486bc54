"""The registration of the palette: parts of a page, by POST alone."""

from felles.care.palette import pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "palette",
    "felles.care.palette",
    (
        ("POST", "/palett", pages.ways),
        ("POST", "/p/{id}/palett", pages.staff_words),
        ("POST", "/meg/palett", pages.citizen_words),
    ),
)
