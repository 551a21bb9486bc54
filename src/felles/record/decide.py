"""The decision, as SQL fragments that are joined into every statement that reads a person's rows.

Conventions: `q` is the row of the request (columns named in `ASK`), `e` a row of `entry`, `p` the
person's row (left-joined: entries of nobody have none), `d` the lateral row that names the basis.
No other module writes these predicates a second time.

    mode 0 staff        a relation joins the person to something the actor staffs, in this role, for this organisation
    mode 1 own record   the row's person is the actor herself (`own` is the key that leads)
    mode 2 system       a relation joins the person to the client's organisation
    mode 3 everything   maintenance; in demo mode also a token with `system/*.*`
    mode 4 proxy        the actor may act for her, as she or the law says (`proxy=True`, `REPRESENTED`)
    mode 5 case         writes a case without a relation (a need, a question), answers one; reads nothing by it

What only few persons have (blocks, openings, entries held back) is guarded by bits on the person's row, so that
its tables are never looked at for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.derive import PART
from felles.record.desks import AT_DESK, DEMAND, REQUEST
from felles.record.grants import Grant, Mode
from felles.record.kinds import OPENABLE, Kind
from felles.record.numbers import TYPES

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
    ("sees_place", "boolean"),
    ("who", "text"),
)
"""Columns of `q` that describe who asks, with their SQL types, in the order `ask_values` gives."""


def ask_values(grant: Grant, clock: Clock) -> tuple[int, int, int, int, int, int, int, int, bool, str]:
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
        grant.place or mode in (Mode.SELF, Mode.ALL),
        grant.who,
    )


DOOR_BITS = "p.blocked, p.opened, p.held, p.protected, d.basis as ground"
"""What a statement that parts door and rows keeps of the person's row and the ground; `bits_of` gives it back."""


def bits_of(row: str) -> str:
    """What `row` kept (`DOOR_BITS`), as `p` and `d` for the predicates over rows. A FROM item."""
    return f"""(select {row}.blocked, {row}.opened, {row}.held, {row}.protected) p
         cross join lateral (select {row}.ground as basis) d"""


def person_of(row: str = "e") -> str:
    """The join that brings the person's own row as `p`."""
    return f"left join person p on p.bucket = {row}.bucket and p.person = {row}.person"


OPENED = """o.actor = q.actor and o.org = q.org and o.role = q.role and o.since <= q.real and o.until > q.real"""
"""Whether opening `o` is this reader's and holds now."""

STAFFS = f"""s.party = r.party and s.org = q.org
                              and (q.mode = {Mode.ORG_SYSTEM:d} or (s.actor = q.actor and s.role_mark = q.role))
                              and s.since <= q.real and s.until > q.real"""
"""Whether staffing `s` lets this reader act for the party of relation `r`: in this role, for this organisation, now."""

RELATED = f"""q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d})
           and r.since <= q.clinical and r.until > q.clinical
           and ((q.mode = {Mode.ORG_SYSTEM:d} and r.party = q.org)
                or exists (select 1 from staffing s
                            where {STAFFS}))"""
"""Whether relation `r` holds now and is this reader's."""

REPRESENTS = "v.actor = q.actor and v.since <= q.clinical and v.until > q.clinical"
"""Whether representation `v` is this reader's and holds now."""


def grounds_of(row: str = "e", *, proxy: bool = False) -> str:
    """Every ground that holds now for a person, as a SELECT of (basis, source, since, until).

    `row` is any alias with `bucket` and `person`, `p` her row. Relations last in clinical time, openings in real time.
    `proxy` adds those of who acts for her: for the statements that show her record to such readers.
    """
    represented = f"""
        union all
        select v.basis, v.source, v.since, v.until
          from representation v
         where q.mode = {Mode.PROXY:d} and not p.protected and v.bucket = {row}.bucket and v.person = {row}.person
           and v.verbs & 1 = 1 and {REPRESENTS}"""
    return f"""select r.basis, r.source, r.since, r.until
          from relation r
         where r.bucket = {row}.bucket and r.person = {row}.person
           and {RELATED}
        union all
        select o.basis, o.source, o.since, o.until
          from opening o
         where p.opened and q.mode = {Mode.STAFF:d} and o.bucket = {row}.bucket and o.person = {row}.person
           and {OPENED}{represented if proxy else ""}"""


_POINTS = f"e.type = {TYPES['Patient']} or points(e.bucket, e.person, g.source, e.self)"


