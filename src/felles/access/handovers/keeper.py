"""What nobody came for goes on, and what has lost its owner gets another: by writing the entry anew, as anybody would.

    late     nobody received it by its date: up the ladder of its kind, to its sender in the end (`states.climb`)
    unseen   what is urgent came back to its sender, who has not looked within the hour: to whoever is on duty where she
             works, then above, and in the end to who runs the record, by name. So does a citizen's that nobody took
             within the minutes, from whom she wrote to: she owns no work, and it comes back to nobody
    nobody   the owner's last role ended, the unit closed (its last role, or `active` false): to the owner's unit, what
             that is part of, the sender, who runs the record. Who had it took it, and whoever gets it has not: it is
             sent anew, and waits as what is sent; what falls to its sender nobody has taken
    away     whoever has it is away: to her stand-in, or her unit; when she is back it is hers again (`away`)
    offer    the person has another GP or municipality: it is offered to the new one, and moves with a yes (`offers`)
    stopped  its owner may not see it any more (`hook.give_back`): the entry says so too, or that it has ended. So it is
             where no commit but time or staff has made a block bite (`due.SHUT`, each minute). What is
             closed to who sent it as well goes to the nearest unit above where somebody may see it, else to who runs
             the record, who gives it on without seeing it
    nobodys  an organisation applied or was decided on, roles have stood unconfirmed for a year (`nobodys`)
    bare     a referral, order or message to which one of these happens is carried by a Task from then on

A case goes from desk to desk (`record.desks`): to the nearest above, and to whoever runs the record in the end, where
it stays. One keeper works in the region at a time. Two would do no harm: each writes over the version it has read, and
no other.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from felles import fhir
from felles.access.handovers import away, due, inboxes, nobodys, offering
from felles.access.handovers.asking import CITIZENS
from felles.access.handovers.carrying import NO_REQUESTERS, carrying, review_id, reviewing
from felles.access.handovers.hook import DESK, NOWHERE, held_of
from felles.access.handovers.kinds import desk_roles, rule_of
from felles.access.handovers.states import ENDED, ESCALATED, MOVED, STOPPED, UNTAKEN, State, climb, is_person
from felles.access.open import maintenance
from felles.access.resources import moment
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_STATE_SYSTEM
from felles.record.decide import BLOCKED
from felles.record.desks import REVIEW, closed, works
from felles.record.elements import reference_of
from felles.record.errors import RecordError
from felles.record.ids import mark_of
from felles.record.maintenance import AWAY, connect
from felles.record.numbers import TYPES, type_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable

    import asyncpg

    from felles.access.handovers.states import Held
    from felles.record.store import Store

_LOCK: Final = 0x68616E64
"""Held by the one connection that keeps."""
EVERY: Final = 2.0
"""Seconds between two rounds."""
MANY: Final = 200
"""Hand-overs of one round."""
_MINUTE: Final = 60 * MICROSECONDS
SWEEP: Final = _MINUTE
"""Between two looks for what those who have it may not see any more, in real time."""
_PATIENCE: Final = 10 * _MINUTE
GIVEN: Final = "given"
"""It is another's altogether: whose it is, and to whom it comes back. No code of an entry."""
_HIGHEST: Final = 10
"""Units above each other."""
_log = structlog.get_logger("felles.handovers")

_STAFFED: Final = f"""
select 1 from staffing s
 where s.party = $1 and s.since <= $2 and s.until > $2 and ($3 or {works("s.role")}) and not {closed("$1::bigint")}
 limit 1"""
# $1, $2 the person, $3 the entry, $4 hash of a unit, $5 real time.
_SEES: Final = f"""
select 1 from person p
  join entry e on e.bucket = p.bucket and e.type = {type_in("$3::text")} and e.id = split_part($3::text, '/', 2)
   and e.form = 0 and e.state = 0
 where p.bucket = $1 and p.person = $2
   and exists (
        select 1 from (select s.actor, s.org, s.role_mark as role, $5::bigint as real from staffing s
                        where s.party = $4 and s.since <= $5 and s.until > $5 and {works("s.role")}) q
         where not {BLOCKED})"""
_OPERATOR: Final = """
select e.body from staffing s
  join type_name n on n.name = 'PractitionerRole'
  join shared e on e.type = n.type and e.id = split_part(s.source, '/', 2) and e.state = 0 and e.form = 0
 where s.role = 'administrator' and s.since <= $1 and s.until > $1 order by s.source limit 1"""
_PATIENT: Final = f"""
select 'Patient/' || e.id as patient from entry e
 where e.bucket = $1 and e.person = $2 and e.type = {TYPES["Patient"]} and e.form = 0 and e.state = 0 limit 1"""
