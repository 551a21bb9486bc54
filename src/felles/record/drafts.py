"""From a resource to the rows that will hold it. Pure: no I/O, no clock.

A draft is complete but for what only the person's lock can tell: version and lastUpdated. These stand in
the encoded bytes as a fixed text that is replaced once, so that nothing is encoded while the lock is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from felles.fhir import encode, r4
from felles.fhir.search import extract
from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.ids import mark_of
from felles.record.kinds import kind_of
from felles.record.look_up import is_protected, look_up_form, municipality_of
from felles.record.numbers import TYPES
from felles.record.stamps import PLACEHOLDER, stamp

if TYPE_CHECKING:
    from felles.fhir.search import Index
    from felles.record.grants import PersonKey
    from felles.record.writes import Writes

INDEXER = 2
"""Version of the extraction and of the tables for home and kind; a change makes old rows wait for a reindex."""

PARTS = {"family": 0, "given": 1, "text": 2, "prefix": 3, "suffix": 4}
"""Part of a name → its number in `name.part`."""


@dataclass(slots=True)
class Form:
    """One form of an entry: the whole (0), or what a look-up shows (1)."""

    number: int
    body: str
    marks: str
    terms: str | None
    refs: str | None


WORD = 128
"""Letters of a name that the tables of names hold: an index takes a few kilobytes. The entry's own terms are whole."""


@dataclass(slots=True)
class Draft:
    """An entry about to be written under `key` (bucket, person). `forms[0]` is the whole one."""

    type: str
    number: int
    id: str
    key: PersonKey
    kind: int
    self_mark: int
    code: int | None
    many: bool
    low: int | None
    high: int | None
    forms: list[Form]
    pointers: list[int]
    referred: list[str]
    """The references of the whole form, `Type/id` or a URL."""
    names: list[tuple[str, int]]
    national: list[str]
    born: str | None
    municipality: str | None
    resource: Any

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


def _form(number: int, resource: Any, index: Index) -> Form:
    meta = resource.meta
    if meta is msgspec.UNSET:
        meta = resource.meta = r4.Meta()
    meta.versionId, meta.lastUpdated = PLACEHOLDER
    return Form(
        number,
        encode(resource).decode(),
        "{" + ",".join(map(str, index.marks)) + "}",
        msgspec.json.encode(index.terms).decode() if index.terms else None,
        "\n".join(f"{param}={ref}" for param, ref in index.refs) or None,
    )


def draft(resource: Any, type_name: str, resource_id: str, key: PersonKey, own: frozenset[str]) -> Draft:
    """The rows for `resource`, whose references are final.

    `own` names what is known to lie in the same person (`Type/id`): references to it need no pointer.
    Changes `resource`: its id and meta become the server's.
    """
    resource.id = resource_id
    number = TYPES[type_name]
    index = extract(resource)
    forms = [_form(0, resource, index)]
    names = list(dict.fromkeys((word[:WORD], PARTS[part]) for part, word in index.names)) if index.names else []
    national: list[str] = []
    born = municipality = None
    if type_name == "Patient":
        hidden = is_protected(resource)
        shown = look_up_form(resource, place=not hidden)
        forms.append(_form(1, shown, extract(shown)))
        national = [value for system, value in index.identifiers if system in NATIONAL_NUMBER_SYSTEMS]
        born = resource.birthDate or None
        municipality = None if hidden else municipality_of(resource)
    return Draft(
        type=type_name,
        number=number,
        id=resource_id,
        key=key,
        kind=int(kind_of(resource)),
        self_mark=mark_of(f"{type_name}/{resource_id}"),
        code=index.code,
        many=index.many_codes,
        low=index.low,
        high=index.high,
        forms=forms,
        pointers=index.pointers(own),
        referred=[target for _, target in index.refs],
        names=names,
        national=national,
        born=born,
        municipality=municipality,
        resource=resource,
    )


def row(  # noqa: PLR0913 - the columns that only the lock can tell
    made: Draft,
    form: Form,
    *,
    version: int,
    updated: int,
    commit: int,
    org: int,
    author: str,
    behalf: str | None,
    known: int | None = None,
) -> tuple[Any, ...]:
    """The values for `writes.ROW_COLUMNS`."""
    low = updated if made.low is None else made.low
    return (
        made.key[0],
        made.key[1],
        made.number,
        made.id,
        form.number,
        version,
        False,
        made.kind,
        org,
        author,
        behalf,
        made.self_mark,
        made.code,
        made.many,
        low,
        low + 1 if made.high is None else made.high,
        updated,
        known,
        commit,
        INDEXER,
        form.marks,
        form.terms,
        form.refs,
        stamp(form.body, version, updated),
    )


def add_finders(made: Draft, writes: Writes) -> None:
    """Put what finds this entry without its person: pointers, names and, for a Patient, the face."""
    bucket, person = made.key
    for mark in made.pointers:
        writes.add("pointer", (mark, made.number, bucket, person, made.id))
    for word, part in made.names:
        writes.add("name", (made.number, word, part, bucket, person, made.id))
