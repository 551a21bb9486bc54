"""The one statement that writes: rows, index, claims, relations, log and outbox of a commit together.

`Writes` gathers rows for each table as columns; `flush` puts them into the database in one round trip,
as data-modifying CTEs over unnest(). Only tables with something to write take part, so a statement's
text hangs on which they are, and each such text is prepared once for a connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.record import self_made
from felles.record.decide import WITHDRAWN, leaves
from felles.record.errors import MET, Stale

if TYPE_CHECKING:
    from felles.record.pool import Conn

_ROW = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("type", "smallint"),
    ("id", "text"),
    ("form", "smallint"),
    ("version", "integer"),
    ("deleted", "boolean"),
    ("kind", "smallint"),
    ("org", "bigint"),
    ("author", "text"),
    ("behalf", "text"),
    ("self", "bigint"),
    ("code", "bigint"),
    ("many", "boolean"),
    ("low", "bigint"),
    ("high", "bigint"),
    ("updated", "bigint"),
    ("known", "bigint"),
    ("commit", "bigint"),
    ("indexer", "smallint"),
    ("marks", "text"),
    ("terms", "text"),
    ("refs", "text"),
    ("body", "text"),
)
ROW_COLUMNS = tuple(name for name, _ in _ROW)
"""The columns of a row for `entry` or `shared`, in the order `Writes.add` takes their values.

