-- Cases about no person: an organisation that applies is for whoever runs the record, the yearly look at an organisation's
-- roles for whoever keeps them. Their Tasks belong to nobody, their rows of `handover` have person 0.

-- Whether who works there answers cases of this kind in this role now. 29 is an application, 30 a look at roles; any other
-- case is for a privacy reviewer, or an administrator of the record while there is none.
create function at_desk(kind smallint, actor bigint, org bigint, role bigint, at bigint) returns boolean
language sql stable as $$
select exists (
    select 1 from staffing s
     where s.actor = $2 and s.org = $3 and s.role_mark = $4 and s.since <= $5 and s.until > $5
       and case $1 when 29 then s.role = 'administrator'
                   when 30 then s.role in ('administrator', 'local-administrator')
                   else s.role = 'reviewer' or (s.role = 'administrator' and not exists (
                        select 1 from staffing h where h.org = $3 and h.role = 'reviewer' and h.since <= $5
                           and h.until > $5)) end)
$$;
drop function at_desk(bigint, bigint, bigint, bigint);

alter table application add column task text collate "C";  -- the Task that carries it
alter table application add column told smallint;           -- the state that the Task tells
update application set told = state where state > 0;
create index application_untold on application (id) where told is distinct from state;
create index handover_nobodys on handover (kind, focus) where person = 0 and state < 7;
