"""Staff write to a patient who has not written first; she answers, and the answer is somebody's. Each with its deny."""

import json
import re
from html import unescape

import pytest
import pytest_asyncio
from browsing import own, patient_named, words
from doors import consent, proxy
from households import GP, OFFICE, parent_of, settled

from felles.care.writing import actions
from felles.record.codes import RESTRICTION_SYSTEM

pytestmark = pytest.mark.slow

WORDS = "Prøvene dine er fine."


def hidden(html):
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(html)))


async def test_a_message_to_the_patient_is_hers_to_read_and_her_answer_is_the_writers_units(site):
    ida, key = await patient_named(site, "nordmarken")
    path = f"/p/{ida}/skriv/melding"
    async with (
        site.visitor("jordmor") as midwife,
        site.visitor("gravid") as pregnant,
        site.visitor("eldre") as olav,
        site.visitor("sykepleier") as stranger,
    ):
        for other, refused in ((stranger, 404), (olav, 403)):
            assert (await other.get(path)).status_code == refused
            sent = await other.post(path, data={"gjor": "signer", "tekst": WORDS}, headers=own())
            assert sent.status_code == refused
        form = hidden((await midwife.get(path)).text)
        empty = await midwife.post(path, data=form | {"gjor": "signer", "tekst": ""}, headers=own())
        assert empty.status_code == 422
        form = hidden(empty.text)
        await midwife.post(path, data=form | {"gjor": "signer", "tekst": WORDS}, headers=own())
        assert WORDS not in (await pregnant.get("/meg/meldinger")).text  # it can be called back
        await site.store.pool.fetch("update writing set due = 0 where state = 1")
        assert await actions.settle(site.store) == 1
        rows = await site.store.pool.fetch(
            """select e.id, e.body from entry e join type_name t on t.type = e.type
                where e.bucket = $1 and e.person = $2 and t.name = 'Communication' and e.body like $3""",
            *key,
            f"%{WORDS}%",
        )
        (made,) = [json.loads(row["body"]) for row in rows]
        assert made["status"] == "completed"
        assert made["recipient"] == [{"reference": f"Patient/{ida}"}]
        assert made["sender"]["reference"].startswith("Practitioner/")

        mine = unescape((await pregnant.get("/meg/meldinger")).text)
        assert WORDS in mine
        assert WORDS not in (await olav.get("/meg/meldinger")).text
        answer = f"/meg/meldinger/ny?svar=Communication/{made['id']}"
        assert f'href="{answer}"' in mine
        page = unescape((await pregnant.get(answer)).text)
        assert WORDS in page
        to = re.search(r'value="(Organization/[^"]+)"(?: checked)?>', page)
        assert to is not None
        sent = await pregnant.post(
            "/meg/meldinger/ny", data=hidden(page) | {"tekst": "Så bra å høre", "til": to[1]}, headers=own()
        )
        assert sent.status_code == 303
        assert "Så bra å høre" in words((await midwife.get("/arbeid")).text)
        assert "Så bra å høre" not in words((await stranger.get("/arbeid")).text)
        thread = next(each for each in (await pregnant.get("/meg/meldinger")).text.split("<article") if WORDS in each)
        assert "Så bra å høre" in thread


@pytest_asyncio.fixture
async def town(record_database, tmp_path):
    async with settled(record_database.url, tmp_path) as made:
        yield made


async def told(town, patient):
    """A message from the GP to her, as it is stored."""
    return await town.world.made(
        {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{patient['id']}"},
            "sender": {"reference": GP},
            "recipient": [{"reference": f"Patient/{patient['id']}"}],
            "sent": "2026-01-14T10:00:00+01:00",
            "payload": [{"contentString": WORDS}],
        }
    )


@pytest.mark.parametrize("writes", [True, False], ids=["who may write", "who may read alone"])
async def test_who_acts_reads_it_and_answers_as_far_as_she_was_given(town, writes):
    giver, helper = await town.person("Eik", "1950-02-02"), await town.person("Vik", "1980-03-03")
    scopes = ("read", "write") if writes else ("read",)
    await town.world.made(proxy(giver["id"], helper["id"], *scopes, end="2099-01-01"))
    message = f"Communication/{(await told(town, giver))['id']}"
    base = f"/for/{giver['id']}"
    async with town.visit(await town.citizen(helper)) as browser:
        page = unescape((await browser.get(f"{base}/meldinger")).text)
        assert WORDS in page
        assert (f'href="{base}/gjor?svar={message}"' in page) is writes
        sent = await browser.post(f"{base}/gjor", data={"hva": "sporsmal", "tekst": "Takk skal du ha", "svar": message})
        assert sent.status_code == (303 if writes else 403)
        if writes:
            form = await browser.get(f"{base}/gjor?svar={message}")
            assert WORDS in form.text
            assert re.search(r'id="hva-sporsmal"[^>]* checked', form.text)
            assert (await browser.get(f"{base}/meldinger")).text.count("<article") == 1
    key = await town.world.store.place(f"Patient/{giver['id']}")
    rows = await town.world.store.pool.fetch("select owner from handover where bucket = $1 and person = $2", *key)
    assert [row["owner"] for row in rows] == ([OFFICE] if writes else [])


async def test_a_parent_reads_it_and_one_who_is_barred_does_not(town):
    mother, child = await town.person("Mo", "1985-02-02"), await town.person("Liten", "2019-05-20")
    await town.world.made(parent_of(child, mother))
    message = f"Communication/{(await told(town, child))['id']}"
    path = f"/for/{child['id']}/meldinger"
    async with town.visit(await town.citizen(mother)) as browser:
        assert WORDS in (await browser.get(path)).text
        who = {"role": {"text": "x"}, "reference": {"reference": f"Patient/{mother['id']}"}}
        barred = {"coding": [{"system": RESTRICTION_SYSTEM, "code": "barred"}]}
        await town.world.made(consent(child["id"], barred, {"type": "deny", "actor": [who]}))
        assert (await browser.get(path)).status_code == 404
        form = {"hva": "sporsmal", "tekst": "Takk skal du ha", "svar": message}
        assert (await browser.post(f"/for/{child['id']}/gjor", data=form)).status_code == 404
