-- no-transaction
-- Entries that are not over: what a chart shows as current, and the newest of what happened, without the years of
-- what has ended. The condition is felles.record.standing.INDEX, word for word; the numbers are types and marks.
drop index concurrently if exists entry_standing;
create index concurrently entry_standing on entry (bucket, person, type, low, id)
 where state = 0 and form = 0 and not deleted and (type in (26, 40, 42, 44, 110) and not marks && '{576984694182021209,-21098762446961455,993234285239164552}'::bigint[] or type in (4, 5, 14, 15, 28, 48, 55, 79, 80, 124, 140) and not marks && '{-21098762446961455,-3151174871696998643,576984694182021209,4134369261016976587,9097169437604737904,-7664359266688043635,8929263344300466957,-288596724058395388,-6786186716994651327,-4802597060091054364,4375012468647944543,-213215888932928480,-1949578046302168249,-6994835340301048300,6364125765761370520,-200773660725299699,-912874706332685741}'::bigint[]);
