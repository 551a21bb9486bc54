"""The registration of the pages about who may see and who has seen: a room for each matter, and the hubs."""

from __future__ import annotations

from typing import Final

from felles.care.doors import hubs, pages
from felles.care.doors.admin.domain import DOMAIN as ADMIN
from felles.care.doors.blocks.domain import DOMAIN as BLOCKS
from felles.care.doors.cases.domain import DOMAIN as CASES
from felles.care.doors.explain.domain import DOMAIN as EXPLAIN
from felles.care.doors.guardians.domain import DOMAIN as GUARDIANS
from felles.care.doors.join.domain import DOMAIN as JOIN
from felles.care.doors.moving.domain import DOMAIN as MOVING
from felles.care.doors.openings.domain import DOMAIN as OPENINGS
from felles.care.doors.place.domain import DOMAIN as PLACE
from felles.care.doors.proxies.domain import DOMAIN as PROXIES
from felles.care.doors.requests.domain import DOMAIN as REQUESTS
from felles.care.doors.results.domain import DOMAIN as RESULTS
from felles.ui.domain import Card, Domain

DOMAIN: Final = Domain(
    "doors",
    "felles.care.doors",
    (
        ("GET", "/meg/innsyn", pages.show),
        ("GET", "/admin", hubs.administration),
    ),
    cards=(
        Card(
            "meg",
            "/meg/innsyn",
            lambda t: t("Hvem har sett journalen din"),
            lambda t: t("Alle som har åpnet, lest eller skrevet i journalen din, og hvorfor."),
            "Eye",
        ),
    ),
    acts={"page:access": lambda t: t("Så hvorfor journalen er åpen for dem")},
)

DOMAINS: Final = (
    DOMAIN, EXPLAIN, BLOCKS, OPENINGS, CASES, PROXIES, GUARDIANS, REQUESTS, RESULTS, PLACE, ADMIN, JOIN, MOVING,
)  # fmt: skip
"""The rooms in the order of their cards on the hubs."""
