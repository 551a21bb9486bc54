"""What a search must give, worked out one entry at a time in Python: slow, and without an index to be wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from felles.fhir.search import (
    PARAMS,
    Dates,
    Mark,
    Numbers,
    Text,
    compare,
    compare_numbers,
    extract,
    parse_value,
    split_values,
)
from felles.record.homes import SHARED_TYPES

FAR = {False: 2**63 - 1, True: -(2**63)}


class Oracle:
    """Knows everything in a `World`, and answers for one reader."""

    def __init__(self, world: Any, mode: str, org: str | None = None, keys: tuple[Any, ...] = ()) -> None:
        self.facts = {ref: facts for ref, (_, facts, _) in world.live.items()}
        self.index = {ref: extract(resource) for ref, (_, _, resource) in world.live.items()}
        self.seen = {
            ref for ref, (key, facts, _) in world.live.items() if sees(world, ref, key, facts, mode, org, keys)
        }

    def answer(self, kind: str, pairs: list[tuple[str, str]], sort: list[str]) -> list[str]:
        """The references that match; in order when `sort` is given."""
        found = [r for r in self.seen if r.startswith(kind + "/") and all(self.holds(r, *pair) for pair in pairs)]
        found.sort(key=lambda r: self.facts[r]["id"], reverse=bool(sort) and sort[-1].startswith("-"))
        for each in reversed(sort):
            name, down = each.removeprefix("-"), each.startswith("-")
            places = {ref: self.place(ref, name, down) for ref in found}
            found.sort(key=places.__getitem__, reverse=down)
        return found

    def place(self, ref: str, name: str, down: bool) -> Any:
        facts, best = self.facts[ref], max if down else min
        if name in ("_id", "_lastUpdated"):
            return facts["id" if name == "_id" else "updated"]
        if name in ("date", "birthdate", "onset-date"):
            return facts["low"]
        terms = self.index[ref].terms.get(name)
        match PARAMS[ref.partition("/")[0]][name].type:
            case "string":
                return best(terms).encode() if terms else (b"" if down else "\U0010ffff".encode())
            case "reference":
                refs = [target for param, target in self.index[ref].refs if param == name]
                return best(refs).encode() if refs else (b"" if down else "\U0010ffff".encode())
            case "quantity":
                return best(Decimal(t[0]) for t in terms) if terms else Decimal("-Infinity" if down else "Infinity")
            case _:
                return best(t[0] for t in terms) if terms else FAR[down]

    def holds(self, ref: str, key: str, text: str) -> bool:
        """Whether entry `ref` meets `key=text`."""
        kind = ref.partition("/")[0]
        if key.startswith("_has:"):
            _, source, param, rest = key.split(":", 3)
            return any(
                (param, ref) in self.index[other].refs and self.holds(other, rest, text)
                for other in self.seen
                if other.startswith(source + "/")
            )
        if "." in key:
            head, _, rest = key.partition(".")
            param, _, wanted = head.partition(":")
            return any(
                target in self.seen and self.holds(target, rest, text)
                for name, target in self.index[ref].refs
                if name == param and (not wanted or target.startswith(wanted + "/"))
            )
        name, _, modifier = key.partition(":")
        if name == "_id":
            return self.facts[ref]["id"] in text.split(",")
        criteria: list[Any] = [parse_value(PARAMS[kind][name], value, modifier or None) for value in split_values(text)]
        if name == "_lastUpdated":
            at = self.facts[ref]["updated"]
            return any(compare(c.prefix, (at, at + 1), (c.low, c.high)) for c in criteria)
        if modifier == "not":
            return all(c.mark not in self.index[ref].marks for c in criteria)
        return any(self.meets(self.index[ref], name, c) for c in criteria)

    def meets(self, index: Any, name: str, criterion: Any) -> bool:
        terms = index.terms.get(name, [])
        match criterion:
            case Mark():
                return (criterion.mark in index.marks) is not criterion.negated
            case Dates():
                return any(compare(criterion.prefix, tuple(t), (criterion.low, criterion.high)) for t in terms)
            case Text():
                return any(
                    t.startswith(criterion.text) if criterion.how == "starts" else criterion.text in t for t in terms
                )
            case Numbers():
                query = (Decimal(criterion.low), Decimal(criterion.high))
                return any(
                    compare_numbers(criterion.prefix, (Decimal(t[0]), Decimal(t[1])), query)
                    and (criterion.unit is None or criterion.unit == t[2 if criterion.system else 3])
                    for t in terms
                )
            case _:
                raise AssertionError(criterion)


def sees(world: Any, ref: str, key: Any, facts: Any, mode: str, org: str | None, keys: tuple[Any, ...]) -> bool:
    """The decision of record/decide.py, said once more."""
    if mode == "all" or ref.partition("/")[0] in SHARED_TYPES:
        return True
    if key[1] == 0:
        return mode == "system" and facts["org"] == org
    if mode == "own":
        return key in keys
    if (key, org) not in world.relations or (keys and key not in keys):
        return False
    return ref.startswith("Patient/") or not any(  # a block never hides who she is
        b["key"] == key and b["against"] in (None, org) and b["kind"] in (None, facts["kind"]) for b in world.blocks
    )
