"""A part of a page that could not be made says so, with a reference and a way to try again; the others stand.

One bug, or one entry of a shape that nobody foresaw, must not take a whole record from who needs it, and must not look
as if nothing were there. What fails is written to the operations log, by where in the program it was: never with the
values, which may be somebody's record. What the record itself refuses (`RecordError`) is no fault and goes on its way.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from felles.record.errors import RecordError
from felles.ui.trace import request_id, route_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from felles.ui.i18n import Language

T = TypeVar("T")
BROKEN: Final = "broken"
"""The state of a part that could not be made."""
_DEEP: Final = 4
"""Places in the program that the log names, the innermost last."""
_asked: ContextVar[Request | None] = ContextVar("felles.asked", default=None)
_log: Final = structlog.get_logger("felles.ui")


@dataclass(slots=True)
class Parts:
    """The parts of one page, and what stands in the place of those that failed: name → words."""

    t: Language
    failed: dict[str, str] = field(default_factory=dict)

    def made(self, name: str, make: Callable[[], T], empty: T) -> T:
        """What `make` gives, or `empty`; then `failed` says so. `name` is for the template and for the log."""

        def instead(reference: str) -> T:
            self.failed[name] = broken(self.t, reference)["text"]
            return empty

        return tried(name, make, instead)


def begin(request: Request) -> None:
    """What is made from now on, is made for this request (`web.visit`)."""
    _asked.set(request)


def part(t: Language, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` gives, or a part without lines that says that it could not be shown. `name` is for the log."""
    return tried(name, make, lambda reference: broken(t, reference))


def broken(t: Language, reference: str, text: str = "") -> dict[str, Any]:
    """A part that says that it could not be shown."""
    text = text or t("Kunne ikke vises nå. Det betyr ikke at det er tomt.")
    said = t("Feilen er meldt til drift, med referanse {reference}.").format(reference=reference) if reference else ""
    return {"items": [], "state": BROKEN, "text": f"{text} {said}".rstrip(), "note": ""}


def critical(t: Language, make: Callable[[], dict[str, Any]], *, citizen: bool = False) -> dict[str, Any]:
    """As `part`, for critical information: where that is missing the reader must be told what to do instead."""
    return tried("critical", make, lambda reference: broken(t, reference, without_critical(t, citizen=citizen)))


def without_critical(t: Language, *, citizen: bool) -> str:
    """What stands where critical information could not be shown."""
    if citizen:
        return t("Kritisk informasjon kunne ikke vises: si selv fra til den som gir helsehjelp, om hva som er farlig.")
    return t("Kritisk informasjon kunne ikke vises: spør pasienten, og se etter allergier og varsler i journalen.")


def tried(name: str, make: Callable[[], T], instead: Callable[[str], T]) -> T:
    """What `make` gives, or `instead` of it (reference → what is shown)."""
    try:
        return make()
    except RecordError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this part's alone
        return instead(failed(name, error))


async def awaited(name: str, making: Awaitable[T], instead: Callable[[str], T]) -> T:
    """As `tried`, for what is awaited."""
    try:
        return await making
    except RecordError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return instead(failed(name, error))


def failed(name: str, error: Exception) -> str:
    """Write to the operations log that a part failed, and count it; the request's id, by which it is found there."""
    request = _asked.get()
    reference = request_id(request) if request else ""
    where = [f"{frame.filename.rpartition('felles/')[2]}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    _log.error(
        "part failed", part=name, request=reference, route=route_of(request) if request else "",
        error=type(error).__name__, where=where[-_DEEP:],
    )  # fmt: skip
    if request:
        count(request, name, error)
    return reference


def count(request: Request, name: str, error: BaseException) -> None:
    """A part of this page failed, or "" the whole: for whoever runs Felles (`record.breakage`)."""
    request.app.state.pulse.breakage.add(route_of(request), name, error, request_id(request))
