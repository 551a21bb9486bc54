"""Where a field of a form has its value from: the record, or only whoever fills it in.

No form asks for what the record knows: a field that the record can fill arrives filled in. So each field says in code
which of the two it is; one that says nothing fails a test (`tests/care/test_weight.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class New:
    """The source of a field that only the writer knows."""


NEW: Final = New()


@dataclass(frozen=True, slots=True)
class Known:
    """The source of a field that the record knows: the element, as `Observation.valueQuantity`."""

    element: str


Sources = Mapping[str, New | Known]
"""Name of a field → its source. A name that ends in "*" stands for all that begin so."""


def sources(*new: str, **known: str) -> Sources:
    """The sources of a form's fields: names that are new, and `name="Type.element"` for what the record knows."""
    return dict.fromkeys(new, NEW) | {name: Known(element) for name, element in known.items()}
