"""Kinds of hiding, each as two regions that differ only in what the readers may not see.

`both` writes what is the same in both (where something hidden is announced, both hold something of that sort),
`having` what only the second has. The readers are those of `twins.READERS`; each kind names the ones it hides from.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from doors import block, case, coded, held_back, item, not_to_parents, proxy
from handed_over import OPEN
from hiding import Hiding
from hiding import seen as _seen
from hidings_handed import HANDED_OVER
from households import parent_of
from msgspec.json import encode
from twins import (
    CHILD,
    CLINIC,
    ELSEWHERE,
    HIDDEN,
    ICD,
    READERS,
    SEEN,
    SNOMED,
    code,
    fill,
    life,
    staff,
    throw,
    who,
)
from worlds import World, actor

from felles.access import open as doors
from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, KIND_SYSTEM, OPENING_REASON
from felles.fhir import decode
from felles.record.changes import Change
from felles.record.codes import PROTECTED_ADDRESS
from felles.record.join import join


async def _stranger(world: World) -> None:
    await fill(world, life(HIDDEN, SEEN, ELSEWHERE))


def _result(name: str, test: str) -> dict[str, Any]:
    """A result of the person whom all readers see."""
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": coded("http://loinc.org", test),
        "subject": {"reference": f"Patient/{SEEN}"},
        "effectiveDateTime": "2026-05-04",
        "valueQuantity": {"value": 4.5, "unit": "g"},
    }


def _kept(name: str) -> list[dict[str, Any]]:
    return [_result(name, "718-7"), held_back(SEEN, f"Observation/{name}") | {"id": f"{name}-why"}]


async def _one_kept(world: World) -> None:
    await _seen(world)
    await fill(world, _kept("kept"))


async def _another_kept(world: World) -> None:
    await fill(world, _kept("more"))


async def _one_waits(world: World) -> None:
    await _seen(world)
    await fill(world, [_result("waits", "2857-1")])


async def _another_waits(world: World) -> None:
    await fill(world, [_result("longer", "2857-1")])


async def _lives_at(world: World, line: str) -> None:
    """The one whom the readers see lives at `line`, and her address is protected."""
    patient = (await world.system.get(f"Patient/{SEEN}")).json
    patient["address"] = [{"line": [line], "city": line.partition(" ")[0]}]
    patient["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    answer = await world.system.put(f"Patient/{SEEN}", patient)
    assert answer.status == 200, answer.json


async def _at_first(world: World) -> None:
    await _lives_at(world, "Fjellgata 1")


async def _protected(world: World) -> None:
    await _seen(world)
    await _at_first(world)


async def _moved(world: World) -> None:
    await _lives_at(world, "Skjærgårdsveien 2")


async def _closed(world: World) -> None:
    """Both announce that something is closed: social history, and what refers to it, for all but herself."""
    await _seen(world)
    kind = {"class": [{"system": KIND_SYSTEM, "code": "social"}]}
    await fill(world, [block(SEEN, **kind) | {"id": "closed"}, social("habit-1")])


async def _more_closed(world: World) -> None:
    about = {"result": [{"reference": "Observation/habit-2"}], "id": "report-2", "subject": who(SEEN)}
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": code("11502-2"), **about}
    await fill(world, [social("habit-2"), report])


def social(name: str, whose: str = SEEN) -> dict[str, Any]:
    """An entry of social history."""
    category = code("social-history", "http://terminology.hl7.org/CodeSystem/observation-category")
    return {
        "resourceType": "Observation", "id": name, "status": "final", "category": [category],
        "code": code("72166-2"), "subject": who(whose), "effectiveDateTime": "2026-05-05",
    }  # fmt: skip


async def _problem_closed(world: World) -> None:
    """One entry of hers is closed to the readers' organisation."""
    await _seen(world)
    await fill(world, [block(SEEN, against=CLINIC, data=[item(f"Condition/{SEEN}-5")]) | {"id": "closed-one"}])


