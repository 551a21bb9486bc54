"""A short record read whole answers a page as one read want by want does."""

import msgspec
import pytest

from felles import access
from felles.access import personas
from felles.access.sessions import Sessions
from felles.care.overview.views import WANTS
from felles.record import read_person, short_record
from felles.record.errors import Absent
from felles.record.numbers import TYPES
from felles.record.read_person import Coming, Course, Standing, Want

MORE = (
    *WANTS,
    Want("MedicationRequest", 3, (("status", "active"), ("status", "completed"))),
    Want("Observation", 5),
    Standing("Condition", 1),
    Standing("Encounter", 2, (("status", "finished"), ("class", "AMB")), past=True),
    Coming("Appointment", 1),
    Course("Observation", 1, ((3, 1), (4, 2))),
)
"""The overview's wants and others that cut, choose by code and look ahead."""


@pytest.fixture
def ways(monkeypatch):
    """Chooses the way that pages are read: `whole` by one scan, however long the record, else want by want."""

    def choose(*, whole):
        monkeypatch.setattr(read_person, "IS_SHORT", "true" if whole else "false")
        read_person.page_shape.cache_clear()

    yield choose
    monkeypatch.undo()
    read_person.page_shape.cache_clear()


async def _read(site, actor, row):
    grant = access.person(actor, ((row["bucket"], row["person"]),))
    try:
        page = await site.store.page(grant, MORE, "overview", f"Patient/{row['id']}")
    except Absent:
        return None
    return [_parted(want, rows) for want, rows in zip(MORE, page.found, strict=True)]


def _parted(want, rows):
    """The rows, without the author, of whom only some wants tell."""
    told = msgspec.json.decode(rows)
    lists = dict(told) if isinstance(want, Course) else {0: told}
    return {code: [(line[0], line[1], line[3]["id"]) for line in lines] for code, lines in lists.items()}


async def test_both_ways_give_every_reader_the_same(site, ways):
    sessions = Sessions(site.store)
    names = ("fastlege", "jordmor", "sykepleier", "farmasoyt", "sekretar", "eldre")
    actors = [await sessions.actor(await personas.sign_in(site.store, sessions, name)) for name in names]
    people = await site.store.pool.fetch(
        "select id, bucket, person from entry where type = $1 and form = 0 and state = 0", TYPES["Patient"]
    )
    ways(whole=False)
    one_by_one = [await _read(site, actor, row) for actor in actors for row in people]
    ways(whole=True)
    assert [await _read(site, actor, row) for actor in actors for row in people] == one_by_one
    assert None in one_by_one
    assert sum(len(lines) for page in one_by_one if page for lists in page for lines in lists.values()) > 1000


def test_what_is_short_is_counted_to_its_bound():
    assert f"limit {short_record.SHORT + 1}" in short_record.IS_SHORT
