"""Search: what a resource is found by, and what a query asks for."""

from zoneinfo import ZoneInfo

from msgspec import Struct

from felles.fhir.search.dates import OSLO
from felles.fhir.search.extract_r4 import EXTRACT
from felles.fhir.search.index import Index
from felles.fhir.search.match import matches
from felles.fhir.search.params import Param
from felles.fhir.search.params_r4 import PARAMS
from felles.fhir.search.prefixes import Prefix, compare, compare_numbers
from felles.fhir.search.query import (
    Context,
    Criterion,
    Dates,
    Mark,
    Numbers,
    SearchValueError,
    Text,
    escape,
    parse_value,
    split_values,
)

__all__ = [
    "PARAMS",
    "Context",
    "Criterion",
    "Dates",
    "Index",
    "Mark",
    "Numbers",
    "Param",
    "Prefix",
    "SearchValueError",
    "Text",
    "compare",
    "compare_numbers",
    "escape",
    "extract",
    "matches",
    "parse_value",
    "split_values",
]


def extract(resource: Struct, zone: ZoneInfo = OSLO) -> Index:
    """The index of a resource: its marks, terms, references, main code and clinical period.

    `resource` is one of the resource structs of `felles.fhir.r4`, checked (its dates exist); it is not changed.
    Dates without a zone are in `zone`. `_id` and `_lastUpdated` are not in the index: the row has them.
    """
    return EXTRACT[type(resource)](resource, zone)
