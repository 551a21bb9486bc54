-- Joined Patients. The keys of a person: the one that leads, and those whose `lead` it is.
create index person_lead on person (lead_bucket, lead) where lead is not null;

-- Two Patients of one person, in both orders, as hashes of "Patient/id": who acts for somebody may be named by either.
create table twin (
    mark        bigint not null,
    other       bigint not null,
    primary key (mark, other)
);
