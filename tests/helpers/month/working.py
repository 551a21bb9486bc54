"""What everybody does with what is on her list: by the pages' actions, and by a FHIR client's PUT."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from felles import access
from felles.access import applications, organizations
from felles.access.handovers.kinds import NOBODYS, Kind
from felles.access.handovers.nobodys import application_of
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.care.doors.cases import actions as cases
from felles.care.doors.requests import actions as requests
from felles.care.handovers import actions, rules
from felles.care.handovers.rules import Verb
from felles.care.writing.actions import settle
from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_STATE_SYSTEM
from felles.record.errors import Busy, RecordError
from felles.record.ids import mark_of
from month import sending
from month.clocks import Shared
from month.journal import Journal
from month.scene import Scene

if TYPE_CHECKING:
    from worlds import World

    from felles.record.store import Store

AT_ONCE = 4
"""What somebody does with one look at her list."""
KNOWN = 3.0
"""Seconds for which it is remembered what somebody works for."""
LAST = (Verb.END, Verb.ANSWER, Verb.DONE)
"""What brings it to its end is done more often."""
REASON = "Fordi det er slik"
REFUSED = {403: "Forbidden", 404: "Absent", 409: "Conflict", 410: "Gone", 412: "PreconditionFailed",
           422: "Unprocessable", 503: "Busy"}  # fmt: skip


@dataclass
class Worker:
    """A process that writes: as many people as it likes, one after the other."""

    world: World
    scene: Scene
    shared: Shared
    journal: Journal
    dice: random.Random
    number: int = 0
    awaited: list[tuple[str, str]] = field(default_factory=list)
    confirming: list[tuple[str, Any, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    known: dict[str, tuple[list[int], float]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def soon(self) -> int:
        """Until when a job's Grant holds."""
        return self.store.clock.real() + 60 * MICROSECONDS

    def acknowledged(self, kind: Kind, source: str) -> None:
        """Write down that it was sent."""
        self.journal.note("sent", kind.code, source)
        self.shared.add(self.number)

    def patient(self, person: str) -> tuple[str, Any]:
        """Some patient (an id), and the Grant of somebody for her."""
        patient = self.dice.choice(self.scene.patients)
        return patient, access.person(self.scene.who(person), (self.scene.keys[patient],))

    def own(self) -> tuple[str, Any]:
        """Some patient (an id), and her own Grant."""
        patient = self.dice.choice(self.scene.patients)
        return patient, access.person(self.scene.citizen(patient), (self.scene.keys[patient],))

    async def patient_now(self, patient: str) -> dict[str, Any]:
        """Her Patient as it stands."""
        grant = access.maintenance("the register", until=self.soon)
        return msgspec.json.decode((await self.store.read(grant, "Patient", patient)).body)

    async def stranger(self) -> tuple[str, Any]:
        """A new patient whom nobody follows: her id and key."""
        made = {"resourceType": "Patient", "name": [{"family": f"Fremmed{self.dice.randrange(10**9)}"}]}
        grant = access.maintenance("the register", until=self.soon)
        (source,) = await sending.create(self, grant, made)
        return source.partition("/")[2], await self.store.place(source)

    # -- a turn ---------------------------------------------------------------------------------------------

    async def turn(self) -> None:
        """Something is sent, and three people look at their lists; now and then something else comes about."""
        self.store.clock.offset = self.shared.offset
        await self.guarded("send", self.send)
        self.store.clock.offset = self.shared.offset
        for _ in range(2):
            await self.guarded("work", self.work)
        await self.guarded("desk", self.desk)
        for chance, name, act in (
            (0.2, "decide", self.decide),
            (0.3 if self.awaited else 0, "result", partial(sending.result, self)),
            (0.3 if self.asked else 0, "reply", self.reply),
            (0.3 if self.confirming else 0, "confirm", partial(sending.confirm, self)),
            (0.1, "settle", partial(settle, self.store)),
        ):
            if self.dice.random() < chance:
                await self.guarded(name, act)

    async def guarded(self, name: str, act: Any) -> Any:
        """Do it; what is refused, or breaks off, is counted and not done again."""
        try:
            return await act()
        except Busy:
            self.journal.note("said", name, "Busy")
            await asyncio.sleep(0.05)
        except RecordError as error:
            self.journal.note("said", name, type(error).__name__)
        return None

    async def send(self) -> None:
        kind = self.dice.choice(sending.KINDS)
        for source in await self.dice.choice(sending.WAYS[kind])(self, kind):
            self.acknowledged(kind, source)

    async def work(self) -> None:
        """Somebody looks at her list, and does something with some of it, now and then twice."""
        store, dice = self.store, self.dice
        person = dice.choice(self.scene.carers)
        who = self.scene.who(person)
        grant = access.everyone(who)
        side = "mine" if dice.random() < 0.85 else "sent"
        rows = await store.work(grant, side, 12)
        parties = await self.parties(person, grant) if rows else []
        for row in dice.sample(rows, min(AT_ONCE, len(rows))):
            hers = {"holds": mark_of(row.owner) in parties, "sent": mark_of(row.sender) in parties}
            verbs = rules.verbs(Kind(row.kind), State(row.state), own=row.owner == person, urgent=row.urgent, **hers)
            if verbs:
                (verb,) = dice.choices(verbs, [3 if verb in LAST else 1 for verb in verbs])
                await self.twice(verb, row, who)

    async def parties(self, person: str, grant: Any) -> list[int]:
        """What somebody works for, asked now and then: whether she may is decided when she does it."""
        known, at = self.known.get(person, ([], 0.0))
        if time.monotonic() - at > KNOWN:
            known = await self.store.parties(grant)
            self.known[person] = (known, time.monotonic())
        return known

    async def twice(self, verb: Verb, row: Any, who: Any) -> None:
        """Do it, by a page or as a FHIR client, and every tenth time send the same answer again."""
        day = datetime.fromtimestamp(self.store.clock.clinical() / MICROSECONDS + 86_400 * self.dice.randint(1, 9), UTC)
        said = {"words": REASON, "to": self.scene.receiver(self.dice), "until": day.date().isoformat()}
        by_fhir = row.source.startswith("Task/") and self.dice.random() < 0.25
        for _ in range(2 if self.dice.random() < 0.1 else 1):
            act = partial(self.put if by_fhir else self.act, verb, row, who, said)
            if (source := await self.guarded(str(verb), act)) is not None:
                self.journal.note("done", str(verb), row.source, _stood(row), source)
                if verb is Verb.ASK and row.sender.startswith("Patient/"):
                    self.asked.append((row.sender.partition("/")[2], source))

    async def act(self, verb: Verb, row: Any, who: Any, said: dict[str, str]) -> str:
        return await actions.do(self.store, who, row, verb, **said)

    async def put(self, verb: Verb, row: Any, who: Any, said: dict[str, str]) -> str | None:
        now = moment(self.store.clock.clinical())
        task = rules.act(msgspec.json.decode(row.body), verb, who=who.reference, now=now, **said)
        answer = await self.world.client(who).put(row.source, task, if_match=f'W/"{row.version}"')
        if answer.status == 200:
            return row.source
        self.journal.note("said", "PUT", REFUSED[answer.status])
        return None

    # -- cases ----------------------------------------------------------------------------------------------

    async def desk(self) -> None:
        """Somebody at a desk looks at its cases."""
        who = self.scene.who(self.dice.choice(self.scene.reviewers))
        grant = access.handle(who)
        rows = await self.store.cases(grant)
        for row in self.dice.sample(rows, min(AT_ONCE, len(rows))):
            for _ in range(2 if self.dice.random() < 0.1 else 1):
                await self.guarded("case", partial(self.case, row, who, grant))

    async def case(self, row: Any, who: Any, grant: Any) -> None:
        hand, dice = row.hand, self.dice
        if dice.random() < 0.6 and Kind(hand.kind) in NOBODYS:
            await self.nobodys(hand, who)
            return
        if dice.random() < 0.6 and Kind(hand.kind) not in NOBODYS:
            verb, source = "case answered", hand.source
            if Kind(hand.kind) is Kind.DELETION and dice.random() < 0.7:
                task = msgspec.json.decode(hand.body)
                if who.reference in cases.approvals(task) or len(cases.approvals(task)) > 1:
                    return
                verb = "deletion approved"
                await cases.approve_deletion(self.store, grant, who, row)
            else:
                await cases.answer(self.store, grant, row, REASON, refused=dice.random() < 0.3)
        else:
            own = hand.owner == who.reference
            able = rules.verbs(Kind(hand.kind), State(hand.state), holds=True, sent=False, own=own)
            if not able:
                return
            verb = dice.choice(able)
            now = self.store.clock.clinical()
            day = datetime.fromtimestamp(now / MICROSECONDS + 86_400 * dice.randint(1, 9), UTC).date().isoformat()
            to = dice.choice([self.scene.hospital, self.scene.offices[0], self.scene.towns[0], self.scene.night])
            change = partial(rules.act, verb=verb, who=who.reference, now=moment(now), words=REASON, to=to, until=day)
            source = await cases.act(self.store, grant, row, change)
            if verb is Verb.ASK and hand.sender.startswith("Patient/"):
                self.asked.append((hand.sender.partition("/")[2], source))
            verb = f"case {verb}"
        version = str(hand.version or f"0.{hand.made}")  # a way in that is used again is looked over again
        self.journal.note("done", verb.replace(" ", "-"), hand.source, version, source)

    async def nobodys(self, hand: Any, who: Any) -> None:
        """Decide about an organisation that applies, or confirm the roles of one."""
        if hand.kind == Kind.ACCESS_REVIEW:
            for held in await organizations.staff(self.store, who, hand.focus):
                await organizations.confirm(self.store, who, held.id, hand.focus)
            self.journal.note("said", "roles confirmed")
            return
        which = application_of(hand)
        if self.dice.random() < 0.5:
            await applications.refuse(self.store, who, which, REASON)
        else:
            await applications.approve(self.store, who, which)
        self.journal.note("done", "application-decided", f"Application/{which}", "0", hand.source)

    async def reply(self) -> None:
        """A citizen answers what she was asked."""
        patient, source = self.asked.pop()
        client = self.world.client(self.scene.citizen(patient))
        found = await client.get(source)
        stands = found.json.get("businessStatus", {}).get("coding", [{}])[0].get("code")
        asked = stands == "returned" and found.json["status"] == "on-hold"
        if found.status == 200 and not asked:  # it was answered without her, or put off, or it ended
            self.journal.note("said", "citizen's answer", "too late")
        elif found.status == 200:
            note = {"authorReference": {"reference": f"Patient/{patient}"}, "text": REASON}
            code = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": "replied"}]}
            said = {"status": "requested", "businessStatus": code, "note": [*found.json.get("note", []), note]}
            answer = await client.put(source, found.json | said, if_match=found.headers["etag"])
            why = "" if answer.status == 200 else answer.json["issue"][0].get("diagnostics", "")
            self.journal.note("said", "citizen's answer", str(answer.status), *why.split())

    async def decide(self) -> None:
        """A GP answers what somebody asked about one of her patients."""
        gp = self.scene.who(self.dice.choice(self.scene.gps))
        patient = self.dice.choice(self.scene.patients)
        grant = access.person(gp, (self.scene.keys[patient],))
        for asked in (await self.store.requests(grant))[:AT_ONCE]:
            await requests.decide(self.store, gp, grant, asked, None, REASON)
            self.journal.note("done", "request-refused", f"Task/{asked.id}", str(asked.version), f"Task/{asked.id}")


def _stood(row: Any) -> str:
    """As what she saw it: of an order that no Task carries its answer is work anew, and it has no other version."""
    bare = row.source.startswith("ServiceRequest/") and Kind(row.kind) is Kind.ORDER
    return f"{row.version}/{row.answer}" if bare else str(row.version)
