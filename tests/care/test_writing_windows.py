"""Windows at one form of an open record: what each holds when another has signed, thrown away, or signed out."""

import json
import re
from html import unescape

import pytest
from browsing import own, patient_named, words
from signed import over

from felles.record.ids import bucket_of, new_id
from felles.record.writings import State

pytestmark = pytest.mark.slow

QUICK = {"x-felles-part": "lagre"}


def hidden(html):
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', unescape(html)))


@pytest.fixture
async def note(site):
    """The address of a note about Olav, which nobody has begun."""
    patient, _ = await patient_named(site, "saeterbo")
    await site.store.pool.fetch("delete from writing")
    return f"/p/{patient}/skriv/notat"


async def opened(visitor, note):
    answer = await visitor.get(note)
    assert answer.status_code == 200, words(answer.text)
    return hidden(answer.text)


async def sent(visitor, note, form, gjor, **more):
    return await visitor.post(note, data=form | {"gjor": gjor} | more, headers=own(), follow_redirects=True)


async def quick(visitor, note, form, tekst, steg):
    """A save by the script."""
    data = form | {"gjor": "lagre", "tekst": tekst, "steg": str(steg)}
    return await visitor.post(note, data=data, headers=own() | QUICK)


async def texts(site, *states):
    """The text of each draft in one of these states, the oldest first."""
    asked = "select fields from writing where state = any($1) order by made"
    rows = await site.store.pool.fetch(asked, [int(state) for state in states])
    return [json.loads(row["fields"]).get("tekst", "") for row in rows]


async def two(visitor, note):
    """One text that is saved, and two windows that show it."""
    await sent(visitor, note, await opened(visitor, note), "lagre", tekst="abc")
    return await opened(visitor, note), await opened(visitor, note)


async def test_what_is_written_on_after_another_window_signed_is_a_draft_of_its_own(site, note):
    async with site.visitor("fastlege") as doctor:
        for gone in (False, True):
            await site.store.pool.fetch("delete from writing")
            one, other = await two(doctor, note)
            assert "Signert." in words((await sent(doctor, note, one, "signer", tekst="abc", steg="9")).text)
            if gone:
                assert await over(site) == 1
            saved = await quick(doctor, note, other, "abc def", 5)
            assert saved.status_code == 200
            assert "alt signert" in saved.json()["sagt"]
            assert saved.json()["id"] != other["id"]
            on = other | {"id": saved.json()["id"], "versjon": str(saved.json()["versjon"])}
            more = (await quick(doctor, note, on, "abc def ghi", 6)).json()
            assert (more["id"], more["versjon"], "signert" in more["sagt"]) == (on["id"], 2, False)
            assert await texts(site, State.DRAFT) == ["abc def ghi"]
            assert "abc def ghi</textarea>" in (await doctor.get(note)).text
            # a late save of the window that signed is none
            late = await quick(doctor, note, one, "ab", 8)
            assert late.status_code == 409
            assert late.json()["vis"] == f"{note}?utkast={one['id']}"
            assert await texts(site, State.DRAFT) == ["abc def ghi"]


async def test_signing_what_was_written_on_after_another_window_signed_is_asked_of_her_once_more(site, note):
    async with site.visitor("fastlege") as doctor:
        one, other = await two(doctor, note)
        await sent(doctor, note, one, "signer", tekst="abc")
        answer = await sent(doctor, note, other, "signer", tekst="abc def", steg="5")
        assert answer.status_code == 409
        assert "Ble ikke ført inn. Det som sto her, er alt signert. Teksten din er her." in words(answer.text)
        assert "abc def</textarea>" in answer.text
        assert (await texts(site, State.SIGNED), await texts(site, State.DRAFT)) == (["abc"], ["abc def"])
        again = await sent(doctor, note, hidden(answer.text), "signer", tekst="abc def")
        assert "Signert." in words(again.text)
        assert await texts(site, State.SIGNED) == ["abc", "abc def"]
        # the twin: what was signed, sent again, is signed once; gone back to and written on, it is asked of her too
        for _ in range(2):
            assert "Signert." in words((await sent(doctor, note, one, "signer", tekst="abc")).text)
        assert await texts(site, State.SIGNED) == ["abc", "abc def"]
        assert (await sent(doctor, note, one, "signer", tekst="abc ghi")).status_code == 409
        assert await texts(site, State.DRAFT) == ["abc ghi"]


