"""Who answers for an order and has seen its answer lets go of what waited for a doctor to look.

"Sett" or "Sett og fulgt opp" (`care.handovers`: a completed Task of code `order` whose focus is the order) is a look at
what had come by then, where she who says it may release results (verb `release`): class `seen` and no stricter, since
that she looked is not that she talked with the person. What changes or comes afterwards waits anew. What was shown
already is held back by nothing of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import fhir
from felles.access.holding_words import ORDER
from felles.access.roles import ROLES
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.elements import codes_of, listed, reference_of
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.record.aftermath import After

RELEASERS: Final = sorted(code for code, role in ROLES.items() if "release" in role.verbs)
"""Roles of those who let a result go."""
_KEYS: Final = "unnest($1::smallint[], $2::bigint[]) k(bucket, person)"
# The results that answer these orders and are held back.
_HELD: Final = f"""
select distinct h.source from {_KEYS}
  join held h on h.bucket = k.bucket and h.person = k.person and not h.passed and not h.mirror
  join entry e on e.bucket = h.bucket and e.person = h.person and e.self = h.item and e.state = 0 and e.form = 0
   and e.type in ({TYPES["Observation"]}, {TYPES["DiagnosticReport"]}) and not e.deleted
 where e.refs && $3::text[] or exists (
       select 1 from {_KEYS.replace(" k(", " o(")}
         join entry r on r.bucket = o.bucket and r.person = o.person and r.type = {TYPES["DiagnosticReport"]}
          and r.state = 0 and r.form = 0 and not r.deleted and r.refs && $3::text[]
          and 'result=' || h.source = any(r.refs))"""
_LOOKS: Final = f"""
select coalesce(e.behalf, e.author) as author, e.updated, e.commit, e.body from {_KEYS}
  join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Task"]}
   and e.state = 0 and e.form = 0 and not e.deleted and e.refs && $3::text[]"""
_MAY: Final = """
select distinct s.actor from staffing s
 where s.actor = any($1::bigint[]) and s.role = any($2::text[]) and s.since <= $3 and s.until > $3"""


def ordered(task: Any) -> str:
    """The order whose answer this Task says was seen, "" when it says nothing of the kind."""
    focus = reference_of(task.focus)
    named = ORDER in codes_of(task.code, HANDOVER_SYSTEM) and focus.startswith("ServiceRequest/")
    return focus if named and task.status == "completed" else ""


def orders_of(result: Any) -> list[str]:
    """The orders that a result answers."""
    found = (reference_of(each) for each in listed(result.basedOn))
    return [each for each in found if each.startswith("ServiceRequest/")]


async def waiting_for(after: After, orders: list[str]) -> list[str]:
    """The results (references) of these orders that are held back as they wait for somebody."""
    rows = await after.conn.fetch(_HELD, *after.columns(), [f"based-on={each}" for each in orders])
    return [row["source"] for row in rows]


async def seen(after: After, results: Mapping[str, tuple[set[str], tuple[int, int]]]) -> set[str]:
    """Those of `results` (reference → (orders that it answers, time and commit of its last version)) seen since."""
    orders = {order for named, _ in results.values() for order in named}
    if not orders:
        return set()
    rows = await after.conn.fetch(_LOOKS, *after.columns(), [f"focus={each}" for each in orders])
    found = [(r["author"], (r["updated"], r["commit"]), ordered(fhir.decode(r["body"].encode()))) for r in rows]
    looks = [each for each in found if each[2]]
    if not looks:
        return set()
    marks = {mark_of(author): author for author, _, _ in looks}
    may = {marks[row["actor"]] for row in await after.conn.fetch(_MAY, list(marks), RELEASERS, after.real)}
    return {
        reference
        for reference, (named, written) in results.items()
        if any(author in may and order in named and _saw(at, written) for author, at, order in looks)
    }


def _saw(look: tuple[int, int], written: tuple[int, int]) -> bool:
    """Whether a look is at what was written so: later, or by one commit.

    What lies with two Patients of hers may be of one time, though neither commit knew of the other.
    """
    return look[0] > written[0] or look[1] == written[1]
