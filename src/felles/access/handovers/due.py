"""Which hand-overs are due, and why: what the keeper asks for in each round (`keeper` says what it does with each)."""

from __future__ import annotations

from typing import Final

from felles.access.handovers.hook import closed_to_all
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.desks import CASES, staffed

# $1 clinical time, $2 how many.
LATE: Final = f"""
select h.*, 'late' as why from handover h where h.state = {State.SENT:d} and h.next <= $1
 order by h.urgent desc, h.next limit $2"""
# $1 clinical time, $2 real time, $3 how many. With who runs the record it stays.
UNSEEN: Final = f"""
select h.*, 'unseen' as why from handover h
 where h.urgent and h.state between 3 and 6 and h.next <= $1 and not h.stopped
   and h.state <> {State.ANSWERED:d} and h.kind not in ({Kind.ORDER:d}, {Kind.OFFER:d}) and h.kind < {CASES}
   and (h.owner = h.sender
        or h.state = {State.UNTAKEN:d} and (h.sender like 'Patient/%' or h.sender like 'RelatedPerson/%'))
   and not exists (select 1 from staffing s where s.party = h.holder and s.role = 'administrator' and s.since <= $2
                      and s.until > $2)
 order by h.next limit $3"""
STOPPED: Final = "select h.*, 'stopped' as why from handover h where h.stopped limit $1"
# $1 real time, $2 how many.
SHUT: Final = closed_to_all("h.*, 'shut' as why", "h.source", "p.blocked", "$1") + " limit $2"
# $1 real time, $2 how many.
NOBODY: Final = f"""
with recursive each(holder) as (
    (select h.holder from handover h where h.state < {State.DONE:d} order by h.holder limit 1)
    union all
    select (select h.holder from handover h where h.state < {State.DONE:d} and h.holder > each.holder
             order by h.holder limit 1)
      from each where each.holder is not null
)
select h.*, 'nobody' as why from each
  join handover h on h.holder = each.holder and h.state < {State.DONE:d} and not h.stopped
 where not {staffed("$1")}
 order by h.urgent desc, h.next limit $2"""
