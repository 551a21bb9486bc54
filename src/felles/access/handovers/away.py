"""Who is away, and what becomes of what is hers: it stands with another until she is back, or until that one takes it.

    PractitionerRole.notAvailable     the leave: `during`, and STAND_IN for who has her work meanwhile
    Task.owner, Task.requester        whose it is now; STANDS_IN_FOR on the reference for whom

The reference carries it, so that whoever gives the Task to somebody else, by page or FHIR, ends it by doing so. What is
open of hers, what is sent to her by name and what comes back to her is with the stand-in; where there is none, or she
is away too, with her unit. It is written by the keeper, as anything that moves, and the sender sees it. What nobody
could have instead of her stays hers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import STAND_IN, STANDS_IN_FOR
from felles.access.handovers import inboxes
from felles.access.handovers.inboxes import AT_WORK, PRESENT
from felles.access.handovers.states import AWAY, UNTAKEN, State, is_person
from felles.access.times import span
from felles.record.codes import HANDOVER_STATE_SYSTEM
from felles.record.derive import Leave
from felles.record.elements import listed, reference_of
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.access.handovers.states import Held
    from felles.record.store import Store

AGAIN: Final = 600_000_000
"""Microseconds until it is looked again for somebody to have what an absent one has."""
# $1 clinical time, $2 real time, $3 parties that are left alone for now, $4 how many. Who has another role in the same
# organisation, and is not away from that, is there. What she had of one where she has no role any more goes as well.
GONE: Final = f"""
select h.*, 'away' as why, a.stand_in from away a
  join handover h on h.holder = a.party and h.state < {State.DONE:d} and not h.stopped
   and (h.org = a.org or not exists (select 1 from staffing s where s.party = a.party and s.org = h.org
                                        and s.since <= $2 and s.until > $2))
 where a.since <= $1 and a.until > $1 and not a.party = any($3::bigint[])
   and not exists (select 1 from staffing s where s.party = a.party and s.org = a.org and s.source <> a.source
                      and s.since <= $2 and s.until > $2
                      and not exists (select 1 from away w where w.source = s.source and w.party = s.party
                                         and w.since <= $1 and w.until > $1))
 order by h.urgent desc, h.next limit $4"""
# $1 clinical time, $2 real time, $3 how many.
BACK: Final = f"""
select h.*, 'back' as why from handover h
 where h.instead <> 0 and h.state < {State.DONE:d} and not h.stopped
   and {PRESENT.format(party="h.instead", real="$2", clinical="$1")}
 order by h.urgent desc, h.next limit $3"""
_ASKED: Final = {"party": "$1::bigint", "real": "$2::bigint", "clinical": "$3::bigint"}
_PRESENT: Final = f"select {PRESENT.format(**_ASKED)} as here"
_AT_WORK: Final = f"select {AT_WORK.format(**_ASKED)} as here"
_ABLE: Final = ("Practitioner", "Organization/", "HealthcareService/")
_TO_STAND_IN: Final = "Mottakeren er borte. Gitt til stedfortreder"
_TO_UNIT: Final = "Mottakeren er borte. Gitt til enheten"
_TO_SENDER: Final = "Mottakeren er borte, og ingen andre er der. Tilbake hos avsenderen"
"""What stands in the entry, in the language of the record."""


def leaves_of(resource: Any, reference: str) -> list[Leave]:
    """When the holder of a PractitionerRole (`reference`) is away from it, by either of her references. Pure.

    What says no period says nothing: empty for a role without a holder or an organisation.
    """
    person, org = reference_of(resource.practitioner), reference_of(resource.organization)
    if not (person and org):
        return []
    found: list[Leave] = []
    for each in listed(resource.notAvailable):
        if not each.during:
            continue
        since, until = span(each.during, None)
        named = (reference_of(e.valueReference) for e in listed(each.extension) if e.url == STAND_IN)
        stand_in = next((name for name in named if is_person(name)), "")
        found += [Leave(party, org, since, until, stand_in) for party in (person, reference) if since < until]
    return found


async def is_here(store: Store, party: str, *, works: bool = False) -> bool:
    """Whether somebody who is not away staffs it now: of a person, whether she is here. Raises `Busy`.

    `works`: and has what there is to do there, in a role that gives care.
    """
    clock = store.clock
    rows = await store.pool.fetch(_AT_WORK if works else _PRESENT, mark_of(party), clock.real(), clock.clinical())
    return bool(rows[0]["here"])


async def whose(store: Store, held: Held, stand_in: str, org: int) -> str:
    """Who has what somebody who is away has; "" where nobody could. Raises `Busy`."""
    above = (await inboxes.above(store, {held.owner}, org)).get(held.owner, "")
    for party in (stand_in, above, held.sender):
        if party not in ("", held.owner) and party.startswith(_ABLE) and await is_here(store, party, works=True):
            return party
    return ""


def lent(task: dict[str, Any], held: Held, to: str) -> dict[str, Any] | None:
    """The Task of one who is away, as it stands with `to`; None where it is not hers any more. Pure.

    What came back to her is with `to` as it is; of what she had, nobody has said yes anew, and where it falls to its
    sender nobody has taken it.
    """
    side = "requester" if held.state.back and held.owner == held.sender else "owner"
    if task.get(side, {}).get("reference", held.owner) != held.owner:
        return None
    first = absent_in(task.get(side)) or held.owner
    extension = [{"url": STANDS_IN_FOR, "valueReference": {"reference": first}}]
    new = dict(task) | {side: {"reference": to, "extension": extension}}
    if side == "owner":
        alone = to == held.sender and not held.kind.case
        said = _TO_SENDER if alone else _TO_STAND_IN if is_person(to) else _TO_UNIT
        code = UNTAKEN if alone else AWAY
        business = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": code}], "text": said}
        new |= {"status": "requested", "businessStatus": business}
    return new


def given_back(task: dict[str, Any], here: set[str], former: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The Task as it is hers again who is back; None where nothing would change. Pure.

    `here`: the references of those who are; `former`: by reference, the last version in which each of them owned it:
    it stands as she left it.
    """
    new = dict(task)
    person = absent_in(task.get("owner"))
    if person in here and task["status"] in ("requested", "received"):
        was = former.get(person, {})
        new = {name: value for name, value in new.items() if name not in ("businessStatus", "restriction")}
        new |= {name: was[name] for name in ("businessStatus", "restriction") if name in was}
        new |= {"owner": {"reference": person}, "status": was.get("status", "requested")}
    person = absent_in(task.get("requester"))
    if person in here:
        new["requester"] = {"reference": person}
    return None if new == task else new


def absent_in(reference: Any) -> str:
    """For whom the one of a Reference (JSON) stands in, "" for nobody."""
    found = (each for each in (reference or {}).get("extension", []) if each.get("url") == STANDS_IN_FOR)
    return next((each.get("valueReference", {}).get("reference", "") for each in found), "")
