"""Relations that were made by those for whom they open, as SQL of the statement that writes.

A booking, a referral or a task that its writer addressed to herself, her house or a colleague is no more than a need
she states (pasientjournalloven § 19; helsepersonelloven §§ 25, 45). So it lasts no longer than a stated need, and where
nothing but such needs opened the record to her it is a case that is looked over: a hand-over to the desk of her house,
which no Task carries until somebody takes it. It is confirmed, and the case goes, when the other side writes the entry
anew, or the person does or says that it is so (`access.self_made`).

    self-made   the party is the writer's organisation, or is staffed for it, and it was not confirmed before
    own         she staffs that party herself; the others are colleagues'
    related     a relation that others made opens the person to the writer now: then she may hand on within her house,
                and what she made for herself opened nothing that was closed
"""

from __future__ import annotations

from typing import Final

from felles.record.derive import SELF_MADE, bare, marked
from felles.record.desks import REVIEW
from felles.record.desks import SELF_MADE as KIND
from felles.record.numbers import TYPES, type_in

NEEDS: Final = 70
"""Bases from here on are no care relation (`access.bases.Basis`)."""

COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("party", "bigint"),
    ("plain", "smallint"),
    ("source", "text"),
    ("writer", "text"),
    ("since", "bigint"),
    ("until", "bigint"),
    ("writer_org", "bigint"),
    ("writer_mark", "bigint"),
    ("asked", "boolean"),
    ("system", "boolean"),
    ("now", "bigint"),
    ("most", "bigint"),
    ("made", "bigint"),
    ("due", "bigint"),
    ("house", "text"),
)
"""What is known of a relation before it is written. `asked`: its entry asks for care; `system`: no person wrote it;
`now` clinical time; `most`: the end of one that is self-made, null where nothing of the kind is looked over (imports,
maintenance); `made` real time; `due` clinical, when somebody must have it who looks it over; `house`: the writer's
organisation (a reference)."""

_STAFFED: Final = """exists (select 1 from staffing s
            where s.party = {row}.party and s.org = r.writer_org and (r.system or s.actor = r.writer_mark))"""

_FACTS: Final = f"""select r.*,
          r.asked and ({marked("r.plain")} or r.party = r.writer_org
              or exists (select 1 from staffing s where s.party = r.party and s.org = r.writer_org))
          and not exists (select 1 from relation c
                where c.bucket = r.bucket and c.person = r.person and c.party = r.party and c.source = r.source
                  and c.basis = {bare("r.plain")} and c.until > r.now) as mine,
          r.system or r.party = r.writer_mark or {_STAFFED.format(row="r")} as own,
          exists (select 1 from relation g
                where g.bucket = r.bucket and g.person = r.person and g.basis < {NEEDS} and g.source <> r.source
                  and g.since <= r.now and g.until > r.now
                  and ((r.system and g.party = r.writer_org) or {_STAFFED.format(row="g")})) as related
     from {{rows}} r"""

RELATIONS: Final = f"""(select f.bucket, f.person, f.party, f.source, f.writer, f.since,
        case when f.mine and (f.own or not f.related) then least(f.until, coalesce(f.most, f.until)) else f.until end
            as until,
        ({bare("f.plain")} + case when f.mine then {SELF_MADE} else 0 end)::smallint as basis,
        f.mine and not f.related and f.most is not null as stated,
        f.writer_org, f.writer_mark, f.made, f.due, f.house, f.now
   from ({_FACTS}) f)"""
"""The relations as they are written: `basis` marked where self-made, `until` as far as it lasts, `stated` where it is
looked over. `rows` is what `COLUMNS` names."""

_SOURCE: Final = f"'{REVIEW}' || replace(r.source, '/', '.')"

STATED: Final = f"""insert into handover (bucket, person, source, self, kind, state, owner, holder, sender, origin,
                                  receiver, org, made, since, next)
    select distinct on (r.bucket, r.person, r.source)
           r.bucket, r.person, {_SOURCE}, 0, {KIND}, 0, w.owner, w.holder, r.writer, r.writer_mark, w.owner, w.holder,
           r.now, r.now, r.due
      from {{relation}} r
     cross join lateral (
        select coalesce(s.self, r.writer_org) as holder, coalesce('Organization/' || s.id, r.house) as owner
          from (select desk_of(r.writer_org, '{{{{reviewer}}}}', r.made) as self) d
          left join shared s on s.self = d.self and s.bucket = -1 and s.type = {TYPES["Organization"]} and s.state = 0
           and s.form = 0 and not s.deleted) w
     where r.stated and not exists (
        select 1 from handover o
         where o.bucket = r.bucket and o.person = r.person and o.focus = {_SOURCE} and o.state < 7)
    on conflict (bucket, person, source) do update set state = 0, owner = excluded.owner, holder = excluded.holder,
           sender = excluded.sender, origin = excluded.origin, receiver = excluded.receiver, org = excluded.org,
           made = excluded.made, since = excluded.since, next = excluded.next, rung = 0"""
"""The hand-overs that follow; one that was looked over before is looked over again."""

_OTHER_SIDE: Final = f"""(r.writer like 'Patient/%' or (r.house <> '' and not exists (
        select 1 from entry o
         where o.bucket = r.bucket
           and o.type = {type_in("r.source")}
           and o.id = split_part(r.source, '/', 2)
           and o.form = 0 and h.sender in (o.author, o.behalf) and o.org = r.writer_org)))"""
"""Neither its reader, whoever she gives it to, nor the house for which she wrote it, though she may have left that, nor
a job of ours: these say nothing of her way in."""

CONFIRMED: Final = f"""delete from handover h using {{relation}} r
     where h.bucket = r.bucket and h.person = r.person and h.source = {_SOURCE} and h.state < 7
       and not {marked("r.basis")} and {_OTHER_SIDE}
       and not exists (select 1 from {{relation}} n where n.source = r.source and {marked("n.basis")})"""
"""What others have written anew is no stated need any more; what somebody has taken she ends herself."""
