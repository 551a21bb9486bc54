"""What the store knows of a type's parameters beyond their definition: main code, main date, the way home."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from felles.fhir.search import PARAMS
from felles.fhir.search.main import MAIN_CODE, MAIN_DATE
from felles.record.errors import BadQuery
from felles.record.homes import WAYS

if TYPE_CHECKING:
    from felles.fhir.search import Param

NAMES: dict[str, dict[str, tuple[int, ...]]] = {
    "Patient": {"name": (), "family": (0,), "given": (1,)},
    "Practitioner": {"name": (), "family": (0,), "given": (1,)},
    "RelatedPerson": {"name": ()},
    "Person": {"name": ()},
}
"""Parameters that the table `name` serves, with the parts of a name they look at (none: all)."""


def param_of(type_name: str, name: str) -> Param | None:
    """The definition of a parameter of a type, or None."""
    return PARAMS.get(type_name, {}).get(name)


def required(type_name: str, name: str) -> Param:
    """As `param_of`; raises `BadQuery` where the type has no such parameter, or the server does not support it."""
    param = param_of(type_name, name)
    if param is None:
        raise BadQuery(f"{type_name} has no search parameter {name}")
    if not param.supported:
        raise BadQuery(f"{name} of {type_name} is not supported: {param.why}")
    return param


def main_code(type_name: str) -> str | None:
    """The token parameter whose first bare code stands in the column `code`."""
    return MAIN_CODE.get(type_name)


_SEVERAL = frozenset({"AllergyIntolerance"})
"""Types whose first main date may have several values: it never answers for the parameter."""


def in_columns(type_name: str, name: str) -> bool:
    """Whether `low` and `high` are the range of this date parameter, wherever a row has one."""
    return type_name not in _SEVERAL and MAIN_DATE.get(type_name, ("",))[0] == name


def told(param: Param) -> bool:
    """Whether the values of a token parameter may stand in a log line: codes may, what names somebody may not."""
    return not {"Identifier", "ContactPoint"} & set(param.kinds) and not param.name.endswith("identifier")


_STEP = re.compile(r"\.where\(.*|\.as\(.*|\s+as\s+.*|[()]")


@lru_cache(maxsize=4096)
def leads_home(type_name: str, name: str) -> bool:
    """Whether what refers to a Patient in this parameter must lie in that Patient's own record.

    So where the parameter looks at just the element that decides the home (`homes.WAYS`, first tier).
    """
    ways = WAYS.get(type_name)
    param = param_of(type_name, name)
    if not ways or ways[0].via or len(ways[0].paths) != 1 or param is None:
        return False
    expressions = [part.strip().lstrip("(") for part in (param.expression or "").split("|")]
    paths = {
        _STEP.sub("", part).removeprefix(f"{type_name}.") for part in expressions if part.startswith(f"{type_name}.")
    }
    return paths == {ways[0].paths[0]}
