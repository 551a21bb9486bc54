"""A child signs in to her own record only where the site lets children in, and then from her birthday on."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from browsing import own, words

from felles import access, fhir
from felles.record.changes import Change
from felles.record.clock import FOREVER


async def born(site, years, days=0):
    """Somebody who was so old so many days ago, by the clinical clock."""
    now = datetime.fromtimestamp(site.store.clock.clinical() / 1_000_000, ZoneInfo("Europe/Oslo")).date()
    day = now - timedelta(days=days)
    day = day.replace(year=day.year - years, day=min(day.day, 28))
    made = {"resourceType": "Patient", "name": [{"family": "Ung", "given": ["Kim"]}], "birthDate": day.isoformat()}
    change = Change(op="create", type="Patient", resource=fhir.decode(msgspec.json.encode(made)))
    done = await site.store.commit(access.maintenance("a test", until=FOREVER), [change])
    return done[0].reference


@pytest.fixture
def let(site):
    """Let children in, or not."""
    before = site.store.settings

    def change(**settings):
        site.store.settings = replace(before, **settings)

    yield change
    site.store.settings = before


async def signs_in(site, who):
    async with site.visitor() as browser:
        answer = await browser.post("/logg-inn", data={"persona": who}, headers=own())
        if answer.status_code == 403:
            assert "Barn logger ikke inn selv her" in words(answer.text)
            assert (await browser.get("/meg")).status_code == 303
        else:
            assert (await browser.get("/meg")).status_code == 200
        return answer.status_code


async def test_off_at_first_and_from_thirteen_where_it_is_on(site, let):
    young, teen, grown = await born(site, 12, 300), await born(site, 13, 10), await born(site, 16, 10)
    assert [await signs_in(site, who) for who in (young, teen, grown)] == [403, 403, 303]
    let(child_sign_in=True)
    assert [await signs_in(site, who) for who in (young, teen, grown)] == [403, 303, 303]
    let(child_sign_in=True, child_sign_in_age=14)
    assert await signs_in(site, teen) == 403
