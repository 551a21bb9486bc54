-- When each part last did what it is there for (felles.record.pulse). A process writes for the parts that it ran, all in one
-- statement every few seconds. Nothing of anybody's record.
create table pulse (
    part        text collate "C" not null,
    process     text collate "C" not null,      -- host and a random id
    host        text collate "C" not null,
    many        smallint not null,              -- workers that this host is to have
    at          bigint,                         -- the last success, by the database's clock, as all here; null: none yet
    failed      bigint,                         -- the last failure
    error       text collate "C",               -- its kind, without its message
    primary key (part, process)
);

-- Runs that prove the access log (felles.record.log.proof): from `felles log verify` and from the operator's page.
create table proof (
    id          text collate "C" primary key,
    whole       boolean not null,               -- false: samples
    state       smallint not null default 0,    -- felles.record.log.proof.State
    actor       text collate "C" not null,      -- who asked
    actor_name  text not null,
    began       bigint not null,
    beat        bigint not null,                -- it was still running then
    ended       bigint,
    read        bigint not null default 0,      -- lines so far
    about       bigint not null default 0,      -- of about so many
    ticks       bigint not null default 0,      -- proved
    sealed      bigint not null default 0,      -- lines, each in exactly one of them
    head        bigint,                         -- the newest tick that was proved
    said        text                            -- what is broken
);
create index proof_began on proof (began desc);
