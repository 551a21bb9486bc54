"""Runs a search: where it begins, the page, its total, what is included, the link to the next page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from felles.fhir.search.marks import reference_mark
from felles.record.clock import MICROSECONDS
from felles.record.decide import ask_values
from felles.record.errors import BadQuery, Expired, TooCostly
from felles.record.find import begin as starts
from felles.record.find.ast import Arg, Clause, Query
from felles.record.find.begin import LIST_OF_MINE, SCAN, Begin
from felles.record.find.companions import companions
from felles.record.find.compile import Plan, probe_shape, sent, shape_and_args
from felles.record.find.limits import DEFAULT
from felles.record.find.link import Links, Place
from felles.record.find.lookup import is_lookup, look_up
from felles.record.find.order import Key, key_type
from felles.record.find.params import leads_home
from felles.record.find.query import parse
from felles.record.find.tokens import any_of
from felles.record.grants import LookupGrant, Mode, PersonGrant
from felles.record.homes import SHARED_TYPES
from felles.record.joined import all_together
from felles.record.numbers import TYPES
from felles.record.rows import Row

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.find.places import Runner
    from felles.record.grants import Grant, PersonKey
    from felles.record.pool import Conn


_ROLE = 1
_BY_NUMBER = itemgetter(2)
"""Where `role` and `rn` stand in a row of a page (`compile._Maker._answer`); by place, for there are many rows."""


@dataclass(slots=True)
class Page:
    """A page: the matches in order, what is included with them, the total where it was asked for or is known.

    `next` is the token of the next page, or None; `query` the search as it was understood.
    """

    query: Query
    rows: list[Row] = field(default_factory=list)
    included: list[Row] = field(default_factory=list)
    total: int | None = None
    next: str | None = None


async def search(
    runner: Runner, clock: Clock, grant: Grant, query: Query | None, token: str | None, links: Links
) -> Page:
    """A page of a search: decided, logged and returned by the statement that reads it.

    `token` is the link of an earlier page; the search is then the link's own, whatever `query` says. Raises
    `BadQuery`, `TooCostly`, `Expired`, `Busy`.
    """
    place = links.open(token, grant, clock) if token else None
    if place is not None:
        if query is not None and query.type != place.type:
            raise BadQuery(f"this link leads to another page, of {place.type}")
        query = parse(place.type, place.pairs, base_url=place.base_url, now=place.now, limits=links.limits)
    assert query is not None  # noqa: S101 - the caller gives one or the other
    return await _Run(runner, clock, grant, query, links, place).page()


async def matches(conn: Conn, clock: Clock, grant: Grant, query: Query) -> list[Row]:
    """At most two matches of a condition, inside the transaction of `conn`. Raises as `search`."""
    plain = replace(query, count=2, sort=(), includes=(), revincludes=(), total="none", count_only=False)
    return (await _Run(_One(conn), clock, grant, plain, Links(b"", DEFAULT), None).page(linked=False)).rows


class _One:
    """Runs shapes on one connection, one request at a time."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._turn = asyncio.Lock()

    async def submit(self, shape: Any, args: tuple[Any, ...]) -> list[Any]:
        """The rows of this request."""
        async with self._turn:
            return await self._conn.fetch(shape.sql, *([arg] for arg in args), self._conn.era)


class _PastBudget(Exception):
    """A start had more candidates than the budget."""


class _Joined(Exception):
    """Persons that the search names have more keys than it was begun with: it begins again over all of them."""

    def __init__(self, begin: Begin) -> None:
        super().__init__()
        self.begin = begin


