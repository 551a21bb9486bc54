"""Who wrote each version of an entry, as a Provenance made from the columns that no client can set.

Nothing is stored for it: organisation, author and on-behalf-of of a version come from the Grant that wrote it. The
id says which version it is about, so that it can be read by itself. (R4: http://hl7.org/fhir/R4/provenance.html)
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    ORG,
    VISIBLE,
    WITHDRAWN,
    ask_values,
    basis_of,
    form_at,
    leaves,
    person_of,
)
from felles.record.find.compile import line, request_rows, sent, sent_columns
from felles.record.homes import SHARED_TYPES
from felles.record.ids import bucket_of
from felles.record.lane import Shape
from felles.record.numbers import TYPE_NAMES, TYPES
from felles.record.rows import Row
from felles.record.stamps import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.record.lane import Lane
    from felles.record.names import Names

MOST: Final = 2_000
"""Versions told of in one answer, at most; of each entry the newest."""
_TYPE: Final = TYPES["Provenance"]
_ID: Final = re.compile(r"pv-([0-9]{1,3})-([1-9][0-9]{0,8})-([A-Za-z0-9\-.]{1,64})")
_LONGEST: Final = 64

_COLUMNS: Final = (
    ("at", "smallint[]"),  # bucket (null: see the directory; -1: shared), type and id of each target
    ("types", "smallint[]"),
    ("ids", "text[]"),
    ("version", "integer"),  # 0: all
    ("what", "text"),
    ("many", "integer"),
    *ASK,
)
_FIELDS: Final = f"e.bucket, e.person, e.type, e.id, e.version, e.updated, e.deleted, {ORG} as org, e.author, e.behalf"
_WHICH: Final = "(q.version = 0 or e.version = q.version) order by e.version desc limit q.many"

_SHAPE: Final = Shape(
    f"""
    with q as materialized ({request_rows(_COLUMNS)}),
    wanted as materialized (
        select q.n, coalesce(k.bucket, y.bucket) as bucket, k.type, k.id
          from q cross join lateral unnest(q.at, q.types, q.ids) k(bucket, type, id)
          left join directory y on k.bucket is null and y.type = k.type and y.id = k.id
    ),
    found as materialized (
        select q.n, q.real, q.who, q.what, q.many, {_FIELDS}, {VISIBLE} as open, {BASIS_TEXT} as basis
          from wanted w join q on q.n = w.n
         {form_at("w.bucket", "w")}
         cross join lateral (select e.* from entry e
                              where e.bucket = w.bucket and e.type = w.type and e.id = w.id and e.form = h.form
                                and e.state < {WITHDRAWN} and {_WHICH}) e
          {person_of()} {basis_of()}
        union all
        select q.n, q.real, q.who, q.what, q.many, {_FIELDS}, q.mode >= 0, 'shared'
          from wanted w join q on q.n = w.n
         cross join lateral (select e.* from shared e
                              where w.bucket = -1 and e.bucket = -1 and e.type = w.type and e.id = w.id
                                and e.form = 0 and {_WHICH}) e
    ),
    said as materialized (
        select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
               case when f.open then {line("f", "f.basis", act="provenance")}
                    else {line("f", "null::text", act="refused", outcome="refused")} end as text
          from found f where f.bucket >= 0
         order by f.n, f.bucket, f.person, f.open desc
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}::smallint")})
    select x.* from (select f.*, row_number() over (partition by n order by type, id, version desc) as place
                       from found f where f.open) x
     where x.place <= x.many order by x.n, x.place""",
    sent_columns(_COLUMNS),
)


def id_of(type_number: int, resource_id: str, version: int) -> str:
    """The id of the Provenance of one version; a hash where that would be too long to be an id."""
    made = f"pv-{type_number}-{version}-{resource_id}"
    return made if len(made) <= _LONGEST else f"pv-{hashlib.sha256(made.encode()).hexdigest()[:40]}"


def target_of(provenance_id: str) -> tuple[str, int] | None:
    """(`Type/id`, version) that a made Provenance's id names; None for any other id."""
    match = _ID.fullmatch(provenance_id)
    if match is None or int(match[1]) not in TYPE_NAMES:
        return None
    return f"{TYPE_NAMES[int(match[1])]}/{match[3]}", int(match[2])


async def made_for(
    lane: Lane, clock: Clock, names: Names, grant: Grant, targets: Iterable[str], what: str, version: int = 0
) -> list[Row]:
    """A Provenance for each version of `targets` (`Type/id`) that this reader sees, in the order of type, id, newest.

    Decided and logged as any read; `what` is how the log names it. `version` 0: all. At most `MOST`. Raises `Busy`.
    """
    places = [_place(target) for target in dict.fromkeys(targets)]
    places = [place for place in places if place is not None]
    if not places:
        return []
    at, types, ids = zip(*places, strict=True)
    args = (sent(("smallint[]", at)), sent(("smallint[]", types)), sent(("text[]", ids)), version, what, MOST)
    found = await lane.submit(_SHAPE, (*args, *ask_values(grant, clock)))
    organizations = await names.organizations({record["org"] for record in found})
    return [_row(record, organizations.get(record["org"])) for record in found]


def _place(target: str) -> tuple[int | None, int, str] | None:
    type_name, _, resource_id = target.partition("/")
    if type_name not in TYPES or not resource_id:
        return None
    return (-1 if type_name in SHARED_TYPES else bucket_of(resource_id)), TYPES[type_name], resource_id


def _row(r: Any, organization: str | None) -> Row:
    made = id_of(r["type"], r["id"], r["version"])
    body = msgspec.json.encode(_provenance(r, made, organization)).decode()
    return Row(_TYPE, made, 1, r["updated"], False, body, r["bucket"], r["person"], r["basis"] or "")


def _provenance(r: Any, made: str, organization: str | None) -> dict[str, Any]:
    activity = "DELETE" if r["deleted"] else "CREATE" if r["version"] == 1 else "UPDATE"
    moment = instant(r["updated"])
    agents = [_agent("author", r["behalf"] or r["author"], organization)]
    if r["behalf"]:
        agents.append(_agent("enterer", r["author"], organization))
    return {
        "resourceType": "Provenance",
        "id": made,
        "meta": {"versionId": "1", "lastUpdated": moment},
        "target": [{"reference": f"{TYPE_NAMES[r['type']]}/{r['id']}/_history/{r['version']}"}],
        "recorded": moment,
        "activity": _coded("http://terminology.hl7.org/CodeSystem/v3-DataOperation", activity),
        "agent": agents,
    }


def _agent(kind: str, who: str, organization: str | None) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "type": _coded("http://terminology.hl7.org/CodeSystem/provenance-participant-type", kind),
        "who": {"reference": who} if who else {"display": "Skjermet"},
    }
    if organization:
        agent["onBehalfOf"] = {"reference": organization}
    return agent


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}
