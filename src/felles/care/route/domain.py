"""The registration of the day's route."""

from felles.care.route import live, staff
from felles.ui.domain import Domain

DOMAIN = Domain(
    "route",
    "felles.care.route",
    (
        ("GET", "/rute", staff.show),
        ("GET", "/rute/live", live.follow),
        ("POST", "/rute/{aid}/utfort", staff.done),
        ("POST", "/rute/{aid}/angre", staff.undo),
    ),
    acts={
        "page:route": lambda t: t("Så deg på ruten for dagens hjemmebesøk"),
        "page:route-live": lambda t: t("Fikk vite at hjemmebesøket ditt var endret, mens ruten var åpen"),
    },
)
