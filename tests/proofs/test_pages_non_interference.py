"""What a reader may not see changes no page: two regions that differ in that alone, asked by every route there is."""

import difflib
import random
from html import unescape
from urllib.parse import unquote

import pytest
import routes as routes_helper
from handed_over import DAY
from routes import FORMS, Asked, Pages, alike, comparable, reads, reads_dealt, routes, undeclared, writes
from shares import whole
from starlette.responses import Response
from twins import CLINIC, HIDDEN, NUMBERS, SEEN, actor, staff, throw
from twins import READERS as EVERYBODY
from twins import comparable as by_fhir

from felles.access.actor import Sort
from felles.care import domains
from felles.care.handovers.rules import Verb
from felles.ui.domain import Domain

READERS = {
    "gp": ("gp", "Practitioner/doc"),
    "secretary": ("secretary", "Practitioner/doc"),
    "for-doctor": ("secretary", "Practitioner/sec"),
    "administrator": ("administrator", "Practitioner/nils"),
    "reviewer": ("reviewer", "Practitioner/eva"),
    "citizen": ("citizen", f"Patient/{SEEN}"),
    "visitor": None,
}
TRIES = 6
"""How often each form is sent."""
WORK = ("/arbeid", "/tavle", "/timebok", "/rute")
"""Where pages begin that tell of what is handed over, or of appointments."""
THIRDS = frozenset({"administrator", "reviewer", "visitor"})
"""Readers who open no record: of each hiding they ask for a third of the pages and forms, of other hidings for others.

`FELLES_WHOLE=1` lets all ask for all.
"""


async def reader(world, name):
    """Who it is, or None for one who has not signed in."""
    held = READERS[name]
    if held is None:
        return None
    role, reference = held
    if name in EVERYBODY and name != "citizen":
        return staff(name)
    if role == "citizen":
        key = await world.store.place(reference)
        assert key is not None
        return actor(role, Sort.CITIZEN, reference=reference, keys=(key,), purpose="PATRQT")
    return actor(role, Sort.STAFF, reference=reference, organization=CLINIC, organization_name="Fjordbyen legesenter")


def unlike(one, other):
    """Where two pages part, as lines; empty when they do not."""
    if one == other:
        return ""
    told = [f"{one[0]} {one[1]}", *one[2].splitlines()], [f"{other[0]} {other[1]}", *other[2].splitlines()]
    return "\n".join(list(difflib.unified_diff(*told, "without it", "with it", lineterm="", n=1))[:40])


def needs(twins, name):
    """Skip a reader who may see what is hidden from others."""
    hiding = twins[0].hiding
    if (name in EVERYBODY or hiding.pages) and name not in hiding.readers:
        pytest.skip("may see it, or has nothing to do with it")


async def readers(twins, name):
    """The reader in each of the two regions."""
    return [(region, await reader(region.world, name)) for region in twins]


async def same(both, asked):
    one, other = [await region.ask_page(who, asked) for region, who in both]
    assert one.status_code < 500, f"{asked}\n{one.text}"
    if not alike(one, other):
        told = unlike(comparable(one), comparable(other))
        assert not told, f"{asked}\n{told}"
    return one.status_code


def _some(twins, name):
    """Every page, at a share of its paths where they are many; of a kind that is made of others one in so many
    (`share`). Others for each reader and each day, and her first of all.

    Where what is hidden is handed over, all that tells of such.
    """
    hiding = twins[0].hiding
    dealt = set(reads_dealt_to(hiding, name))
    return [
        asked
        for asked in reads()
        if asked.path in dealt or asked.path in ("/", "/fravaer") or (hiding.handed and asked.path.startswith(WORK))
    ]


def reads_dealt_to(hiding, name):
    """The paths that this reader takes of this kind; the readers of a kind sit side by side."""
    seats = sorted(hiding.readers & READERS.keys()) + sorted(READERS.keys() - hiding.readers)
    seat = seats.index(name) + sum(map(ord, hiding.name))
    return [asked.path for asked in reads_dealt(share_of(hiding, name), seat)]