async def test_what_is_written_on_after_another_window_threw_it_away_is_a_draft_of_its_own(site, note):
    async with site.visitor("fastlege") as doctor:
        one, other = await two(doctor, note)
        await quick(doctor, note, one, "abc", 9)
        await sent(doctor, note, one, "forkast")
        late = await quick(doctor, note, one, "ab", 8)
        assert (late.status_code, await texts(site, State.DRAFT)) == (409, [])
        saved = await quick(doctor, note, other, "abc def", 5)
        assert (saved.status_code, await texts(site, State.DRAFT)) == (200, ["abc def"])
        assert "signert" not in saved.json()["sagt"]
        assert await texts(site, State.DISCARDED) == ["abc"], "and can be fetched back"


async def test_a_text_that_was_written_after_two_were_shown_is_not_thrown_away_by_the_choice(site, note):
    async with site.visitor("fastlege") as doctor:
        one, other, third = [await opened(doctor, note) for _ in range(3)]
        assert (await quick(doctor, note, one, "Fra det ene", 1)).status_code == 200
        met = await quick(doctor, note, other, "Fra det andre", 1)
        assert (met.status_code, met.json()["vis"]) == (409, note)
        form = await opened(doctor, note)
        assert (await quick(doctor, note, third, "Fra det tredje", 1)).status_code == 409
        for choice in ("lagret", "begge", other["vindu"]):
            shown = await sent(doctor, note, form, "flett", velg=choice)
            assert shown.status_code == 409
            for text in ("Fra det ene", "Fra det andre", "Fra det tredje"):
                assert words(shown.text).count(text) == 1
        # the twin: who was shown them all has said what becomes of them
        chosen = await sent(doctor, note, hidden(shown.text), "flett", velg="begge")
        assert "Fra det ene\n\nFra det" in chosen.text
        (both,) = await texts(site, State.DRAFT)
        assert sorted(both.split("\n\n")) == ["Fra det andre", "Fra det ene", "Fra det tredje"]


async def test_a_window_left_open_writes_nothing_in_the_name_of_who_signs_in_beside_it(site, note):
    async with site.visitor("hjemmesykepleier") as nurse:
        form = await opened(nurse, note)  # not saved once
        await nurse.post("/logg-ut", headers=own())
        assert (await quick(nurse, note, form, "Bare min", 1)).status_code == 303
        await nurse.post("/logg-inn", data={"persona": "sykepleier"}, headers=own())
        assert (await nurse.get(note)).status_code == 200, "she may write of him too"
        refused = await quick(nurse, note, form, "Bare min", 2)
        assert (refused.status_code, refused.headers["location"]) == (303, "/")
        for gjor in ("lagre", "signer", "finn", "flett"):
            answer = await nurse.post(note, data=form | {"gjor": gjor, "tekst": "Bare min"}, headers=own())
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), gjor
        assert await texts(site, *State) == []
        assert "Bare min" not in (await nurse.get(note)).text
        # who began it signs in again, and her window goes on
        await nurse.post("/logg-ut", headers=own())
        await nurse.post("/logg-inn", data={"persona": "hjemmesykepleier"}, headers=own())
        assert (await quick(nurse, note, form, "Bare min", 3)).status_code == 200
        assert await texts(site, State.DRAFT) == ["Bare min"]
        elsewhere = form | {"id": new_id(((bucket_of(form["id"]) or 0) + 1) % 4096)}
        assert (await quick(nurse, note, elsewhere, "Et annet sted", 4)).status_code == 404
        assert "Signert." in words((await sent(nurse, note, form, "signer", tekst="Bare min", steg="5")).text)
