"""Ready answers that an organisation has made its own: changed, taken away or added. The shipped ones are defaults.

They are kept for the organisation an actor is signed in for, and used by its staff alone. Whoever keeps its staff, or
answers what citizens write to it, may change them. A change names the version it was made from: of two writers the
second is refused, and has both texts before her. They hold nothing of anybody: what looks like a national number is
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.access import journal
from felles.access.actor import Sort
from felles.access.errors import Refused
from felles.access.open import who
from felles.record.errors import Absent, Conflict, Forbidden
from felles.record.ids import SHARED_BUCKET, mark_of, new_id

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.store import Store

NAMED: Final = 60
"""Letters of what one is called."""
LONGEST: Final = 1000
"""Letters of what one says."""
MOST: Final = 40
"""An organisation has at most so many of its own."""
_ELEVEN: Final = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0]?\d){10}(?!\d)")
_FIELDS: Final = "id, base, gone, name, words, sorts, calm, version, author, changed"
_LIST: Final = f"select {_FIELDS} from ready_reply where org = $1 order by changed, id"
_ADD: Final = """
insert into ready_reply (id, org, base, gone, name, words, sorts, calm, author, changed)
select $1, $2, $3, $4, $5, $6, $7::text[], $8, $9, $10
 where (select count(*) from ready_reply where org = $2) < $11
on conflict (org, base) do nothing returning id"""
_CHANGE: Final = """
update ready_reply set gone = $4, name = $5, words = $6, sorts = $7::text[], calm = $8, author = $9, changed = $10,
       version = version + 1
 where org = $1 and id = $2 and version = $3 returning id"""
_BACK: Final = "delete from ready_reply where org = $1 and id = $2 and version = $3 returning id"


@dataclass(frozen=True, slots=True)
class Said:
    """What a ready answer is: its name, its words, categories of what it answers, and whether all is well by it."""

    name: str
    words: str
    sorts: tuple[str, ...]
    calm: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One of an organisation's own. `base`: the code of the shipped one in whose place it stands, "" for one more.

    `author` is the name of who wrote it last, at `changed` (real microseconds).
    """

    id: str
    base: str
    said: Said
    version: int
    author: str
    changed: int


def may_keep(actor: Actor) -> bool:
    """Whether she changes those of the organisation she is signed in for."""
    staff = actor.sort is Sort.STAFF and bool(actor.organization)
    return staff and (actor.may("staff") or (actor.may("write") and actor.may("find")))


def wrong(said: Said, sorts: frozenset[str]) -> dict[str, str]:
    """By field, the rule that it breaks: `missing`, `long`, `number`. `sorts` are those known."""
    found: dict[str, str] = {}
    for field, text, longest in (("navn", said.name, NAMED), ("tekst", said.words, LONGEST)):
        if not text.strip():
            found[field] = "missing"
        elif len(text) > longest:
            found[field] = "long"
        elif _ELEVEN.search(text):
            found[field] = "number"
    if not said.sorts or not set(said.sorts) <= sorts:
        found["sorter"] = "missing"
    return found


async def kept(store: Store, actor: Actor) -> list[Kept]:
    """Those of the actor's organisation. Raises `Busy`."""
    rows = await store.pool.fetch(_LIST, mark_of(actor.organization)) if actor.organization else []
    return [_kept(row) for row in rows]


async def save(
    store: Store, actor: Actor, said: Said, *, sorts: frozenset[str], name: str = "", base: str = "", version: int = 0
) -> None:
    """Write one: a new one, in the place of the shipped `base` if any, or over `version` of the one with the id `name`.

    Raises `Forbidden`, `Refused` (as `wrong`), `Absent` where it is none of theirs, `Conflict` where somebody was
    faster or they have too many, `Busy`.
    """
    _may_keep(actor)
    if wrong(said, sorts):
        raise Refused("the ready answer is not whole")
    org, now = mark_of(actor.organization), store.clock.real()
    values = (said.gone, said.name.strip(), said.words.strip(), list(said.sorts), said.calm, actor.name, now)
    if name:
        await _here(store, actor, name)
        done = await store.pool.fetch(_CHANGE, org, name, version, *values)
    else:
        name = new_id(SHARED_BUCKET)
        done = await store.pool.fetch(_ADD, name, org, base or None, *values, MOST)
    if not done:
        raise Conflict("somebody wrote this ready answer meanwhile, or there are too many")
    await journal.note(store, who(actor, actor.purpose, None), "ready-reply", name)


async def restore(store: Store, actor: Actor, name: str, version: int) -> None:
    """Let the shipped one stand again in its place, or drop one of their own for good. Raises as `save`."""
    _may_keep(actor)
    await _here(store, actor, name)
    if not await store.pool.fetch(_BACK, mark_of(actor.organization), name, version):
        raise Conflict("somebody wrote this ready answer meanwhile")
    await journal.note(store, who(actor, actor.purpose, None), "ready-reply", name)


async def _here(store: Store, actor: Actor, name: str) -> None:
    if name not in {each.id for each in await kept(store, actor)}:
        raise Absent("there is no such ready answer here")


def _kept(row: Any) -> Kept:
    said = Said(row["name"], row["words"], tuple(row["sorts"]), row["calm"], row["gone"])
    return Kept(row["id"], row["base"] or "", said, row["version"], row["author"], row["changed"])


def _may_keep(actor: Actor) -> None:
    if not may_keep(actor):
        raise Forbidden("ready answers are kept by an organisation's administrators and those who answer for it")
