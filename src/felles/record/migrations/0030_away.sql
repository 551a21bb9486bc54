-- Who is away from a role, from when until when, and who stands in for her: one row for each leave of a PractitionerRole
-- (`notAvailable`) and each reference by which she is handed something. Few rows: whoever is not away has none.
create table away (
    source   text collate "C" not null,     -- "PractitionerRole/x": the role whose leave it is
    party    bigint not null,               -- hash of that role, or of the Practitioner
    org      bigint not null,               -- organisation of the role (hash)
    since    bigint not null,               -- clinical time
    until    bigint not null,
    stand_in text collate "C" not null,     -- reference of who stands in; '' for nobody by name
    primary key (source, party, since)
);
create index away_party on away (party, until);
-- For whom its owner stands in (hash): it is hers again when she is back, unless it was taken. 0: for nobody.
alter table handover add column instead bigint not null default 0;
create index handover_instead on handover (instead) where instead <> 0;
