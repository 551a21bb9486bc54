-- The role as the Grant carries it (hash of its code), so that the decision can compare: who staffs one unit as
-- secretary and another as nurse reaches, signed in as nurse, the second alone.
alter table staffing add column role_mark bigint not null default 0;
update staffing set role_mark = case role
    when 'gp' then 3912834185605826332
    when 'doctor' then 3907618325423121971
    when 'nurse' then 1063597531829418994
    when 'health-nurse' then -3247050260049781634
    when 'midwife' then -1337714767884128201
    when 'home-nurse' then 3235444943833842919
    when 'care-worker' then 2144286345360697196
    when 'psychologist' then -614669748782814128
    when 'therapist' then 5973314591304940928
    when 'pharmacist' then 6668626203600918735
    when 'laboratory' then -1132503869961481941
    when 'secretary' then 5836762560163719176
    when 'administrator' then 7444399935495504777
    else 0 end;
alter table staffing alter column role_mark drop default;
