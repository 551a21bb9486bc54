-- A message opens what it points to, not the record. Its relation (basis 200, or 300 where it is self-made: see
-- felles.record.derive.PART) says for whom and until when; here stands what it opens, each entry by its own hash.
create table pointed (
    bucket  smallint not null,
    person  bigint not null,
    source  text collate "C" not null,      -- "Communication/x", "Task/x": the message
    self    bigint not null,                -- `self` of the entry it points to; the message is one of them
    mirror  boolean not null default false,
    primary key (bucket, person, source, self)
);

-- Functions, so that the statements that decide every read do not start up what next to none of them takes.
create function points(bucket smallint, person bigint, source text, self bigint) returns boolean
language sql stable as $$
select exists (select 1 from pointed t where t.bucket = $1 and t.person = $2 and t.source = $3 and t.self = $4)
$$;

-- Whether any message to this reader points to the entry now: the relations of `decide.RELATED`, those of messages alone.
-- $4 mode (0 staff, 2 a system client), $5 who, $6 organisation, $7 role, $8 clinical, $9 real time.
create function pointed_to(bucket smallint, person bigint, self bigint, mode smallint, actor bigint, org bigint, role bigint,
                           clinical bigint, at bigint) returns boolean
language sql stable as $$
select exists (
    select 1 from pointed t
      join relation r on r.bucket = t.bucket and r.person = t.person and r.source = t.source and r.basis >= 200
     where t.bucket = $1 and t.person = $2 and t.self = $3 and r.since <= $8 and r.until > $8
       and (($4 = 2 and r.party = $6)
            or exists (select 1 from staffing s
                        where s.party = r.party and s.org = $6
                          and ($4 = 2 or (s.actor = $5 and s.role_mark = $7)) and s.since <= $9 and s.until > $9)))
$$;
