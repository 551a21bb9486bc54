"""Planning a commit: whose entries they are, which ids they get, what their references become.

Everything that needs no lock happens here: homes are found, persons reserved, ids given, references
among the changes rewritten, and drafts made. What is refused here has touched nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from felles.fhir import links, rewrite
from felles.record.drafts import Draft, draft
from felles.record.errors import Conflict, Forbidden, PreconditionFailed, RecordError, Unprocessable, blaming
from felles.record.grants import Grant, Mode, PersonKey
from felles.record.guarded import Takes, may_try, may_write
from felles.record.homes import SHARED_TYPES, Home, home_of, refuse_person_references
from felles.record.ids import SHARED_BUCKET, bucket_of, new_bucket, new_id

if TYPE_CHECKING:
    from felles.record.changes import Change, Result
    from felles.record.keys import Keys
    from felles.record.locate import Locator
    from felles.record.pool import Conn, Pool

PHANTOM: PersonKey = (0, -1)
"""Stands for whoever is not here, and is never open: what leads to nobody takes the way of what leads to a person
who is hidden, so that both are answered by the same check, in the same order, with the same words."""

VERBS = {"create": "write", "update": "write", "delete": "write"}


@dataclass(slots=True)
class Step:
    """One change, planned. `new`: no version of it is here yet. `found`: its condition met this entry.

    `here` is where the target of an update or delete lies, `leads` the references that lead to a person, at
    `expression`, with where. `wrong` refuses the change, once all of these are known to be open to the writer.
    """

    change: Change
    key: PersonKey
    id: str
    new: bool
    made: Draft | None = None
    claims: bool = False
    """Whether the id is written to `directory`: it does not carry the bucket it lies in. Of what is new it must be free
    still when it is written (`Stale`)."""
    found: Result | None = None
    here: PersonKey | None = None
    leads: tuple[tuple[str, PersonKey], ...] = ()
    expression: str | None = None
    wrong: RecordError | None = None
    keeps: bool = False
    """Whether what follows from the entry stays as it was: known under the lock (`Takes.keeps`)."""

    def led_to(self) -> set[PersonKey]:
        """All persons who must be open for this change."""
        return {key for key in (self.key, self.here, *(key for _, key in self.leads)) if key is not None and key[1]}


@dataclass(slots=True)
class Plan:
    """All steps of one commit, in the order of its changes. `fresh`: persons it brings, True where only reserved."""

    grant: Grant
    act: str
    steps: list[Step]
    fresh: dict[PersonKey, bool] = field(default_factory=dict)
    reserved: list[tuple[str, PersonKey]] = field(default_factory=list)
    historic: bool = False
    doors: dict[PersonKey, Grant] = field(default_factory=dict)
    """Persons whose door is another Grant's than the commit's (`Moving.grant`)."""

    def door(self, key: PersonKey) -> Grant:
        """The Grant under which this person is open or not."""
        return self.doors.get(key, self.grant)

    def persons(self) -> list[PersonKey]:
        """The persons touched who are here already."""
        return sorted({key for s in self.steps if s.found is None for key in s.led_to()} - self.fresh.keys())

    def changed(self) -> set[str]:
        """The entries that this commit would change, or make under an id it was given, and the persons it reserves.

        Of two that name one entry the second looks once the first is written: made anew, an entry stands over none.
        """
        named = (s for s in self.steps if s.found is None and (s.change.id or s.change.drawn))
        changed = {f"{s.change.type}/{s.id}" for s in named}
        return changed | {f"Patient/{resource_id}" for resource_id, _ in self.reserved}

    def claims(self) -> bool:
        """Whether it rests on an id's being free."""
        return bool(self.reserved) or any(s.new and s.claims for s in self.steps)


