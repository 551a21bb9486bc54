"""From what was signed to entries of the record: once, whoever asks, and never lost.

The draft's id is the id of the entry that signing makes, so a second commit of it meets the first. What only changes an
entry names the version that the writer was shown, and the version it makes carries the draft's id (`WRITTEN`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from felles import access, fhir
from felles.access import signatures
from felles.care.writing import receivers, rules, views
from felles.care.writing.forms import FORMS
from felles.record.changes import Change
from felles.record.codes import WRITTEN
from felles.record.errors import Absent, Busy, Conflict, Forbidden, Gone, PreconditionFailed, RecordError
from felles.ui.i18n import language

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.care.writing.form import Form, Made
    from felles.record.grants import PersonGrant
    from felles.record.store import Store
    from felles.record.writings import Writing

_log = structlog.get_logger("felles.writing")
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class Return(Exception):
    """What was signed cannot go into the record; the rule's name says why (`present.returned`)."""


ELSEWHERE: Final[dict[str, Callable[[Store, Writing], Awaitable[str]]]] = {}
"""What is said on other pages than a panel's and waits its ten seconds too: by the name of its form what carries it out
(the entry it became; raises `Return`)."""


def may_write(actor: Actor, form: Form) -> bool:
    """Whether the actor's role writes this form."""
    able = all(map(actor.may, (form.verb, *form.also))) and actor.role.reaches(form.kind)
    return able and not (form.unless and actor.may(form.unless))


async def settle(store: Store, *, writer: int = 0) -> int:
    """Put into the record what is signed and whose time is up; how many went. `writer` narrows it. Raises `Busy`."""
    taken = await store.writings.due(writer)
    for writing in taken:
        await _settle(store, writing)
    return len(taken)


async def _settle(store: Store, writing: Writing) -> None:
    try:
        entry = await _commit(store, writing)
    except Busy:
        await store.writings.let_go(writing)
    except Return as why:
        await _back(store, writing, str(why))
    except Exception:  # noqa: BLE001 - whatever it was, the writer must have her text back
        _log.exception("a signed text could not be put into the record", form=writing.form)
        await _back(store, writing, "fault")
    else:
        await store.writings.done(writing, entry)


async def _back(store: Store, writing: Writing, why: str) -> None:
    back = store.writings.gave_up if writing.form in ELSEWHERE else store.writings.returned
    await back(writing, why)


async def _commit(store: Store, writing: Writing) -> str:
    """The entry it became, `Type/id`. Raises `Return`, `Busy`."""
    if writing.form in ELSEWHERE:
        return await ELSEWHERE[writing.form](store, writing)
    form, actor = FORMS.get(writing.form), await signatures.again(store, writing.signer)
    if actor is None or form is None or not may_write(actor, form):
        raise Return("role")
    grant = access.person(actor, (writing.key,))
    try:
        page = await views.read(store, grant, form, writing.patient, writing.about, "signing")
        known = await views.known(store, grant, form, writing.patient, page)
    except Absent:
        raise Return("closed") from None
    values = rules.cleaned(form, writing.fields)
    await receivers.load(store, form, known, values)
    moved_on = known.version != writing.base
    if not moved_on and not form.fits(known):
        raise Return("closed")
    if not moved_on and rules.mistakes(language("nb"), form, values, known):
        raise Return("rule")
    made = form.make(values, known)
    if moved_on and not await _already(store, grant, writing, made[0]):
        raise Return("met")
    if not moved_on:
        await _write(store, grant, writing, made)
    return _entry(writing, made[0])


def _entry(writing: Writing, made: Made) -> str:
    return f"{made.resource['resourceType']}/{made.id or writing.id}"


async def _write(store: Store, grant: PersonGrant, writing: Writing, made: list[Made]) -> None:
    try:
        await store.commit(grant, _changes(made, writing.id), act=made[0].op)
    except (PreconditionFailed, Conflict):
        if not await _already(store, grant, writing, made[0]):
            raise Return("met") from None
    except (Absent, Forbidden):
        raise Return("closed") from None
    except Busy:
        raise
    except RecordError as error:
        _log.warning("a signed text was refused by the record", form=writing.form, said=error.diagnostics)
        raise Return("refused") from None


def _changes(made: list[Made], drawn: str) -> list[Change]:
    changes: list[Change] = []
    for number, each in enumerate(made):
        said = each.resource
        if each.op == "update":
            meta = said.get("meta", {})
            others = [tag for tag in meta.get("tag", ()) if tag.get("system") != WRITTEN]
            said = said | {"meta": meta | {"tag": [*others, {"system": WRITTEN, "code": drawn}]}}
        change = Change(op=each.op, type=said["resourceType"], resource=fhir.decode(_encoder.encode(said)))
        if each.op == "update":
            change.id, change.expected = each.id, each.expected
        elif number == 0:
            change.drawn = drawn
        change.full_url = each.url or None
        changes.append(change)
    return changes


async def _already(store: Store, grant: PersonGrant, writing: Writing, made: Made) -> bool:
    """Whether an earlier try was carried out, and nobody heard: the entry is here, or its next version is ours."""
    type_name = made.resource["resourceType"]
    if made.op == "create":
        return await store.writings.is_here(type_name, writing.key, writing.id)
    try:
        row = await store.vread(grant, type_name, made.id, writing.base + 1)
    except (Absent, Gone):
        return False
    tags = msgspec.json.decode(row.body).get("meta", {}).get("tag", ())
    return any(tag.get("system") == WRITTEN and tag.get("code") == writing.id for tag in tags)
