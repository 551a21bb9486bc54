"""The parts, the organisations and the proofs as rows for pages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.operators.words import ADDRESSES, words
from felles.record.log.proof import State
from felles.record.pulse import CLEANING, CLOCK, COPYING, LIVE, SEALING
from felles.ui.dates import local

if TYPE_CHECKING:
    from felles.access.operations import Head, Organisation, Overlook, Waiting
    from felles.record.breakage import Broken
    from felles.record.log.proof import Proof
    from felles.record.parts import Part
    from felles.ui.i18n import Language

SECOND: Final = 1_000_000
_STEPS: Final = ((86_400, 2), (3_600, 2), (60, 2), (1, 0))
"""Units of an age in seconds, each used from so many of it on."""
MIB: Final = 2**20
JOBS: Final = frozenset({"workers", SEALING, COPYING, CLEANING, CLOCK, LIVE, "proof"})
"""Parts that are heard of, and so can fall silent; the rest are looked at."""


def ago(t: Language, span: int) -> str:
    """How long ago something was, in the largest unit of which there are two: "for 3 minutter siden"."""
    seconds = max(0, span) // SECOND
    unit = next(unit for unit, least in _STEPS if seconds >= least * unit)
    count = seconds // unit
    return {
        86_400: t.many("for %d dag siden", "for %d dager siden", count),
        3_600: t.many("for %d time siden", "for %d timer siden", count),
        60: t.many("for %d minutt siden", "for %d minutter siden", count),
        1: t.many("for %d sekund siden", "for %d sekunder siden", count) if count else t("nå"),
    }[unit]


def when(t: Language, moment: int, now: int) -> str:
    """A moment: its time of day today, else with its day."""
    if local(moment).date() == local(now).date():
        return t("kl. {time}").format(time=t.clock(moment))
    return t("{day} kl. {time}").format(day=t.brief(moment), time=t.clock(moment))


def part(t: Language, of: Part, now: int) -> dict[str, Any]:
    """One part. `last` and `due` are "" where there is no such time."""
    said = words(t, of.name)
    return {
        "href": f"/drift/{ADDRESSES[of.name]}",
        "name": said.name,
        "does": said.does,
        "silence": said.silence,
        "steps": said.steps,
        "ok": of.ok,
        "state": _state(t, of),
        "last": "" if of.last is None else when(t, of.last, now),
        "ago": "" if of.last is None else ago(t, now - of.last),
        "due": "" if of.due is None else when(t, of.due, now),
        "late": "" if of.ok or of.due is None or now <= of.due else ago(t, now - of.due),
        "told": _told(t, of, now),
        "error": of.error,
    }


def _state(t: Language, of: Part) -> str:
    if of.ok:
        return t("I orden")
    return t("Stille") if of.name in JOBS and not of.told.get("broken") else t("Ikke i orden")


def _told(t: Language, of: Part, now: int) -> str:
    """What a part says of itself, in a few words."""
    told: Any = of.told
    said = {
        "database": lambda: t("PostgreSQL {version}, {size} MiB").format(
            version=told["version"], size=told["size"] // MIB
        ),
        "schema": lambda: str(told["drift"] or t("migrasjon {number}").format(number=told["number"])),
        "transactions": lambda: t.many("den eldste er %d sekund", "den eldste er %d sekunder", told["oldest"]),
        "room": lambda: t("{free} av {total} GiB ledig").format(
            free=told["free"] // 2**30, total=told["total"] // 2**30
        ),
        "workers": lambda: _workers(t, **told),
        "sealing": lambda: _sealing(t, now, **told),
        "proof": lambda: told["broken"] and t("funnet brutt {when}").format(when=when(t, told["broken"], now)),
        "live": lambda: t("ingen har hatt en journal åpen ennå") if of.last is None and of.ok else "",
        "outbox": lambda: t.many("%d melding venter", "%d meldinger venter", told["waiting"]),
    }
    return said[of.name]() or "" if of.name in said else ""


def _workers(t: Language, alive: int, wanted: int, hosts: str) -> str:
    text = t("{alive} av {wanted} melder seg").format(alive=alive, wanted=wanted)
    return f"{text} ({hosts})" if hosts else text


def _sealing(t: Language, now: int, waiting: int, sealed: int | None) -> str:
    newest = "" if sealed is None else t("siste segl {when}").format(when=when(t, sealed, now))
    waits = t.many("%d linje venter", "%d linjer venter", waiting) if waiting else ""
    return ", ".join(filter(None, (newest, waits)))


def board(t: Language, found: Overlook) -> dict[str, Any]:
    """The page of all parts: those that are silent by themselves, and what waits."""
    now = found.facts.now
    rows = [part(t, each, now) for each in found.parts]
    silent = [row for row in rows if not row["ok"]]
    count = len(silent)
    return {
        "parts": rows,
        "silent": silent,
        "headline": t.many("%d del er stille", "%d deler er stille", count) if count else t("Ingen del er stille"),
        "seen": t("Sett {when}").format(when=f"{when(t, now, now)}.{local(now).second:02}"),
        "waiting": waiting(t, found.waiting, found.facts.deskless, found.facts.nobodys),
        "broken": [broken(t, each, now) for each in found.broken],
    }


def broken(t: Language, of: Broken, now: int) -> dict[str, Any]:
    """A part of a page that failed lately: which, how often, when last, and how it is found in the operations log."""
    return {
        "route": of.route or t("ukjent side"),
        "part": of.part,
        "many": t.many("%d gang", "%d ganger", of.many),
        "last": when(t, of.at, now),
        "ago": ago(t, now - of.at),
        "error": of.error,
        "request": of.request,
    }


def waiting(t: Language, of: Waiting, deskless: int, nobodys: int) -> list[dict[str, Any]]:
    """What waits for whoever runs the record, each with where it is seen to; `href` "" where a command does."""
    taken = t.many("%d melding om feil under arbeid", "%d meldinger om feil under arbeid", of.taken)
    asked = t.many("%d søknad om å bli med", "%d søknader om å bli med", of.applications)
    rows = [
        ("/admin/soknader", of.applications, asked),
        ("/admin/feil", of.untaken, t.many("%d melding om feil som ingen har tatt",
                                           "%d meldinger om feil som ingen har tatt", of.untaken)),
        ("/admin/feil", of.taken, taken),
        ("/tavle?hva=untaken", of.nobody_took, t.many("%d sending som ingen tok", "%d sendinger som ingen tok",
                                                      of.nobody_took)),
        ("/tavle?hva=nobody", deskless, t.many("%d sak som ingen svarer på", "%d saker som ingen svarer på", deskless)),
        ("", nobodys, t.many("%d oppføring uten person: finn den med felles doctor",
                             "%d oppføringer uten person: finn dem med felles doctor", nobodys)),
    ]  # fmt: skip
    return [{"href": href, "text": text} for href, count, text in rows if count]


def organisation(t: Language, of: Organisation) -> dict[str, Any]:
    """One organisation."""
    return {
        "name": of.name,
        "sort": of.sort,
        "number": of.number,
        "made": t.brief(of.made),
        "roles": t.many("%d rolle", "%d roller", of.roles) if of.roles else "",
        "heads": list(of.heads),
    }


def head(t: Language, of: Head, now: int) -> dict[str, Any]:
    """A seal, as the copy outside has it."""
    return {
        "tick": of.tick,
        "at": when(t, of.at, now),
        "ago": ago(t, now - of.at),
        "hash": " ".join(of.hash[place : place + 8] for place in range(0, len(of.hash), 8)),
        "key": of.key,
    }


def proof(t: Language, of: Proof, now: int) -> dict[str, Any]:
    """One run that proved the log, or is about to."""
    state = of.state_at(now)
    lost = state is State.FAILED and of.state is State.RUNNING
    texts = {
        State.RUNNING: t("Regner gjennom loggen"),
        State.WHOLE: t("Hel"),
        State.BROKEN: t("Brutt"),
        State.FAILED: t("Avbrutt"),
    }
    about = max(of.about, of.read)
    return {
        "state": state.name.lower(),
        "text": texts[state],
        "whole": t("Hele loggen") if of.whole else t("Stikkprøver"),
        "by": of.actor_name,
        "began": when(t, of.began, now),
        "ended": "" if of.ended is None else when(t, of.ended, now),
        "running": state is State.RUNNING,
        "read": of.read,
        "about": about,
        "progress": t("{read} av om lag {about} linjer").format(read=of.read, about=about),
        "found": t("{ticks} segl, {lines} linjer").format(ticks=of.ticks, lines=of.sealed),
        "said": t("Prosessen som regnet, er borte.") if lost else of.said or "",
    }