_PART_OF: Final = f"""
select s.body::json #>> '{{partOf,reference}}' as above from shared s
 where s.self = $1 and s.type = {TYPES["Organization"]} and s.state = 0 and s.form = 0 and not s.deleted"""
_STATE: Final = "select state, stopped from handover where bucket = $1 and person = $2 and source = $3"
_VERSIONS: Final = f"""
select v.body from entry v
 where v.bucket = $1 and v.type = {TYPES["Task"]} and v.id = $2 and v.form = 0 and not v.deleted order by v.version"""
_WORDS: Final = {
    UNTAKEN: "Ingen tok imot innen fristen",
    STOPPED: "Pasienten har sperret for mottakeren",
    MOVED: "Den som hadde ansvaret, er ikke lenger her",
    ESCALATED: "Sendt videre fordi ingen tok imot innen fristen",
    ENDED: "Pasienten sperret for mottakeren",
    GIVEN: "Den som hadde ansvaret, kan ikke ha det lenger",
}
"""What stands in the entry, in the language of the record."""
_AT_DESK: Final = {MOVED: "Saken er hos den som behandler slike saker", UNTAKEN: "Ingen tok saken innen fristen"}
"""The same of a case."""


@dataclass(slots=True)
class Keeper:
    """One round after the other over the region of `store`. `conn` is a job's connection to the same database."""

    store: Store
    conn: asyncpg.Connection
    alone: dict[int, int] = field(default_factory=dict[int, int])
    """Who is away with nobody to have what is hers (hashes), until when that is not asked again (real time)."""
    failed: dict[str, int] = field(default_factory=dict[str, int])
    """What could not be kept for a fault of ours, until when it is not tried again (real time)."""
    swept: int = 0
    """When it was last looked for what nobody who has it may see any more (real time)."""
    looked: int = 0
    """When the roles of the region were last looked at (real time)."""

    async def round(self) -> int:
        """See to what is due; how many hand-overs were written anew. Raises what the driver raises."""
        real, clinical = self.store.clock.real(), self.store.clock.clinical()
        self.alone = {party: until for party, until in self.alone.items() if until > real}
        self.failed = {source: until for source, until in self.failed.items() if until > real}
        many = MANY + len(self.failed)  # what fails takes nobody's turn
        shut = real - self.swept >= SWEEP
        self.swept = real if shut else self.swept
        rows = [
            *await self.conn.fetch(due.STOPPED, many),
            *(await self.conn.fetch(due.SHUT, real, many) if shut else ()),
            *await self.conn.fetch(away.GONE, clinical, real, list(self.alone), many),
            *await self.conn.fetch(away.BACK, clinical, real, many),
            *await self.conn.fetch(offering.MARKED, many),
            *await self.conn.fetch(offering.YES, many),
            *await self.conn.fetch(offering.OVER, many),
            *await self.conn.fetch(due.LATE, clinical, many),
            *await self.conn.fetch(due.UNSEEN, clinical, real, many),
            *await self.conn.fetch(due.NOBODY, real, many),
        ]
        done, seen = await self._nobodys(real), set(self.failed)
        for row in rows:
            if row["source"] in seen:
                continue
            seen.add(row["source"])
            done += await self._tried(row["source"], self._see_to(row))
        return done

    async def _tried(self, source: str, work: Awaitable[int]) -> int:
        """What `work` gives; 0 where it fails, which holds up nothing else. Raises what the driver raises.

        Where the fault is ours, whatever it is, `source` is let be for a while.
        """
        try:
            return await work
        except RecordError as error:  # somebody was faster, or it cannot be written: the next round sees it again
            _log.info("a hand-over was not kept", source=source, error=error.diagnostics)
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - of one entry: the others' dates hold all the same
            self.failed[source] = self.store.clock.real() + _PATIENCE
            _log.exception("a hand-over could not be kept", source=source)
        return 0

    async def _nobodys(self, real: int) -> int:
        """What is about no person."""
        looks = real - self.looked >= nobodys.EVERY
        self.looked = real if looks else self.looked
        done = 0
        for source, work, now in (("applications", nobodys.tell, True), ("roles", nobodys.review, looks)):
            if now and source not in self.failed:
                done += await self._tried(source, work(self.store))
        return done

    async def _see_to(self, row: Any) -> int:
        held, why = held_of(row), row["why"]
        task, version = await self._task(row, held)
        if task is None:
            return 0
        if why in offering.WHY:
            made = await offering.changes(self.store, self._grant(), row, held, task, version, asker=self._asker)
            await self.store.commit(self._grant(), made, act="keep")
            return 1
        if why == "away":
            changed = await self._lend(row, held, task)
        elif why == "back":
            changed = await self._give_back(row, task)
        else:
            to, code = await self._onward(row, held)
            changed = kept(task, held, await self._asker(to, row["org"]) if held.owner == held.sender else to, code)
        if changed is None:
            return 0
        await self._write(row, changed, version)
        return 1

    async def _onward(self, row: Any, held: Held) -> tuple[str, str]:
        """To whom it goes (a reference), and what that is called."""
        if row["why"] in ("stopped", "shut"):
            return (await self._who_sees(row, held), GIVEN) if await self._is_shut(row, held) else _stopped(held)
        if row["why"] == "unseen":
            return await self._next_on_duty(row, held)
        if row["why"] == "nobody":
            return await (self._desk(row, held) if held.kind.case else self._heir(held, row["org"])), MOVED
        return await self._climb(row, held)

    async def _lend(self, row: Any, held: Held, task: dict[str, Any]) -> dict[str, Any] | None:
        if held.kind.case:  # her desk has it meanwhile
            to = await self._desk(row, held)
        else:
            to = await away.whose(self.store, held, row["stand_in"], row["org"])
            to = await self._asker(to, row["org"]) if held.owner == held.sender else to
        if not to:
            self.alone[row["holder"]] = self.store.clock.real() + away.AGAIN
            return None
        return away.lent(task, held, to)

    async def _give_back(self, row: Any, task: dict[str, Any]) -> dict[str, Any] | None:
        named = {away.absent_in(task.get(side)) for side in ("owner", "requester")} - {""}
        here = {each for each in named if await away.is_here(self.store, each)}
        name = row["source"].partition("/")[2]
        versions = [r["body"] for r in await self.conn.fetch(_VERSIONS, row["bucket"], name)]
        former = {body.get("owner", {}).get("reference", ""): body for body in map(msgspec.json.decode, versions)}
        return away.given_back(task, here, former)

    async def _climb(self, row: Any, held: Held) -> tuple[str, str]:
        if held.kind.case:
            return await self._climb_desks(row, held)
        owners, posts = await self._owners(row, held)
        inbox = next((each for each in reversed(owners) if not is_person(each)), "")
        had = {held.sender, *owners, *(each.person for each in posts)}
        duty = await self._duty(held, inbox or posts[-1].unit, had)
        above = await self._above((inbox if held.rung == 0 else "") or held.receiver, row["org"])
        owner, code = climb(held, duty=tuple(duty), above=above)
        return (held.owner if owner.startswith(CITIZENS) else owner), code

    async def _owners(self, row: Any, held: Held) -> tuple[list[str], list[inboxes.Post]]:
        """Whoever has had it, the first one first, and where those of them who are persons work."""
        name = row["source"].partition("/")[2]
        bodies = [msgspec.json.decode(r["body"]) for r in await self.conn.fetch(_VERSIONS, row["bucket"], name)]
        owners = [owner for body in bodies if (owner := body.get("owner", {}).get("reference", ""))]
        owners.append(held.receiver)
        return owners, [await inboxes.post(self.store, each, row["org"]) for each in owners if is_person(each)]

    async def _duty(self, held: Held, inbox: str, had: set[str]) -> list[str]:
        """Who is on duty in an inbox and has not had it, those first whom its kind asks first."""
        first = rule_of(held.kind, urgent=held.urgent).roles
        staff = [each for each in inboxes.at_work(await inboxes.staff(self.store, inbox)) if each.now]
        staff.sort(key=lambda each: bool(first) and each.role not in first)
        return [each.reference for each in staff if each.reference not in had]

    async def _next_on_duty(self, row: Any, held: Held) -> tuple[str, str]:
        """Who looks at what came back, where its sender has not: the next on duty with her, or above.

        Of a citizen's, which nobody took: with whom she wrote to, or above. In the end it is by name who runs the
        record.
        """
        owners, posts = await self._owners(row, held)
        own = held.sender.startswith(CITIZENS)
        inbox = next((each for each in reversed(owners) if not is_person(each)), "")
        if own:
            post = inboxes.Post("", inbox or posts[-1].unit)
        elif is_person(held.sender):
            post = await inboxes.post(self.store, held.sender)
        else:
            post = inboxes.Post("", held.sender)
        had = {held.sender, post.person, *owners, *(each.person for each in posts)}
        place = post.unit
        for _ in range(_HIGHEST):
            if not place:
                break
            if duty := await self._duty(held, place, had):
                return duty[0], ESCALATED
            place = await self._above(place, row["org"])
        # Whoever sent it and is still there has it on her list until she ends it, whoever is asked meanwhile.
        asked = ESCALATED if await self._is_staffed(held.sender) else GIVEN
        return await self._operator(), UNTAKEN if own else asked

    async def _who_sees(self, row: Any, held: Held) -> str:
        """Whose it is when the person has closed it to who had it and to who sent it; "" where there is none at all."""
        place = held.owner
        for _ in range(_HIGHEST):
            place = await self._above(place, row["org"])
            if not place:
                break
            if await self._sees(row, place):
                return place
        return await self._operator()

    async def _is_shut(self, row: Any, held: Held) -> bool:
        """Whether the person has closed it also to who sent it."""
        if held.kind.case or not held.owner or held.owner != held.sender or not await self._is_staffed(held.sender):
            return False
        return not await self._sees(row, held.sender)

    async def _sees(self, row: Any, party: str) -> bool:
        """Whether anybody who staffs it may see the entry of a hand-over."""
        place = (row["bucket"], row["person"], row["source"], mark_of(party), self.store.clock.real())
        return bool(await self.conn.fetch(_SEES, *place))

    async def _operator(self) -> str:
        rows = await self.conn.fetch(_OPERATOR, self.store.clock.real())
        return reference_of(fhir.decode(rows[0]["body"].encode()).practitioner) if rows else ""

    async def _asker(self, party: str, org: int) -> str:
        """`party`, or the nearest above it that R4 lets be who asks (`Task.requester`): a service is none."""
        if not party.startswith(NO_REQUESTERS):
            return party
        for _ in range(_HIGHEST):
            party = await self._above(party, org)
            if not party.startswith(NO_REQUESTERS):
                break
        return party or await self._operator()

    async def _above(self, party: str, org: int) -> str:
        """The nearest unit above `party` that has staff, "" where there is none; `org` as `inboxes.above` has it."""
        return (await inboxes.above(self.store, {party}, org)).get(party, "")

    async def _climb_desks(self, row: Any, held: Held) -> tuple[str, str]:
        found = await self.conn.fetch(_PART_OF, mark_of(held.receiver))
        parent = (found[0]["above"] or "") if found else ""
        above = await self._desk(row, held, mark_of(parent)) if parent else ""
        return climb(held, duty=(), above=above, operator=await self._desk(row, held, mark_of(NOWHERE)))

    async def _desk(self, row: Any, held: Held, start: int | None = None) -> str:
        """The desk of an organisation (its hash; None: whose it is now), "" where that has it already or none is."""
        start = row["org"] if start is None else start
        found = await self.conn.fetch(DESK, start, list(desk_roles(held.kind)), self.store.clock.real())
        desk = found[0]["desk"] if found else ""
        return "" if desk == held.owner else desk

    async def _heir(self, held: Held, org: int) -> str:
        """Whose it is when its owner has nobody: "" where there is none at all."""
        for party in (await self._above(held.owner, org), held.sender, await self._above(held.sender, 0)):
            if party and party != held.owner and await self._is_staffed(party):
                return party
        return await self._operator()

    async def _is_staffed(self, party: str) -> bool:
        named = is_person(party)
        return bool(await self.conn.fetch(_STAFFED, mark_of(party), self.store.clock.real(), named))

    async def _task(self, row: Any, held: Held) -> tuple[dict[str, Any] | None, int]:
        """The Task of a hand-over and its version; a new one (version 0) for what no Task carried; None: not now."""
        type_name, _, name = row["source"].partition("/")
        if row["source"].startswith(REVIEW):
            return reviewing(row["source"], held, await self._patient(row), moment(self.store.clock.clinical())), 0
        read = await self.store.read(self._grant(), type_name, name)
        body = msgspec.json.decode(read.body)
        if type_name == "Task":
            # Somebody may have written it since the row was read: what has ended or moved on is not the keeper's.
            why, needed = row["why"], {"late": State.SENT, "yes": State.ACCEPTED}.get(row["why"])
            now = await self.conn.fetch(_STATE, row["bucket"], row["person"], row["source"])
            state = State(now[0]["state"]) if now else State.ENDED
            over = state.ended or (needed is not None and state is not needed) or (why == "unseen" and not state.back)
            if why == "stopped":
                over = not (now and now[0]["stopped"])
            named = [body.get(side, {}).get("reference") for side in ("owner", "requester")]
            gone = why in ("away", "nobody") and held.owner not in (*named, held.sender)
            return (None if over or gone else _as_sent(body, held)), read.version
        patient = "" if "subject" in body else await self._patient(row)
        return carrying(row["source"], body, held, moment(self.store.clock.clinical()), patient), 0

    async def _patient(self, row: Any) -> str:
        """The person of a row: Patient/id."""
        return str((await self.conn.fetch(_PATIENT, row["bucket"], row["person"]))[0]["patient"])

    async def _write(self, row: Any, task: dict[str, Any], version: int) -> None:
        resource, source = fhir.decode(msgspec.json.encode(task)), row["source"]
        name = source.partition("/")[2]
        if version:
            change = Change(op="update", type="Task", id=name, resource=resource, expected=version)
        else:
            change = Change(op="create", type="Task", resource=resource)
            if source.startswith(REVIEW):
                change.drawn = review_id(row["bucket"], source, row["made"])
        await self.store.commit(self._grant(), [change], act="keep")

    def _grant(self) -> Any:
        return maintenance("hand-over keeper", until=self.store.clock.real() + _MINUTE)


