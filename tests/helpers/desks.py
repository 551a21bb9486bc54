"""Whoever answers cases, and how they are found on the pages."""

from __future__ import annotations

import re
from html import unescape

import msgspec
from doors import case

from felles import access, fhir
from felles.access import accounts
from felles.access.accounts import Account
from felles.access.actor import Actor, Sort
from felles.access.codes import OPENING_REASON
from felles.access.resources import practitioner, role_of, struct
from felles.demo.places import GP_OFFICE, ORGANISATIONS, OUT_OF_HOURS, STAFF
from felles.record.changes import Change
from felles.record.clock import FOREVER


def grant():
    return access.maintenance("a test", until=FOREVER)


async def hired(site, key, organisation, role="reviewer"):
    """Somebody with a role, and her account's id."""
    org = ORGANISATIONS[organisation].reference
    url = "urn:uuid:someone"
    done = await site.store.commit(
        grant(),
        [
            Change(op="create", type="Practitioner", resource=struct(practitioner("Eva", key)), full_url=url),
            Change(op="create", type="PractitionerRole", resource=struct(role_of(url, org, role, since=0))),
        ],
    )
    card = {"place": 1, "group": "staff", "title": {}, "where": {}, "try": {}}
    account = Account(f"{key}-{role}", done[0].reference, f"Eva {key}", done[1].reference, card)
    await accounts.put(site.store, account, since=0, until=FOREVER)
    return account.id


def links(html, pattern):
    return re.findall(rf'href="({pattern})"', unescape(html).replace("&#x2f;", "/"))


async def case_at(reviewer, title):
    """The addresses at which the cases on her worklist are answered that are called so."""
    answer = await reviewer.get("/arbeid")
    assert answer.status_code == 200, answer.text
    named = "".join(part for part in re.split("<tr[ >]", answer.text) if title in part)
    return [answered_at(href) for href in links(named, '/arbeid/[^"]+')]


def answered_at(href):
    """Where a case is answered whose hand-over is at `href`."""
    return f"/admin/saker/{href.rpartition('/')[2]}"


async def an_entry(citizen):
    """The address of one of her problems or medicines."""
    return links((await citizen.get("/meg")).text, '/meg/e/(?:MedicationRequest|Condition)/[^"]+')[0]


async def something_waits(site):
    """A request to see a part of Olav's record, and a way into Marit's that its reader made herself."""
    olav, marit = [await _account(site, persona) for persona in ("eldre", "parorende")]
    mother = await _account(site, "forelder")
    key, about = await site.store.place(olav), olav.removeprefix("Patient/")
    who = Actor(
        sort=Sort.CITIZEN, reference=mother, name="Sara Haile", role_code="citizen", keys=(), purpose="PATRQT",
        until=FOREVER,
    )  # fmt: skip
    asked = case(
        about,
        "request",
        description="Jeg vil vite hva legen sa om hjertet hans.",
        requester={"reference": mother, "display": "Sara Haile"},
        owner={"reference": ORGANISATIONS[GP_OFFICE].reference},
    )
    await site.store.commit(access.case(who, (key,)), [change(asked)])
    await books_for_herself(site, marit)


async def books_for_herself(site, patient):
    """A nurse out of hours states a need for `patient` (Patient/x), and then makes herself a task; its id."""
    key, staff = await site.store.place(patient), STAFF["jorid"]
    actor = Actor(
        sort=Sort.STAFF,
        reference=staff.practitioner,
        name=staff.full_name,
        role_code=staff.role,
        organization=ORGANISATIONS[OUT_OF_HOURS].reference,
        organization_name=ORGANISATIONS[OUT_OF_HOURS].name,
        until=FOREVER,
    )
    reason = {"coding": [{"system": OPENING_REASON, "code": "other"}], "text": "Ringte og spurte om hjelp"}
    need = case(patient.removeprefix("Patient/"), "need", reasonCode=reason)
    await site.store.commit(access.case(actor, (key,)), [change(need)])
    task = need | {"code": {"text": "Ring"}, "owner": {"reference": actor.reference}}
    return (await site.store.commit(access.person(actor, (key,)), [change(task)]))[0].id


def change(task):
    return Change(op="create", type="Task", resource=fhir.decode(msgspec.json.encode(task)))


async def _account(site, persona):
    return (await site.store.pool.fetch("select actor from account where id = $1", persona))[0]["actor"]