`marks` is the text of a bigint[], `terms` JSON or None, `refs` lines joined by newlines or None.
"""

_PLACE = (("bucket", "smallint"), ("type", "smallint"), ("id", "text"), ("form", "smallint"))
_CAST = {"marks": "marks::bigint[]", "terms": "terms::jsonb", "refs": "string_to_array(refs, E'\\n')"}


def insert_rows(table: str, rows: str = "{q}", era: str = "{era}") -> str:
    """The INSERT of `rows` (SQL; columns as `ROW_COLUMNS`) into `entry` or `shared`, on a connection of `era`."""
    values = ", ".join(_CAST.get(name, name) for name in ROW_COLUMNS)
    return (
        f"insert into {table} ({', '.join(ROW_COLUMNS)}, era, xid)"
        f" select {values}, {era}, pg_current_xact_id() from {rows} q"
    )


def _end_rows(table: str) -> str:
    return f"""update {table} e set state = 1, end_era = {{era}}, end_xid = pg_current_xact_id()
        from {{q}} q where e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.form = q.form
        and e.state = 0"""


# table part → (columns, statement). `{q}` is the unnest of the columns, `{era}` the era's placeholder.
_PARTS: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "person_new": (
        (
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("version", "bigint"),
            ("touched", "bigint"),
            ("reserved", "boolean"),
        ),
        """insert into person (bucket, person, version, touched, reserved)
           select bucket, person, version, touched, reserved from {q} q""",
    ),
    "person_up": (
        (
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("version", "bigint"),
            ("touched", "bigint"),
            ("filled", "boolean"),
        ),
        """update person p set version = q.version, touched = q.touched, reserved = p.reserved and not q.filled
             from {q} q where p.bucket = q.bucket and p.person = q.person""",
    ),
    "entry_end": (_PLACE, _end_rows("entry")),
    "entry_withdraw": (
        _PLACE[:3],
        f"""update entry e set state = {WITHDRAWN}, end_era = coalesce(e.end_era, {{era}}),
               end_xid = coalesce(e.end_xid, pg_current_xact_id())
            from {{q}} q where e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.state < {WITHDRAWN}""",
    ),
    "shared_end": (_PLACE, _end_rows("shared")),
    "entry": (_ROW, insert_rows("entry")),
    "shared": (_ROW, insert_rows("shared")),
    "directory": (
        (
            ("type", "smallint"),
            ("id", "text"),
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("source", "bytea"),
            ("source_time", "bigint"),
            ("source_version", "integer"),
        ),
        """insert into directory as y (type, id, bucket, person, source, source_time, source_version)
           select type, id, bucket, person, source, source_time, source_version from {q} q
           on conflict (type, id) do update set source = excluded.source, source_time = excluded.source_time,
              source_version = excluded.source_version
            where y.bucket = excluded.bucket and y.person = excluded.person
           returning 1""",
    ),
    "national": (
        (("number", "text"), ("bucket", "smallint"), ("person", "bigint"), ("id", "text")),
        "insert into national_number (number, bucket, person, id) select number, bucket, person, id from {q} q",
    ),
    "national_end": (
        (("number", "text"), ("id", "text")),
        "delete from national_number m using {q} q where m.number = q.number and m.id = q.id",
    ),
    "pointer": (
        (
            ("mark", "bigint"),
            ("type", "smallint"),
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("id", "text"),
        ),
        """insert into pointer (mark, type, bucket, person, id) select mark, type, bucket, person, id from {q} q
           on conflict do nothing""",
    ),
    "name": (
        (
            ("type", "smallint"),
            ("word", "text"),
            ("part", "smallint"),
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("id", "text"),
        ),
        """insert into name (type, word, part, bucket, person, id)
           select type, word, part, bucket, person, id from {q} q on conflict do nothing""",
    ),
    "face": (
        (
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("id", "text"),
            ("born", "date"),
            ("municipality", "text"),
            ("sort_key", "text"),
        ),
        """insert into face (bucket, person, id, born, municipality, sort_key)
           select bucket, person, id, born, municipality, sort_key from {q} q
           on conflict (bucket, person, id) do update set born = excluded.born,
              municipality = excluded.municipality, sort_key = excluded.sort_key""",
    ),
    "face_end": (
        (("bucket", "smallint"), ("person", "bigint"), ("id", "text")),
        "delete from face f using {q} q where f.bucket = q.bucket and f.person = q.person and f.id = q.id",
    ),
    "relation_end": (
        (("bucket", "smallint"), ("person", "bigint"), ("source", "text")),
        """delete from relation r using {q} q
            where r.bucket = q.bucket and r.person = q.person and r.source = q.source
              and not exists (select 1 from {relation} n where n.bucket = r.bucket and n.person = r.person
                               and n.party = r.party and n.basis = r.basis and n.source = r.source)""",
    ),
    "relation": (
        self_made.COLUMNS,
        """insert into relation (bucket, person, party, basis, source, writer, since, until)
           select distinct on (bucket, person, party, basis, source)
                  bucket, person, party, basis, source, writer, since, until from {q} q
           on conflict (bucket, person, party, basis, source) do update set since = excluded.since,
              until = excluded.until, writer = excluded.writer""",
    ),
    "staffing_end": (
        (("source", "text"),),
        """delete from staffing s using {q} q where s.source = q.source
              and not exists (select 1 from {staffing} n where n.actor = s.actor and n.org = s.org
                               and n.party = s.party and n.source = s.source)""",
    ),
    "staffing": (
        (
            ("actor", "bigint"),
            ("org", "bigint"),
            ("party", "bigint"),
            ("role", "text"),
            ("role_mark", "bigint"),
            ("source", "text"),
            ("since", "bigint"),
            ("until", "bigint"),
        ),
        """insert into staffing (actor, org, party, role, role_mark, source, since, until)
           select distinct on (actor, org, party, source) actor, org, party, role, role_mark, source, since, until
             from {q} q
           on conflict (actor, org, party, source) do update set role = excluded.role,
              role_mark = excluded.role_mark, since = excluded.since, until = excluded.until""",
    ),
    "away_end": (
        (("source", "text"),),
        """delete from away a using {q} q where a.source = q.source
              and not exists (select 1 from {away} n where n.source = a.source and n.party = a.party
                               and n.since = a.since)""",
    ),
    "away": (
        (
            ("source", "text"),
            ("party", "bigint"),
            ("org", "bigint"),
            ("since", "bigint"),
            ("until", "bigint"),
            ("stand_in", "text"),
        ),
        """insert into away (source, party, org, since, until, stand_in)
           select distinct on (source, party, since) source, party, org, since, until, stand_in from {q} q
            order by source, party, since, until desc
           on conflict (source, party, since) do update set org = excluded.org, until = excluded.until,
              stand_in = excluded.stand_in""",
    ),
    "outbox": (
        (
            ("bucket", "smallint"),
            ("person", "bigint"),
            ("version", "bigint"),
            ("receiver", "text"),
            ("event", "text"),
            ("about", "text"),
            ("made", "bigint"),
        ),
        """insert into outbox (bucket, person, version, receiver, event, about, made)
           select bucket, person, version, receiver, event, about, made from {q} q""",
    ),
    "leaf": (
        (("bucket", "smallint"), ("person", "bigint"), ("real", "bigint"), ("text", "text")),
        "",  # made by `leaves`, with its salt
    ),
}


class Writes:
    """Rows to be written, gathered per table part."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, part: str, row: tuple[Any, ...]) -> None:
        """Put one row (its columns in the part's order) with what will be written."""
        rows = self._rows.get(part)
        if rows is None:
            rows = self._rows[part] = []
        rows.append(row)

    def __bool__(self) -> bool:
        return bool(self._rows)

    async def flush(self, conn: Conn) -> None:
        """Write everything gathered, in one statement of the open transaction.

        Raises `Stale` where an id that is claimed lies elsewhere by now: the transaction must not stand.
        """
        parts = [part for part in _PARTS if part in self._rows]
        args: list[Any] = []
        for part in parts:
            args.extend(zip(*self._rows[part], strict=True))
        args.append(conn.era)
        claimed = (await conn.fetch(_statement(tuple(parts)), *args))[0]["claimed"]
        if claimed != len(self._rows.get("directory", ())):
            raise Stale(MET)
        self._rows = {}


