"""From expressions to what must be walked: every path of every parameter of a type, merged into one tree."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from felles.fhir.search import expression as x
from felles.fhir.search import shapes


class UnsupportedError(ValueError):
    """An expression beyond the paths and filters that extraction is generated for."""


_PARENT = {
    **dict.fromkeys(("canonical", "oid", "url", "uuid"), "uri"),
    **dict.fromkeys(("code", "id", "markdown"), "string"),
    **dict.fromkeys(("positiveInt", "unsignedInt"), "integer"),
    **dict.fromkeys(("Age", "Count", "Distance", "Duration"), "Quantity"),
}
"""Types that are also of another type (https://hl7.org/fhir/R4/datatypes.html): what `as uri` takes too."""


class Get(NamedTuple):
    """The step to an attribute; `at` picks one of a list."""

    attribute: str
    many: bool
    number: bool
    primitive: bool
    at: int | None = None


class Where(NamedTuple):
    """A filter: the attribute equals the text."""

    attribute: str
    value: str


Step = Get | Where


class Path(NamedTuple):
    """The way from the resource to one kind of element."""

    steps: tuple[Step, ...]
    type: str
    wanted: str = ""
    """The type that a reference must have (`where(resolve() is Patient)`), or ''."""

    def to(self, name: str) -> list[Path]:
        """All paths that the step `.name` gives."""
        if not shapes.is_struct(self.type):
            raise UnsupportedError(f".{name} of {self.type}")
        found = shapes.element(self.type, name)
        if not found:
            raise UnsupportedError(f"{self.type} has no {name}")
        return [
            Path(
                (*self.steps, Get(each.name, each.many, each.type in shapes.NUMBERS, not _complex(each.type))),
                each.type,
            )
            for each in found
        ]

    def item(self, index: int) -> Path:
        """`[index]` of a list that stands directly in the resource."""
        last = self.steps[-1] if len(self.steps) == 1 else None
        if not isinstance(last, Get) or not last.many:
            raise UnsupportedError("an index into a list within a list")
        return self._replace(steps=(last._replace(many=False, at=index),))


def _complex(kind: str) -> bool:
    return kind == shapes.RESOURCE or shapes.is_struct(kind)


class Leaf(NamedTuple):
    """A parameter that selects the element of a node."""

    param: str
    kind: str
    type: str
    wanted: str


class Branch(msgspec.Struct):
    """A node of the merged tree: what selects here, and where it goes on."""

    leaves: list[Leaf] = msgspec.field(default_factory=list)
    steps: dict[Step, Branch] = msgspec.field(default_factory=dict)

    def add(self, path: Path, param: str, kind: str) -> None:
        """Hang a parameter at the end of `path`."""
        branch = self
        for step in path.steps:
            branch = branch.steps.setdefault(step, Branch())
        leaf = Leaf(param, kind, path.type, path.wanted)
        if leaf not in branch.leaves:
            branch.leaves.append(leaf)


def _argument(call: x.Call) -> x.Node:
    if len(call.arguments) != 1:
        raise UnsupportedError(f"{call.name}() with {len(call.arguments)} arguments")
    return call.arguments[0]


def _filtered(found: list[Path], condition: x.Node) -> list[Path]:
    match condition:
        case x.TypeOperation("is", x.Call(None, "resolve", ()), wanted):
            return [path._replace(wanted=wanted) for path in found]
        case x.Binary("=", x.Member(None, name), x.Literal(str() as value, "string")):
            kept: list[Path] = []
            for path in found:
                attributes = shapes.element(path.type, name)
                if len(attributes) != 1 or attributes[0].many:
                    raise UnsupportedError(f"where({name} = ...) on {path.type}")
                kept.append(path._replace(steps=(*path.steps, Where(attributes[0].name, value))))
            return kept
        case _:
            raise UnsupportedError(f"where({condition})")


def _of_type(found: list[Path], name: str) -> list[Path]:
    name = name.removeprefix("FHIR.")
    return [path for path in found if name in {path.type, _PARENT.get(path.type)}]


def paths(node: x.Node, root: str) -> list[Path]:  # noqa: PLR0911 - one return a shape
    """The paths by which `node` selects elements of the resource type `root`; none when it is about others.

    Raises UnsupportedError for what is no plain path or filter.
    """
    match node:
        case x.Binary("|", left, right):
            return [*paths(left, root), *paths(right, root)]
        case x.Member(None, name):
            return _begun(name, root)
        case x.Member(x.Node() as of, name):
            return [each for path in paths(of, root) for each in path.to(name)]
        case x.TypeOperation("as", of, name):
            return _of_type(paths(of, root), name)
        case x.Call(x.Node() as of, "as" | "ofType") as call:
            argument = _argument(call)
            if not isinstance(argument, x.Member) or argument.of is not None:
                raise UnsupportedError(f"{call.name}({argument})")
            return _of_type(paths(of, root), argument.name)
        case x.Call(x.Node() as of, "where") as call:
            return _filtered(paths(of, root), _argument(call))
        case x.Item(of, x.Literal(Decimal() as index, "number")):
            return [path.item(int(index)) for path in paths(of, root)]
        case _:
            raise UnsupportedError(f"{type(node).__name__}")


def _begun(name: str, root: str) -> list[Path]:
    """A path's first name: the type asked about, another type, or an element of the resource."""
    if name in {root, "Resource", "DomainResource"}:
        return [Path((), root)]
    return [] if shapes.is_struct(name) else Path((), root).to(name)


def truth(node: x.Node, root: str, resource: str) -> str | None:
    """Python for an expression that is true or false; None when `node` is a path.

    Knows `and`, `exists()` and `!=` with a boolean, on elements that stand directly in the resource. A value of
    another type than boolean differs from every boolean.
    """
    match node:
        case x.Binary("and", left, right):
            sides = [truth(left, root, resource), truth(right, root, resource)]
            return " and ".join(side for side in sides if side)
        case x.Call(x.Node() as of, "exists", ()):
            found = " or ".join(f"{name} is not UNSET" for name in _direct(of, root, resource))
            return f"({found})"
        case x.Binary("!=", of, x.Literal(bool() as value)):
            # The choice has one value at most, so that only the boolean one can be equal.
            found = " and ".join(f"{name} is not {value}" for name in _direct(of, root, resource))
            return f"({found})"
        case _:
            return None


def _direct(node: x.Node, root: str, resource: str) -> list[str]:
    found: list[str] = []
    for path in paths(node, root):
        if len(path.steps) != 1 or not isinstance(path.steps[0], Get) or path.steps[0].many:
            raise UnsupportedError("a condition on a list")
        found.append(f"{resource}.{path.steps[0].attribute}")
    return found
