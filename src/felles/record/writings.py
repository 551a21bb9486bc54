"""What somebody writes about a person and has not signed, and what is signed and waits its ten seconds.

    DRAFT      saved while it is written; one for each writer, person, form and entry it changes
    SIGNED     waits until `due`; until somebody has begun to put it into the record it can be called back
    DONE       in the record, as `entry`; its words are taken out of here
    RETURNED   it could not be put into the record (`said`): the writer's draft again, with the reason
    DISCARDED  thrown away by the writer; for a day it can be taken back
    GONE       not touched for thirty days: its words are deleted, that it was there is told for thirty days more

Nobody but the writer sees it: every statement asks for her hash, and joins the person's door, so that it is out of
reach once the record is. It is no part of the record: no log line tells of a save. Opening the form is a look like any
other.

Two windows on one draft: a save names the version it was made from. One that meets another's is kept beside it
(`others`) until the writer has said what becomes of both. A window never meets itself. What one writes on after another
has signed or thrown away is a draft of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import msgspec

from felles.record.clock import MICROSECONDS
from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of
from felles.record.errors import Absent, Conflict
from felles.record.ids import new_id
from felles.record.lane import unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.pool import Conn, Pool

WAIT: Final = 10 * MICROSECONDS
"""How long what is signed can be called back."""
LEASE: Final = 60 * MICROSECONDS
"""How long one worker has to put it into the record before another tries."""
KEPT: Final = 30 * 86_400 * MICROSECONDS
"""A draft is kept this long after its last change, and told of as long again."""
DISCARDED_FOR: Final = 86_400 * MICROSECONDS
MOST: Final = 8
"""Windows of one draft whose text is kept beside it."""


class State(IntEnum):
    """`writing.state`."""

    DRAFT = 0
    SIGNED = 1
    DONE = 2
    RETURNED = 3
    DISCARDED = 4
    GONE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A save: the text of a form, the version it was made from, and the window (with its clock, in ms) it came from.

    `sorted_out`: the writer has seen the texts that met, and this is what becomes of them. `entry`: what it is just
    being made into, "" for a text that is only kept. `loose`: fields of which the later choice counts; in two texts
    that differ in these alone no word is lost.
    """

    id: str
    patient: str
    form: str
    about: str = ""
    base: int = 0
    version: int = 0
    window: str = ""
    step: int = 0
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    sorted_out: bool = False
    entry: str = ""
    loose: frozenset[str] = frozenset()

    def says(self, fields: Mapping[str, str]) -> bool:
        """Whether `fields` are the same words."""
        names = (self.fields.keys() | fields.keys()) - self.loose
        return all(self.fields.get(name, "") == fields.get(name, "") for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One row. `others`: window → the text that met this one. `met`: the save that gave this was the later of two.

    `anew`: what stood under the id that was saved is signed; this is another draft.
    """

    key: PersonKey
    id: str
    patient: str
    form: str
    about: str
    base: int
    state: State
    version: int
    window: str
    step: int
    fields: dict[str, str]
    others: dict[str, dict[str, str]]
    made: int
    changed: int
    signer: str
    due: int
    said: str
    entry: str
    met: bool = False
    anew: bool = False

    @property
    def open(self) -> bool:
        """Whether it is a draft that can be written on."""
        return self.state in (State.DRAFT, State.RETURNED)

    def answers(self, sent: Sent) -> bool:
        """Whether `sent` is what was signed, sent or thrown away, come again, or an older save that comes late."""
        same, worded = sent.says(self.fields), self.state in (State.SIGNED, State.DISCARDED)
        if same and self.state is State.SIGNED:
            return True
        late = sent.step < self.step or (sent.step == self.step and (same or not worded))
        return sent.window == self.window and late


_ASKED: Final = (("bucket", "smallint"), ("person", "bigint"), *ASK)
_DOOR: Final = f"""(select q.bucket, q.person, q.actor from {unnest(_ASKED)} q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=True)}
         where {PERSON_OPEN})"""
"""The persons of the request whose record is open to who asks, by the same predicate as every look."""
_N: Final = len(_ASKED)
ROW: Final = """w.bucket, w.person, w.id, w.patient, w.form, w.about, w.base, w.state, w.version, w.win, w.step,
       w.fields, w.others, w.made, w.changed, w.signer, w.due, w.said, w.entry"""
_HERS: Final = f"""
select {ROW} from {_DOOR} d
  join writing w on w.bucket = d.bucket and w.person = d.person and w.writer = d.actor
 where w.state in (0, 1, 3, 5) or w.changed > ${_N + 1}::bigint
 order by w.changed desc limit 60"""
_ONE: Final = f"""
select {ROW} from {_DOOR} d
  join writing w on w.bucket = d.bucket and w.person = d.person and w.writer = d.actor and w.id = ${_N + 1}::text"""
_IS_OPEN: Final = f"select 1 from {_DOOR} d"
_BY_ID: Final = f"select {ROW}, w.writer from writing w where w.bucket = $1 and w.person = $2 and w.id = $3 for update"
_SAME: Final = f"""
select {ROW}, w.writer from writing w
 where w.bucket = $1 and w.person = $2 and w.writer = $3 and w.form = $4 and w.about = $5 and w.state in (0, 3)
   for update"""
_INSERT: Final = f"""
insert into writing as w
       (bucket, person, id, writer, patient, form, about, base, version, win, step, fields, made, changed, entry)
