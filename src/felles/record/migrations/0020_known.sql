-- no-transaction
-- Since when an entry counts as known, where that is not when it was written here: of a whole life that was taken in, when
-- it says that it was written or ended (felles.record.known). Null: since `updated`. And the newest known of a person: the
-- condition is felles.record.want_news.INDEX, word for word; the numbers are types.
alter table entry add column if not exists known bigint;
alter table shared add column if not exists known bigint;
drop index concurrently if exists entry_known;
create index concurrently entry_known on entry (bucket, person, (coalesce(known, updated)), id)
 where state = 0 and not deleted and version > 0 and type in (4, 5, 14, 23, 26, 28, 40, 42, 44, 48, 55, 56, 62, 79, 80, 96, 110, 124, 140);
