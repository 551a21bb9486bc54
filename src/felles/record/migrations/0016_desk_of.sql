-- Which organisation answers a case: its owner when a privacy reviewer works there now, else the nearest organisation
-- above it where one does, else whoever runs the record (where an administrator of the record works): its reviewer, or
-- while it has none its administrators. So each case has somebody who sees it. Roles begin and end by time, so it is
-- asked for at each look and stored nowhere. $4 is real time. 100 is the number of Organization (felles.record.numbers).
create index matter_id on matter (id);
create index shared_self on shared (self) where state = 0 and form = 0;
create index staffing_desk on staffing (role, org) where role in ('reviewer', 'administrator');

create function falls_to(owner bigint, org bigint, role bigint, at bigint) returns boolean
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
),
holds as (
    select t.org, t.role, t.role_mark from staffing t
     where t.role in ('reviewer', 'administrator') and t.since <= $4 and t.until > $4
),
desk as (
    select up.self from up where exists (select 1 from holds h where h.role = 'reviewer' and h.org = up.self)
     order by up.step limit 1
)
select case
    when exists (select 1 from desk)
    then $2 = (select self from desk)
         and exists (select 1 from holds h where h.org = $2 and h.role = 'reviewer' and h.role_mark = $3)
    else exists (select 1 from holds h where h.org = $2 and h.role = 'administrator')
         and exists (select 1 from holds h where h.org = $2 and h.role_mark = $3)
         and (exists (select 1 from holds h where h.org = $2 and h.role_mark = $3 and h.role = 'reviewer')
              or not exists (select 1 from holds a join holds h on h.org = a.org and h.role = 'reviewer'
                              where a.role = 'administrator'))
    end
$$;
