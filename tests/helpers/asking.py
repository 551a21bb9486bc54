"""The twelve questions asked of many persons, each by her own GP, over a region made for it; and told as a page."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browsing import Site, settings_of
from facts import Facts
from picked import SORTS, thirty
from questions import QUESTIONS, Answer, asked
from readers import Doors

from felles.access.doorkeeper import Doorkeeper
from felles.access.open import maintenance
from felles.access.region import Place, bring_up_to_date, open_store
from felles.access.signing import Signer
from felles.care.domains import pages
from felles.demo import fill as filling
from felles.demo.places import GP_OFFICE, ORGANISATIONS, STAFF
from felles.demo.region import PEOPLE, SEED, Region
from felles.exchange.bulk.importer import Importer, Orders, Tally
from felles.exchange.bulk.inputs import find
from felles.exchange.bulk.rejects import Rejects
from felles.record.clock import FOREVER, MICROSECONDS

if TYPE_CHECKING:
    from felles.demo.people import Household
    from felles.demo.world import Person, Staff


@dataclass(frozen=True)
class Asked:
    """One whose chart is opened: what she is called here, her Patient, and the GP who reads."""

    key: str
    patient: str
    gp: Staff


@dataclass
class Asking:
    """The pages over a region, its households, and the day by its clock."""

    doors: Doors
    now: datetime
    region: Region
    homes: list[Household] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()

    def _of(self, person: Person) -> Asked:
        return Asked(person.key, person.reference, self.region.places.staff[person.gp])

    def of_region(self, key: str) -> Asked:
        """One of the region by her key."""
        return next(self._of(each) for home in self.homes for each in home.people if each.key == key)

    def thirty(self) -> list[Asked]:
        """Thirty of the region, drawn by its seed."""
        return [self._of(each) for each in thirty(self.homes, self.today, self.region.seed)]

    async def outsiders(self, most: int = 5) -> list[Asked]:
        """The first of those whose lives were imported."""
        ours = {each.id for home in self.homes for each in home.people}
        rows = await self.doors.site.store.pool.fetch("select id from face order by id")
        found = [row["id"] for row in rows if row["id"] not in ours][:most]
        return [Asked(f"import {n}", f"Patient/{each}", STAFF["ingrid"]) for n, each in enumerate(found, start=1)]


@asynccontextmanager
async def asking(database: Any, home: Path, *, people: int = PEOPLE, imported: Path | None = None):
    """The pages over a new region of so many people, with the lives of a folder imported for the first GP."""
    await bring_up_to_date(Place(database.url, database.owner_url))
    store = await open_store(settings_of(database, home), database.url)
    try:
        await filling.fill(store, count=people)
        if imported is not None:
            await _import(store, imported, home)
        doorkeeper = Doorkeeper(store, Signer.of(home))
        now = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS, store.settings.timezone)
        region = Region(SEED, now.date(), people)
        homes = [each for _, each in region.homes()]
        yield Asking(Doors(Site(store, pages(store, doorkeeper)), doorkeeper), now, region, homes)
    finally:
        await store.close()


async def _import(store: Any, folder: Path, home: Path) -> None:
    office = ORGANISATIONS[GP_OFFICE]
    grant = maintenance(
        "felles import", until=FOREVER, organization=office.reference, organization_name=office.name
    )  # fmt: skip
    orders = Orders(
        organization=office.reference, gp=STAFF["ingrid"].practitioner, source=None, strict=False, since="2026-01-01"
    )
    with Rejects(home / "rejects.ndjson") as rejects:
        await Importer(store, grant, orders, rejects, Tally(), lambda: None).run(find([folder])[:8])
        assert rejects.count == 0


async def ask_all(made: Asking, persons: list[Asked]) -> dict[tuple[str, str], Answer]:
    """Every question of every person: (whom, which question) → what the pages said."""
    found: dict[tuple[str, str], Answer] = {}
    for each in persons:
        async with made.doors.reader(each.gp.practitioner, each.gp.reference, each.gp.full_name) as reader:
            facts = Facts(await reader.everything(each.patient), made.now)
            for question in QUESTIONS:
                found[each.key, question.key] = await asked(question, reader, each.patient, facts)
    return found


_HEAD = """# Questions asked of a chart

Each is answered from the overview and at most one more page, read as it is shown to the person's GP (HTTP, the visible
text) and checked against what `$everything` gives the same reader. Written on a region made on {today} (seed {seed}) by

```sh
FELLES_QUESTIONS=docs/questions.md make soak ARGS=tests/proofs/test_twelve_questions.py
```

Thirty persons drawn by the seed ({sorts}) and five imported. Real: there was something to tell, and all of it stood
there. None: the page says which kind of none.

| question | path | real, of 30 | none, of 30 | real, of 5 imported | the page says of none |
|---|---|---|---|---|---|
"""


def page_of_answers(persons: list[Asked], answers: dict[tuple[str, str], Answer], today: date) -> str:
    """docs/questions.md: of each question how it is found, for how many there is an answer, what stands elsewhere."""
    sorts = ", ".join(f"{count} {sort}" for sort, count in SORTS)
    lines = _HEAD.format(today=today, seed=SEED, sorts=sorts).splitlines()
    outside = {each.key for each in persons if each.key.startswith("import")}
    for question in QUESTIONS:
        mine = {who: answer for (who, key), answer in answers.items() if key == question.key}
        ours = [answer for who, answer in mine.items() if who not in outside]
        theirs = [answer for who, answer in mine.items() if who in outside]
        paths = sorted({" → ".join("a course" if len(step) > 20 else step for step in answer.path) for answer in ours})
        nones = sorted({answer.none for answer in mine.values() if answer.none and not answer.told})
        real = sum(answer.real for answer in ours)
        lines.append(
            f"| {question.text} | {'; '.join(paths)} | {real} | {len(ours) - real} "
            f"| {sum(answer.real for answer in theirs)} | {'; '.join(nones)} |"
        )
    return "\n".join(lines) + "\n"


def write_whole(place: Path, text: str) -> None:
    """Write the page."""
    place.write_text(text)
