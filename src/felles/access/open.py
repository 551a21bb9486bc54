"""The doors: the only place where Grants are made.

Nothing here reads or decides anything: a Grant carries who asks and why, and the statement that reads the
rows decides them (`record.decide`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import msgspec

from felles.access.actor import Actor, Sort
from felles.access.representation import Verb
from felles.access.roles import ROLES, mask
from felles.record.errors import Forbidden
from felles.record.grants import (
    _MINT,  # pyright: ignore[reportPrivateUsage]  # this is the room it is for
    LookupGrant,
    Mode,
    PersonGrant,
    PersonKey,
    SetGrant,
    SystemGrant,
)
from felles.record.ids import mark_of
from felles.record.kinds import Kind

MODES: Final = {
    Sort.STAFF: Mode.STAFF,
    Sort.CITIZEN: Mode.SELF,
    Sort.SYSTEM: Mode.ORG_SYSTEM,
    Sort.MAINTENANCE: Mode.ALL,
}

MAINTENANCE: Final = "maintenance"
"""The purpose under which everything is seen: migrations, import, the demo's fill, backup."""

ACTS: Final = {
    Verb.BOOK: frozenset({"ask"}),
    Verb.WRITE: frozenset({"ask"}),
    Verb.RENEW: frozenset({"ask"}),
    Verb.SPEAK: frozenset({"ask", "remark", "case"}),
}
"""What may be written by each thing that a proxy lets somebody do, reading aside."""
ADMINISTERS: Final = frozenset({"maintain", "register"})
"""What the Grant of `administer` may do."""


def person(actor: Actor, keys: tuple[PersonKey, ...], reason: str | None = None) -> PersonGrant:
    """A Grant for one person: `keys` are all her internal keys. Whether it opens is decided when it reads.

    A citizen's Grant opens her own record alone, whatever keys it is given.
    """
    return PersonGrant(**_common(actor, actor.purpose, reason), keys=keys)


def place(actor: Actor, keys: tuple[PersonKey, ...], reason: str) -> PersonGrant:
    """A Grant for one person that also shows where she is when her address is protected. Raises `Forbidden`."""
    if not actor.may("place"):
        raise Forbidden("this needs a permission of its own")
    common = _common(actor, actor.purpose, reason)
    common["place"] = True
    return PersonGrant(**common, keys=keys)


def represent(actor: Actor, patient: str, keys: tuple[PersonKey, ...], reason: str | None = None) -> PersonGrant:
    """A Grant for a citizen to act for another, whose Patient is `patient` (`Patient/x`; "": to list all of them).

    It opens what the statement that reads finds she may see for her, and no more. Raises `Forbidden` for others.
    """
    if actor.sort is not Sort.CITIZEN:
        raise Forbidden("only citizens act for others")
    common = _common(actor, actor.purpose, reason)
    said = msgspec.json.decode(common["who"].encode()) | ({"for": patient} if patient else {})
    acting: dict[str, Any] = {"mode": Mode.PROXY, "own": 0, "verbs": frozenset({"read"})}
    acting["who"] = msgspec.json.encode(said).decode()
    return PersonGrant(**common | acting, keys=keys)


def act(actor: Actor, patient: str, keys: tuple[PersonKey, ...], verb: Verb) -> PersonGrant:
    """A Grant for a citizen to do one thing for another, whose Patient is `patient`. Raises `Forbidden` for others.

    Whether she may is decided under the lock of the commit (`record.decide.ACTS`). It writes what `ACTS` names and
    reads nothing: blocks, consents and new proxies are in nobody's reach who acts for another.
    """
    grant = represent(actor, patient, keys)
    return replace(grant, own=int(verb), kinds=0, verbs=ACTS[verb], behalf=patient)


def reply(actor: Actor, patient: str, keys: tuple[PersonKey, ...], verb: Verb) -> PersonGrant:
    """The same, to answer what the person is asked back by a Task that she who acts sees. Raises `Forbidden`."""
    return replace(act(actor, patient, keys, verb), kinds=mask(Kind.TASK, Kind.CASE))


