"""A record is open if and only if its explanation names a fact that decides; without the fact both are gone.

Facts of every kind are drawn at random, written as rows, and asked about by readers of every kind; then the fact that
is named is taken away, and again, until none is left.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from felles.access import open as doors
from felles.access.actor import Actor, Sort
from felles.record.clock import BEGINNING, FOREVER
from felles.record.errors import Absent
from felles.record.explain import explain
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.kinds import Kind
from felles.record.numbers import TYPES
from felles.record.reach import reached, readers
from felles.record.read import read
from felles.record.read_person import One, read_page

KEY = (7, 42)
PATIENT = "Patient/p"
ME, COLLEAGUE, MOTHER = "Practitioner/me", "Practitioner/colleague", "Patient/mother"
ORG, OTHER_ORG, UNIT = "Organization/o1", "Organization/o2", "Organization/unit"
PARTIES = (ORG, OTHER_ORG, UNIT, ME)
ENTRIES = {
    "Patient/p": Kind.PERSON,
    "Observation/result": Kind.RESULT,
    "Composition/note": Kind.NOTE,
    "Appointment/hour": Kind.APPOINTMENT,
    "EpisodeOfCare/0": Kind.ENCOUNTER,
    "EpisodeOfCare/1": Kind.ENCOUNTER,
    "EpisodeOfCare/2": Kind.ENCOUNTER,
}
PAST, FUTURE = (BEGINNING, 1), (FOREVER - 2, FOREVER - 1)
ALWAYS = (BEGINNING, FOREVER)
TABLES = ("relation", "pointed", "staffing", "opening", "block", "held", "representation")

SLOWLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
spans = st.sampled_from([ALWAYS, ALWAYS, ALWAYS, PAST, FUTURE])


@dataclass(frozen=True)
class Fact:
    """A row of `table`."""

    table: str
    row: dict[str, Any]


def fact(table: str, **row: Any) -> Fact:
    return Fact(table, row if table == "staffing" else {"bucket": KEY[0], "person": KEY[1], **row})


@st.composite
def relations(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    basis = draw(st.sampled_from([10, 20, 22, 28, 30, 34, 40, 44, 50, 60, 200, 200, 200])) + draw(
        st.sampled_from([0, 0, 100])
    )
    party = mark_of(draw(st.sampled_from(PARTIES)))
    source, writer = f"EpisodeOfCare/{number % 3}", draw(st.sampled_from([ME, COLLEAGUE]))
    return fact("relation", party=party, basis=basis, source=source, writer=writer, since=since, until=until)


@st.composite
def pointed(draw: Any, number: int) -> Fact:
    item = draw(st.sampled_from([each for each in sorted(ENTRIES) if each != PATIENT]))
    return fact("pointed", source=f"EpisodeOfCare/{number % 3}", self=mark_of(item))


@st.composite
def openings(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    who = {
        "actor": mark_of(draw(st.sampled_from([ME, ME, COLLEAGUE]))),
        "org": mark_of(draw(st.sampled_from([ORG, ORG, OTHER_ORG]))),
        "role": mark_of(draw(st.sampled_from(["gp", "gp", "secretary"]))),
    }
    kinds = draw(st.sampled_from([0, 1 << Kind.RESULT, (1 << Kind.RESULT) | (1 << Kind.NOTE), (1 << 29) - 1]))
    named = {"id": f"o{number}", "source": f"Task/{number}", "basis": draw(st.sampled_from([5, 6, 70]))}
    return fact("opening", **named, **who, kinds=kinds, since=since, until=until)


@st.composite
def blocks(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    against, party = draw(
        st.sampled_from([(0, 0), (1, mark_of(ORG)), (1, mark_of(OTHER_ORG)), (2, mark_of("gp")), (3, mark_of(ME))])
    )
    what = draw(st.sampled_from([(None, None), (int(Kind.RESULT), None), (None, "Composition/note"),
                                 (int(Kind.ENCOUNTER), None), (None, "EpisodeOfCare/1")]))  # fmt: skip
    covered = {"kind": what[0], "org": None, "item": what[1] and mark_of(what[1]), "low": BEGINNING, "high": FOREVER}
    return fact("block", id=f"b{number}", against=against, party=party, **covered, since=since, until=until)


@st.composite
def helds(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    item = mark_of(draw(st.sampled_from(sorted(ENTRIES))))
    whom = draw(st.sampled_from([1, 2, 4, 7]))
    return fact("held", item=item, id=f"h{number}", source=f"Consent/h{number}", from_whom=whom, reason=1,
                since=since, until=until)  # fmt: skip


@st.composite
def representations(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    item = draw(st.sampled_from(["", "", "Observation/result", PATIENT]))
    said = {
        "actor": mark_of(draw(st.sampled_from([MOTHER, MOTHER, "Patient/stranger"]))),
        "basis": draw(st.sampled_from([80, 81, 83, 85])),
        "kinds": draw(st.sampled_from([0, (1 << 29) - 1, 1 << Kind.APPOINTMENT])),
        "item": mark_of(item) if item else 0,
        "verbs": draw(st.sampled_from([1, 3, 2])),
        "listed": draw(st.booleans()),
    }
    return fact("representation", id=f"v{number}", source=f"Consent/v{number}", **said, since=since, until=until)


@st.composite
def staffings(draw: Any, number: int) -> Fact:
    since, until = draw(spans)
    who = draw(st.sampled_from([ME, ME, ME, COLLEAGUE]))
    role = draw(st.sampled_from(["gp", "gp", "gp", "secretary"]))
    return fact("staffing", actor=mark_of(who), org=mark_of(draw(st.sampled_from([ORG, ORG, ORG, OTHER_ORG]))),
                party=mark_of(draw(st.sampled_from(PARTIES))), role=role, role_mark=mark_of(role),
                source=f"PractitionerRole/{number}", since=since, until=until)  # fmt: skip


@st.composite
def worlds(draw: Any) -> list[Fact]:
    """Facts of every kind; each with a key of its own."""
    made: list[Fact] = []
    for strategy, most in (
        (relations, 4),
        (pointed, 3),
        (staffings, 3),
        (openings, 2),
        (blocks, 2),
        (helds, 2),
        (representations, 2),
    ):
        made += [draw(strategy(number)) for number in range(draw(st.integers(0, most)))]
    return made


def staff(role: str = "gp", reference: str = ME, org: str = ORG, until: int = FOREVER) -> Actor:
    return Actor(sort=Sort.STAFF, reference=reference, name="Me", role_code=role, organization=org,
                 organization_name="O", until=until)  # fmt: skip


def citizen(reference: str, *keys: tuple[int, int]) -> Actor:
    return Actor(sort=Sort.CITIZEN, reference=reference, name="C", role_code="citizen", until=FOREVER, keys=keys)


GRANTS = {
    "gp": lambda: doors.person(staff(), (KEY,)),
    "secretary": lambda: doors.person(staff("secretary"), (KEY,)),
    "pharmacist": lambda: doors.person(staff("pharmacist"), (KEY,)),
    "elsewhere": lambda: doors.person(staff(org=OTHER_ORG), (KEY,)),
    "over": lambda: doors.person(staff(until=1), (KEY,)),
    "herself": lambda: doors.person(citizen(PATIENT, KEY), (KEY,)),
    "another": lambda: doors.person(citizen(MOTHER, (7, 43)), (KEY,)),
    "mother": lambda: doors.represent(citizen(MOTHER, (7, 43)), PATIENT, (KEY,)),
}


class Facts:
    """The facts of one example, as rows."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn

    async def put(self, facts: list[Fact], *, protected: bool = False) -> None:
        await self.conn.execute(f"truncate {', '.join(TABLES)}")
        for each in facts:
            places = ", ".join(f"${n}" for n in range(1, len(each.row) + 1))
            await self.conn.execute(
                f"insert into {each.table} ({', '.join(each.row)}) values ({places}) on conflict do nothing",
                *each.row.values(),
            )
        await self.conn.execute(
            """update person p set protected = $1, blocked = exists (select from block),
                      opened = exists (select from opening), held = exists (select from held)""",
            protected,
        )

    async def drop(self, basis: str) -> None:
        """Take away the row that is named so, as the log line names it."""
        number, _, source = basis.partition(":")
        gone = 0
        for table in ("relation", "opening", "representation"):
            done = await self.conn.execute(f"delete from {table} where basis = $1 and source = $2", int(number), source)
            gone += int(done.partition(" ")[2])
        assert gone, f"no row is {basis}"


