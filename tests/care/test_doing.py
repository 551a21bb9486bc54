"""What somebody does for another beside reading: each thing she was given, and its twin who was not."""

import pytest
import pytest_asyncio
from browsing import found_in, words
from doors import block, held_back, proxy
from drafting import marks
from households import settled
from msgspec.json import encode

from felles import fhir
from felles.access import open as doors
from felles.access.representation import Verb
from felles.care.messages import begun
from felles.care.writing import kept
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden

pytestmark = pytest.mark.slow

WORDS = "Hun har hatt vondt i kneet i tre uker."
WAYS = {"time": "book", "sporsmal": "write", "fornye": "renew", "viktig": "speak"}
CODES = {"time": "booking", "sporsmal": "question", "fornye": "renewal", "viktig": "matters"}
SCOPES = ("read", "book", "write", "renew", "speak")


@pytest_asyncio.fixture
async def town(record_database, tmp_path):
    async with settled(record_database.url, tmp_path) as made:
        yield made


async def given(town, *scopes, **more):
    """(who gave it, to whom) of a proxy for `scopes`."""
    giver = await town.person("Eik", "1950-02-02", **more)
    helper = await town.person("Vik", "1980-03-03")
    if scopes:
        await town.world.made(proxy(giver["id"], helper["id"], *scopes, end="2099-01-01"))
    return giver, helper


async def sends(town, who, path, **form):
    async with town.visit(await town.citizen(who)) as browser:
        return await browser.post(path, data=form)


async def gets(town, who, path):
    async with town.visit(await town.citizen(who)) as browser:
        return await browser.get(path)


async def told(town, patient):
    """The Communications and Tasks in somebody's record: (type, code, author, on whose behalf)."""
    key = await town.world.store.place(f"Patient/{patient['id']}")
    rows = await town.world.store.pool.fetch(
        """select n.name, e.body::json #>> '{category,0,coding,0,code}' as category,
                  e.body::json #>> '{code,coding,0,code}' as code, e.author, e.behalf
             from entry e join type_name n on n.type = e.type
            where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted
              and n.name in ('Communication', 'Task')""",
        *key,
    )
    return [(row["name"], row["category"] or row["code"], row["author"], row["behalf"]) for row in rows]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scope", SCOPES)
async def test_each_thing_takes_its_own_scope(town, way, scope):
    giver, helper = await given(town, scope)
    may = WAYS[way] == scope
    page = (await gets(town, helper, f"/for/{giver['id']}/gjor")).text
    assert (f'value="{way}"' in page) is may
    answer = await sends(town, helper, f"/for/{giver['id']}/gjor", hva=way, tekst=WORDS)
    assert answer.status_code == (303 if may else 403), answer.text
    written = ("Communication", CODES[way], f"Patient/{helper['id']}", f"Patient/{giver['id']}")
    assert await told(town, giver) == ([written] if may else [])


async def test_what_is_sent_is_whole_and_logged_and_the_person_reads_it(town):
    giver, helper = await given(town, "speak", "book")
    for form in ({"hva": "", "tekst": WORDS}, {"hva": "time", "tekst": "kort"}):
        assert (await sends(town, helper, f"/for/{giver['id']}/gjor", **form)).status_code == 422
    assert (await sends(town, helper, f"/for/{giver['id']}/gjor", hva="time", tekst=WORDS)).status_code == 303
    key = await town.world.store.place(f"Patient/{giver['id']}")
    rows = await town.world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number", *key
    )
    last = next(row["text"] for row in reversed(rows) if '"outcome":"written"' in row["text"])
    assert f'"for":"Patient/{giver["id"]}"' in last
    assert '"basis":"81:Consent/' in last
    own = await (await town.world.citizen(giver)).get("Communication")
    assert [each["resource"]["payload"][0]["contentString"] for each in own.json["entry"]] == [WORDS]


async def test_nobody_without_a_proxy_does_anything(town):
    giver, stranger = await given(town)
    for path, what in (("gjor", "time"), ("e/Condition/x/feil", "merknad")):
        form = {"hva": what, "tekst": WORDS}
        assert (await gets(town, stranger, f"/for/{giver['id']}/{path}")).status_code == 404
        assert (await sends(town, stranger, f"/for/{giver['id']}/{path}", **form)).status_code == 404
    async with town.visit(town.gp) as browser:
        assert (await browser.get(f"/for/{giver['id']}/gjor")).status_code == 403
    assert await told(town, giver) == []


