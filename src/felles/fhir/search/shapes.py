"""The shapes of R4 as the generator asks for them: what a path step leads to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from felles.fhir import model

RESOURCE = "Resource"
"""The type of an element that holds any resource."""

NUMBERS = frozenset({"boolean", "decimal", "integer", "positiveInt", "unsignedInt"})
"""Types for which zero or false is a value."""


class Attribute(NamedTuple):
    """An attribute of a struct: its name in Python, the FHIR type it holds, whether it is a list."""

    name: str
    type: str
    many: bool


def is_struct(name: str) -> bool:
    """Whether `name` is a complex type, with elements of its own."""
    return name in model.load()["types"]


def resource_types() -> list[str]:
    """The names of all resource types, sorted."""
    return sorted(name for name, definition in model.load()["types"].items() if definition["resource"])


@lru_cache(maxsize=1024)
def _elements(struct: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in model.load()["types"][struct]["elements"]}


def element(struct: str, name: str) -> list[Attribute]:
    """What the step `.name` leads to: one attribute, or one for each type of a choice. Empty when there is none."""
    found = _elements(struct)
    one = found.get(name) or found.get(f"{name}[x]")
    if one is None:
        return []
    return [
        Attribute(model.attribute(json_name), kind.removeprefix("bare:"), one["many"])
        for json_name, kind in model.expanded(one)
    ]