def basis_of(row: str = "e", *, proxy: bool = False, single: str = "") -> str:
    """The lateral join `d`: (basis, source) of the ground that is named, or nulls. Needs `p` before it.

    An emergency and a consent are named before any lasting relation, so that each line of those hours says so.
    `single`: whether ground `g` counts where it opens single entries alone (SQL). A row of `entry` has those that
    point to it; a person's door has none, so that who decides no rows behind it (`ROW_OPEN`) opens nothing by them.
    """
    single = single or (_POINTS if row == "e" else "false")
    return f"""left join lateral (
        select g.basis, g.source from ({grounds_of(row, proxy=proxy)}) g
         where g.basis < {PART} or {single} order by g.basis limit 1) d on true"""


BLOCKS_AGAINST = """b.since <= q.real and b.until > q.real
           and (b.against = 0 or (b.against = 1 and b.party = q.org)
                or (b.against = 2 and b.party = q.role) or (b.against = 3 and b.party = q.actor))"""
"""Whether block `b` holds now and is meant for `q`."""

_YIELDS = "(b.against <> 3 or o.basis = 6)"
"""Whether block `b` yields to opening `o`: one against the reader by name to consent alone, not to an emergency."""


def _lifts(kind: str) -> str:
    """Whether an opening of `q` lifts block `b` from entries of `kind` (SQL)."""
    return f"""exists (
            select 1 from opening o
             where o.bucket = b.bucket and o.person = b.person and {OPENED}
               and (o.kinds >> {kind}) & 1 = 1 and {_YIELDS})"""


LIFTED = f"(p.opened and {_lifts('e.kind')})"
"""Whether an opening of `q` lifts block `b` from row `e`."""

BLOCKED = f"""(p.blocked and e.type <> {TYPES["Patient"]} and exists (
        select 1 from block b
         where b.bucket = e.bucket and b.person = e.person
           and {BLOCKS_AGAINST}
           and (b.kind is null or b.kind = e.kind)
           and (b.org is null or b.org = e.org)
           and (b.item is null or b.item = e.self)
           and b.low < e.high and b.high > e.low
           and not {LIFTED}))"""
"""Whether a block of the person hides row `e` from `q`; skipped when the person's bit is not set. Never her Patient:
who she is must be plain to whoever treats her."""


CLOSED = f"""(p.blocked and d.basis < {PART} and q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d}) and exists (
        select 1 from block b
         where b.bucket = p.bucket and b.person = p.person and {BLOCKS_AGAINST}
           and not (p.opened and case
               when b.kind is not null then {_lifts("b.kind")}
               when b.item is not null then not exists (
                    select 1 from entry e
                     where e.bucket = b.bucket and e.person = b.person and e.self = b.item and e.state = 0
                       and e.form = 0 and not {_lifts("e.kind")})
               else q.kinds & {OPENABLE} & ~(
                    select coalesce(bit_or(o.kinds), 0) from opening o
                     where o.bucket = b.bucket and o.person = b.person and {OPENED} and {_YIELDS}) = 0 end)))"""
"""Whether it is announced to `q` that the person has closed something: a block is meant for her that no opening of
hers lifts whole (`p` the person's own row, `d` its ground). Not to one who sees single entries alone: that something
else is closed is nothing that she needs to know."""


def held(whom: str) -> str:
    """Whether row `e` is held back from `whom` now, SQL for a sum of 1 the person, 2 her proxies, 4 her parents."""
    return f"""(p.held and exists (
        select 1 from held h
         where h.bucket = e.bucket and h.person = e.person and h.item = e.self
           and h.since <= q.real and h.until > q.real and h.from_whom & {whom} <> 0))"""


PERSON_OPEN = f"""(case q.mode
        when {Mode.ALL:d} then true
        when {Mode.SELF:d} then coalesce(p.lead, p.person) = q.own
        when {Mode.CASE:d} then true
        when -1 then false
        else d.source is not null end)"""
"""Whether the person's record is open to `q` at all (`p`, `d`)."""

POINTED = "pointed_to(e.bucket, e.person, e.self, q.mode, q.actor, q.org, q.role, q.clinical, q.real)"
"""Whether a message to `q` points to row `e` now (migration 0019)."""

ROW_OPEN = f"""(case
        when q.mode = {Mode.ALL:d} then true
        when q.mode = {Mode.SELF:d} then (q.kinds >> e.kind) & 1 = 1 and not {held("1")}
        when q.mode = {Mode.CASE:d} then false
        else (q.kinds >> e.kind) & 1 = 1 and (d.basis < {PART} or {POINTED}) and not {BLOCKED} end)"""
