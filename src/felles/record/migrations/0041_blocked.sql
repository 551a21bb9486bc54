-- Who has closed something: few of all, and what they have under way is looked through each minute.

create index person_blocked on person (bucket, person) where blocked;
