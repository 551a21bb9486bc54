-- The doors. Bits on the person's row guard every join that only a few persons need.
alter table person
    add column opened boolean not null default false,      -- rows in `opening`: stated needs, emergencies, consents
    add column held   boolean not null default false,      -- rows in `held`: kept from the person or who represents her
    add column joined boolean not null default false;      -- has a lead, or is one: her rows lie under several keys

-- `mirror`: copied from another key of the same person when Patients are joined; made anew, never edited.
alter table relation
    add column mirror boolean not null default false;

-- `source`: the Consent. `passed`: made for an entry that refers to one it covers. `left_out`: entries (`self`) that the
-- person took out before she confirmed; of a Consent's own rows only.
alter table block
    add column source   text collate "C" not null default '',
    add column passed   boolean not null default false,
    add column left_out bigint[] not null default '{}',
    add column mirror   boolean not null default false;

-- One reader's way in for a while: a need she stated (70), an emergency (5), or with the person's consent (6).
create table opening (
    bucket  smallint not null,
    person  bigint not null,
    id      text collate "C" not null,
    source  text collate "C" not null,      -- "Task/x": the case it follows from
    basis   smallint not null,              -- felles.access.bases.Basis
    actor   bigint not null,
    org     bigint not null,
    role    bigint not null,
    kinds   bigint not null default 0,      -- kinds whose blocks it lifts
    since   bigint not null,                -- real time
    until   bigint not null,
    mirror  boolean not null default false,
    primary key (bucket, person, id)
);
create index opening_actor on opening (actor, org, until);
create index opening_until on opening (until);

-- One entry that somebody with a right to the record does not see, for now.
create table held (
    bucket    smallint not null,
    person    bigint not null,
    item      bigint not null,              -- `self` of the entry
    id        text collate "C" not null,
    source    text collate "C" not null,    -- "Consent/x", or the result's own "Observation/x"
    from_whom smallint not null,            -- 1 the person, 2 her proxies, 4 her parents: a sum
    reason    smallint not null,            -- felles.access.holding.Reason
    since     bigint not null,              -- real time
    until     bigint not null,
    review    bigint,                       -- when it must be looked at anew
    mirror    boolean not null default false,
    primary key (bucket, person, item, id)
);

-- Who may act for the person, and how far.
create table representation (
    bucket  smallint not null,
    person  bigint not null,
    actor   bigint not null,                -- hash of the receiver's "Patient/y"
    id      text collate "C" not null,
    source  text collate "C" not null,      -- "RelatedPerson/x" or "Consent/x"
    basis   smallint not null,              -- 80 parent, 81 proxy, 82 guardian, 83 next of kin, 84 kin of the deceased, 85 released part
    kinds   bigint not null,
    item    bigint not null default 0,      -- one entry alone; 0: all of `kinds`
    verbs   smallint not null,              -- 1 read, 2 book, 4 write, 8 renew, 16 speak for her: a sum
    listed  boolean not null default false, -- only what GP and municipality are responsible for, and the person did not write
    since   bigint not null,                -- clinical time
    until   bigint not null,
    mirror  boolean not null default false,
    primary key (bucket, person, actor, id)
);
create index representation_actor on representation (actor);
