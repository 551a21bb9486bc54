"""Extraction held against fhirpath.js, over every example of the specification."""

from __future__ import annotations

import json
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from shares import dealt

from felles.fhir import Invalid, decode, encode
from felles.fhir.search import PARAMS, Index, Param, escape, extract, generate, matches, parse_value
from felles.fhir.search.params import COLUMNS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncollected")]

MOST_INVALID = 30
"""Examples that break the rules of R4 themselves; tests of the types name them."""

ORACLE_FAILS = {
    # R4 lets a union meet quantities; fhirpath.js compares them to drop doubles and refuses those with `<` or `>`.
    "Error: Cannot convert a FHIR.Quantity that has a comparator",
}

_TINY = "fhirpath.js takes 1E-245 for the same as 0E0 and drops it as a double"
DIFFERENT: dict[tuple[str, str], str] = {
    ("Observation-decimal.json", "combo-value-quantity"): _TINY,
    ("Observation-decimal.json", "component-value-quantity"): _TINY,
}
"""(file, parameter) where the two differ, with the reason."""


def _for_oracle(expression: str) -> str:
    """The expression as fhirpath.js can answer it: no server behind resolve(), and `as` a filter.

    FHIRPath makes `as` on several elements an error; the search parameters mean the filter ofType().
    """
    expression = re.sub(r"resolve\(\) is (\w+)", r"target().resourceType = '\1'", expression)
    expression = re.sub(r"\.as\((\w+)\)", r".ofType(\1)", expression)
    return re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", expression)


@lru_cache(maxsize=1)
def _select() -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(generate.selection(generate.by_type(generate.sources())), space)  # our own generator's text
    return space["SELECT"]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _key(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True)


@pytest.fixture(scope="module")
def oracle(node: str, npm_modules: Path) -> list[dict[str, Any]]:
    wanted = {
        name: {param.name: _for_oracle(param.expression) for param in params.values() if param.supported}
        for name, params in PARAMS.items()
    }
    made = subprocess.run(
        [node, str(Path(__file__).with_name("select.cjs")), str(npm_modules)],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in made.stdout.splitlines()]


@pytest.fixture(scope="module")
def examples(npm_modules: Path, oracle: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Any]]:
    """What the oracle selects in each example, and the example decoded; without the few that are invalid."""
    found: list[tuple[dict[str, Any], Any]] = []
    for line in oracle:
        try:
            found.append((line, decode((npm_modules / "hl7.fhir.r4.examples" / line["file"]).read_bytes())))
        except Invalid:
            continue
    assert len(oracle) > 5000
    assert len(oracle) - len(found) <= MOST_INVALID
    return found


def test_selects_what_fhirpath_selects(examples: list[tuple[dict[str, Any], Any]]) -> None:
    """Asked of half of them in a run, of the others in the next; `FELLES_WHOLE=1`: of all."""
    select = _select()
    wrong: list[str] = []
    differ: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    for line, resource in examples:
        if not dealt(line["file"], 2):
            continue
        kind = type(resource).__name__
        ours = select[kind](resource)
        failed = {name for name, error in line["errors"].items() if error in ORACLE_FAILS}
        assert failed == line["errors"].keys(), (line["file"], line["errors"])
        for name in (ours.keys() | line["selected"].keys()) - failed:
            mine = {_key(json.loads(encode(each))) for each in ours.get(name, ())}
            theirs = {_key(each) for each in line["selected"].get(name, ())}
            seen.add((kind, name))
            if mine != theirs and (line["file"], name) in DIFFERENT:
                differ.add((line["file"], name))
            elif mine != theirs:
                wrong.append(f"{line['file']} {name}: only here {mine - theirs}, only there {theirs - mine}")
    assert not wrong, "\n".join(wrong[:20]) + f"\n{len(wrong)} differ"
    assert differ == {(file, name) for file, name in DIFFERENT if dealt(file, 2)}
    assert len(seen) > 600, len(seen)


