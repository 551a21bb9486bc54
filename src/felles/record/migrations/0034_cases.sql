-- Cases are hand-overs: one row for each, in the one table. What was in `matter` is carried over, and the table goes.
-- Kinds are 20 + what `matter.sort` was (felles.access.handovers.kinds); 100 is Organization, 140 is Task.

-- The organisation that answers the cases of `owner`: the nearest, itself or above, where one of `roles` works now, else
-- that which runs the record. Null where nobody administers it. `at` is real time.
create function desk_of(owner bigint, roles text[], at bigint) returns bigint
language sql stable as $$
with recursive up(self, above, step) as (
    select $1, (select s.body::json #>> '{partOf,reference}' from shared s
                 where s.self = $1 and s.type = 100 and s.state = 0 and s.form = 0 and not s.deleted), 0
    union all
    select s.self, s.body::json #>> '{partOf,reference}', up.step + 1
      from up
      join shared s on s.bucket = -1 and s.type = 100 and s.id = substr(up.above, 14)
       and s.state = 0 and s.form = 0 and not s.deleted
     where up.step < 16 and up.above like 'Organization/%'
)
select coalesce(
    (select up.self from up
      where exists (select 1 from staffing h where h.org = up.self and h.role = any($2) and h.since <= $3 and h.until > $3)
      order by up.step limit 1),
    (select a.org from staffing a where a.role = 'administrator' and a.since <= $3 and a.until > $3
      order by exists (select 1 from staffing h where h.org = a.org and h.role = 'reviewer' and h.since <= $3
                          and h.until > $3) desc, a.org limit 1))
$$;

-- Whether who works there answers cases in this role now: a privacy reviewer, or an administrator of the record while
-- there is none.
create function at_desk(actor bigint, org bigint, role bigint, at bigint) returns boolean
language sql stable as $$
select exists (
    select 1 from staffing s
     where s.actor = $1 and s.org = $2 and s.role_mark = $3 and s.since <= $4 and s.until > $4
       and (s.role = 'reviewer' or (s.role = 'administrator' and not exists (
            select 1 from staffing h where h.org = $2 and h.role = 'reviewer' and h.since <= $4 and h.until > $4))))
$$;

insert into handover (bucket, person, source, self, focus, kind, state, owner, holder, sender, origin, receiver, org,
                      made, since, next)
select m.bucket, m.person, w.source, m.self, w.focus, 20 + m.sort,
       case m.state when 1 then 7 when 2 then 8
            else case coalesce(t.status, 'requested') when 'requested' then 0 when 'received' then 1 else 2 end end,
       case when m.state = 0 then w.owner else '' end, case when m.state = 0 then m.owner else 0 end,
       w.sender, m.asker, w.owner, m.owner, m.made, coalesce(m.closed, m.made), case when m.state = 0 then m.due end
  from matter m
  left join lateral (
        select e.id, e.body::json ->> 'status' as status, e.body::json #>> '{requester,reference}' as requester
          from entry e
         where m.sort <> 8 and e.bucket = m.bucket and e.type = 140 and e.id = m.id and e.form = 0 and e.state = 0) t on true
  left join lateral (
        select e.id, e.self from entry e
         where m.sort = 8 and m.state > 0 and e.bucket = m.bucket and e.person = m.person and e.type = 140 and e.form = 0
           and e.state = 0 and not e.deleted and 'focus=' || replace(m.id, '.', '/') = any(e.refs)
         order by e.updated desc limit 1) r on true
  left join lateral (
        select o.author from entry o
         where o.bucket = m.bucket and o.form = 0
           and o.type = case when m.sort <> 8 then 140
                             else (select n.type from type_name n where n.name = split_part(m.id, '.', 1)) end
           and o.id = case when m.sort <> 8 then m.id else substr(m.id, strpos(m.id, '.') + 1) end
         order by o.version limit 1) o on true
  left join shared s on s.self = m.owner and s.type = 100 and s.state = 0 and s.form = 0 and not s.deleted
 cross join lateral (
        select case when m.sort <> 8 then 'Task/' || m.id when r.id is not null then 'Task/' || r.id
                    else 'Review/' || m.id end as source,
               case when m.sort = 8 and r.id is not null then 'Review/' || m.id else '' end as focus,
               coalesce('Organization/' || s.id, 'Organization/unknown') as owner,
               coalesce(case when m.sort in (4, 5, 6, 7) then t.requester end, o.author, '') as sender) w
 where not m.mirror
on conflict do nothing;

create index handover_case on handover (kind) where kind > 20 and state < 7;
create index handover_answered on handover (org, since) where kind > 20 and state >= 7;
create index handover_asker on handover (origin) where kind = 27;
drop function falls_to(bigint, bigint, bigint, bigint);
drop table matter;
