"""The registration of the page of news."""

from felles.care.news import staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "news",
    "felles.care.news",
    (("GET", "/p/{id}/siden", staff.show),),
    tabs=(Tab("p", "/siden", lambda t: t("Nytt"), "Bell", 5),),
    acts={"page:news": lambda t: t("Så hva som er nytt i journalen siden sist")},
)
