"""A population for the flatness test: small lives, each on the list of one of many GPs, loaded in bulk.

Written through the store like everything else (decode, extract, commit), by as many processes as there are cores,
some twenty-five lives to a commit. GPs take turns commit by commit, so that nobody's list lies together.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import uvloop

from felles import fhir
from felles.access import accounts
from felles.access import open as doors
from felles.access.accounts import Account
from felles.access.codes import EPISODE_SYSTEM, GP_LIST, ROLE_SYSTEM
from felles.access.region import opened
from felles.access.roles import ROLES
from felles.fhir.norway.systems import volven
from felles.ops.bench import lives
from felles.record.changes import Change
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import Busy
from felles.record.ids import derived_id
from felles.settings import load

if TYPE_CHECKING:
    from felles.record.grants import Grant
    from felles.record.store import Store

LIST = 1500
"""People on a GP's list, at most."""
ENTRIES = 22
"""Entries of a life: a Patient, her place on the list, and twenty clinical ones."""
TOGETHER = 25
AHEAD = 4
_TRIES = 5
_URN = re.compile(rb"urn:uuid:([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Office:
    """A GP and her office, by number."""

    number: int

    def _id(self, kind: str) -> str:
        return derived_id("urn:example:bench", f"{kind}/{self.number}")

    @property
    def organization(self) -> str:
        """`Organization/x`."""
        return f"Organization/{self._id('Organization')}"

    @property
    def gp(self) -> str:
        """`Practitioner/x`."""
        return f"Practitioner/{self._id('Practitioner')}"

    @property
    def role(self) -> str:
        """`PractitionerRole/x`."""
        return f"PractitionerRole/{self._id('PractitionerRole')}"

    @property
    def account(self) -> Account:
        """How the GP signs in."""
        return Account(f"bench-{self.number}", self.gp, f"Lege {self.number}", self.role)

    def resources(self) -> list[dict[str, Any]]:
        """The office, its GP, and that she works there as one."""
        doctor = {"coding": [{"system": volven(9060), "code": "LE", "display": "Lege"}]}
        role = {"coding": [{"system": ROLE_SYSTEM, "code": "gp", "display": ROLES["gp"].nb}]}
        return [
            {"resourceType": "Organization", "id": self._id("Organization"), "name": f"Legekontor {self.number}"},
            {
                "resourceType": "Practitioner",
                "id": self._id("Practitioner"),
                "name": [{"family": f"Lege{self.number}", "given": ["Eva"]}],
                "qualification": [{"code": doctor}],
            },
            {
                "resourceType": "PractitionerRole",
                "id": self._id("PractitionerRole"),
                "active": True,
                "practitioner": {"reference": self.gp},
                "organization": {"reference": self.organization},
                "code": [role],
                "period": {"start": "2020-01-01"},
            },
        ]


def offices(people: int) -> list[Office]:
    """As many offices as it takes to have everybody on a list of at most `LIST`."""
    return [Office(number) for number in range(-(-people // LIST))]


def numbers(people: int) -> Iterator[tuple[Office, range]]:
    """Who is written together: an office and the numbers of some of its people, the offices taking turns."""
    everywhere = offices(people)
    for start in range(0, LIST, TOGETHER):
        for office in everywhere:
            first = office.number * LIST
            last = min(people, first + LIST)
            if first + start < last:
                yield office, range(first + start, min(last, first + start + TOGETHER))


def changes(office: Office, number: int) -> list[Change]:
    """One small life, as the changes that write it."""
    life = lives.person(number, entries=ENTRIES - 1)
    types = {resource["id"].encode(): resource["resourceType"].encode() for resource in life}
    life.append(_listed(life[0]["id"], office))
    made: list[Change] = []
    for resource in life:
        raw = _URN.sub(lambda found: types[found[1]] + b"/" + found[1], msgspec.json.encode(resource))
        made.append(
            Change(
                op="update", type=resource["resourceType"], id=resource["id"], resource=fhir.decode(raw), loaded=True
            )
        )
    return made


def _listed(patient: str, office: Office) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": derived_id("urn:example:bench", f"EpisodeOfCare/{patient}"),
        "status": "active",
        "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": GP_LIST}]}],
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": office.organization},
        "careManager": {"reference": office.gp},
        "period": {"start": "2020-01-01"},
    }


def found(home: Path, people: int) -> None:
    """Make the offices and their accounts in an empty region. Raises what `Store.commit` raises."""

    async def work() -> None:
        async with opened(load(home=home)) as store:
            for office in offices(people):
                wanted = [
                    Change(
                        op="update", type=r["resourceType"], id=r["id"], resource=fhir.decode(msgspec.json.encode(r))
                    )
                    for r in office.resources()
                ]
                await store.commit(_grant(store, None), wanted, act="create", historic=True)
                await accounts.put(store, office.account, since=0, until=FOREVER)

    uvloop.run(work())


def write_part(home: Path, people: int, part: int, parts: int) -> None:
    """Write every `parts`-th commit of the population; for a process of its own. Raises what `Store.commit` raises."""

    async def work() -> None:
        under_way: set[asyncio.Task[Any]] = set()
        async with opened(load(home=home)) as store:
            for place, (office, some) in enumerate(numbers(people)):
                if place % parts != part:
                    continue
                under_way.add(asyncio.create_task(_write(store, office, some)))
                if len(under_way) >= AHEAD:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
            await asyncio.gather(*under_way)

    uvloop.run(work())


async def _write(store: Store, office: Office, some: range) -> None:
    """Write some lives in one commit; again when the database was away, for then nothing was written."""
    for attempt in range(_TRIES):
        wanted: list[Change] = []
        for number in some:
            wanted += changes(office, number)
            await asyncio.sleep(0)  # answers for the other commits are taken in between
        try:
            await store.commit(_grant(store, office), wanted, act="import", historic=True)
        except Busy:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(2**attempt)
        else:
            return


def _grant(store: Store, office: Office | None) -> Grant:
    until = store.clock.real() + 3600 * MICROSECONDS
    organization = "" if office is None else office.organization
    return doors.maintenance("felles bench", until=until, organization=organization)
