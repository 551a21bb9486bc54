-- Faults in the program that people report. About pages, not about anybody's health: it lies outside the record, and
-- holds the route's pattern, never an address.
create table fault_report (
    id          text collate "C" primary key,
    state       smallint not null default 0,    -- felles.access.faults.State
    words       text not null,
    route       text collate "C" not null,      -- "/p/{id}/sok"; empty: not known
    version     text collate "C" not null,      -- of the program
    request     text collate "C" not null,      -- the request's id, as the operations log has it; empty: not known
    role        text collate "C" not null,      -- of who reported; empty: not signed in
    place       text not null,                  -- the organisation she was signed in for; empty: none
    reporter    bigint,                         -- hash of who reported, so that she is shown its state; null: not signed in
    made        bigint not null,                -- real time, as all here
    owner       text collate "C",               -- "Practitioner/x" who took it
    owner_name  text,
    taken       bigint,
    answer      text,
    closed      bigint
);
create index fault_report_reporter on fault_report (reporter, made desc);
create index fault_report_state on fault_report (state, made);
