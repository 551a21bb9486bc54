-- What is sent or promised: one row for each, with one state, one owner and one next date until a person has ended it.
-- Each follows from its entry (a Task; a referral, an order or a message that no Task carries) in the same commit.
create table handover (
    bucket   smallint not null,
    person   bigint not null,
    source   text collate "C" not null,     -- "Task/x": the entry
    self     bigint not null,               -- hash of `source`
    focus    text collate "C" not null default '',  -- "ServiceRequest/y": what the Task carries
    kind     smallint not null,             -- felles.access.handovers.kinds
    state    smallint not null,             -- felles.access.handovers.states.State
    urgent   boolean not null default false,
    owner    text collate "C" not null,     -- reference of whose it is now; '' when it has ended
    holder   bigint not null,               -- hash of `owner`; 0 when it has ended
    sender   text collate "C" not null,     -- reference of whose it is again when it is returned, declined or answered
    origin   bigint not null,               -- hash of `sender`
    receiver text collate "C" not null,     -- reference of whom it was sent to last
    org      bigint not null,               -- in the name of which organisation the owner has it (hash)
    made     bigint not null,               -- clinical time, as the rest here
    since    bigint not null,               -- since when state and owner are what they are
    next     bigint,                        -- when somebody looks again; null when it has ended
    rung     smallint not null default 0,   -- how often nobody came and it went on
    stopped  boolean not null default false,-- its owner may not see it any more: the entry is written anew by the keeper
    primary key (bucket, person, source)
);
create index handover_holder on handover (holder, next) where state < 7;
create index handover_origin on handover (origin) where state < 7;
create index handover_org on handover (org, state) where state < 7;
create index handover_late on handover (next) where state = 0;
create index handover_focus on handover (bucket, person, focus) where focus <> '';
create index handover_stopped on handover (bucket, person) where stopped;