class _Run:
    """One search of one reader."""

    def __init__(
        self, runner: Runner, clock: Clock, grant: Grant, query: Query, links: Links, place: Place | None
    ) -> None:
        self.runner = runner
        self.clock = clock
        self.grant = grant
        self.query = query
        self.links = links
        self.limits = links.limits
        self.place = place
        self.shared = query.type in SHARED_TYPES
        self.ask = ask_values(grant, clock)
        keys = grant.keys if isinstance(grant, PersonGrant) else None
        self.keys: tuple[PersonKey, ...] | None = keys
        self.only = tuple(person for _, person in keys) if keys is not None else None
        self.code = starts.code_clause(query)
        self.whole: tuple[PersonKey, ...] = ()
        """All keys of the persons that are named, where one of them has several."""

    async def page(self, *, linked: bool = True) -> Page:
        """The page, with all that goes with it."""
        try:
            return await self._page(linked=linked)
        except _Joined as met:
            await self._join(met.begin)
            return await self._page(linked=linked)

    async def _join(self, begin: Begin) -> None:
        """Take up all keys of the persons of `begin`; their entries may name any of their Patients."""
        self.whole = await self._take_up(begin.keys)
        if self.keys is not None:
            own = await all_together(self.runner, self.keys)
            self.keys, self.only = own.keys, tuple(key for _, key in own.keys)

    async def _take_up(self, keys: list[PersonKey]) -> tuple[PersonKey, ...]:
        """All keys of these persons; the clause that names them is then met by a reference to any of their Patients.

        (A bare id may be of several types: such a search begins at no person, and is asked here each time.)
        """
        person = await all_together(self.runner, keys)
        names = tuple(f"Patient/{each}" for each in person.patients)
        self.query = replace(self.query, clauses=tuple(_of_any(clause, names) for clause in self.query.clauses))
        return person.keys

    async def _page(self, *, linked: bool) -> Page:
        if self.shared and self.ask[0] < 0:
            return Page(self.query, total=0)
        if isinstance(self.grant, LookupGrant) and self.query.type == "Patient" and is_lookup(self.query):
            rows = await look_up(self.runner, self.query, self.ask, self.grant.limit, self.limits.budget)
            return Page(self.query, rows, total=len(rows))
        begin = await self._begin()
        if begin is None:
            return Page(self.query, total=0)
        if self.query.count_only:
            return Page(self.query, total=await self._count(begin))
        try:
            found = await self._fetch(begin)
        except _PastBudget:
            begin = await self._narrower(begin)
            found = await self._fetch(begin)
        return await self._finish(begin, found, linked=linked)

    async def _finish(self, begin: Begin, found: list[Any], *, linked: bool) -> Page:
        query, many = self.query, self.query.count
        kept = found[:many]
        number = TYPES[query.type]
        rows = [
            Row(number, resource_id, version, updated, False, body, bucket, person, basis or "")
            for _, _, _, bucket, person, resource_id, version, updated, basis, body, *_ in kept
        ]
        page = Page(query, rows)
        more = found[many] if len(found) > many else None
        snapshot = (
            (self.place.snapshot, self.place.era) if self.place else (more["snap"], more["era"]) if more else None
        )
        if more is None and self.place is None:
            page.total = len(rows)
        elif query.total != "none" and snapshot is not None:
            page.total = await self._total(begin, snapshot)
        if rows and (query.includes or query.revincludes):
            refs = [r["refs"] or [] for r in kept]
            page.included = await companions(self.runner, query, rows, refs, self.only, self.ask, self.limits.included)
        if more is not None and linked and snapshot is not None:
            page.next = self._link(begin, kept[-1]["keys"], snapshot)
        return page

    def _link(self, begin: Begin, keys: list[str], snapshot: tuple[str, int]) -> str:
        made = self.place.made if self.place else self.clock.real()
        query = self.query
        place = Place(
            query.type, list(query.used), query.base_url, query.now, begin.form[0], keys, snapshot[0], snapshot[1], made
        )
        return self.links.seal(place, self.grant)

    # --- statements ----------------------------------------------------------------------------------------

    def _plan(
        self,
        begin: Begin,
        order: tuple[Key, ...],
        *,
        after: list[str] | None = None,
        snapshot: tuple[str, int] | None = None,
        **more: bool,
    ) -> tuple[Plan, list[Arg]]:
        clauses = self.query.clauses
        coded = self.code is not None and begin.form[0] in {"person", "persons", "list", "code"}
        args: list[Arg] = [*begin.args]
        if coded and self.code is not None:
            args.append(("bigint", self.code.codes[0]))
        args += [arg for clause in clauses for arg in clause.test.args]
        if after is not None:
            args += [(key_type(key), _typed(key, value)) for key, value in zip(order, after, strict=True)]
        if snapshot is not None:
            args += [("pg_snapshot", snapshot[0]), ("smallint", snapshot[1])]
        plan = Plan(
            self.query.type,
            begin.form,
            tuple(clause.test.form for clause in clauses),
            order,
            code=coded,
            paging=after is not None,
            snapshot=snapshot is not None,
            **more,
        )
        return plan, args

    async def _run(self, plan: Plan, args: list[Arg], many: int) -> list[Any]:
        fixed = (self.said(), many, self.limits.budget, self.only, *self.ask)
        shape, values = shape_and_args(plan, args, fixed)
        return await self.runner.submit(shape, values)

    def said(self) -> str:
        """The search as the log's JSON text carries it; `Query.said` holds nothing that needs escaping but this."""
        return self.query.said.replace("\\", "\\\\").replace('"', '\\"')

    async def _fetch(self, begin: Begin, many: int | None = None, **more: bool) -> list[Any]:
        """The rows of a page in their order, and one beyond it where there is one."""
        order = starts.order_of(self.query, begin.form[0])
        place = self.place
        plan, args = self._plan(
            begin,
            order,
            after=place.keys if place and place.keys else None,
            snapshot=(place.snapshot, place.era) if place else None,
            refs=bool(self.query.includes),
            **more,
        )
        rows = await self._run(plan, args, self.query.count if many is None else many)
        roles = {row[_ROLE] for row in rows}
        if "j" in roles:
            raise _Joined(begin)
        if "e" in roles:
            raise Expired("this link is of a time before the database was restored: search again")
        if "o" in roles:
            raise _PastBudget
        return sorted(rows, key=_BY_NUMBER)

    async def _count(self, begin: Begin, snapshot: tuple[str, int] | None = None, *, quiet: bool = False) -> int:
        if begin.form[0] in {"code", "scan"} and begin.args == ():
            await self._within(begin)
        order = starts.order_of(self.query, begin.form[0])
        plan, args = self._plan(begin, order, snapshot=snapshot, counting=True, quiet=quiet)
        rows = await self._run(plan, args, 0)
        if not rows:  # nobody is counted alone who has more keys
            raise _Joined(begin)
        row = rows[0]
        if row["other_era"]:
            raise Expired("this link is of a time before the database was restored: search again")
        if row["past"]:
            raise self._too_costly()
        return row["total"]

    async def _total(self, begin: Begin, snapshot: tuple[str, int]) -> int | None:
        try:
            return await self._count(begin, snapshot, quiet=begin.persons)
        except TooCostly:
            if self.query.total == "estimate":
                return None
            raise

    # --- where to begin ------------------------------------------------------------------------------------

    async def _begin(self) -> Begin | None:
        """The start, or None when nothing can match. Raises `TooCostly`."""
        if self.whole:
            return starts.of_persons(self.whole, whole=True)
        named = self.query.named
        if named is not None:
            places = await self.links.places.find(self.runner, named.targets)
            if places and all(reference.startswith("Patient/") for reference in places):
                return starts.of_persons(places.values())
            if not places:
                return None
            await self._take_up([key for reference, key in places.items() if reference.startswith("Patient/")])
        if self.keys is not None and not self.shared:
            return starts.of_persons(self.keys)
        by_id = next((clause for clause in self.query.clauses if clause.kind == "id"), None)
        if by_id is not None:
            places = await self.links.places.find(self.runner, by_id.targets)
            return starts.of_ids(places) if places else None
        return await (self._first() if self.place is None else self._same())

    async def _first(self) -> Begin | None:
        """The start of a first page that names neither persons nor ids."""
        if (first := starts.identifier_start(self.query)) is not None:
            return first
        if (linked := await self._linked("chain")) is not False:
            return linked
        if (first := starts.name_start(self.query)) is not None:
            return first
        return await self._smallest()

    async def _same(self) -> Begin | None:
        """The start that the first page had."""
        kind = self.place.start if self.place else ""
        if kind in {"persons", "person", "reference", "pointer"}:
            if (first := starts.identifier_start(self.query)) is not None:
                return first
            for way in ("chain", "has"):
                if (linked := await self._linked(way)) is not False:
                    return linked
        for begin in await self._choices():
            if begin.form[0] == kind:
                return begin
        return await self._smallest()

    async def _choices(self) -> list[Begin]:
        """All starts whose sizes are worth asking for."""
        query, found = self.query, list[Begin]()
        for clause in query.clauses:
            if clause.kind == "reference" and clause.marks and clause.modifier != "identifier":
                places = await self.links.places.find(self.runner, clause.targets)
                found.append(starts.of_references(query.type, clause.marks, places.values()))
        for each in (starts.name_start(query), starts.birth_start(query)):
            if each is not None:
                found.append(each)
        if self.grant.mode in (Mode.STAFF, Mode.ORG_SYSTEM) and not self.shared:
            found.append(LIST_OF_MINE)
        if self.code is not None:
            found.append(Begin(("code",)))
        return [*found, SCAN]

    async def _smallest(self, but: str = "") -> Begin | None:
        choices = [begin for begin in await self._choices() if begin.form[0] != but]
        sizes = await self._sizes(choices)
        size, _, best = min(zip(sizes, range(len(choices)), choices, strict=True), key=lambda each: each[:2])
        few = min((s for s, b in zip(sizes, choices, strict=True) if b is LIST_OF_MINE), default=size)
        if (few > self.limits.chain or best is SCAN) and size > self.limits.chain:
            linked = await self._linked("has")
            if linked is not False:
                return linked
        if size <= self.limits.budget or self._index_serves(best):
            return best
        raise self._too_costly()

    async def _narrower(self, past: Begin) -> Begin:
        begin = await self._smallest(but=past.form[0])
        if begin is None:
            raise self._too_costly()
        return begin

    def _index_serves(self, begin: Begin) -> bool:
        """Whether rows come out of the index in order, and nearly all of them are hits, so that a page is cheap."""
        query = self.query
        newest = not query.sort or (query.sort[0].kind == "low" and len(query.sort) == 1)
        code_alone = begin.form[0] == "code" and len(query.clauses) == 1
        return code_alone and newest and self.grant.mode == Mode.ALL and not self.shared and not query.count_only

    async def _within(self, begin: Begin) -> None:
        if (await self._sizes([begin]))[0] > self.limits.budget:
            raise self._too_costly()

    async def _sizes(self, choices: list[Begin]) -> list[int]:
        args: list[Arg] = []
        for begin in choices:
            code = [("bigint", self.code.codes[0])] if begin.form[0] == "code" and self.code is not None else []
            args += [*begin.args, *code]
        shape = probe_shape(self.query.type, tuple(b.form for b in choices), tuple(sql for sql, _ in args))
        row = (await self.runner.submit(shape, (*(sent(arg) for arg in args), self.limits.budget, *self.ask)))[0]
        return [row[f"s{position}"] for position in range(len(choices))]

    def _too_costly(self) -> TooCostly:
        by = "identifier or name" if self.shared or self.query.type == "Patient" else "patient, identifier or code"
        return TooCostly(
            f"more than {self.limits.budget} entries of {self.query.type} would have to be looked at"
            f" (FELLES_SEARCH_BUDGET): narrow it by {by}"
        )

    # --- the far side first --------------------------------------------------------------------------------

    async def _linked(self, way: str) -> Begin | Literal[False] | None:
        """A start from what a chain leads to, or from what `_has` comes from; None when that is nothing.

        False when there is none, or when the far side alone would be too costly.
        """
        for clause in self.query.clauses:
            if clause.kind == way and len(clause.inner) == 1 and not (way == "has" and self.shared):
                try:
                    return await self._from(clause, way)
                except TooCostly:
                    continue
        return False

    async def _from(self, clause: Clause, way: str) -> Begin | None:
        inner, most = clause.inner[0], self.limits.chain
        query = Query(inner.type, (inner.clause,), count=most if way == "chain" else self.limits.budget)
        place = (
            Place("", [], "", None, "", [], self.place.snapshot, self.place.era, self.place.made)
            if self.place
            else None
        )
        far = _Run(self.runner, self.clock, self.grant, query, self.links, place)
        found = await far.places_of_all()
        if not found:
            return None
        if way == "has":
            persons = {key for key, _ in found}
            if len(persons) > most:
                raise self._too_costly()
            if (0 in {person for _, person in persons}) or any(bucket < 0 for bucket, _ in persons):
                raise self._too_costly()
            return starts.of_persons(persons) if leads_home(inner.type, inner.param) else _none()
        if inner.type == "Patient" and leads_home(self.query.type, inner.param):
            return starts.of_persons(key for key, _ in found)
        marks = tuple(reference_mark(inner.param, f"{inner.type}/{resource_id}") for _, resource_id in found)
        return starts.of_references(self.query.type, marks, (key for key, _ in found))

    async def places_of_all(self) -> list[tuple[PersonKey, str]]:
        """Where all matches lie, with their ids, decided but not logged: nothing of them goes out.

        Raises `TooCostly` when they are more than the query's count.
        """
        try:
            return await self._places()
        except _Joined as met:
            await self._join(met.begin)
            return await self._places()

    async def _places(self) -> list[tuple[PersonKey, str]]:
        if self.shared and self.ask[0] < 0:
            return []
        begin = await self._begin()
        if begin is None:
            return []
        try:
            rows = await self._fetch(begin, quiet=True, bare=True)
        except _PastBudget:
            raise self._too_costly() from None
        if len(rows) > self.query.count:
            raise self._too_costly()
        return [((row["bucket"], row["person"]), row["id"]) for row in rows]


def _of_any(clause: Clause, names: tuple[str, ...]) -> Clause:
    """The clause that names a person, met by an entry of hers whichever of her Patients it refers to."""
    if not clause.home or clause.kind != "reference" or set(names).isdisjoint(clause.targets):
        return clause
    marks = tuple(dict.fromkeys([*clause.marks, *(reference_mark(clause.name, name) for name in names)]))
    return replace(clause, test=any_of(marks), marks=marks, targets=tuple(dict.fromkeys([*clause.targets, *names])))


def _none() -> Begin:
    raise TooCostly("the far side does not lead to persons")


def _typed(key: Key, value: str) -> object:
    return int(value) if key_type(key) == "bigint" else value


LIFE = DEFAULT.life * MICROSECONDS
"""How long a link holds by default, in microseconds: ended rows must stay indexed for longer."""
