"""Accounts: who can sign in, and the roles each of them holds now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.record.ids import SHARED_BUCKET, mark_of
from felles.record.joined import keys_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.grants import PersonKey
    from felles.record.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    """One who can sign in. `actor` is `Practitioner/x` or `Patient/x`.

    `source` is the PractitionerRole signed in with (None: chosen). `card`, of personas only: see `personas`.
    """

    id: str
    actor: str
    name: str
    source: str | None = None
    card: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds now: `source` is the PractitionerRole, `until` real microseconds."""

    source: str
    role: str
    organization: str
    organization_name: str
    until: int


_PUT: Final = """insert into account (id, actor, name, source, card, since, until)
    values ($1, $2, $3, $4, $5::text::jsonb, $6, $7)
    on conflict (id) do update set actor = excluded.actor, name = excluded.name, source = excluded.source,
       card = excluded.card, since = excluded.since, until = excluded.until"""
_ONE: Final = """select id, actor, name, source, card::text as card from account
    where id = $1 and since <= $2 and until > $2"""

_HELD: Final = f"""
select r.id, t.role, t.until, r.body::json #>> '{{organization,reference}}' as org, o.body::json ->> 'name' as org_name
  from (select distinct source, role, until from staffing
         where actor = $1 and since <= $2 and until > $2) t
  join shared r on r.bucket = {SHARED_BUCKET} and r.type = {TYPES["PractitionerRole"]}
       and r.id = substr(t.source, 18) and r.form = 0 and r.state = 0 and not r.deleted
  left join shared o on o.bucket = {SHARED_BUCKET} and o.type = {TYPES["Organization"]}
       and o.id = substr(r.body::json #>> '{{organization,reference}}', 14) and o.form = 0 and o.state = 0
       and not o.deleted
 order by org_name, t.role, r.id"""

_HERE: Final = f"""
select 1 from entry e where e.bucket = $1 and e.type = {TYPES["Patient"]} and e.id = $2 and e.form = 0 and e.state = 0
   and not e.deleted"""


async def put(store: Store, account: Account, *, since: int, until: int) -> None:
    """Make an account, or replace the one with this id."""
    card = None if account.card is None else msgspec.json.encode(account.card).decode()
    values = (account.id, account.actor, account.name, account.source, card, since, until)
    await store.pool.fetch(_PUT, *values)


async def find(store: Store, account_id: str) -> Account | None:
    """An account that may sign in now, or None."""
    rows = await store.pool.fetch(_ONE, account_id, store.clock.real())
    return account_of(rows[0]) if rows else None


def account_of(row: Any) -> Account:
    """An account from a row with the columns of `_ONE`."""
    card = None if row["card"] is None else msgspec.json.decode(row["card"])
    return Account(row["id"], row["actor"], row["name"], row["source"], card)


async def roles_held(store: Store, actor: str) -> list[Held]:
    """The roles that `Practitioner/x` holds now, by organisation; from the register's data alone."""
    rows = await store.pool.fetch(_HELD, mark_of(actor), store.clock.real())
    return [
        Held(f"PractitionerRole/{r['id']}", r["role"], r["org"], r["org_name"] or r["org"], r["until"]) for r in rows
    ]


async def own_keys(store: Store, patient: str) -> tuple[PersonKey, ...]:
    """All keys of the person that `Patient/x` is, the one that leads first; empty when there is none."""
    place = await store.place(patient)
    if place is None:
        return ()
    if not await store.pool.fetch(_HERE, place[0], patient.removeprefix("Patient/")):
        return ()
    return (await keys_of(store.pool, [place])).get(place, ())