_statements: dict[tuple[str, ...], str] = {}


def _statement(parts: tuple[str, ...]) -> str:
    sql = _statements.get(parts)
    if sql is None:
        sql = _statements[parts] = _compose(parts)
    return sql


def _compose(parts: tuple[str, ...]) -> str:
    sources: dict[str, str] = {}
    position = 1
    for part in parts:
        columns = _PARTS[part][0]
        arrays = ", ".join(f"${position + i}::{sql}[]" for i, (_, sql) in enumerate(columns))
        sources[part] = f"(select * from unnest({arrays}) as u({', '.join(name for name, _ in columns)}))"
        position += len(columns)
    if "relation" in sources:
        sources["relation"] = self_made.RELATIONS.format(rows=sources["relation"])
    era = f"${position}::smallint"
    nothing = {
        "relation": "(select null::smallint as bucket, null::bigint as person, null::bigint as party,"
        " null::smallint as basis, null::text as source where false)",
        "staffing": "(select null::bigint as actor, null::bigint as org, null::bigint as party,"
        " null::text as source where false)",
        "away": "(select null::text as source, null::bigint as party, null::bigint as since where false)",
    }
    ctes: list[str] = []
    for part in parts:
        if part == "leaf":
            text = leaves(sources[part], era)
        else:
            text = _PARTS[part][1].format(
                q=sources[part],
                era=era,
                relation=sources.get("relation", nothing["relation"]),
                staffing=sources.get("staffing", nothing["staffing"]),
                away=sources.get("away", nothing["away"]),
            )
        ctes.append(f"w_{part} as ({text})")
        if part == "relation":
            for name, more in (("stated", self_made.STATED), ("confirmed", self_made.CONFIRMED)):
                ctes.append(f"w_{name} as ({more.format(relation=sources[part])})")
    claimed = "(select count(*) from w_directory)" if "directory" in sources else "0"
    return f"with {', '.join(ctes)} select {claimed} as claimed where {era} is not null"
