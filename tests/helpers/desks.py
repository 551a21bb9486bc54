"""Whoever answers cases, and how they are found on the pages."""

from __future__ import annotations

import re
from html import unescape

from felles import access
from felles.access import accounts
from felles.access.accounts import Account
from felles.access.resources import practitioner, role_of, struct
from felles.demo.places import ORGANISATIONS
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
    answer = await reviewer.get("/admin/saker")
    assert answer.status_code == 200, answer.text
    listed = answer.text
    return links("".join(part for part in listed.split("<tr>") if title in part), '/admin/saker/[^"]+')


async def an_entry(citizen):
    """The address of one of her problems or medicines."""
    return links((await citizen.get("/meg")).text, '/meg/e/(?:MedicationRequest|Condition)/[^"]+')[0]
