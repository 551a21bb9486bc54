"""Python for the extraction of every resource type, from the official SearchParameter definitions.

`sources` reads them, `extraction` writes one straight-line function per type, `table` the list of parameters.
With `raw=True` the functions collect the selected elements themselves instead of marks and terms: the walk is the
same, so that a test can hold it against another implementation of FHIRPath.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from felles.fhir.search import plan, shapes
from felles.fhir.search.expression import parse
from felles.fhir.search.main import MAIN_CODE, MAIN_DATE
from felles.fhir.search.params import BASE, COLUMNS, Param

DEFINITIONS = Path(__file__).parents[1] / "data" / "search-parameters.json.gz"

PEOPLE = frozenset({"Patient", "Person", "Practitioner", "RelatedPerson"})
"""Types whose names are indexed by part."""

_TEXTS = frozenset({"string", "code", "id", "uri", "url", "oid", "uuid", "canonical", "markdown"})
_MOMENTS = frozenset({"date", "dateTime", "instant"})
_AMOUNTS = frozenset({"Quantity", "Age", "Count", "Distance", "Duration"})

_CALLS: dict[tuple[str, str], str] = {
    ("token", "Coding"): "marks += token({g}, {v}.system, {v}.code)",
    ("token", "Identifier"): "marks += unique({g}, {v}.system, {v}.value)",
    ("token", "ContactPoint"): "marks += contact({g}, {v}.value)",
    ("token", "boolean"): "marks += token({g}, None, 'true' if {v} else 'false')",
    ("date", "Period"): "period({g}, {v}, zone, marks, terms)",
    ("date", "Timing"): "timing({g}, {v}, zone, marks, terms)",
    ("number", "decimal"): "number({g}, {v}, marks, terms)",
    ("number", "integer"): "number({g}, {v}, marks, terms)",
    ("number", "positiveInt"): "number({g}, {v}, marks, terms)",
    ("number", "unsignedInt"): "number({g}, {v}, marks, terms)",
    ("number", "Range"): "number_range({g}, {v}, marks, terms)",
    ("quantity", "Money"): "money({g}, {v}, marks, terms)",
    ("quantity", "Range"): "quantity_range({g}, {v}, marks, terms)",
    ("quantity", "SampledData"): "sampled({g}, {v}, marks, terms)",
    ("string", "HumanName"): "human_name({g}, {v}, marks, terms)",
    ("string", "Address"): "address({g}, {v}, marks, terms)",
    **{("token", kind): "marks += token({g}, None, {v})" for kind in _TEXTS},
    **{("date", kind): "moment({g}, {v}, zone, marks, terms)" for kind in _MOMENTS},
    **{("quantity", kind): "quantity({g}, {v}, marks, terms)" for kind in _AMOUNTS},
    **{("string", kind): "text({g}, {v}, marks, terms)" for kind in ("string", "markdown")},
    **{("uri", kind): "uri({g}, {v}, marks, terms)" for kind in ("uri", "url", "oid", "uuid", "canonical")},
    **{("reference", kind): "marks += canonical({g}, {v})" for kind in ("canonical", "uri", "url")},
    # Selected by the expressions, but of no value to compare: only `:missing` sees them.
    **{("date", kind): "marks += presence({g})" for kind in ("string", "Age", "Range")},
    ("reference", "Attachment"): "marks += presence({g})",
}
"""(kind of parameter, FHIR type) to the statement that indexes the element {v} for the parameters {g}."""

_SPECIAL = frozenset({("token", "CodeableConcept"), ("reference", "Reference"), ("reference", shapes.RESOURCE)})
"""Pairs whose statements depend on more: `_Function` writes them."""

_WITHOUT = {
    "composite": "composite parameters are not supported yet",
    "special": "this special parameter is not supported yet",
    "phonetic": "phonetic search is not supported yet",
    "expression": "this parameter is not supported yet",
}


def sources(path: Path = DEFINITIONS) -> list[dict[str, Any]]:
    """The SearchParameter definitions (base, code, type, expression, target)."""
    return json.loads(gzip.decompress(path.read_bytes()))


def _why(definition: dict[str, Any]) -> str:
    if definition["type"] in {"composite", "special"}:
        return _WITHOUT[definition["type"]]
    if definition["code"] == "phonetic":
        return _WITHOUT["phonetic"]
    return "" if definition.get("expression") else _WITHOUT["expression"]


class Source:
    """A parameter of one type with what it selects there: `paths`, or `condition` (Python on `r`)."""

    def __init__(self, definition: dict[str, Any], root: str) -> None:
        self.name: str = definition["code"]
        self.type: Any = definition["type"]
        self.targets: tuple[str, ...] = tuple(sorted(definition.get("target", ())))
        self.expression: str = definition.get("expression", "")
        self.why = _why(definition)
        self.paths: list[plan.Path] = []
        self.condition: str | None = None
        if not self.why:
            node = parse(self.expression)
            self.condition = plan.truth(node, root, "r")
            self.paths = [] if self.condition else list(dict.fromkeys(plan.paths(node, root)))
            self._check(root)

    def _check(self, root: str) -> None:
        for path in self.paths:
            if (self.type, path.type) not in _CALLS and (self.type, path.type) not in _SPECIAL:
                raise plan.UnsupportedError(f"{root}?{self.name}: a {self.type} parameter on {path.type}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The FHIR types of what it selects."""
        if self.condition:
            return ("boolean",)
        return tuple(dict.fromkeys(path.type for path in self.paths))

    def param(self, number: int) -> Param:
        """The entry of the table."""
        return Param(
            self.name,
            self.type,
            self.targets,
            self.expression,
            not self.why,
            number,
            self.kinds,
            self.why,
        )