@pytest.fixture
async def facts(rows, owner):
    """An empty record but for the person and her entries, each with a form without place."""
    conn = owner
    await conn.execute("insert into person (bucket, person) values ($1, $2)", *KEY)
    for reference, kind in ENTRIES.items():
        type_name, _, name = reference.partition("/")
        await rows.entry(name, key=KEY, kind=TYPES[type_name], conn=conn)
        await conn.execute("insert into directory (type, id, bucket, person) values ($1, $2, $3, $4)",
                           TYPES[type_name], name, *KEY)  # fmt: skip
        await conn.execute(
            "update entry set kind = $1, self = $2, high = $3 where type = $4 and id = $5",
            int(kind), mark_of(reference), FOREVER, TYPES[type_name], name,
        )  # fmt: skip
    columns = await conn.fetch(
        """select column_name from information_schema.columns where table_name = 'entry' order by ordinal_position"""
    )
    names = [each["column_name"] for each in columns]
    others = ", ".join("2" if name == "form" else name for name in names)
    await conn.execute(f"insert into entry ({', '.join(names)}) select {others} from entry where form = 0")
    return Facts(conn)


async def seen(lane: Any, clock: Any, grant: Any, reference: str) -> bool | None:
    """Whether the page shows the entry; None: the record is not open."""
    try:
        page = await read_page(lane, clock, grant, (One(),), "entry", reference, single=True)
    except Absent:
        return None
    return bool(page.rows[0])


