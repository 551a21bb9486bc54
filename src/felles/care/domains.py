"""The domains of the product. A new one is a folder of `felles.care` and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.routing import Route

from felles.access.personas import Cast
from felles.care.courses.domain import DOMAIN as COURSES
from felles.care.doors.domain import DOMAINS as DOORS
from felles.care.download.domain import DOMAIN as DOWNLOAD
from felles.care.download.printer import Press
from felles.care.entries.domain import DOMAIN as ENTRIES
from felles.care.family.domain import DOMAIN as FAMILY
from felles.care.faults.domain import DOMAIN as FAULTS
from felles.care.find.domain import DOMAIN as FIND
from felles.care.handovers.domain import DOMAIN as HANDOVERS
from felles.care.home.domain import DOMAIN as HOME
from felles.care.journal.domain import DOMAIN as JOURNAL
from felles.care.live.domain import DOMAIN as LIVE
from felles.care.medicines.domain import DOMAIN as MEDICINES
from felles.care.messages.domain import DOMAIN as MESSAGES
from felles.care.news.domain import DOMAIN as NEWS
from felles.care.operators.domain import DOMAIN as OPERATORS
from felles.care.overview.domain import DOMAIN as OVERVIEW
from felles.care.palette.domain import DOMAIN as PALETTE
from felles.care.plan.domain import DOMAIN as PLAN
from felles.care.printing.domain import DOMAIN as PRINTING
from felles.care.route.domain import DOMAIN as ROUTE
from felles.care.search.domain import DOMAIN as SEARCH
from felles.care.start.domain import DOMAIN as START
from felles.care.states.domain import DOMAIN as STATES
from felles.care.timebook.domain import DOMAIN as TIMEBOOK
from felles.care.tour.domain import DOMAIN as TOUR
from felles.care.vaccines.domain import DOMAIN as VACCINES
from felles.care.writing.domain import DOMAIN as WRITING
from felles.record.pulse import Pulse
from felles.ui import printing
from felles.ui.assets import assets
from felles.ui.problems import HANDLERS
from felles.ui.sections import Sections
from felles.ui.trace import HEADER, mark

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Message, Receive, Scope, Send

    from felles.access.doorkeeper import Doorkeeper
    from felles.record.store import Store

DOMAINS: Final = (
    OVERVIEW,
    HOME,
    COURSES,
    ENTRIES,
    START,
    TOUR,
    FIND,
    SEARCH,
    PRINTING,
    DOWNLOAD,
    PALETTE,
    HANDOVERS,
    JOURNAL,
    LIVE,
    FAULTS,
    MEDICINES,
    MESSAGES,
    NEWS,
    PLAN,
    FAMILY,
    VACCINES,
    ROUTE,
    TIMEBOOK,  # before the forms of writing: its way in the work panel lies among theirs
    WRITING,
    *DOORS,
    OPERATORS,
    STATES,
)


CARDS: Final = tuple(card for domain in DOMAINS for card in domain.cards)
"""The ways on the hubs."""
TABS: Final = tuple(sorted((tab for domain in DOMAINS for tab in domain.tabs), key=lambda tab: tab.place))
"""The views of an open record, in their order."""
WRITES: Final = tuple(each for domain in DOMAINS for each in domain.writes)
"""What staff can write in an open record."""
ACTS: Final = {act: words for domain in DOMAINS for act, words in domain.acts.items()} | printing.acts(TABS)
"""What a citizen reads in her log for the acts of the domains."""


class Pages(Starlette):
    """All pages. Each request gets an id, and its answer carries it, whoever makes the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        header = (HEADER, mark(scope))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await super().__call__(scope, receive, sent)


async def _static(request: Request) -> Response:
    return assets().respond(request)


def pages(store: Store, doorkeeper: Doorkeeper) -> Pages:
    """All pages as one application over a store and its doorkeeper."""
    routes = [route for domain in DOMAINS for route in domain.routes()]
    routes.append(Route("/static/{name}", _static))
    handlers: dict[Any, Any] = HANDLERS
    app = Pages(routes=[Sections(routes)], exception_handlers=handlers)
    app.state.store = store
    app.state.doorkeeper = doorkeeper
    app.state.cast = Cast(store)
    app.state.patterns = frozenset(route.path for route in routes)
    app.state.cards = CARDS
    app.state.tabs = TABS
    app.state.writes = WRITES
    app.state.acts = ACTS
    app.state.ending = lambda: False
    app.state.press = Press()
    app.state.pulse = Pulse()
    app.state.tasks = set()
    return app