"""Whether row `e` of a person whose record is open is seen whole; where `d` opens single entries alone, if it
is one."""

STRIP = f"""(e.type = {TYPES["Patient"]} and d.basis >= {PART} and (q.kinds >> e.kind) & 1 = 1)"""
"""Whether row `e` is the Patient of one of whom `q` sees single entries alone: then only her look-up form is seen,
which is what somebody who answers must know of who it is about."""


def _parted(party: str) -> str:
    """SQL: whether `party` of a hand-over is `q`, or what she staffs; of a system what its organisation staffs."""
    return f"""({party} = q.actor or exists (
        select 1 from staffing s
         where s.party = {party} and s.org = q.org and s.since <= q.real and s.until > q.real
           and (q.mode = {Mode.ORG_SYSTEM:d} or (s.actor = q.actor and s.role_mark = q.role))))"""


ASKED_HERSELF = f"""(e.kind = {Kind.CASE:d} and exists (
        select 1 from handover h
         where h.bucket = e.bucket and h.person = e.person and h.self = e.self and h.origin = q.actor))"""
"""Whether row `e` is a case that `q` herself asked for, acting for the person: she sees what becomes of it."""

REPRESENTED = f"""exists (
        select 1 from representation v
         where v.bucket = e.bucket and v.person = e.person and {REPRESENTS}
           and v.verbs & 1 = 1 and ((v.kinds >> e.kind) & 1 = 1 or {ASKED_HERSELF}) and (v.item = 0 or v.item = e.self)
           and (not v.listed or (e.author not like 'Patient/%' and exists (
                select 1 from relation r
                 where r.bucket = e.bucket and r.person = e.person and r.party = e.org and r.basis in (10, 20)
                   and r.since <= q.clinical and r.until > q.clinical)))
           and not {held("(case when v.basis in (80, 85) then 5 else 3 end)")})"""
"""Whether row `e` is seen by who acts for the person (mode 4): never more than she sees herself.

`listed`: only what her GP (10) and her municipality (20) answer for and she did not write. Parents (80) also lack what
is kept from them."""


ACTS = f"""(select v.basis::text || ':' || v.source
          from representation v
         where v.bucket = p.bucket and v.person = p.person and not p.protected and {REPRESENTS}
           and v.item = 0 and q.own > 0 and v.verbs::bigint & q.own = q.own
         order by v.basis limit 1)"""
"""On what basis `q` (mode 4) may do for the person `p` what `own` names (`representation.verbs`), or null: for the
statement that locks a person whom somebody else writes for. To read is another matter (`REPRESENTED`)."""


ASKED_OF = f"""(h.kind = {REQUEST} and h.org = q.org and (q.kinds >> {Kind.WITHHELD:d}) & 1 = 1)"""
"""Whether hand-over `h` is a request to see a part that those of the organisation of `q` (mode 5) answer who decide on
parts (`access.decide`, `access.asked`)."""

HANDLED = f"""exists (
        select 1 from handover h
         where h.bucket = e.bucket and h.person = e.person and h.self = e.self and ({ASKED_OF} or {AT_DESK}))"""
"""Whether row `e` is a case at the desk of `q` (mode 5): it may be answered, by writing it."""

STAFFED = """s.actor = q.actor and s.org = q.org and s.role_mark = q.role and s.since <= q.real and s.until > q.real"""
"""Whether staffing `s` is this reader's, in this role, for this organisation, now: what she is and works for."""

HANDED = f"""(q.mode = {Mode.STAFF:d} and (q.kinds >> e.kind) & 1 = 1 and not {BLOCKED} and exists (
        select 1 from staffing s where s.party in (h.holder, h.origin, h.given) and {STAFFED}))"""
"""Whether entry `e` of hand-over `h` is shown to `q` because it is with her, was given to her or came from her (`p` the
person's row).

It shows that entry alone, as a case shows its Task: what she sent does not vanish with her relation to the person."""

PARTED = f"""1 + ({_parted("h.holder")} or coalesce({_parted("h.given")}, false))::int * 2
                      + {_parted("h.origin")}::int * 4"""
"""What `q` is to hand-over `h` (`derive.Part`)."""

PARTS = f"""(case when q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d})
         and e.type in ({TYPES["Task"]}, {TYPES["ServiceRequest"]}, {TYPES["Communication"]}) then (
        select bit_or({PARTED})
          from handover h join type_name n on n.type = e.type
         where h.bucket = e.bucket and h.person = e.person
           and n.name || '/' || e.id in (h.source, case when e.type <> {TYPES["Task"]} then h.focus end))
        end)"""
