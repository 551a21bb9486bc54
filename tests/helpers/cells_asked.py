"""People in every situation of the decision table, and the cells of it asked of the FHIR door and of the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from doors import block, coded, consent, held_back, item, not_to_parents, proxy
from every_kind import of_every_kind
from households import parent_of
from routes import Asked, Pages
from worlds import Client, World, actor

from felles.access.actor import Sort
from felles.access.cells import NAMED, PARTS, STAFF, STANDINGS, Case, Situation
from felles.access.codes import EPISODE_SYSTEM, KIND_SYSTEM, MUNICIPAL_SERVICE, PREGNANCY, ROLE_SYSTEM
from felles.access.roles import ROLES
from felles.record.codes import MANDATE_SYSTEM, PROTECTED_ADDRESS, RESTRICTION_SYSTEM
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from felles.access.actor import Actor

CLINIC, ANOTHER = "Organization/clinic", "Organization/another"
WORDS = {"need": "behov", "emergency": "nodrett", "consent": "samtykke"}


def staff(role: str) -> Actor:
    """The one who works at the clinic in that role."""
    return actor(role, Sort.STAFF, reference=f"Practitioner/{role}", organization=CLINIC, organization_name="Klinikk")


def episode(patient: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{patient}"},
        "type": [coded(EPISODE_SYSTEM, code)], "managingOrganization": {"reference": CLINIC},
        "period": {"start": "2020-01-01"}, "id": f"{patient}-followed", **more,
    }  # fmt: skip


def _blocks(patient: str, what: str) -> list[dict[str, Any]]:
    match what:
        case "none":
            return []
        case "all":
            made = [block(patient)]
        case "organisation":
            made = [block(patient, against=CLINIC)]
        case "another":
            made = [block(patient, against=ANOTHER)]
        case "role":
            made = [block(patient, role=role) for role in STAFF]
        case _:
            made = [block(patient, against=f"Practitioner/{role}") for role in STAFF]
    return [each | {"id": f"{patient}-closed-{n}"} for n, each in enumerate(made)]


def _followed(patient: str, situation: Situation, code: str) -> list[dict[str, Any]]:
    """What joins staff and person to begin with: an episode, or a message that points to an entry of each kind."""
    match situation.relation:
        case "none":
            return []
        case "message":
            about = [{"reference": f"{each['resourceType']}/{each['id']}"} for each in of_every_kind(patient).values()]
            to = [{"reference": f"PractitionerRole/c-{role}"} for role in STAFF]
            return [{"resourceType": "Communication", "status": "completed", "id": f"{patient}-asked", "recipient": to,
                     "subject": {"reference": f"Patient/{patient}"}, "about": about}]  # fmt: skip
        case _:
            return [episode(patient, code)]


@dataclass
class Asking:
    """One region, its doors, and the people made in it so far."""

    world: World
    pages: Pages
    made: dict[Situation, str] = field(default_factory=dict)
    asked: int = 0

    @classmethod
    async def of(cls, world: World) -> Asking:
        """Over an empty region; all roles work at the clinic."""
        asking = cls(world, Pages.of(world))
        await asking.put(
            {"resourceType": "Organization", "id": "clinic", "name": "Klinikk"},
            {"resourceType": "Organization", "id": "another", "name": "En annen"},
            *(
                {"resourceType": "PractitionerRole", "id": f"c-{role}", "organization": {"reference": CLINIC},
                 "practitioner": {"reference": f"Practitioner/{role}"}, "code": [coded(ROLE_SYSTEM, role)]}
                for role in STAFF
            ),
        )  # fmt: skip
        return asking

    async def put(self, *entries: dict[str, Any]) -> None:
        """Write entries under their ids, by one who sees everything, all or none."""
        put = [{"resource": e, "request": {"method": "PUT", "url": f"{e['resourceType']}/{e['id']}"}} for e in entries]
        answer = await self.world.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": put})
        assert answer.status == 200, answer.json

    def client(self, role: str) -> Client:
        return self.world.client(staff(role))

    async def person(self, situation: Situation) -> str:
        """The person whom staff meet in that situation, with an entry of each kind; the way in is yet to be gone."""
        found = self.made.get(situation)
        if found is None:
            found = self.made[situation] = f"t{len(self.made)}"
            followed = _followed(found, situation, MUNICIPAL_SERVICE)
            await self.put(*of_every_kind(found).values(), *followed, *_blocks(found, situation.block))
            if situation.relation == "self-made":
                await self._by_themselves(found)
        return found

    async def _by_themselves(self, patient: str) -> None:
        """Each role that may writes a task, else an appointment, to herself; then the relation she had ends."""
        for role in STAFF:
            made: dict[str, Any]
            verbs, mine = ROLES[role].verbs, {"reference": f"Practitioner/{role}"}
            if "basis:task" in verbs:
                made = {"resourceType": "Task", "status": "requested", "intent": "order", "owner": mine,
                        "for": {"reference": f"Patient/{patient}"}}  # fmt: skip
            elif "basis:appointment" in verbs:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                made = {"resourceType": "Appointment", "status": "booked", "start": now, "end": now, "participant": [
                    {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
                    {"actor": mine, "status": "accepted"}]}  # fmt: skip
            else:
                continue
            answer = await self.client(role).post(made["resourceType"], made)
            assert answer.status == 201, (role, answer.json)
        over = {"status": "finished", "period": {"start": "2020-01-01", "end": "2020-02-01"}}
        await self.put(episode(patient, MUNICIPAL_SERVICE, **over))

    async def go_in(self, role: str, patient: str, way: str) -> None:
        """Go in by the page's form; it lets those in whose role has the verb, and nobody else."""
        if way == "none":
            return
        form = {"vei": WORDS[way], "grunn": "danger", "ord": "Bevisstløs i akuttmottaket", "del": "alt"}
        answer = await self.pages.ask(staff(role), Asked("POST", f"/p/{patient}/apne", form))
        may = ("need" if way == "need" else "open") in ROLES[role].verbs
        assert answer.status_code == (303 if may else 403), (role, way, answer.text)

    async def seen(self, client: Client, patient: str, role: str = "") -> dict[Kind, bool]:
        """Which kinds of the person's entries that client reads, each by a request of its own in one batch."""
        entries = of_every_kind(patient)
        gets = [{"request": {"method": "GET", "url": f"{e['resourceType']}/{e['id']}"}} for e in entries.values()]
        answer = await client.post("", {"resourceType": "Bundle", "type": "batch", "entry": gets})
        self.asked += len(entries)
        if answer.status == 403 and role and "read" not in ROLES[role].verbs:
            return dict.fromkeys(entries, False)
        assert answer.status == 200, answer.json
        statuses = [each["response"]["status"][:3] for each in answer.json["entry"]]
        assert set(statuses) <= {"200", "404"}, statuses
        return {kind: status == "200" for kind, status in zip(entries, statuses, strict=True)}

    async def stood(self, patient: str, name: str) -> None:
        """Make the person of one standing (`cells.STANDINGS`)."""
        standing = next(each for each in STANDINGS if each.name == name)
        situation = standing.situation
        code = PREGNANCY if name == "pregnancy" else MUNICIPAL_SERVICE
        followed = _followed(patient, situation, code)
        await self.put(of_every_kind(patient)[Kind.PERSON], *followed, *_blocks(patient, situation.block))
        if situation.relation == "self-made":
            await self._by_themselves(patient)