async def _problem_changed(world: World) -> None:
    """It is told of once more, by an entry that refers to it, and is then changed."""
    problem = next(r for r in life(SEEN, HIDDEN, CLINIC) if r["id"] == f"{SEEN}-5")
    told = {
        "resourceType": "Procedure",
        "id": "told",
        "status": "completed",
        "code": code("80146003", SNOMED),
        "subject": who(SEEN),
        "performedDateTime": "2025-12-25",
        "reasonReference": [{"reference": f"Condition/{SEEN}-5"}],
    }
    await fill(world, [told])
    changed = problem | {"code": code("C50", ICD), "note": [{"text": "Nordmann"}]}
    assert (await world.system.put(f"Condition/{SEEN}-5", changed)).status == 200


# -- ways in: what stays closed to one who went in ---------------------------------------------------------------


def _way_in(patient: str, code_: str, *kinds: str) -> dict[str, Any]:
    parts = [{"type": {"text": "del"}, "valueCoding": {"system": KIND_SYSTEM, "code": kind}} for kind in kinds]
    reason = {"coding": [{"system": OPENING_REASON, "code": "danger"}], "text": "Bevisstløs i akuttmottaket"}
    return case(patient, code_, reasonCode=reason, **({"input": parts} if parts else {}))


async def _goes_in(world: World, patient: str, code_: str, *kinds: str) -> None:
    """The GP goes in, as the page does: with a Grant that needs no relation."""
    throw(f"goes in to {patient}")
    key = await world.store.place(f"Patient/{patient}")
    assert key is not None
    change = Change(op="create", type="Task", resource=decode(encode(_way_in(patient, code_, *kinds))))
    await world.store.commit(doors.case(staff("gp"), (key,), "Bevisstløs"), [change], act=f"open:{code_}")


async def _emergency(world: World) -> None:
    """Everything is closed to all; the GP opened the results."""
    await _seen(world)
    await fill(world, [block(SEEN) | {"id": "closed"}, social("habit-1")])
    await _goes_in(world, SEEN, "emergency", "result", "vital")


async def _consented(world: World) -> None:
    """Everything is closed to the GP by name; the person let her see the results."""
    await _seen(world)
    await fill(world, [block(SEEN, against="Practitioner/doc") | {"id": "closed"}, social("habit-1")])
    await _goes_in(world, SEEN, "consent", "result", "vital")


async def _habit(world: World) -> None:
    await fill(world, [social("habit-2")])


async def _needed(world: World) -> None:
    """One to whom nobody has a relation; the GP stated a need, and her social history is closed to GPs.

    A message to the clinic points to one measurement of hers: all that the clinic's system has.
    """
    await _seen(world)
    kind = {"class": [{"system": KIND_SYSTEM, "code": "social"}]}
    closed = [block(HIDDEN, role="gp", **kind) | {"id": "closed"}, social("habit-1", HIDDEN)]
    sent = {"resourceType": "Communication", "id": "sent", "status": "completed", "subject": who(HIDDEN),
            "recipient": [{"reference": CLINIC}], "about": [{"reference": f"Observation/{HIDDEN}-3"}]}  # fmt: skip
    await fill(world, life(HIDDEN, SEEN, ELSEWHERE), closed, [sent])
    await _goes_in(world, HIDDEN, "need")
    system = world.client(staff("system"))
    seen = [(await system.get(f"Observation/{name}")).status for name in (f"{HIDDEN}-3", f"{HIDDEN}-4", "habit-1")]
    assert seen == [200, 404, 404]


async def _habit_of_hers(world: World) -> None:
    await fill(world, [social("habit-2", HIDDEN)])


# -- the citizen who is seen acts for another --------------------------------------------------------------------


def _problem(number: int) -> dict[str, Any]:
    told = {"resourceType": "Condition", "id": f"{CHILD}-{number}", "code": code(f"R5{number}", ICD)}
    return told | {"subject": who(CHILD), "onsetDateTime": f"2026-04-0{number}"}


