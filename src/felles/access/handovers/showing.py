"""What an order shows of the record to whoever answers for it: itself and its answers, each by itself, and no more.

Made with its hand-over, in the same commit, as a message opens what it points to (`access.pointing`): a relation
(basis ORDERED) of whoever has it, and the entries in `pointed`. While another to whom it was given has not said yes it
is both hers and that of who ordered. When it is seen or ended it shows nothing any more.

Source: helsepersonelloven §§ 25, 45, pasientjournalloven § 19: who ordered a test must be able to see and act on its
answer, whatever else has ended since; and needs no more for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.clock import FOREVER
from felles.record.derive import ORDERED
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.access.handovers.states import Held
    from felles.record.aftermath import After
    from felles.record.read_handovers import HandedRow

_ANSWERING: Final = tuple(TYPES[name] for name in ("DiagnosticReport", "Observation", "ImagingStudy"))
# $1 bucket, $2 person, $3 the hand-over's entry, $4 hashes of those whom it shows it, $5 since, $6 who writes,
# $7 buckets, $8 persons: all keys; $9 the order, $10 hashes of the order and the hand-over's entry.
_SHOW: Final = f"""
with answer as materialized (
    select e.self, e.refs from unnest($7::smallint[], $8::bigint[]) k(bucket, person)
      join entry e on e.bucket = k.bucket and e.person = k.person and e.type in {_ANSWERING}
       and e.state = 0 and e.form = 0 and not e.deleted and e.refs && array['based-on=' || $9::text, 'basedon=' || $9]
     where cardinality($4::bigint[]) > 0),
shown as materialized (
    select a.self from answer a
    union select o.self from answer a
     cross join lateral unnest(a.refs) x(ref)
     cross join unnest($7::smallint[], $8::bigint[]) k(bucket, person)
      join entry o on o.bucket = k.bucket and o.person = k.person and o.type = {TYPES["Observation"]}
       and o.id = split_part(x.ref, '/', 2) and o.state = 0 and o.form = 0 and not o.deleted
     where starts_with(x.ref, 'result=Observation/') or starts_with(x.ref, 'has-member=Observation/')
    union select m from unnest($10::bigint[]) m where cardinality($4::bigint[]) > 0),
shut as (
    delete from relation r where r.bucket = $1 and r.person = $2 and r.source = $3 and r.basis = {ORDERED}
       and not r.mirror and r.party <> all($4::bigint[])),
hidden as (
    delete from pointed t where t.bucket = $1 and t.person = $2 and t.source = $3 and not t.mirror
       and t.self not in (select s.self from shown s)),
opened as (
    insert into relation (bucket, person, party, basis, source, writer, since, until)
    select $1, $2, p.party, {ORDERED}, $3, $6::text, $5::bigint, {FOREVER} from (
        select distinct unnest($4::bigint[]) as party) p
    on conflict (bucket, person, party, basis, source) do update set since = excluded.since, until = excluded.until)
insert into pointed (bucket, person, source, self)
select $1, $2, $3, s.self from shown s on conflict do nothing"""


async def show(after: After, source: str, held: Held | None) -> None:
    """Let the hand-over of an order (its entry `source`) show what it shows as it stands; None: it is none any more."""
    whom = [] if held is None else [mark_of(each) for each in answering(held)]
    order = held.focus if held is not None and held.focus else source
    since = 0 if held is None else held.made
    place = (*after.key, source, whom, since, after.grant.actor)
    await after.conn.fetch(_SHOW, *place, *after.columns(), order, [mark_of(order), mark_of(source)])


def answering(held: Held) -> list[str]:
    """Who answers for an order now: whoever has it, and until another to whom it was given says yes both of them."""
    if held.kind is not Kind.ORDER or held.state.ended:
        return []
    if held.state is State.SENT or given(held):
        return [held.owner, held.sender, held.receiver]
    return [held.owner]


def given(held: Held | HandedRow) -> bool:
    """Whether an order was given to another who has not said yes, and is with who ordered it, since its answer came."""
    return held.kind == Kind.ORDER and held.state == State.ACCEPTED and held.receiver != held.owner