# -- those who read as citizens ------------------------------------------------------------------------------

TODAY = datetime.now(UTC).date()
AGES = {"0-11 years": 8, "0-11 years, address protected": 9, "12-15 years": 13, "16-17 years": 17, "adult": 40,
        "adult, cannot consent": 41, "dead": 80}  # fmt: skip


def _born(years: int) -> str:
    return (TODAY - timedelta(days=365 * years + years // 4 + 100)).isoformat()


def _patient(name: str, years: int, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "name": [{"family": "Tabell"}], "birthDate": _born(years), **more}


def _mandate(patient: str, code: str, who: str, **provision: Any) -> dict[str, Any]:
    actors = [{"role": {"text": "x"}, "reference": {"reference": f"Patient/{who}"}}]
    return consent(patient, coded(MANDATE_SYSTEM, code), {"type": "permit", "actor": actors, **provision})


def _acting(case_: Case, patient: str, who: str, entries: dict[Kind, str]) -> list[dict[str, Any]]:
    """The entries by which `who` comes to act, or does not. `entries`: kind → reference."""
    parts = {"data": [item(entries[kind]) for kind in PARTS]}
    until = {"period": {"end": (TODAY + timedelta(days=60)).isoformat()}}
    action = {"action": [coded(MANDATE_SYSTEM, "read")]}
    kinds = {"class": [{"system": KIND_SYSTEM, "code": kind.name.lower()} for kind in NAMED]}
    parent = parent_of({"id": patient}, {"id": who, "name": [{"family": "Tabell"}]})
    barred = {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"reference": f"Patient/{who}"}}]}
    made = {
        "herself": [],
        "a stranger": [],
        "parent": [parent],
        "parent who is barred": [parent, consent(patient, coded(RESTRICTION_SYSTEM, "barred"), barred)],
        "parent, a part released": [parent, _mandate(patient, "part", who, **parts, **until)],
        "kin, a part released": [_mandate(patient, "estate", who, **parts)],
        "next of kin": [_mandate(patient, "kin", who, **action, **kinds)],
        "guardian: read": [_mandate(patient, "guardian", who, **action)],
        "proxy given at 15": [proxy(patient, who) | {"dateTime": (TODAY - timedelta(days=3 * 365)).isoformat()}],
        "proxy that ended": [proxy(patient, who, end="2020-01-01")],
        "proxy of 17 years": [proxy(patient, who)],
    }.get(case_.name)
    if made is None:
        made = [proxy(patient, who, case_.name.removeprefix("proxy: "))]
    return [each | {"id": f"{patient}-acts-{n}"} for n, each in enumerate(made)]


