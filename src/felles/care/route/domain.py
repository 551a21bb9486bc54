"""The registration of the day's route."""

from felles.care.route import staff
from felles.ui.domain import Domain

DOMAIN = Domain(
    "route",
    "felles.care.route",
    (
        ("GET", "/rute", staff.show),
        ("POST", "/rute/{aid}/utfort", staff.done),
        ("POST", "/rute/{aid}/angre", staff.undo),
    ),
    acts={"page:route": lambda t: t("Så deg på ruten for dagens hjemmebesøk")},
)