def _as_sent(task: dict[str, Any], held: Held) -> dict[str, Any]:
    """The Task with who sent it, where whoever made it to carry what another had sent named somebody else."""
    named = task.get("requester", {}).get("reference", "")
    able = held.sender and not held.sender.startswith(NO_REQUESTERS)
    if held.kind.case or not able or named in ("", held.sender) or named.startswith("Device/"):
        return task
    return task | {"requester": {"reference": held.sender}}


def _stopped(held: Held) -> tuple[str, str]:
    if held.kind.case:
        return held.owner, MOVED
    return (held.sender, STOPPED) if held.owner and not held.sender.startswith(CITIZENS) else ("", ENDED)


def kept(task: dict[str, Any], held: Held, owner: str, code: str) -> dict[str, Any] | None:
    """The Task as the keeper writes it anew; None where nothing would change. Pure.

    What was its sender's again stays in its state: only whose it is changes; but what is urgent and falls to a unit, of
    which nobody has said yes by name. Whoever gets anything else has not taken it; what has lost its owner and falls to
    its sender, nobody has. A case stays as its desk left it.
    """
    if not owner and code != ENDED:
        return None
    new, words = dict(task), (_WORDS | (_AT_DESK if held.kind.case else {}))[code]
    if code == ENDED:
        new |= {"status": "cancelled", "statusReason": {"text": _WORDS[code]}}
    elif held.owner == held.sender and (code == GIVEN or (code == MOVED and held.state.back)):
        return _given(task, held, owner, code)
    else:
        new["owner"] = {"reference": owner} if owner else task.get("owner")
        if code != MOVED or not held.kind.case:
            new["status"] = "requested"
        if code == MOVED and owner == held.sender and not held.kind.case:
            code = UNTAKEN
    new["businessStatus"] = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": code}], "text": words}
    return None if new == task else new