"""What `q` is to the hand-over that row `e` is, or that carries it (`derive.Part`); null where there is none. An order
that was given to her is also hers: she may take it when its answer came before she did. A Task is carried by no other:
who writes or is offered one about it has it not."""

MOVED_BY_CASE = f"""((q.kinds >> e.kind) & 1 = 1 and desk_of(e.org, '{{reviewer}}', q.real) = q.org and exists (
        select 1 from handover h
          join entry t on t.bucket = h.bucket and t.person = h.person and t.type = {TYPES["Task"]} and t.self = h.self
           and t.form = 0 and t.state = 0 and not t.deleted
         where h.bucket = e.bucket and h.person = e.person and h.kind = {DEMAND} and h.state < 7
           and (select 'focus=' || n.name || '/' || e.id from type_name n where n.type = e.type) = any(t.refs)
           and {AT_DESK}))"""
"""Whether the person demands that row `e` is corrected, and the organisation of `q` (mode 5) has the demand and answers
for the entry: then it may be moved to the person it is about (`access.move_by_case`). Those who only answer cases reach
Tasks alone (`kinds`), and of these none is moved."""

FORM = "(case when p.protected and not q.sees_place then 2 else 0 end)"
"""The form of an entry that `q` sees: of a person with protected address the one without place (`forms.py`), unless
this is her own record, or the Grant has the permission (`p` her row, or the bits a door kept)."""

IN_FORM = f"e.form <> 1 and e.form = {FORM}"
"""Whether row `e` is of that form. The first half spares Patients' look-up form the join that brings `p`."""

WITHDRAWN = 3
"""`entry.state` of a version without place that shows words which have since become known to tell it: never served."""

SEEN = f"(({IN_FORM} and {ROW_OPEN}) or (e.form = 1 and {STRIP}))"
"""Whether form and row `e` are what `q` sees, for statements that also show the Patient to who sees single entries."""

ORG = "(case when e.form = 2 then 0 else e.org end)"
"""The organisation of row `e` as it is shown: the form without place has none."""


def form_at(bucket: str, asked: str = "q") -> str:
    """A lateral `h` with the form that `q` sees of the entry that `asked` names by type and id; `bucket` is SQL."""
    return f"""cross join lateral (
        select {FORM} as form from entry k
          left join person p on p.bucket = k.bucket and p.person = k.person
         where k.bucket = {bucket} and k.type = {asked}.type and k.id = {asked}.id and k.form = 0
         order by k.version desc limit 1) h"""


NOBODYS_OPEN = f"""(e.person = 0 and (q.mode = {Mode.ALL:d} or (q.mode = {Mode.ORG_SYSTEM:d} and e.org = q.org)))"""
"""Whether row `e`, which has no person, is seen: by its organisation's system clients alone."""

VISIBLE = f"""(case when e.person = 0 then {NOBODYS_OPEN} else {PERSON_OPEN} and {ROW_OPEN} end)"""
"""The whole decision over one row of `entry`."""

BASIS_TEXT = f"""(case q.mode when {Mode.ALL:d} then 'maintenance' when {Mode.SELF:d} then 'own'
        when {Mode.CASE:d} then 'case' else d.basis::text || ':' || d.source end)"""
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


OWN_ACTS = "g.basis in (5, 6, 70) or g.basis between 80 and 85"
"""Grounds that follow from what the reader herself did, or was given: her own opening, her right to act."""


def told(row: str = "q") -> str:
    """Whether `q` sees the entry that ground `g` follows from; `row` has the person's keys (`p`, `d` as ever)."""
    return f"""exists (select 1 from type_name n
             join entry e on e.bucket = {row}.bucket and e.type = n.type and e.id = split_part(g.source, '/', 2)
            where n.name = split_part(g.source, '/', 1) and e.person = {row}.person and e.state = 0 and {IN_FORM}
              and not e.deleted and {ROW_OPEN})"""


def shown_basis(basis: str, row: str = "q") -> str:
    """The basis as it is shown to the reader, where `basis` is how the log line has it (SQL; `g` the named ground).

    What the person closed may be the entry that her ground follows from; then it is said that there is one, and not
    which: `relation`, or `part` where it opens single entries alone. Asked only of those who closed anything.
    """
    return f"""(case
        when p.blocked and q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d}) and not ({OWN_ACTS} or {told(row)})
        then case when g.basis >= {PART} then 'part' else 'relation' end
        else {basis} end)"""