def by_type(definitions: Iterable[dict[str, Any]]) -> dict[str, list[Source]]:
    """Resource type to its parameters by name; those of every type stand under `BASE`."""
    found: dict[str, dict[str, Source]] = {name: {} for name in (BASE, *shapes.resource_types())}
    for definition in definitions:
        for base in definition["base"]:
            base_name = BASE if base == "DomainResource" else base
            # Any type will do to walk what all types have.
            source = Source(definition, "Basic" if base_name == BASE else base_name)
            if source.name in found[base_name]:
                raise ValueError(f"{base_name} has two parameters {source.name}")
            found[base_name][source.name] = source
    return {name: [params[each] for each in sorted(params)] for name, params in found.items()}


class _Function:
    """Writes the function of one type: the walk over the merged tree, and what happens at its nodes."""

    def __init__(self, name: str, params: list[Source], *, raw: bool) -> None:
        self.name = name
        self.raw = raw
        self.params = {each.name: each for each in params}
        self.main_code = None if raw else MAIN_CODE.get(name)
        self.lines: list[str] = []
        self.tree = plan.Branch()
        for each in params:
            if raw or each.name not in COLUMNS:
                for path in each.paths:
                    self.tree.add(path, each.name, each.type)

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def walk(self, branch: plan.Branch, value: str, depth: int, level: int = 1) -> None:
        """Statements for everything below the element in the variable `value`."""
        for (kind, type_), leaves in groupby(
            sorted(branch.leaves, key=lambda leaf: (leaf.kind, leaf.type)), lambda leaf: (leaf.kind, leaf.type)
        ):
            if self.raw:
                self.collect(list(leaves), value, depth)
            else:
                self.index(kind, type_, list(leaves), value, depth)
        for step, below in branch.steps.items():
            if isinstance(step, plan.Where):
                self.add(depth, f"if {value}.{step.attribute} == {step.value!r}:")
                self.walk(below, value, depth + 1, level)
            else:
                self.step(step, below, value, depth, level)

    def step(self, step: plan.Get, below: plan.Branch, value: str, depth: int, level: int) -> None:
        inner = f"v{level}"
        source = f"{value}.{step.attribute}"
        if step.many:
            self.add(depth, f"for {inner} in {source} or ():")
            if step.primitive:
                self.add(depth + 1, f"if {inner} is not None:")
                depth += 1
        elif step.at is not None:
            self.add(depth, f"for {inner} in ({source} or ())[{step.at} : {step.at + 1}]:")
        elif step.number:
            self.add(depth, f"if ({inner} := {source}) is not UNSET:")
        else:
            self.add(depth, f"if {inner} := {source}:")
        self.walk(below, inner, depth + 1, level + 1)

    def collect(self, leaves: list[plan.Leaf], value: str, depth: int) -> None:
        for leaf in leaves:
            line = f"out.setdefault({leaf.param!r}, []).append({value})"
            if leaf.wanted:
                line = f"if resolved_type({value}, r) == {leaf.wanted!r}: {line}"
            self.add(depth, line)

    def index(self, kind: str, type_: str, leaves: list[plan.Leaf], value: str, depth: int) -> None:
        group = tuple(leaf.param for leaf in leaves)
        if (kind, type_) in _CALLS:
            self.add(depth, _CALLS[kind, type_].format(g=repr(group), v=value))
            if type_ == "Identifier" and "identifier" in group:
                self.add(depth, f"if {value}.value:")
                self.add(depth + 1, f"identifiers.append(({value}.system or '', {value}.value))")
            if type_ in {"Coding", "code"} and self.main_code in group:
                code = f"{value}.code" if type_ == "Coding" else value
                self.add(depth, f"codes.append({code})")
        elif type_ == "CodeableConcept":
            self.concept(group, value, depth)
        elif type_ == "Reference":
            pairs = tuple((leaf.param, leaf.wanted) for leaf in leaves)
            self.add(depth, f"reference({pairs!r}, {value}, marks, refs, r)")
        else:
            for param in group:
                targets = self.params[param].targets
                self.add(depth, f"inline({(param,)!r}, {targets!r}, {value}, marks)")

    def concept(self, group: tuple[str, ...], value: str, depth: int) -> None:
        self.add(depth, f"if {value}.coding:")
        self.add(depth + 1, f"for c in {value}.coding:")
        self.add(depth + 2, f"marks += token({group!r}, c.system, c.code)")
        if self.main_code in group:
            self.add(depth + 2, "codes.append(c.code)")
        self.add(depth, "else:")
        self.add(depth + 1, f"marks += presence({group!r})")

    def conditions(self, depth: int) -> None:
        for each in self.params.values():
            if each.condition and self.raw:
                self.add(depth, f"out.setdefault({each.name!r}, []).append({each.condition})")
            elif each.condition:
                self.add(depth, f"marks += token({(each.name,)!r}, None, 'true' if {each.condition} else 'false')")

    def body(self) -> list[str]:
        """The statements that walk `r`, indented once."""
        self.walk(self.tree, "r", 1)
        self.conditions(1)
        return self.lines

    def text(self) -> list[str]:
        """The whole function `x_Type(r, zone) -> Index`."""
        body = self.body()
        uses = "\n".join(body)
        people = "name_parts(r.name)" if self.name in PEOPLE else "[]"
        codes = "codes" if "codes.append" in uses else "()"
        identifiers = "identifiers" if "identifiers.append" in uses else "[]"
        return [
            f"def x_{self.name}(r, zone):",
            "    marks = []",
            "    terms = {}",
            "    refs = []",
            *(["    identifiers = []"] if identifiers == "identifiers" else []),
            *(["    codes = []"] if codes == "codes" else []),
            "    if r.meta:",
            "        x_meta(r, zone, marks, terms, refs)",
            *body,
            f"    low, high = period_of({MAIN_DATE.get(self.name, ())!r}, terms)",
            *(
                [
                    "    codes = [c for c in codes if c]",
                    f"    code = one_code({self.main_code!r}, codes[0]) if codes else None",
                    "    many = len(codes) > 1 and len(set(codes)) > 1",
                ]
                if codes == "codes"
                else ["    code = None", "    many = False"]
            ),
            f"    return Index(list(set(marks)), terms, refs, {identifiers}, {people}, code, many, low, high)",
            "",
            "",
        ]


