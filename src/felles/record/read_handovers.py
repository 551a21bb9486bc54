"""The hand-overs that are with somebody, or that she sent: her worklist, one of them whole, and what a unit has.

A hand-over shows its own entry and the look-up form of the person, to whom it is with and to whom it came from
(`decide.HANDED`); it opens no record. What a colleague has by name is shown to whom the person's record is open, and
the entry with it. Each person shown gets a line; a count shows nobody, and leaves none. What the operator counts is the
table alone: no person and nothing of an entry is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from felles.record.decide import (
    ASK,
    BLOCKED,
    HANDED,
    IN_FORM,
    PERSON_OPEN,
    POINTED,
    ROW_OPEN,
    STAFFED,
    ask_values,
    basis_of,
    leaves,
)
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.joined import MEMBERS
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES, type_in
from felles.record.standing import marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.clock import Clock
    from felles.record.grants import PersonKey, SetGrant
    from felles.record.lane import Lane

AWAITED: Final = "h.kind = 5 and h.state = 2 and h.came is null and h.next > q.clinical"
"""An order whose answer is not here and not yet due: with whoever ordered it, and nothing she does now."""
OPEN: Final = 7
"""`handover.state` from which it has ended."""
Side = Literal["mine", "sent", "unit"]
TOLD: Final = {
    "unread": "h.state = 0",
    "unassigned": "h.state in (1, 2) and h.owner not like 'Practitioner%'",
    "untaken": "h.state = 6",
    "late": "h.next <= {now}",
}
"""What a board counts beside all, and which open hand-overs that is (`access.handovers.states.State`)."""

_CHOSEN_COLUMNS: Final = (("telling", "text"), ("whose", "text"), ("sort", "smallint"), ("hot", "boolean"))
_LIST_COLUMNS: Final = (("sent", "boolean"), ("many", "integer"), ("skip", "integer"), *_CHOSEN_COLUMNS, *ASK)
_COUNT_COLUMNS: Final = (("sent", "boolean"), *ASK)
_ONE_COLUMNS: Final = (("source", "text"), ("bucket", "smallint"), ("person", "bigint"), *ASK)
_HAND: Final = """h.bucket, h.person, h.source, h.kind, h.state, h.urgent, h.owner, h.sender, h.receiver, h.focus,
           h.made, h.since, h.next, h.rung, h.came, h.answer, h.outside"""
# Whether its sender says that it comes before others, though not within minutes (a Communication has no such mark).
_HURRIES: Final = f"""(e.marks && {marks((("priority", "urgent"),))}
           or e.type = {TYPES["Communication"]} and e.body::json ->> 'priority' = 'urgent')"""
ORDER: Final = f"""h.urgent desc, case when h.next <= q.clinical then 0 when {_HURRIES} then 1 else 2 end, h.next,
                h.source"""
"""What a worklist begins with: what is urgent, what is late, what its sender says hurries; then by the next date."""
_CHOSEN: Final = f"""(case q.telling {" ".join(f"when '{name}' then {{}}" for name in TOLD)} when 'nobody' then false
                 else true end
           and (q.whose is null or h.owner = q.whose) and (q.sort is null or h.kind = q.sort)
           and (q.hot is null or h.urgent = q.hot))""".format(*(sql.format(now="q.clinical") for sql in TOLD.values()))
_PAGE: Final = f"""order by {ORDER} offset q.skip limit q.many"""
_FACE: Final = f"""
      left join lateral (select f.id, f.body from entry f
                          where f.bucket = h.bucket and f.person = h.person and f.type = {TYPES["Patient"]}
                            and f.form = 1 and f.state = 0 and not f.deleted order by f.low desc limit 1) f on true"""
OF_HAND: Final = f"""e.bucket = h.bucket and e.type = {type_in("h.source")}
       and e.id = split_part(h.source, '/', 2)"""
"""That `e` is the entry of hand-over `h`, in some version and form of it."""
_SAID: Final = f"""
      join person p on p.bucket = h.bucket and p.person = h.person
      join entry e on {OF_HAND} and e.state = 0 and not e.deleted and {IN_FORM}"""
_ENTRY: Final = f"{_SAID}{_FACE}"


def _shown(found: str, act: str, columns: int) -> str:
    """The statement that gives the rows of `found` and writes a line for each person, of each request."""
    return f"""{found},
