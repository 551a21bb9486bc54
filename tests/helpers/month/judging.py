"""The end of the month: what must hold of everything that was sent, whatever happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from felles import access
from felles.access import erase_cli
from felles.access.handovers import nobodys
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.access.roles import ROLES
from felles.record.ids import mark_of
from felles.record.kinds import kind_of
from felles.record.numbers import TYPES
from felles.record.read_board import count_handovers, list_named
from month import truth
from month.scene import DESKS
from month.sending import WORDS as TEXT
from month.sending import struct
from month.truth import CASES, NOBODYS, OPEN, OPENINGS, Truth

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from worlds import World

    from felles.record.read_board import BoardRow
    from felles.record.read_cases import CaseRow
    from felles.record.read_handovers import HandedRow, Side
    from month.journal import Told
    from month.scene import Scene

T = TypeVar("T")
WORDS = {"sent": State.SENT, "received": State.RECEIVED, "progress": State.ACCEPTED, "asked": State.ASKED,
         "declined": State.DECLINED, "answered": State.ANSWERED, "untaken": State.UNTAKEN}  # fmt: skip
CLOSED = "Pasienten sperret for mottakeren"
"""Why a citizen's own hand-over ends when she closes it to its receiver."""
_ENTRIES = """select e.bucket, e.person, e.id, e.version, e.author, e.updated, e.body from entry e
 where e.type = $1 and e.form = 0 and e.state = 0 and not e.deleted"""
_VERSIONS = """select e.id, e.author, e.body from entry e
 where e.type = $1 and e.id = any($2::text[]) and e.form = 0 and not e.deleted order by e.id, e.version"""


async def _pages(turned: Callable[[int], Awaitable[list[T]]]) -> list[T]:
    """All lines of a list: page after page, as its reader turns them (`turned`: after so many)."""
    rows: list[T] = []
    while page := await turned(len(rows)):
        rows += page
    return rows