_HEAD = [
    "# Generated by scripts/make_search.py from the SearchParameter definitions of FHIR R4 (4.0.1). Do not edit.",
    '"""The extraction of every resource type."""',
    "# pyright: basic",
    "# ruff: noqa",
    "from __future__ import annotations",
    "",
]

_IMPORTS = [
    "from msgspec import UNSET",
    "",
    "from felles.fhir import r4",
    "from felles.fhir.search.index import Index, period_of",
    "from felles.fhir.search.values import (",
    "    address, canonical, contact, human_name, inline, moment, money, name_parts, number, number_range,",
    "    one_code, period, presence, quantity, quantity_range, reference, sampled, text, timing, token, unique, uri,",
    ")",
    "",
    "",
]


def extraction(types: dict[str, list[Source]]) -> str:
    """The text of extract_r4.py."""
    lines = [*_HEAD, *_IMPORTS, "def x_meta(r, zone, marks, terms, refs):"]
    lines += [*_Function(BASE, types[BASE], raw=False).body(), "", ""]
    names = [name for name in types if name != BASE]
    for name in names:
        lines += _Function(name, types[name], raw=False).text()
    lines += ["EXTRACT = {", *(f"    r4.{name}: x_{name}," for name in names), "}"]
    return "\n".join(lines) + "\n"