def _kept(patient: str, how: str, entries: dict[Kind, str]) -> list[dict[str, Any]]:
    if how == "nothing":
        return []
    keep = held_back if how == "from her" else not_to_parents
    made = [keep(patient, reference) for kind, reference in entries.items() if kind is not Kind.PERSON]
    return [each | {"id": f"{patient}-kept-{n}"} for n, each in enumerate(made)]


@dataclass
class Acting:
    """A person with an entry of each kind (kind → reference), and who reads them as a citizen."""

    patient: str
    who: str
    entries: dict[Kind, str]


async def acting(asking: Asking, case_: Case, kept: str, number: int) -> Acting:
    """Make both, and what is kept back."""
    patient, who = f"s{number}", f"a{number}"
    more: dict[str, Any] = {}
    if "protected" in case_.whose:
        more["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    if case_.whose == "dead":
        more["deceasedDateTime"] = "2025-06-01"
    made = of_every_kind(patient) | {Kind.PERSON: _patient(patient, AGES[case_.whose], **more)}
    booked = made.pop(Kind.APPOINTMENT)
    receiver = _patient(who, 17 if "of 17" in case_.name else 40)
    await asking.put(receiver, *made.values(), episode(patient, "gp-list"))
    # Parents of a youth have what her GP and her municipality answer for: the GP books it.
    answer = await asking.client("gp").post("Appointment", {n: v for n, v in booked.items() if n != "id"})
    assert answer.status == 201, answer.json
    entries = {kind: f"{each['resourceType']}/{each['id']}" for kind, each in made.items()}
    entries[Kind.APPOINTMENT] = f"Appointment/{answer.json['id']}"
    rest = [*_acting(case_, patient, who, entries), *_kept(patient, kept, entries)]
    if rest:
        await asking.put(*rest)
    return Acting(patient, patient if case_.herself else who, entries)


async def read_as_citizen(asking: Asking, found: Acting) -> dict[Kind, bool]:
    """Which kinds she reads: her own by FHIR, another's by the page of each entry."""
    key = await asking.world.store.place(f"Patient/{found.who}")
    assert key is not None
    who = actor("citizen", Sort.CITIZEN, reference=f"Patient/{found.who}", keys=(key,), purpose="PATRQT")
    seen: dict[Kind, bool] = {}
    for kind, reference in found.entries.items():
        asking.asked += 1
        if found.who == found.patient:
            status = (await asking.world.client(who).get(reference)).status
        else:
            asked = Asked("GET", f"/for/{found.patient}/e/{reference}")
            status = (await asking.pages.ask(who, asked)).status_code
        assert status in (200, 404), (kind, status)
        seen[kind] = status == 200
    return seen
