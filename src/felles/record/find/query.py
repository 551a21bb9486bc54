"""From the pairs of a query string to the tree of a search. Pure: no I/O, no clock.

What is not understood is refused by name; with `lenient` (Prefer: handling=lenient) parameters that the type
does not have are left out, and the self link shows what was used. What is known and not supported is refused
either way: to leave it out would give more than was asked for.
"""

from __future__ import annotations

import re

from felles.fhir.search import Context
from felles.record.errors import BadQuery
from felles.record.find import links
from felles.record.find.ast import RESULT_PARAMETERS, Clause, Include, Order, Query
from felles.record.find.chains import chain, has
from felles.record.find.clauses import Reader
from felles.record.find.limits import DEFAULT, Limits
from felles.record.find.params import in_columns, param_of, required
from felles.record.numbers import TYPES

_REFUSED = frozenset(
    {"_elements", "_contained", "_containedType", "_content", "_text", "_filter", "_list", "_query", "_type"}
)
_TOTALS = ("none", "estimate", "accurate")
_SORTED = {"date", "string", "reference", "number", "quantity"}

__all__ = ["links", "parse"]  # `links` registers the SQL of chains and `_has`


def parse(
    type_name: str,
    pairs: list[tuple[str, str]],
    *,
    lenient: bool = False,
    base_url: str = "",
    now: int | None = None,
    limits: Limits = DEFAULT,
) -> Query:
    """The search over `type_name` that `pairs` (names and values, decoded) ask for.

    `base_url` is this server's FHIR base: references that begin with it are taken as local. `now` is
    the clinical clock in microseconds, which `ap` on dates is measured from. Raises `BadQuery`.
    """
    if type_name not in TYPES:
        raise BadQuery(f"{type_name[:64]!r} is no type of FHIR R4")
    reader = _Pairs(type_name, Reader(Context(now=now, base=base_url or None), limits), lenient=lenient)
    for name, value in pairs:
        reader.take(name, value)
    return reader.query()


class _Pairs:
    """Takes one pair after the other."""

    def __init__(self, type_name: str, reader: Reader, *, lenient: bool) -> None:
        self.type = type_name
        self.lenient = lenient
        self.reader = reader
        self.limits = limits = reader.limits
        self.clauses: list[Clause] = []
        self.used: list[tuple[str, str]] = []
        self.includes: list[Include] = []
        self.revincludes: list[Include] = []
        self.sort: tuple[Order, ...] = ()
        self.count = limits.count
        self.total = "none"
        self.count_only = False

    def query(self) -> Query:
        """The search that was read."""
        return Query(
            type=self.type,
            clauses=tuple(self.clauses),
            includes=tuple(dict.fromkeys(self.includes)),
            revincludes=tuple(dict.fromkeys(self.revincludes)),
            sort=self.sort,
            count=self.count,
            total=self.total,
            count_only=self.count_only,
            used=tuple(self.used),
            base_url=self.reader.context.base or "",
            now=self.reader.context.now,
        )

    def take(self, name: str, value: str) -> None:
        head = name.partition(":")[0]
        if head in RESULT_PARAMETERS:
            if head not in {"_format", "_pretty"}:
                self._result(name, value)
                self.used.append((name, value))
            return
        if not value:
            # R4: a parameter without a value says nothing.
            return
        if self.lenient and self._unknown(name):
            return
        if len(self.clauses) >= self.limits.clauses:
            raise BadQuery(f"a search takes at most {self.limits.clauses} parameters")
        self.clauses.append(self._clause(name, value))
        self.used.append((name, value))

    def _unknown(self, name: str) -> bool:
        first = re.split(r"[:.]", name, maxsplit=1)[0]
        return first not in {"_has", "_id", "_lastUpdated"} | _REFUSED and param_of(self.type, first) is None

    def _clause(self, name: str, value: str) -> Clause:
        if name.startswith("_has:"):
            return has(self.type, name, value, self._plain)
        if "." in name:
            return chain(self.type, name, value, self._plain)
        return self._plain(self.type, name, value)

    def _plain(self, type_name: str, key: str, value: str) -> Clause:
        if key.partition(":")[0] in _REFUSED:
            raise BadQuery(f"{key.partition(':')[0]} is not supported")
        return self.reader.clause(type_name, key, value)

    # --- parameters about the answer ---------------------------------------------------------------------

    def _result(self, name: str, value: str) -> None:
        match name:
            case "_count":
                if not value.isascii() or not value.isdigit() or len(value) > 9:
                    raise BadQuery("_count is a number")
                self.count = min(int(value), self.limits.count_max)
                self.count_only = self.count_only or self.count == 0
            case "_total":
                if value not in _TOTALS:
                    raise BadQuery(f"_total is one of {', '.join(_TOTALS)}")
                self.total = value
            case "_summary":
                if value not in {"count", "false"}:
                    raise BadQuery("_summary: only count and false are supported")
                self.count_only = value == "count"
            case "_sort":
                self.sort = tuple(self._order(part) for part in value.split(",") if part)
            case "_include" | "_revinclude":
                self._include(name, value)
            case _:
                raise BadQuery(f"{name} is not supported")

    def _order(self, part: str) -> Order:
        down, name = part.startswith("-"), part.removeprefix("-")
        if name == "_id":
            return Order(name, "id", down)
        if name == "_lastUpdated":
            return Order(name, "updated", down)
        param = required(self.type, name)
        if param.type not in _SORTED:
            raise BadQuery(f"_sort by {name} is not supported: it is a {param.type} parameter")
        return Order(name, "low" if in_columns(self.type, name) else param.type, down)

    def _include(self, name: str, value: str) -> None:
        parts = value.split(":")
        if "*" in parts:
            raise BadQuery(f"{name}=* is not supported: name each one, such as {self.type}:subject")
        if len(parts) not in (2, 3) or not all(parts):
            raise BadQuery(f"{name} is written Type:parameter or Type:parameter:Target")
        source, code = parts[:2]
        target = parts[2] if len(parts) == 3 else None
        if source not in TYPES or (target is not None and target not in TYPES):
            raise BadQuery(f"{name}={value[:100]}: no such type")
        param = required(source, code)
        if param.type != "reference":
            raise BadQuery(f"{name}={value[:100]}: {code} of {source} is no reference")
        if name == "_include":
            if source != self.type:
                raise BadQuery(f"_include={value[:100]}: only from {self.type}, which is searched")
            self.includes.append(Include(source, code, target))
        else:
            if (target or self.type) != self.type or (param.targets and self.type not in param.targets):
                raise BadQuery(f"_revinclude={value[:100]}: {code} of {source} does not refer to {self.type}")
            self.revincludes.append(Include(source, code))
