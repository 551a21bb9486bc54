"""Where a search begins: facts of the query turned into starts, and which of them is taken.

Who names a person begins in that person's record. Else what points to few: ids, identifiers, names. Else the
sizes are asked for, each counted to one past the budget, and the smallest is taken: references, birth dates,
the asker's own relations, a main code, the whole type. Past the budget there is no answer but "narrow it".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from felles.fhir.search.dates import OPEN_HIGH, OPEN_LOW, OSLO
from felles.record.drafts import WORD
from felles.record.find.ast import Arg, Clause, Form, Query
from felles.record.find.order import Key
from felles.record.find.params import NAMES, main_code
from felles.record.homes import SHARED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.grants import PersonKey

_PAST_EVERY_LETTER = "\U0010ffff"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Begin:
    """A start with its arguments."""

    form: Form
    args: tuple[Arg, ...] = ()

    @property
    def persons(self) -> bool:
        """Whether it names the persons whose records are read."""
        return self.form[0] in {"person", "persons"}

    @property
    def keys(self) -> list[PersonKey]:
        """The keys of the persons it names."""
        buckets, persons = (value for _, value in self.args)
        return [(buckets, persons)] if self.form[0] == "person" else list(zip(buckets, persons, strict=True))


SCAN = Begin(("scan",))
LIST_OF_MINE = Begin(("list",))


def of_persons(keys: Iterable[PersonKey], *, whole: bool = False) -> Begin:
    """The records of these persons. `whole`: all keys of each are among them."""
    several = sorted(set(keys))
    if whole:
        buckets, persons = zip(*several, strict=True)
        return Begin(("persons", "whole"), (("smallint[]", buckets), ("bigint[]", persons)))
    if len(several) == 1:
        return Begin(("person",), (("smallint", several[0][0]), ("bigint", several[0][1])))
    buckets, persons = zip(*several, strict=True) if several else ((), ())
    return Begin(("persons",), (("smallint[]", buckets), ("bigint[]", persons)))


def of_ids(places: dict[str, PersonKey]) -> Begin:
    """Entries by their id; `places` gives where each `Type/id` lies."""
    buckets = [key[0] for key in places.values()]
    ids = [reference.partition("/")[2] for reference in places]
    return Begin(("ids",), (("smallint[]", buckets), ("text[]", ids)))


def of_references(type_name: str, marks: tuple[int, ...], keys: Iterable[PersonKey]) -> Begin:
    """What refers to something: by pointer, and in the records of `keys`, where its targets lie."""
    several = sorted({key for key in keys if key[1]})
    if type_name in SHARED_TYPES or not several:
        return Begin(("pointer", 2), (("bigint[]", marks),))
    buckets, persons = zip(*several, strict=True)
    return Begin(("reference",), (("bigint[]", marks), ("smallint[]", buckets), ("bigint[]", persons)))


def identifier_start(query: Query) -> Begin | None:
    """By an identifier that the search asks for."""
    for clause in query.clauses:
        if clause.name == "identifier" and clause.kind == "token" and clause.modifier is None:
            whole = tuple(clause.marks)
            # `system|` alone has no pointer: every alternative must have a value.
            if clause.codes and whole:
                one = len(whole) == 1
                arg: Arg = ("bigint", whole[0]) if one else ("bigint[]", whole)
                return Begin(("pointer", 1 if one else 2), (arg,))
    return None


def name_start(query: Query) -> Begin | None:
    """By a name, the one whose shortest beginning is longest."""
    served = NAMES.get(query.type, {})
    clauses = [c for c in query.clauses if c.kind == "string" and c.name in served and c.words]
    if not clauses:
        return None
    best = max(clauses, key=lambda c: min(len(word) for word in c.words))
    words = tuple(word[:WORD] for word in best.words)
    high = tuple(word + _PAST_EVERY_LETTER for word in words)
    if len(words) == 1:
        return Begin(("name", 1, served[best.name]), (("text", words[0]), ("text", high[0])))
    return Begin(("name", 2, served[best.name]), (("text[]", words), ("text[]", high)))


def birth_start(query: Query) -> Begin | None:
    """By a birth date, for Patients: from the first to the day after the last that can match."""
    if query.type != "Patient":
        return None
    for clause in query.clauses:
        if clause.name == "birthdate" and clause.spans and all(op != "ne" for op, _, _ in clause.spans):
            bounds = [_born(*span) for span in clause.spans]
            return Begin(("face",), (("date", min(b[0] for b in bounds)), ("date", max(b[1] for b in bounds))))
    return None


def _born(op: str, low: int, high: int) -> tuple[date, date]:
    """A date known to the year alone stands on 1 January: where such may match, the span begins there."""
    first, after = _day(low), _day(high - 1) + timedelta(days=1)
    match op:
        case "gt" | "ge" | "ap":
            start = first.replace(month=1, day=1)
            return start, after if op == "ap" else date.max
        case "sa":
            return first, date.max
        case "lt" | "le" | "eb":
            return date.min, after
        case _:
            return first, after


def _day(moment: int) -> date:
    if moment <= OPEN_LOW + 1:
        return date.min
    if moment >= OPEN_HIGH - 1:
        return date.max - timedelta(days=1)
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(OSLO).date()


def code_clause(query: Query) -> Clause | None:
    """The clause that asks for one main code, which an index serves."""
    name = main_code(query.type)
    for clause in query.clauses:
        if clause.name == name and clause.kind == "token" and clause.modifier is None and len(clause.codes) == 1:
            return clause
    return None


def order_of(query: Query, start: str) -> tuple[Key, ...]:
    """The order of the rows: what `_sort` says, else the newest first, or by id where the query names few by itself.

    Starts among which sizes choose have one order: sizes count what the reader does not see.
    """
    if query.sort:
        keys = [(key.kind, key.name, key.down) for key in query.sort]
        if keys[-1][0] != "id":
            keys.append(("id", "_id", keys[-1][2]))
        return tuple(keys)
    named = start in {"ids", "name"} or (start == "pointer" and identifier_start(query) is not None)
    if named or query.type in SHARED_TYPES:
        return (("id", "_id", False),)
    return ("low", "", True), ("id", "_id", True)
