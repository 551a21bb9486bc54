-- What was lawfully erased, when and by which decision; nothing of what it said. Written and kept by the owner's role.
create table erased (
    matter      text collate "C" primary key,   -- the Task that decided it
    bucket      smallint not null,              -- where that Task lies
    person      bigint not null,
    type        smallint not null,
    id          text collate "C" not null,      -- the entry
    versions    integer not null,               -- how many versions there were
    at          bigint not null,                -- real time
    approved    text[] not null,                -- by whom (references)
    told        jsonb not null,                 -- who must be told: organisations that have read, opened or received it
    closed      bigint                          -- when the case was answered; null: to be done
);
create unique index erased_entry on erased (type, id);
