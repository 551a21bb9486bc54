"""Erasing what two people have decided to delete: every version, all that finds it, and the log's words about it.

Run by the owner's role alone (`felles erase`); workers can neither erase nor forget. One case is one transaction, so a
run that is killed has carried out a case whole or not at all, and the next run goes on:

    erased      all versions and forms, pointers, names; what followed from the entry (relations, blocks of it and what
                they passed to, what was held back, parts released); drafts about it; events that wait to be sent about
                it; files that it alone refers to; texts and salts of the log lines that name it, whose digests stay, so
                that the log still proves whole (`log.verify`)
    kept        the demand with its approvals; a row of `erased`: what was erased when and by which decision, not what
                it said
    raised      the person's version, so that no worker shows what it kept of her record (`care.overview.kept`)

Who must be told is listed from the log before its lines go: organisations that read the entry by name, those that
opened the record while it was there, and to whom it was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.fhir import decode
from felles.record.approvals import APPROVAL, NEEDED, approvals, is_deletion
from felles.record.desks import DELETION
from felles.record.grants import PersonKey
from felles.record.ids import mark_of
from felles.record.joined import keys_of
from felles.record.numbers import TYPE_NAMES, TYPES

if TYPE_CHECKING:
    import asyncpg

__all__ = ["APPROVAL", "Erased", "NotErasable", "erase", "unanswered", "waiting"]

_FILE: Final = re.compile(r'"Binary/([A-Za-z0-9\-.]{1,64})"')
_KEPT: Final = frozenset({"Patient", "Task", "Consent"})
"""Not erased one by one: who somebody is, what was decided, and what she has closed are ended by other means."""
_WAITING: Final = f"""
select e.id, h.bucket, h.person, e.body from handover h
  join entry e on e.bucket = h.bucket and e.type = {TYPES["Task"]} and e.id = substr(h.source, 6) and e.form = 0
   and e.state = 0 and not e.deleted
 where h.kind = {DELETION} and h.state < 7
   and not exists (select 1 from erased x where x.matter = e.id)
 order by h.made, e.id"""
_TOMBS: Final = "select matter, bucket, person, type, id, approved from erased order by at, matter"
_UNANSWERED: Final = "select matter, type, id from erased where closed is null order by at, matter"
_LOCK: Final = """
select p.version from person p join unnest($1::smallint[], $2::bigint[]) k(bucket, person) using (bucket, person)
 order by p.bucket, p.person for no key update of p"""
_VERSIONS: Final = """
select e.bucket, e.person, e.version, e.updated, e.body from entry e
 where (e.bucket, e.person) in (select * from unnest($1::smallint[], $2::bigint[]))
   and e.type = $3 and e.id = $4 and e.form = 0
 order by e.version"""
_USED_BY: Final = """
select exists (select 1 from entry e
  where e.bucket = $1 and e.person = $2 and position($3 in e.body) > 0
    and not (e.type = $4 and e.id = any($5::text[])) and not (e.type = $6 and e.id = $7))"""
# $1 bucket, $2 person, $3 type, $4 id
_ROWS: Final = (
    "delete from pointer where bucket = $1 and person = $2 and type = $3 and id = $4",
    "delete from name where bucket = $1 and person = $2 and type = $3 and id = $4",
    "delete from entry where bucket = $1 and person = $2 and type = $3 and id = $4",
)
# $1 buckets, $2 persons: all keys of hers; $3 "Type/id", $4 its hash.
_OURS: Final = "(t.bucket, t.person) in (select * from unnest($1::smallint[], $2::bigint[]))"
_FOLLOWED: Final = (
    f"delete from relation t where {_OURS} and t.source = $3::text and $4::bigint is not null",
    f"delete from pointed t where {_OURS} and (t.self = $4 or t.source = $3::text)",
    f"delete from opening t where {_OURS} and t.source = $3::text and $4::bigint is not null",
    f"delete from held t where {_OURS} and (t.item = $4 or t.source = $3::text)",
    f"delete from block t where {_OURS} and (t.item = $4 or t.source = $3::text)",
    f"delete from representation t where {_OURS} and (t.item = $4 or t.source = $3::text)",
    f"""delete from booked t where {_OURS} and $3::text = 'Appointment/' || t.id and $4::bigint is not null""",
    f"delete from writing t where {_OURS} and (t.about = $3::text or t.entry = $3::text) and $4::bigint is not null",
    f"""delete from outbox t where {_OURS} and $4::bigint is not null
          and (t.about = $3::text or starts_with(t.about, $3::text || '/'))""",
)
_LINE: Final = (
    """(position('"what":"' || $3 || '"' in l.text) > 0 or position('"what":"' || $3 || '/' in l.text) > 0)"""
)
_READERS: Final = f"""
select w.org, max(w.organization) as organization, bool_or(w.named) as named
  from (select l.text::json #>> '{{who,org}}' as org, l.text::json #>> '{{who,organization}}' as organization,
               {_LINE} as named
          from leaf l
         where (l.bucket, l.person) in (select * from unnest($1::smallint[], $2::bigint[])) and l.text is not null
           and l.at >= $4 and l.text::json ->> 'outcome' = 'released') w
 where w.org is not null group by w.org order by w.org"""
_SENT: Final = f"""
select distinct t.receiver from outbox t
 where {_OURS} and (t.about = $3 or starts_with(t.about, $3 || '/')) order by 1"""
_WORDS: Final = f"""
update leaf l set text = null, salt = null
 where (l.bucket, l.person) in (select * from unnest($1::smallint[], $2::bigint[])) and l.text is not null
   and {_LINE}"""
_BITS: Final = """
update person p
   set version = p.version + 1,
       blocked = exists (select 1 from block b where b.bucket = p.bucket and b.person = p.person),
       held = exists (select 1 from held h where h.bucket = p.bucket and h.person = p.person)
  from unnest($1::smallint[], $2::bigint[]) k(bucket, person) where p.bucket = k.bucket and p.person = k.person"""
_TOMB: Final = """
insert into erased (matter, bucket, person, type, id, versions, at, approved, told)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)"""
_CLOSED: Final = "update erased set closed = $2 where matter = $1"


class NotErasable(Exception):
    """The case is decided, and what it names cannot be erased; the message says why."""


@dataclass(frozen=True, slots=True)
class Erased:
    """One case carried out: the Task's id, the entry (`Type/id`), how many versions, and who must be told.

    `told` holds {organization, reference, how}: read, opened or received.
    """

    matter: str
    entry: str
    versions: int
    told: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A demand that has its approvals: the Task's id and key, the entry, and who approved."""

    matter: str
    key: PersonKey
    entry: str
    approved: tuple[str, ...]


