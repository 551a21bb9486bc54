"""The registration of the streams that tell of news."""

from felles.care.live import pages
from felles.ui.domain import Domain

DOMAIN = Domain(
    "live",
    "felles.care.live",
    (
        ("GET", "/p/{id}/live", pages.staff),
        ("GET", "/meg/live", pages.citizen),
        ("GET", "/for/{id}/live", pages.acting),
    ),
    acts={"page:live": lambda t: t("Fikk vite at noe var nytt, mens journalen var åpen")},
)
