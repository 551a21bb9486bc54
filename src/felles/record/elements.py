"""Reading what may be there in a checked resource (a struct of `felles.fhir.r4`): what is absent is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def listed(value: Any) -> list[Any]:
    """The values of a repeating element."""
    return value if isinstance(value, list) else []


def codes_of(concept: Any, system: str | None = None) -> Iterator[str]:
    """The codes of a CodeableConcept, of one system or of all."""
    for coding in listed(getattr(concept, "coding", None)):
        if isinstance(coding.code, str) and (system is None or coding.system == system):
            yield coding.code


def reference_of(value: Any) -> str:
    """The literal reference of a Reference, without version; "" when there is none."""
    text = getattr(value, "reference", None)
    return text.partition("/_history/")[0] if isinstance(text, str) else ""
