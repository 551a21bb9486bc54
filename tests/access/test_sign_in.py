"""Signing in and out: sessions, personas, tokens, clients."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from felles.access import accounts, clients, personas
from felles.access.accounts import Account, Held
from felles.access.actor import Sort
from felles.access.doorkeeper import Doorkeeper
from felles.access.errors import NotSignedIn, Refused
from felles.access.sessions import KEPT, Sessions, cookie, cookie_name, digest_of
from felles.access.signing import Signer
from felles.access.tokens import Issuer
from felles.demo.places import GP_OFFICE, ORGANISATIONS
from felles.record.errors import Absent

ORGANISATION = ORGANISATIONS[GP_OFFICE].reference
OPERATOR = '{"name":"test"}'
PERSONAS = (
    "fastlege sekretar jordmor fodselslege avtalespesialist helsesykepleier legevaktlege sykehuslege sykepleier "
    "farmasoyt hjemmesykepleier administrator"
)


@pytest.fixture
def issuer(store, region_home):
    return Issuer(store, Signer.of(region_home), OPERATOR)


async def acts(store):
    rows = await store.pool.fetch("select text from leaf where person = 0 order by number")
    return [msgspec.json.decode(row["text"]) for row in rows]


@pytest.mark.store
async def test_each_persona_can_sign_in_and_is_who_her_card_says(store, door):
    for persona in await personas.all_of(store):
        actor = await door.sessions.actor(await personas.sign_in(store, door.sessions, persona.id))
        assert actor.name == persona.name
        assert (actor.sort is Sort.CITIZEN) is (persona.group == "citizen")
        if actor.sort is Sort.STAFF:
            assert actor.role.nb == persona.title["nb"]
            assert actor.organization.startswith("Organization/")
            assert actor.organization_name
        else:
            assert actor.keys


async def test_personas_are_listed_in_their_order(store):
    assert [p.id for p in await personas.all_of(store)][:12] == PERSONAS.split()


async def test_outside_demo_mode_there_are_no_personas(outside):
    with pytest.raises(Absent):
        await personas.all_of(outside)
    with pytest.raises(Absent):
        await personas.sign_in(outside, Sessions(outside), "fastlege")


async def test_a_persona_that_is_none_cannot_sign_in(store, door):
    await accounts.put(store, Account("ekte", "Practitioner/x", "Ekte Person"), since=0, until=10**18)
    for name in ("nobody", "ekte"):
        with pytest.raises(Absent):
            await personas.sign_in(store, door.sessions, name)


async def test_in_demo_mode_one_can_be_any_grown_up_in_the_region(store, door):
    (row,) = await store.pool.fetch(
        """select e.id, e.body from entry e join type_name t on t.type = e.type and t.name = 'Patient'
            where e.state = 0 and e.form = 0 and not exists (select 1 from account a where a.actor = 'Patient/' || e.id)
              and exists (select 1 from face f where f.id = e.id and f.born < '2000-01-01')
            limit 1"""
    )
    patient = f"Patient/{row['id']}"
    actor = await door.sessions.actor(await personas.sign_in(store, door.sessions, patient))
    assert (actor.sort, actor.reference, bool(actor.keys)) == (Sort.CITIZEN, patient, True)
    assert actor.name.split()[-1] in row["body"]
    assert patient not in [p.id for p in await personas.all_of(store)]
    with pytest.raises(Absent):
        await personas.sign_in(store, door.sessions, "Patient/nobody")


async def test_outside_demo_mode_nobody_signs_in_as_a_person_without_proof(outside):
    rows = await outside.pool.fetch(
        "select 'Patient/' || e.id as ref from entry e join type_name t using (type) where t.name = 'Patient' limit 1"
    )
    with pytest.raises(Absent):
        await personas.sign_in(outside, Sessions(outside), rows[0]["ref"])


async def test_a_cookie_names_its_session_and_nothing_else_does(store, door):
    value = await personas.sign_in(store, door.sessions, "fastlege")
    assert (await door.cookie({"felles": value})).name == "Ingrid Haugan"
    assert await door.cookie({"felles": value + "x"}) is None
    assert await door.cookie({"felles": digest_of(value).hex()}) is None
    assert await door.cookie({"__Host-felles": value}) is None
    assert await door.cookie({}) is None


async def test_the_database_holds_only_the_hash_of_a_session(store, door):
    value = await personas.sign_in(store, door.sessions, "fastlege")
    rows = await store.pool.fetch("select s::text as line, digest from session s")
    assert digest_of(value) in [row["digest"] for row in rows]
    assert not [row for row in rows if value in row["line"]]


async def test_signing_out_ends_the_session_everywhere(store, door, region_home):
    other = Doorkeeper(store, Signer.of(region_home))
    value = await personas.sign_in(store, door.sessions, "fastlege")
    assert await other.sessions.actor(value)
    await door.sessions.end(value)
    assert await door.sessions.actor(value) is None
    store.clock.move(1)
    assert await other.sessions.actor(value) is None


async def test_a_session_ends_by_its_time_and_without_use(store, door):
    kept = await personas.sign_in(store, door.sessions, "fastlege")
    idle = await personas.sign_in(store, door.sessions, "fastlege")
    for _ in range(4):
        store.clock.move(1500)
        assert await door.sessions.actor(kept)
    assert await door.sessions.actor(idle) is None
    store.clock.move(1500 * 20)
    assert await door.sessions.actor(kept) is None


async def test_ended_sessions_are_swept_away(store, door):
    value = await personas.sign_in(store, door.sessions, "fastlege", lifetime=5)
    kept = []
    for seconds in (6, KEPT // 1_000_000):
        store.clock.move(seconds)
        await door.sessions.sweep()
        kept.append(await store.pool.fetch("select 1 from session where digest = $1", digest_of(value)))
    assert [len(rows) for rows in kept] == [1, 0], "kept for a month, to tell what came since"


async def test_it_is_known_when_somebody_was_last_here_before_today_in_this_role_alone(store, door):
    value = await personas.sign_in(store, door.sessions, "fastlege")
    gp = await door.sessions.actor(value)
    began = store.clock.real()
    assert (await door.sessions.last_worked(gp, began + 1) or 0) <= began
    other = replace(gp, role_code="doctor")
    assert await door.sessions.last_worked(other, began + 10**9) is None
    assert await door.sessions.last_worked(replace(gp, organization="Organization/x"), began + 10**9) is None
    assert await door.sessions.last_worked(gp, 0) is None


async def test_a_role_that_is_not_held_signs_nobody_in(store, door):
    gp = await accounts.find(store, "fastlege")
    assert gp is not None
    (held,) = await accounts.roles_held(store, gp.actor)
    assert await door.sessions.start(gp, held)
    for wrong in (replace(held, role="administrator"), Held("PractitionerRole/x", "gp", ORGANISATION, "", 1), None):
        with pytest.raises(NotSignedIn):
            await door.sessions.start(gp, wrong)


async def test_a_citizen_whose_patient_is_not_here_cannot_sign_in(store, door):
    with pytest.raises(NotSignedIn):
        await door.sessions.start(Account("x", "Patient/x" + "0" * 26, "Ingen"))


async def test_signing_in_and_out_are_logged(store, door):
    before = len(await acts(store))
    value = await personas.sign_in(store, door.sessions, "jordmor")
    await door.sessions.end(value)
    lines = (await acts(store))[before:]
    assert [line["act"] for line in lines] == ["sign-in", "sign-out"]
    assert {line["who"]["name"] for line in lines} == {"Synne Rønningen"}


async def test_those_who_ask_at_once_share_one_lookup(store, door):
    value = await personas.sign_in(store, door.sessions, "fastlege")
    store.clock.move(2)
    found = await asyncio.gather(*(door.sessions.actor(value) for _ in range(20)))
    assert len({id(actor) for actor in found}) == 1


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http():
    plain, secure = cookie("v", secure=False), cookie("v", secure=True)
    assert plain == "felles=v; Path=/; HttpOnly; SameSite=Lax"
    assert secure == "__Host-felles=v; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert cookie("", secure=True).endswith("Max-Age=0")
    assert cookie_name(secure=True) == "__Host-felles"


async def test_a_token_as_a_persona_acts_as_her_until_she_signs_out(store, door, issuer):
    token = await issuer.for_persona("fastlege", 600)
    actor = await door.bearer(token)
    assert (actor.name, actor.sort) == ("Ingrid Haugan", Sort.STAFF)
    assert actor.may("read")
    assert door.known(token) is actor
    await store.pool.fetch("update session set ended = 1 where ended is null")
    store.clock.move(2)
    with pytest.raises(NotSignedIn):
        await door.bearer(token)


async def test_a_token_ends_by_its_time(store, door, issuer):
    token = await issuer.for_demo("system/*.*", 60)
    assert (await door.bearer(token)).sort is Sort.MAINTENANCE
    store.clock.move(61)
    with pytest.raises(NotSignedIn):
        await door.bearer(token)


async def test_a_server_outside_demo_mode_takes_no_token_of_the_demo(store, region_home, issuer):
    tokens = [await issuer.for_demo("system/*.*", 60), await issuer.for_persona("fastlege", 60)]
    store.settings = replace(store.settings, demo=False)
    strict = Doorkeeper(store, Signer.of(region_home))
    for token in tokens:
        with pytest.raises(NotSignedIn):
            await strict.bearer(token)


async def test_a_client_acts_for_its_organisation_until_it_is_ended(store, door, issuer):
    client = await clients.add(
        store,
        name="Prøvesvar",
        organization=ORGANISATION,
        scope="system/*.read",
        purpose="TREAT",
        approval="sak 12",
        until=store.clock.real() + 10**9,
        who=OPERATOR,
    )
    token = await issuer.for_client(client.id, 600)
    actor = await door.bearer(token)
    assert (actor.sort, actor.organization, actor.client) == (Sort.SYSTEM, ORGANISATION, "Prøvesvar")
    assert not actor.may("write")
    assert await clients.end(store, client.id, OPERATOR)
    store.clock.move(2)
    with pytest.raises(NotSignedIn):
        await door.bearer(token)
    with pytest.raises(Refused):
        await issuer.for_client(client.id, 600)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": ""},
        {"scope": "system/Observation.read"},
        {"purpose": ""},
        {"purpose": "FUN"},
        {"approval": " "},
        {"organization": ""},
        {"organization": "Organization/nowhere"},
        {"seconds": 0},
        {"seconds": 86_401},
        {"purpose": "maintenance"},
    ],
)
async def test_a_token_for_a_scope_demands_everything_it_is_for(outside, issuer, wrong):
    asked = {
        "scope": "system/*.read",
        "organization": ORGANISATION,
        "purpose": "TREAT",
        "approval": "sak 7",
        "seconds": 60,
    }
    assert await issuer.for_scope(asked["scope"], **{k: v for k, v in asked.items() if k != "scope"})
    asked |= wrong
    with pytest.raises(Refused):
        await issuer.for_scope(asked["scope"], **{k: v for k, v in asked.items() if k != "scope"})


async def test_each_token_is_logged_with_what_it_is_for(store, issuer):
    before = len(await acts(store))
    token = await issuer.for_scope(
        "system/*.read", organization=ORGANISATION, purpose="TREAT", approval="sak 7", seconds=60
    )
    (line,) = (await acts(store))[before:]
    assert (line["act"], line["scope"], line["approval"]) == ("token", "system/*.read", "sak 7")
    assert token not in msgspec.json.encode(line).decode()
