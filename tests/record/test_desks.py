"""A case always has one desk: whatever organisations stand under each other, and whoever works there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from felles.record.health import facts
from felles.record.ids import mark_of
from felles.record.maintenance import connect
from felles.record.migrate import migrate

pytestmark = [pytest.mark.store, pytest.mark.slow]

NOW = 1_000
REVIEWER, ADMINISTRATOR = "reviewer", "administrator"
ORG = """insert into shared (bucket, person, type, id, version, kind, org, author, self, low, high, updated, commit,
    era, xid, indexer, marks, body)
  values (-1, 0, 100, $1, 1, 0, 0, 'x', $2, 0, 1, 0, 1, 1, pg_current_xact_id(), 1, '{}', $3)"""
ENTRY = """insert into entry (bucket, person, type, id, version, kind, org, author, self, low, high, updated, commit,
    era, xid, indexer, marks, body)
  values (1, 1, 140, $1, 1, 29, 0, 'Practitioner/a', $3, 0, 1, 0, 1, 1, pg_current_xact_id(), 1, '{}', $2)"""
ROLE = """insert into staffing (actor, org, party, role, role_mark, source, since, until)
  values ($1, $2, $2, $3, $4, $5, $6, $7) on conflict do nothing"""


@st.composite
def regions(draw):
    """(parent of each organisation or None, who works where and when, which have closed); the first runs the record."""
    count = draw(st.integers(1, 7))
    parents = [None] + [draw(st.none() | st.integers(0, number - 1)) for number in range(1, count)]
    # The last may stand above the first: a ring must end nowhere but at a desk.
    ring = draw(st.booleans())
    roles = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.sampled_from([REVIEWER, "doctor"]), st.booleans()), max_size=8)
    )
    shut = draw(st.sets(st.integers(0, count - 1), max_size=2))
    return parents, ring, [(0, ADMINISTRATOR, True), *roles], shut


def reference(number):
    return f"Organization/o{number}"


def expected(owner, parents, roles, shut):
    """The desk that has what is sent to `owner`, and in which role they answer there."""
    reviewed = {org for org, role, now in roles if role == REVIEWER and now}
    step, seen = owner, set()
    while step is not None and step not in seen:
        if step in reviewed and step not in shut:
            return step, REVIEWER
        seen.add(step)
        step = parents[step] if step < len(parents) else None
    return (0, REVIEWER) if 0 in reviewed else (0, ADMINISTRATOR)


async def asked(conn, parents, roles, shut):
    for number, parent in enumerate(parents):
        body = {"id": f"o{number}"} | ({} if parent is None else {"partOf": {"reference": reference(parent)}})
        body |= {"active": False} if number in shut else {}
        await conn.execute(ORG, f"o{number}", mark_of(reference(number)), json.dumps(body))
    for place, (org, role, now) in enumerate(roles):
        times = (0, NOW + 1) if now else (0, NOW)
        await conn.execute(
            ROLE, place, mark_of(reference(org)), role, mark_of(role), f"PractitionerRole/{place}", *times
        )
    found = {}
    for owner in range(len(parents) + 1):  # the last is no organisation of ours
        desk = await conn.fetchval("select desk_of($1, array['reviewer'], $2)", mark_of(reference(owner)), NOW)
        answers = set()
        for place, (org, role, _) in enumerate(roles):
            if await conn.fetchval("select at_desk(25::smallint, $1, $2, $3, $4)", place, desk, mark_of(role), NOW):
                answers.add((org, role))
        found[owner] = answers
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=regions())
async def test_each_case_has_one_desk(record_database, region):
    parents, ring, roles, shut = region
    if ring and len(parents) > 1:
        parents = [len(parents) - 1, *parents[1:]]
    conn = await connect(record_database.owner_url)
    try:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("delete from staffing")
        await conn.execute("delete from shared")
        found = await asked(conn, parents, roles, shut)
        await transaction.rollback()
    finally:
        await conn.close()
    assert found == {owner: {expected(owner, parents, roles, shut)} for owner in range(len(parents) + 1)}


@pytest.mark.parametrize(
    ("where", "role", "until", "answered"),
    [
        (None, "", 0, False),
        (0, ADMINISTRATOR, 2**62, True),
        (0, ADMINISTRATOR, 1, False),  # her role has ended
        (1, REVIEWER, 2**62, True),  # of the organisation above the owner
        (3, REVIEWER, 2**62, False),  # of one that has nothing to do with it
        (2, "local-administrator", 2**62, False),
    ],
)
async def test_a_case_whose_desk_is_empty_is_told_of_and_the_desk_it_goes_to_is_found(
    record_database, where, role, until, answered
):
    conn = await connect(record_database.owner_url)
    transaction = conn.transaction()
    await transaction.start()
    try:
        await conn.execute("delete from staffing; delete from shared; delete from handover")
        for number, parent in enumerate((None, 0, 1, None)):
            body = {"name": f"Sted {number}"} | ({} if parent is None else {"partOf": {"reference": reference(parent)}})
            await conn.execute(ORG, f"o{number}", mark_of(reference(number)), json.dumps(body))
        if where is not None:
            marks = (mark_of(reference(where)), role, mark_of(role))
            await conn.execute(ROLE, 1, *marks, "PractitionerRole/r", 0, until)
        desk = await conn.fetchval("select desk_of($1, array['reviewer'], $2)", mark_of(reference(2)), 10)
        for name, state in (("open", 0), ("answered", 7)):
            await conn.execute(
                """insert into handover (bucket, person, source, self, kind, state, owner, holder, sender, origin,
                                         receiver, org, made, since, next)
                   values (1, 1, $1, 1, 25, $3, 'Organization/o', $2, 'Patient/x', 1, 'Organization/o', $2, 1, 1, 2)""",
                name, mark_of(reference(2)) if desk is None else desk, state,
            )  # fmt: skip
        told = await facts(conn)
    finally:
        await transaction.rollback()
        await conn.close()
    assert told.deskless == (0 if answered else 1)
    assert (desk is not None) == answered
    assert desk in (None, mark_of(reference(where or 0)))


WARD, NURSE = "Organization/ward", "Practitioner/nurse"
WORK = [(1, 1, WARD, True), (8, 2, WARD, True), (1, 2, NURSE, True), (1, 1, WARD, False), (5, 2, WARD, True),
        (13, 2, WARD, True), (1, 6, NURSE, True)]  # fmt: skip
"""Kind, state and owner of hand-overs, and whether urgent, as they stood while a unit's yes was somebody's."""
OLD = Path(__file__).parents[2] / "src/felles/record/migrations"


async def test_what_waited_before_is_carried_over(pg_server, tmp_path):
    """A database as it was while cases had a table of their own, brought here: each is one hand-over, none is lost."""
    database = pg_server.fresh()
    for file in OLD.glob("*.sql"):
        if file.name < "0034":
            shutil.copy(file, tmp_path)
    conn = await asyncpg.connect(database.owner_url)
    try:
        await migrate(conn, folder=tmp_path)
        await conn.execute(ORG, "o1", mark_of(reference(1)), json.dumps({"name": "Sted"}))
        for sort in range(1, 9):
            for state in range(3):
                name = f"Task.t{sort}{state}" if sort == 8 else f"t{sort}{state}"
                await conn.execute(
                    """insert into matter (bucket, person, id, self, sort, owner, asker, state, made, due, closed)
                       values (1, 1, $1, $2, $3, $4, $5, $6, 10, 500, $7)""",
                    name, sort * 10 + state, sort, mark_of(reference(1)), 77, state, 20 if state else None,
                )  # fmt: skip
                body = {"status": "received" if state == 0 else "completed", "requester": {"reference": "Patient/p"}}
                await conn.execute(ENTRY, f"t{sort}{state}", json.dumps(body), sort * 10 + state)
        for number, (kind, state, owner, urgent) in enumerate(WORK):
            await conn.execute(
                """insert into handover (bucket, person, source, self, kind, state, urgent, owner, holder, sender,
                                         origin, receiver, org, made, since, next)
                   values (1, 2, $1, $2, $3, $4, $5, $6, 1, 'Practitioner/a', 1, $6, 1, 10, 20, 9000000000)""",
                f"Task/w{number}", number, kind, state, urgent, owner,
            )  # fmt: skip
        for file in OLD.glob("*.sql"):
            shutil.copy(file, tmp_path)
        await migrate(conn, folder=tmp_path)
        work = await conn.fetch("select state, next from handover where person = 2 order by self")
        await conn.execute("delete from handover where person = 2")
        rows = await conn.fetch("select * from handover order by self")
        gone = await conn.fetchval("select to_regclass('matter')")
    finally:
        await conn.close()
        pg_server.drop(database)
    assert gone is None
    # What is urgent and no person had taken is sent, and climbs within minutes; the rest stays as it was.
    anew = (0, 20 + 600_000_000)
    assert [tuple(row) for row in work] == [anew, anew, *((state, 9_000_000_000) for _, state, _, _ in WORK[2:])]
    assert len(rows) == 24
    for row in rows:
        sort, state = divmod(row["self"], 10)
        source = f"Review/Task.t{sort}{state}" if sort == 8 else f"Task/t{sort}{state}"
        assert (row["kind"], row["source"], row["origin"], row["org"]) == (20 + sort, source, 77, mark_of(reference(1)))
        assert row["receiver"] == reference(1)
        assert row["sender"] == ("Patient/p" if sort in (4, 5, 6, 7) else "Practitioner/a")
        open_ = state == 0
        assert row["state"] == ((0 if sort == 8 else 1) if open_ else 6 + state)
        assert (row["owner"], row["next"]) == ((reference(1), 500) if open_ else ("", None))
        assert row["since"] == (10 if open_ else 20)
