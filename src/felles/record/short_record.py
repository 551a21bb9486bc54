"""A short record, read whole: one scan of the person's entries answers every want of a page.

Each want by itself is a few steps into an index, and an index over more people is deeper: opening a chart of
twenty entries that way took sixty descents, each a page longer in a region than in a town. Where the whole
record is at most `SHORT` entries, which one look into the index tells, they are read together and parted here.
Longer records are read want by want (`read_person.py`), so that the cost never grows with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from felles.record.decide import FORM, ROW_OPEN
from felles.record.derive import PART
from felles.record.numbers import TYPES
from felles.record.standing import STANDS, marks
from felles.record.want_coded import marks_of
from felles.record.wants import LATE, Coded, Coming, Course, Standing, Want

if TYPE_CHECKING:
    from felles.record.wants import AnyWant

SHORT: Final = 120
"""Entries of a record that is read whole; ended versions that are still indexed count too."""
IS_SHORT: Final = f"""({FORM} = 0 and coalesce(d.basis, 0) < {PART} and (select count(*) from (select 1 from entry e
            where e.bucket = q.bucket and e.person = q.person and e.state < 2 limit {SHORT + 1}) s) <= {SHORT})"""
"""Whether the record of `q` is read whole (`p` her bits, `d` the ground). Of one without place each row would be
fetched twice; who sees single entries alone sees another form of her Patient."""
WHOLE_RECORD: Final = -2
"""The number of the row that holds a short record whole, where others hold a want's place."""
_TAKEN: Final = (Want, Standing, Coming, Course, Coded)


def taken(want: AnyWant) -> bool:
    """Whether the scan answers this want."""
    return isinstance(want, _TAKEN)


def short_part(wants: tuple[AnyWant, ...]) -> str:
    """All that is seen of the person of `q`, as one row: `WHOLE_RECORD`, and the array that `parted` takes. A SELECT.

    `has` are bits: 1 what stands, 2 and up what has the codes that the wants with such ask for, in their order.
    """
    has = [f"case when {STANDS} then 1 else 0 end"]
    for bit, want in enumerate(_having(wants)):
        has.append(
            f"case when e.type = {TYPES[want.type]} and e.marks && {marks(want.having)} then {2 << bit} else 0 end"
        )
    types = {TYPES[want.type] for want in wants if isinstance(want, _TAKEN)}
    head = "'[' || e.type || ',' || e.kind || ',' || coalesce(e.code::text, 'null') || ',' || e.low || ',\"' || e.id"
    line = "e.low || ',' || e.org || ',' || to_json(coalesce(e.behalf, e.author)) || ',' || e.body"
    return f"""(select {WHOLE_RECORD}::smallint as want, convert_to('[' || string_agg(
                   {head} || '",' || ({" + ".join(has)}) || ',[' || {line} || ']]', ',') || ']', 'UTF8') as rows
          from entry e
         where e.bucket = q.bucket and e.person = q.person and e.state < 2
           and e.type in ({", ".join(map(str, sorted(types)))})
           and e.state = 0 and e.form = 0 and not e.deleted and {ROW_OPEN})"""


def _having(wants: tuple[AnyWant, ...]) -> list[Want | Standing]:
    return [want for want in wants if isinstance(want, Want | Standing) and want.having]


class _Row(msgspec.Struct, array_like=True, gc=False):
    type: int
    kind: int
    code: int | None
    low: int
    id: str
    has: int
    line: msgspec.Raw


_rows: Final = msgspec.json.Decoder(list[_Row]).decode


def parted(wants: tuple[AnyWant, ...], rows: bytes, clinical: int) -> dict[int, bytes]:
    """The answers by want's place, each as `PersonPage.found` has them; `clinical` microseconds of the request."""
    by_type: dict[int, list[_Row]] = {}
    for row in _rows(rows):
        by_type.setdefault(row.type, []).append(row)
    for listed in by_type.values():
        listed.sort(key=_newest, reverse=True)
    found: dict[int, bytes] = {}
    bit = 1
    for place, want in enumerate(wants):
        if not isinstance(want, _TAKEN):
            continue
        wanted = 0
        if isinstance(want, Want | Standing) and want.having:
            bit <<= 1
            wanted = bit
        here = by_type.get(TYPES[want.type])
        if not here:
            continue
        answer = _courses(want, here) if isinstance(want, Course) else _lines(_listed(want, here, wanted, clinical))
        if answer:
            found[place] = answer
    return found


def _newest(row: _Row) -> tuple[int, str]:
    return row.low, row.id


def _listed(want: Want | Standing | Coming | Coded, rows: list[_Row], wanted: int, clinical: int) -> list[_Row]:
    if isinstance(want, Coming):
        ahead = [row for row in rows if row.has & 1 and row.low > clinical - LATE]
        return ahead[::-1][: want.nearest]
    if isinstance(want, Coded):
        among = [[row for row in rows if row.code == mark][: want.newest] for mark in marks_of(want)]
        return sorted((row for found in among for row in found), key=_newest, reverse=True)
    if isinstance(want, Standing):
        rows = [row for row in rows if row.has & 1 and not (want.past and row.low > clinical)]
    if wanted:
        rows = [row for row in rows if row.has & wanted]
    return rows[: want.newest]


def _lines(rows: list[_Row]) -> bytes:
    return b"[" + b",".join([row.line for row in rows]) + b"]" if rows else b""


def _courses(want: Course, rows: list[_Row]) -> bytes:
    """The newest rows of the newest codes; of codes that are equally new, those with the smallest mark."""
    left, courses = dict(want.codes), {}
    by_code: dict[int, list[_Row]] = {}
    for row in rows:
        if row.code is not None:
            by_code.setdefault(row.code, []).append(row)
    for code, course in sorted(by_code.items(), key=lambda each: (-each[1][0].low, each[0])):
        kind = course[0].kind
        if left.get(kind, 0) > 0:
            left[kind] -= 1
            courses[code] = course[: want.newest]
    told = [b"[%d,%b]" % (code, _lines(course)) for code, course in courses.items()]
    return b"[" + b",".join(told) + b"]" if told else b""