async def test_an_ended_proxy_and_a_protected_address_end_it(town):
    giver, helper = await given(town, "book")
    hidden = {"url": "http://felles.example/fhir/StructureDefinition/protected-address", "valueCode": "strict"}
    kept = {k: v for k, v in giver.items() if k != "meta"} | {"extension": [hidden]}
    assert (await town.world.system.put(f"Patient/{giver['id']}", kept)).status == 200
    answer = await sends(town, helper, f"/for/{giver['id']}/gjor", hva="time", tekst=WORDS)
    assert answer.status_code == 404
    giver, helper = await given(town, "book")
    town.at("2099-06-01T12:00:00+02:00")
    answer = await sends(town, helper, f"/for/{giver['id']}/gjor", hva="time", tekst=WORDS)
    assert answer.status_code == 404
    assert await told(town, giver) == []


async def condition(town, patient):
    return await town.world.made(
        {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient['id']}"}, "code": {"text": "Gikt"}}
    )


@pytest.mark.parametrize("scopes", [("read",), ("read", "speak")], ids=["reads", "speaks"])
@pytest.mark.parametrize(("what", "code"), [("merknad", "remark"), ("retting", "correction")])
async def test_a_remark_and_a_correction_take_that_she_speaks_for_the_person(town, scopes, what, code):
    giver, helper = await given(town, *scopes)
    entry = await condition(town, giver)
    speaks = "speak" in scopes
    path = f"/for/{giver['id']}/e/Condition/{entry['id']}"
    assert ("Si fra om feil" in words((await gets(town, helper, path)).text)) is speaks
    assert (await gets(town, helper, f"{path}/feil")).status_code == (200 if speaks else 403)
    answer = await sends(town, helper, f"{path}/feil", hva=what, tekst=WORDS)
    assert answer.status_code == (303 if speaks else 403), answer.text
    found = [(each[1], *each[2:]) for each in await told(town, giver)]
    assert found == ([(code, f"Patient/{helper['id']}", f"Patient/{giver['id']}")] if speaks else [])


async def form_at(town, who, path, text):
    """What the form at `path` sends beside its words: its own id, and the marks of its draft."""
    html = (await gets(town, who, path)).text
    return marks(html, text.name) | {"id": found_in(r'name="id" value="([^"]+)"', html)}


@pytest.mark.parametrize("what", ["sporsmal", "retting", "merknad"])
async def test_what_is_sent_twice_is_one_and_other_words_are_another(town, what):
    giver, helper = await given(town, "read", "write", "speak")
    path, text = f"/for/{giver['id']}/gjor", begun.DOING
    if what != "sporsmal":
        entry = await condition(town, giver)
        path, text = f"/for/{giver['id']}/e/Condition/{entry['id']}/feil", begun.WRONG
    form = await form_at(town, helper, path, text)
    for words_, many in ((WORDS, 1), (WORDS, 1), (f"{WORDS} Verst om natten.", 2)):
        answer = await sends(town, helper, path, **form, hva=what, tekst=words_)
        assert answer.status_code == 303, answer.text
        assert len(await told(town, giver)) == many
    stranger = await town.person("Ek", "1980-03-03")
    assert (await sends(town, stranger, path, id=form["id"], hva=what, tekst=WORDS)).status_code == 404
    assert len(await told(town, giver)) == 2


async def test_what_went_though_its_server_died_before_it_knew_is_no_draft(town, monkeypatch):
    giver, helper = await given(town, "write")
    path = f"/for/{giver['id']}/gjor"

    async def dies(*_):
        pass

    for words_, went in (("Skrevet og ikke sendt ennå.", False), (WORDS, True)):
        form = await form_at(town, helper, path, begun.DOING)
        monkeypatch.setattr(kept.Held, "sent", dies)
        await sends(town, helper, path, **form, hva="sporsmal" if went else "", tekst=words_)
        monkeypatch.undo()
        assert (words_ in (await gets(town, helper, path)).text) is not went
    assert len(await told(town, giver)) == 1


async def test_she_demands_nothing_of_what_the_person_herself_does_not_see_and_deletes_nothing(town):
    giver, helper = await given(town, "read", "speak")
    entry = await condition(town, giver)
    path = f"/for/{giver['id']}/e/Condition/{entry['id']}/feil"
    assert (await sends(town, helper, path, hva="sletting", tekst=WORDS)).status_code == 422
    await town.world.made(held_back(giver["id"], f"Condition/{entry['id']}"))
    assert (await sends(town, helper, path, hva="merknad", tekst=WORDS)).status_code == 404
    assert await told(town, giver) == []


async def test_no_scope_blocks_consents_or_gives_a_proxy(town):
    giver, helper = await given(town, *SCOPES)
    third = await town.person("Tre", "1980-01-01")
    actor, reference = await town.citizen(helper), f"Patient/{giver['id']}"
    key = await town.world.store.place(reference)
    for made in (block(giver["id"]), proxy(giver["id"], third["id"])):
        for verb in Verb:
            if verb is Verb.READ:
                continue
            change = Change(op="create", type="Consent", resource=fhir.decode(encode(made)))
            with pytest.raises(Forbidden):
                await town.world.store.commit(doors.act(actor, reference, (key,), verb), [change])
    client = await town.world.citizen(helper)
    for made in (block(giver["id"]), proxy(giver["id"], third["id"])):
        assert (await client.post("Consent", made)).status == 403