async def _of_another(world: World, born: str, *acts: dict[str, Any]) -> None:
    """A person on the clinic's list, with a problem and an appointment, and what lets the citizen act for her."""
    await _seen(world)
    patient = {"resourceType": "Patient", "id": CHILD, "birthDate": born, "name": [{"family": "Nordmann"}]}
    listed = {"resourceType": "EpisodeOfCare", "id": f"{CHILD}-listed", "status": "active", "patient": who(CHILD),
              "type": [coded(EPISODE_SYSTEM, "gp-list")], "managingOrganization": {"reference": CLINIC},
              "period": {"start": "2020-01-01"}}  # fmt: skip
    booked = {"resourceType": "Appointment", "id": f"{CHILD}-4", "status": "booked", "start": "2099-05-03T10:00:00Z",
              "end": "2099-05-03T10:20:00Z", "participant": [{"actor": who(CHILD), "status": "accepted"}]}  # fmt: skip
    named = [each | {"id": f"{CHILD}-acts-{number}"} for number, each in enumerate(acts)]
    await fill(world, [patient, listed, _problem(1), booked, *named])


def _years_ago(years: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=365 * years + years // 4 + 100)).isoformat()


def _mother() -> dict[str, Any]:
    return parent_of({"id": CHILD}, {"id": SEEN, "name": [{"family": "Nordmann"}]})


async def _child(world: World) -> None:
    await _of_another(world, _years_ago(8), _mother())


async def _told_in_confidence(world: World) -> None:
    marked = not_to_parents(CHILD, f"Condition/{CHILD}-2") | {"id": f"{CHILD}-why"}
    await fill(world, [_problem(2), marked])


async def _youth(world: World) -> None:
    await _of_another(world, _years_ago(13), _mother())


async def _one_problem_more(world: World) -> None:
    await fill(world, [_problem(2)])


async def _booking(world: World) -> None:
    """The citizen may book for her, and nothing else."""
    await _of_another(world, "1950-02-02", proxy(CHILD, SEEN, "book"))


async def _reading(world: World) -> None:
    """The citizen may read for her; something is held back from her, in both."""
    await _of_another(world, "1950-02-02", proxy(CHILD, SEEN, "read"))
    await fill(world, [_problem(3), held_back(CHILD, f"Condition/{CHILD}-3") | {"id": f"{CHILD}-held"}])


async def _more_held_back(world: World) -> None:
    await fill(world, [_problem(2), held_back(CHILD, f"Condition/{CHILD}-2") | {"id": f"{CHILD}-why"}])


async def _unreachable(world: World) -> None:
    """Her address is protected: nobody acts for her."""
    await _of_another(world, _years_ago(8), _mother())
    patient = (await world.system.get(f"Patient/{CHILD}")).json
    patient["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    assert (await world.system.put(f"Patient/{CHILD}", patient)).status == 200


# -- two Patients of one person: what is hidden lies with the one that none of the readers was given -----------------


async def _joined(world: World) -> None:
    """The person whom all see has another Patient, joined to hers, with a problem there.

    Social history is closed, by a block on the one; one entry of the other is held back from her, by a word on the one.
    """
    await _seen(world)
    patient = {"resourceType": "Patient", "id": CHILD, "birthDate": "1969-11-13", "name": [{"family": "Nordmann"}]}
    kind = {"class": [{"system": KIND_SYSTEM, "code": "social"}]}
    await fill(world, [patient, _problem(1)])
    administrator = actor("administrator", Sort.STAFF, reference="Practitioner/nils", organization=CLINIC)
    await join(world.store, doors.join(administrator), SEEN, CHILD)
    kept = held_back(SEEN, f"Condition/{CHILD}-3") | {"id": f"{CHILD}-held"}
    await fill(world, [_problem(3), kept, block(SEEN, **kind) | {"id": "closed"}, social("habit-1", CHILD)])


async def _more_with_the_other(world: World) -> None:
    """Closed to those at work, held back from herself: a habit of the other Patient, told of by an entry of hers."""
    about = {"result": [{"reference": "Observation/habit-2"}], "id": "report-2", "subject": who(SEEN)}
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": code("11502-2"), **about}
    held = [held_back(SEEN, f"{what}") | {"id": f"why-{number}"} for number, what in enumerate(_HIDDEN_THERE)]
    await fill(world, [social("habit-2", CHILD), *held, report])


_HIDDEN_THERE = ("Observation/habit-2", "DiagnosticReport/report-2")


_AT_WORK = frozenset({"gp", "secretary", "system", "for-doctor"})
_CITIZEN = frozenset({"citizen"})

HIDINGS = {
    each.name: each
    for each in (
        # A person to whom none of the readers has a relation.
        Hiding(
            "relation",
            _seen,
            _stranger,
            look_up=True,
            sees=("gp", f"Patient/{SEEN}"),
            hides="Patient/hidden",
            handed=tuple(f"{type_name}/{HIDDEN}-{last}" for last, type_name in OPEN.items()),
        ),
        # What is held back from the person herself (pbrl § 5-1), and a result that waits for a look: that there
        # is one of each is announced, so both hold one.
        Hiding(
            "held",
            _one_kept,
            _another_kept,
            frozenset({"citizen"}),
            sees=("citizen", f"Patient/{SEEN}"),
            hides="Observation/more",
        ),
        Hiding(
            "release",
            _one_waits,
            _another_waits,
            frozenset({"citizen"}),
            sees=("citizen", f"Patient/{SEEN}"),
            hides="Observation/longer",
        ),
        # Where one with protected address lives: she herself sees it, and nobody else that she moved.
        Hiding("place", _protected, _moved, frozenset(READERS) - {"citizen"}, again=(_at_first, _moved)),
        # What a person has closed, and what refers to it.
        Hiding("block", _closed, _more_closed, _AT_WORK, sees=("gp", f"Patient/{SEEN}"), hides="Observation/habit-2"),
        # One entry that is closed: what it says, how often it changed, and what refers to it.
        Hiding(
            "block-item",
            _problem_closed,
            _problem_changed,
            frozenset({"gp", "secretary"}),
            sees=("gp", f"Patient/{SEEN}"),
            hides="Procedure/told",
        ),
        # What stays closed to one who went in: in an emergency, with consent, by a stated need. In the last also what
        # a message to the reader does not point to.
        Hiding(
            "emergency",
            _emergency,
            _habit,
            frozenset({"gp"}),
            sees=("gp", f"Observation/{SEEN}-3"),
            hides="Observation/habit-2",
        ),
        Hiding(
            "consent",
            _consented,
            _habit,
            frozenset({"gp"}),
            sees=("gp", f"Observation/{SEEN}-3"),
            hides="Observation/habit-2",
        ),
        Hiding(
            "need",
            _needed,
            _habit_of_hers,
            frozenset({"gp", "system"}),
            sees=("gp", f"Observation/{HIDDEN}-3"),
            hides="Observation/habit-2",
        ),
        # What one who acts for another may not see: a parent of a child and of a youth, a proxy who books, one who
        # reads what is held back from the person herself, a parent of one whose address is protected.
        Hiding(
            "not-to-parents",
            _child,
            _told_in_confidence,
            _CITIZEN,
            pages=True,
            sees=("citizen", f"/for/{CHILD}/e/Condition/{CHILD}-1"),
            hides="/for/child/e/Condition/child-2",
        ),
        Hiding(
            "youth",
            _youth,
            _one_problem_more,
            _CITIZEN,
            pages=True,
            sees=("citizen", f"/for/{CHILD}"),
            hides="/for/child/e/Condition/child-2",
        ),
        Hiding(
            "proxy",
            _booking,
            _one_problem_more,
            _CITIZEN,
            pages=True,
            sees=("citizen", f"/for/{CHILD}/e/Appointment/{CHILD}-4"),
            hides="/for/child/e/Condition/child-2",
        ),
        Hiding(
            "proxy-held",
            _reading,
            _more_held_back,
            _CITIZEN,
            pages=True,
            sees=("citizen", f"/for/{CHILD}/e/Condition/{CHILD}-1"),
            hides="/for/child/e/Condition/child-2",
        ),
        Hiding(
            "unreachable",
            _unreachable,
            _one_problem_more,
            _CITIZEN,
            pages=True,
            sees=("citizen", "/meg"),
            hides="/for/child/e/Condition/child-2",
        ),
        # The same of a person with two Patients, where what is hidden lies with the other one.
        Hiding(
            "joined",
            _joined,
            _more_with_the_other,
            _AT_WORK | _CITIZEN,
            sees=("gp", f"Condition/{CHILD}-1"),
            hides="Observation/habit-2",
            share=5,
        ),
        *HANDED_OVER,
    )
}
