"""The registration of the page of news."""

from felles.care.news import staff
from felles.ui.domain import Domain

DOMAIN = Domain(
    "news",
    "felles.care.news",
    (("GET", "/p/{id}/siden", staff.show),),
    acts={"page:news": lambda t: t("Så hva som er nytt i journalen siden sist")},
)
