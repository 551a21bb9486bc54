"""What a citizen wrote and nobody took in time is answered all the same, and what is urgent goes where somebody is."""

import re
from datetime import timedelta
from html import unescape

import pytest
from browsing import found_in, gone, own, patient_named, words
from desks import change, grant

from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.access.resources import moment, role_of, struct
from felles.care.handovers import rules
from felles.demo.places import HEALTH_STATION, ORGANISATIONS, STAFF
from felles.record.changes import Change
from felles.record.maintenance import connect
from felles.ui.dates import local

pytestmark = pytest.mark.slow

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def post(visitor, path, **form):
    return await gone(visitor, await visitor.post(path, headers=own(), data=form))


async def one_of(site, message):
    """The hand-over of a message, whatever carries it."""
    rows = await site.store.pool.fetch("select * from handover where source = $1 or focus = $1", message)
    assert len(rows) == 1
    return rows[0]


async def up_the_ladder(site, region, message):
    """The time of it is up as often as its ladder is long; the hand-over that nobody took."""
    conn = await connect(region.url)
    try:
        for _ in range(4):
            row = await one_of(site, message)
            if row["state"] == State.UNTAKEN:
                return row
            put = "update handover set next = next - 30::bigint * 86400000000 where source = $1"
            await site.store.pool.fetch(put, row["source"])
            await Keeper(site.store, conn).round()
    finally:
        await conn.close()
    raise AssertionError(State((await one_of(site, message))["state"]))


async def asked(site, ida, midwife, question):
    """A question of hers at the midwife's station; the message (`Communication/x`)."""
    form = await ida.get("/meg/meldinger/ny")
    station = found_in(r'value="(Organization/[^"]+)" checked', form.text)
    assert (await post(ida, "/meg/meldinger/ny", tekst=question, til=station)).status_code == 303
    listed = unescape((await midwife.get("/arbeid")).text)
    return found_in(rf'href="/arbeid/(Communication/[^"]+)"[^>]*>Melding: {re.escape(question)}', listed)


async def test_what_nobody_took_in_time_is_answered_and_she_reads_the_answer(site, region):
    async with site.visitor("gravid") as ida, site.visitor("jordmor") as midwife, site.visitor("sykepleier") as other:
        message = await asked(site, ida, midwife, "Kan jeg ta tran nå")
        row = await up_the_ladder(site, region, message)
        assert row["owner"] == ORGANISATIONS[HEALTH_STATION].reference  # nothing is above it: it stays where it is
        path = f"/arbeid/{row['source']}"
        shown = await midwife.get(path)
        assert shown.status_code == 200
        forms = unescape(shown.text)
        for verb in ("ta", "svar", "spor", "videre", "avsla"):
            assert f'action="{path}/{verb}"' in forms, verb
        assert f'action="{path}/avslutt"' not in forms
        ready = found_in(r'class="card stack ready">.*?name="tekst" value="([^"]+)"', shown.text.replace("\n", " "))
        assert (await other.get(path)).status_code == 404
        assert (await post(other, f"{path}/ta")).status_code == 404
        assert (await post(midwife, f"{path}/ta")).status_code == 303
        assert (await one_of(site, message))["owner"] == STAFF["synne"].practitioner
        assert (await post(midwife, f"{path}/svar", tekst=ready)).status_code == 303
        assert (await one_of(site, message))["state"] == State.DONE
        mine = words((await ida.get("/meg/meldinger")).text)
        assert ready in mine


async def quiet(site, name):
    """An inbox without a telephone, where somebody works, and not on any of these days."""
    day = local(site.store.clock.clinical()).date() + timedelta(days=3)
    org = {"resourceType": "Organization", "name": name, "active": True}
    made = await site.store.commit(grant(), [Change(op="create", type="Organization", resource=struct(org))])
    role = role_of(STAFF["jonas"].practitioner, made[0].reference, "doctor", since=0)
    role["availableTime"] = [{"daysOfWeek": [DAYS[day.weekday()]], "availableStartTime": "10:00:00",
                              "availableEndTime": "11:00:00"}]  # fmt: skip
    await site.store.commit(grant(), [Change(op="create", type="PractitionerRole", resource=struct(role))])
    return made[0].reference


async def test_what_is_urgent_is_given_on_to_where_somebody_is_and_always_says_to_ring(site):
    olav, _ = await patient_named(site, "saeterbo")
    me, store = {"reference": STAFF["amir"].practitioner}, site.store
    empty = await quiet(site, "Stillegarden")

    async def sent(to, *, urgent):
        task = rules.sending(
            Kind.TASK, patient=f"Patient/{olav}", sender=me["reference"], to=to, words="Faller om", urgent=urgent,
            now=moment(store.clock.clinical()),
        )  # fmt: skip
        return f"/arbeid/{(await store.commit(grant(), [change(task)]))[0].reference}"

    async with site.visitor("sykepleier") as nurse:
        made = {urgent: await sent(me["reference"], urgent=urgent) for urgent in (True, False)}
        refused = await post(nurse, f"{made[True]}/videre", til=empty)
        assert refused.status_code == 422
        assert "Ingen hos Stillegarden er på vakt nå. Velg en annen." in words(refused.text)
        assert (await post(nurse, f"{made[False]}/videre", til=empty)).status_code == 303  # it can wait
        alone = words((await nurse.get(await sent(empty, urgent=True))).text)
        assert re.search(r"Ring: dette skal ses av noen innen minutter\. Ingen telefon er registrert\. "
                         r"Den er hos Stillegarden\.", alone)  # fmt: skip
        assert "Ingen telefon er registrert" not in words((await nurse.get(made[False])).text)
