"""The store: what the rooms above read and write a person's record through.

One `Store` lives in each worker process. It owns the connections, the lanes in which requests go
together, and the two clocks. Every method that touches a person's data takes a Grant first, decides in
the statement that reads, and returns only after the log line is durable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from felles.record import everything as _everything
from felles.record import history as _history
from felles.record import read as _read
from felles.record.clock import FOREVER, Clock
from felles.record.commit import Committer
from felles.record.derive import Registry
from felles.record.era import open_era
from felles.record.errors import Absent, BadQuery, Conflict, Forbidden, Gone, PreconditionFailed, TooCostly
from felles.record.explain import explain
from felles.record.feeds import Place, changed
from felles.record.find import Links, search
from felles.record.find_person import by_name, by_number
from felles.record.grants import Mode
from felles.record.homes import SHARED_TYPES
from felles.record.kept import Texts
from felles.record.keys import Keys
from felles.record.lane import Lane
from felles.record.locate import Locator
from felles.record.names import Names
from felles.record.numbers import TYPES
from felles.record.pool import Pool
from felles.record.provenance import made_for
from felles.record.reach import parties, reached, readers
from felles.record.read_audit import read_audit
from felles.record.read_cases import count_cases, is_there, read_case, read_case_log, read_cases
from felles.record.read_download import read_download
from felles.record.read_followed import read_followed
from felles.record.read_handovers import (
    ALL,
    MANY,
    count_work,
    is_handed,
    read_came,
    read_handover,
    read_owed,
    read_work,
)
from felles.record.read_held import read_held
from felles.record.read_items import read_items
from felles.record.read_lists import read_list
from felles.record.read_live import read_live
from felles.record.read_log import read_own_log
from felles.record.read_news import read_news
from felles.record.read_openings import SelfMade, last_opening, read_openings, read_self_made
from felles.record.read_people import read_mine
from felles.record.read_person import read_page
from felles.record.read_represented import read_represented, read_verbs
from felles.record.read_requests import Request, read_asked, read_requests
from felles.record.read_slots import free_times
from felles.record.read_words import read_words
from felles.record.read_work_live import read_work_live
from felles.record.writings import Writings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from datetime import date

    from felles.record.changes import Change, Result
    from felles.record.everything import Everything
    from felles.record.explain import Explained
    from felles.record.feeds import Feed
    from felles.record.find import Page, Query
    from felles.record.find.limits import Limits
    from felles.record.find.link import M, Made
    from felles.record.find_person import Hit
    from felles.record.grants import Grant, LookupGrant, PersonGrant, PersonKey, SetGrant
    from felles.record.reach import Reached, Reader
    from felles.record.read_audit import Asked
    from felles.record.read_cases import CaseRow
    from felles.record.read_download import Kept
    from felles.record.read_followed import Followed
    from felles.record.read_handovers import Alike, Choice, HandedRow, Side
    from felles.record.read_held import HeldBack
    from felles.record.read_items import Item
    from felles.record.read_lists import Listed, Listing, Span
    from felles.record.read_live import Watch
    from felles.record.read_log import Leaf
    from felles.record.read_news import News
    from felles.record.read_people import Mine
    from felles.record.read_person import AnyWant, PersonPage
    from felles.record.read_represented import Represented
    from felles.record.read_slots import Free
    from felles.record.read_words import Candidate
    from felles.record.rows import Row
    from felles.settings import Settings

READ_LANES = 1
SEARCH_LANES = 3
WRITE_LANES = 2
PAGE_LANES = 2


class FeedLink(msgspec.Struct, array_like=True):
    """What the link to a feed's next page holds."""

    types: list[int] | None
    place: Place
    made: int