def call_off(actor: Actor, patient: str, keys: tuple[PersonKey, ...]) -> PersonGrant:
    """A Grant for a citizen to call off an appointment of whom she may book for. Raises `Forbidden` for others.

    By the page alone, which changes nothing else of it. That her right reaches the appointment is decided in the commit
    (`record.decide`, `ACTS` and `REPRESENTED`).
    """
    grant = act(actor, patient, keys, Verb.BOOK)
    return replace(grant, kinds=mask(Kind.APPOINTMENT), verbs=frozenset({"book", "basis:appointment"}))


def case(actor: Actor, keys: tuple[PersonKey, ...], reason: str | None = None) -> PersonGrant:
    """A Grant to write a case about a person without a relation to her: a stated need, a question, a request.

    It reads nothing.
    """
    common = _common(actor, actor.purpose, reason)
    asking: dict[str, Any] = {"mode": Mode.CASE, "kinds": mask(Kind.CASE), "own": 0}
    asking["verbs"] = common["verbs"] & {"case", "need", "open"}
    return PersonGrant(**common | asking, keys=keys)


def handle(actor: Actor, reason: str | None = None) -> SetGrant:
    """A Grant to read and answer the cases that the actor's organisation must answer. Raises `Forbidden`."""
    if not actor.may("handle"):
        raise Forbidden(f"the role {actor.role.code} answers no cases")
    common = _common(actor, actor.purpose, reason)
    answering: dict[str, Any] = {"mode": Mode.CASE, "kinds": mask(Kind.CASE), "verbs": frozenset({"handle"})}
    return SetGrant(**common | answering)


def decide(actor: Actor, keys: tuple[PersonKey, ...], reason: str | None = None) -> PersonGrant:
    """A Grant to answer requests to see a part of a person's record, once it is decided. Raises `Forbidden`.

    It answers what the actor's own organisation must, and reads nothing.
    """
    return PersonGrant(**_deciding(actor, reason), keys=keys)


def asked(actor: Actor) -> SetGrant:
    """A Grant to find and take the requests to see a part that the actor's own organisation must answer.

    It reads no record: what is released is read by the Grant of who decides. Raises `Forbidden`.
    """
    return SetGrant(**_deciding(actor, None))


def _deciding(actor: Actor, reason: str | None) -> dict[str, Any]:
    if not actor.may("decide"):
        raise Forbidden(f"the role {actor.role.code} decides no requests")
    deciding: dict[str, Any] = {"mode": Mode.CASE, "kinds": mask(Kind.CASE, Kind.WITHHELD), "own": 0}
    deciding["verbs"] = frozenset({"handle"})
    return _common(actor, actor.purpose, reason) | deciding


def attend(actor: Actor) -> PersonGrant:
    """A Grant for a citizen to call off an appointment of her own, or answer an offer. Raises `Forbidden`.

    By the page alone, which changes nothing else of them: by FHIR a citizen writes no Appointment and no Task.
    """
    if actor.sort is not Sort.CITIZEN:
        raise Forbidden("only citizens answer for their own appointments")
    common = _common(actor, actor.purpose, None)
    common["kinds"] &= mask(Kind.APPOINTMENT, Kind.TASK)
    common["verbs"] = frozenset({"read", "find", "book", "write", "basis:appointment", "basis:task"})
    return PersonGrant(**common, keys=actor.keys)


def appoint(grant: PersonGrant) -> PersonGrant:
    """The Grant of one who decides (verb `hold`), to record or end a guardian's mandate. Raises `Forbidden`.

    Guardians are a register's to say, and by FHIR they stay so; by the page staff repeat a decision that they have
    seen. The relation is decided in the commit as ever. It writes guarded entries alone.
    """
    if not grant.may("hold"):
        raise Forbidden("this role records no guardians")
    return replace(grant, verbs=frozenset({"hold", "register"}))


