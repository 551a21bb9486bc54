from __future__ import annotations

from pathlib import Path

import pytest

from felles.fhir import r4
from felles.fhir.search import PARAMS, generate, plan
from felles.fhir.search.expression import parse
from felles.fhir.search.extract_r4 import EXTRACT
from felles.fhir.search.main import MAIN_CODE, MAIN_DATE
from felles.fhir.search.params_r4 import NUMBERS

HERE = Path(generate.__file__).parent


@pytest.fixture(scope="module")
def types() -> dict[str, list[generate.Source]]:
    return generate.by_type(generate.sources())


def test_what_is_committed_is_what_the_generator_writes(types: dict[str, list[generate.Source]]) -> None:
    assert (HERE / "extract_r4.py").read_text() == generate.extraction(types)
    assert (HERE / "params_r4.py").read_text() == generate.table(types, NUMBERS)


def test_every_type_has_its_extraction_and_its_parameters() -> None:
    assert set(EXTRACT) == set(r4.RESOURCES.values())
    assert set(PARAMS) == set(r4.RESOURCES)
    assert all("_tag" in params for params in PARAMS.values())


def test_what_is_unsupported_says_why_and_is_what_was_agreed() -> None:
    every = [param for params in PARAMS.values() for param in params.values()]
    assert all(bool(param.why) != param.supported for param in every)
    others = {p.name for p in every if not p.supported and p.type != "composite"}
    assert others == {"near", "phonetic", "_text", "_content", "_query"}


def test_numbers_are_small_distinct_and_kept() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert all(0 < number < 2**15 for number in NUMBERS.values())
    definitions = [
        *generate.sources(),
        {"base": ["Patient"], "code": "aaa", "type": "token", "expression": "Patient.gender"},
    ]
    namespace: dict[str, dict[str, int]] = {}
    exec(generate.table(generate.by_type(definitions), NUMBERS), namespace)
    assert namespace["NUMBERS"] == NUMBERS | {"aaa": max(NUMBERS.values()) + 1}


def test_main_parameters_exist_and_are_of_their_kind() -> None:
    for kind, name in MAIN_CODE.items():
        assert PARAMS[kind][name].type == "token", (kind, name)
    for kind, names in MAIN_DATE.items():
        assert names
        for name in names:
            assert PARAMS[kind][name].type == "date", (kind, name)


def test_the_main_code_of_each_type_is_a_code() -> None:
    assert all(
        set(PARAMS[kind][name].kinds) <= {"CodeableConcept", "Coding", "code", "Reference"}
        for kind, name in MAIN_CODE.items()
    )


@pytest.mark.parametrize(
    "text",
    [
        "Patient.name.first()",
        "Patient.nothing",
        "Patient.name.where(given.exists())",
        "Patient.name.given[0]",
        "Patient.gender.code",
        "$this",
    ],
)
def test_an_expression_beyond_the_generator_is_refused(text: str) -> None:
    with pytest.raises(plan.UnsupportedError):
        plan.paths(parse(text), "Patient")
