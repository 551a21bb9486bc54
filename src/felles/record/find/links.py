"""Chains and `_has`, one step: a condition on another entry that a reference joins to this one.

The far entry is decided like any other (`decide.VISIBLE`): one that the Grant does not see joins nothing. Its
place is found from its id: the bucket stands in an id of ours, else in `directory`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.fhir.search.marks import key
from felles.record.decide import IN_FORM, VISIBLE, basis_of, person_of
from felles.record.find.forms import Scope, quoted, render, renders
from felles.record.homes import SHARED_TYPES
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.find.ast import Form

_ALPHABET = "'0123456789abcdefghjkmnpqrstvwxyz'"  # as in record/ids.py; a test holds them equal


def bucket_sql(type_name: str, resource_id: str) -> str:
    """The bucket of an entry whose id is the SQL expression `resource_id`; null when it is not here."""
    digits = [f"(strpos({_ALPHABET}, substr({resource_id}, {place}, 1)) - 1)" for place in (2, 3, 4)]
    ours = f"({digits[0]} * 1024 + {digits[1]} * 32 + {digits[2]} - 1)::smallint"
    return f"""(case when {resource_id} ~ '^f[0-4][0-9a-hjkmnp-tv-z]{{23}}$' then {ours}
        else (select y.bucket from directory y where y.type = {TYPES[type_name]} and y.id = {resource_id}) end)"""


DECIDED = f"(q.bound is null or e.person = any(q.bound)) and {VISIBLE}"
"""The decision over the far entry; a Grant for one person reaches no other's."""


@renders("chain")
def _chain(form: Form, scope: Scope) -> str:
    """`("chain", param, type, inner)`: a reference of `e` in `param` leads to a `type` that meets `inner`."""
    _, param, type_name, inner = form
    shared = type_name in SHARED_TYPES
    head = f"{param}={type_name}/"
    target = f"substr(o.ref, {len(head) + 1})"
    table, bucket = ("shared", "-1") if shared else ("entry", bucket_sql(type_name, target))
    # Shared entries are everybody's: no decision beyond being signed in, which the near entry's passed.
    people = "" if shared else f"{person_of()} {basis_of()}"
    decided = "" if shared else f"and {DECIDED}"
    seen = "e.form = 0" if shared else IN_FORM
    return f"""exists (
        select 1 from (select r.ref from unnest(e.refs) r(ref) where starts_with(r.ref, {quoted(head)})) o
          join {table} e on e.bucket = {bucket} and e.type = {TYPES[type_name]} and e.id = {target}
          {people}
         where {scope.live} and {seen} and {render(inner, scope)} {decided})"""


@renders("has")
def _has(form: Form, scope: Scope) -> str:
    """`("has", base, type, param, inner)`: a `type` refers to `e` in `param` and meets `inner`."""
    _, base, type_name, param, inner = form
    number, mark = TYPES[type_name], f"(o.self # ({key(param)}))"
    matches = f"e.type = {number} and {mark} = any(e.marks) and {scope.live} and {render(inner, scope)}"
    matches += " and e.form = 0" if type_name in SHARED_TYPES else ""
    table = "shared" if type_name in SHARED_TYPES else "entry"
    pointed = f"""select e.* from pointer x join {table} e on e.bucket = x.bucket and e.type = x.type and e.id = x.id
         where x.mark = {mark} and x.type = {number} and {matches}"""
    if type_name in SHARED_TYPES:
        return f"exists (select 1 from (select e.self) o cross join lateral ({pointed}) e)"
    own = f"select e.* from entry e where e.bucket = o.bucket and e.person = o.person and e.person <> 0 and {matches}"
    # The inner condition stands once in each branch, with the same arguments; shared entries have no own record.
    both = f"{own} union all {pointed} and (e.person <> o.person or e.person = 0)"
    near = pointed if base in SHARED_TYPES else both
    return f"""exists (
        select 1 from (select e.self, e.bucket, e.person) o
         cross join lateral ({near}) e
          {person_of()} {basis_of()}
         where {IN_FORM} and {DECIDED})"""
