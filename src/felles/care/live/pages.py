"""`/p/{id}/live`, `/meg/live`, `/for/{id}/live`: server-sent events: that something is new, and nothing of what it is.

    her   the first look: its id is what the reader saw, to go on from (`sist`)
    ny    she would see something else now; the page that hears it fetches itself, and is logged
    slutt the session has ended, or the record is no longer open to her

A page says when it was asked for (`lest`): what was written while it was on its way is news at the first look. Each
stream looks on a beat that all share: those of one worker go to the database together. Why a beat and no signal
of commits: docs/decisions/0007-live-signal.md. Whoever does not ask for events gets the first look and no more.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from starlette.responses import Response, StreamingResponse

from felles.care.people import open_for, open_own, open_person, staff_only, store_of
from felles.record.clock import FOREVER
from felles.record.errors import Absent, Busy
from felles.record.pulse import LIVE
from felles.record.read_live import Watch
from felles.ui.security import PAGE_HEADERS
from felles.ui.web import visit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.requests import Request

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

    Look = Callable[[], Awaitable[bool]]

BEAT: Final = 3.0
"""Seconds between two looks."""
SESSION: Final = 3
"""Every so many beats it is looked whether the session still holds."""
QUIET: Final = 5
"""Every so many beats something is sent though there is no news, so that nobody on the way takes it for dead."""
LIFE: Final = 1200
"""Beats after which a stream ends; the browser begins another where this one ended."""
EVENTS: Final = "text/event-stream"
MARGIN: Final = 1_000_000
"""Microseconds: what was stamped so shortly before a page was asked for may have been committed after it was read."""
_MICROS: Final = re.compile(r"[1-9][0-9]{0,17}")


async def staff(request: Request) -> Response:
    """News of a patient's record. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request, quiet=True)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    return await _stream(found, await open_person(found, patient_id), f"Patient/{patient_id}")


async def citizen(request: Request) -> Response:
    """News of one's own record."""
    found = await visit(request, quiet=True)
    return await _stream(found, open_own(found), found.signed_in.reference)


async def acting(request: Request) -> Response:
    """News of the record of whom she acts for. Raises as `staff`."""
    found = await visit(request, quiet=True)
    patient_id: str = request.path_params["id"]
    return await _stream(found, await open_for(found, patient_id), f"Patient/{patient_id}")


async def _stream(found: Visit, grant: PersonGrant, what: str) -> Response:
    request, store, watch = found.request, store_of(found), Watch()
    begun = begun_at(found)
    asked = request.query_params.get("lest", "")
    since = int(asked) - MARGIN if _MICROS.fullmatch(asked) and not begun else FOREVER
    news = await store.live(grant, what, watch, first=True, since=since)
    if begun and begun != watch.told(grant, what):  # between that look and this one: told now, and so logged now
        watch.forget()
        news = await store.live(grant, what, watch)
    return answer(found, lambda: store.live(grant, what, watch), lambda: watch.told(grant, what), news=news)


def begun_at(found: Visit) -> str:
    """The mark of what the reader saw last of what she follows; "" where she follows it for the first time."""
    return found.request.headers.get("last-event-id") or found.request.query_params.get("sist", "")


def answer(found: Visit, look: Look, mark: Callable[[], str], *, news: bool) -> Response:
    """The stream after its first look, which found `news` or not; to who does not ask for events, that look alone.

    `look` says at each beat whether there is news, and raises `Absent` when nothing is open to the reader any more;
    `mark` is of what was seen last.
    """
    first = _event("ny" if news else "her", mark())
    if EVENTS not in found.request.headers.get("accept", ""):
        return Response(first, headers=PAGE_HEADERS, media_type=EVENTS)
    return StreamingResponse(_follow(found, look, mark, first), headers=PAGE_HEADERS, media_type=EVENTS)


async def _follow(found: Visit, look: Look, mark: Callable[[], str], first: str) -> AsyncGenerator[str]:
    request, last = found.request, mark()
    yield first
    for beat in range(1, LIFE):
        await _next_beat()
        if request.app.state.ending():
            return
        if beat % SESSION == 0 and await request.app.state.doorkeeper.peek(request.cookies) is None:
            break
        try:
            news = await look()
        except Absent:
            break
        except Busy as error:
            request.app.state.pulse.failed(LIVE, error)
            continue
        request.app.state.pulse.done(LIVE)
        last, before = mark(), last
        if news or last != before:  # what she wrote herself is no news, and she goes on from it
            yield _event("ny" if news else "her", last)
        elif beat % QUIET == 0:
            yield ":\n\n"
    else:
        return
    yield _event("slutt", "")


async def _next_beat() -> None:
    """Wait for the next beat of this worker, at which all its streams wake: their looks go together."""
    await asyncio.sleep(BEAT - asyncio.get_running_loop().time() % BEAT)


def _event(name: str, mark: str) -> str:
    return f"event: {name}\nid: {mark}\ndata: -\n\n"