async def waiting(conn: asyncpg.Connection) -> list[Waiting]:
    """The demands that may be carried out now, by the day they are due."""
    found: list[Waiting] = []
    for row in await conn.fetch(_WAITING):
        task: Any = decode(row["body"].encode())
        given = tuple(dict.fromkeys(approvals(task)))
        if is_deletion(task) and len(given) >= NEEDED:
            focus = getattr(task.focus, "reference", None)
            entry = focus.partition("/_history/")[0] if isinstance(focus, str) else ""
            found.append(Waiting(row["id"], (row["bucket"], row["person"]), entry, given))
    return found


async def unanswered(conn: asyncpg.Connection) -> list[str]:
    """Cases that are carried out and not answered yet (a run was killed in between): ids of Tasks."""
    return [row["matter"] for row in await conn.fetch(_UNANSWERED)]


async def tombs(conn: asyncpg.Connection) -> list[Waiting]:
    """All that was ever erased, the oldest first: what is kept outside, so that it can be erased again (`again`)."""
    return [_waiting_of(row) for row in await conn.fetch(_TOMBS)]


async def again(conn: asyncpg.Connection, known: list[Waiting]) -> list[Waiting]:
    """Those of `known`, a list kept outside, that this database does not know as erased: an older one was restored."""
    here = {(case.matter, case.entry) for case in await tombs(conn)}
    return [case for case in known if (case.matter, case.entry) not in here]


