"""A month of hand-overs: each is ended by a person or on exactly one list; none is silent, none done twice.

Everybody sends, takes, asks back, answers, declines, forwards, puts off and ends, by pages and by FHIR clients alike
(`care.handovers.actions` over the same commits), while owners leave and come, are away and come back, persons get
other GPs, units close, blocks are set and lifted, the clock moves through the month and the night summer time ends,
connections of the database are cut in the middle of whatever they do, the keeper is killed, and the same answer is sent
twice. In the end:

- each hand-over that was acknowledged is there, with one row, and the row says what its entry says;
- each is ended, with a person as the author of the version that ended it and a reason, or on exactly one list: that of
  one owner who has staff;
- no verb was acknowledged twice over one version;
- the board's counts equal the truth.

FELLES_HANDOVERS says how many are sent and acknowledged (2 000; a hundred thousand takes half an hour on two cores).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
import pytest
from doors import block
from worlds import World, actor, opened

from felles import access, fhir
from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM, STAND_IN, UNIT
from felles.access.handovers.guard import has_ended
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State, said_by
from felles.access.resources import moment, struct
from felles.care.handovers import actions, rules
from felles.care.handovers.rules import Verb
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent, Busy, Conflict, Forbidden, PreconditionFailed, RecordError, Unprocessable
from felles.record.ids import mark_of
from felles.record.maintenance import connect
from felles.record.numbers import TYPES
from felles.record.read_board import count_handovers

pytestmark = pytest.mark.soak
MANY = int(os.environ.get("FELLES_HANDOVERS", "2000"))
WRITERS = 8
DAYS = 31
START = int(datetime(2026, 10, 5, 6, tzinfo=UTC).timestamp()) * MICROSECONDS
DAY = 86_400 * MICROSECONDS
UNITS = 6
STAFF = 4
PATIENTS = 40
KINDS = [kind for kind in Kind if kind not in (Kind.ORDER, Kind.OFFER) and not kind.case]
"""What is sent. An order has its sender's result to wait for, not a receiver's answer; offers follow from other GPs."""


@dataclass
class Month:
    """What happened. `acknowledged` holds (Task, version) → verb."""

    world: World
    dice: random.Random
    units: list[str] = field(default_factory=list)
    staff: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)
    tasks: set[str] = field(default_factory=set)
    acknowledged: dict[tuple[str, int], str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    later: set[asyncio.Task[None]] = field(default_factory=set)

    def who(self, person: str) -> Any:
        return actor("nurse", Sort.STAFF, reference=person, organization="Organization/hospital")

    def somebody(self) -> str:
        return self.dice.choice([each for people in self.staff.values() for each in people])


async def prepare(month: Month) -> None:
    world = month.world
    await world.made({"resourceType": "Organization", "name": "Sykehuset"})
    await employ(month, "Practitioner/operator", None, role="administrator")
    for number in range(UNITS):
        parent = {"partOf": {"reference": month.units[0]}} if number else {}
        made = await world.made({"resourceType": "Organization", "name": f"Enhet {number}", **parent})
        month.units.append(f"Organization/{made['id']}")
        month.staff[month.units[-1]] = []
        for place in range(STAFF):
            person = f"Practitioner/n{number}-{place}"
            await employ(month, person, month.units[-1])
            month.staff[month.units[-1]].append(person)
    for _ in range(PATIENTS):
        by = {"reference": f"PractitionerRole/{month.roles[month.somebody()]['id']}"}
        patient = (await world.patient(generalPractitioner=[by]))["id"]
        month.patients.append(patient)
        for unit in month.units:
            await world.made({"resourceType": "EpisodeOfCare", "status": "active", "period": {"start": "2020-01-01"},
                              "patient": {"reference": f"Patient/{patient}"},
                              "managingOrganization": {"reference": unit}})  # fmt: skip


async def employ(month: Month, person: str, unit: str | None, role: str = "nurse") -> None:
    made: dict[str, Any] = {"resourceType": "PractitionerRole", "practitioner": {"reference": person},
                            "organization": {"reference": "Organization/hospital"}, "active": True,
                            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}]}  # fmt: skip
    if unit:
        made["extension"] = [{"url": UNIT, "valueReference": {"reference": unit}}]
    month.roles[person] = await month.world.made(made)


async def patiently(month: Month, work: Any) -> Any:
    """Do it until the database is there; None where it was refused."""
    for _ in range(60):
        try:
            return await work()
        except Busy:
            month.said["busy"] += 1
            await asyncio.sleep(0.05)
        except (Absent, Conflict, PreconditionFailed, Forbidden, Unprocessable) as error:
            month.said[type(error).__name__] += 1
            return None
    raise AssertionError("the database did not come back")


async def send(month: Month) -> None:
    """One is sent. What broke off may be there or not: it is looked for in the end, not sent again."""
    store, dice = month.world.store, month.dice
    sender, patient, to = month.somebody(), dice.choice(month.patients), dice.choice(month.units)
    kind = dice.choice(KINDS)
    key = await patiently(month, lambda: store.place(f"Patient/{patient}"))
    grant = access.person(month.who(sender), (key,))
    try:
        now, urgent = moment(store.clock.clinical()), dice.random() < 0.1
        task = rules.sending(
            kind, patient=f"Patient/{patient}", sender=grant.actor, to=to, words="Vurder dette", now=now, urgent=urgent
        )
        change = Change(op="create", type="Task", resource=struct(task))
        made = (await store.commit(grant, [change], act="create"))[0].id
    except RecordError as error:
        month.said[f"send {type(error).__name__}"] += 1
        return
    month.tasks.add(f"Task/{made}")
    month.sent += 1


async def work(month: Month) -> None:
    """Somebody looks at her list and does something with one of them, now and then twice."""
    store, dice = month.world.store, month.dice
    person = month.somebody()
    who = month.who(person)
    side = "mine" if dice.random() < 0.8 else "sent"
    rows = await patiently(month, lambda: store.work(access.everyone(who), side, 30))
    if not rows:
        return
    row = dice.choice(rows)
    parties = await patiently(month, lambda: store.parties(access.everyone(who)))
    verbs = rules.verbs(Kind(row.kind), State(row.state), holds=mark_of(row.owner) in parties,
                        sent=mark_of(row.sender) in parties, own=row.owner == person)  # fmt: skip
    if not verbs:
        return
    verb = dice.choice(verbs)
    day = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS + 86_400 * dice.randint(1, 9), UTC).date()
    said = {"words": "Fordi det er slik", "to": dice.choice(month.units), "until": day.isoformat()}
    for attempt in range(2 if dice.random() < 0.1 else 1):
        done = await attempted(month, who, row, verb, said)
        if done and attempt:
            month.twice.append(f"{verb} {row.source}")


async def attempted(month: Month, who: Any, row: Any, verb: Verb, said: dict[str, str]) -> bool:
    try:
        source = await actions.do(month.world.store, who, row, verb, **said)
    except RecordError as error:
        month.said[f"{verb} {type(error).__name__}"] += 1
        return False
    month.tasks.add(source)
    if (row.source, row.version) in month.acknowledged:
        month.twice.append(f"{verb} {row.source} {row.version}")
    month.acknowledged[row.source, row.version] = verb
    month.said[str(verb)] += 1
    return True


async def trouble(month: Month, admin: str) -> None:
    """Something goes wrong, or merely changes."""
    dice, world = month.dice, month.world
    which = dice.choice(["leave", "come", "away", "away", "gp", "gp", "close", "block", "lift", "cut", "cut"])
    month.said[which] += 1
    if which in ("leave", "come"):
        person = dice.choice(sorted(set(month.roles) - {"Practitioner/operator"}))
        role = month.roles[person] | {"active": which == "come"}
        await world.system.put(f"PractitionerRole/{role['id']}", role)
    elif which == "away":
        await go_away(month)
    elif which == "gp":
        patient = dice.choice(month.patients)
        by = {"reference": f"PractitionerRole/{month.roles[month.somebody()]['id']}"}
        said = (await world.system.get(f"Patient/{patient}")).json | {"generalPractitioner": [by]}
        await world.system.put(f"Patient/{patient}", said)
    elif which == "close":
        unit = dice.choice(month.units[1:])
        for person in month.staff[unit]:
            role = month.roles[person] | {"active": False}
            await world.system.put(f"PractitionerRole/{role['id']}", role)
        later = asyncio.get_running_loop().create_task(reopen(month, unit))
        month.later.add(later)
        later.add_done_callback(month.later.discard)
    elif which == "block":
        against = dice.choice([month.somebody(), "Organization/hospital"])
        await world.system.post("Consent", block(dice.choice(month.patients), against=against))
    elif which == "lift":
        found = (await world.system.get("Consent?status=active&_count=50")).json.get("entry", [])
        for each in found:
            if dice.random() < 0.7:
                over = each["resource"] | {"status": "inactive"}
                await world.system.put(f"Consent/{over['id']}", over)
    else:
        conn = await asyncpg.connect(admin)
        with suppress(asyncpg.PostgresError):
            await conn.execute("""select pg_terminate_backend(pid) from pg_stat_activity
                                   where datname = current_database() and pid <> pg_backend_pid()
                                     and random() < 0.5""")
        await conn.close()


async def go_away(month: Month) -> None:
    """Somebody is away for some days from now, or from tomorrow, with a stand-in or without."""
    dice, now = month.dice, month.world.store.clock.clinical()
    person, since = month.somebody(), now + dice.choice([0, DAY])
    leave: dict[str, Any] = {"during": {"start": moment(since), "end": moment(since + dice.randint(1, 6) * DAY)}}
    if dice.random() < 0.6:
        stand_in = {"reference": month.somebody()}
        leave["extension"] = [{"url": STAND_IN, "valueReference": stand_in}]
    role = month.roles[person] | {"notAvailable": [leave]}
    await month.world.system.put(f"PractitionerRole/{role['id']}", role)


async def reopen(month: Month, unit: str) -> None:
    await asyncio.sleep(3)
    for person in month.staff[unit]:
        with suppress(RecordError):
            await month.world.system.put(f"PractitionerRole/{month.roles[person]['id']}", month.roles[person])


async def keep(month: Month, url: str) -> None:
    """The keeper, killed in the middle of a round every now and then."""
    while True:
        try:
            conn = await connect(url)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.1)
            continue
        keeper = Keeper(month.world.store, conn)
        try:
            while True:
                await asyncio.wait_for(keeper.round(), month.dice.choice([0.05, 0.3, 30]))
                await asyncio.sleep(0.05)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            month.said["keeper killed"] += 1
        finally:
            conn.terminate()


async def live(month: Month, admin: str) -> None:
    """The month. The clock goes on with what is done, so that each day has its share."""
    store = month.world.store

    async def writer() -> None:
        while month.sent < MANY:
            await send(month)
            for _ in range(4):
                await work(month)
            real = store.clock.real()
            store.clock.offset = START + DAYS * DAY * month.sent // MANY - real

    async def troubles() -> None:
        while month.sent < MANY:
            await asyncio.sleep(month.dice.uniform(0.5, 2))
            with suppress(RecordError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await trouble(month, admin)

    await asyncio.gather(*(writer() for _ in range(WRITERS)), troubles())


async def settle(month: Month, keeper: Keeper) -> None:
    """Everybody is back and nobody does anything more: the keeper finishes."""
    for person, role in month.roles.items():
        if person.startswith("Practitioner/n"):
            await month.world.system.put(f"PractitionerRole/{role['id']}", role)
    for _ in range(200):
        if not await keeper.round():
            return
    raise AssertionError("the keeper does not come to an end")


async def judge(month: Month) -> dict[str, int]:
    """The end of the month; what was found, counted. Raises `AssertionError`."""
    store = month.world.store
    rows = await store.pool.fetch("select * from handover")
    by_source = {row["source"]: row for row in rows}
    assert len(by_source) == len(rows)
    missing = {each for each in month.tasks if each.startswith("Task/")} - by_source.keys()
    assert not missing, f"{len(missing)} were acknowledged and are not there"
    now, staffed = store.clock.clinical(), await _staffed(month)
    counts: Counter[str] = Counter(offers=sum(row["kind"] == Kind.OFFER for row in rows))
    for row in rows:
        type_name, _, name = row["source"].partition("/")
        entry = await store.pool.fetch(
            """select e.body, e.author, e.version from entry e where e.bucket = $1 and e.type = $2 and e.id = $3
                  and e.state = 0 and e.form = 0 and not e.deleted""",
            *(row["bucket"], TYPES[type_name], name),
        )
        assert len(entry) == 1, row["source"]
        resource = fhir.decode(entry[0]["body"].encode())
        said = said_by(resource)
        assert said is not None
        counts[State(row["state"]).name] += 1
        if row["state"] >= State.DONE:
            assert row["next"] is None
            assert row["owner"] == ""
            if has_ended(resource):
                assert entry[0]["author"].startswith(("Practitioner/", "Patient/"))
                assert msgspec.json.decode(entry[0]["body"])["statusReason"]["text"]
            continue
        assert row["next"] is not None
        assert row["owner"] in staffed, f"{row['source']} is with {row['owner']}, where nobody is"
        assert not row["stopped"]
        assert not row["instead"], "everybody is back, and this is with a stand-in who did not take it"
        assert not row["offer"], "it was to be offered"
        if row["kind"] == Kind.OFFER:
            assert by_source[row["focus"]]["state"] < State.DONE, "what is offered has ended"
            counts["offers open"] += 1
        assert not (row["state"] == State.SENT and row["next"] <= now), "nobody came, and nobody was told"
    open_rows = [row for row in rows if row["state"] < State.DONE]
    counted = await count_handovers(store.pool, store.clock)
    assert sum(each.many for each in counted) == len(open_rows)
    late = sum(1 for row in open_rows if row["next"] <= now)
    assert sum(each.many for each in counted if each.late) == late
    assert not any(each.nobody for each in counted)
    assert not month.twice, month.twice[:5]
    return dict(counts) | {"late": late}


async def _staffed(month: Month) -> set[str]:
    real = month.world.store.clock.real()
    rows = await month.world.store.pool.fetch("select party from staffing where since <= $1 and until > $1", real)
    marks = {row["party"] for row in rows}
    return {each for each in [*month.units, *month.roles] if mark_of(each) in marks}


async def test_nothing_is_lost_in_a_month(record_database: Any, tmp_path: Any) -> None:
    async with opened(record_database.url, tmp_path) as world:
        month = Month(world, random.Random(20261005))
        world.store.clock.offset = START - world.store.clock.real()
        await prepare(month)
        keeping = asyncio.create_task(keep(month, record_database.url))
        await live(month, record_database.owner_url)
        keeping.cancel()
        await asyncio.gather(keeping, *month.later, return_exceptions=True)
        conn = await connect(record_database.url)
        await settle(month, Keeper(world.store, conn))
        await conn.close()
        found = await judge(month)
        print(f"{len(month.tasks)} hand-overs: {found}; {dict(month.said)}")