async def appointment(town, patient, **more):
    return await town.world.made(
        {
            "resourceType": "Appointment",
            "status": "booked",
            "description": "Kontroll",
            "start": "2099-01-15T10:00:00+01:00",
            "end": "2099-01-15T10:20:00+01:00",
            "participant": [
                {"actor": {"reference": f"Patient/{patient['id']}"}, "status": "accepted"},
                {"actor": {"reference": "Practitioner/gp", "display": "Lege"}, "status": "accepted"},
            ],
            **more,
        }
    )


async def now(town, booked):
    return (await town.world.system.get(f"Appointment/{booked['id']}")).json


@pytest.mark.parametrize("scopes", [("book",), ("read",), ("read", "speak")], ids=["books", "reads", "speaks"])
async def test_who_may_book_for_her_calls_off_and_nobody_else_does(town, scopes):
    giver, helper = await given(town, *scopes)
    other, _ = await given(town)
    booked, of_other = [await appointment(town, each) for each in (giver, other)]
    gone = await appointment(town, giver, start="2020-01-15T10:00:00+01:00", end="2020-01-15T10:20:00+01:00")
    books, base = "book" in scopes, f"/for/{giver['id']}/timer"
    listed = words((await gets(town, helper, base)).text)
    assert "Kontroll" in listed
    assert ("Avbestill" in listed) is books
    page = await gets(town, helper, f"{base}/{booked['id']}")
    assert ("Avbestill timen" in words(page.text)) is books
    for name in (of_other["id"], "nothing"):
        assert (await gets(town, helper, f"{base}/{name}")).status_code == 404
        assert (await sends(town, helper, f"{base}/{name}", svar="avlys")).status_code == 404
    stranger = await town.person("Ek", "1980-03-03")
    assert (await sends(town, stranger, f"{base}/{booked['id']}", svar="avlys")).status_code == 404
    assert (await sends(town, helper, f"{base}/{booked['id']}", svar="ja")).status_code == 400
    assert (await sends(town, helper, f"{base}/{gone['id']}", svar="avlys")).status_code == (409 if books else 403)
    stale = await sends(town, helper, f"{base}/{booked['id']}", svar="avlys", versjon="9")
    assert stale.status_code == (409 if books else 403)
    assert [(await now(town, each))["status"] for each in (booked, of_other, gone)] == ["booked"] * 3

    answer = await sends(town, helper, f"{base}/{booked['id']}", svar="avlys", grunn="Hun er syk.", versjon="1")
    assert answer.status_code == (303 if books else 403)
    said = await now(town, booked)
    assert said["status"] == ("cancelled" if books else "booked")
    if books:
        assert said["cancelationReason"]["coding"][0]["code"] == "pat"
        assert said["cancelationReason"]["text"] == "Hun er syk. Avbestilt av The citizen"
        history = await gets(town, giver, f"/meg/e/Appointment/{booked['id']}")
        for told in ("Hvorfor avlyst Hun er syk. Avbestilt av The citizen", "Ført av en som handler for pasienten"):
            assert told in words(history.text), "she reads who did it for her"
        rows = await town.world.store.pool.fetch(
            "select author, behalf from entry where id = $1 and version = 2", booked["id"]
        )
        assert {(row["author"], row["behalf"]) for row in rows} == {
            (f"Patient/{helper['id']}", f"Patient/{giver['id']}")
        }


async def test_what_is_kept_from_her_helper_is_not_called_off(town):
    """The right to book does not reach what its holder does not see, whatever else she may."""
    giver, helper = await given(town, "book")
    booked = await appointment(town, giver)
    key = await town.world.store.place(f"Patient/{giver['id']}")
    who = await town.citizen(helper)
    await town.world.made(held_back(giver["id"], f"Appointment/{booked['id']}"))
    assert (await gets(town, helper, f"/for/{giver['id']}/timer/{booked['id']}")).status_code == 404
    grant = doors.call_off(who, f"Patient/{giver['id']}", (key,))
    change = Change(op="update", type="Appointment", id=booked["id"])
    change.resource = fhir.decode(encode(booked | {"status": "cancelled"}))
    with pytest.raises(Absent):
        await town.world.store.commit(grant, [change])
    with pytest.raises(Forbidden):
        doors.call_off(town.gp, f"Patient/{giver['id']}", (key,))
    assert (await now(town, booked))["status"] == "booked"
