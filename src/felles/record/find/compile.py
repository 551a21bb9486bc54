"""From a plan to one statement: which rows, decided, tested, in order, logged, in one round trip.

A `Plan` is all that the text hangs on; plans that are equal share one `Shape`, and requests of one shape run
jointly (`lane.py`). Arguments stand in the columns of the request row `q`, in the order `Plan.args` gives.
Where the rows come from is told in `starts.py`, what they must meet in `forms.py`; who sees them in
`record/decide.py`, here as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
    NOBODYS_OPEN,
    PERSON_OPEN,
    ROW_OPEN,
    VISIBLE,
    basis_of,
    bits_of,
    leaves,
    person_of,
)
from felles.record.era import alive_at
from felles.record.find.ast import Arg, Form
from felles.record.find.forms import Scope, render
from felles.record.find.order import Key, after, keys_text, order_by
from felles.record.find.starts import DIRECT, LIST, MINE, PERSONS, candidates
from felles.record.homes import SHARED_TYPES
from felles.record.lane import Shape
from felles.record.numbers import TYPES

_NOW = "e.state = 0 and not e.deleted"
_THEN = f"e.state < 2 and not e.deleted and {alive_at('e', 'q.snap_era', 'q.snap')}"
"""A row as it was in the snapshot of a paging link; the link's era is the database's own (checked beside)."""

_WHOLE = "e.form = 0"

_FIXED = (("what", "text"), ("many", "integer"), ("budget", "integer"), ("bound", "bigint[]"), *ASK)
_AS_TEXT = frozenset({"numeric", "pg_snapshot"})
"""Types that are sent as text and cast once for each request, as arrays are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a statement's text hangs on. `first` and `later` are the key columns of `order`.

    `code`: the person's or the region's index is entered by the main code. `paging`: the rows of an earlier
    snapshot after a given place. `refs`: the references of each row come with it. `counting`: only how many.
    `quiet`: another statement of the same request writes the lines. `bare`: places alone, no bodies.
    """

    type: str
    start: Form
    tests: tuple[Form, ...]
    order: tuple[Key, ...]
    code: bool = False
    paging: bool = False
    snapshot: bool = False
    refs: bool = False
    counting: bool = False
    quiet: bool = False
    bare: bool = False


@lru_cache(maxsize=4096)
def shape_of(plan: Plan, types: tuple[str, ...]) -> Shape:
    """The statement of a plan. `types` are the SQL types of its arguments, in order."""
    return _Maker(plan, types).shape()


def shape_and_args(plan: Plan, args: list[Arg], fixed: tuple[object, ...]) -> tuple[Shape, tuple[object, ...]]:
    """The shape and the values for its columns. `fixed` are (what, many, budget, only, *ask_values)."""
    shape = shape_of(plan, tuple(sql for sql, _ in args))
    what, many, budget, only, *ask = fixed
    return shape, (*(sent(a) for a in args), what, many, budget, sent(("bigint[]", only)), *ask)


def sent(arg: Arg) -> object:
    """A value as the driver takes it: arrays, numerics and snapshots as text, None as it is."""
    sql, value = arg
    if value is None:
        return None
    if sql == "text[]":
        escaped = (str(v).replace("\\", "\\\\").replace('"', '\\"') for v in value)
        return "{" + ",".join(f'"{v}"' for v in escaped) + "}"
    if sql.endswith("[]"):
        return "{" + ",".join("NULL" if v is None else str(v) for v in value) + "}"
    return str(value) if sql in _AS_TEXT else value


def request_rows(columns: tuple[tuple[str, str], ...]) -> str:
    """The SELECT of the request rows, with what is sent as text cast once."""
    by_text = {name for name, sql in columns if sql.endswith("[]") or sql in _AS_TEXT}
    arrays = ", ".join(
        f"${i}::{'text' if name in by_text else sql}[]" for i, (name, sql) in enumerate(columns, start=1)
    )
    names = ", ".join(name for name, _ in columns)
    casts = ", ".join(f"u.{name}::{sql} as {name}" if name in by_text else f"u.{name}" for name, sql in columns)
    return f"select {casts}, u.n from unnest({arrays}) with ordinality as u({names}, n)"


def sent_columns(columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The columns as the lane sends them."""
    return tuple((n, "text" if t.endswith("[]") or t in _AS_TEXT else t) for n, t in columns)


LINE = """'{{"who":' || {row}.who || ',"act":"{act}","what":"' || {row}.what || '","basis":'
    || coalesce('"' || {basis} || '"', 'null') || ',"outcome":"{outcome}"{more}}}'"""
