-- An order is followed to its result: since when it has its answer, which entry that is, and how it lies by its own
-- interpretation (0 as usual or not said, 1 outside the usual, 2 gravely outside).
alter table handover add column came bigint;
alter table handover add column answer text collate "C" not null default '';
alter table handover add column outside smallint not null default 0;

-- What is said about a result, in a Task, is held back as long as the result: its rows are made from those of the result.
alter table held add column passed boolean not null default false;
