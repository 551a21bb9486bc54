"""Whether two resources say the same, to the last digit; what the server may change is put aside by name."""

from __future__ import annotations

import json
from typing import Any


class Digits(str):
    """A number as it was written: 1.0 and 1.00 are two different statements in FHIR, and "1.0" is a third."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return type(other) is Digits and str.__eq__(self, other)


def exact(text: bytes | str) -> Any:
    """JSON, decoded with its decimals kept as they were written."""
    return json.loads(text, parse_float=Digits, parse_int=Digits)


def without_stamp(resource: dict[str, Any], *, keep_id: bool = False) -> dict[str, Any]:
    """The resource but for its id, meta.versionId and meta.lastUpdated."""
    kept = {name: value for name, value in resource.items() if keep_id or name != "id"}
    meta = {n: v for n, v in kept.pop("meta", {}).items() if n not in ("versionId", "lastUpdated")}
    return kept | ({"meta": meta} if meta else {})


class References:
    """Learns, reference by reference, what each became; it may become one thing only, and no two the same."""

    def __init__(self) -> None:
        self.became: dict[str, str] = {}
        self._came_from: dict[str, str] = {}

    def differences(self, given: Any, found: Any, path: str) -> list[str]:
        """Where `found` says otherwise than `given`, references aside; each place as its path."""
        if isinstance(given, dict) and isinstance(found, dict):
            if given.keys() != found.keys():
                return [f"{path}: elements {sorted(given.keys() ^ found.keys())}"]
            return [
                line
                for name in given
                for line in (
                    self._reference(given[name], found[name], f"{path}.{name}")
                    if name == "reference" and isinstance(given[name], str)
                    else self.differences(given[name], found[name], f"{path}.{name}")
                )
            ]
        if isinstance(given, list) and isinstance(found, list):
            if len(given) != len(found):
                return [f"{path}: {len(given)} became {len(found)}"]
            pairs = zip(given, found, strict=True)
            return [line for i, (a, b) in enumerate(pairs) for line in self.differences(a, b, f"{path}[{i}]")]
        same = type(given) is type(found) and given == found
        return [] if same else [f"{path}: {given!r} became {found!r}"]

    def _reference(self, given: str, found: Any, path: str) -> list[str]:
        before = self.became.setdefault(given, found)
        origin = self._came_from.setdefault(found, given)
        if before == found and origin == given:
            return []
        return [f"{path}: {given} became {found}, elsewhere {before}; {found} was {origin}"]