values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $12, $13)
on conflict do nothing returning {ROW}"""
_UPDATE: Final = f"""
update writing w set state = 0, said = '', base = $4, version = w.version + 1, win = $5, step = $6, fields = $7,
       others = $8, changed = $9, entry = $10
 where w.bucket = $1 and w.person = $2 and w.id = $3 returning {ROW}"""
_BESIDE: Final = f"""
update writing w set others = $4, changed = $5 where w.bucket = $1 and w.person = $2 and w.id = $3 returning {ROW}"""
_STATE: Final = f"""
update writing w set state = $6, signer = $7, due = $8, lease = null, changed = $9, said = ''
 where w.bucket = $1 and w.person = $2 and w.id = $3 and w.writer = $4 and w.state = any($5::smallint[])
   and w.lease is null returning {ROW}"""
# What somebody else just takes is left to her: two who waited for each other's rows would be parted by force.
_DUE: Final = f"""
with due as materialized (
    select c.bucket, c.person, c.id from writing c
     where c.state = 1 and c.due <= $1 and (c.lease is null or c.lease <= $1)
       and ($3::bigint = 0 or c.writer = $3) order by c.due limit 20 for update skip locked)
update writing w set lease = $2
  from due d where w.bucket = d.bucket and w.person = d.person and w.id = d.id returning {ROW}"""
_SETTLE: Final = """
update writing set state = $4, entry = $5, said = $6, fields = $7, others = $8, lease = null, changed = $9
 where bucket = $1 and person = $2 and id = $3 and state = 1"""
_LET_GO: Final = "update writing set lease = null where bucket = $1 and person = $2 and id = $3 and state = 1"
_HERE: Final = "select 1 from entry where bucket = $1 and type = $2 and id = $3 limit 1"
_UNDER_WAY: Final = f"select {ROW} from writing w where w.writer = $1 and w.state in (1, 3) and w.form = $2 limit 200"
# What is said elsewhere than in a panel (`form`): handed in at once, with its writer's clock running. What she said
# before of the same entry and did not go is answered for by it.
_HAND_IN: Final = f"""
with put as (
    insert into writing as w
           (bucket, person, id, writer, patient, form, about, base, version, win, step, fields, made, changed, state,
            signer, due)
    select $1, $2, $3, $4, $5, $6, $7, $8, 1, '', 0, $9, $10, $10, {State.SIGNED:d}, $11, $12
     where not exists (select 1 from writing o where o.writer = $4 and o.form = $6 and o.about = $7 and o.base = $8
                          and o.state in ({State.SIGNED:d}, {State.DONE:d}))
    returning w.*),
over as (
    update writing set state = {State.DISCARDED:d}, changed = $10
     where writer = $4 and form = $6 and about = $7 and state = {State.GONE:d} and exists (select 1 from put))
