"""The decision, as SQL fragments that are joined into every statement that reads a person's rows.

Conventions: `q` is the row of the request (columns named in `ASK`), `e` a row of `entry`, `p` the
person's row (left-joined: entries of nobody have none), `d` the lateral row that names the basis.
No other module writes these predicates a second time.

    mode 0 staff        a relation joins the person to something the actor staffs, in this role, for this organisation
    mode 1 own record   the row's person is the actor herself (`own` is the key that leads)
    mode 2 system       a relation joins the person to the client's organisation
    mode 3 everything   maintenance; in demo mode also a token with `system/*.*`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.grants import Grant, Mode

if TYPE_CHECKING:
    from felles.record.clock import Clock

ASK: tuple[tuple[str, str], ...] = (
    ("mode", "smallint"),
    ("actor", "bigint"),
    ("org", "bigint"),
    ("role", "bigint"),
    ("kinds", "bigint"),
    ("own", "bigint"),
    ("clinical", "bigint"),
    ("real", "bigint"),
    ("who", "text"),
)
"""Columns of `q` that describe who asks, with their SQL types, in the order `ask_values` gives."""


def ask_values(grant: Grant, clock: Clock) -> tuple[int, int, int, int, int, int, int, int, str]:
    """The values for `ASK` of one request; an expired Grant opens nothing (mode -1)."""
    real = clock.real()
    mode = int(grant.mode) if grant.until > real else -1
    return (
        mode,
        grant.actor_mark,
        grant.org_mark,
        grant.role_mark,
        grant.kinds,
        grant.own,
        clock.clinical(),
        real,
        grant.who,
    )


def person_of(row: str = "e") -> str:
    """The join that brings the person's own row as `p`."""
    return f"left join person p on p.bucket = {row}.bucket and p.person = {row}.person"


def basis_of(row: str = "e") -> str:
    """The lateral join `d`: (basis, source) of one relation that holds now, or nulls.

    `row` is any alias with `bucket` and `person`; it is evaluated once for each of its rows.
    """
    return f"""left join lateral (
        select r.basis, r.source
          from relation r
         where r.bucket = {row}.bucket and r.person = {row}.person
           and q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d})
           and r.since <= q.clinical and r.until > q.clinical
           and ((q.mode = {Mode.ORG_SYSTEM:d} and r.party = q.org)
                or exists (select 1 from staffing s
                            where s.party = r.party and s.org = q.org
                              and (q.mode = {Mode.ORG_SYSTEM:d} or (s.actor = q.actor and s.role_mark = q.role))
                              and s.since <= q.real and s.until > q.real))
         order by r.basis
         limit 1) d on true"""


BLOCKS_AGAINST = """b.since <= q.real and b.until > q.real
           and (b.against = 0 or (b.against = 1 and b.party = q.org)
                or (b.against = 2 and b.party = q.role) or (b.against = 3 and b.party = q.actor))"""
"""Whether block `b` holds now and is meant for `q`."""

BLOCKED = f"""(p.blocked and exists (
        select 1 from block b
         where b.bucket = e.bucket and b.person = e.person
           and {BLOCKS_AGAINST}
           and (b.kind is null or b.kind = e.kind)
           and (b.org is null or b.org = e.org)
           and (b.item is null or b.item = e.self)
           and b.low < e.high and b.high > e.low))"""
"""Whether a block of the person hides row `e` from `q`; skipped when the person's bit is not set."""

PERSON_OPEN = f"""(case q.mode
        when {Mode.ALL:d} then true
        when {Mode.SELF:d} then coalesce(p.lead, p.person) = q.own
        when -1 then false
        else d.source is not null end)"""
"""Whether the person's record is open to `q` at all (`p`, `d`)."""

ROW_OPEN = f"""(case
        when q.mode = {Mode.ALL:d} then true
        when q.mode = {Mode.SELF:d} then true
        else (q.kinds >> e.kind) & 1 = 1 and not {BLOCKED} end)"""
"""Whether row `e` of a person whose record is open is seen whole."""

NOBODYS_OPEN = f"""(e.person = 0 and (q.mode = {Mode.ALL:d} or (q.mode = {Mode.ORG_SYSTEM:d} and e.org = q.org)))"""
"""Whether row `e`, which has no person, is seen: by its organisation's system clients alone."""

VISIBLE = f"""(case when e.person = 0 then {NOBODYS_OPEN} else {PERSON_OPEN} and {ROW_OPEN} end)"""
"""The whole decision over one row of `entry`."""

BASIS_TEXT = f"""(case q.mode when {Mode.ALL:d} then 'maintenance' when {Mode.SELF:d} then 'own'
        else d.basis::text || ':' || d.source end)"""
"""The basis as the log line carries it."""


def leaves(source: str, era: str) -> str:
    """An `insert into leaf` that logs every row of CTE `source` (bucket, person, real, text).

    `era` is the placeholder of the connection's era. To stand in a CTE of the statement that releases
    the rows, so that the line is durable before the rows can leave. The salt has 122 random bits.
    """
    return f"""insert into leaf (era, xid, bucket, person, at, salt, text, digest)
        select {era}::smallint, pg_current_xact_id(), s.bucket, s.person, s.real, s.salt, s.text,
               sha256(s.salt || convert_to(s.text, 'UTF8'))
          from (select t.bucket, t.person, t.real, t.text, uuid_send(gen_random_uuid()) as salt
                  from {source} t offset 0) s"""
