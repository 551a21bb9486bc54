"""What the commands of this room share: an open store, who the operator is, spans of time."""

from __future__ import annotations

import getpass
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

import uvloop

from felles import settings
from felles.access import open as doors
from felles.access.errors import Refused
from felles.access.region import opened
from felles.record.clock import MICROSECONDS
from felles.record.grants import SystemGrant
from felles.record.store import Store

T = TypeVar("T")

DEMO_RUN: Final = "demo"
"""The row of `run` that says this database holds the synthetic region."""
_DEMO: Final = "select 1 from run where name = $1"
_HOUR: Final = 3600 * MICROSECONDS
_SPAN: Final = re.compile(r"(\d+)([smhd]?)")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def run(work: Callable[[Store], Awaitable[T]]) -> T:
    """Do `work` with the store of the environment's settings."""

    async def inside() -> T:
        async with opened(settings.load()) as store:
            await settle_mode(store)
            return await work(store)

    return uvloop.run(inside())


async def settle_mode(store: Store) -> None:
    """Put a command's store in demo mode when its database holds the synthetic region, whatever the environment says.

    The mode of a command gives no more than the files it reads do: a server decides by its own setting.
    """
    if not store.settings.demo and await store.pool.fetch(_DEMO, DEMO_RUN):
        store.settings = replace(store.settings, demo=True)


def operator(store: Store, command: str, **org: str) -> SystemGrant:
    """The Grant of the one who runs a command on the server, by the name the system knows, for an hour."""
    until = store.clock.real() + _HOUR
    return doors.maintenance(command, until=until, reason=f"{command}, run by {getpass.getuser()}", **org)


def seconds(text: str) -> int:
    """A span such as 900, 15m, 1h or 30d, in seconds. Raises `Refused`."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise Refused(f"{text!r} is no span of time: write 900, 15m, 1h or 30d")
    return int(match[1]) * _UNITS[match[2]]