async def told(lane: Any, clock: Any, grant: Any, item: str = "") -> Any:
    """The explanation, or the words of its refusal."""
    try:
        return await explain(lane, clock, grant, PATIENT, item)
    except Absent as refused:
        return str(refused)


async def logged(conn: Any) -> str:
    """The basis in the newest line that let somebody in, as it really was."""
    text = await conn.fetchval(
        'select text from leaf where text like \'%"page:why"%"released"%\' order by number desc limit 1'
    )
    return json.loads(text)["basis"]


NOWHERE = "there is no record here that you may see"


async def agree(lane: Any, clock: Any, grant: Any) -> Any:
    """Assert that decision and explanation say the same of record and entries; give the explanation, or None."""
    why = await told(lane, clock, grant)
    for reference, kind in ENTRIES.items():
        shown = await seen(lane, clock, grant, reference)
        single = not isinstance(why, str) and why.basis.startswith(("200:", "300:", "part"))  # a door for each entry
        assert (shown is None) == (why == NOWHERE) or (single and shown is None), f"{reference}: {shown}, {why}"
        one = await told(lane, clock, grant, reference)
        if shown:
            assert one.entry.kind == kind
            assert grant.kinds >> kind & 1 or grant.mode is Mode.PROXY
        else:
            assert isinstance(one, str), f"{reference} is not seen and is explained: {one}"
        if grant.mode is not Mode.PROXY:
            with_read = True
            try:
                await read(lane, clock, grant, reference.partition("/")[0], reference.partition("/")[2])
            except Absent:
                with_read = False
            assert with_read == bool(shown), f"{reference}: another decision by a read"
    return None if why == NOWHERE else why


@pytest.mark.slow
@pytest.mark.parametrize("reader", sorted(GRANTS))
@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate),
          suppress_health_check=SLOWLY)  # fmt: skip