select {ROW} from put w"""
_HANDED_IN: Final = f"""
select {ROW} from writing w
 where w.writer = $1 and w.form = $2 and (w.changed > $3 or w.state = {State.GONE:d})
 order by w.state = {State.GONE:d} desc, w.changed desc limit 60"""
_TAKE_BACK: Final = f"""
update writing set state = {State.DISCARDED:d}, changed = $4
 where writer = $1 and form = $2 and id = $3 and state = {State.SIGNED:d} and lease is null returning id"""
_PUT_AWAY: Final = f"""
update writing set state = {State.DISCARDED:d}, changed = $4
 where writer = $1 and form = $2 and id = $3 and state = {State.GONE:d}"""
# What its writer made of the entry that was shown to her, or the Task that carries it from then on.
_MADE_OF: Final = f"""
select 'Task/' || e.id as task, e.body from entry e
 where e.bucket = $1 and e.person = $2 and e.type = {TYPES["Task"]} and e.form = 0 and not e.deleted
   and coalesce(e.behalf, e.author) = $3
   and case when $4::text like 'Task/%' then 'Task/' || e.id = $4 and e.version = $5 + 1
            else e.version = 1 and 'focus=' || $4 = any(e.refs) end
 order by e.updated desc limit 1"""
_AGED: Final = (
    "update writing set state = 5, fields = '{}', others = '{}', changed = $2 where state in (0, 3) and changed < $1",
    "delete from writing where state in (2, 5) and changed < $1 and $2::bigint is not null",
)
_THROWN: Final = "delete from writing where state = 4 and changed < $1"


class Writings:
    """The drafts of one store."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def hers(self, grant: PersonGrant) -> list[Writing]:
        """What the reader of `grant` has under way about the person, the newest first; also what was just done.

        Empty where the record is not open to her. Raises `Busy`.
        """
        since = self._clock.real() - WAIT * 6
        rows = await self._pool.fetch(_HERS, *self._asked(grant), since)
        return [writing_of(row) for row in rows]

    async def one(self, grant: PersonGrant, which: str) -> Writing:
        """One of them, in whatever state. Raises `Absent`, `Busy`."""
        rows = await self._pool.fetch(_ONE, *self._asked(grant), which)
        if not rows:
            raise Absent("there is no such draft")
        return writing_of(rows[0])

    async def save(self, grant: PersonGrant, sent: Sent) -> Writing:
        """Keep a text. Raises `Absent` when the record is not open, or the draft another's; `Conflict`, `Busy`.

        What comes back is the draft as it stands: with `met` when the text sent was the later of two and lies beside
        it; as it is when it was signed meanwhile (a form sent twice); with `anew` when other words were.
        """
        await self.must_be_open(grant)
        return await self.put(grant.keys[0], grant.actor_mark, sent)

    async def must_be_open(self, grant: PersonGrant) -> None:
        """Raise `Absent` where the record is not open to who asks. Shows nothing and leaves no line. Raises `Busy`."""
        if not await self._pool.fetch(_IS_OPEN, *self._asked(grant)):
            raise Absent("there is no record here that you may see")

    async def put(self, key: PersonKey, writer: int, sent: Sent) -> Writing:
        """The same as `save` where it is decided that she may write there. Raises `Absent`, `Conflict`, `Busy`.

        What was ended under that id (a window that still held it, or went back to it, wrote on) is a text of its own.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            found = await self.found(conn, key, writer, sent)
            if found is None:
                said = msgspec.json.encode(dict(sent.fields)).decode()
                more = (
                    sent.patient,
                    sent.form,
                    sent.about,
                    sent.base,
                    sent.window,
                    sent.step,
                    said,
                    self._clock.real(),
                    sent.entry,
                )
                if rows := await conn.fetch(_INSERT, *key, sent.id, writer, *more):
                    return writing_of(rows[0])
                found = await self.found(conn, key, writer, sent)  # another window was first, this moment
            if found is None:
                raise Conflict("another window saved the same draft; try again")
            if found.open:
                return await self._kept(conn, found, sent)
        if found.answers(sent):
            return found
        kept = await self.put(key, writer, replace(sent, id=new_id(key[0]), version=0))
        return replace(kept, anew=found.state in (State.SIGNED, State.DONE))

    async def found(self, conn: Conn, key: PersonKey, writer: int, sent: Sent) -> Writing | None:
        """The row that a save is of, locked: by its id, else the open one of the same form. Raises `Absent`."""
        rows = await conn.fetch(_BY_ID, *key, sent.id)
        if rows and (rows[0]["writer"] != writer or rows[0]["form"] != sent.form):
            raise Absent("there is no such draft")
        rows = rows or await conn.fetch(_SAME, *key, writer, sent.form, sent.about)
        return writing_of(rows[0]) if rows else None

    async def _kept(self, conn: Conn, found: Writing, sent: Sent) -> Writing:
        fields, place, now = dict(sent.fields), (*found.key, found.id), self._clock.real()
        said = msgspec.json.encode(fields).decode()
        ours = sent.window == found.window and sent.window != ""
        if ours and sent.step < found.step:
            return found  # an older text of the same window, overtaken on the way
        after = sent.version == found.version and (sent.sorted_out or not found.others)
        if ours or after or sent.says(found.fields):
            left = {} if sent.sorted_out else {w: f for w, f in found.others.items() if w != sent.window}
            others = msgspec.json.encode(left).decode()
            base = sent.base or found.base
            rows = await conn.fetch(_UPDATE, *place, base, sent.window, sent.step, said, others, now, sent.entry)
            return writing_of(rows[0])
        beside = found.others | {sent.window or "-": fields}
        if len(beside) > MOST:
            raise Conflict("this draft is open in too many windows: sort out those first")
        rows = await conn.fetch(_BESIDE, *place, msgspec.json.encode(beside).decode(), now)
        return writing_of(rows[0], met=True)

    async def sign(self, grant: PersonGrant, which: str, signer: str) -> Writing:
        """Let a draft go into the record when `WAIT` is over; signed already, it stays as it is.

        Raises `Absent`, `Conflict` (it holds texts that met), `Busy`.
        """
        found = await self.one(grant, which)
        if found.others and found.open:
            raise Conflict("two texts of this draft have met: sort them out first")
        due = self._clock.real() + WAIT
        open_ = [int(State.DRAFT), int(State.RETURNED)]
        return await self._move(grant, found, open_, State.SIGNED, signer, due)

    async def call_back(self, grant: PersonGrant, which: str) -> Writing:
        """Make a draft again of what was signed or thrown away. One that is on its way, or done, stays what it is."""
        found = await self.one(grant, which)
        from_ = [int(State.SIGNED), int(State.DISCARDED)]
        try:
            return await self._move(grant, found, from_, State.DRAFT, None, None)
        except asyncpg.UniqueViolationError:  # she has begun another of the same form meanwhile: both are kept
            other = next(w for w in await self.hers(grant) if w.open and (w.form, w.about) == (found.form, found.about))
            beside = Sent(id=other.id, patient=found.patient, form=found.form, about=found.about, window=found.id,
                          version=-1, fields=found.fields)  # fmt: skip
            kept = await self.save(grant, beside)
            await self._move(grant, found, from_, State.GONE, None, None)
            return kept

    async def discard(self, grant: PersonGrant, which: str) -> Writing:
        """Throw a draft away; for a day it can be called back. Raises `Absent`, `Busy`."""
        found = await self.one(grant, which)
        open_ = [int(State.DRAFT), int(State.RETURNED)]
        return await self._move(grant, found, open_, State.DISCARDED, None, None)

    async def _move(
        self, grant: PersonGrant, found: Writing, from_: list[int], to: State, signer: str | None, due: int | None
    ) -> Writing:
        place = (*found.key, found.id, grant.actor_mark)
        rows = await self._pool.fetch(_STATE, *place, from_, int(to), signer, due, self._clock.real())
        return writing_of(rows[0]) if rows else await self.one(grant, found.id)

    async def under_way(self, writer: int, form: str) -> list[Writing]:
        """What one writer has signed of a form and is not in the record: it waits, or came back.

        About whomever: shows whose only by its key. Raises `Busy`.
        """
        return [writing_of(row) for row in await self._pool.fetch(_UNDER_WAY, writer, form)]

    # -- said elsewhere than in a panel -------------------------------------------------------------------

    async def hand_in(self, key: PersonKey, writer: int, sent: Sent, signer: str) -> Writing:
        """Let what is said go when `WAIT` is over. Raises `Busy`, `Conflict`.

        Of one version of an entry the same writer says one thing: the first that waits or has gone is what comes back.
        """
        now = self._clock.real()
        said = msgspec.json.encode(dict(sent.fields)).decode()
        row = (sent.id, writer, sent.patient, sent.form, sent.about, sent.base, said, now, signer, now + WAIT)
        rows = await self._pool.fetch(_HAND_IN, *key, *row)
        if rows:
            return writing_of(rows[0])
        for each in await self.handed_in(writer, sent.form):
            if (each.about, each.base) == (sent.about, sent.base) and each.state in (State.SIGNED, State.DONE):
                return each
        raise Conflict("this was said already")

    async def handed_in(self, writer: int, form: str) -> list[Writing]:
        """What one writer has said so: what did not go and is still kept, then what she said in the last day.

        Of each the newest first. Raises `Busy`.
        """
        since = self._clock.real() - DISCARDED_FOR
        return [writing_of(row) for row in await self._pool.fetch(_HANDED_IN, writer, form, since)]

    async def take_back(self, writer: int, form: str, which: str) -> bool:
        """Take back what waits; False where it is on its way, or has gone. Raises `Busy`."""
        return bool(await self._pool.fetch(_TAKE_BACK, writer, form, which, self._clock.real()))

    async def put_away(self, writer: int, form: str, which: str) -> None:
        """Tell no more of what did not go; for a day its words can be had back. Raises `Busy`."""
        await self._pool.fetch(_PUT_AWAY, writer, form, which, self._clock.real())

    async def made_of(self, writing: Writing, author: str) -> tuple[str, str]:
        """What its writer has made of the entry it is about: the Task of the next version, and its body (JSON).

        ("", "") for nothing. Raises `Busy`.
        """
        rows = await self._pool.fetch(_MADE_OF, *writing.key, author, writing.about, writing.base)
        return (rows[0]["task"], rows[0]["body"]) if rows else ("", "")

    async def gave_up(self, writing: Writing, why: str) -> None:
        """It cannot go: its words stay for its writer, with the name of the rule. Raises `Busy`."""
        said, now = msgspec.json.encode(writing.fields).decode(), self._clock.real()
        await self._pool.fetch(_SETTLE, *writing.key, writing.id, int(State.GONE), "", why, said, "{}", now)

    # -- into the record ---------------------------------------------------------------------------------

    async def due(self, writer: int = 0) -> list[Writing]:
        """What is signed and whose time is up, taken by the caller for `LEASE`; `writer` narrows it. Raises `Busy`."""
        now = self._clock.real()
        return [writing_of(row) for row in await self._pool.fetch(_DUE, now, now + LEASE, writer)]

    async def done(self, writing: Writing, entry: str) -> None:
        """It is in the record as `entry`: its words are the record's now."""
        now = self._clock.real()
        await self._pool.fetch(_SETTLE, *writing.key, writing.id, int(State.DONE), entry, "", "{}", "{}", now)

    async def returned(self, writing: Writing, why: str) -> None:
        """It could not be put there: the writer has it back, with the name of the rule."""
        said, others = (msgspec.json.encode(each).decode() for each in (writing.fields, writing.others))
        values = (int(State.RETURNED), "", why, said, others, self._clock.real())
        try:
            await self._pool.fetch(_SETTLE, *writing.key, writing.id, *values)
        except asyncpg.UniqueViolationError:  # another of the same form was begun: it gets this text beside its own
            await self._beside_newer(writing, why)

    async def _beside_newer(self, writing: Writing, why: str) -> None:
        async with self._pool.acquire() as conn, conn.transaction():
            same = """select w.id, w.others from writing w join writing o on o.bucket = w.bucket and o.person = w.person
                and o.writer = w.writer and o.form = w.form and o.about = w.about
                where o.bucket = $1 and o.person = $2 and o.id = $3 and w.state in (0, 3) for update of w"""
            newer = (await conn.fetch(same, *writing.key, writing.id))[0]
            others = msgspec.json.decode(newer["others"]) | {writing.id: writing.fields}
            now = self._clock.real()
            await conn.fetch(_BESIDE, *writing.key, newer["id"], msgspec.json.encode(others).decode(), now)
            await conn.fetch(_SETTLE, *writing.key, writing.id, int(State.GONE), "", why, "{}", "{}", now)

    async def let_go(self, writing: Writing) -> None:
        """Nothing could be done now (the database was away): the next look tries again."""
        await self._pool.fetch(_LET_GO, *writing.key, writing.id)

    async def is_here(self, type_name: str, key: PersonKey, entry_id: str) -> bool:
        """Whether an entry of this id has ever been written: a commit that was cut off may have been carried out."""
        return bool(await self._pool.fetch(_HERE, key[0], TYPES[type_name], entry_id))

    def _asked(self, grant: PersonGrant) -> list[list[Any]]:
        asked = ask_values(grant, self._clock)
        return list(map(list, zip(*((*key, *asked) for key in grant.keys), strict=True)))


async def age(conn: asyncpg.Connection, real: int) -> None:
    """Take the words of drafts that nobody has touched for thirty days, and the rows of what was told long enough."""
    for statement in _AGED:
        await conn.execute(statement, real - KEPT, real)
    await conn.execute(_THROWN, real - DISCARDED_FOR)


def writing_of(row: Any, *, met: bool = False) -> Writing:
    """The writing of a row with the columns `ROW`."""
    return Writing(
        key=(row["bucket"], row["person"]),
        id=row["id"],
        patient=row["patient"],
        form=row["form"],
        about=row["about"],
        base=row["base"],
        state=State(row["state"]),
        version=row["version"],
        window=row["win"],
        step=row["step"],
        fields=msgspec.json.decode(row["fields"]),
        others=msgspec.json.decode(row["others"]),
        made=row["made"],
        changed=row["changed"],
        signer=row["signer"] or "",
        due=row["due"] or 0,
        said=row["said"],
        entry=row["entry"],
        met=met,
    )