"""The log line's text; `what` is already fit to stand in JSON."""


def line(row: str, basis: str, *, act: str = "search", outcome: str = "released", more: str = "") -> str:
    """The SQL of one log line for request row `row`."""
    return LINE.format(row=row, basis=basis, act=act, outcome=outcome, more=more)


class _Maker:
    """Writes the text of one plan; the columns are named in the order they are taken."""

    def __init__(self, plan: Plan, types: tuple[str, ...]) -> None:
        self.plan = plan
        self.types = types
        self._names: Iterator[int] = count()
        self.scope = Scope(self.take, _THEN if plan.snapshot else _NOW)
        self.shared = plan.type in SHARED_TYPES
        self.table = "shared" if self.shared else "entry"
        self.form = _WHOLE if self.shared else IN_FORM

    def take(self) -> str:
        return f"q.c{next(self._names)}"

    def shape(self) -> Shape:
        plan = self.plan
        # The order of these is the order of the arguments: start, code, tests, place after, snapshot.
        start = plan.start[0]
        begin = "" if start in PERSONS or start in DIRECT else candidates(plan.type, plan.start, self.scope)
        keys = ("bucket", "person") if start == "person" else ("buckets", "persons") if start == "persons" else ()
        where = [self.take()] if plan.code else []
        tests = [render(form, self.scope) for form in plan.tests]
        if plan.paging:
            tests.append(after(plan.order, [self.take() for _ in range(len(plan.order))]))
        taken = next(self._names)
        named = [*keys, *(f"c{i}" for i in range(taken))]
        named += ["snap", "snap_era"] if plan.snapshot else []
        columns = (*zip(named, self.types, strict=True), *_FIXED)
        sql = self._persons(start, where, tests) if start in PERSONS else self._candidates(begin, where, tests)
        era = f"${len(columns) + 1}::smallint"
        return Shape(
            f"with q as materialized ({request_rows(columns)}),{sql}".replace("$era", era), sent_columns(columns)
        )

    def _rows(
        self, place: str, code: list[str], tests: list[str], limited: str = "", joins: str = "", form: str = ""
    ) -> str:
        """The rows of one person or of the region; by main code, those with several codes come beside."""
        tested = " and ".join([place, self.scope.live, form or self.form, *tests])
        if not code:
            return f"select e.* from {self.table} e {joins} where {tested} {limited}"
        return f"""(select e.* from {self.table} e {joins} where {tested} and e.code = {code[0]} {limited})
            union all
            (select e.* from {self.table} e {joins} where {tested} and e.many
                and e.code is distinct from {code[0]} {limited})"""

    def _columns(self, basis: str) -> str:
        refs = ", e.refs" if self.plan.refs else ""
        keys = keys_text(self.plan.order)
        return f"e.bucket, e.person, e.id, e.version, e.updated, e.body, {basis} as basis, {keys} as keys{refs}"

    def _ordered(self, inner: str) -> str:
        """`inner` (a SELECT of `_columns` with order) with each row's number."""
        return f"select h.*, row_number() over () as rn from ({inner}) h"

    # --- persons: one, several, or the list of the asker ---------------------------------------------------

    def _persons(self, start: str, code: list[str], tests: list[str]) -> str:
        door = {
            "person": "join person p on p.bucket = q.bucket and p.person = q.person",
            "persons": """cross join lateral unnest(q.buckets, q.persons) k(bucket, person)
                join person p on p.bucket = k.bucket and p.person = k.person""",
            "list": f"""cross join lateral ({LIST}) k
                join person p on p.bucket = k.bucket and p.person = k.person""",
        }[start]
        doors = f"""
        door as materialized (
            select q.*, p.bucket as at_bucket, p.person as at_person, {DOOR_BITS}, {BASIS_TEXT} as basis,
                   {self._apart()} as apart, {PERSON_OPEN} and (q.bound is null or p.person = any(q.bound)) as open
              from q {door} {basis_of("p", single="true")})"""
        alone = start == "person"
        door = "q" if alone else "k"
        place = f"e.bucket = {door}.at_bucket and e.person = {door}.at_person and e.type = {TYPES[self.plan.type]}"
        bits = f", {bits_of(door)}"
        if self.plan.counting:
            rows = self._rows(place, code, [*tests, ROW_OPEN], joins=bits)
            return doors + self._count(self._person_count(start, rows, code, tests), named=start != "list")
        limited = f"order by {order_by(self.plan.order)} limit q.many + 1"
        rows = self._rows(place, code, [*tests, ROW_OPEN], limited, bits)
        each = f"select {self._columns(f'{door}.basis')} from ({rows}) e"
        if alone:
            source = self._ordered(f"{each} {limited}")
            page = f"select q.n, q.many, e.* from door q cross join lateral ({source}) e where q.open and not q.apart"
        else:
            nobody = f" union all {self._nobody(code, tests, limited)}" if start == "list" else ""
            merged = f"""select e.* from (
                select e.* from door k cross join lateral ({each}) e
                 where k.n = q.n and k.open and not k.apart{nobody}) e
                order by {order_by(self.plan.order, keyed=True)} limit q.many + 1"""
            page = f"select q.n, q.many, e.* from q cross join lateral ({self._ordered(merged)}) e"
        said = "" if self.plan.quiet else self._said_doors() if start != "list" else self._said_rows()
        return f"{doors}, page as materialized ({page}){said} {self._answer(named=start != 'list')}"

    def _apart(self) -> str:
        """Whether a person that is named has more keys than are named: then there is no answer but that."""
        match self.plan.start:
            case ("person",):
                return "p.joined"
            case ("persons",):
                return "bool_or(p.joined) over (partition by q.n)"
            case _:
                return "false"

    def _nobody(self, code: list[str], tests: list[str], limited: str) -> str:
        """Entries of the organisation that have no person yet, for its own system clients."""
        place = f"e.person = 0 and e.org = q.org and e.type = {TYPES[self.plan.type]} and {NOBODYS_OPEN}"
        rows = self._rows(place, code, tests, limited, form=_WHOLE)
        return f"""select {self._columns("'organisation'")} from ({rows}) e where q.mode = 2"""

    def _person_count(self, start: str, rows: str, code: list[str], tests: list[str]) -> str:
        if start == "person":
            return f"select q.n, (select count(*) from ({rows}) e where q.open) as total from door q where not q.apart"
        nobody = f" + (select count(*) from ({self._nobody(code, tests, '')}) e)" if start == "list" else ""
        return f"""select q.n, (select count(*) from door k cross join lateral ({rows}) e
                where k.n = q.n and k.open){nobody} as total from q
                where not exists (select 1 from door k where k.n = q.n and k.apart)"""

    # --- candidates: rows named by small tables, or read of a type ------------------------------------------

    def _candidates(self, begin: str, code: list[str], tests: list[str]) -> str:
        plan = self.plan
        joins = "" if self.shared else f"{person_of()} {basis_of()}"
        decided = [] if self.shared else [f"(q.bound is null or e.person = any(q.bound)) and {VISIBLE}"]
        basis = "'shared'" if self.shared else BASIS_TEXT
        limited = "" if plan.counting else f"order by {order_by(plan.order)} limit q.many + 1"
        number = TYPES[plan.type]
        over = ""
        if begin:
            over = f""", over as (select q.n from q where exists (select 1 from ({begin}) x offset q.budget))"""
            hers = plan.start[0] == "name" and plan.type == "Patient"
            columns = "x.bucket, x.person, x.id" if hers else "x.bucket, x.id"
            known = f"(select distinct {columns} from ({begin} limit q.budget) x order by x.id) c"
            place = f"e.bucket = c.bucket and e.type = {number} and e.id = c.id"
            tested = " and ".join([*([MINE] if hers else []), self.scope.live, self.form, *tests, *decided])
            rows = f"from {known} join {self.table} e on {place} {joins} where {tested}"
            each = f"select {self._columns(basis)} {rows} {limited}"
            counted = f"select count(*) {rows}"
        else:
            place = f"e.type = {number}"
            inner = self._rows(place, code, [*tests, *decided], limited, joins)
            # The basis is asked for once more for the few rows that go out: `e.*` alone leaves the branches.
            each = f"""select {self._columns(basis)} from ({inner}) e {joins}
                order by {order_by(plan.order)} limit q.many + 1"""
            counted = f"select count(*) from ({inner}) e"
        if plan.counting:
            return (
                over[1:]
                + ("," if over else "")
                + self._count(f"select q.n, ({counted}) as total from q", named=False, over=bool(over), first=True)
            )
        page = f"select q.n, q.many, e.* from q cross join lateral ({self._ordered(each)}) e"
        said = "" if plan.quiet or self.shared else self._said_rows()
        return f" page as materialized ({page}){over}{said} {self._answer(over=bool(over))}"

    # --- the answer and its lines ---------------------------------------------------------------------------

    def _said_doors(self) -> str:
        """One line for each person named, whether anything was found or not."""
        text = f"case when k.open then {line('k', 'k.basis')} else {line('k', 'k.basis', outcome='refused')} end"
        said = (
            f"select k.at_bucket as bucket, k.at_person as person, k.real, {text} as text from door k where not k.apart"
        )
        return f", said as materialized ({said}), logged as ({leaves('said', '$era')})"

    def _said_rows(self) -> str:
        """One line for each person whose entries go out."""
        text = line("q", "x.basis")
        said = f"""select x.bucket, x.person, q.real, {text} as text
              from (select distinct on (n, bucket, person) n, bucket, person, basis from page
                     where rn <= many and person <> 0 order by n, bucket, person) x
              join q on q.n = x.n"""
        return f", said as materialized ({said}), logged as ({leaves('said', '$era')})"

    def _answer(self, *, over: bool = False, named: bool = False) -> str:
        """Rows of role `m` in their order, then what is no row.

        (Role `e`) a link of another era, (role `o`) past the budget, (role `j`) a person named has more keys.

        `run._Run` takes the first ten columns by their places.
        """
        refs = "x.refs" if self.plan.refs else "null::text[] as refs"
        body = "null::text" if self.plan.bare else "case when x.rn <= x.many then x.body end"
        out = f"""select x.n, 'm' as role, x.rn, x.bucket, x.person, x.id, x.version, x.updated, x.basis,
              {body} as body, case when x.rn = x.many then x.keys end as keys,
              case when x.rn > x.many then (select pg_current_snapshot()::text) end as snap,
              $era as era, {refs}
         from page x"""
        empty = """select q.n, '{role}', 0, null::smallint, null::bigint, null::text, null::integer, null::bigint,
              null::text, null::text, null::text[], null::text, $era, null::text[] from {source}"""
        if self.plan.snapshot:
            out += f" union all {empty.format(role='e', source='q where q.snap_era <> $era')}"
        if over:
            out += f" union all {empty.format(role='o', source='over q')}"
        if named:
            out += f" union all {empty.format(role='j', source='door q where q.apart')}"
        return out

    def _count(self, counted: str, *, named: bool, over: bool = False, first: bool = False) -> str:
        said = ""
        if not self.plan.quiet and not self.shared:
            if named:
                said = self._said_doors()
            else:
                more = ",\"n\":' || x.total || '"
                said = f""", said as materialized (select 0::smallint as bucket, 0::bigint as person, q.real,
                      {line("q", "null::text", more=more)} as text from counted x join q on q.n = x.n),
                    logged as ({leaves("said", "$era")})"""
        past = "exists (select 1 from over o where o.n = x.n)" if over else "false"
        era = "q.snap_era <> $era" if self.plan.snapshot else "false"
        return f"""{"" if first else ","} counted as materialized ({counted}){said}
            select x.n, x.total, {past} as past, {era} as other_era from counted x join q on q.n = x.n
             where $era is not null"""


