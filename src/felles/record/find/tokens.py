"""What is compared for equality: tokens, URIs, references, `:exact` strings, `:missing`; as marks on the row.

`fhir/search/marks.py` says how a mark is made, `fhir/search/query.py` how a query's text becomes one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from felles.fhir.search.marks import code_mark
from felles.record.find.ast import Test
from felles.record.find.params import told

if TYPE_CHECKING:
    from felles.fhir.search import Param

_TELLABLE = re.compile(r"[A-Za-z0-9_.:/#|,\-]{1,120}")
_NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)")


def any_of(marks: tuple[int, ...], *, negated: bool = False) -> Test:
    """The condition that a row carries at least one of the marks; `negated`: none of them."""
    unique = tuple(dict.fromkeys(marks))
    form, arg = (("mark", 1), ("bigint", unique[0])) if len(unique) == 1 else (("mark", 2), ("bigint[]", unique))
    return Test(("not", form) if negated else form, (arg,))


def said(param: Param, modifier: str | None, text: str) -> str:
    """How the log names a clause: with its value only where that is a code, never what names somebody."""
    head = f"{param.name}:{modifier}" if modifier else param.name
    coded = param.type == "token" and modifier in {None, "not"} and told(param)
    safe = coded and _TELLABLE.fullmatch(text) and not _NUMBER.search(text)
    return f"{head}={text}" if safe or modifier == "missing" else head


def bare_codes(param: Param, values: list[str]) -> tuple[int, ...]:
    """The marks of the bare codes of `values`, when each has a code: what the column `code` is compared with."""
    codes = [value.rpartition("|")[2] for value in values]
    if not all(codes) or any("\\" in value for value in values):
        return ()
    return tuple(dict.fromkeys(code_mark(param.name, code) for code in codes))
