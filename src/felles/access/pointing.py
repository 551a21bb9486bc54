"""A message opens what it points to, not the record; and when it is answered it opens nothing any more.

    Communication        what it is about, answers to, rests on, and shows in its payload
    Task                 one whose `focus` is a message: a question to answer. Its focus, what it rests on, its input

The relation (basis MESSAGE, `derive`) says for whom and until when; here the rows of `pointed` are made, which say what
it opens: the message itself and, of what it points to, the entries that its writer sees herself as she writes it.
Nobody hands on what she may not see, and whoever reads is held to her own role and to the person's blocks.

Source: pasientjournalloven § 19 and helsepersonelloven §§ 25, 45: who is asked sees what is needed to answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.record.clock import Clock
from felles.record.decide import ASK, VISIBLE, ask_values, basis_of, person_of
from felles.record.derive import PART
from felles.record.elements import listed
from felles.record.ids import mark_of
from felles.record.lane import unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry

SENT: Final = frozenset({"in-progress", "completed"})
"""`Communication.status` of what has been sent. FHIR's "completed" says that, and not that it was answered."""
_MESSAGES: Final = frozenset({"Communication", "CommunicationRequest"})

_FORGET: Final = "delete from pointed where bucket = $1 and person = $2 and source = $3 and not mirror"
_N: Final = len(ASK)
_POINT: Final = f"""
with q as materialized {unnest(ASK)}
insert into pointed (bucket, person, source, self)
select ${_N + 1}::smallint, ${_N + 2}::bigint, ${_N + 3}::text, ${_N + 4}::bigint
union
select ${_N + 1}, ${_N + 2}, ${_N + 3}, e.self
  from q cross join unnest(${_N + 5}::smallint[], ${_N + 6}::bigint[]) k(bucket, person)
 cross join unnest(${_N + 7}::smallint[], ${_N + 8}::text[]) w(type, id)
  join entry e on e.bucket = k.bucket and e.person = k.person and e.type = w.type and e.id = w.id and e.form = 0
   and e.state = 0 and not e.deleted and e.type <> {TYPES["Patient"]}
  {person_of()} {basis_of()}
 where {VISIBLE}
on conflict do nothing"""
# $1 buckets, $2 persons: all keys; $3 the messages; $4 who answered, $5 for which organisation; $6 clinical, $7 real.
_ANSWERED: Final = f"""
update relation r set until = $6
 where (r.bucket, r.person) in (select * from unnest($1::smallint[], $2::bigint[])) and r.source = any($3::text[])
   and r.basis >= {PART} and r.until > $6
   and (r.party in ($4, $5) or exists (select 1 from staffing s
            where s.party = r.party and s.org = $5 and s.actor = $4 and s.since <= $7 and s.until > $7))"""
_ANSWERS: Final = f"""
select e.author, e.org, e.body from entry e
 where (e.bucket, e.person) in (select * from unnest($1::smallint[], $2::bigint[]))
   and e.type = {TYPES["Communication"]} and e.state = 0 and e.form = 0 and not e.deleted
   and position('"inResponseTo":' in e.body) > 0 and position('"' || $3 || '"' in e.body) > 0"""


def is_question(task: Any) -> bool:
    """Whether a Task asks to answer a message, and gives no other work."""
    return _text(task.focus).partition("/")[0] in _MESSAGES


def pointed_by(resource: Any) -> list[str]:
    """The entries (`Type/id`) that a message or question points to, each once. Pure."""
    if type(resource).__name__ == "Task":
        found = [resource.focus, *listed(resource.basedOn), *(each.valueReference for each in listed(resource.input))]
    else:
        shown = (each.contentReference for each in listed(resource.payload))
        found = [*listed(resource.about), *listed(resource.basedOn), *listed(resource.inResponseTo), *shown]
    names = (_text(each).partition("/_history/")[0] for each in found)
    return list(dict.fromkeys(name for name in names if name.partition("/")[0] in TYPES))


def register(registry: Registry) -> None:
    """Let what messages open follow every commit of one."""
    registry.hooks.after(("Communication",), follow)
    registry.hooks.after(("Task",), follow, wants=is_question)


async def follow(after: After) -> None:
    """Make what the messages of a commit point to anew, and end those that it answers."""
    for reference, resource in after.of("Communication", "Task").items():
        if type(resource).__name__ == "Task" and reference not in after.created and after.grant.own:
            continue  # a citizen answers by it what she was asked: it points to what it did
        if reference not in after.created:
            await after.conn.fetch(_FORGET, *after.key, reference)
        if resource is None:
            continue
        if _is_addressed(resource):
            await _point(after, reference, pointed_by(resource))
        if type(resource).__name__ == "Communication":
            await _end(after, _answered(resource), after.grant.actor_mark, after.grant.org_mark)
            if reference not in after.created:
                await _stay_ended(after, reference)


def _is_addressed(resource: Any) -> bool:
    """Whether there is somebody to whom it may open what it points to."""
    if type(resource).__name__ == "Task":
        return is_question(resource) and bool(_text(resource.owner))
    return bool(resource.recipient)


async def _point(after: After, reference: str, names: list[str]) -> None:
    asked = ask_values(after.grant, Clock(after.clinical - after.real))
    parts = [name.split("/", 1) for name in names]
    places = ([TYPES[name] for name, _ in parts], [entry for _, entry in parts])
    columns = [[value] for value in asked]
    await after.conn.fetch(_POINT, *columns, *after.key, reference, mark_of(reference), *_keys(after), *places)


async def _end(after: After, messages: list[str], who: int, org: int) -> None:
    if messages:
        await after.conn.fetch(_ANSWERED, *_keys(after), messages, who, org, after.clinical, after.real)


async def _stay_ended(after: After, reference: str) -> None:
    """A message that its writer changes stays closed to those who have answered it."""
    for row in await after.conn.fetch(_ANSWERS, *_keys(after), reference):
        if reference in _answered(fhir.decode(row["body"].encode())):
            await _end(after, [reference], mark_of(row["author"]), row["org"])


def _answered(resource: Any) -> list[str]:
    """The messages that this one answers: none before it is sent."""
    names = [_text(each) for each in listed(resource.inResponseTo)]
    return names if resource.status in SENT else []


def _keys(after: After) -> tuple[list[int], list[int]]:
    keys = after.all_keys()
    return [bucket for bucket, _ in keys], [person for _, person in keys]


def _text(reference: Any) -> str:
    found = getattr(reference, "reference", None)
    return found if isinstance(found, str) else ""
