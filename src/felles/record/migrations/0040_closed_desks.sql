-- An organisation that has closed (`active` false) answers no cases: they are at the nearest above that has not. The yearly
-- look at its roles stays with who keeps them, and ends them.
create or replace function desk_of(owner bigint, roles text[], at bigint) returns bigint
language sql stable as $$
with recursive up(self, above, step, shut) as (
    select $1, s.body::json #>> '{partOf,reference}', 0, coalesce(s.body::json ->> 'active', 'true') = 'false'
      from (select 1) one
      left join shared s on s.self = $1 and s.type = 100 and s.state = 0 and s.form = 0 and not s.deleted
    union all
    select s.self, s.body::json #>> '{partOf,reference}', up.step + 1,
           coalesce(s.body::json ->> 'active', 'true') = 'false'
      from up
      join shared s on s.bucket = -1 and s.type = 100 and s.id = substr(up.above, 14)
       and s.state = 0 and s.form = 0 and not s.deleted
     where up.step < 16 and up.above like 'Organization/%'
)
select coalesce(
    (select up.self from up
      where (not up.shut or 'local-administrator' = any($2))
        and exists (select 1 from staffing h where h.org = up.self and h.role = any($2) and h.since <= $3 and h.until > $3)
      order by up.step limit 1),
    (select a.org from staffing a where a.role = 'administrator' and a.since <= $3 and a.until > $3
      order by exists (select 1 from staffing h where h.org = a.org and h.role = 'reviewer' and h.since <= $3
                          and h.until > $3) desc, a.org limit 1))
$$;

-- What is urgent and was said to be received, or taken by a unit, before that stopped being anybody's yes: nobody has it,
-- and it climbs from now. Orders (5) are their senders', and a yes to an offer (13) is a unit's too; from 20 on are cases.
update handover set state = 0, rung = 0, next = least(next, since + 600000000)
 where urgent and kind < 20 and kind not in (5, 13)
   and (state = 1 or (state = 2 and owner not like 'Practitioner%'));

-- What is urgent and came back to who sent it, who has not looked (felles.access.handovers.keeper).
create index handover_unseen on handover (next) where urgent and state between 3 and 6;
