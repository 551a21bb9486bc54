-- Ready answers to what citizens write that an organisation has made its own: one that it changed or took away, or one
-- more. What is shipped with the program stands in its code. Nobody's health is in it: it lies outside the record.
create table ready_reply (
    id          text collate "C" primary key,
    org         bigint not null,                -- hash of the organisation whose it is
    base        text collate "C",               -- code of the shipped one in whose place it stands; null: one more
    gone        boolean not null default false, -- it is offered no more
    name        text not null,
    words       text not null,
    sorts       text[] not null,                -- categories of what is answered
    calm        boolean not null,               -- it says that all is well: nothing urgent is answered by it
    version     integer not null default 1,
    author      text not null,                  -- the name of who wrote it last
    changed     bigint not null,                -- real time
    unique (org, base)
);
