"""The parts of a running Felles: when each last succeeded and when it should have. Judged here, worded elsewhere.

Pure, over `health.Facts`. A job is late when it has been silent for longer than it may; what works only when somebody
asks for it (news to an open page) is late when its last try failed. When no process has told of itself for `GONE`,
nothing serves, and nothing is expected of jobs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from felles.record.clock import MICROSECONDS
from felles.record.pulse import CLEANING, CLOCK, COPYING, LIVE, SEALING, WORKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from felles.record.health import Beat, Facts

SECOND: Final = MICROSECONDS
DAY: Final = 86_400 * SECOND
GONE: Final = 40 * SECOND
"""A process tells of itself every ten seconds; after so long it is missed."""
LATE: Final[Mapping[str, int]] = {
    SEALING: 60 * SECOND, COPYING: 60 * SECOND, CLEANING: 300 * SECOND, CLOCK: 60 * SECOND
}  # fmt: skip
"""Job → how long it may be silent. It is told of every ten seconds at most, and cleans once a minute."""
FAILED_LATELY: Final = 600 * SECOND
"""So long a failure counts of what nobody may have asked for again since."""
LONG_TRANSACTION: Final = 30.0
"""Seconds: no transaction of ours that writes takes longer than 10."""
PROVE_EVERY: Final = 30 * DAY
"""The whole log should be proved once a month. Practice; no law says how often."""
LITTLE_ROOM: Final = 0.05
"""The share of a disk below which it counts as nearly full: PostgreSQL stops when it is full."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: whether it is well, its last success, and by when it should have one (None: there is no such time).

    Moments are microseconds by the database's clock. `told`: what its words need, by name. `error`: the kind of its
    last failure, where that came after the last success.
    """

    name: str
    ok: bool
    last: int | None = None
    due: int | None = None
    told: Mapping[str, int | str | None] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """What the process that answers knows by itself: is there a clock to follow, a copy to write, room on the disk."""

    demo: bool
    copying: bool
    free: int
    total: int


def parts(told: Facts, here: Here) -> list[Part]:
    """All parts of a database that answers."""
    found = [
        Part("database", ok=True, last=told.now, told={"version": told.version, "size": told.bytes}),
        Part("schema", ok=told.drift is None, last=told.now if told.drift is None else None,
             told={"number": told.migration, "drift": told.drift}),
        Part("transactions", ok=told.oldest_transaction < LONG_TRANSACTION,
             last=told.now if told.oldest_transaction < LONG_TRANSACTION else None,
             told={"oldest": int(told.oldest_transaction)}),
        room(here, told.now),
        workers(told),
        sealing(told),
    ]  # fmt: skip
    if here.copying:
        found.append(job(told, COPYING))
    found += [job(told, CLEANING), proved(told)]
    if here.demo:
        found.append(job(told, CLOCK))
    found.append(live(told))
    if told.outbox:
        found.append(Part("outbox", ok=False, told={"waiting": told.outbox}))
    return found


def room(here: Here, now: int) -> Part:
    """The disk below FELLES_HOME."""
    ok = here.free > LITTLE_ROOM * here.total
    return Part("room", ok=ok, last=now if ok else None, told={"free": here.free, "total": here.total})


def serving(told: Facts) -> bool:
    """Whether any process has told of itself lately."""
    return any(told.now - beat.at <= GONE for beat in _of(told, WORKER) if beat.at is not None)


def workers(told: Facts) -> Part:
    """The worker processes of all hosts: late while a host has fewer than it is to have."""
    alive = [beat for beat in _of(told, WORKER) if beat.at is not None and told.now - beat.at <= GONE]
    wanted = {beat.host: beat.many for beat in sorted(alive, key=lambda beat: beat.at or 0)}
    short = [host for host, many in wanted.items() if sum(beat.host == host for beat in alive) < many]
    lost = max((beat.at for beat in _of(told, WORKER) if beat.at is not None and beat not in alive), default=None)
    last = max((beat.at for beat in alive if beat.at is not None), default=None)
    ok = bool(alive) and not short
    said = {"alive": len(alive), "wanted": sum(wanted.values()), "hosts": ", ".join(sorted(short))}
    shown = last if ok else lost
    return Part("workers", ok=ok, last=shown, due=None if shown is None else shown + GONE, told=said)


def job(told: Facts, name: str) -> Part:
    """A job that one process at a time does again and again."""
    last, error = _last(told, name), _error(told, name)
    due = None if last is None else last + LATE[name]
    return Part(name, ok=due is not None and told.now <= due, last=last, due=due, error=error)


def sealing(told: Facts) -> Part:
    """Sealing looks each second; it is also late when lines wait, whoever says that it looked."""
    found = job(told, SEALING)
    waits = told.unsealed_for * SECOND > LATE[SEALING]
    said = {"waiting": told.unsealed, "sealed": told.sealed}
    return Part(SEALING, ok=found.ok and not waits, last=found.last, due=found.due, told=said, error=found.error)


def proved(told: Facts) -> Part:
    """The proof of the whole log: late when the last is older than it may, or a later one found it broken."""
    last = told.proved
    begin = last if last is not None else told.first_seal
    due = None if begin is None else begin + PROVE_EVERY
    ok = told.broken is None and (due is None or told.now <= due)
    return Part("proof", ok=ok, last=last, due=due, told={"broken": told.broken})


def live(told: Facts) -> Part:
    """News to open pages: works when somebody has one open, so only a failure tells, and for a while."""
    tried = _newest(beat.failed for beat in _of(told, LIVE))
    error = _error(told, LIVE) if tried is not None and told.now - tried < FAILED_LATELY else ""
    return Part(LIVE, ok=not error, last=_last(told, LIVE), error=error)


def _of(told: Facts, name: str) -> list[Beat]:
    return [beat for beat in told.beats if beat.part == name]


def _last(told: Facts, name: str) -> int | None:
    return _newest(beat.at for beat in _of(told, name))


def _newest(moments: Iterable[int | None]) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _error(told: Facts, name: str) -> str:
    """The kind of the newest failure, if no success came after it."""
    last = _last(told, name) or 0
    failed = [(beat.failed, beat.error) for beat in _of(told, name) if beat.failed is not None and beat.error]
    return max((error for at, error in failed if at > last), default="")
