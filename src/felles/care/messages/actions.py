"""Writing a message, and a value that she measured herself: each one commit, and a hand-over from then on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.handovers.asking import REPLIED
from felles.access.resources import moment
from felles.care.messages.codes import AT_HOME, LOWER, MEASURED, PRESSURE, QUESTION, UPPER, WRITTEN
from felles.fhir.norway.systems import LOINC, UCUM
from felles.record.changes import Change
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.store import Store

_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to write. `sender` is who writes, `patient` about whom, `to` an inbox: references. `name`: hers.

    `sort` is a code of CASE_SYSTEM; `answers` the message (Communication/x) that it answers, `about` what it tells of.
    """

    patient: str
    sender: str
    name: str
    to: str
    words: str
    sort: str = QUESTION
    more: str = ""
    answers: str = ""
    about: str = ""
    urgent: bool = False
    id: str = ""
    """That of the message, drawn when the form was shown; "" where it may have any."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What she measured (mmHg) and noticed (codes of symptoms); `id` is drawn of these and of the form's own."""

    id: str
    upper: int | None
    lower: int | None
    symptoms: tuple[str, ...]
    words: str

    @property
    def told(self) -> str:
        """The same in the words of the record."""
        noticed = ", ".join(WRITTEN[each] for each in self.symptoms)
        value = f"blodtrykk {self.upper}/{self.lower} mmHg" if self.upper else ""
        said = ". ".join(filter(None, (value, noticed)))
        return "\n".join(filter(None, (f"{AT_HOME}: {said}." if said else "", self.words.strip())))


async def send(store: Store, grant: PersonGrant, letter: Letter) -> str:
    """Send it; its reference. It is a hand-over until somebody has answered. Raises what `commit` raises.

    A form that is sent twice is one message, where its id was drawn when it was shown.
    """
    change = _create(_message(letter, moment(store.clock.clinical())))
    change.drawn = letter.id or None
    return f"Communication/{await store.create_once(grant, [change])}"


async def measure(store: Store, grant: PersonGrant, letter: Letter, measured: Measured) -> None:
    """Write down what she measured, once, and tell those who follow her. Raises what `commit` raises.

    A form that is sent twice is one measurement; other values of the same form are another (`Measured.id`).
    """
    now = moment(store.clock.clinical())
    changes: list[Change] = []
    about = ""
    if measured.upper is not None:
        change = _create(_pressure(letter.patient, measured, now))
        change.drawn, about = measured.id, f"Observation/{measured.id}"
        changes.append(change)
    message = _create(_message(replace(letter, about=about), now))
    if not about:
        message.drawn = measured.id
    await store.create_once(grant, [*changes, message])


async def reply(store: Store, grant: PersonGrant, task: dict[str, Any], words: str, name: str = "") -> None:
    """Answer what a Task (as JSON) asks, over the version she saw; `name` of who answers for another.

    The one change of a Task that a citizen makes. Raises what `commit` raises.
    """
    now = moment(store.clock.clinical())
    author = {"reference": grant.actor} | ({"display": name} if name else {})
    said = {"authorReference": author, "time": now, "text": words.strip()}
    business = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": REPLIED}]}
    made = task | {"status": "requested", "businessStatus": business, "note": [*task.get("note", []), said]}
    made["lastModified"] = now
    resource = fhir.decode(msgspec.json.encode(made))
    expected = int(task["meta"]["versionId"])
    change = Change(op="update", type="Task", id=task["id"], resource=resource, expected=expected)
    await store.commit(grant, [change], act="update")


def _pressure(patient: str, measured: Measured, now: str) -> dict[str, Any]:
    parts = ((UPPER, "Systolisk blodtrykk", measured.upper), (LOWER, "Diastolisk blodtrykk", measured.lower))
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": PRESSURE}], "text": "Blodtrykk"},
        "subject": {"reference": patient},
        "effectiveDateTime": now,
        "performer": [{"reference": patient}],
        "method": {"text": AT_HOME},
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": loinc}], "text": text},
                "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
            }
            for loinc, text, value in parts
        ],
    }
    if measured.symptoms:
        made["note"] = [{"text": ", ".join(WRITTEN[each] for each in measured.symptoms)}]
    return made


def _message(letter: Letter, now: str) -> dict[str, Any]:
    codes = filter(None, (letter.sort, letter.more))
    made: dict[str, Any] = {
        "resourceType": "Communication",
        "status": "in-progress",
        "category": [{"coding": [{"system": CASE_SYSTEM, "code": code}]} for code in codes],
        "priority": "asap" if letter.urgent else "routine",
        "subject": {"reference": letter.patient},
        "sender": {"reference": letter.sender} | ({"display": letter.name} if letter.name else {}),
        "recipient": [{"reference": letter.to}],
        "sent": now,
        "payload": [{"contentString": letter.words.strip()}],
    }
    if letter.answers:
        made["inResponseTo"] = [{"reference": letter.answers}]
    if letter.about:
        made["about"] = [{"reference": letter.about}]
    return made


def message(letter: Letter, now: str, about: list[str]) -> Change:
    """The change that sends a message about several entries (references; `Change.full_url` of what is made with it)."""
    return _create(_message(letter, now) | {"about": [{"reference": each} for each in about]})


def telling(patient: str, to: str, measured: Measured, *, urgent: bool) -> Letter:
    """The message that tells of what she measured."""
    return Letter(patient, patient, "", to, measured.told, QUESTION, MEASURED, urgent=urgent)


def _create(made: dict[str, Any]) -> Change:
    return Change(op="create", type=made["resourceType"], resource=fhir.decode(msgspec.json.encode(made)))