said as materialized (
    select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:{act}","what":"' || f.source || '","basis":"' || f.ground
           || '","outcome":"released"}}' as text
      from found f order by f.n, f.bucket, f.person, f.source
),
logged as ({leaves("said", f"${columns + 1}")})
select * from found f order by f.n, f.place"""


def _listed(found: str, ground: str) -> str:
    """The statement of a list: so many of `found`, each with its place, and how many there are in all."""
    return _shown(
        f"""
with q as materialized {unnest(_LIST_COLUMNS)},
found as materialized (
    select q.n, q.real, q.who, x.*
      from q
     cross join lateral (
        select {_HAND}, e.version, e.body, f.id as patient, f.body as face, null::text as versions,
               {ground} as ground, row_number() over (order by {ORDER}) as place, count(*) over () as total
          {found.format(entry=_ENTRY)} and {_CHOSEN}
         {_PAGE}) x
)""",
        "work",
        len(_LIST_COLUMNS),
    )


ALIKE: Final = """h.owner, h.kind, h.state, h.urgent, coalesce(h.next <= q.clinical, false) as late,
           count(*)::bigint as many, min(h.since) as oldest, min(coalesce(h.next, h.since)) as first"""
BY: Final = "h.owner, h.kind, h.state, h.urgent, h.next <= q.clinical"
"""What is counted together, as `Alike` tells of it, and by what it is grouped."""


def _counted(found: str) -> str:
    """The statement that counts `found`: those alike together. It shows nobody, and leaves no line."""
    return f"""