def selection(types: dict[str, list[Source]]) -> str:
    """The text of a module whose SELECT[type](resource) gives {parameter: [selected elements]}, for tests."""
    lines = ["from msgspec import UNSET", "from felles.fhir.search.values import resolved_type", ""]
    for name, params in types.items():
        if name != BASE:
            every = [*types[BASE], *params]
            lines += [f"def s_{name}(r):", "    out = {}", *_Function(name, every, raw=True).body(), "    return out"]
    lines += ["SELECT = {", *(f"    {name!r}: s_{name}," for name in types if name != BASE), "}"]
    return "\n".join(lines) + "\n"


def _numbers(types: dict[str, list[Source]], known: dict[str, int]) -> dict[str, int]:
    """Name to number: what has one keeps it, new names go on from the highest."""
    found = dict(known)
    for name in sorted({each.name for params in types.values() for each in params}):
        found.setdefault(name, max(found.values(), default=0) + 1)
    return found


def _entries(params: list[Source], numbers: dict[str, int]) -> Iterator[str]:
    for each in params:
        entry = each.param(numbers[each.name])
        fields = ", ".join(repr(getattr(entry, field)) for field in entry.__struct_fields__)
        yield f"        {each.name!r}: Param({fields}),"


def table(types: dict[str, list[Source]], known: dict[str, int]) -> str:
    """The text of params_r4.py; `known` are the numbers given before."""
    numbers = _numbers(types, known)
    lines = [*_HEAD, "from felles.fhir.search.params import Param", ""]
    lines += ["NUMBERS: dict[str, int] = {", *(f"    {name!r}: {n}," for name, n in numbers.items()), "}", ""]
    lines += [f"{BASE.upper()}: dict[str, Param] = {{", *_entries(types[BASE], numbers), "}", ""]
    lines += ["PARAMS: dict[str, dict[str, Param]] = {"]
    for name, params in types.items():
        if name != BASE:
            lines += [f"    {name!r}: {{", f"        **{BASE.upper()},", *_entries(params, numbers), "    },"]
    return "\n".join([*lines, "}"]) + "\n"
