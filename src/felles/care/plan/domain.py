"""The registration of the pages of what is planned."""

from felles.care.plan import acting, citizen, staff
from felles.ui.domain import Domain, Tab

DOMAIN = Domain(
    "plan",
    "felles.care.plan",
    (
        ("GET", "/p/{id}/plan", staff.show),
        ("GET", "/meg/plan", citizen.plan),
        ("GET", "/meg/timer", citizen.visits),
        ("GET", "/for/{id}/plan", acting.plan),
        ("GET", "/for/{id}/timer", acting.visits),
    ),
    tabs=(
        Tab("p", "/plan", lambda t: t("Plan"), "Tasklist", 40),
        Tab("meg", "/plan", lambda t: t("Plan"), "Tasklist", 40),
        Tab("for", "/plan", lambda t: t("Plan"), "Tasklist", 40),
        Tab("meg", "/timer", lambda t: t("Timer"), "Calendar", 45),
        Tab("for", "/timer", lambda t: t("Timer"), "Calendar", 45),
    ),
    acts={
        "page:plan": lambda t: t("Så planen: hva som er avtalt, og hvem som gjør det"),
        "page:visits": lambda t: t("Så timene dine"),
    },
)
