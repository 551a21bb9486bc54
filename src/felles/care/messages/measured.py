"""What a citizen measured herself and wrote by FHIR: the message that makes it somebody's, in the same commit.

Her page writes both by itself (`actions.measure`); whoever else writes an Observation that is hers to make (the verb
`measure`) is given the message besides, to whom the page would send it: the first of those who follow her that has
staff. A client that sends a message of its own about the value, in the same Bundle, has said whose it is.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers import inboxes
from felles.access.open import person
from felles.access.resources import moment
from felles.access.verbs import verb_of
from felles.care.messages import actions, rules, views
from felles.care.messages.codes import AT_HOME, LOWER, MEASURED, PRESSURE, UPPER
from felles.care.overview import rules as overview
from felles.care.overview.present import stays
from felles.fhir.norway.systems import LOINC
from felles.record.elements import codes_of, listed, reference_of
from felles.record.grants import Mode
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.changes import Change
    from felles.record.grants import Grant
    from felles.record.store import Store

_VOID: Final = frozenset({"entered-in-error", "cancelled"})


async def beside(store: Store, grant: Grant, actor: Actor | None, changes: list[Change]) -> list[Change]:
    """The message that tells of what a citizen measured and `changes` would write: none of staff's, and none twice.

    It is left out where all that it tells of was here already (`Change.beside`). Empty also where nobody who follows
    her has staff: then there is nobody to have it. Raises `Absent`, `Busy`.
    """
    if grant.mode is not Mode.SELF or actor is None or not grant.may("measure"):
        return []
    said = {reference_of(each) for c in changes if c.type == "Communication" for each in _about(c.resource)}
    places = [n for n, each in enumerate(changes) if _is_hers(each) and (each.full_url or "") not in said - {""}]
    if not places:
        return []
    read = await store.page(person(actor, actor.keys), views.WANTS, "measuring", actor.reference)
    written = views.decoded(read)
    asked = rules.answering(written.episodes, [each for each in written.contacts if stays(each.entry)])
    to = next((each.reference for each in await inboxes.staffed(store, asked)), "")
    if not to:
        return []
    values = [changes[n].resource for n in places]
    now = store.clock.clinical()
    pregnant = overview.pregnant([(each.at, each.entry) for each in written.told], local_day(now)) is not None
    bound = store.settings.pregnancy_pressure
    urgent = pregnant and any(rules.alarming(*pressure(each), (), bound) for each in values)
    for n in places:
        changes[n].full_url = changes[n].full_url or f"urn:uuid:{uuid.uuid4()}"
    words = f"{AT_HOME}: {'; '.join(filter(None, map(told, values)))}."
    patient = reference_of(values[0].subject)
    letter = actions.Letter(patient, actor.reference, "", to, words, more=MEASURED, urgent=urgent)
    about = [str(changes[n].full_url) for n in places]
    change = actions.message(letter, moment(now), about)
    change.beside = tuple(places)
    return [change]


def _about(resource: Any) -> list[Any]:
    return listed(getattr(resource, "about", None))


def _is_hers(change: Change) -> bool:
    """Whether it makes a value that she alone measured."""
    made = change.op == "create" and change.type == "Observation"
    return made and change.resource.status not in _VOID and verb_of(change.resource) == "measure"


def pressure(value: Any) -> tuple[int | None, int | None]:
    """The two numbers of a blood pressure (mmHg), each None where an Observation does not say it. Pure."""
    parts = [value, *listed(value.component)]
    found = {code: _number(each) for each in parts for code in codes_of(each.code, LOINC) if code in (UPPER, LOWER)}
    return found.get(UPPER), found.get(LOWER)


def _number(part: Any) -> int | None:
    number = getattr(getattr(part, "valueQuantity", None), "value", None)
    return None if number is None else int(number)


def told(value: Any) -> str:
    """A value in the words of the record, with what she noted; "" where it says nothing. Pure."""
    upper, lower = pressure(value)
    if PRESSURE in codes_of(value.code, LOINC) and upper is not None and lower is not None:
        said = f"blodtrykk {upper}/{lower} mmHg"
    else:
        said = " ".join(filter(None, (_name(value.code), _quantity(value))))
    notes = (each.text for each in listed(value.note))
    return ". ".join(filter(None, (said, *(each.strip() for each in notes if isinstance(each, str)))))


def _name(concept: Any) -> str:
    text = getattr(concept, "text", None)
    displays = (each.display for each in listed(getattr(concept, "coding", None)))
    return next((each for each in (text, *displays) if isinstance(each, str) and each), "")


def _quantity(value: Any) -> str:
    parts = [value, *listed(value.component)]
    found = [each.valueQuantity for each in parts if getattr(each, "valueQuantity", None) is not None]
    said = (f"{each.value} {each.unit or each.code or ''}".strip() for each in found if each.value is not None)
    return ", ".join(said)