class Store:
    """The record of a region, as one worker process sees it."""

    def __init__(self, pool: Pool, settings: Settings, clock: Clock, registry: Registry, links: Links) -> None:
        self.pool = pool
        self.settings = settings
        self.clock = clock
        self.registry = registry
        self._links = links
        self._locator = Locator()
        self._reads = Lane(pool, width=READ_LANES)
        self._searches = Lane(pool, width=SEARCH_LANES)
        self._pages = Lane(pool, width=PAGE_LANES)
        self.names = Names(pool)
        self.writings = Writings(pool, clock)
        self.kept = Texts(pool, clock, self.writings)
        self._committer = Committer(pool, clock, self._locator, Keys(), registry, width=WRITE_LANES)

    @classmethod
    async def open(
        cls, settings: Settings, url: str, *, clock: Clock | None = None, registry: Registry | None = None
    ) -> Self:
        """A store over the database at `url` (the workers' role). Raises `Busy` when it is away."""
        pool = Pool(
            url,
            size=max(settings.database_connections, READ_LANES + SEARCH_LANES + WRITE_LANES + PAGE_LANES + 1),
            statement_timeout_ms=int(settings.statement_timeout * 1000),
            era_of=open_era,
        )
        await pool.fetch("select 1")
        return cls(pool, settings, clock or Clock(), registry or Registry(), Links.of(settings))

    async def close(self) -> None:
        """Close the connections. What was under way has been answered or will be refused."""
        await self.pool.close()

    # -- reading -----------------------------------------------------------------------------------------

    async def read(self, grant: Grant, type_name: str, resource_id: str) -> Row:
        """The current version of an entry. Raises `Absent`, `Gone`, `Busy`."""
        return await _read.read(self._reads, self.clock, grant, type_name, resource_id)

    async def vread(self, grant: Grant, type_name: str, resource_id: str, version: int) -> Row:
        """One version of an entry. Raises `Absent`, `Gone` (that version is the deletion), `Busy`."""
        if not 0 < version < 2**31:
            raise Absent(f"{type_name}/{resource_id} has no such version")
        if type_name in SHARED_TYPES:
            return await _read.read(self._reads, self.clock, grant, type_name, resource_id, version)
        rows = await _history.of_entry(
            self._reads,
            self.clock,
            grant,
            type_name,
            resource_id,
            below=version + 1,
            above=version,
            since=0,
            many=1,
            act="vread",
        )
        if not rows:
            raise Absent(f"{type_name}/{resource_id} is not here")
        if rows[0].deleted:
            raise Gone(f"{rows[0].reference} was deleted")
        return rows[0]

    async def history(
        self,
        grant: Grant,
        type_name: str,
        resource_id: str,
        *,
        below: int = 2**31 - 1,
        since: int = 0,
        many: int,
    ) -> list[Row]:
        """Versions of one entry, newest first, that this reader may see. Raises `Absent` where there is none."""
        rows = await _history.of_entry(
            self._reads, self.clock, grant, type_name, resource_id, below=below, since=since, many=many
        )
        if not rows and below == 2**31 - 1 and since == 0:
            raise Absent(f"{type_name}/{resource_id[:64]} is not here")
        return rows

    async def provenance(self, grant: Grant, targets: Iterable[str], what: str, version: int = 0) -> list[Row]:
        """Who wrote each version of `targets` that this reader sees, as Provenance entries; logged. Raises `Busy`."""
        return await made_for(self._searches, self.clock, self.names, grant, targets, what, version)

    async def feed(
        self, grant: Grant, *, types: list[str] | None, since: int | None, page: str | None, many: int
    ) -> tuple[Feed, str | None]:
        """A page of what changed since a moment (None: all), newest first, and the token of the next page.

        For system clients. The order is that of commits: `Feed.now` is what to ask from next time. Raises
        `Forbidden`, `BadQuery`, `Expired` (the link), `Busy`.
        """
        if grant.mode not in (Mode.ORG_SYSTEM, Mode.ALL):
            raise Forbidden("what changed in the whole record is for system clients; ask for one entry's history")
        numbers = None if types is None else [TYPES[t] for t in types]
        link = None if page is None else self._links.open(page, grant, self.clock, FeedLink)
        if link is not None and link.types != numbers:
            raise BadQuery("this link belongs to another feed")
        what = f"{','.join(types)}/_history" if types else "_history"
        feed = await changed(
            self._searches,
            self.clock,
            grant,
            since=since,
            types=numbers,
            place=link and link.place,
            many=many,
            what=what,
        )
        following = None
        if feed.next is not None:
            following = self._links.seal(FeedLink(numbers, feed.next, self.clock.real()), grant)
        return feed, following

    @property
    def search_limits(self) -> Limits:
        """What one search may cost; whoever parses a query for `search` gives it these."""
        return self._links.limits

    async def search(self, grant: Grant, query: Query, page: str | None = None) -> Page:
        """A page of a search. Raises `BadQuery`, `TooCostly`, `Expired` (the link), `Busy`."""
        return await search(self._searches, self.clock, grant, query, page, self._links)

    async def everything(
        self, grant: Grant, patient_id: str, *, base: str, since: int = 0, types: list[str] | None = None
    ) -> Everything:
        """All of one person's record that this reader may see. Raises `Absent`, `TooCostly`, `Busy`."""
        key = await self.place(f"Patient/{patient_id}")
        if key is None:
            raise Absent(f"Patient/{patient_id[:64]} is not here")
        most = self.settings.max_everything
        answer = await _everything.everything(
            self._searches,
            self.clock,
            grant,
            key,
            f"Patient/{patient_id}",
            base=base,
            since=since,
            types=None if types is None else [TYPES[t] for t in types],
            many=most + 1,
        )
        if answer.found > most:
            raise TooCostly(
                f"the record has more than {most} entries (FELLES_MAX_EVERYTHING): narrow it by _type or _since"
            )
        return answer

    async def page(
        self,
        grant: PersonGrant,
        wants: tuple[AnyWant, ...],
        name: str,
        what: str,
        held: int = -1,
        *,
        code: int = 0,
        single: bool = False,
    ) -> PersonPage:
        """What the page `name` wants of one person, logged as about `what`. Raises `Absent`, `Busy`.

        `single`: the page also serves who sees single entries of the record alone. `code`: the mark an `OfCode` means,
        or the version that `Versions` brings whole.
        """
        return await read_page(self._pages, self.clock, grant, wants, name, what, held, code=code, single=single)

    async def items(self, grant: PersonGrant, marks: list[int], name: str) -> list[Item]:
        """Those of the entries `marks` (hashes of `Type/id`) that the reader sees, logged for `name`. Raises `Busy`."""
        return await read_items(self._pages, self.clock, grant, marks, name)

    async def why(self, grant: PersonGrant, what: str, item: str = "") -> Explained:
        """Why the record, or the entry `item` of it, is open to the reader; logged. Raises `Absent`, `Busy`."""
        return await explain(self._pages, self.clock, grant, what, item)

    async def readers(self, grant: PersonGrant) -> tuple[list[Reader], bool]:
        """Who could open the citizen's own record now, and whether there are more; logged. Raises `Absent`, `Busy`."""
        return await readers(self._pages, self.clock, grant)

    async def reached(self, grant: SetGrant, held: str) -> list[Reached]:
        """How many the role `held` of the reader's organisation reaches, by unit and basis. Raises `Forbidden`."""
        return await reached(self._pages, self.clock, grant, held)

    async def parties(self, grant: SetGrant) -> list[int]:
        """What the reader herself acts for, as hashes; about nobody's record. Raises `Busy`."""
        return await parties(self._pages, self.clock, grant)

    async def words(self, grant: PersonGrant, what: str, words: Iterable[str]) -> list[Candidate]:
        """The person's entries that may hold one of `words`, newest first; logged. Raises `Absent`, `Busy`."""
        return await read_words(self._pages, self.clock, grant, what, words)

    async def live(
        self, grant: PersonGrant, what: str, watch: Watch, *, first: bool = False, since: int = FOREVER
    ) -> bool:
        """Whether what the reader sees of this person has changed; logged when it has. Raises `Absent`, `Busy`."""
        return await read_live(self._pages, self.clock, grant, what, watch, first=first, since=since)

    async def openings(self, grant: PersonGrant) -> list[tuple[int, int, int]]:
        """(basis, kinds, until) of the ways in that the reader has open now. Raises `Busy`."""
        return await read_openings(self._pages, self.clock, grant)

    async def last_opening(self, grant: PersonGrant) -> int:
        """When somebody last went into the citizen's own record without a care relation; 0: never. Raises `Busy`."""
        return await last_opening(self._pages, self.clock, grant)

    async def news(self, grant: PersonGrant) -> News:
        """What is new to a citizen since she was last there, and who else was; behind a logged page. Raises `Busy`."""
        return await read_news(self._pages, self.clock, grant)

    def download(self, grant: PersonGrant, act: str, what: str) -> AsyncGenerator[list[Kept]]:
        """All that a citizen sees of a record, in portions, each logged. Raises `Absent`, `Busy` as it is read."""
        return read_download(self._searches, self.clock, grant, act, what)

    async def self_made(self, grant: PersonGrant) -> list[SelfMade]:
        """Ways into the citizen's own record that their readers made themselves, unconfirmed. Raises `Busy`."""
        return await read_self_made(self._pages, self.clock, grant)

    async def mine(self, grant: SetGrant, many: int, after: tuple[int, int] = (FOREVER, FOREVER)) -> list[Mine]:
        """The persons the reader has a relation to, the newest relation first; logged. Raises `Busy`."""
        return await read_mine(self._pages, self.clock, grant, many, after)

    async def listed(self, grant: SetGrant, listing: Listing, span: Span) -> list[Listed]:
        """The lines of a list of those the reader works with, in its order; each person is logged. Raises `Busy`."""
        return await read_list(self._pages, self.clock, grant, listing, span)

    async def followed(
        self,
        grant: SetGrant,
        listing: Listing,
        span: Span,
        seen: Followed,
        *,
        first: bool = False,
        missed: bool = False,
    ) -> bool:
        """Whether a list that the reader has open is another than she saw; logged when it is. Raises `Busy`."""
        return await read_followed(self._pages, self.clock, grant, listing, span, seen, first=first, missed=missed)

    async def work_followed(
        self, grant: SetGrant, seen: Followed, *, first: bool = False, missed: bool = False
    ) -> bool:
        """Whether the worklist that the reader has open is another than she saw; logged when it is. Raises `Busy`."""
        return await read_work_live(self._pages, self.clock, grant, seen, MANY, first=first, missed=missed)

    async def free(self, grant: Grant, low: int, high: int, *, taken: bool = False) -> list[Free]:
        """Free times of those who work where the reader does, or all (`taken`); about nobody. Raises `Busy`."""
        return await free_times(self.pool, self.clock, grant, low, high, taken=taken)

    async def represented(self, grant: PersonGrant) -> list[Represented]:
        """All for whom the reader may act now; logged. Raises `Busy`."""
        return await read_represented(self._pages, self.clock, grant)

    async def requests(self, grant: PersonGrant) -> list[Request]:
        """Requests to see a part of a record open to staff, for them to answer; logged. Raises `Busy`."""
        return await read_requests(self._pages, self.clock, grant)

    async def asked(self, grant: PersonGrant) -> list[Request]:
        """Requests that a citizen has made about others; logged. Raises `Busy`."""
        return await read_asked(self._pages, self.clock, grant)

    async def acts(self, grant: PersonGrant) -> int:
        """What the reader may do for the person of `grant`: a sum of `representation.verbs`. Raises `Busy`."""
        return await read_verbs(self._pages, self.clock, grant)

    async def held(self, grant: PersonGrant, act: str, item: str = "") -> list[HeldBack]:
        """What is held back from the person herself, or (for staff) of the entry `item`. Raises `Absent`, `Busy`."""
        return await read_held(self._pages, self.clock, grant, act, item)

    async def look_up_number(self, grant: LookupGrant, number: str) -> list[Hit]:
        """The person with this national number, in the look-up form; logged. Raises `Busy`."""
        return await by_number(self._pages, self.clock, grant, number)

    async def look_up_name(
        self, grant: LookupGrant, name: str, *, born: date | None, municipality: str | None
    ) -> list[Hit]:
        """Persons of this name, born that day or living there; logged. Raises `BadQuery`, `TooCostly`, `Busy`."""
        return await by_name(self._pages, self.clock, grant, name, born, municipality)

    async def own_log(self, grant: PersonGrant, many: int, before: int = FOREVER) -> list[Leaf]:
        """A person's own access log, newest first; reading it is logged too. Raises `Absent`, `Busy`."""
        return await read_own_log(self._pages, self.clock, grant, many, before)

    async def audit(self, grant: Grant, key: PersonKey, asked: Asked, what: str) -> list[Leaf]:
        """A person's lines for AuditEvents made of them; empty for all but herself and maintenance. Raises `Busy`."""
        return await read_audit(self._searches, self.clock, grant, key, asked, what)

    async def cases(self, grant: SetGrant, *, closed: bool = False, skip: int = 0) -> list[CaseRow]:
        """The cases at the reader's desk, or those that it answered; logged. Raises `Forbidden`, `Busy`."""
        return await read_cases(self._pages, self.clock, grant, closed=closed, skip=skip)

    async def cases_counted(self, grant: SetGrant) -> list[Alike]:
        """All that wait there, counted; not logged, since a count shows nobody. Raises `Forbidden`, `Busy`."""
        return await count_cases(self._pages, self.clock, grant)

    async def case(self, grant: SetGrant, name: str) -> CaseRow:
        """One of them, by its Task's id or `Type.id` of its entry; logged. Raises `Forbidden`, `Absent`, `Busy`."""
        return await read_case(self._pages, self.clock, grant, name, await self.place_of_case(name))

    async def place_of_case(self, name: str) -> PersonKey | None:
        """Where a case lies, by its Task's id or `Type.id` of its entry. Decides nothing and shows nothing."""
        key = await self.place(f"Task/{name}")
        if key is None and "." in name:
            key = await self.place(name.replace(".", "/", 1))
        return key

    async def is_there(self, grant: SetGrant, name: str) -> bool:
        """Whether a case is at the reader's desk; shows nothing, and is not logged. Raises `Forbidden`, `Busy`."""
        return await is_there(self._pages, self.clock, grant, name, await self.place_of_case(name))

    async def case_log(self, grant: SetGrant, row: CaseRow, actor: str, since: int, until: int) -> list[Leaf]:
        """The lines of the log that a case is about; logged. Raises `Forbidden`, `Busy`."""
        return await read_case_log(self._pages, self.clock, grant, row, actor, since, until)

    async def work(
        self, grant: SetGrant, side: Side, many: int = MANY, *, skip: int = 0, choice: Choice = ALL
    ) -> list[HandedRow]:
        """The open hand-overs that are with the reader, or that she sent; logged. Raises `Busy`."""
        return await read_work(self._pages, self.clock, grant, side, many, skip=skip, choice=choice)

    async def work_counted(self, grant: SetGrant, side: Side) -> list[Alike]:
        """All of them, counted; not logged, since a count shows nobody. Raises `Busy`."""
        return await count_work(self._pages, self.clock, grant, side)

    async def owed(self, grant: SetGrant, keys: Iterable[PersonKey]) -> dict[str, str]:
        """The open orders of one person that are with the reader: order → entry of its hand-over. Raises `Busy`."""
        return await read_owed(self._pages, self.clock, grant, keys)

    async def came(self, grant: SetGrant) -> dict[str, str]:
        """The answers that are with the reader, unseen: each → its hand-over. Raises `Busy`."""
        return await read_came(self._pages, self.clock, grant)

    async def handover(self, grant: SetGrant, source: str) -> HandedRow:
        """One hand-over with all its versions; logged. Raises `Absent`, `Busy`."""
        return await read_handover(self._pages, self.clock, grant, source, await self.place(source))

    async def is_handed(self, grant: SetGrant, source: str) -> bool:
        """Whether a hand-over is with the reader or from her; shows nothing, and is not logged. Raises `Busy`."""
        return await is_handed(self._pages, self.clock, grant, source, await self.place(source))

    def seal(self, place: Made, grant: Grant) -> str:
        """Where a list goes on, as one token that only this reader can use and nobody can read."""
        return self._links.seal(place, grant)

    def unseal(self, token: str, grant: Grant, kind: type[M]) -> M:
        """What `seal` sealed. Raises `BadQuery` when it is not this reader's, `Expired` after its time."""
        return self._links.open(token, grant, self.clock, kind)

    async def place(self, reference: str) -> PersonKey | None:
        """Where an entry lies. Decides nothing and shows nothing: it is for making a Grant or a statement."""
        return (await self._locator.find(self.pool, [reference])).get(reference)

    # -- writing -----------------------------------------------------------------------------------------

    async def commit(
        self, grant: Grant, changes: list[Change], *, act: str = "write", historic: bool = False
    ) -> list[Result]:
        """Carry out all changes or none; durable and logged when it returns.

        `historic` for imports: what promises or sends does not follow. Raises `Forbidden`, `Absent`, `Gone`,
        `Conflict`, `PreconditionFailed`, `Unprocessable`, `Busy`; then nothing was written.
        """
        return await self._committer.commit(grant, changes, act=act, historic=historic)

    async def create_once(self, grant: PersonGrant, changes: list[Change]) -> str:
        """Commit new entries, once, and give the id of the first, which was drawn (`Change.drawn`) of what was sent.

        Sent twice, it meets itself. One without a drawn id is new each time. Raises what `commit` raises.
        """
        first = changes[0]
        try:
            return (await self.commit(grant, changes, act="create"))[0].id
        except (Conflict, PreconditionFailed):
            if not first.drawn or not await self.writings.is_here(first.type, grant.keys[0], first.drawn):
                raise
            return first.drawn