@given(made=worlds(), protected=st.booleans())
async def test_open_if_and_only_if_a_deciding_fact_is_named(facts, lane, clock, reader, made, protected):
    await facts.put(made, protected=protected)
    grant, named = GRANTS[reader](), set[str]()
    while (why := await agree(lane, clock, grant)) is not None:
        if why.basis == "own":
            assert reader == "herself"
            assert why.grounds == ()
            break
        deciding = [ground for ground in why.grounds if ground.deciding]
        assert len(deciding) == 1
        assert why.grounds[0] is deciding[0]
        basis = await logged(facts.conn)
        if ":" in why.basis:
            assert why.basis == basis
            assert deciding[0].basis == int(basis.partition(":")[0])
        else:  # what it follows from is closed to her: no more than that there is one
            assert why.basis == ("part" if basis.startswith(("200:", "300:")) else "relation")
            assert (deciding[0].basis, deciding[0].source, deciding[0].told) == (0, "", False)
            assert not await seen(lane, clock, grant, basis.partition(":")[2])
        assert basis not in named, "taken away, and named again"
        named.add(basis)
        await facts.drop(basis)
        await facts.conn.execute("update person set opened = exists (select from opening)")
    if reader in ("another", "over"):
        assert not named


@pytest.mark.slow
@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate),
          suppress_health_check=SLOWLY)  # fmt: skip
@given(made=worlds())
async def test_the_list_of_readers_is_who_the_decision_lets_in(facts, lane, clock, made):
    await facts.put(made)
    listed, more = await readers(lane, clock, GRANTS["herself"]())
    assert not more
    hidden = {each.row["item"] for each in made if each.table == "held" and each.row["from_whom"] & 1}
    for reference in (ME, COLLEAGUE):
        for role in ("gp", "secretary"):
            for org in (ORG, OTHER_ORG):
                why = await told(lane, clock, doors.person(staff(role, reference, org), (KEY,)))
                grounds = [] if isinstance(why, str) else why.grounds
                for ground in grounds:
                    source = ground.source
                    if not ground.told or source.startswith("Task/") or mark_of(source) in hidden:
                        continue  # her cases are not among these entries; what is held back from her is left out
                    assert [row for row in listed if row.org == mark_of(org) and row.role == role
                            and (row.basis, row.source) == (ground.basis, source) and row.people > 0]  # fmt: skip
    for row in listed:
        opens = [
            await seen(lane, clock, doors.person(staff(row.role, reference, org), (KEY,)), PATIENT) is not None
            for reference in (ME, COLLEAGUE)
            for org in (ORG, OTHER_ORG)
            if mark_of(org) == row.org
        ]
        assert sum(opens) >= row.people


@pytest.mark.store
async def test_what_a_role_reaches_is_counted_and_nobody_is_named(facts, lane, clock):
    await facts.put([
        fact("staffing", actor=mark_of(ME), org=mark_of(ORG), party=mark_of(UNIT), role="gp", role_mark=mark_of("gp"),
             source="PractitionerRole/mine", since=BEGINNING, until=FOREVER),
        fact("relation", party=mark_of(UNIT), basis=30, source="EpisodeOfCare/0", writer=ME, since=0, until=FOREVER),
        fact("relation", party=mark_of(UNIT), basis=30, source="EpisodeOfCare/1", writer=ME, since=0, until=FOREVER),
        fact("relation", party=mark_of(UNIT), basis=50, source="EpisodeOfCare/2", writer=ME, since=0, until=1),
        fact("relation", party=mark_of(ORG), basis=10, source="EpisodeOfCare/2", writer=ME, since=0, until=FOREVER),
    ])  # fmt: skip
    keeper = doors.administer(staff("local-administrator", "Practitioner/keeper"))
    found = {
        (each.party, each.basis): each.people for each in await reached(lane, clock, keeper, "PractitionerRole/mine")
    }
    assert found == {(mark_of(UNIT), 30): 1, (mark_of(UNIT), 0): 0}
    elsewhere = doors.administer(staff("local-administrator", "Practitioner/keeper", OTHER_ORG))
    assert await reached(lane, clock, elsewhere, "PractitionerRole/mine") == []
    with pytest.raises(Exception, match="organisation's roles"):
        await reached(lane, clock, doors.everyone(staff()), "PractitionerRole/mine")


