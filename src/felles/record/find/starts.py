"""Where a search begins: small tables and indexes that give candidates `(bucket, id)`.

A candidate is never a hit: the row itself is read, decided and tested again by the statement around it. So an
entry of these tables that is out of date costs a look and shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.grants import Mode
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.find.ast import Form
    from felles.record.find.forms import Scope

PERSONS = frozenset({"person", "persons", "list"})
"""Starts that give persons rather than candidates: their rows come from the person's own index."""

DIRECT = frozenset({"code", "scan"})
"""Starts that read the rows of a type by the regional index."""


def candidates(type_name: str, form: Form, scope: Scope) -> str:
    """The SELECT of (bucket, id) of candidates, of names also the person; may hold one twice."""
    return _STARTS[form[0]](type_name, form, scope)


def _pointer(type_name: str, form: Form, scope: Scope) -> str:
    column = scope.take()
    match = f"x.mark = {column}" if form[1] == 1 else f"x.mark = any({column})"
    return f"select x.bucket, x.id from pointer x where {match} and x.type = {TYPES[type_name]}"


def _reference(type_name: str, form: Form, scope: Scope) -> str:  # noqa: ARG001 - one signature for all
    """References: pointers, and the records in which their targets lie (references within one have no pointer)."""
    marks, buckets, persons = scope.take(), scope.take(), scope.take()
    number = TYPES[type_name]
    return f"""select x.bucket, x.id from pointer x where x.mark = any({marks}) and x.type = {number}
        union all
        select e.bucket, e.id from unnest({buckets}, {persons}) k(bucket, person)
          join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {number}
           and e.state < 2 and e.form = 0 and e.marks && {marks}"""


def _name(type_name: str, form: Form, scope: Scope) -> str:
    """`("name", k, parts)`: words in [low, high); `parts` of the name, or all when empty."""
    _, many, parts = form
    low, high = scope.take(), scope.take()
    part = f" and x.part in ({', '.join(map(str, parts))})" if parts else ""
    if many == 1:
        return f"""select x.bucket, x.person, x.id from name x
             where x.type = {TYPES[type_name]} and x.word >= {low} and x.word < {high}{part}"""
    return f"""select x.bucket, x.person, x.id from unnest({low}, {high}) w(low, high)
          join name x on x.type = {TYPES[type_name]} and x.word >= w.low and x.word < w.high{part}"""


def _face(type_name: str, form: Form, scope: Scope) -> str:  # noqa: ARG001 - Patients alone have faces
    low, high = scope.take(), scope.take()
    return f"select x.bucket, x.id from face x where x.born >= {low} and x.born < {high}"


def _ids(type_name: str, form: Form, scope: Scope) -> str:  # noqa: ARG001 - as above
    return f"select k.bucket, k.id from unnest({scope.take()}, {scope.take()}) k(bucket, id)"


_STARTS = {"pointer": _pointer, "reference": _reference, "name": _name, "face": _face, "ids": _ids}

LIST = f"""select distinct r.bucket, r.person
      from (select s.party from staffing s
             where s.org = q.org and (s.actor = q.actor or q.mode = {Mode.ORG_SYSTEM:d})
            union select q.org where q.mode = {Mode.ORG_SYSTEM:d}) s
      join relation r on r.party = s.party
     where q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d})
    union
    select o.bucket, o.person from opening o
     where q.mode = {Mode.STAFF:d} and o.actor = q.actor and o.org = q.org and o.until > q.real"""
"""The persons of the asker's relations, and those to whom she has opened a way.

A preselection: each is decided by the fragments all the same."""

MINE = f"""(q.mode <> {Mode.STAFF:d}
      or exists (select 1 from relation r
                   join staffing s on s.party = r.party and s.org = q.org and s.actor = q.actor
                  where r.bucket = c.bucket and r.person = c.person)
      or exists (select 1 from person w where w.bucket = c.bucket and w.person = c.person and w.opened))"""
"""Whether candidate `c` may be one of a member of staff's: of a name that thousands bear, few are.

A preselection too, wider than the decision: what it leaves out would have been read, decided and not shown.
"""
