-- What somebody writes about a person: a draft until it is signed, and for ten seconds after that. Nobody but the writer
-- sees it; who opens the person to her opens it, so it lies with the person. Times are real microseconds.
create table writing (
    bucket   smallint not null,
    person   bigint not null,
    id       text collate "C" not null,             -- also of the entry that signing makes
    writer   bigint not null,                       -- hash of "Practitioner/x"
    patient  text collate "C" not null,             -- "Patient/x", as whom she was opened
    form     text collate "C" not null,             -- which form (felles.care.writing)
    about    text collate "C" not null default '',  -- the entry it changes, "Type/id"; empty: it makes a new one
    base     integer not null default 0,            -- the version of `about` that the writer was shown
    state    smallint not null default 0,           -- felles.record.writings.State
    version  integer not null,                      -- raised by every save that is taken
    win      text collate "C" not null,             -- the window of the last save, and that window's clock
    step     bigint not null,
    fields   text not null,                         -- JSON: field -> text
    others   text not null default '{}',            -- JSON: window -> fields that met another save; kept until sorted out
    made     bigint not null,
    changed  bigint not null,
    signer   text,                                  -- JSON: who signed, in which role (felles.access.signatures)
    due      bigint,                                -- when it goes into the record
    lease    bigint,                                -- until when somebody is putting it there
    said     text collate "C" not null default '',  -- why it came back: a rule's name
    entry    text collate "C" not null default '',  -- "Type/id" it became
    primary key (bucket, person, id)
);
create unique index writing_one on writing (bucket, person, writer, form, about) where state in (0, 3);
create index writing_writer on writing (writer, state);
create index writing_due on writing (due) where state = 1;
create index writing_changed on writing (changed);
