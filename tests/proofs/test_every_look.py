"""No byte of a person's record without its line: of every page, form, route and operation there is, none named here.

Each person's record is full of a word of its own. Whatever is asked, by whomever: about her whose word stands in the
answer, the log has a new line that says that something was released or written.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from doors import proxy
from households import parent_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests_made import Request, every_parameter, fhir_routes, requests
from routes import HANDED, REASON, Asked, Pages, reads, reads_dealt, routes, writes
from starlette.responses import Response
from twins import CHILD, CLINIC, ELSEWHERE, HIDDEN, READERS, SEEN, SHARED, life, staff
from worlds import World, actor

from felles.access.actor import Sort
from felles.care import domains
from felles.care.handovers.rules import Verb
from felles.ui.domain import Domain

WORDS = {SEEN: "Blåveis", HIDDEN: "Smørbukk", CHILD: "Tyrihjelm"}
_TOLD = frozenset({"text", "display", "family", "title", "contentString", "city", "line", "lotNumber", "name"})


def marked(value: Any, word: str) -> Any:
    """The same, with the word in all that is told in words."""
    if isinstance(value, list):
        return [marked(each, word) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, each in value.items():
        if name in _TOLD and isinstance(each, str):
            made[name] = f"{each} {word}"
        elif name == "line":
            made[name] = [f"{part} {word}" for part in each]
        else:
            made[name] = marked(each, word)
    return made


@dataclass
class Watched:
    """A region in which every answer is held against the log."""

    world: World
    pages: Pages
    persons: dict[tuple[int, int], str] = field(default_factory=dict)
    last: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    async def new_lines(self) -> dict[str, set[str]]:
        """Person → the outcomes of the lines about her since this was last asked."""
        rows = await self.world.store.pool.fetch(
            "select number, bucket, person, text from leaf where number > $1 order by number", self.last
        )
        found: dict[str, set[str]] = {}
        for row in rows:
            self.last = max(self.last, row["number"])
            whose = self.persons.get((row["bucket"], row["person"]))
            if whose is not None:
                found.setdefault(whose, set()).add(json.loads(row["text"])["outcome"])
        return found

    async def held(self, what: str, body: bytes) -> None:
        """Assert that everybody whose word stands in the answer has her line."""
        lines = await self.new_lines()
        self.asked[what] += 1
        for whose, word in WORDS.items():
            if word.encode() in body:
                self.told[what] += 1
                assert lines.get(whose, set()) & {"released", "written", "unchanged"}, (what, whose, lines)


@pytest_asyncio.fixture(scope="module")
async def watched(record_database, tmp_path_factory):
    from worlds import opened

    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as world:
        made = Watched(world, Pages.of(world))
        family = parent_of({"id": CHILD}, {"id": SEEN, "name": [{"family": "x"}]})
        child = json.loads(json.dumps(life(HIDDEN, SEEN, CLINIC)).replace(HIDDEN, CHILD))
        child[0] |= {"birthDate": "2022-02-02", "identifier": [{"system": "urn:example:mrn", "value": "m-3"}]}
        # One's own log may name whom one acts for; the mandate stands in the child's record.
        lives = [*life(SEEN, HIDDEN, CLINIC), *life(HIDDEN, SEEN, ELSEWHERE), *child]
        for resource in [*SHARED, *lives, family | {"id": "family"}, proxy(HIDDEN, SEEN) | {"id": "given"}]:
            home = next((p for p in WORDS if resource["id"].partition("-")[0] == p), None)
            sent = resource if home is None else marked(resource, WORDS[home])
            answer = await world.system.put(f"{resource['resourceType']}/{resource['id']}", sent)
            assert answer.status == 201, answer.json
        for name in WORDS:
            key = await world.store.place(f"Patient/{name}")
            assert key is not None
            made.persons[key] = name
        await made.new_lines()
        yield made


async def visitors(watched):
    """Everybody who may look: each staff role of the clinic, administration, citizens, and one who is not signed in."""
    world = watched.world
    roles = {"administrator": "Practitioner/nils", "local-administrator": "Practitioner/nils",
             "reviewer": "Practitioner/eva", "nurse": "Practitioner/doc"}  # fmt: skip
    found: dict[str, Any] = {name: staff(name) for name in READERS if name not in ("citizen", "system")}
    for role, reference in roles.items():
        found[role] = actor(role, Sort.STAFF, reference=reference, organization=CLINIC, organization_name="x")
    for name in (SEEN, HIDDEN):
        key = await world.store.place(f"Patient/{name}")
        found[name] = actor("citizen", Sort.CITIZEN, reference=f"Patient/{name}", keys=(key,), purpose="PATRQT")
    return found | {"visitor": None}


@pytest.mark.slow
async def test_every_page_leaves_its_line(watched):
    """Each page by all, at its paths by turns: each path by some of them, by others the next day (`shares`)."""
    for seat, (name, visitor) in enumerate((await visitors(watched)).items()):
        for asked in reads_dealt(1, seat):
            what = f"GET {_route(asked)}"
            answer = await watched.pages.ask(visitor, asked)
            assert answer.status_code < 500, (name, asked, answer.text)
            await watched.held(what, answer.content)
    assert watched.told["GET /p/{id}"]
    assert watched.told["GET /meg"]
    assert watched.told["GET /for/{id}"]
    assert watched.told["GET /arbeid"] >= 4 * 2, "the lists of those who work at the clinic have lines"
    assert watched.told["GET /arbeid/{type}/{hid}"]
    assert watched.told["GET /timebok"]
    assert sum(1 for count in watched.told.values() if count) >= 10


@pytest.mark.slow
async def test_every_form_leaves_its_line(watched):
    before = sum(watched.asked.values())
    for name, visitor in (await visitors(watched)).items():
        for asked in writes(random.Random(name), 4):
            answer = await watched.pages.ask(visitor, asked)
            await watched.held(f"POST {_route(asked)}", answer.content)
    assert {f"{method} {route}" for method, route in routes()} <= watched.asked.keys()
    assert sum(watched.asked.values()) - before > 500


@pytest.mark.slow
async def test_what_is_handed_over_leaves_its_line(watched):
    """Its page and each verb with the version that it has: what is answered about one has her line."""
    everybody = await visitors(watched)
    done = Counter()
    for number, (type_name, name) in enumerate(HANDED):
        for verb in [*Verb][number % 2 :: 2]:
            for who in ("gp", "for-doctor"):
                stored = await watched.world.system.get(f"{type_name}/{name}")
                await watched.new_lines()
                said = {
                    "versjon": stored.json["meta"]["versionId"],
                    "tekst": REASON[-1],
                    "til": CLINIC,
                }
                path = f"/arbeid/{type_name}/{name}"
                before = watched.told["handed over"]
                for asked in (Asked("GET", path), Asked("POST", f"{path}/{verb}", said), Asked("GET", "/arbeid")):
                    answer = await watched.pages.ask(everybody[who], asked)
                    assert answer.status_code < 500, (who, asked, answer.text)
                    done[answer.status_code] += asked.method == "POST"
                    await watched.held("handed over", answer.content)
                assert (watched.told["handed over"] > before) or name.startswith(HIDDEN) or who != "gp"
    assert done[303] > 3, done
    assert done[404] > 3, done


def _route(asked: Asked) -> str:
    """The route that a path was made from."""
    given_ = asked.path.split("?")[0].split("/")
    for method, route in routes():
        parts = list(zip(route.split("/"), given_, strict=False))
        fits = method == asked.method and route.count("/") == len(given_) - 1
        if fits and all(a.startswith("{") or a == b for a, b in parts):
            return route
    return asked.path


def _client(watched, name):
    if name == "everything":
        return watched.world.system
    role, sort, reference = READERS[name]
    if name == "system":
        return watched.world.client(actor(role, sort, reference=reference, organization=CLINIC))
    return watched.world.client(staff(name))


@pytest.mark.slow
@settings(
    max_examples=250, phases=[Phase.generate], deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)  # fmt: skip
@given(asked=st.lists(st.tuples(st.sampled_from(["gp", "secretary", "system", "everything"]), requests()),
                      min_size=1, max_size=5))  # fmt: skip
async def test_every_route_leaves_its_line(watched, asked):
    for name, request in asked:
        if request.target.endswith("/$move") and name == "everything":
            continue  # what was hers would tell her word in another's record: docs/moving.md says what is done about it
        answer = await _client(watched, name)(request.method, request.target, request.body, **request.headers)
        await watched.held(f"{request.method} {request.target.partition('?')[0]}", answer.body)


def _plain(shape: str, type_name: str) -> str:
    """The path of a shape, about the person who is seen."""
    entry = SEEN if type_name == "Patient" else f"{SEEN}-3"
    values = iter([entry, "1"])
    return "/".join(type_name if p == "T" else next(values) if p == "*" else p for p in shape.split("/"))


@pytest.mark.slow
async def test_each_route_alone_and_each_parameter_leave_their_lines(watched):
    gets = [r for r in fhir_routes() if r[1] == "GET" or "$" in r[0]]
    for shape, method, _ in gets:
        for type_name in ("Patient", "Observation"):
            target = _plain(shape, type_name) + ("?_count=500" if shape == "_history" else "")
            body = {"resourceType": "Parameters"} if method == "POST" else None
            answer = await watched.world.system(method, target, body)
            await watched.held(f"{method} {shape}", answer.body)
    told = {f"{m} {shape}" for shape, m, name in gets if name != "metadata" and (m == "GET" or name == "everything")}
    assert all(watched.told[what] for what in told), [what for what in told if not watched.told[what]]
    request: Request
    for request in every_parameter():
        await watched.held("parameters", (await watched.world.system(request.method, request.target)).body)
    assert watched.told["parameters"] > 100


@pytest.mark.slow
async def test_a_registered_page_that_shows_without_a_line_is_found(watched, monkeypatch):
    """A page that reads past the door: registered like any other, it fails the test of every page."""
    import routes as routes_helper

    async def shows(request):
        rows = await request.app.state.store.pool.fetch("select body from entry where id = $1", SEEN)
        return Response(rows[0]["body"])

    domain = Domain("find", "felles.care.find", (("GET", "/ny/{id}", shows),))
    for where in (domains, routes_helper):
        monkeypatch.setattr(where, "DOMAINS", (*domains.DOMAINS, domain))
    asked = next(each for each in reads() if each.path == f"/ny/{SEEN}")
    answer = await Pages.of(watched.world).ask(None, asked)
    await watched.new_lines()
    with pytest.raises(AssertionError, match="/ny/"):
        await watched.held(f"GET {_route(asked)}", answer.content)