@pytest.mark.store
async def test_a_ground_whose_entry_the_reader_does_not_see_is_named_and_no_more(facts, lane, clock):
    """It decides, so its name stands in every line of the log; its dates, party and writer do not."""
    open_to_me = [
        fact("staffing", actor=mark_of(ME), org=mark_of(ORG), party=mark_of(ORG), role="gp", role_mark=mark_of("gp"),
             source="PractitionerRole/mine", since=BEGINNING, until=FOREVER),
        fact("relation", party=mark_of(ORG), basis=30, source="EpisodeOfCare/1", writer=COLLEAGUE, since=7,
             until=FOREVER),
        fact("relation", party=mark_of(ORG), basis=40, source="EpisodeOfCare/2", writer=COLLEAGUE, since=8,
             until=FOREVER),
    ]  # fmt: skip
    hides = fact("block", id="b", against=0, party=0, kind=None, org=None, item=mark_of("EpisodeOfCare/1"),
                 low=BEGINNING, high=FOREVER, since=0, until=FOREVER)  # fmt: skip
    await facts.put(open_to_me)
    first, second = (await told(lane, clock, GRANTS["gp"]())).grounds
    assert (first.told, first.since, first.writer, first.roles) == (True, 7, COLLEAGUE, ["PractitionerRole/mine"])
    assert (second.basis, second.source, second.deciding) == (40, "EpisodeOfCare/2", False)
    await facts.put([*open_to_me, hides])
    first, second = (await told(lane, clock, GRANTS["gp"]())).grounds
    assert (first.basis, first.deciding, first.told) == (0, True, False)
    assert (first.source, first.since, first.until, first.parties, first.writer) == ("", None, None, [], "")
    assert second.basis == 40
    await facts.put([*open_to_me, Fact("block", hides.row | {"item": mark_of("EpisodeOfCare/2")})])
    why = await told(lane, clock, GRANTS["gp"]())
    assert [ground.basis for ground in why.grounds] == [30], "one that does not decide is not named at all"
    assert why.closed


@pytest.mark.store
async def test_no_page_and_no_explanation_hints_at_a_ground_that_is_closed(facts, lane, clock):
    """A referral opens the record, and the person closed the referral: that there is a ground is all that is shown."""
    always = {"since": BEGINNING, "until": FOREVER}
    relation = fact("relation", party=mark_of(ORG), basis=40, source="EpisodeOfCare/1", writer=ME, **always)
    closed = {"kind": None, "org": None, "low": BEGINNING, "high": FOREVER, "against": 0, "party": 0, **always}
    works = fact("staffing", actor=mark_of(ME), org=mark_of(ORG), party=mark_of(ORG), role="gp",
                 role_mark=mark_of("gp"), source="PractitionerRole/r", **always)  # fmt: skip
    grant = doors.person(staff(), (KEY,))
    for item, shown in (("EpisodeOfCare/0", "40:EpisodeOfCare/1"), ("EpisodeOfCare/1", "relation")):
        await facts.put([relation, works, fact("block", id="b", item=mark_of(item), **closed)])
        why = await told(lane, clock, grant)
        (ground,) = why.grounds
        page = await read_page(lane, clock, grant, (One(),), "entry", "Composition/note")
        assert (why.basis, page.basis, bool(page.rows[0])) == (shown, shown, True)
        assert (ground.basis, ground.deciding, ground.told) == ((40, True, True) if ":" in shown else (0, True, False))
        assert await logged(facts.conn) == "40:EpisodeOfCare/1"
