"""Who is there: one who runs the record, a hospital, GPs' offices, municipalities and a clinic out of hours."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from worlds import World, actor

from felles.access import accounts
from felles.access.accounts import Account
from felles.access.actor import Actor, Sort
from felles.access.codes import EPISODE_SYSTEM, GP_LIST, MUNICIPAL_SERVICE, ROLE_SYSTEM, UNIT
from felles.fhir.norway.systems import MUNICIPALITY, MUNICIPALITY_EXTENSION
from felles.record.clock import FOREVER

UNITS = 6
PATIENTS = 40
EACH = 250
"""Hand-overs of one patient, when there are more than these patients have."""
TOWNS = ("5001", "5006")
DESKS = ("reviewer", "administrator", "local-administrator")
"""Roles that answer cases or keep registers, and have no other work."""
WARD = ("nurse", "doctor", "nurse", "specialist")


@dataclass(frozen=True)
class Post:
    """Where somebody works: references of organisation and unit ("" for none), her role, her PractitionerRole."""

    person: str
    role: str
    org: str
    unit: str
    source: str
    body: dict[str, Any]


@dataclass
class Scene:
    """Everybody and everything that was there when the month began."""

    operator: str = ""
    hospital: str = ""
    night: str = ""
    units: list[str] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)
    towns: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    houses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each Organization as it was made."""
    posts: dict[str, Post] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)
    keys: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    """An entry of each patient that she can demand to have corrected."""

    def who(self, person: str) -> Actor:
        """Somebody of the staff, signed in."""
        post = self.posts[person]
        place = {"organization": post.org, "organization_name": self.names[post.org]}
        return actor(post.role, Sort.STAFF, reference=person, account=account_of(person), **place)

    def citizen(self, patient: str) -> Actor:
        """A patient (an id) who has signed in."""
        keys = (self.keys[patient],)
        return actor("citizen", Sort.CITIZEN, reference=f"Patient/{patient}", keys=keys, purpose="PATRQT")

    def able(self, verb: str) -> list[str]:
        """Those who give care and whose role has a verb, but for who only answers or runs and the clinic at night."""
        return [
            post.person
            for post in self.posts.values()
            if self.who(post.person).may(verb) and post.role not in DESKS
            and post.org != self.night
        ]  # fmt: skip

    @property
    def reviewers(self) -> list[str]:
        """Those who answer cases."""
        return [post.person for post in self.posts.values() if post.role in DESKS]

    @property
    def carers(self) -> list[str]:
        """Those who give care."""
        return [post.person for post in self.posts.values() if post.role not in DESKS]

    @property
    def gps(self) -> list[str]:
        return [post.person for post in self.posts.values() if post.role == "gp"]

    @property
    def inboxes(self) -> list[str]:
        """The units that work is sent to."""
        return [*self.units, *self.offices, *self.towns]

    def receiver(self, dice: random.Random) -> str:
        """To whom something goes: mostly an inbox, now and then somebody by name or by her role."""
        if dice.random() < 0.85:
            return dice.choice(self.inboxes)
        post = self.posts[dice.choice([each for each in self.carers if self.posts[each].org != self.night])]
        return dice.choice([post.person, post.source])


def account_of(person: str) -> str:
    """How the account of somebody is called."""
    return person.partition("/")[2]


def at(town: str) -> list[dict[str, Any]]:
    """An address in a municipality."""
    coding = {"system": MUNICIPALITY, "code": town}
    return [{"city": town, "district": town,
             "_district": {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": coding}]}}]  # fmt: skip


async def prepare(world: World, dice: random.Random, many: int) -> Scene:
    """Make them, with patients enough for so `many` hand-overs."""
    scene = Scene()

    async def org(name: str, **more: Any) -> str:
        made = await world.made({"resourceType": "Organization", "name": name, **more})
        scene.names[f"Organization/{made['id']}"] = name
        scene.houses[f"Organization/{made['id']}"] = made
        return f"Organization/{made['id']}"

    async def hire(name: str, role: str, place: str, unit: str = "") -> None:
        await employ(world, scene, f"Practitioner/{name}", role, place, unit)

    scene.operator = await org("Den som driver journalen")
    await hire("operator", "administrator", scene.operator)
    scene.hospital = await org("Sykehuset")
    for number in range(UNITS):
        above = scene.units[0] if number else scene.hospital
        scene.units.append(await org(f"Enhet {number}", partOf={"reference": above}))
        for place, role in enumerate(WARD):
            await hire(f"u{number}-{place}", role, scene.hospital, scene.units[-1])
    for number in range(2):
        scene.offices.append(await org(f"Legekontor {number}"))
        for name, role in (("a", "gp"), ("b", "gp"), ("c", "secretary")):
            await hire(f"o{number}-{name}", role, scene.offices[-1])
        scene.towns.append(await org(f"Kommune {number}", address=at(TOWNS[number])))
        for name, role in (("a", "case-officer"), ("b", "home-nurse"), ("c", "home-nurse")):
            await hire(f"k{number}-{name}", role, scene.towns[-1])
    scene.night = await org("Legevakten")
    for number, role in enumerate(("doctor", "doctor", "nurse", "nurse")):
        await hire(f"night-{number}", role, scene.night)
    await hire("keeps", "local-administrator", scene.offices[0])
    for number, place in enumerate((scene.hospital, scene.hospital, scene.hospital, scene.offices[0], scene.towns[0],
                                    scene.night)):  # fmt: skip
        await hire(f"desk-{number}", "reviewer", place)
    for number in range(max(PATIENTS, many // EACH)):
        await enrol(world, scene, number, dice)
    return scene


async def employ(world: World, scene: Scene, person: str, role: str, org: str, unit: str = "") -> None:
    """Give somebody a role and an account. Roles of GPs' offices are old, and are to be looked at anew."""
    made: dict[str, Any] = {"resourceType": "PractitionerRole", "practitioner": {"reference": person},
                            "organization": {"reference": org}, "active": True,
                            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}]}  # fmt: skip
    if org in scene.offices:
        made["period"] = {"start": "2020-01-01"}
    if unit:
        made["extension"] = [{"url": UNIT, "valueReference": {"reference": unit}}]
    body = await world.made(made)
    source = f"PractitionerRole/{body['id']}"
    scene.posts[person] = Post(person, role, org, unit, source, body)
    name = account_of(person)
    await accounts.put(world.store, Account(name, person, name, source), since=0, until=FOREVER)


async def enrol(world: World, scene: Scene, number: int, dice: random.Random) -> None:
    """A patient whom everybody but the clinic at night follows."""
    gp = scene.posts[dice.choice(scene.gps)]
    by = {"generalPractitioner": [{"reference": gp.source}], "address": at(TOWNS[number % 2])}
    patient = (await world.patient(**by))["id"]
    scene.patients.append(patient)
    scene.keys[patient] = await world.store.place(f"Patient/{patient}")
    for inbox in scene.inboxes:
        sort = GP_LIST if inbox in scene.offices else MUNICIPAL_SERVICE if inbox in scene.towns else ""
        typed = {"type": [{"coding": [{"system": EPISODE_SYSTEM, "code": sort}]}]} if sort else {}
        await world.made({"resourceType": "EpisodeOfCare", "status": "active", "period": {"start": "2020-01-01"},
                          "patient": {"reference": f"Patient/{patient}"}, "managingOrganization": {"reference": inbox},
                          **typed})  # fmt: skip
    made = await world.client(scene.who("Practitioner/u1-1")).post("Observation", world.observation(patient))
    assert made.status == 201, made.json
    scene.entries[patient] = f"Observation/{made.json['id']}"
