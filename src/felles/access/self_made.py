"""What follows when a relation that its reader made herself is confirmed by the person, or looked over.

    confirmed   Task CASE#confirmed that the person herself writes about the entry (`focus`): the relation is no stated
                need any more, lasts as long as its entry says, and nobody has to look it over
    self-made   Task CASE#self-made by which the desk that has the case says what it found (verb `handle`); `rejected`
                is a breach, and ends the relation

How such relations are told from others and handed to a desk: `record.self_made`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.handovers.kinds import Kind
from felles.record.codes import CASE_SYSTEM
from felles.record.derive import SELF_MADE, marked
from felles.record.desks import REVIEW
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.record.aftermath import After
    from felles.record.derive import Registry, Relation

CONFIRMED: Final = "confirmed"
REVIEWED: Final = Kind.SELF_MADE.case

_ENTRY: Final = """select e.body, e.updated from entry e
    where e.bucket = $1 and e.person = $2 and e.type = $3 and e.id = $4 and e.state = 0 and e.form = 0
      and not e.deleted"""
_CONFIRM: Final = f"""
with were as (
    delete from relation r
     where r.bucket = $1 and r.person = $2 and r.source = $3 and {marked("r.basis")} and not r.mirror
    returning r.party, r.basis - {SELF_MADE} as basis, r.writer
)
insert into relation (bucket, person, party, basis, source, writer, since, until)
select $1, $2, w.party, w.basis, $3, w.writer, n.since, n.until
  from were w join unnest($4::bigint[], $5::bigint[], $6::bigint[]) n(party, since, until) on n.party = w.party
on conflict (bucket, person, party, basis, source) do nothing"""
_LEAVE: Final = f"""delete from handover where bucket = $1 and person = $2 and (source = $3 or focus = $3)
    and kind = {Kind.SELF_MADE:d}"""
_THEIRS: Final = (
    f"select 1 from handover where bucket = $1 and person = $2 and source = $3 and kind = {Kind.SELF_MADE:d}"
)
_SHUT: Final = f"delete from relation where bucket = $1 and person = $2 and source = $3 and {marked('basis')}"


def name_of(reference: str) -> str:
    """How the case is called that is about the entry `reference` (Type/id)."""
    return reference.replace("/", ".", 1)


def reference_of(name: str) -> str:
    """The entry (Type/id) that such a case is about."""
    return name.replace(".", "/", 1)


def wants(resource: Any) -> bool:
    """Whether a Task says something of a self-made relation."""
    return _code(resource) is not None


def register(registry: Registry, relations: Callable[[Any, int], list[Relation]]) -> None:
    """Let relations follow what is said of them. `relations` gives those of an entry, had the person written it."""

    async def follow(after: After) -> None:
        for reference, task in after.of("Task").items():
            about = getattr(getattr(task, "focus", None), "reference", None)
            code = None if task is None else _code(task)
            if task is None or code is None or not isinstance(about, str):
                continue
            if code == CONFIRMED and reference in after.created and after.grant.mode is Mode.SELF:
                await _confirm(after, about, relations)
            elif code == REVIEWED and task.status == "rejected" and after.grant.may("handle"):
                await _shut(after, reference, about)

    registry.hooks.after(("Task",), follow, wants)


async def _confirm(after: After, about: str, relations: Callable[[Any, int], list[Relation]]) -> None:
    type_name, _, name = about.partition("/")
    rows = await after.conn.fetch(_ENTRY, *after.key, TYPES.get(type_name, -1), name)
    if not rows:
        return
    made = relations(fhir.decode(rows[0]["body"].encode()), rows[0]["updated"])
    new = ([mark_of(each.party) for each in made], [each.since for each in made], [each.until for each in made])
    await after.conn.fetch(_CONFIRM, *after.key, about, *new)
    await after.conn.fetch(_LEAVE, *after.key, f"{REVIEW}{name_of(about)}")


async def _shut(after: After, reference: str, about: str) -> None:
    """End the relation, where the Task is the case's own: then its writer's desk has it (`handovers.hook`)."""
    if await after.conn.fetch(_THEIRS, *after.key, reference):
        await after.conn.fetch(_SHUT, *after.key, about)


def _code(task: Any) -> str | None:
    codings = getattr(getattr(task, "code", None), "coding", None) or ()
    found = (c.code for c in codings if c.system == CASE_SYSTEM and c.code in (CONFIRMED, REVIEWED))
    return next(found, None)
