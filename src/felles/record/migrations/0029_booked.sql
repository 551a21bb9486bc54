-- The book of whoever gives times: of each appointment that stands, one row for each of those who take part, and one for
-- each Slot it fills. Each follows from its entry in the same commit. A Slot is filled by one appointment at most.
create table booked (
    party    bigint not null,               -- hash of "PractitionerRole/x" (or who else takes part), or of "Slot/x"
    low      bigint not null,               -- when it begins, clinical time; of one that waits: since when
    bucket   smallint not null,
    person   bigint not null,
    id       text collate "C" not null,     -- the Appointment's
    waits    boolean not null,              -- on the waiting list, without a time
    taken    boolean not null,              -- the party is a Slot
    primary key (party, low, bucket, id)
);
create unique index booked_slot on booked (party) where taken;
create index booked_entry on booked (bucket, person, id);
-- What was here before. Slots it fills twice, which nothing forbade, keep the first.
insert into booked (party, low, bucket, person, id, waits, taken)
select s.self, e.low, e.bucket, e.person, e.id, e.body::json ->> 'status' = 'waitlist', false
  from entry e
  cross join lateral json_array_elements(e.body::json -> 'participant') p
  join type_name n on n.name = split_part(p.value -> 'actor' ->> 'reference', '/', 1)
  join shared s on s.type = n.type and s.id = split_part(p.value -> 'actor' ->> 'reference', '/', 2) and s.form = 0
   and s.state = 0
 where e.type = 5 and e.form = 0 and e.state = 0 and not e.deleted
   and e.body::json ->> 'status' in ('proposed', 'pending', 'booked', 'arrived', 'checked-in', 'fulfilled', 'noshow',
                                     'waitlist')
   and p.value ->> 'status' <> 'declined'
on conflict do nothing;
insert into booked (party, low, bucket, person, id, waits, taken)
select s.self, e.low, e.bucket, e.person, e.id, false, true
  from entry e
  cross join lateral json_array_elements(e.body::json -> 'slot') p
  join shared s on s.type = 125 and s.id = split_part(p.value ->> 'reference', '/', 2) and s.form = 0 and s.state = 0
 where e.type = 5 and e.form = 0 and e.state = 0 and not e.deleted
   and e.body::json ->> 'status' in ('proposed', 'pending', 'booked', 'arrived', 'checked-in', 'fulfilled', 'noshow')
on conflict do nothing;