def join(actor: Actor, reason: str | None = None) -> SetGrant:
    """A Grant to join and part Patients: it shows their look-up form, and reads no record. Raises `Forbidden`."""
    if not actor.may("join"):
        raise Forbidden(f"the role {actor.role.code} joins no Patients")
    common = _common(actor, actor.purpose, reason)
    common.update(kinds=0, verbs=frozenset({"join"}))
    return SetGrant(**common)


def move(actor: Actor) -> SetGrant:
    """A Grant to move an entry to the person it is about: both persons must be open to the actor. Raises `Forbidden`.

    What the entry says may be the basis of a relation as far as the actor's role may make that kind.
    """
    if not actor.may("move") or not ROLES[actor.role_code].kinds:
        raise Forbidden(f"the role {actor.role.code} moves no entries")
    common = _common(actor, actor.purpose, None)
    kept = frozenset(verb for verb in common["verbs"] if verb == "move" or verb.startswith("basis:"))
    common["verbs"] = kept
    return SetGrant(**common)


def move_by_case(actor: Actor) -> tuple[SetGrant, SetGrant]:
    """Grants to move the entry that a person demands corrected, for who answers the demand. Raises `Forbidden`.

    The first opens the person it goes to when the actor's organisation has a relation to her, and reads nothing; the
    second the entry, as long as the demand is open and the organisation's to answer (`record.decide.MOVED_BY_CASE`).
    """
    if not (actor.may("move") and actor.may("handle")):
        raise Forbidden(f"the role {actor.role.code} moves no entries by a demand")
    common = _common(actor, actor.purpose, None)
    common["verbs"] = frozenset({"move"})
    there: dict[str, Any] = {"mode": Mode.ORG_SYSTEM, "kinds": 0}
    here: dict[str, Any] = {"mode": Mode.CASE, "kinds": ROLES["system"].kinds}
    return SetGrant(**common | there), SetGrant(**common | here)


def mover(actor: Actor) -> LookupGrant:
    """A Grant to find, by national number, whom an entry is moved to by a demand. Raises `Forbidden`.

    Who is to be shown is the one to whom the actor's organisation has a relation (`Hit.open`), and nobody else.
    """
    there, _ = move_by_case(actor)
    common = _common(actor, actor.purpose, None)
    finding: dict[str, Any] = {"mode": there.mode, "kinds": there.kinds, "verbs": there.verbs}
    return LookupGrant(**common | finding, limit=1)


def everyone(actor: Actor, purpose: str | None = None, reason: str | None = None) -> SetGrant:
    """A Grant for all to whom the actor has a relation (a citizen: herself), decided row by row.

    For a system client it is its SystemGrant. Raises `Forbidden` when the role finds nobody.
    """
    if not (actor.may("find") or actor.may("read")):
        raise Forbidden(f"the role {actor.role.code} finds no persons")
    common = _common(actor, purpose or actor.purpose, reason)
    if actor.sort in (Sort.SYSTEM, Sort.MAINTENANCE):
        return SystemGrant(**common, client=actor.client or actor.name)
    return SetGrant(**common)


def lookup(actor: Actor, reason: str | None = None) -> LookupGrant:
    """A Grant to look up a person: by national number, or name with birth date or municipality.

    Raises `Forbidden` when the role may not.
    """
    if not actor.may("lookup"):
        raise Forbidden(f"the role {actor.role.code} looks up no persons")
    return LookupGrant(**_common(actor, actor.purpose, reason))


def receiver(actor: Actor) -> LookupGrant:
    """A Grant for a citizen to find, by national number, whom she gives a proxy. Raises `Forbidden` for others."""
    if actor.sort is not Sort.CITIZEN or not actor.may("mandate"):
        raise Forbidden("only citizens give proxies")
    return LookupGrant(**_common(actor, actor.purpose, None), limit=1)