def _given(task: dict[str, Any], held: Held, to: str, code: str) -> dict[str, Any] | None:
    """The Task as it is `to`'s who neither sent it nor had it. Pure.

    What it says of itself (declined, answered, asked back) it says to her too, but for what is urgent and falls to a
    unit: that is sent there anew.
    """
    if task.get("requester", {}).get("reference") == to:
        return None
    hurries = held.urgent and held.state is not State.ANSWERED and not is_person(to)
    new = dict(task) | {"requester": {"reference": to}}
    if (code == MOVED or held.state in (State.ASKED, State.DECLINED, State.ANSWERED)) and not hurries:
        return new
    business = MOVED if not is_person(to) and (hurries or held.state is not State.UNTAKEN) else UNTAKEN
    business = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": business}], "text": _WORDS[code]}
    return new | {"owner": {"reference": to}, "status": "requested", "businessStatus": business}


@asynccontextmanager
async def running(store: Store, url: str, *, every: float = EVERY) -> AsyncGenerator[None]:
    """Keep for as long as the block runs, whenever no other process does. `url`: the database, as the workers' role."""
    job = asyncio.create_task(_run(store, url, every), name="keeping")
    try:
        yield
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)


async def _run(store: Store, url: str, every: float) -> None:
    while True:
        try:
            conn = await connect(url)
        except AWAY:
            await asyncio.sleep(every)
            continue
        try:
            keeper, mine = Keeper(store, conn), False
            while True:
                mine = mine or await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK)
                if mine:
                    await keeper.round()
                await asyncio.sleep(every)
        except AWAY as error:
            _log.info("the keeper lost its database", error=type(error).__name__)
            await asyncio.sleep(every)
        except Exception:  # noqa: BLE001 - whatever it was, it goes on keeping
            _log.exception("a round of the keeper failed")
            await asyncio.sleep(every)
        finally:
            conn.terminate()