with q as materialized {unnest(_COUNT_COLUMNS)}
select q.n, x.*
  from q
 cross join lateral (
    select {ALIKE}
      {found.format(entry=_SAID)}
     group by {BY}) x
 where ${len(_COUNT_COLUMNS) + 1}::smallint is not null"""


# Where it is hers twice over (with one inbox of hers, given to another; sent by one, with another), it is there once.
_HOLDS: Final = f"exists (select 1 from staffing s where s.party = h.holder and {STAFFED})"
WITH_HER: Final = f"""((h.holder = s.party and not ({AWAITED}))
           or (h.given = s.party and not (h.holder <> h.given and {_HOLDS} and not ({AWAITED}))))"""
"""Whether hand-over `h` is on the worklist of whoever staffs `s`."""
_SENT: Final = f"""((h.origin = s.party and h.holder <> s.party and not ({AWAITED} and {_HOLDS}))
           or (h.holder = s.party and {AWAITED}))"""
_HERS: Final = f"""from (select distinct s.party from staffing s where {STAFFED}) s
          join handover h on h.state < {OPEN}
           and ((not q.sent and {WITH_HER}) or (q.sent and {_SENT})){{entry}}
         where {HANDED}"""
# Whoever staffs something together with the reader, for her organisation: whatever they staff.
_COLLEAGUES: Final = """staffing s
                  join staffing c on c.party = s.party and c.org = s.org and c.actor <> q.actor and c.since <= q.real
                   and c.until > q.real
                  join staffing w on w.actor = c.actor and w.org = c.org"""
_BY_NAME: Final = f"""q.mode = {Mode.STAFF:d} and h.state < {OPEN} and h.org = q.org and h.owner like 'Practitioner%'
           and {PERSON_OPEN} and {ROW_OPEN}"""
_COLLEAGUES_HAVE: Final = f"""from (select distinct w.party from {_COLLEAGUES} where {STAFFED}) s
          join handover h on h.holder = s.party and h.state < {OPEN}{{entry}}
          {basis_of()}
         where {_BY_NAME} and not exists (select 1 from staffing s where s.party = h.given and {STAFFED})"""
# What answers an order, as far as it is shown to who answers for it (`access.handovers.showing`): the newest first.
_ANSWERING: Final = f"""(select json_agg(json_build_object('ref', m.name || '/' || e.id, 'low', e.low, 'text',
                   coalesce(e.body::json #>> '{{code,text}}', e.body::json #>> '{{code,coding,0,display}}', ''))
                   order by e.low desc, e.id)::text
              from pointed t
              join entry e on e.bucket = t.bucket and e.person = t.person and e.self = t.self and e.state = 0
               and not e.deleted and {IN_FORM} and e.type in ({TYPES["DiagnosticReport"]}, {TYPES["Observation"]})
              join type_name m on m.type = e.type
             where t.bucket = h.bucket and t.person = h.person and t.source = h.source
               and (q.kinds >> e.kind) & 1 = 1 and {POINTED} and not {BLOCKED})"""
# The answer that was seen, where the record still shows it to the reader; it shows itself to nobody any more.
_ANSWER_SEEN: Final = f"""(select json_agg(json_build_object('ref', h.answer, 'low', e.low, 'text', ''))::text
              from type_name a {MEMBERS}
              join entry e on e.bucket = m.bucket and e.person = m.person and e.type = a.type
               and e.id = split_part(h.answer, '/', 2) and e.state = 0 and not e.deleted and {IN_FORM}
             where h.state >= {OPEN} and a.name = split_part(h.answer, '/', 1)
               and {PERSON_OPEN} and {ROW_OPEN})"""
_ONE: Final = _shown(
    f"""
with q as materialized {unnest(_ONE_COLUMNS)},
found as materialized (
    select q.n, q.real, q.who, {_HAND}, e.version, e.body, f.id as patient, f.body as face,
           (select json_agg(json_build_object('author', coalesce(v.behalf, v.author), 'at', v.updated,
                                              'body', v.body::json) order by v.version)::text
              from entry v
             where v.bucket = e.bucket and v.type = e.type and v.id = e.id and v.form = e.form and not v.deleted)
           as versions, case when h.came is not null then coalesce({_ANSWERING}, {_ANSWER_SEEN}) end as answers,
           coalesce({PERSON_OPEN}, false) as open, 1 as place,
           case when {HANDED} then '60:' || h.source else d.basis::text || ':' || d.source end as ground
      from q join handover h on h.bucket = q.bucket and h.person = q.person and h.source = q.source{_ENTRY}
      {basis_of()}
     where {HANDED} or ({_BY_NAME} and exists (
           select 1 from {_COLLEAGUES} where {STAFFED} and w.party = h.holder))
)""",
    "handover",
    len(_ONE_COLUMNS),
)
# Whether one is shown to the reader: for what she writes about it, which shows nothing and leaves no line.
_IS_HANDED: Final = f"""
with q as materialized {unnest(_ONE_COLUMNS)}
select q.n from q join handover h on h.bucket = q.bucket and h.person = q.person and h.source = q.source{_SAID}
 where {HANDED} and ${len(_ONE_COLUMNS) + 1}::smallint is not null"""
# Of one person the orders that are with the reader; the page that shows where they are leaves the line.
_ABOUT_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), *ASK)
_ABOUT: Final = f"""
with q as materialized {unnest(_ABOUT_COLUMNS)}
select q.n, h.source, h.focus
  from q join handover h on h.bucket = q.bucket and h.person = q.person and h.kind = 5 and h.state < {OPEN}{_ENTRY}
 where {HANDED} and exists (select 1 from staffing s where s.party = h.holder and {STAFFED})
   and ${len(_ABOUT_COLUMNS) + 1}::smallint is not null"""
# The answers that are with the reader: where they lie, for a page that shows them and leaves the line.
_CAME: Final = f"""
with q as materialized {unnest(ASK)}
select q.n, h.answer, h.source
  from q cross join lateral (select distinct s.party from staffing s where {STAFFED}) s
  join handover h on h.state < {OPEN} and h.kind = 5 and h.came is not null and {WITH_HER}{_SAID}
 where {HANDED} and ${len(ASK) + 1}::smallint is not null"""
_SHAPES: Final = {
    "list": Shape(_listed(_HERS, "'60:' || h.source"), _LIST_COLUMNS),
    "unit": Shape(_listed(_COLLEAGUES_HAVE, "d.basis::text || ':' || d.source"), _LIST_COLUMNS),
    "count": Shape(_counted(_HERS), _COUNT_COLUMNS),
    "count-unit": Shape(_counted(_COLLEAGUES_HAVE), _COUNT_COLUMNS),
    "one": Shape(_ONE, _ONE_COLUMNS),
    "handed": Shape(_IS_HANDED, _ONE_COLUMNS),
    "about": Shape(_ABOUT, _ABOUT_COLUMNS),
    "came": Shape(_CAME, ASK),
}
MANY: Final = 200
"""Hand-overs in one list."""


@dataclass(slots=True, frozen=True)
class HandedRow:
    """One hand-over, its entry and the look-up form of the person (`patient` an id, `face` JSON text).

    Numbers are those of `access.handovers`, of an order `came`, `answer` and `outside`; times clinical microseconds.
    `versions` is a JSON array of {author, at, body}, the oldest first ("" in lists); `at` is real. `answers` is one of
    {ref, low, text}, what answers an order as far as the reader sees it. `total`: how many the list has that it is of.
    `open`: of one, whether anything of the person's record is open to the reader.
    """

    source: str
    kind: int
    state: int
    urgent: bool
    owner: str
    sender: str
    receiver: str
    focus: str
    made: int
    since: int
    next: int | None
    rung: int
    came: int | None
    answer: str
    outside: int
    version: int
    body: str
    patient: str
    face: str
    versions: str
    answers: str = ""
    total: int = 1
    open: bool = True


@dataclass(slots=True, frozen=True)
class Choice:
    """Which of a list are asked for: those that a count (`TOLD`) counts, with that owner, of that kind, urgent or not.

    None: whichever.
    """

    telling: str | None = None
    owner: str | None = None
    kind: int | None = None
    urgent: bool | None = None


ALL: Final = Choice()


@dataclass(slots=True, frozen=True)
class Alike:
    """So many open hand-overs alike with one owner (a reference).

    `oldest` is since when the one that waits longest is as it is, `first` the earliest next date; clinical micros.
    """

    owner: str
    kind: int
    state: int
    urgent: bool
    late: bool
    many: int
    oldest: int
    first: int


async def read_work(
    lane: Lane, clock: Clock, grant: SetGrant, side: Side, many: int = MANY, *, skip: int = 0, choice: Choice = ALL
) -> list[HandedRow]:
    """At most `many` open ones after the first `skip`, in the order of `ORDER`. Raises `Busy`.

    `mine`: with the reader or her inboxes; `sent`: sent by her or them, with somebody else; `unit`: by name with those
    who staff something with her, of persons whose records she sees, as far as she sees them. An order is
    among what was sent until it has its answer, or should have it.
    """
    chosen = (choice.telling, choice.owner, choice.kind, choice.urgent)
    values = (side == "sent", many, skip, *chosen, *ask_values(grant, clock))
    return [handed_row(r) for r in await lane.submit(_SHAPES["unit" if side == "unit" else "list"], values)]


async def count_work(lane: Lane, clock: Clock, grant: SetGrant, side: Side) -> list[Alike]:
    """All of a list, counted, as far as the reader sees them. Raises `Busy`."""
    shape = _SHAPES["count-unit" if side == "unit" else "count"]
    rows = await lane.submit(shape, (side == "sent", *ask_values(grant, clock)))
    return [Alike(**{name: r[name] for name in Alike.__slots__}) for r in rows]


async def read_handover(lane: Lane, clock: Clock, grant: SetGrant, source: str, key: PersonKey | None) -> HandedRow:
    """One (`Task/x`, which lies at `key`), open or ended.

    Raises `Absent` when there is none, or it is neither with the reader nor from her nor with a colleague of hers
    (`unit`); `Busy`.
    """
    values = (source, *(key or (0, 0)), *ask_values(grant, clock))
    found = await lane.submit(_SHAPES["one"], values) if key else []
    if not found:
        raise Absent("there is no such hand-over here")
    return handed_row(found[0])


async def is_handed(lane: Lane, clock: Clock, grant: SetGrant, source: str, key: PersonKey | None) -> bool:
    """Whether one (`Task/x`, which lies at `key`) is with the reader, given to her or from her. Raises `Busy`.

    It shows nothing of it, and leaves no line.
    """
    values = (source, *(key or (0, 0)), *ask_values(grant, clock))
    return bool(await lane.submit(_SHAPES["handed"], values)) if key else False


async def read_owed(lane: Lane, clock: Clock, grant: SetGrant, keys: Iterable[PersonKey]) -> dict[str, str]:
    """Orders of one person that are with the reader, open: the order's reference → that of its entry. Raises `Busy`."""
    found: dict[str, str] = {}
    for key in keys:
        rows = await lane.submit(_SHAPES["about"], (*key, *ask_values(grant, clock)))
        found |= {r["focus"] or r["source"]: r["source"] for r in rows}
    return found


async def read_came(lane: Lane, clock: Clock, grant: SetGrant) -> dict[str, str]:
    """What came and is with the reader, unseen: the reference of each answer → that of its hand-over. Raises `Busy`."""
    return {r["answer"]: r["source"] for r in await lane.submit(_SHAPES["came"], ask_values(grant, clock))}


def handed_row(r: Any) -> HandedRow:
    """The hand-over of a row that has these columns."""
    names = ("source", "kind", "state", "urgent", "owner", "sender", "receiver", "focus", "made", "since", "next")
    said = {name: r[name] for name in (*names, "rung", "came", "answer", "outside", "version", "body")}
    return HandedRow(
        **said,
        patient=r["patient"] or "",
        face=r["face"] or "{}",
        versions=r["versions"] or "",
        answers=r.get("answers") or "",
        total=r.get("total") or 1,
        open=r.get("open", True),
    )
