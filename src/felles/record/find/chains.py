"""Chains (`subject:Patient.name=`) and `_has` (`_has:Observation:patient:code=`), one step."""

from __future__ import annotations

from collections.abc import Callable

from felles.fhir.search import Param
from felles.record.errors import BadQuery
from felles.record.find.ast import Clause, Inner, Test
from felles.record.find.params import param_of, required
from felles.record.numbers import TYPES

ClauseOf = Callable[[str, str, str], Clause]
"""(type, name with modifier, value) → clause: the parser of a plain parameter."""


def chain(type_name: str, key: str, value: str, clause_of: ClauseOf) -> Clause:
    """`reference[:type].param[:modifier]`. Raises `BadQuery`."""
    head, _, rest = key.partition(".")
    name, _, wanted = head.partition(":")
    param = required(type_name, name)
    if param.type != "reference":
        raise BadQuery(f"{name} of {type_name} is no reference: {key} cannot be followed")
    if "." in rest or rest.startswith("_has"):
        raise BadQuery(f"{key}: chains of more than one step are not supported")
    inners = [Inner(t, name, clause_of(t, rest, value)) for t in _ends(param, type_name, wanted, rest, key)]
    forms = [("chain", name, inner.type, inner.clause.test.form) for inner in inners]
    args = tuple(arg for inner in inners for arg in inner.clause.test.args)
    test = Test(forms[0] if len(forms) == 1 else ("or", *forms), args)
    return Clause(name, "chain", None, test, f"{head}.{inners[0].clause.said}", inner=tuple(inners))


def _ends(param: Param, type_name: str, wanted: str, rest: str, key: str) -> list[str]:
    name = rest.partition(":")[0]
    if wanted:
        if wanted not in TYPES or (param.targets and wanted not in param.targets):
            raise BadQuery(f"{param.name} of {type_name} does not refer to {wanted}")
        required(wanted, name)
        return [wanted]
    ends = [t for t in param.targets if (p := param_of(t, name)) is not None and p.supported]
    if not ends:
        raise BadQuery(f"{key}: nothing that {param.name} refers to has the search parameter {name}")
    if len(ends) > 4:
        raise BadQuery(f"{key}: say which type is meant, such as {param.name}:{ends[0]}.{rest}")
    return ends


def has(type_name: str, key: str, value: str, clause_of: ClauseOf) -> Clause:
    """`_has:type:reference:param[:modifier]`. Raises `BadQuery`."""
    parts = key.split(":", 3)
    if len(parts) != 4:
        raise BadQuery(f"{key}: it is written _has:type:reference:parameter")
    _, source, name, rest = parts
    if source not in TYPES:
        raise BadQuery(f"{key}: {source[:40]!r} is no type")
    param = required(source, name)
    if param.type != "reference" or (param.targets and type_name not in param.targets):
        raise BadQuery(f"{key}: {name} of {source} does not refer to {type_name}")
    if rest.startswith("_has") or "." in rest:
        raise BadQuery(f"{key}: _has of more than one step is not supported")
    inner = Inner(source, name, clause_of(source, rest, value))
    test = Test(("has", type_name, source, name, inner.clause.test.form), inner.clause.test.args)
    return Clause(name, "has", None, test, f"_has:{source}:{name}:{inner.clause.said}", inner=(inner,))