def share_of(hiding, name):
    """One page in so many is asked for."""
    if whole():
        return 1
    return min(hiding.share * 3, 15) if name in THIRDS else hiding.share


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_no_page_tells_of_what_its_reader_may_not_see(twins, name):
    needs(twins, name)
    both = await readers(twins, name)
    statuses = {await same(both, asked) for asked in _some(twins, name) if not hides_work(twins, name, asked)}
    assert 200 in statuses
    assert statuses & {303, 403, 404}


def counts_all(name, asked):
    """Whoever runs the record counts all that is handed over, with nobody's name or entry: she sees that there is more.

    So it is on her start page and board; what has fallen to her is on her worklist.
    """
    return name == "administrator" and (asked.path == "/" or asked.path.startswith(("/tavle", "/arbeid")))


def hides_work(twins, name, asked):
    """Whether she counts what is hidden here."""
    return bool(twins[0].hiding.handed) and counts_all(name, asked)


@pytest.mark.slow
async def test_who_counts_all_that_is_handed_over_is_told_of_nobody(twins):
    (_, _), (region, who) = await readers(twins, "administrator")
    board = await region.ask_page(who, Asked("GET", "/tavle"))
    assert board.status_code == 200
    assert "hva=many" in board.text
    for asked in reads():
        if counts_all("administrator", asked):
            answer = await region.ask_page(who, asked)
            told = unquote(unescape(answer.text)).replace(asked.path.partition("?")[0], "")
            assert not [each for each in TELLING if each in told], asked
    twins[0].asked = twins[1].asked


TELLING = ("Ring Nordmann", "Vurdering", "Hei", "CRP", "Hvem var", NUMBERS[HIDDEN], f"{HIDDEN}-", "more-", "Patient/")
"""What tells of a hand-over or of whom it is about."""
LISTS = {
    "/arbeid": [
        "Task/seen-task",
        "ServiceRequest/seen-referral",
        "Communication/seen-message",
        "ServiceRequest/seen-lab",
    ],
    "/arbeid?sendt=1": ["ServiceRequest/seen-order", "Task/seen-given"],
    "/arbeid?kolleger=1": ["Task/seen-given"],
    "/arbeid?tavle=1": ["Task/seen-task", "Task/seen-given"],
    "/tavle": ["hva=many"],
    f"/timebok?dag={DAY}": ["Nordmann"],
}
"""What the doctor's lists hold of her whom all see."""


@pytest.mark.slow
async def test_the_lists_that_are_compared_are_not_empty(twins):
    if twins[0].hiding.name not in ("relation", "work-ended"):
        pytest.skip("something of it is closed to her")
    for region, who in await readers(twins, "gp"):
        for path, lines in LISTS.items():
            answer = await region.ask_page(who, Asked("GET", path))
            text = unescape(answer.text)
            assert [each for each in lines if each not in text] == [], path
    for region, who in await readers(twins, "reviewer"):
        assert "seen-case" in (await region.ask_page(who, Asked("GET", "/arbeid"))).text


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_what_is_handed_over_and_hidden_answers_as_what_is_not_there(twins, name):
    """Its page, each verb with the version that it has, and the same by FHIR."""
    needs(twins, name)
    if not twins[0].hiding.handed or name == "administrator":
        pytest.skip("nothing that is handed over is hidden, or she counts all")
    both = await readers(twins, name)
    for source in twins[0].hiding.handed:
        version = (await twins[1].world.system.get(source)).json["meta"]["versionId"]
        await same(both, Asked("GET", f"/arbeid/{source}"))
        for verb in Verb:
            said = {"versjon": version, "tekst": "Pasienten er ringt", "til": CLINIC, "dag": "2026-12-24"}
            await same(both, Asked("POST", f"/arbeid/{source}/{verb}", said))
        if name in EVERYBODY:
            for target in (source, f"{source}/_history", f"{source}/_history/{version}"):
                one, other = [await region.ask(name, "GET", target, None, {}) for region in twins]
                assert by_fhir(one) == by_fhir(other), target
    for path in LISTS:
        await same(both, Asked("GET", path))


