"""A case always has one desk: whatever organisations stand under each other, and whoever works there."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from felles.access.cases_cli import said
from felles.record.deskless import deskless
from felles.record.health import facts
from felles.record.ids import mark_of
from felles.record.maintenance import connect

pytestmark = [pytest.mark.store, pytest.mark.slow]

NOW = 1_000
REVIEWER, ADMINISTRATOR = "reviewer", "administrator"
ORG = """insert into shared (bucket, person, type, id, version, kind, org, author, self, low, high, updated, commit,
    era, xid, indexer, marks, body)
  values (-1, 0, 100, $1, 1, 0, 0, 'x', $2, 0, 1, 0, 1, 1, pg_current_xact_id(), 1, '{}', $3)"""
ROLE = """insert into staffing (actor, org, party, role, role_mark, source, since, until)
  values ($1, $2, $2, $3, $4, $5, $6, $7) on conflict do nothing"""


@st.composite
def regions(draw):
    """(parent of each organisation or None, who works where and when); the first one runs the record."""
    count = draw(st.integers(1, 7))
    parents = [None] + [draw(st.none() | st.integers(0, number - 1)) for number in range(1, count)]
    # The last may stand above the first: a ring must end nowhere but at a desk.
    ring = draw(st.booleans())
    roles = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.sampled_from([REVIEWER, "doctor"]), st.booleans()), max_size=8)
    )
    return parents, ring, [(0, ADMINISTRATOR, True), *roles]


def reference(number):
    return f"Organization/o{number}"


def expected(owner, parents, roles):
    """(organisation, role) that answers for `owner`."""
    reviewed = {org for org, role, now in roles if role == REVIEWER and now}
    step, seen = owner, set()
    while step is not None and step not in seen:
        if step in reviewed:
            return step, REVIEWER
        seen.add(step)
        step = parents[step] if step < len(parents) else None
    return (0, REVIEWER) if 0 in reviewed else (0, ADMINISTRATOR)


async def asked(conn, parents, roles):
    for number, parent in enumerate(parents):
        body = {"id": f"o{number}"} | ({} if parent is None else {"partOf": {"reference": reference(parent)}})
        await conn.execute(ORG, f"o{number}", mark_of(reference(number)), json.dumps(body))
    for place, (org, role, now) in enumerate(roles):
        times = (0, NOW + 1) if now else (0, NOW)
        await conn.execute(
            ROLE, place, mark_of(reference(org)), role, mark_of(role), f"PractitionerRole/{place}", *times
        )
    found = {}
    for owner in range(len(parents) + 1):  # the last is no organisation of ours
        for org in range(len(parents)):
            for role in (REVIEWER, ADMINISTRATOR, "doctor"):
                marks = (mark_of(reference(owner)), mark_of(reference(org)), mark_of(role))
                if await conn.fetchval("select falls_to($1, $2, $3, $4)", *marks, NOW):
                    found.setdefault(owner, []).append((org, role))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=regions())
async def test_each_case_has_one_desk(record_database, region):
    parents, ring, roles = region
    if ring and len(parents) > 1:
        parents = [len(parents) - 1, *parents[1:]]
    conn = await connect(record_database.owner_url)
    try:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("delete from staffing")
        await conn.execute("delete from shared")
        found = await asked(conn, parents, roles)
        await transaction.rollback()
    finally:
        await conn.close()
    assert found == {owner: [expected(owner, parents, roles)] for owner in range(len(parents) + 1)}


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
async def test_a_case_that_no_desk_answers_is_the_operators(record_database, where, role, until, answered):
    conn = await connect(record_database.owner_url)
    transaction = conn.transaction()
    await transaction.start()
    try:
        await conn.execute("delete from staffing; delete from shared; delete from matter")
        for number, parent in enumerate((None, 0, 1, None)):
            body = {"name": f"Sted {number}"} | ({} if parent is None else {"partOf": {"reference": reference(parent)}})
            await conn.execute(ORG, f"o{number}", mark_of(reference(number)), json.dumps(body))
        await conn.execute(
            """insert into application (id, state, name, number, body, org, made)
               values ('a', 1, 'Sted 2', '1', '{"email": "post@sted.example", "phone": "12"}', $1, 1)""",
            reference(2),
        )
        for name, state in (("open", 0), ("answered", 1)):
            await conn.execute(
                """insert into matter (bucket, person, id, self, sort, owner, asker, state, made, due)
                   values (1, 1, $1, 1, 5, $2, 1, $3, 1, 86400000000)""",
                name, mark_of(reference(2)), state,
            )  # fmt: skip
        if where is not None:
            marks = (mark_of(reference(where)), role, mark_of(role))
            await conn.execute(ROLE, 1, *marks, "PractitionerRole/r", 0, until)
        found = await deskless(conn)
        told = await facts(conn)
    finally:
        await transaction.rollback()
        await conn.close()
    assert told.deskless == len(found) == (0 if answered else 1)
    shown = "open  correction  due 1970-01-02  meant for Sted 2 (post@sted.example, 12)"
    assert [said(case) for case in found] == ([] if answered else [shown])
