"""What costs too much gets one clear answer that names its setting. Limits of the body itself: helpers/bad_input."""

import pytest
from worlds import opened


@pytest.fixture(scope="module")
async def small(record_database, tmp_path_factory):
    limits = {"default_page": 2, "max_page": 3, "max_includes": 2, "max_everything": 4}
    async with opened(record_database.url, tmp_path_factory.mktemp("small"), **limits) as world:
        yield world


@pytest.fixture(scope="module")
async def full(small):
    """A Patient with five Observations, each performed by somebody else."""
    patient = await small.patient()
    for number in range(5):
        doctor = await small.made({"resourceType": "Practitioner", "name": [{"family": f"Lege{number}"}]})
        performer = [{"reference": f"Practitioner/{doctor['id']}"}]
        await small.made(small.observation(patient["id"], performer=performer))
    return patient["id"]


async def test_a_page_is_cut_and_goes_on(small, full):
    for asked, shown in (("", 2), ("&_count=3", 3), ("&_count=100", 3)):
        page = (await small.system.get(f"Observation?patient={full}{asked}")).json
        assert len(page["entry"]) == shown
        assert "next" in [link["relation"] for link in page["link"]]


async def test_too_many_includes_are_refused(small, full):
    refused = await small.system.get(f"Observation?patient={full}&_count=3&_include=Observation:performer")
    assert (refused.status, refused.issues) == (422, [("too-costly", None)])
    assert b"FELLES_MAX_INCLUDES" in refused.body
    assert (await small.system.get(f"Observation?patient={full}&_count=2&_include=Observation:performer")).status == 200


async def test_everything_that_is_too_much_is_refused(small, full):
    refused = await small.system.get(f"Patient/{full}/$everything")
    assert (refused.status, refused.issues) == (422, [("too-costly", None)])
    assert b"FELLES_MAX_EVERYTHING" in refused.body
    assert (await small.system.get(f"Patient/{full}/$everything?_type=Patient")).status == 200


async def test_a_statement_that_takes_too_long_is_broken_off(small):
    async with small.store.pool.acquire() as conn:
        await conn.execute("set statement_timeout = 20")
    # Every free connection may be the one that was set: the query asks one for longer than it has.
    from felles.record.errors import Busy

    with pytest.raises(Busy, match="FELLES_STATEMENT_TIMEOUT"):
        await small.store.pool.fetch("select pg_sleep(5)")
    async with small.store.pool.acquire() as conn:
        await conn.execute("set statement_timeout = 10000")
