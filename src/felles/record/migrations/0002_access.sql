-- Signing in: who has an account, which sessions are open, which systems may ask for tokens.
-- Nothing here is about a person's health; who may see what stands in `staffing`, `relation` and `block`.

create table account (
    id          text collate "C" primary key,
    actor       text collate "C" not null,   -- "Practitioner/x" or "Patient/x"
    name        text collate "C" not null,
    source      text collate "C",            -- the PractitionerRole signed in with; null: chosen at sign-in
    card        jsonb,                       -- a persona's card: signs in without proof, in demo mode only
    since       bigint not null,
    until       bigint not null
);
create index account_actor on account (actor);

create table session (
    digest      bytea primary key,           -- sha256 of the 256 random bits that the browser holds
    account     text collate "C" not null,
    actor       text collate "C" not null,
    name        text collate "C" not null,
    role        text collate "C" not null,
    org         text collate "C" not null,   -- "Organization/x"; '' for citizens
    org_name    text collate "C" not null,
    source      text collate "C",            -- the PractitionerRole; null for citizens
    bucket      smallint,                    -- a citizen's own leading key
    person      bigint,
    made        bigint not null,
    seen        bigint not null,
    until       bigint not null,
    ended       bigint                       -- signed out
);
create index session_until on session (until);

create table client (
    id          text collate "C" primary key,
    name        text collate "C" not null,
    org         text collate "C" not null,
    org_name    text collate "C" not null,
    scope       text collate "C" not null,
    purpose     text collate "C" not null,
    approval    text collate "C" not null,   -- who approved it, and where that is written down
    made        bigint not null,
    until       bigint not null,
    ended       bigint
);
