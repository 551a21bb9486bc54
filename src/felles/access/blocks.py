"""Blocks: what the person closes, against whom, until when. From a Consent to the rows of `block`.

    against whom    provision.actor: an Organization or Practitioner by reference, or a role by its code; none: all
    what            provision.class (kinds), extension `entries-of` (an organisation's entries), dataPeriod, together;
                    or data[].reference (single entries, whatever else is said); nothing: all of it
    left out        provision.provision of type permit: data[].reference, entries that it shall not pass to
    until when      provision.period, and as long as the status is active

It covers entries to come as well, and passes to the entries that refer to what it covers. Source: pasient- og
brukerrettighetsloven § 5-3, helsepersonelloven §§ 25 and 45; Norwegian profile of Consent (scope patient-privacy,
category LOINC 59284-0, provision deny).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import ENTRIES_OF, KIND_SYSTEM, ROLE_SYSTEM
from felles.access.times import span
from felles.record import passing
from felles.record.clock import BEGINNING, FOREVER
from felles.record.elements import listed, reference_of
from felles.record.ids import mark_of
from felles.record.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from felles.record.aftermath import After
    from felles.record.derive import Registry

ALL, ORGANIZATION, ROLE, ACTOR = 0, 1, 2, 3
"""`block.against`."""

CLOSABLE: Final = tuple(
    kind for kind in Kind if kind not in (Kind.PERSON, Kind.CASE, Kind.BLOCK, Kind.WITHHELD, Kind.MANDATE)
)
"""The kinds that a person may close. Who she is stays plain to whoever treats her."""
_KINDS: Final = {code_of: kind for kind in CLOSABLE for code_of in [kind.name.lower()]}


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A row of `block`, its person aside. Real microseconds, but for `low` and `high`: clinical."""

    against: int
    party: int
    kind: int | None
    org: int | None
    item: int | None
    low: int
    high: int
    since: int
    until: int


def rows_of(consent: Any, updated: int) -> list[BlockRow]:
    """What a Consent (a struct of `felles.fhir.r4`) blocks; `updated` from when, where it says nothing.

    Empty when it is no block, is not active, or says what is not understood: an actor, kind or entry that is none of
    ours blocks nothing, rather than everything.
    """
    provision = consent.provision
    if kind_of(consent) is not Kind.BLOCK or consent.status != "active" or not provision or provision.type != "deny":
        return []
    since, until = span(provision.period, updated)
    low, high = span(provision.dataPeriod, BEGINNING)
    actors = list(_actors(provision))
    items = [mark_of(reference) for reference in _entries(provision)]
    if listed(provision.data):
        what = [(None, None, item, BEGINNING, FOREVER) for item in items]
    else:
        kinds = list(_kinds(provision)) if listed(provision.class_) else [None]
        orgs = list(_orgs(provision)) or [None]
        what = [(kind, org, None, low, high) for kind in kinds for org in orgs]
    return [BlockRow(*actor, *covered, since, until) for actor in actors for covered in what]


def left_out_of(consent: Any) -> list[int]:
    """The entries (hashes of `Type/id`) that the person took out before she confirmed."""
    nested = listed(consent.provision.provision) if consent.provision else []
    return sorted({mark_of(ref) for inner in nested if inner.type == "permit" for ref in _entries(inner)})


def _actors(provision: Any) -> Iterator[tuple[int, int]]:
    if not listed(provision.actor):
        yield ALL, 0
    for actor in listed(provision.actor):
        reference = reference_of(actor.reference)
        sort = {"Organization": ORGANIZATION, "Practitioner": ACTOR}.get(reference.partition("/")[0])
        if sort is not None:
            yield sort, mark_of(reference)
            continue
        codings = listed(getattr(actor.role, "coding", None))
        yield from ((ROLE, mark_of(coding.code)) for coding in codings if coding.system == ROLE_SYSTEM and coding.code)


def _kinds(provision: Any) -> Iterator[int]:
    for coding in listed(provision.class_):
        if coding.system == KIND_SYSTEM and coding.code in _KINDS:
            yield int(_KINDS[coding.code])


def _orgs(provision: Any) -> Iterator[int]:
    for extension in listed(provision.extension):
        if extension.url == ENTRIES_OF:
            yield mark_of(reference_of(extension.valueReference))


def _entries(provision: Any) -> list[str]:
    found = [reference_of(data.reference) for data in listed(provision.data) if data.meaning == "instance"]
    return [reference for reference in found if reference]


# -- what follows from it in the commit --------------------------------------------------------------------


async def follow(after: After) -> None:
    """Make the rows of the blocks of this commit anew, with those they pass to, and the person's bit."""
    changed = False
    for reference, consent in after.of("Consent").items():
        rows = [] if consent is None else rows_of(consent, after.real)
        if reference in after.created and not rows:
            continue
        changed = True
        await passing.replace(after.conn, after.key, reference, rows, left_out_of(consent) if rows else [])
    if changed:
        await passing.spread(after.conn, after.key)
        await passing.set_bit(after.conn, after.key)


async def pass_on(after: After) -> None:
    """Let the person's blocks pass to the entries of this commit, and no longer to those that stopped referring."""
    await passing.refresh(after.conn, after.key, list(after.written), after.created)


def register(registry: Registry) -> None:
    """Let blocks follow every commit of a Consent, and every commit of a person who has any."""
    registry.hooks.after(("Consent",), follow)
    registry.hooks.always("blocked", pass_on)
