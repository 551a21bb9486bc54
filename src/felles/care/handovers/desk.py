"""Cases among the hand-overs: on the worklist of whoever answers them, and done with like all else.

They are read by the Grant that answers cases (`access.handle`), which opens no record; what answers them has a page of
its own, to which the hand-over's leads.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from felles import access
from felles.access.handovers.kinds import NOBODYS, Kind, desk_roles
from felles.access.handovers.nobodys import application_of
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.care.doors.cases import actions
from felles.care.handovers import present, rules
from felles.care.people import store_of
from felles.record.errors import Absent

if TYPE_CHECKING:
    from felles.access.handovers.inboxes import OnDuty
    from felles.care.handovers.rules import Verb
    from felles.record.read_cases import CaseRow
    from felles.record.read_handovers import HandedRow
    from felles.ui.web import Visit

ROLES: Final = frozenset({"reviewer", "administrator"})


def answers(found: Visit) -> bool:
    """Whether the visitor's role answers cases."""
    return found.signed_in.may("handle")


async def cases(found: Visit, *, closed: bool = False) -> list[HandedRow]:
    """Those at her desk, or that it has answered; none for whoever answers none. Raises `Busy`."""
    if not answers(found):
        return []
    return [row.hand for row in await store_of(found).cases(access.handle(found.signed_in), closed=closed)]


async def case_of(found: Visit, source: str) -> CaseRow | None:
    """The case of a hand-over, None where it is none at her desk. Raises `Busy`."""
    if not answers(found):
        return None
    try:
        return await store_of(found).case(access.handle(found.signed_in), source.partition("/")[2])
    except Absent:
        return None


async def do(found: Visit, row: CaseRow, verb: Verb, *, words: str, to: str, until: str) -> str:
    """Do `verb` with a case as it stood in `row`; the reference of its Task. Raises what `commit` raises."""
    store, actor = store_of(found), found.signed_in
    now = moment(store.clock.clinical())
    change = partial(rules.act, verb=verb, who=actor.reference, now=now, words=words, to=to, until=until)
    return await actions.act(store, access.handle(actor), row, change)


def verbs(found: Visit, row: HandedRow) -> tuple[Verb, ...]:
    """What she may do with a case at her desk."""
    own = row.owner == found.signed_in.reference
    return rules.verbs(Kind(row.kind), State(row.state), holds=True, sent=False, own=own)


def answering(found: Visit, row: HandedRow) -> list[dict[str, str]]:
    """The way to the page that answers a case."""
    if State(row.state).ended:
        return []
    return [{"href": way(row), "text": present.answering(found.t, Kind(row.kind)), "icon": "FileText"}]


def way(row: HandedRow) -> str:
    """The address of the page that answers a case: of what is about no person that of its own desk."""
    if row.kind == Kind.ACCESS_REVIEW:
        return f"/admin/tilganger?virksomhet={row.focus}"
    if row.kind == Kind.APPLICATION:
        return f"/admin/soknader/{application_of(row)}"
    return f"/admin/saker/{row.source.partition('/')[2]}"


def staff(duty: list[OnDuty], kind: Kind) -> list[OnDuty]:
    """Those of an organisation's staff who answer cases of this kind."""
    roles = desk_roles(kind) if kind in NOBODYS else ROLES
    return [each for each in duty if each.role in roles]


def shown(found: Visit, row: dict[str, Any], of: HandedRow, holder: str) -> dict[str, Any]:
    """A line of the list: of what a colleague has, her name."""
    if Kind(of.kind).case and of.owner.startswith("Practitioner/") and of.owner != found.signed_in.reference and holder:
        return row | {"state": found.t("Hos {who}").format(who=holder)}
    return row
