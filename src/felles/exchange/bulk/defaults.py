"""On whose behalf an import writes, and whose list the imported join."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from felles.exchange.bulk.inputs import Unreadable
from felles.fhir.search.marks import code_mark
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.store import Store

_BY_ID = """select id, body::json ->> 'name' as name from shared
 where bucket = -1 and type = $1 and id = $2 and form = 0 and state = 0 and not deleted"""
_BY_NUMBER = """select s.id, s.body::json ->> 'name' as name
  from pointer x join shared s on s.bucket = x.bucket and s.type = x.type and s.id = x.id and s.form = 0 and s.state = 0
 where x.mark = $2 and x.type = $1 and x.bucket = -1 and not s.deleted"""
_STAFFED = """select t.actor, t.org, p.id as practitioner, o.id as organization, o.body::json ->> 'name' as name
  from staffing t
  join shared p on p.type = $1 and p.self = t.actor and p.state = 0 and not p.deleted
  join shared o on o.type = $2 and o.self = t.org and o.state = 0 and not o.deleted
 where t.role = $3 and t.since <= $4 and t.until > $4
 order by not exists (select 1 from account a where a.actor = 'Practitioner/' || p.id), o.id, p.id limit 1"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An organisation: its reference and its name."""

    reference: str
    name: str


async def chosen(store: Store, organization: str | None, gp: str | None) -> tuple[Chosen, str | None]:
    """The organisation and GP that were named; in demo mode, when none were, those of a GP one can sign in as.

    Raises `Unreadable` with one clear line when they are not here, or none was named outside demo mode.
    """
    if organization is None and store.settings.demo:
        rows = await store.pool.fetch(_STAFFED, TYPES["Practitioner"], TYPES["Organization"], "gp", store.clock.real())
        if not rows:
            raise Unreadable("this region has no GP yet: say on whose behalf with --organization")
        found = rows[0]
        doctor = f"Practitioner/{found['practitioner']}" if gp is None else await _reference(store, "Practitioner", gp)
        return Chosen(f"Organization/{found['organization']}", found["name"]), doctor
    if organization is None:
        raise Unreadable("say on whose behalf with --organization (Organization/id or organisation number)")
    row = await _find(store, "Organization", organization)
    doctor = None if gp is None else await _reference(store, "Practitioner", gp)
    return Chosen(f"Organization/{row['id']}", row["name"] or ""), doctor


async def _reference(store: Store, type_name: str, text: str) -> str:
    return f"{type_name}/{(await _find(store, type_name, text))['id']}"


async def _find(store: Store, type_name: str, text: str) -> Any:
    if re.fullmatch(r"\d{7,9}", text):
        rows = await store.pool.fetch(_BY_NUMBER, TYPES[type_name], code_mark("identifier", text))
    else:
        rows = await store.pool.fetch(_BY_ID, TYPES[type_name], text.removeprefix(f"{type_name}/"))
    if not rows:
        raise Unreadable(f"there is no {type_name} {text} here")
    return rows[0]