def system(actor: Actor, reason: str | None = None) -> SystemGrant:
    """The Grant of a system client or of maintenance. Raises `Forbidden` for people."""
    if actor.sort not in (Sort.SYSTEM, Sort.MAINTENANCE):
        raise Forbidden("only systems have a Grant of this kind")
    return SystemGrant(**_common(actor, actor.purpose, reason), client=actor.client or actor.name)


def administer(actor: Actor, reason: str | None = None) -> SetGrant:
    """A Grant to keep units, staff and roles of the actor's own organisation: reads nobody, writes nobody's record.

    What it writes must be that organisation's: `access.organizations` sees to it. Raises `Forbidden`.
    """
    if not actor.may("staff"):
        raise Forbidden(f"the role {actor.role.code} keeps no staff")
    common = _common(actor, actor.purpose, reason)
    common.update(kinds=0, verbs=ADMINISTERS)
    return SetGrant(**common)


def absent(actor: Actor) -> SetGrant:
    """A Grant for staff to say that somebody is away from a role: reads nobody, writes nobody's record.

    Whose leave it is and that nothing else of the role is changed, `access.leave` sees to. Raises `Forbidden`.
    """
    if actor.sort is not Sort.STAFF or not actor.organization:
        raise Forbidden("only staff are away from a role")
    common = _common(actor, actor.purpose, None)
    common.update(kinds=0, verbs=ADMINISTERS)
    return SetGrant(**common)


def maintenance(
    job: str,
    *,
    until: int,
    organization: str = "",
    organization_name: str = "",
    behalf: str | None = None,
    reason: str | None = None,
) -> SystemGrant:
    """The Grant of a job of ours (`felles import`, the demo's fill): sees and writes everything.

    `organization` is whose entries it writes (`Organization/x`), `behalf` for whom (`Practitioner/x`); `until` real
    microseconds.
    """
    worker = Actor(
        sort=Sort.MAINTENANCE,
        reference=f"Device/{job.replace(' ', '-')}",
        name=job,
        role_code=MAINTENANCE,
        organization=organization,
        organization_name=organization_name,
        purpose=MAINTENANCE,
        client=job,
        behalf=behalf,
        until=until,
    )
    return system(worker, reason)


def _common(actor: Actor, purpose: str, reason: str | None) -> dict[str, Any]:
    role = ROLES[actor.role_code]
    return {
        "mint": _MINT,
        "mode": MODES[actor.sort],
        "actor": actor.reference,
        "actor_mark": mark_of(actor.reference),
        "org": actor.organization,
        "org_mark": mark_of(actor.organization),
        "role": role.code,
        "role_mark": mark_of(role.code),
        "kinds": role.kinds,
        "verbs": role.verbs if actor.verbs is None else role.verbs & actor.verbs,
        "purpose": purpose,
        "who": who(actor, purpose, reason),
        "until": actor.until,
        "reason": reason,
        "behalf": actor.behalf,
        "own": actor.keys[0][1] if actor.sort is Sort.CITIZEN and actor.keys else 0,
        "job": actor.sort is Sort.MAINTENANCE and actor.verbs is None,  # a token always says what it may
    }


@lru_cache(maxsize=8192)
def who(actor: Actor, purpose: str, reason: str | None) -> str:
    """The JSON object text that each log line carries, made once for an actor, purpose and reason.

    Keys: actor (reference), name, role (code), org (reference), organization (name), purpose, and where
    there is one reason, behalf, client. Written so that its owner can read it later without any look-up.
    """
    said: dict[str, str] = {"actor": actor.reference, "name": actor.name, "role": actor.role_code}
    if actor.organization:
        said |= {"org": actor.organization, "organization": actor.organization_name}
    said["purpose"] = purpose
    optional = {"reason": reason, "behalf": actor.behalf, "client": actor.client}
    said |= {key: value for key, value in optional.items() if value}
    return msgspec.json.encode(said).decode()
