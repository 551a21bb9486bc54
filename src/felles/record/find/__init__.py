"""Finding: search over the record, as FHIR R4 asks for it. Architecture: docs/find.md.

parse(type, pairs, ...) -> Query           pure; raises BadQuery
search(lane, clock, grant, query, token, links) -> Page
matches(conn, clock, grant, query) -> rows for conditional interactions, inside their transaction
"""

from __future__ import annotations

from felles.record.find.ast import Query
from felles.record.find.limits import Limits
from felles.record.find.link import Links
from felles.record.find.query import parse
from felles.record.find.run import LIFE, Page, matches, search

__all__ = ["LIFE", "Limits", "Links", "Page", "Query", "matches", "parse", "search"]
