"""A long walk of writes by FHIR, by who has something, who sent it, who has nothing to do with it, and systems.

After each step: nothing that is sent is with nobody or twice, nothing of others' has moved, no system has ended
anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from handed import Region
from worlds import Client, actor

from felles.access.actor import Sort
from felles.access.handovers.states import State

pytestmark = pytest.mark.slow

STEPS = 500
STATE = "http://felles.example/fhir/CodeSystem/handover-state"
HANDOVER = "http://felles.example/fhir/CodeSystem/handover"
OPEN = frozenset({"requested", "received", "accepted", "in-progress", "on-hold"})
STATUSES = {
    "Task": ("draft", *sorted(OPEN), "completed", "rejected", "cancelled"),
    "ServiceRequest": ("active", "on-hold", "revoked"),
    "Communication": ("in-progress", "in-progress", "completed", "preparation", "stopped"),
}
_ENTRIES = """
select n.name || '/' || e.id as source, e.body from entry e join type_name n on n.type = e.type
 where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted
   and n.name in ('Task', 'ServiceRequest', 'Communication') order by source"""
_ROWS = """
select source, kind, state, urgent, owner, sender, focus, next from handover where bucket = $1 and person = $2"""


@dataclass
class Walk:
    """Who goes, by which dice, and what stands in the record as they go."""

    region: Region
    dice: random.Random
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def goers(self) -> dict[str, Client]:
        """The sender, one who has it, one beside her, one of another house, and the systems of both houses."""
        systems = {
            f"{name}-system": actor("system", Sort.SYSTEM, reference=f"Device/{name}-{self.region.key}",
                                    organization=self.region.orgs[name])
            for name in ("office", "hospital")
        }  # fmt: skip
        return {name: self.region.client(name) for name in ("gp", "one", "two", "clerk")} | {
            name: self.region.world.client(who) for name, who in systems.items()
        }

    def named(self, name: str) -> str:
        """How an entry calls who goes."""
        place = name.removesuffix("-system")
        return self.region.orgs[place] if place != name else self.region.person(name)

    def made(self, name: str, type_name: str) -> dict[str, Any]:
        """A new entry."""
        dice, whom = self.dice, {"reference": f"Patient/{self.region.patient}"}
        to = [{"reference": dice.choice((self.region.orgs["ward"], self.region.person("one")))}]
        by = {"reference": self.named(name)}
        if type_name == "ServiceRequest":
            sent = {"performer": to} if dice.random() < 0.8 else {}
            return {"resourceType": type_name, "status": "active", "intent": "order", "subject": whom,
                    "requester": by, **sent}  # fmt: skip
        if type_name == "Communication":
            return {"resourceType": type_name, "status": dice.choice(STATUSES[type_name]), "subject": whom,
                    "sender": by, "recipient": to, "payload": [{"contentString": "Ring meg"}]}  # fmt: skip
        made = {"resourceType": "Task", "status": dice.choice(STATUSES["Task"]), "intent": "order", "for": whom,
                "owner": dice.choice((*to, by)),
                "requester": dice.choice((by, {"reference": self.named("gp")}))}  # fmt: skip
        if self.entries and dice.random() < 0.8:
            made["focus"] = {"reference": dice.choice(list(self.entries))}
        return self.worded(made)

    def worded(self, made: dict[str, Any]) -> dict[str, Any]:
        """The same, now and then with a reason, a word of what it stands at, and a code."""
        dice = self.dice
        if dice.random() < 0.6:
            made["statusReason"] = {"text": "Fordi"}
        if made["resourceType"] == "Task" and dice.random() < 0.25:
            code = dice.choice(("ended", "returned", "untaken"))
            made["businessStatus"] = {"coding": [{"system": STATE, "code": code}]}
        if made["resourceType"] == "Task" and dice.random() < 0.15:
            made["code"] = {"coding": [{"system": HANDOVER, "code": dice.choice(("task", "referral", "message"))}]}
        return made

    def changed(self, name: str, was: dict[str, Any]) -> dict[str, Any]:
        """The same entry otherwise."""
        dice, type_name = self.dice, was["resourceType"]
        new = dict(was)
        if dice.random() < 0.8:
            new["status"] = dice.choice(STATUSES[type_name])
        if type_name == "ServiceRequest":
            return new | ({"note": [{"text": "Fordi"}]} if dice.random() < 0.6 else {})
        if type_name == "Task" and dice.random() < 0.3:
            new["owner"] = {"reference": dice.choice((self.named(name), self.region.orgs["ward"]))}
        if type_name == "Task" and dice.random() < 0.1:
            new["requester"] = {"reference": self.named(name)}
        if type_name == "Task" and dice.random() < 0.1:
            new["focus"] = {"reference": dice.choice(list(self.entries))}
        return self.worded(new)

    async def step(self) -> None:
        """One write by one of them, and what must be true after it."""
        goers = self.goers()
        name = self.dice.choice(sorted(goers))
        how = self.dice.choices(("POST", "PUT", "DELETE"), (5, 8, 1))[0] if self.entries else "POST"
        if how == "POST":
            entry = self.made(name, self.dice.choice(("Task", "Task", "ServiceRequest", "Communication")))
            where, said = entry["resourceType"], entry
        else:
            where = self.dice.choice(list(self.entries))
            said = self.changed(name, self.entries[where]) if how == "PUT" else None
        answer = await goers[name](how, where, said)
        self.told.append(f"{name} {how} {where} {answer.status} {said}")
        assert answer.status < 500, (answer.json, self.told[-1])
        before = self.rows
        await self.look()
        self.stands()
        self.others(name, before)

    async def look(self) -> None:
        """Read what stands in the record."""
        pool = self.region.world.store.pool
        key = await self.region.world.store.place(f"Patient/{self.region.patient}")
        assert key is not None
        found = await pool.fetch(_ENTRIES, *key)
        read = {row["source"]: msgspec.json.decode(row["body"]) for row in found}
        kept = [source for source in self.entries if source in read]  # as they came: ids are drawn anew each time
        self.entries = {source: read[source] for source in dict.fromkeys((*kept, *read))}
        self.rows = {row["source"]: row for row in await pool.fetch(_ROWS, *key)}

    def stands(self) -> None:
        """Each that is sent is one row: of its own, or of the Task that carries it."""
        for source, row in self.rows.items():
            assert (row["next"] is None) == (row["owner"] == "") == (row["state"] >= State.DONE), (row, self.told[-3:])
            assert source in self.entries, (row, self.told[-3:])
        for source, entry in self.entries.items():
            rows = [row for row in self.rows.values() if row["focus"] == source and not source.startswith("Task/")]
            carried = [row for row in rows if row["state"] < State.DONE]
            assert len(carried) <= 1, (source, self.told[-3:])
            alone = self.rows.get(source)
            if alone is not None and alone["state"] < State.DONE:
                assert not carried, (source, self.told[-3:])
            if self.is_sent(entry) and not rows:
                assert alone is not None, (source, self.told[-3:])
                assert alone["state"] < State.DONE, (source, self.told[-3:])

    @staticmethod
    def is_sent(entry: dict[str, Any]) -> bool:
        """Whether it says of itself that somebody owes something."""
        if entry["resourceType"] != "Task":
            return entry["status"] in ("active", "in-progress", "on-hold")
        business = entry.get("businessStatus", {}).get("coding", [{}])[0].get("code")
        return entry["status"] in OPEN and (business != "ended" or entry["status"] == "requested")

    def others(self, name: str, before: dict[str, Any]) -> None:
        """Nobody moves what is neither hers nor from her; no system ends anything; who sent it stays."""
        house = {"gp": "office", "clerk": "office", "one": "ward", "two": "ward",
                 "office-system": "office", "hospital-system": "hospital"}[name]  # fmt: skip
        hers = {self.named(name), self.region.orgs[house]}
        if name.endswith("-system"):
            staff = {"office": ("gp", "clerk"), "hospital": ("one", "two", "head")}[house]
            hers |= {self.region.person(each) for each in staff}
            hers |= {self.region.orgs[each] for each in ("ward", "clinic", house)} if house == "hospital" else set()
        for source, was in before.items():
            if was["state"] >= State.DONE:
                continue
            now = self.rows.get(source) or next((r for r in self.rows.values() if r["focus"] == source), None)
            if now is None:  # what she had given herself
                assert was["sender"] == was["owner"] == self.named(name), (was, self.told[-3:])
                continue
            assert now["sender"] == was["sender"], (was, now, self.told[-3:])
            if name.endswith("-system"):
                assert now["state"] < State.DONE, (was, now, self.told[-3:])
            if not hers & {was["owner"], was["sender"]}:
                assert [now[key] for key in ("state", "owner", "urgent", "next")] == [
                    was[key] for key in ("state", "owner", "urgent", "next")], (
                    str(dict(was)), str(dict(now)), self.told[-3:])  # fmt: skip


@pytest.mark.parametrize("seed", [13, 1177])
async def test_whatever_is_written_each_is_with_one_and_moved_by_nobody_else(region: Region, seed: int):
    await region.world.made({"resourceType": "EpisodeOfCare", "status": "active",
                             "patient": {"reference": f"Patient/{region.patient}"},
                             "managingOrganization": {"reference": region.orgs["ward"]},
                             "period": {"start": "2020-01-01"}})  # fmt: skip
    walk = Walk(region, random.Random(seed))
    for _ in range(STEPS):
        await walk.step()
    assert sum(" 200 " in each or " 201 " in each for each in walk.told) > STEPS // 5
    assert any(row["state"] >= State.DONE for row in walk.rows.values())