def _token_queries(node: Any) -> list[tuple[str, bool]]:  # noqa: PLR0911 - one return a form
    """(query, must it match) for a selected element of a token parameter, in every form."""
    if isinstance(node, bool):
        return [(str(node).lower(), True)]
    if isinstance(node, str):
        return [(escape(node), True), (f"|{escape(node)}", True), (f"{escape(node)}-x", False)]
    if "coding" in node:
        return [query for coding in node["coding"] for query in _token_queries(coding)]
    system, code = node.get("system"), node.get("code") or node.get("value")
    if code is None:
        return [(f"{escape(system)}|", True)] if system else []
    code = escape(code)
    if "value" in node and system in {"phone", "email", "fax", "pager", "url", "sms", "other"}:
        return [(code, True), (f"|{code}", True), (f"{code}7", False)]
    if not system:
        return [(code, True), (f"|{code}", True), (f"urn:x|{code}", False)]
    system = escape(system)
    return [(code, True), (f"{system}|{code}", True), (f"{system}|", True), (f"{system}|{code}-x", False)]


def _queries(param: Param, node: Any) -> list[tuple[str, bool]]:  # noqa: PLR0911 - one return a kind
    """(query, must it match) for a selected element."""
    text = node if isinstance(node, str) else None
    match param.type:
        case "token":
            return _token_queries(node)
        case "reference":
            target = text or (node.get("reference") if isinstance(node, dict) else None)
            local = target is not None and re.fullmatch(r"[A-Z]\w+/[^/#]+|\w+:.*", target) is not None
            return [(escape(target), True), (escape(target) + "x", False)] if local and target else []
        case "string":
            if isinstance(node, str):
                return [(escape(node.upper()), True)]
            parts = [node.get("family"), node.get("city"), *node.get("given", ())]
            return [(escape(part.upper()), True) for part in parts if part]
        case "uri":
            return [(escape(text), True), (escape(text) + "x", False)] if text else []
        case "date":
            # A text that looks like a date (CarePlan's scheduledString) is none.
            date = text if "string" not in param.kinds else None
            return [(date, True), (f"sa{date}", False)] if date else []
        case "number" | "quantity":
            return _number_queries(node)
        case _:
            return []


def _number_queries(node: Any) -> list[tuple[str, bool]]:
    if not isinstance(node, dict):
        return [(str(node), True)]
    if "comparator" in node or "value" not in node:
        return []
    value = str(node["value"])
    if "code" not in node or "system" not in node:
        return [(value, True)]
    code, system = escape(node["code"]), escape(node["system"])
    return [(f"{value}|{system}|{code}", True), (f"{value}||{code}", True), (f"{value}||{code}x", False)]


def _answers(kind: str, line: dict[str, Any], index: Index) -> list[str]:
    wrong: list[str] = []
    for name, nodes in line["selected"].items():
        param = PARAMS[kind][name]
        if name in COLUMNS or (kind == "Bundle" and name in {"composition", "message"}):
            continue
        if not matches(parse_value(param, "false", "missing"), name, index):
            wrong.append(f"{line['file']} {name}:missing=false")
        for node in nodes:
            for query, expected in _queries(param, node):
                # Another selected value may match what this one must not.
                if matches(parse_value(param, query), name, index) != expected and (expected or len(nodes) == 1):
                    wrong.append(f"{line['file']} {name}={query}: {not expected}")
    for name in PARAMS[kind].keys() - line["selected"].keys() - line["errors"].keys() - COLUMNS:
        param = PARAMS[kind][name]
        if param.supported and not matches(parse_value(param, "true", "missing"), name, index):
            wrong.append(f"{line['file']} {name}:missing=true")
    return wrong


def test_what_is_selected_is_found_by_a_query(examples: list[tuple[dict[str, Any], Any]]) -> None:
    wrong = [each for line, resource in examples for each in _answers(type(resource).__name__, line, extract(resource))]
    assert not wrong, "\n".join(wrong[:30]) + f"\n{len(wrong)} wrong"