@dataclass
class Judge:
    """What is found. `entries`: reference → (version, author, body) as it stands; `truths` what each says."""

    world: World
    scene: Scene
    told: Told
    entries: dict[str, tuple[int, str, dict[str, Any]]] = field(default_factory=dict)
    truths: dict[str, Truth] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    """When each was written as it stands, in real time."""
    maybe: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    async def read(self) -> None:
        """All that was written, and the table of the hand-overs beside it."""
        pool = self.world.store.pool
        for name in ("Task", "ServiceRequest", "Communication", "Composition", "Observation"):
            for row in await pool.fetch(_ENTRIES, TYPES[name]):
                body = msgspec.json.decode(row["body"])
                self.entries[f"{name}/{row['id']}"] = (row["version"], row["author"], body)
                self.written[f"{name}/{row['id']}"] = row["updated"]
        rows = await pool.fetch("select * from handover")
        self.rows = {row["source"]: row for row in rows}
        assert len(self.rows) == len(rows)
        await self._truths()

    async def _truths(self) -> None:
        tasks = {each: said for each, said in self.entries.items() if each.startswith("Task/")}
        for source, (_, _, body) in tasks.items():
            if (found := truth.of_task(body)) is not None:
                self.truths[source] = found
        # A Task that looks over a way in names the entry it was made by, and carries nothing.
        carrying = [each for each, said in self.truths.items() if said.kind != "self-made"]
        carried = {tasks[each][2].get("focus", {}).get("reference") for each in carrying}
        for source, (_, _, body) in self.entries.items():
            reader = {"ServiceRequest": truth.of_request, "Communication": truth.of_message}.get(source.split("/")[0])
            if reader and source not in carried and (found := reader(body)) is not None:
                self.truths[source] = found
        self._answered_anew(tasks)
        await self._self_made(tasks)

    def _answered_anew(self, tasks: dict[str, Any]) -> None:
        """An order that was ended before its answer came is work again, of who ordered it or last answered for it."""
        answered = {order: self.written[answer] for answer, order in self.told.answers.items()}
        carrying: dict[str, list[str]] = {}
        for source in self.truths.keys() & tasks.keys():
            carrying.setdefault(tasks[source][2].get("focus", {}).get("reference", ""), []).append(source)
        for order in answered.keys() & carrying.keys():
            those = carrying[order]
            if any(self.truths[each].open for each in those):
                continue
            if answered[order] > max(self.written[each] for each in those):
                sender = self.entries[order][2]["requester"]["reference"]
                owners = {sender, *(tasks[each][2]["owner"]["reference"] for each in those)}
                owner = self.rows[order]["owner"] if order in self.rows else sender
                self.truths[order] = Truth("progress", owner if owner in owners else sender, "order", sender)

    async def _self_made(self, tasks: dict[str, Any]) -> None:
        """A way in that its reader made herself is to be looked over, until a Task says so or it was confirmed."""
        night = {each.person for each in self.scene.posts.values() if each.org == self.scene.night}
        made = [each for each, (_, _, body) in tasks.items() if body["code"].get("text") == "Ring"]
        looked: dict[str, list[str]] = {}
        for source, said in self.truths.items():
            if said.kind == "self-made":
                looked.setdefault(self.entries[source][2]["focus"]["reference"], []).append(source)
        for found in looked.values():
            for second in [each for each in found if each not in self.rows]:
                del self.truths[second]  # of two Tasks of one case the second says nothing
        confirmed = {body["focus"]["reference"] for _, _, body in tasks.values() if "confirmed" in str(body["code"])}
        others: set[str] = set()
        ids = [each.partition("/")[2] for each in made]
        for row in await self.world.store.pool.fetch(_VERSIONS, TYPES["Task"], ids):
            if row["author"].startswith("Practitioner/") and row["author"] not in night:
                others.add(f"Task/{row['id']}")
        for each in made:
            source = f"Review/{each.replace('/', '.', 1)}"
            if each in confirmed or any(self.truths[one].open for one in looked.get(each, ()) if one in self.truths):
                continue
            if each in others or each in looked:  # confirmed by whoever else wrote the entry; used again since
                self.maybe.add(source)
                if source not in self.rows:
                    continue
            self.truths[source] = Truth("sent", "", "self-made", "")

    # -- what must hold ---------------------------------------------------------------------------------------

    def nothing_is_lost(self) -> None:
        """What was acknowledged is there, and what was done stands among its versions."""
        gone = {each for each in self.told.sources if not each.startswith(("Review/", "Application/"))}
        gone -= self.entries.keys()
        assert not gone, f"{len(gone)} were acknowledged and are not there: {sorted(gone)[:3]}"
        made = {each for each in self.told.sources if each.startswith("Review/")}
        looked = {self.entries[each][2].get("focus", {}).get("reference") for each in self.entries
                  if each.startswith("Task/")}  # fmt: skip
        lost = {each for each in made - self.rows.keys() - self.maybe
                if each.removeprefix("Review/").replace(".", "/", 1) not in looked}  # fmt: skip
        assert not lost, f"{len(lost)} ways in are looked over by nobody: {sorted(lost)[:3]}"
        for source, version in self.told.verbs:
            if source.startswith("Task/"):
                assert self.entries[source][0] > int(version), f"what was done with {source} is not there"

    def nothing_is_done_twice(self) -> None:
        """No two answers were acknowledged over one version."""
        twice = {key: verbs for key, verbs in self.told.verbs.items() if len(verbs) > 1}
        assert not twice, f"{len(twice)} were done twice: {list(twice.items())[:3]}"

    async def no_answer_is_ended_unseen(self) -> None:
        """Whoever ended an order that had no answer, or did anything else with it, did so before it had one."""
        answered = {order: self.written[answer] for answer, order in self.told.answers.items()}
        bare = {after.partition("/")[2]: source for (source, version), after in self.told.became.items()
                if source in answered and version.endswith("/")}  # fmt: skip
        sql = "select id, updated from entry where type = $1 and version = 1 and form = 0 and id = any($2::text[])"
        for row in await self.world.store.pool.fetch(sql, TYPES["Task"], list(bare)):
            order = bare[row["id"]]
            assert row["updated"] < answered[order], f"{order} had its answer when Task/{row['id']} was made"
        self.counts["orders acted on before their answer"] = len(bare)

    def each_has_its_row(self) -> None:
        """The table says what the entries say: open or ended, in which state, and whose."""
        for source, said in self.truths.items():
            row = self.rows.get(source)
            if not said.open:
                assert row is None or row["state"] >= State.DONE, f"{source} has ended, and not in the table"
                continue
            assert row is not None, f"{source} is {said} and has no row"
            got = (State(row["state"]), Kind(row["kind"]).code, row["owner"])
            owner = said.owner or row["owner"]
            if said.kind == "order" and said.state == "sent" and got == (State.ACCEPTED, "order", said.sender):
                # Its answer came before another had said yes: it is for who ordered it.
                self.truths[source] = Truth("progress", said.sender, "order", said.sender)
                continue
            assert got == (WORDS[said.state], said.kind, owner), f"{source}: {said}, and in the table {got}"
            if not said.owner:
                assert said.kind in (*OPENINGS, *NOBODYS, "self-made"), f"{source} names nobody"
                assert row["owner"] in self._desks(source), f"{source} is at {row['owner']}"
        for source, row in self.rows.items():
            if row["state"] < State.DONE:
                assert source in self.truths, f"{source} stands in the table and is no hand-over"

    def _desks(self, source: str) -> set[str]:
        """Where a case may be whose Task names nobody: at its writer's own desk, or that of who runs the record."""
        if source.startswith("Review/"):
            return {self.scene.night, self.scene.operator}
        writer = self.scene.posts.get(self.entries[source][1])
        houses = [writer.org] if writer else [each.org for each in self.scene.posts.values()]
        return {self.scene.operator, *houses}

    async def each_is_ended_by_a_person(self) -> None:
        """With a reason; or it is the person's own, that she closed, or an offer whose work has moved or ended."""
        for source, said in self.truths.items():
            if said.state not in ("done", "ended"):
                continue
            _, author, body = self.entries[source]
            self.counts["ended by a person"] += 1
            if said.kind == "offer" and said.state == "done":
                continue
            if said.kind in NOBODYS:  # decided by a person (`applications_are_decided`); roles: none is left to confirm
                continue
            if not author.startswith(("Practitioner/", "Patient/")):
                text = body.get("statusReason", {}).get("text", "")
                erased = any(each.get("valueString") == erase_cli.ANSWER for each in body.get("output", []))
                own = text == CLOSED and said.sender.startswith("Patient/")
                assert own or (erased and said.kind == "deletion"), f"{source} was ended by {author}"
                self.counts["ended by a person"] -= 1
                self.counts["ended with her block" if own else "ended by being erased"] += 1
            elif said.state == "ended":
                assert body.get("statusReason", {}).get("text") or body.get("output"), (
                    f"{source} ended without a reason"
                )

    async def each_is_on_one_list(self) -> None:
        """Each open one is with one owner who has staff, has a next date, and is seen by those who staff it alone."""
        now = self.world.store.clock.clinical()
        staff = await self._staff()
        seen = await self._seen()
        closed = await self._closed()
        mark = mark_of("Practitioner/operator")
        fallen = {each.source for each in await self._fallen(mark)}
        for source, said in self.truths.items():
            if not said.open:
                continue
            row = self.rows[source]
            assert row["next"] is not None, source
            assert not row["stopped"], f"{source} is closed to its owner and was not moved"
            assert not row["instead"], f"{source}: everybody is back, and it is with a stand-in who did not take it"
            assert not row["offer"], f"{source} was to be offered"
            assert not (said.state == "sent" and row["next"] <= now), f"{source}: nobody came, and nobody was told"
            if said.kind == "offer":
                assert self.truths[self.entries[source][2]["focus"]["reference"]].open, "what is offered has ended"
            self.counts["open " + said.kind] += 1
            self.counts[said.state] += 1
            if said.kind in CASES:
                self._at_a_desk(source, row, seen)
                continue
            those = staff.get(row["owner"], set())
            assert those, f"{source} is with {row['owner']}, where nobody is"
            look = seen.get(source, set())
            if row["owner"] == "Practitioner/operator":  # who gives it on without seeing it
                assert source in fallen, f"{source} fell to who runs the record, and is not on her list"
                assert not look, f"{source} is shown to {look} and with who runs the record"
                self.counts["with who runs the record"] += 1
                continue
            given = staff.get(row["receiver"], set()) if row["given"] else set[str]()  # may take what is another's yet
            assert look <= those | given, f"{source} is on the lists of {look - those} and with {row['owner']}"
            blind = those - look
            hidden = {each for each in blind if self._hides(closed, row, source, each)}
            assert blind == hidden, f"{source} is with {blind - hidden} ({said}), who do not see it"
            assert look, f"{source} is with {row['owner']} ({said}), and closed to all of them"

    def _at_a_desk(self, source: str, row: Any, seen: dict[str, set[str]]) -> None:
        look = seen.get(source, set())
        places = {self.scene.posts[each].org for each in look}
        assert len(places) <= 1, f"{source} is at several desks: {places}"
        assert look, f"{source} at {row['owner']} ({row['kind']}) is at nobody's desk"

    async def _staff(self) -> dict[str, set[str]]:
        """Who staffs each party, by the register: of a house those who give care, who answer cases do no other work."""
        found: dict[str, set[str]] = {}
        for post in self.scene.posts.values():
            houses = (post.org, post.unit) if post.person in self.scene.carers else ()
            for party in filter(None, (post.person, post.source, *houses)):
                found.setdefault(party, set()).add(post.person)
        return found

    async def _seen(self) -> dict[str, set[str]]:
        """On whose lists each is, as the pages show them."""
        found: dict[str, set[str]] = {}
        for person, post in self.scene.posts.items():
            who = self.scene.who(person)
            if post.role in DESKS:
                rows = [row.hand for row in await self._cases(access.handle(who))]
            else:
                grant = access.everyone(who)
                rows = await self._work(grant, "mine")
                rows += await self._awaited(grant, {person, post.source, post.org, post.unit})
            for row in rows:
                found.setdefault(row.source, set()).add(person)
            if who.may("decide"):
                for source in await self._asked_of(who):
                    found.setdefault(source, set()).add(person)
        return found

    async def _work(self, grant: Any, side: Side) -> list[HandedRow]:
        """All pages of a list, one after the other, as they are turned."""
        return await _pages(lambda skip: self.world.store.work(grant, side, skip=skip))

    async def _cases(self, grant: Any) -> list[CaseRow]:
        return await _pages(lambda skip: self.world.store.cases(grant, skip=skip))

    async def _fallen(self, mark: int) -> list[BoardRow]:
        store = self.world.store
        return await _pages(lambda skip: list_named(store.pool, store.clock, mark, skip=skip))

    async def _awaited(self, grant: Any, parties: set[str]) -> list[Any]:
        """Orders that somebody answers for are on her list of what was sent until they have an answer, or are late."""
        rows = await self._work(grant, "sent")
        return [row for row in rows if Kind(row.kind) is Kind.ORDER and not row.answer and row.owner in parties]

    async def _asked_of(self, who: Any) -> list[str]:
        """The requests to see a part of a record that somebody may decide."""
        asked = {self.entries[each][2]["for"]["reference"].partition("/")[2] for each, said in self.truths.items()
                 if said.open and said.kind == "request"}  # fmt: skip
        grants = [access.person(who, (self.scene.keys[each],)) for each in asked]
        return [f"Task/{each.id}" for grant in grants for each in await self.world.store.requests(grant)]

    async def _closed(self) -> dict[tuple[int, int], set[str]]:
        """What persons have closed to whom."""
        found: dict[tuple[int, int], set[str]] = {}
        rows = await self.world.store.pool.fetch(_ENTRIES, TYPES["Consent"])
        for row in rows:
            body = msgspec.json.decode(row["body"])
            if body["status"] == "active":
                against = {each["reference"]["reference"] for each in body["provision"]["actor"]}
                found.setdefault((row["bucket"], row["person"]), set()).update(against)
        return found

    def _hides(self, closed: dict[tuple[int, int], set[str]], row: Any, source: str, person: str) -> bool:
        """Whether somebody does not see it: the person has closed it to her, or her role sees nothing of its kind."""
        post = self.scene.posts[person]
        kind = kind_of(struct(self.entries[source][2]))
        against = closed.get((row["bucket"], row["person"]), set())
        return not ROLES[post.role].kinds >> kind & 1 or bool(against & {person, post.org})

    async def the_board_counts_it(self) -> None:
        """The counts of the region, and of each organisation, are what the entries say."""
        pool, clock = self.world.store.pool, self.world.store.clock
        counted = await count_handovers(pool, clock)
        board: Counter[tuple[int, str, str]] = Counter()
        words = {state: word for word, state in WORDS.items()}
        for each in counted:
            assert not each.nobody, f"{each.many} are with nobody"
            board[each.holder, Kind(each.kind).code, words[State(each.state)]] += each.many
        true: Counter[tuple[int, str, str]] = Counter()
        for source, said in self.truths.items():
            if said.open:
                true[mark_of(said.owner or self.rows[source]["owner"]), said.kind, said.state] += 1
        assert board == true, f"{board - true} on the board alone, {true - board} not on it"
        late = sum(row["next"] <= clock.clinical() for row in self.rows.values() if row["state"] < State.DONE)
        assert sum(each.many for each in counted if each.late) == late
        self.counts["late"] = late
        places = {each.org for each in counted}
        apart = [one for place in places for one in await count_handovers(pool, clock, int(place))]
        assert sum(each.many for each in apart) == sum(true.values())

    async def each_application_is_decided_or_waits(self) -> None:
        """Each has one Task, which says what a person has decided, or that nobody has."""
        rows = await self.world.store.pool.fetch("select id, number, state, by, org from application")
        asked = {each for each in self.told.sources if each.startswith("Application/")}
        assert asked <= {f"Application/{row['number']}" for row in rows}
        tasks: dict[str, list[str]] = {}
        for source, (_, _, body) in self.entries.items():
            for each in body.get("identifier", []) if source.startswith("Task/") else []:
                if each.get("system") == nobodys.APPLICATIONS:
                    tasks.setdefault(each["value"], []).append(source)
        for row in rows:
            (source,) = tasks[row["id"]]
            decided = row["state"] if row["state"] != 1 or row["org"] else 0  # an approval that was killed waits again
            assert self.truths[source].state in (OPEN, ("done",), ("ended",))[decided], f"{source} says otherwise"
            assert not decided or row["by"].startswith("Practitioner/")
            self.counts["applications decided" if decided else "applications that wait"] += 1

    async def each_draft_went_once(self) -> None:
        """What was signed is in the record, once, or its writer has it back with the reason."""
        rows = await self.world.store.pool.fetch("select id, state, entry, said, form, fields from writing")
        drafts = {row["id"]: row for row in rows}
        carried = Counter(body["focus"]["reference"] for _, _, body in self.entries.values() if "focus" in body)
        for each in self.told.signed:
            row = drafts[each]
            if not row["state"] and TEXT in row["fields"]:  # it came back, and she has gone on writing
                self.counts["drafts begun again"] += 1
                continue
            assert row["state"] in (2, 3, 5), f"a signed text waits: {row}"
            self.counts["drafts done" if row["state"] == 2 else "drafts returned"] += 1
            if row["state"] != 2:  # 5: beside another that she had begun meanwhile
                assert row["said"] != "fault", f"a signed text broke something: {each}"
                assert row["said"], f"a signed text came back without a reason: {each}"
                continue
            assert row["entry"] in self.entries, f"a signed text is not there: {row['entry']}"
            if row["form"] == "notat-sendt":
                assert carried[row["entry"]] == 1, f"{row['entry']} was handed over {carried[row['entry']]} times"