def _waiting_of(row: Any) -> Waiting:
    entry = f"{TYPE_NAMES[row['type']]}/{row['id']}"
    return Waiting(row["matter"], (row["bucket"], row["person"]), entry, tuple(row["approved"]))


async def answered(conn: asyncpg.Connection, matter: str, real: int) -> None:
    """Note that the case of an erasure is answered."""
    await conn.execute(_CLOSED, matter, real)


async def erase(conn: asyncpg.Connection, case: Waiting, real: int) -> Erased:
    """Carry out one case, over a connection of the owner's role. `real` microseconds. Raises `NotErasable`."""
    type_name, _, entry_id = case.entry.partition("/")
    if type_name not in TYPES or type_name in _KEPT or not entry_id:
        raise NotErasable(f"case {case.matter}: {case.entry or 'nothing'} is not erased entry by entry")
    async with conn.transaction():
        keys = sorted((await keys_of(conn, [case.key])).get(case.key, (case.key,)))  # pyright: ignore[reportArgumentType]
        ours = [bucket for bucket, _ in keys], [person for _, person in keys]
        await conn.fetch(_LOCK, *ours)
        versions = await conn.fetch(_VERSIONS, *ours, TYPES[type_name], entry_id)
        if not versions:
            raise NotErasable(f"case {case.matter}: {case.entry} is not in this person's record")
        key: PersonKey = (versions[0]["bucket"], versions[0]["person"])
        told = await _told(conn, ours, case.entry, versions[0]["updated"])
        await _remove(conn, ours, key, case.entry)
        for file in await _files(conn, key, case.entry, versions):
            await _remove(conn, ours, key, file)
        await conn.execute(_BITS, *ours)
        said = msgspec.json.encode(told).decode()
        place = (*case.key, TYPES[type_name], entry_id)
        await conn.execute(_TOMB, case.matter, *place, len(versions), real, list(case.approved), said)
    return Erased(case.matter, case.entry, len(versions), told)


async def _remove(conn: asyncpg.Connection, ours: tuple[list[int], list[int]], key: PersonKey, entry: str) -> None:
    type_name, _, entry_id = entry.partition("/")
    for statement in _ROWS:
        await conn.execute(statement, *key, TYPES[type_name], entry_id)
    for statement in _FOLLOWED:
        await conn.execute(statement, *ours, entry, mark_of(entry))
    await conn.execute(_WORDS, *ours, entry)


async def _files(conn: asyncpg.Connection, key: PersonKey, entry: str, versions: list[Any]) -> list[str]:
    """The Binaries that the erased entry alone referred to."""
    type_name, _, entry_id = entry.partition("/")
    files = sorted({file for row in versions for file in _FILE.findall(row["body"])})
    alone: list[str] = []
    for file in files:
        used = (*key, f"Binary/{file}", TYPES["Binary"], [file], TYPES[type_name], entry_id)
        if not await conn.fetchval(_USED_BY, *used):
            alone.append(f"Binary/{file}")
    return alone


async def _told(
    conn: asyncpg.Connection, ours: tuple[list[int], list[int]], entry: str, since: int
) -> list[dict[str, str]]:
    told = [
        {
            "reference": row["org"],
            "organization": row["organization"] or "",
            "how": "read" if row["named"] else "opened",
        }
        for row in await conn.fetch(_READERS, *ours, entry, since)
    ]
    sent = await conn.fetch(_SENT, *ours, entry)
    return told + [{"reference": row["receiver"], "organization": "", "how": "received"} for row in sent]
