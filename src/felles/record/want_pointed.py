"""What a page wants of who sees single entries of a record alone: those that messages to her point to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.decide import POINTED

if TYPE_CHECKING:
    from felles.record.wants import Pointed


def pointed(number: int, want: Pointed, *, line: str, live: str, joined: str) -> str:
    """The SELECT that answers `want`, the page's want `number`; the rest are the fragments of the page's statement."""
    return f"""(select {number}::smallint as want, {joined} as rows from (select {line} as line from entry e
            where e.bucket = q.bucket and e.person = q.person and {live}
              and e.self in (select t.self from pointed t where t.bucket = q.bucket and t.person = q.person)
              and {POINTED}
            order by e.low desc, e.id desc limit {want.newest}) v)"""
