"""Cases among the hand-overs: on the worklist of whoever answers them, and done with like all else.

They are read by the Grant that answers cases (`access.handle`), which opens no record; what answers them has a page of
its own, to which the hand-over's leads. Those who decide on requests to see a part find these among what else is theirs
(`access.asked`): whoever is at the office that was asked, until one of them has taken it.
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
    from felles.access.actor import Actor
    from felles.access.handovers.inboxes import OnDuty
    from felles.care.handovers.rules import Verb
    from felles.record.grants import SetGrant
    from felles.record.read_cases import CaseRow
    from felles.record.read_handovers import Alike, HandedRow, Side
    from felles.record.store import Store
    from felles.ui.web import Visit

ROLES: Final = frozenset({"reviewer", "administrator"})


def answers(found: Visit) -> bool:
    """Whether the visitor's role answers cases."""
    return found.signed_in.may("handle")


def decides(found: Visit) -> bool:
    """Whether the visitor decides on requests to see a part, and answers no other case."""
    return found.signed_in.may("decide") and not answers(found)


def _grant(actor: Actor) -> SetGrant | None:
    """By what she reads cases; None where there is none that she answers."""
    if actor.may("handle"):
        return access.handle(actor)
    return access.asked(actor) if actor.may("decide") else None


async def cases(found: Visit, *, closed: bool = False, skip: int = 0) -> list[HandedRow]:
    """Those at her desk or of her office, or that it has answered; none for whoever answers none. Raises `Busy`.

    A page of them: after the first `skip`.
    """
    grant = _grant(found.signed_in)
    return [] if grant is None else [row.hand for row in await store_of(found).cases(grant, closed=closed, skip=skip)]


async def counted(found: Visit) -> list[Alike]:
    """All those that wait there, counted. Raises `Busy`."""
    grant = _grant(found.signed_in)
    return [] if grant is None else await store_of(found).cases_counted(grant)


def belong(found: Visit, hers: list[HandedRow], side: Side) -> list[HandedRow]:
    """Which of the cases belong to a list of hand-overs.

    Those at a desk have it all before them; who also has other work sees what a colleague took among what those have.
    """
    if side == "sent" or (side == "unit" and answers(found)):
        return []
    return [row for row in hers if answers(found) or _colleagues(found, row) is (side == "unit")]


def among(found: Visit, rows: list[HandedRow], hers: list[HandedRow]) -> list[HandedRow]:
    """Hand-overs of a list and the cases that belong to it, in the order of `rank`."""
    now = store_of(found).clock.clinical()
    return sorted([*rows, *hers], key=lambda row: (present.rank(row, now), row.next or row.since)) if hers else rows


def _colleagues(found: Visit, row: HandedRow) -> bool:
    return row.owner.startswith("Practitioner") and row.owner != found.signed_in.reference


async def case_of(store: Store, actor: Actor, source: str) -> CaseRow | None:
    """The case of a hand-over, None where it is none at her desk. Raises `Busy`."""
    grant = _grant(actor)
    if grant is None:
        return None
    try:
        return await store.case(grant, source.partition("/")[2])
    except Absent:
        return None


async def is_there(store: Store, actor: Actor, source: str) -> bool:
    """Whether a hand-over is a case at her desk; shows nothing, and leaves no line. Raises `Busy`."""
    grant = _grant(actor)
    return grant is not None and await store.is_there(grant, source.partition("/")[2])


async def do(
    store: Store, actor: Actor, row: CaseRow, verb: Verb, *, words: str = "", to: str = "", until: str = ""
) -> str:
    """Do `verb` with a case as it stood in `row`; the reference of its Task. Raises what `commit` raises."""
    grant = _grant(actor) or access.handle(actor)
    now = moment(store.clock.clinical())
    change = partial(rules.act, verb=verb, who=actor.reference, now=now, words=words, to=to, until=until)
    return await actions.act(store, grant, row, change)


def verbs(actor: Actor, row: HandedRow) -> tuple[Verb, ...]:
    """What she may do with a case at her desk."""
    own = row.owner == actor.reference
    return rules.verbs(Kind(row.kind), State(row.state), holds=True, sent=False, own=own)


async def answering(found: Visit, row: CaseRow) -> list[dict[str, str]]:
    """The way to the page that answers a case, where it is open to her. Raises `Busy`."""
    hand, href = row.hand, way(row.hand)
    if State(hand.state).ended:
        return []
    if not answers(found):  # what is released is read in the record
        grant = access.person(found.signed_in, ((row.bucket, row.person),))
        if all(each.id != row.name for each in await store_of(found).requests(grant)):
            return []
        href = f"/p/{hand.patient}/onsker/{row.name}"
    return [{"href": href, "text": present.answering(found.t, Kind(hand.kind)), "icon": "FileText"}]


def way(row: HandedRow) -> str:
    """The address of the page that answers a case: of what is about no person that of its own desk."""
    if row.kind == Kind.ACCESS_REVIEW:
        return f"/admin/tilganger?virksomhet={row.focus}"
    if row.kind == Kind.APPLICATION:
        return f"/admin/soknader/{application_of(row)}"
    return f"/admin/saker/{row.source.partition('/')[2]}"


def roles(kind: Kind) -> frozenset[str]:
    """The roles that answer cases of this kind."""
    return frozenset(desk_roles(kind)) if kind in NOBODYS else ROLES.union(desk_roles(kind))


def staff(duty: list[OnDuty], kind: Kind) -> list[OnDuty]:
    """Those of an organisation's staff who answer cases of this kind."""
    return [each for each in duty if each.role in roles(kind)]


def shown(found: Visit, row: dict[str, Any], of: HandedRow, holder: str) -> dict[str, Any]:
    """A line of the list: of what a colleague has, her name."""
    if Kind(of.kind).case and of.owner.startswith("Practitioner/") and of.owner != found.signed_in.reference and holder:
        return row | {"state": found.t("Hos {who}").format(who=holder)}
    return row
