-- Cases: what somebody must answer by a day. Each follows from a Task (kind CASE) in the same commit.
create table matter (
    bucket  smallint not null,
    person  bigint not null,
    id      text collate "C" not null,      -- of the Task
    self    bigint not null,                -- hash of "Task/id"
    sort    smallint not null,              -- felles.access.cases.Sort
    owner   bigint not null,                -- the organisation that must answer (hash)
    asker   bigint not null,                -- who asked, or whose opening is reviewed (hash)
    state   smallint not null default 0,    -- 0 open, 1 answered, 2 refused
    made    bigint not null,                -- real time
    due     bigint not null,                -- clinical time
    closed  bigint,
    mirror  boolean not null default false,
    primary key (bucket, person, id)
);
create index matter_queue on matter (owner, state, due);
create index matter_asker on matter (asker, state);

-- Patients joined and un-joined: what was so from when to when. `person.lead` holds what is so now.
create table joining (
    id          bigint generated always as identity primary key,
    bucket      smallint not null,
    person      bigint not null,
    lead_bucket smallint not null,
    lead        bigint not null,
    since       bigint not null,            -- real time
    ended       bigint,
    by          text collate "C" not null   -- who joined, as the log has it
);
create index joining_person on joining (bucket, person);

-- An organisation that wants to take part. About organisations, not about anybody's health.
create table application (
    id      text collate "C" primary key,
    state   smallint not null default 0,    -- 0 asked, 1 approved, 2 refused
    name    text collate "C" not null,
    number  text collate "C" not null,      -- organisation number
    body    jsonb not null,                 -- kind, units, contact, first administrator
    org     text collate "C",               -- "Organization/x", made on approval
    made    bigint not null,
    decided bigint,
    by      text collate "C",
    reason  text collate "C"
);
