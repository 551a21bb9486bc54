"""The registration of the pages of single entries."""

from felles.care.entries import pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "entries",
    "felles.care.entries",
    (("GET", "/p/{id}/e/{type}/{eid}", pages.staff), ("GET", "/meg/e/{type}/{eid}", pages.citizen)),
)