def names_to_join(asked):
    """Whoever joins Patients looks up who is here, as the look-up form shows: it is what she does there, and logged."""
    return asked.path == "/admin/koblinger" and {HIDDEN, NUMBERS[HIDDEN]} & set((asked.form or {}).values())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(READERS))
async def test_no_form_tells_of_what_its_sender_may_not_see(twins, name):
    needs(twins, name)
    both = await readers(twins, name)
    for asked in writes(random.Random(name), max(1, TRIES // share_of(twins[0].hiding, name))):
        if not (name == "administrator" and names_to_join(asked)):
            await same(both, asked)


@pytest.mark.slow
async def test_what_is_hidden_is_there_and_its_reader_sees_what_she_may(twins):
    """Else the proofs would compare two refusals: the reader is let in, and what only one region has is refused her."""
    hiding = twins[1].hiding
    name, sees = hiding.sees
    if not name:
        pytest.skip("it is a part of an entry that is seen")
    statuses = []
    for what in (sees, hiding.hides):
        if what.startswith("/"):
            answer = await twins[1].ask_page(await reader(twins[1].world, name), Asked("GET", what))
            statuses.append(answer.status_code)
        else:
            statuses.append((await twins[1].ask(name, "GET", what, None, {})).status)
    assert statuses == [200, 404]
    there = hiding.hides.rpartition("/e/")[2].removeprefix("/arbeid/")
    assert [(await region.world.system.get(there)).status for region in twins] == [404, 200]
    twins[0].asked = twins[1].asked


@pytest.mark.slow
async def test_enough_was_asked(twins):
    """Of each kind, by the tests above; docs/proofs.md says how many."""
    if twins[0].asked < 10:
        pytest.skip("the tests above were left out")
    print(f"{twins[0].hiding.name}: {twins[0].asked} questions of pages and forms")
    assert twins[0].asked == twins[1].asked > 500 // twins[0].hiding.share


@pytest.fixture
def one_more(monkeypatch):
    """Registers a domain with one page and one form, as any other is."""

    def add(handler):
        domain = Domain("find", "felles.care.find", (("GET", "/ny/{id}", handler), ("POST", "/ny/{id}", handler)))
        for where in (domains, routes_helper):
            monkeypatch.setattr(where, "DOMAINS", (*domains.DOMAINS, domain))

    return add


async def test_a_page_joins_by_being_registered_and_a_form_must_be_declared(one_more):
    async def plain(request):
        return Response("x")

    assert not undeclared()
    assert not [asked for asked in reads() if asked.path == f"/ny/{SEEN}"]
    one_more(plain)
    assert [asked for asked in reads() if asked.path == f"/ny/{SEEN}"]
    assert undeclared() == {"/ny/{id}"}


@pytest.mark.slow
async def test_a_registered_page_that_tells_is_found(twins, one_more):
    """A page that counts what it may not: every reader's test fails, without a word of it in the tests."""

    async def counts(request):
        rows = await request.app.state.store.pool.fetch("select count(*) as n, max(body) as body from entry")
        return Response(f"{rows[0]['n']} {rows[0]['body']}")

    one_more(counts)
    pages = [Pages.of(region.world) for region in twins]
    throw("the ids of these requests")
    answers = [await each.ask(None, Asked("GET", f"/ny/{SEEN}")) for each in pages]
    assert unlike(*map(comparable, answers))


@pytest.mark.slow
def test_every_form_is_declared():
    assert not undeclared()
    assert FORMS.keys() <= {route for _, route in routes()}