@lru_cache(maxsize=1024)
def probe_shape(type_name: str, starts: tuple[Form, ...], types: tuple[str, ...]) -> Shape:
    """How many candidates each start has, counted to one past the budget. Its columns: budget, ASK, arguments."""
    taken = count()
    scope = Scope(lambda: f"q.c{next(taken)}", _NOW)
    number = TYPES[type_name]
    table = "shared" if type_name in SHARED_TYPES else "entry"
    counts: list[str] = []
    for position, start in enumerate(starts):
        if start[0] == "list":
            source = LIST
        elif start[0] == "code":
            # The second branch holds those with several codes, whichever they are: a bound from above.
            source = f"""select 1 from {table} e where e.type = {number} and e.code = {scope.take()} and e.state < 2
                union all select 1 from {table} e where e.type = {number} and e.many and e.state < 2"""
        elif start[0] == "scan":
            source = f"select 1 from {table} e where e.type = {number} and e.state < 2"
        else:
            source = candidates(type_name, start, scope)
        counts.append(f"(select count(*) from (select 1 from ({source}) x limit q.budget + 1) y) as s{position}")
    columns = (*((f"c{i}", sql) for i, sql in enumerate(types)), ("budget", "integer"), *ASK)
    return Shape(
        f"""with q as materialized ({request_rows(columns)})
            select q.n, {", ".join(counts)} from q where ${len(columns) + 1}::smallint is not null""",
        sent_columns(columns),
    )