class Planner:
    """Plans the changes of one commit for one Grant."""

    def __init__(
        self, locator: Locator, keys: Keys, source: Conn | Pool, grant: Grant, takes: Takes | None = None
    ) -> None:
        self._locator = locator
        self._keys = keys
        self._source = source
        self._grant = grant
        self._takes = takes or Takes()
        self._urls: dict[str, str] = {}
        self._homes: dict[int, Home] = {}
        self._places: dict[str, PersonKey] = {}
        self._fresh: dict[PersonKey, bool] = {}
        self._reserved: list[tuple[str, PersonKey]] = []
        self._steps: list[Step] = []
        self._rewrites = self._oids = False
        self._full_urls: set[str] = set()

    async def plan(self, changes: list[Change], found: dict[int, Result], act: str) -> Plan:
        """The plan of all changes; `found` holds, by position, what conditional creates met.

        Raises `Forbidden`, `Absent`, `Conflict`, `PreconditionFailed`, `Unprocessable`.
        """
        for position, change in enumerate(changes):
            if change.beside and all(each in found for each in change.beside):
                found = found | {position: found[change.beside[0]]}
        self._check_verbs(changes, found)
        self._full_urls = {c.full_url for c in changes if c.full_url}
        self._rewrites = bool(self._full_urls)
        self._oids = any((c.full_url or "").startswith("urn:oid:") for c in changes)
        await self._locate(changes, found)
        steps: list[Step | None] = [None] * len(changes)
        for position, change in self._in_order(changes):
            with blaming(position):
                steps[position] = step = await self._step(position, change, found.get(position))
            self._steps.append(step)
        plan = Plan(self._grant, act, [s for s in steps if s is not None], self._fresh, self._reserved)
        for step in plan.steps:
            moving = step.change.moving
            if moving is not None and moving.grant is not None and step.change.op == "delete":
                plan.doors[step.key] = moving.grant
        self._draft(plan)
        return plan

    def _check_verbs(self, changes: list[Change], found: dict[int, Result]) -> None:
        for position, change in enumerate(changes):
            with blaming(position):
                self._check_verb(change, found=position in found)

    def _check_verb(self, change: Change, *, found: bool) -> None:
        verb = "maintain" if change.type in SHARED_TYPES else "move" if change.moving else VERBS[change.op]
        if change.type == "Patient" and change.op == "create" and not found:
            verb = "create_person"
        if not (self._may_guarded(change) if verb == "write" else self._grant.may(verb)):
            raise Forbidden(f"this role may not {change.op} {change.type}")
        if change.op != "create" and bucket_of(change.id or "") is None and not change.id:
            raise Unprocessable(f"{change.op} of {change.type} names no id")

    def _may_guarded(self, change: Change) -> bool:
        """Whether the Grant may write this; what an entry here already says is asked under lock as well."""
        if change.op == "create":
            return may_write(self._grant, change.resource, self._takes)
        return may_try(self._grant, change.type, self._takes)

    def _in_order(self, changes: list[Change]) -> list[tuple[int, Change]]:
        """Patients first, then what leads straight to one, then what goes by way of another entry."""

        def rank(item: tuple[int, Change]) -> int:
            position, change = item
            home = self._homes.get(position)
            if change.type == "Patient" or change.type in SHARED_TYPES:
                return 0
            if home is not None and home.follows:
                return 3
            return 2 if home is not None and home.via else 1

        return sorted(enumerate(changes), key=rank) if len(changes) > 1 else list(enumerate(changes))

    async def _locate(self, changes: list[Change], found: dict[int, Result]) -> None:
        wanted = {result.reference for result in found.values()}
        types = {c.full_url: c.type for c in changes if c.full_url}
        for position, change in enumerate(changes):
            if change.id is not None:
                wanted.add(f"{change.type}/{change.id}")
            if change.resource is not None:
                with blaming(position):
                    home = self._homes[position] = home_of(change.resource, types)
                wanted.update(home.refs)
        self._places = await self._locator.find(self._source, (w for w in wanted if not w.startswith("urn:")))

    async def _step(self, position: int, change: Change, found: Result | None) -> Step:
        if found is not None:
            if change.full_url:
                self._urls[change.full_url] = found.reference
            return Step(change, self._places.get(found.reference, (0, 0)), found.id, new=False, found=found)
        here = self._places.get(f"{change.type}/{change.id}") if change.id else None
        if change.type in SHARED_TYPES:
            step = self._shared(change)
        elif change.op == "delete":
            place = here or PHANTOM
            step = Step(change, place, change.id or "", new=False, here=place)
            step.wrong = change.moving and change.moving.wrong
        else:
            step = await self._owned(position, change, here)
        reference = f"{change.type}/{step.id}"
        self._places[reference] = step.key
        self._urls[reference] = reference
        if change.full_url:
            self._urls[change.full_url] = reference
        return step

    def _shared(self, change: Change) -> Step:
        if change.resource is not None:
            refuse_person_references(change.resource)
        if change.id is None:
            return Step(change, (SHARED_BUCKET, 0), _drawn(change, SHARED_BUCKET), new=True)
        return Step(change, (SHARED_BUCKET, 0), change.id, new=False, claims=change.source is not None)

    async def _owned(self, position: int, change: Change, here: PersonKey | None) -> Step:
        home = self._homes[position]
        if here is None and change.id is not None and self._grant.mode != Mode.ALL:
            here = PHANTOM
        leads = tuple([(self._urls.get(ref, ref), await self._place(ref, home)) for ref in home.refs])
        key, wrong = await self._home(change, home, here, [key for _, key in leads])
        if change.id is None:
            step = Step(change, key, _drawn(change, key[0]), new=True)
        elif here is None:
            step = self._named(change, key)
        else:
            if here != key:
                key, wrong = here, _stays(f"{change.type}/{change.id}", here, home)
            step = Step(change, key, change.id, new=False, claims=change.source is not None, here=here)
        step.leads, step.expression, step.wrong = leads, home.expression, wrong
        return step

    def _named(self, change: Change, key: PersonKey) -> Step:
        """A PUT to an id that is not here: for those who see everything, and never with an id of our form."""
        if bucket_of(change.id or "") is not None:
            raise Unprocessable(f"{change.id} has the form of an id made here, but was not made here")
        if change.expected:
            raise PreconditionFailed(f"{change.type}/{change.id} is not here, so no version of it matches")
        return Step(change, key, change.id or "", new=True, claims=True)

    async def _home(
        self, change: Change, home: Home, here: PersonKey | None, leads: list[PersonKey]
    ) -> tuple[PersonKey, RecordError | None]:
        """Where the entry is to lie, and what is wrong with that."""
        if change.type == "Patient":
            return here or change.person or await self._new_person(), None
        if home.follows:
            return here or self._referring(change) or (new_bucket(), 0), None
        persons = sorted({key for key in leads if key[1]})
        if not persons:  # it leads to no person: nobody's, in a bucket of its own
            return (here if here is not None and here[1] == 0 else (new_bucket(), 0)), None
        several = Unprocessable(f"{change.type} leads to several persons: write one for each")
        return persons[0], several if len(persons) > 1 else None

    async def _place(self, ref: str, home: Home) -> PersonKey:
        ref = self._urls.get(ref, ref)
        key = self._places.get(ref)
        if key is not None and key[0] != SHARED_BUCKET:
            return key
        if ref.startswith("urn:") and ref not in self._full_urls:
            raise Unprocessable(f"{ref[:120]} is not in this Bundle", home.expression)
        if self._grant.mode != Mode.ALL:
            return PHANTOM
        if home.via:
            return (new_bucket(), 0)  # what it refers to is not here, or has no person: nobody's
        if not ref.startswith("Patient/"):
            return PHANTOM
        if bucket_of(ref[8:]) is not None:
            raise Unprocessable(f"{ref} has the form of an id made here, but was not made here", home.expression)
        key = await self._new_person(reserved=True)
        self._places[ref] = key
        self._reserved.append((ref[8:], key))
        return key

    def _referring(self, change: Change) -> PersonKey | None:
        """The person of the entry in this commit that refers to `change` (a Binary lies where it is used)."""
        own = {change.full_url, f"{change.type}/{change.id}" if change.id else None} - {None}
        keys = {
            step.key
            for step in self._steps
            if step.change.resource is not None and step.key[1] and own & set(links(step.change.resource))
        }
        if len(keys) > 1:
            raise Unprocessable(f"this {change.type} is used by entries of several persons: write one for each")
        return keys.pop() if keys else None

    async def _new_person(self, *, reserved: bool = False) -> PersonKey:
        key = (new_bucket(), await self._keys.person(self._source))
        self._fresh[key] = reserved
        return key

    def _draft(self, plan: Plan) -> None:
        """Rewrite the references of all resources and make their drafts."""
        by_person: dict[PersonKey, set[str]] = {}
        for step in plan.steps:
            if step.key[1]:
                by_person.setdefault(step.key, set()).add(f"{step.change.type}/{step.id}")
        for ref, key in self._places.items():
            if ref.startswith("Patient/") and key in by_person:
                by_person[key].add(ref)
        for position, step in enumerate(plan.steps):
            resource = step.change.resource
            if resource is None or step.found is not None:
                continue
            if self._rewrites:
                rewrite(resource, self._urls.get, oids=self._oids)
            own = frozenset(by_person.get(step.key, ()))
            with blaming(position):
                step.made = draft(resource, step.change.type, step.id, step.key, own)


def _stays(name: str, here: PersonKey, home: Home) -> Conflict:
    """What refuses to take an entry elsewhere than where it lies: its id and its versions are there."""
    if here[1]:
        return Conflict(f"{name} belongs to another person, or would; it stays where it is")
    return Conflict(f"{name} belongs to nobody: write it anew with its person, and delete this one", home.expression)


def _drawn(change: Change, bucket: int) -> str:
    """The id of what is made in a bucket. Raises `Unprocessable` for one that was drawn for another."""
    if change.drawn is not None and bucket_of(change.drawn) != bucket:
        raise Unprocessable(f"{change.drawn} was not drawn for this person")
    return change.drawn or new_id(bucket)
